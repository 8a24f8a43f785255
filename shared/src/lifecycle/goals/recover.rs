//! Toward [`Goal::Recovered`](crate::lifecycle::Goal::Recovered): after a continued rollback no other caller starts the application (`semantics.md` C.3). The
//! old code may fail again on the same record; then it is stopped on purpose, because a stopped application takes the fix.

use super::stop;
use crate::flink::{Application, ApplicationStatus, Operation, OperationStatus, Operations, START};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Recovered};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::Because;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::health::{self, Health};
use crate::lifecycle::rules::restore;
use crate::lifecycle::{AWAITING_FIX, MARKER, Step, UNSEEN_LOOKS};

/// The next step toward a recovered application.
pub(in crate::lifecycle) fn next(goal: &Recovered, observed: &Observed) -> Step {
    if observed.stack.status != Some(goal.stack) {
        return Step::Done(Done::LeftToDeployment);
    }
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    // A tag that was accepted is believed, though a look may not show it yet.
    let given_up = observed.tried.tagged > 0;
    match application.status {
        ApplicationStatus::Deleting => Step::Done(Done::Gone),
        ApplicationStatus::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationStatus::Ready if given_up || is_marked(application) => {
            Step::Done(Done::AwaitingFix { error: own_error(goal, application, observed) })
        }
        ApplicationStatus::Ready => ready(goal, application, observed),
        ApplicationStatus::Running
        | ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::Stopping
        | ApplicationStatus::ForceStopping
        | ApplicationStatus::RollingBack
        | ApplicationStatus::Maintenance
            if !goal.prove =>
        {
            Step::Done(Done::Started)
        }
        ApplicationStatus::Running
        | ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
            if given_up =>
        {
            stop::forced(application, observed, Because::FailsAgain)
        }
        ApplicationStatus::Running => running(goal, application, observed),
        ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::Stopping => {
            // By its operation, which a killed process does not forget; without one, as long as this process sees it.
            let steady = observed.tried.steady.as_ref().map_or(observed.now, |steady| steady.since);
            let since = application.in_progress().map_or(steady, |operation| operation.started.max(goal.since));
            let stuck = observed.now.since(since) >= goal.patience;
            if stuck && given_up {
                stop::forced(application, observed, Because::FailsAgain)
            } else if stuck {
                give_up(goal, application, observed)
            } else {
                Step::Wait(Because::Busy(application.status))
            }
        }
        ApplicationStatus::ForceStopping | ApplicationStatus::RollingBack | ApplicationStatus::Maintenance => {
            Step::Wait(Because::Busy(application.status))
        }
    }
}

/// Whether a process before this one gave it up.
fn is_marked(application: &Application) -> bool {
    application.tag(MARKER).is_some_and(|marker| marker.starts_with(AWAITING_FIX))
}

/// What it fails on: the refused snapshot, or the newest operation since the stack's that failed.
fn own_error(goal: &Recovered, application: &Application, observed: &Observed) -> String {
    if let Some(refused) = &observed.tried.refused_proof {
        return refused.clone();
    }
    let all: &[Operation] = match &application.operations {
        Operations::Listed(all) => all,
        Operations::Unreadable => &[],
    };
    let failed = |one: &&Operation| one.status == OperationStatus::Failed && one.is_since(goal.since);
    all.iter().find(failed).map_or_else(String::new, |operation| {
        let error = operation.error.as_deref().unwrap_or("the service gives no reason");
        format!("{} failed: {error}", operation.kind)
    })
}

fn ready(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    match application.newest(START, goal.since).map(|operation| operation.status) {
        Some(OperationStatus::InProgress) => return Step::Wait(Because::NotSeenYet),
        // Status and operations are two calls: another delivery may have started it between them.
        Some(OperationStatus::Successful) if observed.tried.looks <= UNSEEN_LOOKS => {
            return Step::Wait(Because::NotSeenYet);
        }
        Some(OperationStatus::Cancelled | OperationStatus::Successful) => return give_up(goal, application, observed),
        Some(OperationStatus::Failed) | None => {}
    }
    if observed.tried.starts > 0 && observed.tried.looks <= UNSEEN_LOOKS {
        return Step::Wait(Because::NotSeenYet);
    }
    let failed = application.failed_starts(goal.since);
    if usize::from(observed.tried.starts) > failed {
        return give_up(goal, application, observed);
    }
    match restore::rung(application, observed, failed, None) {
        Ok((restore, because)) => Step::Call(Call::Start { restore, allow_non_restored_state: false }, because),
        Err(refusal) if failed == 0 => Step::Refuse(refusal),
        Err(_) => give_up(goal, application, observed),
    }
}

fn running(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    match health::of(application, observed, goal.stabilize, &goal.proof, goal.since) {
        Health::Wait(because) => Step::Wait(because),
        Health::Call(call, because) => Step::Call(call, because),
        Health::Unhealthy(_) => give_up(goal, application, observed),
        Health::Impossible(refusal) => Step::Refuse(refusal),
        Health::Healthy if application.tag(MARKER).is_some() && observed.tried.untagged == 0 => {
            Step::Call(Call::Untag { key: MARKER }, Because::RunsAgain)
        }
        Health::Healthy => Step::Done(Done::Healthy),
    }
}

/// The marker first: the next invocation finishes the stop, and no caller starts it until a fix is deployed.
fn give_up(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    if is_marked(application) {
        return stop::forced(application, observed, Because::FailsAgain);
    }
    let value = format!("{AWAITING_FIX}{}", goal.event);
    Step::Call(Call::Tag { key: MARKER, value }, Because::FailsAgain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::{Goal, next_step};
    use crate::stack::StackStatus;
    use crate::time::Timestamp;
    use std::time::Duration;

    fn recovering(status: ApplicationStatus) -> Observed {
        let mut observed = seen(status);
        observed.stack.status = Some(StackStatus::UpdateRollbackComplete);
        observed
    }

    fn step(observed: &Observed) -> Step {
        let goal = Recovered {
            event: "e1".into(),
            stabilize: Duration::from_mins(1),
            proof: "flink-handlers-gate-e1".into(),
            since: Timestamp(0),
            stack: StackStatus::UpdateRollbackComplete,
            patience: Duration::from_mins(10),
            prove: true,
        };
        next_step(&Goal::Recovered(goal), observed)
    }

    fn awaiting(mut observed: Observed) -> Observed {
        app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e1".into());
        observed
    }

    #[test]
    fn a_stopped_application_is_started_again() {
        assert!(matches!(step(&recovering(ApplicationStatus::Ready)), Step::Call(Call::Start { .. }, _)));
    }

    #[test]
    fn a_deployment_that_began_meanwhile_is_left_to_auto_start() {
        let mut observed = recovering(ApplicationStatus::Ready);
        observed.stack.status = Some(StackStatus::UpdateInProgress);
        assert_eq!(step(&observed), Step::Done(Done::LeftToDeployment));
    }

    #[test]
    fn a_job_that_loops_again_is_marked_then_stopped_then_left() {
        let mut observed = recovering(ApplicationStatus::Running);
        let call = Call::CreateSnapshot { name: "flink-handlers-gate-e1".into() };
        refuse_often(&mut observed, &call);
        let Step::Call(Call::Tag { value, .. }, Because::FailsAgain) = step(&observed) else { panic!() };
        assert_eq!(value, "awaiting-fix/e1");
        let stop = Step::Call(Call::Stop { force: true }, Because::FailsAgain);
        observed.tried.tagged = 1;
        assert_eq!(step(&observed), stop);
        app(&mut observed).status = ApplicationStatus::Ready;
        let error = "Failed to take snapshot".to_owned();
        assert_eq!(step(&observed), Step::Done(Done::AwaitingFix { error }));
    }

    #[test]
    fn one_that_a_process_gave_up_before_it_died_is_proven_once_more_and_stopped_if_that_fails() {
        let mut observed = awaiting(recovering(ApplicationStatus::Running));
        assert!(matches!(step(&observed), Step::Wait(Because::Stabilizing)));
        later(&mut observed, Duration::from_mins(1));
        let Step::Call(call @ Call::CreateSnapshot { .. }, Because::ProveHealth) = step(&observed) else { panic!() };
        refuse_often(&mut observed, &call);
        assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, Because::FailsAgain));
    }

    #[test]
    fn a_start_that_fails_on_the_old_code_waits_for_a_fix() {
        let mut observed = recovering(ApplicationStatus::Ready);
        operation(&mut observed, "StartApplication", OperationStatus::Failed, Some("boom"));
        assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, Because::FailsAgain)));
    }

    #[test]
    fn a_start_of_another_delivery_between_two_looks_is_no_failure() {
        let mut observed = recovering(ApplicationStatus::Ready);
        operation(&mut observed, START, OperationStatus::Successful, None);
        assert_eq!(step(&observed), Step::Wait(Because::NotSeenYet));
        observed.tried.looks = UNSEEN_LOOKS + 1;
        assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, Because::FailsAgain)));
    }

    #[test]
    fn a_start_that_fails_on_the_newest_snapshot_is_tried_once_more_on_the_old_codes_own() {
        let mut observed = recovering(ApplicationStatus::Ready);
        snapshot(&mut observed, "old code", crate::flink::SnapshotStatus::Ready);
        later(&mut observed, Duration::from_mins(1));
        snapshot(&mut observed, "new code", crate::flink::SnapshotStatus::Ready);
        app(&mut observed).snapshots[1].version = 2;
        app(&mut observed).version = 3;
        operation(&mut observed, START, OperationStatus::Failed, Some("boom"));
        let Step::Call(Call::Start { restore, .. }, Because::NewestFailed) = step(&observed) else { panic!() };
        assert_eq!(restore, crate::flink::Restore::Custom("old code".into()));
    }

    #[test]
    fn an_application_that_is_stuck_is_marked_then_forced() {
        for status in [ApplicationStatus::Starting, ApplicationStatus::Autoscaling, ApplicationStatus::Stopping] {
            let mut observed = recovering(status);
            assert_eq!(step(&observed), Step::Wait(Because::Busy(status)));
            later(&mut observed, Duration::from_mins(10));
            assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, Because::FailsAgain)));
            observed.tried.tagged = 1;
            assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, Because::FailsAgain));
        }
    }

    #[test]
    fn an_application_that_was_deleted_meanwhile_is_gone() {
        let mut observed = recovering(ApplicationStatus::Deleting);
        assert_eq!(step(&observed), Step::Done(Done::Gone));
        observed.application = None;
        assert_eq!(step(&observed), Step::Done(Done::Gone));
    }

    #[test]
    fn a_healthy_job_loses_its_marker() {
        let mut observed = recovering(ApplicationStatus::Running);
        app(&mut observed).tags.insert(MARKER.into(), "e0".into());
        snapshot(&mut observed, "flink-handlers-gate-e1", crate::flink::SnapshotStatus::Ready);
        assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, Because::RunsAgain));
        app(&mut observed).tags.clear();
        assert_eq!(step(&observed), Step::Done(Done::Healthy));
    }

    #[test]
    fn one_of_several_is_only_started_at_first() {
        let goal = |prove| {
            let (event, proof) = ("e1".to_owned(), "flink-handlers-gate-e1".to_owned());
            let (stabilize, patience) = (Duration::from_mins(1), Duration::from_mins(10));
            let (since, stack) = (Timestamp(0), StackStatus::UpdateRollbackComplete);
            Goal::Recovered(Recovered { event, stabilize, proof, since, stack, patience, prove })
        };
        let ready = recovering(ApplicationStatus::Ready);
        assert!(matches!(next_step(&goal(false), &ready), Step::Call(Call::Start { .. }, _)));
        let starting = recovering(ApplicationStatus::Starting);
        assert_eq!(next_step(&goal(false), &starting), Step::Done(Done::Started));
        assert_eq!(next_step(&goal(true), &starting), Step::Wait(Because::Busy(ApplicationStatus::Starting)));
    }

    #[test]
    fn a_start_is_as_old_as_its_own_operation_not_as_the_process_that_looks() {
        let mut observed = recovering(ApplicationStatus::Starting);
        operation(&mut observed, START, OperationStatus::InProgress, None);
        observed.now.0 += 10 * 60_000;
        observed.tried = crate::lifecycle::Tried::default();
        observed.tried.looked(observed.application.as_ref(), observed.now);
        assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, Because::FailsAgain)));
    }
}
