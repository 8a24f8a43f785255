//! Toward [`Goal::Running`](super::Goal::Running): CloudFormation never starts an application, nor starts a stopped one again.

use super::because::Because;
use super::call::Call;
use super::goal::{Done, Running};
use super::health::{self, Health};
use super::observed::{Application, Observed, Operations, START, Timestamp};
use super::refusal::Refusal;
use super::status::{ApplicationStatus, OperationStatus, SnapshotStatus};
use super::values::Restore;
use super::{MARKER, Step, UNSEEN_LOOKS, fell_back, restore};

/// The next step toward a running application.
pub(super) fn next(goal: &Running, observed: &Observed) -> Step {
    let Some(application) = &observed.application else {
        return Step::Refuse(Refusal::ApplicationMissing { application: String::new() });
    };
    match application.status {
        ApplicationStatus::Ready => ready(goal, application, observed),
        ApplicationStatus::Running => running(goal, application, observed),
        ApplicationStatus::Deleting => Step::Refuse(Refusal::BeingDeleted { application: application.name.clone() }),
        ApplicationStatus::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationStatus::Starting
        | ApplicationStatus::Stopping
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::ForceStopping
        | ApplicationStatus::RollingBack
        | ApplicationStatus::Maintenance => Step::Wait(Because::Busy(application.status)),
    }
}

/// READY: started, and once more from another snapshot. What became of a start is told by its operation; without one, by the status
/// staying READY.
fn ready(goal: &Running, application: &Application, observed: &Observed) -> Step {
    if let Some(step) = fell_back::step(application, goal.deployed_since) {
        return step;
    }
    let tried = &observed.tried;
    let fell_back =
        |seen: &str| Step::Refuse(Refusal::FellBack { application: application.name.clone(), seen: seen.to_owned() });
    match application.newest(START, goal.since).map(|operation| operation.status) {
        Some(OperationStatus::InProgress) => return Step::Wait(Because::NotSeenYet),
        // Somebody stopped it while it started.
        Some(OperationStatus::Cancelled) => {
            return Step::Refuse(restore::none_left(application, "one start, cancelled"));
        }
        // Status and operations are two calls: another delivery may have started it between them.
        Some(OperationStatus::Successful) if tried.looks <= UNSEEN_LOOKS => return Step::Wait(Because::NotSeenYet),
        // Started in this request and READY again: a batch job that ended, or somebody stopped it.
        Some(OperationStatus::Successful) => return fell_back("the start's operation is SUCCESSFUL"),
        Some(OperationStatus::Failed) | None => {}
    }
    if tried.starts > 0 && tried.looks <= UNSEEN_LOOKS {
        return Step::Wait(Because::NotSeenYet);
    }
    let failed = application.failed_starts(goal.since);
    if usize::from(tried.starts) > failed {
        return fell_back(match &application.operations {
            Operations::Listed(_) => "a start was accepted and no operation of it is to be seen",
            Operations::Unreadable => "a start was accepted, and what became of it cannot be read",
        });
    }
    let chosen = match (&goal.restore, failed) {
        (Restore::Latest, _) => restore::rung(application, observed, failed),
        (asked, 0) => Ok((asked.clone(), Because::NotRunning)),
        (Restore::Custom(name), _) => Err(restore::none_left(application, &format!("snapshot {name}, as asked for"))),
        (Restore::Skip, _) => Err(restore::none_left(application, "no snapshot, as asked for")),
    };
    match chosen {
        Ok((restore, because)) => {
            let allow_non_restored_state = goal.allow_non_restored_state;
            Step::Call(Call::Start { restore, allow_non_restored_state }, because)
        }
        Err(refusal) => Step::Refuse(refusal),
    }
}

fn running(goal: &Running, application: &Application, observed: &Observed) -> Step {
    if let Some(step) = fell_back::step(application, goal.deployed_since) {
        return step;
    }
    if !goal.stabilize.is_zero() {
        match health::of(application, observed, goal.stabilize, &goal.proof, goal.since) {
            Health::Wait(because) => return Step::Wait(because),
            Health::Call(call, because) => return Step::Call(call, because),
            Health::Unhealthy(error) => {
                return Step::Refuse(Refusal::Unhealthy { application: application.name.clone(), error });
            }
            Health::Healthy => {}
        }
    }
    if application.tag(MARKER).is_some() && observed.tried.untagged == 0 {
        return Step::Call(Call::Untag { key: MARKER }, Because::RunsAgain);
    }
    Step::Done(if goal.stabilize.is_zero() { Done::Running } else { Done::Healthy })
}

/// The snapshot that a RUNNING application was restored from: the named one, or for LATEST the newest READY one taken before its
/// newest start; empty for none. From reality, so that a second delivery says the same.
#[must_use]
pub fn restored_snapshot(application: &Application) -> String {
    match &application.running_with {
        None | Some((Restore::Skip, _)) => String::new(),
        Some((Restore::Custom(name), _)) => name.clone(),
        Some((Restore::Latest, _)) => {
            let began = began_running(application);
            application
                .snapshots
                .iter()
                .filter(|snapshot| snapshot.status == SnapshotStatus::Ready && snapshot.created < began)
                .max_by_key(|snapshot| snapshot.created)
                .map_or_else(String::new, |snapshot| snapshot.name.clone())
        }
    }
}

/// When the job that runs now began; when that cannot be known, no snapshot counts as taken before it.
fn began_running(application: &Application) -> Timestamp {
    match &application.operations {
        Operations::Listed(all) => all
            .iter()
            .find(|operation| operation.kind == START)
            .map_or(Timestamp(i64::MIN), |operation| operation.started),
        Operations::Unreadable => Timestamp(i64::MIN),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::{Goal, next_step};
    use super::*;
    use std::time::Duration;

    fn goal() -> Running {
        Running {
            restore: Restore::Latest,
            allow_non_restored_state: false,
            stabilize: Duration::ZERO,
            proof: "flink-handlers-gate-1".into(),
            since: Timestamp(0),
            deployed_since: Timestamp(0),
        }
    }

    fn step(observed: &Observed) -> Step {
        next_step(&Goal::Running(goal()), observed)
    }

    #[test]
    fn a_ready_application_is_started_from_the_newest_snapshot() {
        let start = Call::Start { restore: Restore::Latest, allow_non_restored_state: false };
        assert_eq!(step(&seen(ApplicationStatus::Ready)), Step::Call(start, Because::NotRunning));
    }

    #[test]
    fn a_running_application_is_left_alone() {
        assert_eq!(step(&seen(ApplicationStatus::Running)), Step::Done(Done::Running));
    }

    #[test]
    fn a_start_that_failed_is_told_in_the_operations_own_words_and_not_repeated() {
        let mut observed = seen(ApplicationStatus::Ready);
        operation(&mut observed, START, OperationStatus::Failed, Some("no main class"));
        let Step::Refuse(refusal) = step(&observed) else { panic!("{:?}", step(&observed)) };
        assert_eq!(refusal.to_string(), "The application did not start: app: no main class Tried: LATEST.");
    }

    #[test]
    fn a_start_that_failed_in_an_earlier_request_does_not_count() {
        let mut observed = seen(ApplicationStatus::Ready);
        operation(&mut observed, START, OperationStatus::Failed, Some("no main class"));
        let goal = Running { since: Timestamp(observed.now.0 + 1), ..goal() };
        assert!(matches!(next_step(&Goal::Running(goal), &observed), Step::Call(Call::Start { .. }, _)));
    }

    #[test]
    fn without_operations_a_start_that_stays_unseen_is_given_up() {
        let mut observed = seen(ApplicationStatus::Ready);
        app(&mut observed).operations = Operations::Unreadable;
        observed.tried.starts = 1;
        assert_eq!(step(&observed), Step::Wait(Because::NotSeenYet));
        observed.tried.looks = UNSEEN_LOOKS + 1;
        assert!(matches!(step(&observed), Step::Refuse(Refusal::FellBack { .. })));
    }

    #[test]
    fn a_busy_application_is_waited_out() {
        for status in [ApplicationStatus::Starting, ApplicationStatus::Autoscaling, ApplicationStatus::Maintenance] {
            assert_eq!(step(&seen(status)), Step::Wait(Because::Busy(status)));
        }
    }

    #[test]
    fn the_gate_waits_then_proves_then_is_content() {
        let goal = Goal::Running(Running { stabilize: Duration::from_mins(1), ..goal() });
        let mut observed = seen(ApplicationStatus::Running);
        assert_eq!(next_step(&goal, &observed), Step::Wait(Because::Stabilizing));
        later(&mut observed, Duration::from_mins(1));
        assert!(matches!(next_step(&goal, &observed), Step::Call(Call::CreateSnapshot { .. }, Because::ProveHealth)));
        snapshot(&mut observed, "flink-handlers-gate-1", SnapshotStatus::Creating);
        assert_eq!(next_step(&goal, &observed), Step::Wait(Because::Proving));
        app(&mut observed).snapshots[0].status = SnapshotStatus::Ready;
        assert_eq!(next_step(&goal, &observed), Step::Done(Done::Healthy));
    }

    #[test]
    fn a_job_that_cannot_be_snapshotted_does_not_pass_the_gate() {
        let goal = Goal::Running(Running { stabilize: Duration::from_mins(1), ..goal() });
        let mut observed = seen(ApplicationStatus::Running);
        let call = Call::CreateSnapshot { name: "flink-handlers-gate-1".into() };
        refuse_often(&mut observed, &call);
        assert!(matches!(next_step(&goal, &observed), Step::Refuse(Refusal::Unhealthy { .. })));
    }

    #[test]
    fn a_marker_is_removed_once_it_runs() {
        let mut observed = seen(ApplicationStatus::Running);
        app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
        assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, Because::RunsAgain));
    }

    #[test]
    fn the_restored_snapshot_is_the_newest_that_was_taken_before_the_start() {
        let mut observed = seen(ApplicationStatus::Running);
        snapshot(&mut observed, "before", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_secs(1));
        operation(&mut observed, START, OperationStatus::Successful, None);
        later(&mut observed, Duration::from_secs(1));
        snapshot(&mut observed, "after", SnapshotStatus::Ready);
        app(&mut observed).running_with = Some((Restore::Latest, false));
        assert_eq!(restored_snapshot(app(&mut observed)), "before");
    }
}
