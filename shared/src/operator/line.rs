//! How answers look: a label, then text, one thing a line; colours only on a terminal.

use std::time::Duration;

use crate::flink::{Application, SnapshotMode};

/// Whether a person's terminal shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without escape sequences, for pipes and files.
    Plain,
    /// With ANSI colours, for a terminal.
    Coloured,
}

/// The width of the labels.
const LABEL: usize = 10;

/// The colours in use, as ANSI says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Bold,
    Green,
    Yellow,
    Red,
}

impl Style {
    /// A text in a colour.
    pub(super) fn paint(self, colour: Colour, text: &str) -> String {
        let code = match colour {
            Colour::Bold => 1,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Red => 31,
        };
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// A label and its texts, one a line, the label once.
    pub(super) fn lines(self, label: &str, texts: &[String]) -> String {
        let mut lines = String::new();
        for (index, text) in texts.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let padded = format!("{label:LABEL$}");
            let padded = match self {
                Self::Plain => padded,
                Self::Coloured => format!("\u{1b}[1m{padded}\u{1b}[0m"),
            };
            lines = format!("{lines}{padded}{text}\n");
        }
        lines
    }
}

/// A duration as people say it: `40 s`, `12 min`, `3 h`, `5 days`.
#[must_use]
pub fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds @ 7200..=172_799 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// The longest that one reason may be on a screen.
const MAX_LINE_BYTES: usize = 320;

/// A reason without CloudFormation's envelope around the service's own words, on one line of bearable length.
pub(super) fn own_words(reason: &str) -> String {
    let inner = reason.split_once("Resource handler returned message: \"").map_or(reason, |(_, rest)| {
        let end = rest.find(" (Service: ").or_else(|| rest.find("\" (RequestToken")).unwrap_or(rest.len());
        rest.get(..end).unwrap_or(rest)
    });
    let line = inner.split_whitespace().collect::<Vec<_>>().join(" ");
    // What the snapshot failure suggests after its two sentences (switch snapshots off) is not what is done here.
    let line =
        line.split(" Please check the application's CloudWatch").next().unwrap_or_default().trim_end_matches('"');
    if line.len() <= MAX_LINE_BYTES {
        return line.to_owned();
    }
    format!("{} ...", line.get(..line.floor_char_boundary(MAX_LINE_BYTES)).unwrap_or_default().trim_end())
}

/// The way back from a snapshot mode that this version does not support: a line each, none where it is not used.
pub(super) fn leave_enhanced_snapshots(application: &Application) -> Vec<String> {
    match application.snapshot_mode {
        SnapshotMode::Legacy => Vec::new(),
        SnapshotMode::Enhanced => vec![
            "UpdateApplication cannot leave enhanced snapshots; until the next update of the application this can:"
                .to_owned(),
            format!(
                "aws kinesisanalyticsv2 rollback-application --application-name {} --current-application-version-id {}",
                application.name, application.version
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_reported_without_its_envelope() {
        let reason = "Resource handler returned message: \"Failed to take snapshot for the application a. (Service: \
                      KinesisAnalyticsV2, Status Code: 400)\" (RequestToken: t, HandlerErrorCode: InvalidRequest)";
        assert_eq!(own_words(reason), "Failed to take snapshot for the application a.");
        assert_eq!(own_words("no\n  jar"), "no jar");
        assert_eq!(
            own_words("Failed. It is down. Please check the application's CloudWatch logs"),
            "Failed. It is down."
        );
        assert!(own_words(&"é".repeat(500)).len() < 330);
    }

    #[test]
    fn an_age_is_said_in_the_unit_that_people_use() {
        let said = [40, 600, 3 * 3600, 400_000].map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(said, ["40 s", "10 min", "3 h", "4 days"]);
    }

    #[test]
    fn a_label_is_said_once_and_colour_only_on_a_terminal() {
        let two = ["a".to_owned(), "b".to_owned()];
        assert_eq!(Style::Plain.lines("next", &two), "next      a\n          b\n");
        assert_eq!(Style::Plain.paint(Colour::Red, "x"), "x");
        assert_eq!(Style::Coloured.paint(Colour::Red, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
