//! Where the timeline is printed: lanes and colours on a terminal, the same lines without them elsewhere.
//!
//! It refuses to know what the lines say. A reader who went away (`| head`) is no error: the demo goes on to its end.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::text::{WIDTH, wrap};

/// Who a line is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lane {
    Team,
    Stack,
    Resource,
    Function,
    Flink,
    Job,
    Events,
    Report,
}

impl Lane {
    fn name_and_colour(self) -> (&'static str, &'static str) {
        match self {
            Self::Team => ("team", "1;37"),
            Self::Stack => ("stack", "1;34"),
            Self::Resource => ("resource", "34"),
            Self::Function => ("function", "36"),
            Self::Flink => ("flink", "35"),
            Self::Job => ("job", "33"),
            Self::Events => ("events", "1;36"),
            Self::Report => ("report", "1;32"),
        }
    }
}

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Bad,
    Quiet,
}

impl Tone {
    fn colour(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Quiet => "2",
        }
    }
}

/// One line of the timeline.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) lane: Lane,
    pub(crate) tone: Tone,
    pub(crate) text: String,
}

/// The terminal, or the file.
#[derive(Debug)]
pub(crate) struct Screen {
    started: Instant,
    is_terminal: bool,
    has_colours: bool,
    bar: Mutex<Bar>,
}

/// The last line of a terminal, rewritten in place while something lasts.
#[derive(Debug, Default)]
struct Bar {
    text: String,
    frame: usize,
}

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// Back to the line's beginning, and nothing on it.
const ERASE: &str = "\r\x1b[2K";
/// What stands before a line's text: the seconds, the lane.
const INDENT: usize = 19;

impl Screen {
    /// Standard output as it is.
    pub(crate) fn new() -> Self {
        let is_terminal = io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        // https://no-color.org: set and not empty.
        let is_forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_colours = is_terminal && !is_forbidden;
        Self { started: Instant::now(), is_terminal, has_colours, bar: Mutex::default() }
    }

    /// A line of the timeline.
    pub(crate) fn line(&self, line: &Line) {
        let elapsed = self.started.elapsed().as_secs_f64();
        let (name, colour) = line.lane.name_and_colour();
        for (index, text) in wrap(&line.text, WIDTH - INDENT).iter().enumerate() {
            let head = if index == 0 {
                format!("{elapsed:6.1}s  {}", self.paint(colour, &format!("{name:<9} ")))
            } else {
                " ".repeat(INDENT)
            };
            self.print(&format!("{head}{}", self.paint(line.tone.colour(), text)));
        }
    }

    /// A line as it is.
    pub(crate) fn print(&self, line: &str) {
        let bar = self.bar();
        let erase = if self.is_terminal { ERASE } else { "" };
        // The reader may be gone.
        let _ = writeln!(io::stdout(), "{erase}{line}");
        self.draw(&bar);
    }

    /// A line in a colour, which a file does not get.
    pub(crate) fn painted(&self, colour: &str, line: &str) {
        self.print(&self.paint(colour, line));
    }

    /// What lasts, from now on.
    pub(crate) fn lasts(&self, what: &str) {
        let mut bar = self.bar();
        what.clone_into(&mut bar.text);
        self.draw(&bar);
    }

    /// Turns the spinner by one.
    pub(crate) fn spin(&self) {
        let mut bar = self.bar();
        bar.frame = (bar.frame + 1) % FRAMES.len();
        self.draw(&bar);
    }

    fn draw(&self, bar: &Bar) {
        if !self.is_terminal {
            return;
        }
        let mut out = io::stdout().lock();
        let spinner = if bar.text.is_empty() { ' ' } else { FRAMES[bar.frame] };
        let text = self.paint("2", &format!("{spinner} {}", bar.text));
        // Without wrapping: on a narrow terminal it is cut, and stays one line that can be erased.
        let _ = write!(out, "{ERASE}\x1b[?7l{text}\x1b[?7h");
        if bar.text.is_empty() {
            let _ = write!(out, "{ERASE}");
        }
        let _ = out.flush();
    }

    /// `text` in a colour where there are colours.
    pub(crate) fn paint(&self, colour: &str, text: &str) -> String {
        if self.has_colours && !text.is_empty() { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bar(&self) -> MutexGuard<'_, Bar> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
