//! How far a stack operation is, as a fold over the events of its stack and of the stacks in it.
//!
//! Counted are pairs of a stack's ARN and a logical ID that ended in this operation, and each stack once. A rollback is
//! a bar of its own, and so is the clean-up of what was replaced: no bar ever runs backwards. Which events are the
//! operation's own is decided by its token and by the nested stacks that its rows name, never by the local clock.

mod bar;
mod failure;
#[cfg(test)]
mod tests;
mod timeline;
mod view;

use std::collections::{BTreeMap, BTreeSet};

pub use bar::{Bar, Phase};
pub use failure::Failure;
pub use timeline::{TimelineStep, timeline};

use super::ending::Ending;
use crate::lifecycle::is_failure;
use crate::stack::{STACK, StackEvent, StackStatus};
use crate::time::Timestamp;

/// A resource of one of the stacks: the stack's ARN and the logical ID, which is empty for the stack itself.
type Key = (String, String);

/// A resource on which CloudFormation works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    /// Its logical ID, under those of the nested stacks that it is in.
    pub logical_id: String,
    /// Its type, `AWS::Kinesis::Stream` for example.
    pub resource_type: String,
    /// What CloudFormation said of it last.
    pub status: String,
    /// When it began, by the time of its first row.
    pub since: Timestamp,
}

/// A resource that left its stack and stays in the account: DELETE_SKIPPED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its logical ID, under those of the nested stacks that it was in.
    pub logical_id: String,
    /// Its type, `AWS::Kinesis::Stream` for example.
    pub resource_type: String,
    /// The name or ARN by which the service knows it.
    pub physical_id: String,
}

/// A stack of the operation, by its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StackPlace {
    /// Logical IDs from the root down, `Network/Subnets/`; empty for the root.
    path: String,
    depth: usize,
    /// The row that named it; the root's rows are known by their token.
    since: Timestamp,
}

/// An operation on a stack, as far as its events say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    root: String,
    token: String,
    stacks: BTreeMap<String, StackPlace>,
    rows: BTreeSet<String>,
    working: BTreeMap<Key, Working>,
    forward: Bar,
    rollback: Option<Bar>,
    phases: Vec<(Phase, Timestamp)>,
    failures: Vec<Failure>,
    warnings: Vec<Failure>,
    kept: Vec<Kept>,
    first: Option<StackStatus>,
    newest: Option<Timestamp>,
    ended: Option<(StackStatus, Timestamp)>,
}

impl Progress {
    /// An operation on the stack of this ARN with this ClientRequestToken, for which the change sets, nested ones
    /// counted in, list so many resources; 0 when that is not known.
    #[must_use]
    pub fn new(stack: &str, token: &str, resources: usize) -> Self {
        let root = StackPlace { path: String::new(), depth: 0, since: Timestamp(i64::MIN) };
        Self {
            root: stack.to_owned(),
            token: token.to_owned(),
            stacks: [(stack.to_owned(), root)].into(),
            rows: BTreeSet::new(),
            working: BTreeMap::new(),
            forward: Bar::of(Phase::Forward, resources + 1),
            rollback: None,
            phases: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
            kept: Vec::new(),
            first: None,
            newest: None,
            ended: None,
        }
    }

    /// Takes a row in, a stack's oldest first; whether it is one of this operation that was not known yet.
    pub fn apply(&mut self, event: &StackEvent) -> bool {
        if !self.is_ours(event) || !self.rows.insert(event.id.clone()) {
            return false;
        }
        self.newest = self.newest.max(Some(event.time));
        if event.is_of_stack(&event.stack) {
            self.apply_stack(event);
        } else {
            self.apply_resource(event);
        }
        true
    }

    fn is_ours(&self, event: &StackEvent) -> bool {
        match self.stacks.get(&event.stack) {
            Some(stack) if stack.depth == 0 => event.token == self.token,
            Some(stack) => event.token == self.token || (event.token.is_empty() && event.time >= stack.since),
            None => false,
        }
    }

    fn apply_stack(&mut self, event: &StackEvent) {
        let Ok(status) = event.status.parse::<StackStatus>() else { return };
        let is_root = event.stack == self.root;
        if is_root {
            self.first.get_or_insert(status);
        }
        if let Some(phase) = Phase::of(status, is_root) {
            self.enter(phase, event.time);
        }
        if status.is_in_progress() {
            return;
        }
        let key = (event.stack.clone(), String::new());
        self.bar_mut().end(key, false);
        if is_root {
            self.ended = Some((status, event.time));
            self.working.clear();
            if self.ending() != Some(Ending::Failed) {
                self.bar_mut().fill();
            }
        }
    }

    /// A rollback, once it began, is not left again.
    fn enter(&mut self, phase: Phase, at: Timestamp) {
        let last = self.phases.last().map(|(last, _)| *last);
        if last.is_some_and(|last| phase <= last) {
            return;
        }
        self.phases.push((phase, at));
        if phase.is_rollback() && self.rollback.is_none() {
            self.rollback = Some(self.forward.way_back());
        }
    }

    fn apply_resource(&mut self, event: &StackEvent) {
        let key = (event.stack.clone(), event.logical_id.clone());
        let Some(stack) = self.stacks.get(&event.stack).cloned() else { return };
        let logical_id = format!("{}{}", stack.path, event.logical_id);
        let is_nested = event.resource_type == STACK && !event.physical_id.is_empty();
        if is_nested && !self.stacks.contains_key(&event.physical_id) {
            let (path, depth) = (format!("{logical_id}/"), stack.depth + 1);
            self.stacks.insert(event.physical_id.clone(), StackPlace { path, depth, since: event.time });
            self.bar_mut().expect_one();
        }
        let phase = self.phase();
        if event.status.ends_with("_IN_PROGRESS") {
            self.bar_mut().begin(key.clone(), phase.is_clean_up());
            let working = self.working.entry(key).or_insert_with(|| Working {
                logical_id,
                resource_type: event.resource_type.clone(),
                status: String::new(),
                since: event.time,
            });
            working.status.clone_from(&event.status);
            return;
        }
        self.working.remove(&key);
        self.bar_mut().end(key, phase.is_clean_up());
        if event.status == "DELETE_SKIPPED" && event.resource_type != STACK {
            let (resource_type, physical_id) = (event.resource_type.clone(), event.physical_id.clone());
            self.kept.push(Kept { logical_id: logical_id.clone(), resource_type, physical_id });
        }
        if event.status.ends_with("_FAILED") {
            let failure = Failure::of(event, logical_id, stack.depth, phase, !is_failure(event));
            // CloudFormation leaves what it cannot clean up, and goes on.
            let all = if phase.is_clean_up() { &mut self.warnings } else { &mut self.failures };
            all.push(failure);
        }
    }

    fn bar_mut(&mut self) -> &mut Bar {
        self.rollback.as_mut().unwrap_or(&mut self.forward)
    }
}
