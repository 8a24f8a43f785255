//! The terminal that a person sits at: its width, one question, and a block of lines that is drawn again and again.
//!
//! No mode of the terminal is changed but its cursor, which is shown again however the command ends.

use std::io::{BufRead, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use shared::operator::{Canvas, Style};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::cli::colour::style_of;

/// What every command ends with that Ctrl-C or SIGTERM interrupted.
pub(crate) const INTERRUPTED: u8 = 130;
/// How often it is looked for an interruption.
const LOOK: Duration = Duration::from_millis(50);

const HIDE_CURSOR: &str = "\u{1b}[?25l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const CLEAR_LINE: &str = "\u{1b}[K";
const CLEAR_BELOW: &str = "\u{1b}[J";

/// How lines are fitted to a stream: to a terminal's width, with colours where it takes them.
pub(crate) fn canvas(stream: &(impl IsTerminal + AsFd)) -> Canvas {
    let is_terminal = stream.is_terminal();
    let style: Style = style_of(is_terminal);
    let width = terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0)).filter(|_| is_terminal);
    Canvas { width: width.filter(|width| *width > 0), style }
}

/// Whether a block can be drawn again in place: on a terminal that takes escape codes, and not in CI, whose log keeps
/// every drawing as a line.
pub(crate) fn is_drawable(stream: &impl IsTerminal) -> bool {
    let is_ci = std::env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()));
    stream.is_terminal() && !is_ci && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

/// Whether SIGINT or SIGTERM has come; from now on they do not end the command.
///
/// # Errors
/// When the handler cannot be registered.
pub(crate) fn interruption() -> Result<Arc<AtomicBool>, String> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted)).map_err(|error| error.to_string())?;
    }
    Ok(interrupted)
}

/// What came of a question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TerminalReply {
    /// A line; empty at the end of the input.
    Line(String),
    /// SIGINT or SIGTERM came first.
    Interrupted,
    /// There is no terminal at both ends.
    NoTerminal,
}

/// Asks at the terminal, and waits for one line.
pub(crate) fn ask(question: &str, interrupted: &AtomicBool) -> TerminalReply {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return TerminalReply::NoTerminal;
    }
    eprint!("{question}");
    let _shown = std::io::stderr().flush();
    let (answers, answer) = channel();
    // It ends with the process: a read of a terminal is not given up.
    std::thread::spawn(move || {
        let mut line = String::new();
        let _read = std::io::stdin().lock().read_line(&mut line);
        let _asked_no_more = answers.send(line);
    });
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(line) => return TerminalReply::Line(line),
            Err(RecvTimeoutError::Disconnected) => return TerminalReply::Line(String::new()),
            Err(RecvTimeoutError::Timeout) if interrupted.load(Ordering::Relaxed) => {
                eprintln!();
                return TerminalReply::Interrupted;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Lines that are drawn in the same place again and again; only those that changed are written.
pub(crate) struct Block<W: Write> {
    out: W,
    shown: Vec<String>,
}

impl<W: Write> Block<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, shown: Vec::new() }
    }

    /// Draws these lines where the ones before stood. None of them is wider than the terminal. A terminal that is gone
    /// is no failure.
    pub(crate) fn draw(&mut self, lines: Vec<String>) {
        let mut text = self.to_its_top();
        for (at, line) in lines.iter().enumerate() {
            if self.shown.get(at) != Some(line) {
                text.push_str(line);
                text.push_str(CLEAR_LINE);
            }
            text.push('\n');
        }
        if lines.len() < self.shown.len() {
            text.push_str(CLEAR_BELOW);
        }
        self.shown = lines;
        self.write(&format!("{HIDE_CURSOR}{text}{SHOW_CURSOR}"));
    }

    /// Writes lines above the block, where they stay.
    pub(crate) fn above(&mut self, lines: &[String]) {
        let text = lines.iter().fold(self.to_its_top() + CLEAR_BELOW, |text, line| text + line + "\n");
        self.write(&text);
        let shown = std::mem::take(&mut self.shown);
        self.draw(shown);
    }

    /// To the first column of its first line.
    fn to_its_top(&self) -> String {
        if self.shown.is_empty() { String::new() } else { format!("\r\u{1b}[{}A", self.shown.len()) }
    }

    fn write(&mut self, text: &str) {
        let _gone = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

impl<W: Write> Drop for Block<W> {
    fn drop(&mut self) {
        self.write(SHOW_CURSOR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// What was written since the last look, without the cursor's codes.
    fn written(block: &mut Block<Vec<u8>>) -> String {
        let text = String::from_utf8(std::mem::take(&mut block.out)).unwrap();
        assert!(text.is_empty() || text.ends_with(SHOW_CURSOR), "{text:?}");
        text.replace(HIDE_CURSOR, "").replace(SHOW_CURSOR, "")
    }

    #[test]
    fn only_what_changed_is_written_again() {
        let mut block = Block::new(Vec::new());
        block.draw(lines(&["a", "b"]));
        assert_eq!(written(&mut block), "a\u{1b}[K\nb\u{1b}[K\n");
        block.draw(lines(&["a", "c"]));
        assert_eq!(written(&mut block), "\r\u{1b}[2A\nc\u{1b}[K\n");
        block.draw(lines(&["a"]));
        assert_eq!(written(&mut block), "\r\u{1b}[2A\n\u{1b}[J");
    }

    #[test]
    fn what_is_written_above_stays_and_the_block_follows_it() {
        let mut block = Block::new(Vec::new());
        block.draw(lines(&["bar"]));
        written(&mut block);
        block.above(&lines(&["event"]));
        assert_eq!(written(&mut block), "\r\u{1b}[1A\u{1b}[Jevent\nbar\u{1b}[K\n");
    }
}
