//! RUNNING is not healthy: the job inside can loop on an exception while the application stays RUNNING (`semantics.md`
//! A.3). A job that loops cannot be snapshotted, so a snapshot is the proof.

use std::time::Duration;

use super::proof_snapshots;
use super::refused_snapshot::{Refused, refused};
use crate::flink::{Application, Operation, OperationStatus, Operations, SNAPSHOT, START, SnapshotStatus};
use crate::lifecycle::UNSEEN_LOOKS;
use crate::lifecycle::action::Action;
use crate::lifecycle::call::Call;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::time::Timestamp;

/// What is known of a RUNNING application's job.
pub(in crate::lifecycle) enum Health {
    /// It is not known yet: look again after a rest.
    Wait(StepReason),
    /// One call brings it to light.
    Call(Call, StepReason),
    /// A snapshot that became READY proved it.
    Healthy,
    /// Disproven, in the service's own words.
    Unhealthy(String),
    /// It cannot be proven, and that says nothing about the job.
    Impossible(Refusal),
}

/// Looks at a RUNNING application: steady for `stabilize` without a failed or new operation, then the snapshot `proof`
/// becomes READY.
pub(in crate::lifecycle) fn of(
    application: &Application,
    observed: &Observed,
    stabilize: Duration,
    proof: &str,
    since: Timestamp,
) -> Health {
    if let Refused::Often(text) = refused(observed, Action::CreateApplicationSnapshot) {
        return Health::Unhealthy(text.to_owned());
    }
    if let Some(snapshot) = application.snapshots.iter().find(|snapshot| snapshot.name == proof) {
        return match snapshot.status {
            SnapshotStatus::Ready => Health::Healthy,
            SnapshotStatus::Creating => Health::Wait(StepReason::Proving),
            SnapshotStatus::Failed | SnapshotStatus::Deleting => {
                // Its operation began before it did; whether by a moment or more is the service's business.
                Health::Unhealthy(application.snapshot_error(snapshot, since))
            }
        };
    }
    for operation in since_it_runs(application, since) {
        match operation.status {
            OperationStatus::Failed => {
                let error = operation.error.as_deref().unwrap_or("the service gives no reason");
                return Health::Unhealthy(format!("{} failed: {error}", operation.kind));
            }
            OperationStatus::InProgress if operation.kind != SNAPSHOT => return Health::Wait(StepReason::Stabilizing),
            OperationStatus::InProgress | OperationStatus::Cancelled | OperationStatus::Successful => {}
        }
    }
    if observed.attempts.snapshots > 0 {
        return if observed.attempts.looks <= UNSEEN_LOOKS {
            Health::Wait(StepReason::NotSeenYet)
        } else {
            Health::Unhealthy(format!("snapshot {proof} was accepted and never seen"))
        };
    }
    // A job that has no snapshots cannot be proven; it is asked to be steady, no more.
    let left = stabilize.saturating_sub(observed.now.since(steady_since(application, observed)));
    if !left.is_zero() {
        return Health::Wait(StepReason::SteadyIn(left));
    }
    if !application.snapshots_enabled {
        return Health::Healthy;
    }
    if let Some(error) = &observed.attempts.quota {
        let action = Action::CreateApplicationSnapshot;
        return proof_snapshots::make_room(application, observed, proof).map_or_else(
            || Health::Impossible(Refusal::Rejected { action, error: error.clone() }),
            |(call, reason)| Health::Call(call, reason),
        );
    }
    if refused(observed, Action::CreateApplicationSnapshot) == Refused::Rest {
        return Health::Wait(StepReason::RefusedForNow);
    }
    // The service may refuse a second snapshot while it takes one, and that says nothing about the job.
    let is_fresh = |began: Timestamp| observed.now.since(began.max(since)) < observed.conflict_patience();
    if application.creating(Some(proof)).is_some_and(|other| is_fresh(other.created)) {
        return Health::Wait(StepReason::OthersSnapshot);
    }
    Health::Call(Call::CreateSnapshot { name: proof.to_owned() }, StepReason::ProveHealth)
}

/// Since when it runs undisturbed. The service's operations say so across invocations; a status that has none, and one
/// that cannot be read, only as far back as this invocation saw it.
fn steady_since(application: &Application, observed: &Observed) -> Timestamp {
    let Some(steady) = &observed.attempts.steady else { return observed.now };
    let newest = match &application.operations {
        Operations::Listed(all) => all.iter().find(|operation| operation.kind != SNAPSHOT),
        Operations::Unreadable => None,
    };
    match newest.map(|operation| operation.ended.unwrap_or(operation.started)) {
        Some(ended) if steady.seen_to_move => ended.max(steady.since),
        Some(ended) => ended,
        None => steady.since,
    }
}

/// What was done to it in this request after it was last started: a start that failed before that proves nothing about
/// the job that runs.
fn since_it_runs(application: &Application, since: Timestamp) -> impl Iterator<Item = &Operation> {
    let all: &[Operation] = match &application.operations {
        Operations::Listed(all) => all,
        Operations::Unreadable => &[],
    };
    all.iter().take_while(move |operation| operation.kind != START && operation.is_since(since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::Rejected;
    use crate::lifecycle::fixtures::*;

    fn health(observed: &Observed) -> Health {
        of(observed.application.as_ref().unwrap(), observed, Duration::ZERO, "proof", Timestamp(0))
    }

    fn with(kind: &str, status: OperationStatus) -> Observed {
        let mut observed = seen(ApplicationStatus::Running);
        operation(&mut observed, START, OperationStatus::Successful, None);
        operation(&mut observed, kind, status, Some("why"));
        observed
    }

    #[test]
    fn an_operation_that_failed_since_it_runs_is_not_healthy() {
        let Health::Unhealthy(error) = health(&with("ScaleApplication", OperationStatus::Failed)) else { panic!() };
        assert_eq!(error, "ScaleApplication failed: why");
    }

    #[test]
    fn an_operation_that_goes_on_is_waited_for() {
        let observed = with("Maintenance", OperationStatus::InProgress);
        assert!(matches!(health(&observed), Health::Wait(StepReason::Stabilizing)));
    }

    #[test]
    fn how_long_it_runs_is_known_to_a_process_that_begins_now() {
        let mut observed = with("Maintenance", OperationStatus::Successful);
        let stabilize = Duration::from_mins(20);
        let health = |observed: &Observed| {
            of(observed.application.as_ref().unwrap(), observed, stabilize, "proof", Timestamp(0))
        };
        later(&mut observed, Duration::from_mins(19));
        observed.attempts = crate::lifecycle::Attempts::default();
        later(&mut observed, Duration::from_secs(59));
        assert!(
            matches!(health(&observed), Health::Wait(StepReason::SteadyIn(left)) if left == Duration::from_secs(1))
        );
        later(&mut observed, Duration::from_secs(1));
        assert!(matches!(health(&observed), Health::Call(..)));
    }

    #[test]
    fn what_was_seen_to_move_is_steady_since_then_whatever_the_operations_say() {
        let mut observed = with("Maintenance", OperationStatus::Successful);
        app(&mut observed).status = ApplicationStatus::Autoscaling;
        later(&mut observed, Duration::from_mins(20));
        app(&mut observed).status = ApplicationStatus::Running;
        later(&mut observed, Duration::ZERO);
        let stabilize = Duration::from_secs(1);
        let health = of(observed.application.as_ref().unwrap(), &observed, stabilize, "proof", Timestamp(0));
        assert!(matches!(health, Health::Wait(StepReason::SteadyIn(_))));
    }

    #[test]
    fn one_refusal_is_no_verdict_and_a_snapshot_of_another_callers_is_waited_for() {
        let mut observed = with("Maintenance", OperationStatus::Successful);
        let call = Call::CreateSnapshot { name: "proof".into() };
        observed.attempts.rejected(&call, Rejected::Snapshot, "no".into());
        assert!(matches!(health(&observed), Health::Wait(StepReason::RefusedForNow)));
        later(&mut observed, Duration::from_secs(40));
        assert!(matches!(health(&observed), Health::Call(..)));
        snapshot(&mut observed, "flink-handlers-sweep-1", SnapshotStatus::Creating);
        assert!(matches!(health(&observed), Health::Wait(StepReason::OthersSnapshot)));
        refuse_often(&mut observed, &call);
        assert!(matches!(health(&observed), Health::Unhealthy(_)));
    }

    #[test]
    fn a_start_that_failed_before_the_one_that_runs_proves_nothing() {
        let mut observed = seen(ApplicationStatus::Running);
        operation(&mut observed, START, OperationStatus::Failed, None);
        operation(&mut observed, START, OperationStatus::Successful, None);
        assert!(matches!(health(&observed), Health::Call(..)));
    }

    #[test]
    fn a_proof_that_failed_is_reported_in_its_operations_own_words_though_that_began_before_it() {
        let mut observed = with(SNAPSHOT, OperationStatus::Failed);
        later(&mut observed, Duration::from_millis(1));
        snapshot(&mut observed, "proof", SnapshotStatus::Failed);
        let Health::Unhealthy(error) = health(&observed) else { panic!() };
        assert_eq!(error, "why");
    }
}
