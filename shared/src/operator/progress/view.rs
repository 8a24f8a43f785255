//! What is asked of an operation: how far it is, what it works on, why it failed, how it ended.

use std::time::Duration;

use super::super::ending::Ending;
use super::{Bar, Failure, Kept, Phase, Progress, Working, bar, failure};
use crate::time::Timestamp;

impl Progress {
    /// The bar of what is being done now: of the operation, or of its rollback.
    #[must_use]
    pub fn bar(&self) -> &Bar {
        self.rollback.as_ref().unwrap_or(&self.forward)
    }

    /// What CloudFormation does now, or did last.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phases.last().map_or(Phase::Forward, |(phase, _)| *phase)
    }

    /// The stacks whose events are to be read: the root first, then those in it, by ARN.
    pub fn stacks(&self) -> impl Iterator<Item = &str> {
        let nested = self.stacks.keys().map(String::as_str).filter(|arn| *arn != self.root);
        std::iter::once(self.root.as_str()).chain(nested)
    }

    /// The resources in progress, longest first.
    #[must_use]
    pub fn working(&self) -> Vec<&Working> {
        let mut all: Vec<&Working> = self.working.values().collect();
        all.sort_by_key(|one| (one.since, &one.logical_id));
        all
    }

    /// Failures that are not cancellations, in the order of their rows.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failures.iter().filter(|failure| !failure.is_cancelled)
    }

    /// What a clean-up could not delete, and left.
    #[must_use]
    pub fn warnings(&self) -> &[Failure] {
        &self.warnings
    }

    /// What left its stack and stays in the account, in the order of its rows.
    #[must_use]
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// Why it failed; see [`Failure`].
    #[must_use]
    pub fn first_cause(&self) -> Option<&Failure> {
        failure::first_cause(&self.failures)
    }

    /// How it ended; `None` while it runs.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        let (status, _) = self.ended?;
        Some(bar::ending(status, self.first))
    }

    /// When the operation began, by CloudFormation's clock.
    #[must_use]
    pub fn began(&self) -> Option<Timestamp> {
        self.phases.first().map(|(_, at)| *at)
    }

    /// When the newest row of the operation came, by CloudFormation's clock.
    #[must_use]
    pub const fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// How long each phase has lasted, until `now` for the last one while it runs.
    #[must_use]
    pub fn phases(&self, now: Timestamp) -> Vec<(Phase, Duration)> {
        let end = self.ended.map_or(now, |(_, at)| at);
        let ends = self.phases.iter().skip(1).map(|(_, at)| *at).chain([end]);
        self.phases.iter().zip(ends).map(|((phase, from), to)| (*phase, to.since(*from))).collect()
    }
}
