//! UPDATE_ROLLBACK_FAILED: whether all that blocks can be cured, what has to be stopped for it, and the rollback.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::super::UNSTICK_TOKEN;
use super::super::super::goal::{Continued, Done, Force, Goal, Stopped, Unmarked};
use super::super::super::refusal::Refusal;
use super::super::restart::{proof_snapshot_name, sanitize_token};
use super::super::{Blocker, BlockerKind, Consent, Incident};
use super::{IncidentSettings, Next, Standing, WouldStop, consent, named, report};
use crate::flink::{Application, ApplicationKind, ApplicationStatus};
use crate::lifecycle::goals::continue_rollback::MAX_ATTEMPTS;
use crate::lifecycle::rules::replay::{Replay, replay};
use crate::lifecycle::rules::snapshot_mode;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// The most characters of a ClientRequestToken (`semantics.md` C.2).
const MAX_TOKEN_LEN: usize = 128;
/// How long after the attempt before it the second and the third come, where only time cures.
const SPACING: [Duration; 2] = [Duration::from_mins(15), Duration::from_hours(1)];

pub(super) fn next(
    incident: &Incident,
    applications: &[Application],
    settings: &IncidentSettings,
    now: Timestamp,
) -> Next {
    let blockers = incident.blockers();
    // Between the look at the stack and the one at its rows another caller was faster.
    if blockers.is_empty() && incident.goes_on() {
        return report(Standing::ContinuedByAnother);
    }
    let concerned = concerned(&blockers);
    let runs = |name: &&&str| {
        let is_job = |one: &Application| one.kind() == ApplicationKind::Flink;
        named(applications, name).is_some_and(|one| one.status != ApplicationStatus::Ready && is_job(one))
    };
    let refused = |refusal: Refusal| {
        let to_stop = concerned.keys().filter(runs).map(|name| (*name).to_owned()).collect();
        report(Standing::StackRefused { refusal, to_stop })
    };
    let attempts = incident.continued();
    if let Some(refusal) = incurable(incident, &blockers) {
        return refused(refusal);
    }
    if attempts >= MAX_ATTEMPTS {
        return refused(Refusal::TooManyAttempts { attempts });
    }
    let consents: Vec<Consent> = concerned.keys().map(|name| consent(incident, named(applications, name))).collect();
    if let Some((name, _)) = concerned.keys().zip(&consents).find(|(_, consent)| **consent == Consent::None) {
        return refused(Refusal::NotTagged { application: (*name).to_owned() });
    }
    if !incident.may_continue {
        return refused(Refusal::NoServiceRole);
    }
    let mut stops: Vec<StopPlan<'_>> = Vec::new();
    for (name, kind) in &concerned {
        let application = named(applications, name);
        if let Some(refusal) = application.and_then(snapshot_mode::refusal) {
            return refused(refusal);
        }
        match settings.bound(application) {
            Ok(bound) => stops.push(StopPlan { name, kind: *kind, application, bound }),
            Err(refusal) => return refused(refusal),
        }
    }
    if consents.contains(&Consent::DryRun) || incident.consent == Consent::DryRun {
        return report(Standing::WouldUnstick { stops: stops.iter().map(|stop| stop.described(now)).collect() });
    }
    if let Some(until) = not_before(incident, &blockers).filter(|until| now < *until) {
        return report(Standing::Waits { until });
    }
    // Whose force-stop is forbidden comes first: if it is refused, no other was stopped.
    stops.sort_by_key(|stop| !stop.is_forbidden(now));
    for stop in stops {
        match incident.results(Some(stop.name)).as_slice() {
            [] => return stop.reach(incident, settings, now),
            [Ok(_), ..] => {}
            [Err(Refusal::Superseded), ..] => return report(Standing::ContinuedByAnother),
            // Throttled: whether it was stopped is not known, and the sweep removes the marker if it was not.
            [Err(refusal @ Refusal::Unanswered { .. })] | [Err(refusal), _, ..] => return refused(refusal.clone()),
            [Err(_)] => {
                let goal = Goal::Unmarked(Unmarked { marker: marker(incident), even_stopped: false });
                return Next::Reach { goal, application: Some(stop.name.to_owned()) };
            }
        }
    }
    match incident.results(None).as_slice() {
        [] => Next::Reach { goal: Goal::Continued(Continued { token: token(incident) }), application: None },
        [Ok(Done::RollbackContinued), ..] => report(Standing::Continued { attempt: attempts + 1 }),
        [Ok(_), ..] => report(Standing::ContinuedByAnother),
        [Err(refusal), ..] => refused(refusal.clone()),
    }
}

/// One application that is waited for or stopped.
struct StopPlan<'a> {
    name: &'a str,
    kind: BlockerKind,
    application: Option<&'a Application>,
    bound: Duration,
}

impl StopPlan<'_> {
    fn replay(&self, now: Timestamp) -> Option<Replay> {
        let runs = self.application.filter(|one| one.status != ApplicationStatus::Ready);
        runs.map(|application| replay(application, now, self.bound))
    }

    fn is_forbidden(&self, now: Timestamp) -> bool {
        matches!(self.replay(now), Some(Replay::Forbidden { .. }))
    }

    fn described(&self, now: Timestamp) -> WouldStop {
        WouldStop { application: self.name.to_owned(), replay: self.replay(now) }
    }

    fn reach(&self, incident: &Incident, settings: &IncidentSettings, now: Timestamp) -> Next {
        let goal = Stopped {
            marker: Some(marker(incident)),
            graceful: true,
            force: Force::UnderReplayRule(self.bound),
            patience: settings.stop_patience,
            since: incident.newest(StackStatus::UpdateRollbackFailed).map_or(now, |row| row.time),
            // Each attempt takes one of its own: one that failed says nothing of the job a quarter of an hour later.
            proof: Some(format!("{}-{}", proof_snapshot_name(&failed(incident)), now.0)),
        };
        // Busy is what it was a moment ago: only a second attempt stops what came to rest.
        let waits = self.kind == BlockerKind::Busy && incident.continued() == 0;
        let goal = if waits { Goal::Settled(goal) } else { Goal::Stopped(goal) };
        Next::Reach { goal, application: Some(self.name.to_owned()) }
    }
}

/// Each application that a blocker is about, with the kind that asks for most.
fn concerned(blockers: &[Blocker]) -> BTreeMap<&str, BlockerKind> {
    let mut all: BTreeMap<&str, BlockerKind> = BTreeMap::new();
    for blocker in blockers {
        if let Some(name) = &blocker.application {
            let kind = all.entry(name).or_insert(blocker.kind);
            *kind = (*kind).min(blocker.kind);
        }
    }
    all
}

/// Why nothing that these handlers do gets the stack out: something blocks that only a person cures, or nothing is
/// known to block.
pub(super) fn incurable(incident: &Incident, blockers: &[Blocker]) -> Option<Refusal> {
    let foreign = |name: &String| !incident.applications.contains(name);
    let is_incurable = |blocker: &&Blocker| {
        blocker.kind == BlockerKind::Incurable || blocker.application.as_ref().is_some_and(foreign)
    };
    if blockers.is_empty() {
        let reason = "its events do not say what failed".to_owned();
        return Some(Refusal::OtherBlocker { resource: incident.stack.clone(), reason });
    }
    let blocker = blockers.iter().find(is_incurable)?;
    let (resource, mut reason) = (blocker.logical_id.clone(), blocker.reason.clone());
    if let Some(name) = blocker.application.as_ref().filter(|name| foreign(name)) {
        reason = format!("{reason} ({name} is not an application of this stack)");
    }
    Some(Refusal::OtherBlocker { resource, reason })
}

/// When the next attempt comes at the earliest, where a transient error has to pass first.
fn not_before(incident: &Incident, blockers: &[Blocker]) -> Option<Timestamp> {
    let waits = blockers.iter().any(|blocker| blocker.kind == BlockerKind::Transient);
    let attempts = usize::try_from(incident.continued()).unwrap_or(usize::MAX);
    let spacing = SPACING.get(attempts.checked_sub(1).filter(|_| waits)?)?;
    incident.last_attempt().map(|last| last.plus(*spacing))
}

/// The row that began the operation: the function that starts the application again knows by it that the stop was for
/// this operation.
pub(super) fn marker(incident: &Incident) -> String {
    incident.began().map(|event| event.id.clone()).unwrap_or_default()
}

/// The ID of the row with which the rollback failed.
fn failed(incident: &Incident) -> String {
    incident.newest(StackStatus::UpdateRollbackFailed).map(|event| event.id.clone()).unwrap_or_default()
}

/// What CloudFormation takes as a token: the same for every delivery of one failure.
fn token(incident: &Incident) -> String {
    format!("{UNSTICK_TOKEN}{}", sanitize_token(&failed(incident))).chars().take(MAX_TOKEN_LEN).collect()
}
