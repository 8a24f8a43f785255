//! A deployment that changes the runtime: how far it goes, what is known to break on the way, and the way back.

use serde_json::Value as Json;

use super::super::line::age;
use super::{Finding, Outlook, Seen, guarding};
use crate::contract::{AutoStart, UpdateGuard};
use crate::flink::{Application, ApplicationStatus, Runtime, Snapshot, SnapshotStatus, Upgrade};
use crate::lifecycle::can_restore;
use crate::stack::APPLICATION;

/// From one runtime to another one.
pub(super) struct RuntimeChange<'a> {
    from: &'a str,
    to: &'a str,
}

/// The change of the runtime, if the deployment makes one.
pub(super) fn of<'a>(seen: &'a Seen, application: &'a Application) -> Option<RuntimeChange<'a>> {
    let to = seen.properties(APPLICATION, false)?.get("RuntimeEnvironment").and_then(Json::as_str)?;
    let from = application.runtime.as_str();
    (from != to).then_some(RuntimeChange { from, to })
}

impl RuntimeChange<'_> {
    fn upgrade(&self) -> Upgrade {
        Runtime::of(self.from).upgrade_to(&Runtime::of(self.to))
    }

    /// `kept` of a job whose state comes along, with the distance. Whether the next major version reads it is known
    /// only when it does.
    pub(super) fn kept(&self, kept: Finding) -> Finding {
        let Self { from, to } = self;
        match self.upgrade() {
            Upgrade::None | Upgrade::Unsupported => kept,
            Upgrade::Minor => Finding {
                sentence: format!("{}; upgraded from {from} to {to}, a newer minor version", kept.sentence),
                ..kept
            },
            Upgrade::Major => Finding {
                sentence: format!("{}; upgraded from {from} to {to}, the next major version", kept.sentence),
                outlook: kept.outlook.max(Outlook::CannotTell),
            },
        }
    }

    /// What is known only when the new runtime reads the state.
    pub(super) fn unknown(&self) -> Option<String> {
        let is_major = self.upgrade() == Upgrade::Major;
        is_major.then(|| format!("whether a job of {} can read the state that {} saved", self.to, self.from))
    }

    /// What a person looks at before the next major version, and how it goes back: a line each.
    pub(super) fn advice(&self, seen: &Seen, application: &Application) -> Vec<String> {
        if self.upgrade() != Upgrade::Major {
            return Vec::new();
        }
        let Self { from, to } = self;
        let newest = application.newest_snapshot().map_or_else(
            || "the snapshot that the update takes".to_owned(),
            |newest| format!("the newest snapshot made under {from}, now {}", newest.name),
        );
        let gate =
            seen.properties(AutoStart::<String>::TYPE, false).and_then(|all| all.get("StabilizeSeconds")?.as_str());
        let has_gate = gate.is_some_and(|seconds| seconds != "0");
        let back = if has_gate && seen.has(UpdateGuard::<String>::TYPE) {
            format!("if the job restarts for ever, the gate fails the deployment, and its rollback restores {newest}")
        } else if has_gate {
            format!(
                "if the job restarts for ever, the gate fails the deployment; without a guard its rollback gets stuck, \
                 until the unsticker restores {newest}"
            )
        } else {
            format!(
                "no gate looks at the job, and AWS calls an update a success whose job restarts for ever: set \
                 StabilizeSeconds; the way back is a deployment with {from}, which restores {newest}"
            )
        };
        vec![
            format!(
                "build the jar for {to}: state in Kryo, POJOs with collections among it, and a Kinesis connector below 5.0 do not work there"
            ),
            back,
        ]
    }
}

/// A job that would start from state of a runtime which the next one cannot restore. It goes back to an older snapshot,
/// where it is started and not updated in place.
pub(super) fn not_restorable(seen: &Seen, application: &Application, from: &str, to: &str) -> Finding {
    let fits = |one: &&Snapshot| {
        one.status == SnapshotStatus::Ready
            && one.runtime.as_deref().is_none_or(|made_under| can_restore(to, made_under))
    };
    let older = application.snapshots.iter().filter(fits).max_by_key(|one| one.created);
    let Some(older) = older else {
        let sentence = format!(
            "a snapshot of {from} cannot be restored under {to}: auto-start refuses to start it empty; say \
             RestoreType=SKIP_RESTORE_FROM_SNAPSHOT to give the state up"
        );
        return Finding::of(Outlook::Fails, sentence);
    };
    let (name, since) = (&older.name, age(seen.proposal.now.since(older.created)));
    let is_started = application.status != ApplicationStatus::Running
        || (seen.is_called(UpdateGuard::<String>::TYPE) && guarding::stops_because(seen).is_some());
    if is_started {
        let sentence = format!(
            "a snapshot of {from} cannot be restored under {to}: it goes back to {name}; {since} are read and written again"
        );
        return Finding::of(Outlook::AtRisk, sentence);
    }
    let sentence = format!(
        "a snapshot of {from} cannot be restored under {to}, and the update in place takes one: set the guard's Mode \
         to Stop (GuardMode=Stop), and it goes back to {name}, {since} old"
    );
    Finding::of(Outlook::Fails, sentence)
}
