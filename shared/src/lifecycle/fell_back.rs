//! An update that the service took back. It can roll an update back by itself, to RUNNING on the old version or to READY (`semantics.md` A.6),
//! and CloudFormation, which reads the status alone, calls that a success. The operation tells.

use super::Step;
use super::because::Because;
use super::observed::{Application, Operations, Timestamp};
use super::refusal::Refusal;
use super::status::OperationStatus;

/// The step that an update since `deployed_since` asks for, when it did not simply succeed.
pub(super) fn step(application: &Application, deployed_since: Timestamp) -> Option<Step> {
    let refuse = |error: String| {
        let application = application.name.clone();
        Some(Step::Refuse(Refusal::UpdateFellBack { application, error }))
    };
    match &application.operations {
        Operations::Listed(_) => {
            let operation = application.newest("UpdateApplication", deployed_since)?;
            match operation.status {
                OperationStatus::Failed => {
                    refuse(operation.error.clone().unwrap_or_else(|| "the service gives no reason".to_owned()))
                }
                OperationStatus::InProgress => Some(Step::Wait(Because::UpdateUnsettled)),
                // A force-stop cancels an update; whoever did that knows.
                OperationStatus::Cancelled | OperationStatus::Successful => None,
            }
        }
        // Only a rollback that kept it RUNNING can be told from the version; one that ended in READY is started.
        Operations::Unreadable => {
            let to = application.rolled_back_to.filter(|_| application.version_created >= deployed_since)?;
            refuse(format!("the service went back to version {to} (its operations cannot be read for the reason)"))
        }
    }
}
