//! An update that the service took back. It can roll an update back on its own, to RUNNING on the old version or to
//! READY (`semantics.md` A.6), and CloudFormation, which reads the status alone, calls that a success. The operation
//! shows it.

use crate::flink::{Application, Operation, OperationStatus, Operations, SNAPSHOT};
use crate::lifecycle::Step;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::time::Timestamp;

/// The step that an update since `deployed_since` asks for, when it did not simply succeed.
pub(in crate::lifecycle) fn step(application: &Application, deployed_since: Timestamp) -> Option<Step> {
    let refuse = |error: String| {
        let application = application.name.clone();
        Some(Step::Refuse(Refusal::UpdateRolledBack { application, error }))
    };
    match &application.operations {
        Operations::Listed(_) => {
            let operation = application.newest("UpdateApplication", deployed_since.less_skew())?;
            match operation.status {
                OperationStatus::Failed => {
                    refuse(operation.error.clone().unwrap_or_else(|| "the service gives no reason".to_owned()))
                }
                OperationStatus::InProgress => Some(Step::Wait(StepReason::UpdateUnsettled)),
                // A force-stop cancels an update; its caller knows.
                OperationStatus::Cancelled | OperationStatus::Successful => None,
            }
        }
        // Only a rollback that kept it RUNNING can be distinguished from the version; one that ended in READY is
        // started.
        Operations::Unreadable => {
            let to =
                application.rolled_back_to.filter(|_| application.version_created >= deployed_since.less_skew())?;
            refuse(format!("the service went back to version {to} (its operations cannot be read for the reason)"))
        }
    }
}

/// The failed update since `deployed_since` that nothing followed: the application is RUNNING and its job may process
/// nothing (`SEMANTICS.md` G.21).
pub(in crate::lifecycle) fn left_running(application: &Application, deployed_since: Timestamp) -> Option<&Operation> {
    let Operations::Listed(all) = &application.operations else { return None };
    let newest = all.iter().find(|operation| operation.kind != SNAPSHOT)?;
    let is_failed = newest.kind == "UpdateApplication" && newest.status == OperationStatus::Failed;
    (is_failed && !newest.is_new && newest.is_since(deployed_since.less_skew())).then_some(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::observed::Observed;
    use std::time::Duration;

    fn message(observed: &Observed) -> Option<Step> {
        step(observed.application.as_ref().unwrap(), Timestamp(1_000_000))
    }

    #[test]
    fn an_update_that_was_taken_back_is_a_failure_though_it_runs_again() {
        let mut observed = seen(ApplicationStatus::Running);
        operation(&mut observed, "UpdateApplication", OperationStatus::Failed, Some("no class X"));
        later(&mut observed, Duration::from_secs(1));
        operation(&mut observed, "RollbackApplication", OperationStatus::Successful, None);
        let Some(Step::Refuse(refusal)) = message(&observed) else { panic!() };
        assert_eq!(refusal.to_string(), "Managed Flink rolled the update back: app: no class X");
    }

    #[test]
    fn an_update_of_an_earlier_deployment_is_not_this_ones() {
        let mut observed = seen(ApplicationStatus::Running);
        observed.now.0 -= 5001;
        operation(&mut observed, "UpdateApplication", OperationStatus::Failed, None);
        assert_eq!(message(&observed), None);
    }

    #[test]
    fn where_operations_cannot_be_read_the_version_shows_it() {
        let mut observed = seen(ApplicationStatus::Running);
        app(&mut observed).operations = Operations::Unreadable;
        assert_eq!(message(&observed), None);
        app(&mut observed).rolled_back_to = Some(1);
        let Some(Step::Refuse(refusal)) = message(&observed) else { panic!() };
        assert!(refusal.to_string().contains("cannot be read"), "{refusal}");
    }
}
