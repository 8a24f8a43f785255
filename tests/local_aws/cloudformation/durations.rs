//! How long CloudFormation's own steps take (`SEMANTICS.md` I.1). Nothing unless a program that measures stories
//! says so.

use std::time::Duration;

/// Durations of CloudFormation's own steps, apart from what resources and handlers take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepDurations {
    /// From the request to the first resource.
    pub begin: Duration,
    /// Before each resource.
    pub next: Duration,
    /// From a Flink application that is steady again to its row.
    pub detect: Duration,
    /// From a handler's refusal to the resource's row.
    pub refused: Duration,
    /// From a failed resource to the stack's way back.
    pub to_rollback: Duration,
    /// From the way back's first row, ContinueUpdateRollback's too, to its first resource.
    pub rollback_begin: Duration,
    /// The cleanup phase.
    pub cleanup: Duration,
    /// A custom resource without what its function takes.
    pub custom_resource: Duration,
    /// From a stack's status to the function that its event invokes.
    pub event: Duration,
}
