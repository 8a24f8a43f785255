//! The incident report, composed from what was done.

mod application;
mod commands;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use shared::contract::{Notify, Outcome, Report, VERSION};
use shared::flink::Application;
use shared::lifecycle::{Done, Goal, Incident, Refusal, Settings, Standing};
use shared::time::Timestamp;

use crate::reconcile::Trail;

pub(crate) use application::application;
use application::{actions, describe, of_application};
use standing::stands;

/// A goal that was driven, with what was done for it.
pub(crate) struct Taken {
    pub(crate) goal: Goal,
    pub(crate) application: Option<String>,
    pub(crate) trail: Trail,
    pub(crate) result: Result<Done, Refusal>,
}

/// Of a stack that is gone, or was never there.
pub(crate) fn not_ours(name: &str) -> Report {
    let mut report = blank(Outcome::NotOurs, name);
    report.state = format!("there is no stack {name}");
    report
}

/// What an incident came to. `applications` are as they were before anything was done.
pub(crate) fn compose(
    incident: &Incident,
    applications: &[Application],
    taken: &[Taken],
    standings: Vec<Standing>,
    settings: &Settings,
) -> Report {
    let mut report = blank(Outcome::NotOurs, &incident.stack);
    report.cause = incident.described_cause();
    report.attempt = incident.continued();
    report.blockers = incident.described_blockers();
    for one in taken.iter().filter(|one| one.application.is_none()) {
        report.actions.extend(actions(&one.trail));
    }
    let mut names: Vec<&String> = taken.iter().filter_map(|one| one.application.as_ref()).collect();
    names.dedup();
    let mut seen = BTreeSet::new();
    for name in names.into_iter().filter(|name| seen.insert(*name)) {
        let all: Vec<&Taken> = taken.iter().filter(|one| one.application.as_ref() == Some(name)).collect();
        let found = applications.iter().find(|one| one.name == *name);
        say(&mut report, &describe(name, found, &all, settings));
        report.applications.push(of_application(name, found, &all));
    }
    for standing in standings {
        stands(&mut report, incident, applications, standing, settings);
    }
    report.state.truncate(report.state.trim_end().len());
    report
}

/// A report of which nothing is known yet.
pub(crate) fn blank(outcome: Outcome, stack: &str) -> Report {
    Report {
        summary: String::new(),
        outcome,
        stack: stack.to_owned(),
        cause: String::new(),
        blockers: Vec::new(),
        actions: Vec::new(),
        applications: Vec::new(),
        attempt: 0,
        state: String::new(),
        next: String::new(),
        notify: Notify::LogOnly,
        version: VERSION.to_owned(),
    }
}

/// Adds a sentence to the report's `State`.
pub(crate) fn say(report: &mut Report, sentence: &str) {
    if sentence.is_empty() {
        return;
    }
    report.state.push_str(sentence);
    report.state.push(' ');
}

/// It is left to a person.
pub(crate) fn refused(mut report: Report, refusal: &Refusal) -> Report {
    report.outcome = Outcome::Refused;
    report.state.push_str(&refusal.to_string());
    refusal.remedy().clone_into(&mut report.next);
    report
}

/// A time as reports print it, to the minute in UTC: `2026-11-28T04:15Z`.
pub(crate) fn time(at: Timestamp) -> String {
    let text = DateTime::from_secs(at.0.div_euclid(1000)).fmt(Format::DateTime).unwrap_or_default();
    format!("{}Z", text.get(..16).unwrap_or(&text))
}
