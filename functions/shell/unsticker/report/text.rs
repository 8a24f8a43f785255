//! Sentences and times in a report.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use shared::contract::Report;
use shared::time::Timestamp;

/// Adds a sentence to the report's `State`.
pub(crate) fn say(report: &mut Report, sentence: &str) {
    if sentence.is_empty() {
        return;
    }
    report.state.push_str(sentence);
    report.state.push(' ');
}

/// A time as reports print it, to the minute in UTC: `2026-11-28T04:15Z`.
pub(crate) fn time(at: Timestamp) -> String {
    let text = DateTime::from_secs(at.0.div_euclid(1000)).fmt(Format::DateTime).unwrap_or_default();
    format!("{}Z", text.get(..16).unwrap_or(&text))
}
