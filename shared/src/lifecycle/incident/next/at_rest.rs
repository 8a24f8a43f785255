//! The operation is over: what was stopped for it is started again and proven, or left stopped for a fix.

use super::super::super::MARKER;
use super::super::super::goal::{Done, Goal, Recovered, Unmarked};
use super::super::super::refusal::Refusal;
use super::super::restart::{Owed, owed, proof_snapshot_name};
use super::super::{Consent, Incident};
use super::{IncidentSettings, Next, Standing, consent, named, report};
use crate::flink::{Application, ApplicationStatus};
use crate::time::Timestamp;

pub(super) fn next(
    incident: &Incident,
    applications: &[Application],
    settings: &IncidentSettings,
    now: Timestamp,
) -> Next {
    let mut standings = Vec::new();
    let mut to_start: Vec<&Application> = Vec::new();
    for name in &incident.applications {
        let Some(application) = named(applications, name) else {
            // Only an incident of ours is asked what became of it.
            if incident.continued() > 0 {
                standings.push(Standing::Gone { application: name.clone() });
            }
            continue;
        };
        match (owed(incident, application), consent_to_start(incident, application)) {
            (Owed::Nothing, _) => {}
            (Owed::Start, Ok(())) => to_start.push(application),
            (Owed::Unmark, Ok(())) if incident.results(Some(name)).is_empty() => {
                let marker = application.tag(MARKER).unwrap_or_default().to_owned();
                let goal = Goal::Unmarked(Unmarked { marker, even_stopped: true });
                return Next::Reach { goal, application: Some(name.clone()) };
            }
            (Owed::Unmark, Ok(())) => standings.extend(unmarked(incident, application)),
            (Owed::Start, Err(standing)) => standings.extend(standing),
            (Owed::Unmark, Err(_)) => {}
        }
    }
    // All are started before any is waited for: twelve in turn would keep the twelfth down for half an hour.
    let waits = to_start.len() > 1;
    let is_down = |one: &&&Application| one.status == ApplicationStatus::Ready;
    let unstarted = |one: &&&Application| incident.results(Some(&one.name)).is_empty();
    if let Some(first) = to_start.iter().filter(|_| waits).filter(is_down).find(unstarted) {
        return recover(incident, &first.name, false, settings, now);
    }
    for application in to_start {
        match incident.results(Some(&application.name)).last() {
            None | Some(Ok(Done::Started)) => return recover(incident, &application.name, true, settings, now),
            Some(result) => standings.extend(recovered(&application.name, result)),
        }
    }
    if standings.is_empty() {
        standings.push(Standing::NothingToStart);
    }
    Next::Report(standings)
}

/// A stack that has not opted in: what its guard stopped and did not run again is reported, also when the guard
/// itself went with the update that had brought it, and the marker shows it.
pub(super) fn untagged(incident: &Incident, applications: &[Application]) -> Next {
    let is_ours = |one: &Application| incident.is_guarded || one.tag(MARKER).is_some();
    let is_down = |one: &&Application| {
        one.status == ApplicationStatus::Ready && is_ours(one) && owed(incident, one) == Owed::Start
    };
    let message = |one: &Application| {
        let refusal = Refusal::StackNotTagged { application: one.name.clone() };
        Standing::StartRefused { application: one.name.clone(), refusal, by_hand: true }
    };
    let standings: Vec<Standing> = applications.iter().filter(is_down).map(message).collect();
    if standings.is_empty() { report(Standing::NotOurs) } else { Next::Report(standings) }
}

fn recover(incident: &Incident, name: &str, prove: bool, settings: &IncidentSettings, now: Timestamp) -> Next {
    let (event, since) = incident.ended().map_or_else(|| (String::new(), now), |row| (row.id.clone(), row.time));
    let proof = proof_snapshot_name(&event);
    let goal = Goal::Recovered(Recovered {
        event,
        stabilize: settings.stabilize,
        proof,
        since,
        stack: incident.status,
        patience: settings.start_patience,
        prove,
    });
    Next::Reach { goal, application: Some(name.to_owned()) }
}

/// Whether the application may be started; if not, what a person hears of it.
fn consent_to_start(incident: &Incident, application: &Application) -> Result<(), Option<Standing>> {
    let name = || application.name.clone();
    match consent(incident, Some(application)) {
        Consent::Enabled => Ok(()),
        Consent::DryRun => Err(Some(Standing::WouldStart { application: name() })),
        Consent::None if application.tag(MARKER).is_some() => {
            let refusal = Refusal::NotTagged { application: name() };
            Err(Some(Standing::StartRefused { application: name(), refusal, by_hand: true }))
        }
        Consent::None => Err(None),
    }
}

/// A marker that counts no more was removed; of a job that runs no one has to hear that.
fn unmarked(incident: &Incident, application: &Application) -> Option<Standing> {
    let name = application.name.clone();
    match incident.results(Some(&name)).last() {
        Some(Err(refusal)) => {
            Some(Standing::StartRefused { application: name, refusal: (*refusal).clone(), by_hand: false })
        }
        Some(Ok(_)) | None => {
            (application.status == ApplicationStatus::Ready).then_some(Standing::LeftStopped { application: name })
        }
    }
}

fn recovered(name: &str, result: &Result<Done, Refusal>) -> Option<Standing> {
    let application = name.to_owned();
    match result {
        Ok(Done::Healthy) => Some(Standing::Recovered { application }),
        Ok(Done::AwaitingFix { error }) => Some(Standing::AwaitingFix { application, error: error.clone() }),
        Ok(Done::Gone) => Some(Standing::Gone { application }),
        Ok(Done::LeftToDeployment) => Some(Standing::LeftToDeployment { application }),
        Ok(
            Done::Running
            | Done::RunsOn { .. }
            | Done::Started
            | Done::Settled
            | Done::Unmarked
            | Done::NotRunning
            | Done::Stopped
            | Done::Groups { .. }
            | Done::GroupsLeft { .. }
            | Done::RollbackContinued
            | Done::NoLongerStuck
            | Done::Guarded(_)
            | Done::Swept
            | Done::Would { .. },
        ) => None,
        // One that cannot be started keeps no other down.
        Err(refusal) => Some(Standing::StartRefused { application, refusal: refusal.clone(), by_hand: false }),
    }
}
