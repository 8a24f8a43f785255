//! RUNNING is not healthy: the job inside can loop on an exception while the application stays RUNNING (`semantics.md` A.3).
//! A job that loops cannot be snapshotted, so a snapshot is the proof.

use std::time::Duration;

use super::UNSEEN_LOOKS;
use super::action::Action;
use super::because::Because;
use super::call::Call;
use super::observed::{Application, Observed, Operation, Operations, START, Timestamp};
use super::status::{OperationStatus, SnapshotStatus};

/// The service's word for a snapshot's operation.
const SNAPSHOT: &str = "CreateApplicationSnapshot";

/// What is known of a RUNNING application's job.
pub(super) enum Health {
    /// Not known yet.
    Wait(Because),
    /// One call brings it to light.
    Call(Call, Because),
    /// Proven.
    Healthy,
    /// Disproven, in the service's own words.
    Unhealthy(String),
}

/// Looks at a RUNNING application: steady for `stabilize` without a failed or new operation, then the snapshot `proof` becomes READY.
pub(super) fn of(
    application: &Application,
    observed: &Observed,
    stabilize: Duration,
    proof: &str,
    since: Timestamp,
) -> Health {
    if let Some(text) = observed.tried.refused_snapshot(Action::CreateApplicationSnapshot) {
        return Health::Unhealthy(text.to_owned());
    }
    if let Some(snapshot) = application.snapshots.iter().find(|snapshot| snapshot.name == proof) {
        return match snapshot.status {
            SnapshotStatus::Ready => Health::Healthy,
            SnapshotStatus::Creating => Health::Wait(Because::Proving),
            SnapshotStatus::Failed | SnapshotStatus::Deleting => {
                // Its operation began before it did; whether by a moment or more is the service's business.
                let operation = application.newest(SNAPSHOT, since);
                let error = operation.and_then(|operation| operation.error.clone());
                Health::Unhealthy(error.unwrap_or_else(|| format!("snapshot {proof} is {}", snapshot.status)))
            }
        };
    }
    for operation in since_it_runs(application, since) {
        match operation.status {
            OperationStatus::Failed => {
                let error = operation.error.as_deref().unwrap_or("the service gives no reason");
                return Health::Unhealthy(format!("{} failed: {error}", operation.kind));
            }
            OperationStatus::InProgress if operation.kind != SNAPSHOT => return Health::Wait(Because::Stabilizing),
            OperationStatus::InProgress | OperationStatus::Cancelled | OperationStatus::Successful => {}
        }
    }
    if observed.tried.snapshots > 0 {
        return if observed.tried.looks <= UNSEEN_LOOKS {
            Health::Wait(Because::NotSeenYet)
        } else {
            Health::Unhealthy(format!("snapshot {proof} was accepted and never seen"))
        };
    }
    // A job that has no snapshots cannot be proven; it is asked to be steady, no more.
    let steady = observed.tried.steady.as_ref().is_some_and(|steady| observed.now.since(steady.since) >= stabilize);
    if !steady {
        Health::Wait(Because::Stabilizing)
    } else if application.snapshots_enabled {
        Health::Call(Call::CreateSnapshot { name: proof.to_owned() }, Because::ProveHealth)
    } else {
        Health::Healthy
    }
}

/// What was done to it in this request after it was last started: a start that failed before that proves nothing about the job that runs.
fn since_it_runs(application: &Application, since: Timestamp) -> impl Iterator<Item = &Operation> {
    let all: &[Operation] = match &application.operations {
        Operations::Listed(all) => all,
        Operations::Unreadable => &[],
    };
    all.iter().take_while(move |operation| operation.kind != START && operation.started >= since)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::status::ApplicationStatus;
    use super::*;

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
        assert!(matches!(health(&observed), Health::Wait(Because::Stabilizing)));
    }

    #[test]
    fn a_start_that_failed_before_the_one_that_runs_proves_nothing() {
        let mut observed = seen(ApplicationStatus::Running);
        operation(&mut observed, START, OperationStatus::Failed, None);
        operation(&mut observed, START, OperationStatus::Successful, None);
        assert!(matches!(health(&observed), Health::Call(..)));
    }

    #[test]
    fn a_proof_that_failed_is_told_in_its_operations_own_words_though_that_began_before_it() {
        let mut observed = with(SNAPSHOT, OperationStatus::Failed);
        later(&mut observed, Duration::from_millis(1));
        snapshot(&mut observed, "proof", SnapshotStatus::Failed);
        let Health::Unhealthy(error) = health(&observed) else { panic!() };
        assert_eq!(error, "why");
    }
}
