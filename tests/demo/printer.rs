//! What is printed, one after the other: on a terminal no faster than an eye reads, with a spinner below for what
//! lasts.
//!
//! A thread of its own, so that the world never waits for a reader. One who went away (`| head`) is not an error: the
//! demo goes on to its end.

use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::text::WIDTH;

/// What to print next.
#[derive(Debug)]
pub(crate) enum Print {
    /// A line, for ever.
    Line(String),
    /// The text beside the spinner; empty for none.
    Lasting(String),
    /// Nothing more. The receiver at the other end of this is notified.
    End(Sender<()>),
}

/// Between two lines on a terminal, for the eye alone. The story goes on meanwhile; what it shows comes a little later.
const GAP: Duration = Duration::from_millis(90);
/// Between two turns of the spinner.
const TURN: Duration = Duration::from_millis(100);
const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// Back to the line's beginning, and nothing on it.
const ERASE: &str = "\r\x1b[2K";

/// Starts the printer.
pub(crate) fn start(is_terminal: bool) -> Sender<Print> {
    let (sender, receiver) = channel();
    thread::spawn(move || if is_terminal { on_a_terminal(&receiver) } else { elsewhere(&receiver) });
    sender
}

fn elsewhere(prints: &Receiver<Print>) {
    for print in prints {
        match print {
            Print::Line(line) => write(&format!("{line}\n")),
            Print::Lasting(_) => {}
            Print::End(printed) => return end(&printed),
        }
    }
}

fn on_a_terminal(prints: &Receiver<Print>) {
    let mut lasting = String::new();
    let mut frame = 0;
    loop {
        match prints.recv_timeout(TURN) {
            Ok(Print::Line(line)) => {
                write(&format!("{ERASE}{line}\n{}", bar(&lasting, frame)));
                thread::sleep(GAP);
            }
            Ok(Print::Lasting(text)) => lasting = text,
            Ok(Print::End(printed)) => {
                write(ERASE);
                return end(&printed);
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        frame = (frame + 1) % FRAMES.len();
        write(&format!("{ERASE}{}", bar(&lasting, frame)));
    }
}

/// The spinner's line. Without wrapping: on a narrow terminal it is cut, and stays one line that can be erased.
fn bar(lasting: &str, frame: usize) -> String {
    let lasting: String = lasting.chars().take(WIDTH - 2).collect();
    if lasting.is_empty() { lasting } else { format!("\x1b[?7l{} {lasting}\x1b[?7h", FRAMES[frame]) }
}

fn end(printed: &Sender<()>) {
    // Who asked may have gone.
    let _ = printed.send(());
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
