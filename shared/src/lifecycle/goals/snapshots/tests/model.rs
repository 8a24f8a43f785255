//! Any snapshots whatever: a sweep that is obeyed ends, and what must stay stays.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 6] = [
    "flink-handlers-guard-",
    "flink-handlers-gate-",
    "flink-handlers-sweep-",
    "flink-handlers-other-",
    "STOP-app-",
    "anothers-",
];

fn snapshots() -> impl Strategy<Value = Vec<Snapshot>> {
    let one = (prop::sample::select(NAMES.to_vec()), prop::sample::select(SnapshotStatus::ALL.to_vec()), 0..600_i64);
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let snapshot = |(index, (prefix, status, minutes)): (usize, (&str, SnapshotStatus, i64))| Snapshot {
            name: format!("{prefix}{index}"),
            status,
            version: 1,
            created: Timestamp(minutes * 60_000),
            runtime: None,
        };
        all.into_iter().enumerate().map(snapshot).collect()
    })
}

/// The service does as requested, until there is nothing more to do.
fn swept(mut observed: Observed, keep: usize) -> (Vec<Snapshot>, Step, usize) {
    let goal = Goal::Swept(Swept { snapshot: "flink-handlers-sweep-now".into(), keep });
    for calls in 0..20 {
        let Step::Call(call, _) = next_step(&goal, &observed) else {
            let last = next_step(&goal, &observed);
            return (app(&mut observed).snapshots.clone(), last, calls);
        };
        match &call {
            Call::DeleteSnapshot { name, created } => {
                let exact = |one: &Snapshot| one.name == *name && one.created == *created;
                assert!(app(&mut observed).snapshots.iter().any(exact), "{call}");
                app(&mut observed).snapshots.retain(|one| one.name != *name);
            }
            Call::CreateSnapshot { name } => snapshot(&mut observed, &name.clone(), SnapshotStatus::Creating),
            Call::Start { .. }
            | Call::StartNotebook
            | Call::Stop { .. }
            | Call::UpdateProperties { .. }
            | Call::Tag { .. }
            | Call::Untag { .. }
            | Call::ContinueRollback { .. } => panic!("{call}"),
        }
        observed.attempts.accepted(&call);
        later(&mut observed, Duration::from_secs(5));
    }
    panic!("no end")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_must_stay_stays_and_no_more_of_ours_than_are_kept(
        before in snapshots(), keep in 0..5_usize, runs in any::<bool>(), hours in 1..12_u64,
    ) {
        let mut observed = tagged(if runs { ApplicationStatus::Running } else { ApplicationStatus::Ready });
        app(&mut observed).tags.insert(SNAPSHOT_HOURS.into(), hours.to_string());
        app(&mut observed).snapshots.clone_from(&before);
        observed.now = Timestamp(660 * 60_000);
        let newest = app(&mut observed).newest_snapshot().cloned();
        let (after, end, _) = swept(observed, keep);
        prop_assert!(matches!(end, Step::Done(Done::Swept) | Step::Refuse(Refusal::SnapshotFailed { .. })), "{end:?}");
        prop_assert!(newest.iter().all(|newest| after.contains(newest)), "the newest READY one is gone");
        let is_ours = |one: &&Snapshot| OURS.iter().any(|prefix| one.name.starts_with(prefix));
        let settled = |one: &&Snapshot| matches!(one.status, SnapshotStatus::Ready | SnapshotStatus::Failed);
        let names = |all: &[Snapshot]| -> BTreeSet<String> { all.iter().map(|one| one.name.clone()).collect() };
        let gone: Vec<_> = before.iter().filter(|one| !names(&after).contains(&one.name)).collect();
        prop_assert!(gone.iter().all(|one| is_ours(one) && settled(one)), "{gone:?}");
        // The newest READY one and the attempt that failed are kept besides.
        prop_assert!(after.iter().filter(is_ours).filter(settled).count() <= keep + 2);
        let ready_gone = gone.iter().filter(|one| one.status == SnapshotStatus::Ready).map(|one| one.created).max();
        let spared = after.iter().filter(is_ours).filter(|one| one.status == SnapshotStatus::Ready);
        let oldest = spared.map(|one| one.created).min();
        prop_assert!(oldest.is_none_or(|oldest| ready_gone.is_none_or(|gone| gone <= oldest)), "an older one stayed");
        let taken = after.iter().any(|one| one.name == "flink-handlers-sweep-now");
        let made = before.iter().any(|one| one.status == SnapshotStatus::Creating);
        prop_assert!(!taken || (runs && !made), "taken though one was made");
    }
}
