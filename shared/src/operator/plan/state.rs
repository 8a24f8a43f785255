//! What becomes of the job's state: carried over, given up, or not restorable.

use serde_json::Value as Json;

use super::super::line::age;
use super::restart::{busy_status, snapshot, trouble};
use super::{Effect, Finding, Outlook, Seen, guarding, upgrade};
use crate::contract::{AutoStart, RunConfiguration, UpdateGuard};
use crate::flink::{Application, ApplicationKind, ApplicationStatus, Restore, SnapshotStatus};
use crate::lifecycle::can_restore;
use crate::stack::APPLICATION;

/// Whether the job's state is carried over, given up or not restorable, after so many restarts.
pub(super) fn of(seen: &Seen, restarts: u32) -> Finding {
    let kind = seen.kind();
    if kind != ApplicationKind::Flink {
        return of_another_kind(seen, kind);
    }
    let asked = asked(seen);
    if seen.change(APPLICATION).is_some_and(|change| change.effect == Effect::Replace) {
        return replaced(seen, asked.as_ref());
    }
    match seen.change(APPLICATION).map(|change| change.effect) {
        Some(Effect::Remove) => {
            let sentence = "GIVEN UP: the application is removed, and its snapshots with it";
            return Finding::of(Outlook::AtRisk, sentence);
        }
        Some(Effect::Leave) => return Finding::fine("kept: the application stays, and leaves the stack"),
        Some(Effect::Add | Effect::Modify | Effect::Replace | Effect::Unknown) | None => {}
    }
    let Some(application) = seen.application() else { return Finding::fine("there is none yet: it starts empty") };
    let busy = busy_status(seen);
    let starts = restarts > 0
        || busy.is_some()
        || (application.status == ApplicationStatus::Ready && seen.is_called(AutoStart::<String>::TYPE));
    if !starts {
        return Finding::fine("untouched");
    }
    match guarding::restored_by_the_update(seen) {
        Some(Restore::Skip) => {
            let sentence = "GIVEN UP: the application's RunConfiguration says SKIP_RESTORE_FROM_SNAPSHOT, which \
                            CloudFormation applies to each update of a RUNNING application";
            return Finding::of(Outlook::AtRisk, sentence);
        }
        Some(Restore::Custom(name)) => return custom(seen, application, &name),
        Some(Restore::Latest) | None => {}
    }
    match asked {
        Some(Restore::Skip) => {
            return Finding::of(Outlook::AtRisk, "GIVEN UP: SKIP_RESTORE_FROM_SNAPSHOT starts it empty");
        }
        Some(Restore::Custom(name)) => return custom(seen, application, &name),
        Some(Restore::Latest) | None => {}
    }
    if let Some(status) = busy {
        return Finding::of(Outlook::CannotTell, format!("cannot tell: it is {status}"));
    }
    let runtime =
        seen.properties(APPLICATION, false).and_then(|all| all.get("RuntimeEnvironment")).and_then(Json::as_str);
    let runtime = runtime.unwrap_or(&application.runtime);
    let made_under = application.newest_snapshot().and_then(|newest| newest.runtime.as_deref());
    let is_stopped = application.status == ApplicationStatus::Running && application.snapshots_enabled;
    if is_stopped && snapshot(seen, restarts).outlook == Outlook::Fails {
        return Finding::fine("untouched: the update does not happen");
    }
    let stops_with_snapshot = is_stopped && trouble(seen).is_none();
    let from = if stops_with_snapshot { Some(application.runtime.as_str()) } else { made_under };
    if let Some(from) = from.filter(|from| !can_restore(runtime, from)) {
        return upgrade::not_restorable(seen, application, from, runtime);
    }
    let kept = if stops_with_snapshot {
        Finding::fine("kept: it starts from the snapshot of its own stop")
    } else {
        at_rest(seen, application)
    };
    match upgrade::of(seen, application) {
        Some(change) => change.kept(kept),
        None => kept,
    }
}

/// A notebook has notes, which are the application's own; a SQL application keeps nothing.
fn of_another_kind(seen: &Seen, kind: ApplicationKind) -> Finding {
    let kept = match kind {
        ApplicationKind::Studio => "its notes",
        ApplicationKind::Sql | ApplicationKind::Flink => "its code",
    };
    match seen.change(APPLICATION).map(|change| change.effect) {
        Some(Effect::Replace) => {
            Finding::of(Outlook::AtRisk, format!("GIVEN UP: it is replaced, and {kept} go with the old one"))
        }
        Some(Effect::Remove) => Finding::of(Outlook::AtRisk, format!("GIVEN UP: it is removed, and {kept} with it")),
        Some(Effect::Leave | Effect::Add | Effect::Modify | Effect::Unknown) | None => {
            Finding::fine(format!("kept: {kept} stay"))
        }
    }
}

/// A job that starts from whatever is there.
fn at_rest(seen: &Seen, application: &Application) -> Finding {
    let Some(newest) = application.newest_snapshot() else {
        return Finding::of(Outlook::AtRisk, "no READY snapshot: it starts empty");
    };
    let old = seen.proposal.now.since(newest.created);
    let sentence = format!("it starts from {}, {} old", newest.name, age(old));
    if old < seen.bound() {
        return Finding::fine(sentence);
    }
    let hours = seen.bound().as_secs() / 3600;
    Finding::of(
        Outlook::AtRisk,
        format!(
            "{sentence}: more than the {hours} hours that may be replayed; what the source no longer keeps is lost"
        ),
    )
}

fn custom(seen: &Seen, application: &Application, name: &str) -> Finding {
    let ready = application.snapshots.iter().find(|one| one.name == name && one.status == SnapshotStatus::Ready);
    match ready {
        Some(snapshot) => {
            let since = age(seen.proposal.now.since(snapshot.created));
            Finding::of(Outlook::AtRisk, format!("goes back to {name}: {since} are read and written again"))
        }
        None => Finding::of(Outlook::Fails, format!("there is no READY snapshot {name} to restore")),
    }
}

fn replaced(seen: &Seen, asked: Option<&Restore>) -> Finding {
    let refuses = seen.has(UpdateGuard::<String>::TYPE) || seen.has_starter();
    if refuses && asked != Some(&Restore::Skip) {
        let sentence = "ANOTHER APPLICATION: its name changes; guard and auto-start refuse, unless \
                    RestoreType=SKIP_RESTORE_FROM_SNAPSHOT gives the state up";
        return Finding::of(Outlook::Fails, sentence);
    }
    Finding::of(Outlook::AtRisk, "GIVEN UP: a new application starts empty, the old one's snapshots go with it")
}

/// What the next start restores, when this deployment is the first to say so: CUSTOM and SKIP apply to that one only.
fn asked(seen: &Seen) -> Option<Restore> {
    let read = |before: bool| {
        let run = seen.properties(AutoStart::<String>::TYPE, before)?.get("RunConfiguration")?;
        serde_json::from_value::<RunConfiguration>(run.clone()).ok()
    };
    let (old, new) = (read(true), read(false)?);
    if old.as_ref() == Some(&new) {
        return None;
    }
    new.restore().ok().map(|(restore, _)| restore)
}
