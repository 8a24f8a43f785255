//! The command at a pseudo-terminal of 24 lines and 80 columns, as a person sits at it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use local_aws::{LocalAws, PATIENCE};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::super::command;

/// A command that runs at a terminal of its own.
pub(crate) struct Terminal {
    master: File,
    before: Termios,
    child: Child,
    chunks: UnboundedReceiver<Vec<u8>>,
    /// Everything that the command wrote so far, escape codes included.
    pub(crate) shown: String,
}

impl Terminal {
    /// Starts `flink-stack` there.
    pub(crate) fn start(aws: &LocalAws, arguments: &[&str]) -> Self {
        Self::of(command(aws, arguments))
    }

    /// Starts this command there.
    pub(crate) fn of(mut command: Command) -> Self {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pair = openpty(Some(&size), None).unwrap();
        let end = || Stdio::from(pair.slave.try_clone().unwrap());
        let child = command.stdin(end()).stdout(end()).stderr(end()).env("TERM", "xterm").spawn();
        let master = File::from(pair.master);
        let before = tcgetattr(&master).unwrap();
        let mut output = master.try_clone().unwrap();
        let (sender, chunks) = unbounded_channel();
        // A read of a terminal that no process holds any more is an error: then it ends.
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { master, before, child: child.unwrap(), chunks, shown: String::new() }
    }

    /// Reads what comes next; `false` at the end.
    async fn read(&mut self) -> bool {
        let chunk = self.chunks.recv().await;
        self.shown.extend(chunk.iter().map(|chunk| String::from_utf8_lossy(chunk)));
        chunk.is_some()
    }

    /// Waits until the command has written this, or until its end; `false` when it did not.
    async fn reads(&mut self, text: Option<&str>) -> bool {
        let is_written = async {
            while text.is_none_or(|text| !self.shown.contains(text)) {
                if !self.read().await {
                    return text.is_none();
                }
            }
            true
        };
        let Ok(is_written) = timeout(PATIENCE, is_written).await else {
            panic!("waited {} s for {text:?} or its end; it wrote: {}", PATIENCE.as_secs(), self.shown);
        };
        is_written
    }

    /// Waits until the command has written this.
    pub(crate) async fn until(&mut self, text: &str) {
        assert!(self.reads(Some(text)).await, "it ended without {text:?}: {}", self.shown);
    }

    /// Types at the keyboard.
    pub(crate) fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::SIGINT);
    }

    /// Sends a signal to the command.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().unwrap().try_into().unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    /// Waits for its end, and sees that the terminal is as it was: its modes, its cursor, its colours.
    pub(crate) async fn ends_with(mut self, code: i32) -> String {
        self.reads(None).await;
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it closed its terminal and goes on").unwrap();
        assert_eq!(status.code(), Some(code), "{}", self.shown);
        assert!(tcgetattr(&self.master).unwrap() == self.before, "the terminal is in another mode than before");
        let last = |codes: &[&str]| codes.iter().filter_map(|code| self.shown.rfind(code)).max();
        assert!(last(&["\u{1b}[?25l"]) <= last(&["\u{1b}[?25h"]), "the cursor is hidden: {:?}", self.shown);
        let colours = ["\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];
        assert!(last(&colours) <= last(&["\u{1b}[0m"]), "a colour is left: {:?}", self.shown);
        self.shown
    }
}

/// What is left on the screen: each line as it was drawn last, with its colours.
pub(crate) fn settled(shown: &str) -> String {
    let mut lines = vec![String::new()];
    // A row that is come to again is written anew from its first column.
    let (mut row, mut is_begun) = (0, false);
    let mut rest = shown;
    while let Some(letter) = rest.chars().next() {
        let code = rest.strip_prefix("\u{1b}[").and_then(|code| Some((code, code.find(char::is_alphabetic)?)));
        let length = code.map_or(letter.len_utf8(), |(_, end)| 2 + end + 1);
        let (piece, after) = rest.split_at(length);
        match (piece.chars().last().unwrap(), code) {
            ('A', Some((code, end))) => (row, is_begun) = (row - code[..end].parse::<usize>().unwrap(), false),
            ('J', Some(_)) => {
                lines.truncate(row + usize::from(is_begun));
                lines.resize(row + 1, String::new());
            }
            ('m', Some(_)) | (_, None) if !['\r', '\n'].contains(&letter) => {
                if !is_begun {
                    lines[row].clear();
                }
                lines[row].push_str(piece);
                is_begun = true;
            }
            ('\n', None) => {
                (row, is_begun) = (row + 1, false);
                lines.resize(lines.len().max(row + 1), String::new());
            }
            _ => {}
        }
        rest = after;
    }
    lines.join("\n")
}

/// A line that is drawn again takes the place of the one before, and what is below a cleared one is gone.
#[test]
fn a_screen_is_what_was_drawn_last() {
    let drawn = "a\r\nb\r\n\r\u{1b}[2A\r\n\u{1b}[31md\u{1b}[0m\u{1b}[K\r\n";
    assert_eq!(settled(drawn), "a\n\u{1b}[31md\u{1b}[0m\n");
    assert_eq!(settled("a\nb\n\u{1b}[2A\u{1b}[Jc\nb\n\u{1b}[1A\nd"), "c\nb\nd");
}
