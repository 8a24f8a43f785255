//! What else than DescribeApplication has to be looked at: nothing while the application is busy, so that waiting costs
//! one call, not four. An answer or a report is only made of a settled application, and then everything is there.

use super::action::Action;
use super::call::Call;
use super::goal::Goal;
use super::goals::{guard, start, stop};
use super::reason::StepReason;
use crate::flink::{ApplicationKind, ApplicationStatus};
use crate::time::Timestamp;

/// What else has to be looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    /// Whether the tags are asked for (ListTagsForResource).
    pub tags: bool,
    /// ListApplicationOperations, and the failed ones' own texts.
    pub operations: bool,
    /// Whether all snapshots are asked for (ListApplicationSnapshots).
    pub snapshots: bool,
}

impl Reads {
    /// Every look that there is, four calls.
    pub const ALL: Self = Self { tags: true, operations: true, snapshots: true };
    /// Nothing but the description, one call.
    pub const NONE: Self = Self { tags: false, operations: false, snapshots: false };
    /// All that property groups ever take: they come with the description, and who may write them, and who else may
    /// have, stands in the tags.
    pub const PROPERTIES: Self = Self { snapshots: false, ..Self::ALL };

    /// These looks, without those at what applications of this kind do not have: only a Flink job has snapshots.
    #[must_use]
    pub fn of(self, kind: ApplicationKind) -> Self {
        Self { snapshots: self.snapshots && kind == ApplicationKind::Flink, ..self }
    }

    /// The calls that they are.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        let all: [(bool, &[Action]); 4] = [
            (true, &[Action::DescribeApplication]),
            (self.tags, &[Action::ListTagsForResource]),
            (self.operations, &[Action::ListApplicationOperations, Action::DescribeApplicationOperation]),
            (self.snapshots, &[Action::ListApplicationSnapshots]),
        ];
        all.into_iter().filter(|(is_looked_at, _)| *is_looked_at).flat_map(|(_, actions)| actions.iter().copied())
    }
}

impl Goal {
    /// What this goal needs to know of an application in this status.
    #[must_use]
    pub fn needs(&self, status: ApplicationStatus, now: Timestamp) -> Reads {
        match status {
            ApplicationStatus::Ready | ApplicationStatus::Running | ApplicationStatus::RolledBack => match self {
                Self::Properties(_) => Reads::PROPERTIES,
                Self::Running(_) | Self::Stopped(_) | Self::Settled(_) | Self::Recovered(_) | Self::Guarded(_) => {
                    Reads::ALL
                }
                Self::Unmarked(_) => Reads { tags: true, ..Reads::NONE },
                // Without the operations no one knows since when it runs, nor why a snapshot failed; one that is
                // stopped has neither.
                Self::Swept(_) => Reads { operations: status == ApplicationStatus::Running, ..Reads::ALL },
                Self::Continued(_) => Reads::NONE,
            },
            ApplicationStatus::Starting
            | ApplicationStatus::Updating
            | ApplicationStatus::Autoscaling
            | ApplicationStatus::Stopping => match self {
                Self::Running(goal) if start::may_hang(goal, goal.since, now) => Reads::ALL,
                // The marker and the replay rule come before the force-stop.
                Self::Stopped(goal) | Self::Settled(goal) if stop::is_due(goal, goal.since, now) => Reads::ALL,
                Self::Guarded(goal) if guard::is_due(goal, goal.since, now) => Reads::ALL,
                // Since when it is busy, its operation says.
                Self::Recovered(goal) if now.since(goal.since) >= goal.patience => {
                    Reads { operations: true, ..Reads::NONE }
                }
                Self::Stopped(_)
                | Self::Settled(_)
                | Self::Unmarked(_)
                | Self::Running(_)
                | Self::Properties(_)
                | Self::Continued(_)
                | Self::Recovered(_)
                | Self::Guarded(_)
                | Self::Swept(_) => Reads::NONE,
            },
            ApplicationStatus::ForceStopping
            | ApplicationStatus::RollingBack
            | ApplicationStatus::Maintenance
            | ApplicationStatus::Deleting => Reads::NONE,
        }
    }

    /// What is waited for once `call` was accepted, where a look right after it shows nothing new: a snapshot takes
    /// seconds at least, and a look at a RUNNING application is four calls. A sweep waits for none.
    #[must_use]
    pub fn rests_after(&self, call: &Call) -> Option<StepReason> {
        let is_proof = matches!(call, Call::CreateSnapshot { .. }) && !matches!(self, Self::Swept(_));
        is_proof.then_some(StepReason::Proving)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Force, Running, Stopped};
    use super::*;
    use crate::flink::Restore;
    use std::time::Duration;

    #[test]
    fn a_start_that_is_waited_for_costs_one_call_a_look() {
        let goal = Goal::Running(Running {
            restore: Restore::Latest,
            allow_non_restored_state: false,
            stabilize: Duration::ZERO,
            proof: String::new(),
            since: Timestamp(0),
            deployed_since: Timestamp(0),
            operation_since: Timestamp(0),
            way_back: false,
            start_patience: Duration::ZERO,
        });
        let needs = |status| goal.needs(status, Timestamp(0));
        assert_eq!(needs(ApplicationStatus::Starting), Reads::NONE);
        assert_eq!(needs(ApplicationStatus::Running), Reads::ALL);
    }

    #[test]
    fn before_a_force_stop_the_snapshots_are_looked_at() {
        let patience = Duration::from_mins(10);
        let goal = Goal::Stopped(Stopped {
            marker: None,
            graceful: true,
            force: Force::Freely,
            patience,
            since: Timestamp(0),
            proof: None,
        });
        let needs = |now| goal.needs(ApplicationStatus::Stopping, Timestamp(now));
        assert_eq!(needs(1000), Reads::NONE);
        assert_eq!(needs(600_000), Reads::ALL);
    }
}
