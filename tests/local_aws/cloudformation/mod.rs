//! CloudFormation: stacks, their state machine, and the custom-resource protocol (semantics B, C, E).
//!
//! It refuses to know what a resource does: `resources` asks the services through their own entry points, with the
//! stack's role or the caller's credentials.

pub(crate) mod api;
pub(crate) mod custom_resource;
mod durations;
mod modes;
pub(crate) mod resources;
pub mod scenario;
mod stack;
mod template;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use api::{Finding, query};
pub use custom_resource::responses::{Answer, BY_HAND, Put, Request, ResponseFault, response_put};
pub use durations::StepDurations;
pub use modes::{FailureOnTheWayBack, GroupsOnUpdate, LongServiceTimeout, RowsOnTheWayBack, TagsOnUpdate, TokenAgain};
pub use stack::model::{Output, Resource, Stack, StackEvent, Status};
pub use template::Template;

pub(crate) use template::parameters::as_text as parameters_as_text;

/// Everything CloudFormation remembers in a world.
#[derive(Debug, Default)]
pub struct CloudFormation {
    /// Oldest first; deleted ones stay, as in AWS for 90 days.
    pub stacks: Vec<Stack>,
    /// Not yet executed or deleted.
    pub(crate) change_sets: Vec<api::ChangeSet>,
    /// What early validation finds in the next change set, which is FAILED by it.
    pub early_validation: Vec<api::Finding>,
    /// What it found, by the ARN of the change set.
    pub(crate) findings: BTreeMap<String, Vec<api::Finding>>,
    /// Change sets stay CREATE_IN_PROGRESS.
    pub holds_change_sets: bool,
    /// Custom-resource requests by RequestId.
    pub requests: BTreeMap<String, Request>,
    /// Every PUT to a ResponseURL, in order of arrival, refused ones too.
    pub puts: Vec<Put>,
    /// How the next PUTs are answered; one entry per PUT, then normally.
    pub response_faults: VecDeque<ResponseFault>,
    /// Logical IDs (or a stack's name) whose newest row, while it is in progress, the next so many DescribeStackEvents
    /// do not show.
    pub late_rows: BTreeMap<String, u32>,
    /// Logical IDs whose newest row the next so many DescribeStackEvents show without its ResourceProperties.
    pub late_properties: BTreeMap<String, u32>,
    /// Logical IDs whose custom-resource request, this one or the next, times out at once (G.47); of another resource,
    /// its handler's wait for a status at rest (G.20).
    pub expire_at_once: BTreeSet<String>,
    /// ClientRequestTokens used, with the operation and the stack (G.39).
    pub(crate) tokens: BTreeSet<(String, String, String)>,
}

impl CloudFormation {
    /// The newest stack with this name that is not deleted, or the stack with this ID.
    #[must_use]
    pub fn stack(&self, name_or_id: &str) -> Option<&Stack> {
        self.stacks.iter().rev().find(|stack| {
            stack.id == name_or_id || (stack.name == name_or_id && stack.status != Status::DeleteComplete)
        })
    }

    /// As [`Self::stack`], else the newest deleted stack with this name.
    #[must_use]
    pub fn stack_or_deleted(&self, name_or_id: &str) -> Option<&Stack> {
        self.stack(name_or_id).or_else(|| self.stacks.iter().rev().find(|stack| stack.name == name_or_id))
    }

    pub(crate) fn stack_mut(&mut self, name_or_id: &str) -> Option<&mut Stack> {
        self.stacks.iter_mut().rev().find(|stack| {
            stack.id == name_or_id || (stack.name == name_or_id && stack.status != Status::DeleteComplete)
        })
    }

    /// The requests that were sent for one resource, oldest first.
    #[must_use]
    pub fn requests_for(&self, logical_id: &str) -> Vec<&Request> {
        let mut found: Vec<_> = self.requests.values().filter(|each| each.logical_id == logical_id).collect();
        found.sort_by_key(|request| request.number);
        found
    }
}
