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
