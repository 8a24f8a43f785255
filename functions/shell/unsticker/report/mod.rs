//! The incident report, composed from what was done.

mod application;
mod commands;
mod standing;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;

use shared::contract::{Notify, Outcome, Report, VERSION};
use shared::flink::Application;
use shared::lifecycle::{Incident, IncidentSettings, Refusal, Standing};

pub(crate) use application::{GoalRecord, application};
use application::{actions, describe, of_application};
use standing::stands;
pub(crate) use text::{say, time};

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
    taken: &[GoalRecord],
    standings: Vec<Standing>,
    settings: &IncidentSettings,
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
        let all: Vec<&GoalRecord> = taken.iter().filter(|one| one.application.as_ref() == Some(name)).collect();
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

/// It is left to a person.
pub(crate) fn refused(mut report: Report, refusal: &Refusal) -> Report {
    report.outcome = Outcome::Refused;
    report.state.push_str(&refusal.to_string());
    refusal.remedy().clone_into(&mut report.next);
    report
}
