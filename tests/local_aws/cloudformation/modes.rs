//! What CloudFormation's Flink handler does is not all public: both answers, the worse one first.

use serde::Deserialize;

/// Whether an update of the application makes its tags exactly the template's and the stack's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum TagsOnUpdate {
    /// Tags that others set are erased.
    #[default]
    Erased,
    /// Only what the template changed is changed.
    Kept,
}

/// When an update of the application sends the template's EnvironmentProperties (G.49).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum GroupsOnUpdate {
    /// Each time: groups that others injected are dropped.
    #[default]
    Rewritten,
    /// Only when the template's own groups changed.
    OnlyWhenChanged,
}

/// What becomes of resources in flight when another one fails on the way back. ContinueUpdateRollback's reference knows
/// both: resources that failed because of the rollback, and resources whose update was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum FailureOnTheWayBack {
    /// They are cancelled: what would have failed next is known only after the next attempt.
    #[default]
    CancelsOthers,
    /// They come to their own end: several failures in one attempt.
    LetsOthersEnd,
}

/// Which ResourceProperties the row of a resource shows that is brought back. DescribeStackEvents' reference says "used
/// to create the resource" and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum RowsOnTheWayBack {
    /// Those that failed.
    #[default]
    Failed,
    /// Those that are restored.
    Restored,
}

/// ContinueUpdateRollback with a ClientRequestToken that was used for it before (open question 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum TokenAgain {
    /// TokenAlreadyExistsException, the one modelled error.
    #[default]
    Refused,
    /// The operation that it began is taken for the answer: success, and nothing begins.
    Answered,
}

/// A ServiceTimeout above 3600 (open question 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum LongServiceTimeout {
    /// The resource fails.
    #[default]
    Refused,
    /// It is waited for so long.
    Accepted,
}
