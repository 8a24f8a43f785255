//! From where the walk sets out: every status with every history, snapshot, marker and stack that a goal can meet.

use super::super::{Attempts, MAX_UNANSWERED};
use super::service::{Groups, KeptState, Kind, Marker, ModelOperation, OperationAge, World};
use super::shown::{DEPLOYMENT, MINUTE, REQUEST};
use crate::flink::{ApplicationStatus, OperationStatus};
use crate::stack::StackStatus;

/// The histories that a start can show.
pub(super) fn histories() -> Vec<(bool, [Option<ModelOperation>; 3])> {
    use OperationStatus::{Failed, InProgress, Successful};
    let operation = |kind, status, when| {
        let started = match when {
            OperationAge::Before => DEPLOYMENT - MINUTE,
            OperationAge::Deployment => DEPLOYMENT + MINUTE,
            OperationAge::Request => REQUEST,
        };
        Some(ModelOperation { kind, status, when, started })
    };
    let mut histories = vec![(false, [None; 3]), (true, [None; 3])];
    for (kind, status) in [
        (Kind::Start, Failed),
        (Kind::Start, InProgress),
        (Kind::Start, Successful),
        (Kind::Update, Failed),
        (Kind::Update, InProgress),
        (Kind::Update, Successful),
        (Kind::Stop, Successful),
        (Kind::Snapshot, Failed),
    ] {
        for when in [OperationAge::Before, OperationAge::Deployment, OperationAge::Request] {
            if when == OperationAge::Deployment && kind != Kind::Update {
                continue;
            }
            histories.push((true, [operation(kind, status, when), None, None]));
        }
    }
    histories
}

/// Every start in which the stack is one of `stacks`.
pub(super) fn starts(
    stacks: &[StackStatus],
    kepts: &[KeptState],
    markers: &[Marker],
    all_groups: &[Groups],
) -> Vec<(World, Attempts)> {
    let mut starts = Vec::new();
    let statuses: Vec<_> = ApplicationStatus::ALL.iter().copied().map(Some).chain([None]).collect();
    for status in statuses {
        for (readable, operations) in histories() {
            for kept in kepts {
                for stack in stacks {
                    for marker in markers {
                        for groups in all_groups {
                            // Only an update and a maintenance come back to what was.
                            let both = [ApplicationStatus::Updating, ApplicationStatus::Maintenance];
                            let both = status.is_some_and(|status| both.contains(&status));
                            for ran in if both { vec![true, false] } else { vec![false] } {
                                let world = World {
                                    status,
                                    ran,
                                    readable,
                                    operations,
                                    kept: *kept,
                                    proof: None,
                                    own: 0,
                                    marker: *marker,
                                    groups: *groups,
                                    stack: *stack,
                                    continued: 0,
                                    now: REQUEST + 1000,
                                    started: None,
                                    meddlers: 1,
                                    killable: false,
                                };
                                starts.push((world, near_the_end()));
                            }
                        }
                    }
                }
            }
        }
    }
    starts
}

/// Shortly before giving up on others: how often another caller was in the way before matters to nothing else.
pub(super) fn near_the_end() -> Attempts {
    Attempts { lost: MAX_UNANSWERED - 1, ..Attempts::default() }
}

pub(super) const EVERY_KEPT: &[KeptState] = &[
    KeptState::None,
    KeptState::Young,
    KeptState::Old,
    KeptState::Failed,
    KeptState::Creating,
    KeptState::NewestIncompatible,
    KeptState::Incompatible,
    KeptState::TwoVersions,
];

/// The process is killed once, at the worst moment: what a new one does is still bounded by what the operations show.
pub(super) fn killed_once(starts: Vec<(World, Attempts)>) -> Vec<(World, Attempts)> {
    let killable = |world| World { killable: true, started: Some(0), ..world };
    starts.into_iter().map(|(world, attempts)| (killable(world), attempts)).collect()
}
