//! Where the timeline is printed: lanes and colours on a terminal, the same lines without them elsewhere.
//!
//! It refuses to know what the lines say.

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::printer::{self, Print};
use crate::text::{WIDTH, brief, wrap};

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
    Seen,
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
            Self::Seen => ("✔ seen", "32"),
        }
    }
}

impl Lane {
    /// Whether the story itself prints it, and not the watcher of the world.
    fn is_of_the_story(self) -> bool {
        matches!(self, Self::Team | Self::Seen)
    }
}

/// A text in a colour, as ANSI says it.
fn coloured(colour: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\x1b[{colour}m{text}\x1b[0m") }
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
    /// Why, below it.
    pub(crate) because: Option<String>,
}

impl Line {
    /// A line without a reason.
    pub(crate) fn new(lane: Lane, tone: Tone, text: impl Into<String>) -> Self {
        Self { lane, tone, text: text.into(), because: None }
    }

    /// With a reason, if it is not empty.
    pub(crate) fn because(self, because: impl Into<String>) -> Self {
        Self { because: Some(because.into()).filter(|because| !because.is_empty()), ..self }
    }
}

/// The terminal, or the file.
#[derive(Debug)]
pub(crate) struct Screen {
    started: Instant,
    has_colours: bool,
    printer: Sender<Print>,
    /// The lines of the story that is recorded, with colours and without the seconds, which differ from run to run.
    recorded: Mutex<Option<Vec<String>>>,
}

/// What stands before a line's text: the seconds, the lane.
const INDENT: usize = 19;

impl Screen {
    /// Standard output as it is.
    pub(crate) fn new() -> Self {
        let is_terminal = io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        // https://no-color.org: set and not empty.
        let is_forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_colours = is_terminal && !is_forbidden;
        Self { started: Instant::now(), has_colours, printer: printer::start(is_terminal), recorded: Mutex::new(None) }
    }

    /// Records what the story prints from now on, and nothing of its watcher's, whose order differs from run to run.
    pub(crate) fn record(&self) {
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// Ends the recording: its lines.
    pub(crate) fn recorded(&self) -> Vec<String> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    fn keep(&self, line: impl FnOnce() -> String) {
        if let Some(lines) = self.recorded.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            lines.push(line());
        }
    }

    /// A line of the timeline, broken where it is too long.
    pub(crate) fn line(&self, line: &Line) {
        let elapsed = self.started.elapsed().as_secs_f64();
        let (name, colour) = line.lane.name_and_colour();
        if line.lane.is_of_the_story() {
            let text = [coloured(colour, &format!("{name:<9} ")), coloured(line.tone.colour(), &line.text)].concat();
            self.keep(|| text);
        }
        let mut head = format!("{elapsed:6.1}s  {}", self.paint(colour, &format!("{name:<9} ")));
        let mut lines = Vec::new();
        let because = line.because.iter().map(|because| (Tone::Quiet, because));
        for (tone, text) in std::iter::once((line.tone, &line.text)).chain(because) {
            for text in wrap(&brief(text), WIDTH - INDENT) {
                let head = std::mem::replace(&mut head, " ".repeat(INDENT));
                lines.push(format!("{head}{}", self.paint(tone.colour(), &text)));
            }
        }
        // In one piece: the story and its watcher both print.
        self.send(Print::Line(lines.join("\n")));
    }

    /// A line as it is.
    pub(crate) fn print(&self, line: &str) {
        self.keep(|| line.to_owned());
        self.send(Print::Line(line.to_owned()));
    }

    /// A line in a colour, which a file does not get.
    pub(crate) fn painted(&self, colour: &str, line: &str) {
        self.keep(|| coloured(colour, line));
        self.send(Print::Line(self.paint(colour, line)));
    }

    /// What lasts, from now on.
    pub(crate) fn lasts(&self, what: &str) {
        self.send(Print::Lasting(what.to_owned()));
    }

    /// Until everything is printed.
    pub(crate) fn finish(&self) {
        let (printed, is_printed) = channel();
        self.send(Print::End(printed));
        // An error: it ended before.
        let _ = is_printed.recv();
    }

    /// `text` in a colour where there are colours.
    pub(crate) fn paint(&self, colour: &str, text: &str) -> String {
        if self.has_colours { coloured(colour, text) } else { text.to_owned() }
    }

    fn send(&self, print: Print) {
        // After the end nothing is printed.
        let _ = self.printer.send(print);
    }
}
