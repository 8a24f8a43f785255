//! Whether the job restarts, how often, and whether the snapshot that this takes can be taken now.

use super::super::job::{Job, job};
use super::super::line::age;
use super::{Effect, Finding, Outlook, Seen, guarding, keys, needs_rollback_disabled};
use crate::contract::{AutoStart, PropertyGroups, UpdateGuard, refusing};
use crate::flink::{Application, ApplicationKind, ApplicationPhase, ApplicationStatus, SnapshotMode};
use crate::lifecycle::{Replay, replay};
use crate::stack::{APPLICATION, LOGGING_OPTION};

/// Properties of an application that UpdateApplication has no member for: tags and the maintenance window have calls of
/// their own, the description has none.
const WITHOUT_AN_UPDATE: [&str; 3] = ["Tags", "ApplicationDescription", "ApplicationMaintenanceConfiguration"];

/// How often the running job restarts, and in words.
pub(super) fn of(seen: &Seen) -> (u32, Finding) {
    let start =
        if seen.has_starter() { "auto-start starts it" } else { "nothing starts it: the stack has no auto-start" };
    match seen.change(APPLICATION).map(|change| change.effect) {
        Some(Effect::Remove) => return (0, Finding::fine("it is stopped: the deployment removes it")),
        Some(Effect::Leave) => return (0, Finding::fine("none: it leaves the stack as it is")),
        Some(Effect::Add | Effect::Modify | Effect::Replace | Effect::Unknown) | None => {}
    }
    let kind = seen.kind();
    if kind != ApplicationKind::Flink {
        return (0, of_another_kind(seen, kind));
    }
    let Some(application) = seen.application() else {
        return (0, Finding::fine(format!("it does not run yet: {start}")));
    };
    match application.status.phase() {
        ApplicationPhase::Running => running(seen, start),
        ApplicationPhase::Ready | ApplicationPhase::RolledBack => {
            let starts = seen.is_called(AutoStart::<String>::TYPE);
            let sentence = if starts {
                "it does not run: auto-start starts it once"
            } else {
                "it does not run, and is not started"
            };
            (0, Finding::fine(sentence))
        }
        ApplicationPhase::Transitional => (0, busy(seen, application.status)),
        ApplicationPhase::Deleting => (0, Finding::of(Outlook::Fails, "it is DELETING: wait until it is gone")),
    }
}

/// A notebook or a SQL application: which handler refuses it, and else what is known. What an update does to one that
/// runs is not documented.
fn of_another_kind(seen: &Seen, kind: ApplicationKind) -> Finding {
    let noun = kind.noun();
    if let Some(resource) = refused_by(seen, kind) {
        let sentence = format!("it is a {noun}: {resource} is for Flink applications and refuses it");
        return Finding::of(Outlook::Fails, sentence);
    }
    let runs = seen.application().is_some_and(|one| one.status == ApplicationStatus::Running);
    let is_updated = [APPLICATION, LOGGING_OPTION].iter().any(|kind| seen.change(kind).is_some());
    if runs && is_updated {
        return Finding::of(Outlook::CannotTell, format!("it is a {noun}: cannot tell whether this restarts it"));
    }
    let then = if runs {
        "it runs on"
    } else if seen.is_called(AutoStart::<String>::TYPE) {
        "auto-start starts it, without a RunConfiguration"
    } else {
        "who works in it starts it"
    };
    Finding::fine(format!("it is a {noun}: {then}"))
}

/// The resource whose handler will be called and refuses an application of this kind. A guard that is called before
/// there is an application refuses nothing.
fn refused_by(seen: &Seen, kind: ApplicationKind) -> Option<&'static str> {
    let is_refused =
        |one: &&'static str| seen.is_called(one) && (*one != UpdateGuard::<String>::TYPE || seen.live().is_some());
    refusing(kind).iter().copied().find(is_refused)
}

fn running(seen: &Seen, start: &str) -> (u32, Finding) {
    let guarded = seen.is_called(UpdateGuard::<String>::TYPE);
    if let Some(because) = guarding::stops_because(seen).filter(|_| guarded) {
        return (1, Finding::fine(format!("once: the guard stops it, because {because}; {start}")));
    }
    // It proves a snapshot first, and so would a policy that forces it.
    let probed = if guarded { "; Mode is Probe: the guard proves a snapshot first" } else { "" };
    let causes = causes(seen);
    if causes.is_empty() && may_be_updated(seen) {
        return (0, Finding::of(Outlook::CannotTell, "cannot tell whether it restarts"));
    }
    match causes.as_slice() {
        [] => (0, Finding::fine("none: it runs on")),
        [one] => (1, Finding::fine(format!("once, by the update of {one}{probed}"))),
        several => {
            let times = u32::try_from(several.len()).unwrap_or(u32::MAX);
            (times, Finding::fine(format!("{times} times, by the updates of {}{probed}", several.join(" and "))))
        }
    }
}

/// One in a status that passes. Nothing is lost by that; what it will be then is not known yet.
fn busy(seen: &Seen, status: ApplicationStatus) -> Finding {
    if busy_status(seen).is_none() {
        return Finding::fine(format!("it is {status}, and nothing of it changes"));
    }
    let is_guarded = seen.is_called(UpdateGuard::<String>::TYPE);
    let waits = if is_guarded { "; the guard waits for that, at most StopMinutes" } else { "" };
    let sentence = format!("cannot tell: it is {status}; plan and deploy when that is over{waits}");
    Finding::of(Outlook::CannotTell, sentence)
}

/// The status of an application that the deployment works on while it passes.
pub(super) fn busy_status(seen: &Seen) -> Option<ApplicationStatus> {
    let status = seen.application().map(|application| application.status)?;
    match status.phase() {
        ApplicationPhase::Transitional => is_worked_on(seen).then_some(status),
        ApplicationPhase::Running
        | ApplicationPhase::Ready
        | ApplicationPhase::RolledBack
        | ApplicationPhase::Deleting => None,
    }
}

/// Whether an update, the guard or the auto-start meets the application in the status that it has now.
fn is_worked_on(seen: &Seen) -> bool {
    let is_called = |kind: &&str| seen.is_called(kind);
    let handlers = [UpdateGuard::<String>::TYPE, AutoStart::<String>::TYPE];
    !causes(seen).is_empty() || may_be_updated(seen) || handlers.iter().any(is_called)
}

/// What updates the running application.
fn causes(seen: &Seen) -> Vec<&'static str> {
    let mut causes: Vec<&'static str> = Vec::new();
    let restarts = |name: &String| !WITHOUT_AN_UPDATE.contains(&name.as_str());
    let updates = |kind: &str| {
        seen.change(kind).is_some_and(|change| {
            change.happens() && (change.properties.is_empty() || change.properties.iter().any(restarts))
        })
    };
    if updates(APPLICATION) {
        causes.push("the application");
    }
    if seen.change(LOGGING_OPTION).is_some_and(|change| change.effect != Effect::Unknown) {
        causes.push("its logging option");
    }
    let (before, after) = (keys::given(seen, true), keys::given(seen, false));
    // The groups stand in the application too: one update writes both.
    let injected = seen.is_called(PropertyGroups::<String>::TYPE) && !updates(APPLICATION);
    if injected && !keys::changed(&before, &after).is_empty() {
        causes.push("its property groups");
    }
    causes
}

/// Whether it is not known that nothing updates it.
fn may_be_updated(seen: &Seen) -> bool {
    let kinds = [APPLICATION, LOGGING_OPTION, UpdateGuard::<String>::TYPE, PropertyGroups::<String>::TYPE];
    kinds.iter().any(|kind| seen.is_unknown(kind))
}

/// Why a snapshot would fail now.
pub(super) fn trouble(seen: &Seen) -> Option<String> {
    let application = seen.live().filter(|one| one.status == ApplicationStatus::Running)?;
    match job(application, seen.refused(), seen.proposal.now) {
        Job::Fails(what) => Some(what),
        Job::Runs
        | Job::Busy(..)
        | Job::NeverStarted
        | Job::AwaitsFix
        | Job::AwaitsRestart
        | Job::Stopped(_)
        | Job::RolledBack => None,
    }
}

/// Whether a snapshot is needed, and can be taken.
pub(super) fn snapshot(seen: &Seen, restarts: u32) -> Finding {
    let kind = seen.kind();
    if kind != ApplicationKind::Flink {
        return Finding::fine(format!("not needed: a {} takes none", kind.noun()));
    }
    if let Some(status) = busy_status(seen) {
        return Finding::of(Outlook::CannotTell, format!("cannot tell: it is {status}"));
    }
    let may_restart = restarts > 0 || seen.is_unknown(APPLICATION) || seen.is_unknown(LOGGING_OPTION);
    let Some(application) = seen.application().filter(|_| may_restart) else {
        return Finding::fine("not needed");
    };
    if application.snapshot_mode == SnapshotMode::Enhanced {
        let sentence = "it uses enhanced snapshots, which this version of the handlers refuses before anything changes";
        return Finding::of(Outlook::Fails, sentence);
    }
    if !application.snapshots_enabled {
        return Finding::fine("none: SnapshotsEnabled is false");
    }
    match trouble(seen) {
        None => {
            let newest = application.newest_snapshot().map_or_else(
                || "there is none yet".to_owned(),
                |newest| {
                    format!("the newest, {}, is {} old", newest.name, age(seen.proposal.now.since(newest.created)))
                },
            );
            Finding::fine(format!("needed; no problem found ({newest})"))
        }
        Some(what) if restarts == 0 => {
            Finding::of(Outlook::CannotTell, format!("it would fail: {}", what.trim_end_matches('.')))
        }
        Some(what) => cannot(seen, application, &what),
    }
}

/// The job cannot be snapshotted: what the guard's policy makes of that.
fn cannot(seen: &Seen, application: &Application, what: &str) -> Finding {
    let (outlook, then) = if seen.is_called(UpdateGuard::<String>::TYPE) {
        match seen.guard("OnSnapshotFailure") {
            Some("ForceStop") => match replay(application, seen.proposal.now, seen.bound()) {
                Replay::Since { snapshot, age: since } => {
                    let sentence = format!(
                        "the guard forces: what came after {snapshot} ({}) is read and written again",
                        age(since)
                    );
                    (Outlook::AtRisk, sentence)
                }
                Replay::Empty { age: since } => {
                    (Outlook::AtRisk, format!("the guard forces: state restarts empty, {} are read again", age(since)))
                }
                Replay::Forbidden { why } => (Outlook::Fails, format!("the guard refuses to force: {why}")),
            },
            Some("Continue") => {
                (Outlook::Fails, "OnSnapshotFailure=Continue: the update will fail, and its rollback too".to_owned())
            }
            Some(_) | None => (Outlook::Fails, "the guard fails the deployment before anything changes".to_owned()),
        }
    } else {
        let is_kept = seen.proposal.deployed.as_ref().is_some_and(|one| needs_rollback_disabled(one.status));
        let sentence = if is_kept {
            "without a guard the update fails again: UPDATE_FAILED"
        } else {
            "without a guard the update and its rollback fail: UPDATE_ROLLBACK_FAILED"
        };
        (Outlook::Fails, sentence.to_owned())
    };
    Finding::of(outlook, format!("needed, and it will fail: {}; {then}", what.trim_end_matches('.')))
}
