//! Our own proofs: guard and gate take one at each deployment, and an application has at most 1,000 snapshots
//! (`semantics.md` A.7). So each prunes those of its own kind, whether the sweep does or not, and at the quota an old
//! proof makes room for a new one.

use crate::flink::{Application, Restore, Snapshot, SnapshotStatus};
use crate::lifecycle::call::Call;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;

/// How the names of proofs begin, the guard's and the gate's.
const KINDS: [&str; 2] = ["flink-handlers-guard-", "flink-handlers-gate-"];
/// How many of one kind stay.
const KEPT: usize = 2;
/// How many go at most in one invocation: it is a deployment that waits.
const MAX_DELETIONS: usize = 3;

/// The deletion of an older proof of the kind of `proof`, while there are more than stay.
pub(in crate::lifecycle) fn surplus(
    application: &Application,
    observed: &Observed,
    proof: &str,
) -> Option<(Call, StepReason)> {
    let kind = KINDS.into_iter().find(|kind| proof.starts_with(kind))?;
    let of_kind = application.snapshots.iter().filter(|one| one.name.starts_with(kind) && one.name != proof);
    let left = of_kind.filter(|one| !observed.attempts.deleted.contains(&one.name)).count();
    if left < KEPT {
        return None;
    }
    oldest(application, observed, proof, &[kind]).map(|one| (delete(one), StepReason::MoreThanKept))
}

/// The deletion of an old proof of either kind, when the quota forbids a new one.
pub(in crate::lifecycle) fn make_room(
    application: &Application,
    observed: &Observed,
    proof: &str,
) -> Option<(Call, StepReason)> {
    oldest(application, observed, proof, &KINDS).map(|one| (delete(one), StepReason::AtTheQuota))
}

/// The oldest proof that may go. The newest READY snapshot is what a restart resumes from; the named one is what the
/// job runs from.
fn oldest<'a>(application: &'a Application, observed: &Observed, proof: &str, kinds: &[&str]) -> Option<&'a Snapshot> {
    let newest = application.newest_snapshot().map(|newest| newest.name.as_str());
    let runs_from = match &application.running_with {
        Some((Restore::Custom(name), _)) => Some(name.as_str()),
        Some((Restore::Latest | Restore::Skip, _)) | None => None,
    };
    let may_go = |one: &&Snapshot| {
        let name = Some(one.name.as_str());
        kinds.iter().any(|kind| one.name.starts_with(kind))
            && matches!(one.status, SnapshotStatus::Ready | SnapshotStatus::Failed)
            && ![newest, runs_from, Some(proof)].contains(&name)
            && !observed.attempts.deleted.contains(&one.name)
    };
    let all = application.snapshots.iter().filter(may_go);
    all.min_by_key(|one| one.created).filter(|_| observed.attempts.deleted.len() < MAX_DELETIONS)
}

fn delete(snapshot: &Snapshot) -> Call {
    Call::DeleteSnapshot { name: snapshot.name.clone(), created: snapshot.created }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::fixtures::*;
    use std::time::Duration;

    const PROOF: &str = "flink-handlers-guard-new";

    fn with(names: &[&str]) -> Observed {
        let mut observed = seen(ApplicationStatus::Running);
        for name in names {
            later(&mut observed, Duration::from_secs(1));
            snapshot(&mut observed, name, SnapshotStatus::Ready);
        }
        observed
    }

    fn gone(
        observed: &mut Observed,
        next: fn(&Application, &Observed, &str) -> Option<(Call, StepReason)>,
    ) -> Vec<String> {
        let mut gone = Vec::new();
        while let Some((Call::DeleteSnapshot { name, created }, _)) =
            next(observed.application.as_ref().unwrap(), observed, PROOF)
        {
            observed.attempts.accepted(&Call::DeleteSnapshot { name: name.clone(), created });
            gone.push(name);
        }
        gone
    }

    #[test]
    fn the_two_newest_of_a_kind_stay_and_nothing_of_another() {
        let old = ["flink-handlers-guard-1", "mine", "flink-handlers-gate-1", "flink-handlers-guard-2", "STOP-app-1"];
        let mut observed = with(&[&old[..], &["flink-handlers-guard-3", PROOF]].concat());
        assert_eq!(gone(&mut observed, surplus), ["flink-handlers-guard-1", "flink-handlers-guard-2"]);
    }

    #[test]
    fn at_the_quota_proofs_of_both_kinds_make_room_but_never_the_newest() {
        let mut observed = with(&["flink-handlers-gate-1", "UPDATEAPPLICATION-app-1", "flink-handlers-guard-1"]);
        assert_eq!(gone(&mut observed, make_room), ["flink-handlers-gate-1"]);
    }

    #[test]
    fn a_deployment_waits_for_few_deletions() {
        let names: Vec<String> = (0..20).map(|index| format!("flink-handlers-guard-{index}")).collect();
        let mut observed = with(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(gone(&mut observed, surplus).len(), MAX_DELETIONS);
    }
}
