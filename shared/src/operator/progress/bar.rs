//! What a bar counts.

use std::collections::BTreeSet;

use super::super::ending::Ending;
use super::Key;
use crate::stack::StackStatus;

/// What CloudFormation does, in the order in which it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Creating, updating or deleting what the operation is for.
    Forward,
    /// Deleting what was replaced or removed, after an update.
    CleanUp,
    /// Going back to what was there before.
    Rollback,
    /// Deleting what the operation had created, after a rollback.
    RollbackCleanUp,
}

impl Phase {
    /// The phase that a stack's own status begins; a nested stack begins a rollback only.
    pub(super) const fn of(status: StackStatus, is_root: bool) -> Option<Self> {
        match status {
            StackStatus::CreateInProgress
            | StackStatus::UpdateInProgress
            | StackStatus::DeleteInProgress
            | StackStatus::ReviewInProgress
            | StackStatus::ImportInProgress
                if is_root =>
            {
                Some(Self::Forward)
            }
            StackStatus::UpdateCompleteCleanupInProgress if is_root => Some(Self::CleanUp),
            StackStatus::UpdateRollbackCompleteCleanupInProgress if is_root => Some(Self::RollbackCleanUp),
            StackStatus::RollbackInProgress
            | StackStatus::UpdateRollbackInProgress
            | StackStatus::ImportRollbackInProgress => Some(Self::Rollback),
            StackStatus::CreateInProgress
            | StackStatus::UpdateInProgress
            | StackStatus::DeleteInProgress
            | StackStatus::ReviewInProgress
            | StackStatus::ImportInProgress
            | StackStatus::UpdateCompleteCleanupInProgress
            | StackStatus::UpdateRollbackCompleteCleanupInProgress
            | StackStatus::CreateFailed
            | StackStatus::CreateComplete
            | StackStatus::RollbackFailed
            | StackStatus::RollbackComplete
            | StackStatus::DeleteFailed
            | StackStatus::DeleteComplete
            | StackStatus::UpdateComplete
            | StackStatus::UpdateFailed
            | StackStatus::UpdateRollbackFailed
            | StackStatus::UpdateRollbackComplete
            | StackStatus::ImportComplete
            | StackStatus::ImportRollbackFailed
            | StackStatus::ImportRollbackComplete => None,
        }
    }

    /// Whether the stack goes back to what it was.
    #[must_use]
    pub const fn is_rollback(self) -> bool {
        matches!(self, Self::Rollback | Self::RollbackCleanUp)
    }

    /// Whether only what is not used any more is deleted in it.
    #[must_use]
    pub const fn is_clean_up(self) -> bool {
        matches!(self, Self::CleanUp | Self::RollbackCleanUp)
    }
}

/// How a status that lasts ended an operation which began with `first`.
pub(super) const fn ending(status: StackStatus, first: Option<StackStatus>) -> Ending {
    match status {
        StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::ImportComplete => Ending::Done,
        // A stack whose creation failed may be deleted in the place of a rollback.
        StackStatus::DeleteComplete => match first {
            Some(StackStatus::DeleteInProgress) | None => Ending::Done,
            Some(_) => Ending::RolledBack,
        },
        StackStatus::RollbackComplete | StackStatus::UpdateRollbackComplete | StackStatus::ImportRollbackComplete => {
            Ending::RolledBack
        }
        StackStatus::CreateFailed
        | StackStatus::UpdateFailed
        | StackStatus::DeleteFailed
        | StackStatus::RollbackFailed
        | StackStatus::UpdateRollbackFailed
        | StackStatus::ImportRollbackFailed
        | StackStatus::CreateInProgress
        | StackStatus::RollbackInProgress
        | StackStatus::DeleteInProgress
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ReviewInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackInProgress => Ending::Failed,
    }
}

/// The resources and stacks that ended, of those that are expected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The phase that began it: [`Phase::Forward`] or [`Phase::Rollback`].
    pub phase: Phase,
    expected: usize,
    begun: BTreeSet<Key>,
    ended: BTreeSet<Key>,
    cleaned_begun: BTreeSet<Key>,
    cleaned: BTreeSet<Key>,
    /// The largest share that was done so far: what comes to light later may make the whole larger, and the bar stays.
    highest: (usize, usize),
}

impl Bar {
    pub(super) const fn of(phase: Phase, expected: usize) -> Self {
        Self {
            phase,
            expected,
            begun: BTreeSet::new(),
            ended: BTreeSet::new(),
            cleaned_begun: BTreeSet::new(),
            cleaned: BTreeSet::new(),
            highest: (0, 1),
        }
    }

    /// How much of it is done.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.ended.len()
    }

    /// How much there is to do, as far as is known.
    #[must_use]
    pub fn total(&self) -> usize {
        self.expected.max(self.begun.union(&self.ended).count())
    }

    /// Of what was replaced, how much is deleted, and how much is to be; `None` when nothing was.
    #[must_use]
    pub fn clean_up(&self) -> Option<(usize, usize)> {
        let total = self.cleaned_begun.union(&self.cleaned).count();
        (total > 0).then_some((self.cleaned.len(), total))
    }

    /// How many of so many cells are filled; never fewer than before, and all of them only when all is done.
    #[must_use]
    pub const fn filled(&self, cells: usize) -> usize {
        let (ended, total) = self.highest;
        ended * cells / total
    }

    fn note(&mut self) {
        let (ended, total) = (self.ended(), self.total().max(1));
        if ended * self.highest.1 > self.highest.0 * total {
            self.highest = (ended, total);
        }
    }

    pub(super) fn expect_one(&mut self) {
        self.expected += 1;
    }

    /// What already ended is deleted as a replaced part of it.
    pub(super) fn begin(&mut self, key: Key, is_clean_up: bool) {
        let all = if is_clean_up && self.ended.contains(&key) { &mut self.cleaned_begun } else { &mut self.begun };
        all.insert(key);
    }

    pub(super) fn end(&mut self, key: Key, is_clean_up: bool) {
        let all = if is_clean_up && self.ended.contains(&key) { &mut self.cleaned } else { &mut self.ended };
        all.insert(key);
        self.note();
    }

    /// Nothing more comes: what was expected and did not come is not missing.
    pub(super) fn fill(&mut self) {
        self.begun.clear();
        self.expected = self.ended.len();
        self.note();
    }

    /// The bar of the rollback: as much as was begun, and each of its stacks.
    pub(super) fn way_back(&self) -> Self {
        let resources: BTreeSet<&Key> = self.begun.union(&self.ended).filter(|(_, id)| !id.is_empty()).collect();
        let stacks: BTreeSet<&str> = resources.iter().map(|(stack, _)| stack.as_str()).collect();
        Self::of(Phase::Rollback, resources.len() + stacks.len().max(1))
    }
}
