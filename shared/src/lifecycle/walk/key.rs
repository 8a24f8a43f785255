//! What makes two states the same: everything that a planner, or the service, could treat differently, and nothing
//! else.

use super::super::{Action, Attempts, Goal, MAX_UNANSWERED, Rejected};
use super::graph::LONG;
use super::service::{KeptState, Kind, ModelOperation, World, bit};
use super::shown::REQUEST;
use crate::flink::OperationStatus;
use crate::time::Timestamp;

/// A state, distinguished from others.
pub(super) type StateKey = [u8; 43];

/// What makes two moments the same to a planner: times only by what they are compared with, looks only while they are
/// counted.
pub(super) fn key(goal: &Goal, world: &World, attempts: &Attempts) -> StateKey {
    // Once a force-stop is asked for, what came before it matters no more.
    let over = match goal {
        Goal::Stopped(_) => attempts.forced > 0,
        Goal::Recovered(_) => attempts.tagged > 0,
        Goal::Settled(_)
        | Goal::Unmarked(_)
        | Goal::Running(_)
        | Goal::Properties(_)
        | Goal::Continued(_)
        | Goal::Guarded(_)
        | Goal::Swept(_) => false,
    };
    let before = |count: u8| if over { 0 } else { count };
    let operation = |operation: &Option<ModelOperation>| match (operation, goal) {
        (None, _) => [if over { 8 } else { 9 }, 0],
        (Some(one), Goal::Running(_) | Goal::Recovered(_) | Goal::Swept(_)) if !over => {
            [one.kind as u8, one.status as u8 * 4 + one.when as u8]
        }
        (Some(one), Goal::Properties(_)) if one.kind == Kind::Update => [1, one.status as u8 * 4 + one.when as u8],
        // No caller asks for more than whether it is at work.
        (Some(one), _) => [8, u8::from(one.status == OperationStatus::InProgress)],
    };
    // The request's own age counts for what is waited for since then; the newest operation's for what is waited for
    // since it began.
    let (counts_request, counts_began, counts_steady) = match goal {
        Goal::Running(goal) => {
            let gate = !goal.stabilize.is_zero();
            (goal.way_back || gate && world.kept == KeptState::Creating, goal.way_back || gate, gate)
        }
        Goal::Stopped(_) | Goal::Settled(_) | Goal::Guarded(_) => (true, true, false),
        Goal::Recovered(_) => (world.kept == KeptState::Creating, true, true),
        Goal::Unmarked(_) | Goal::Properties(_) | Goal::Continued(_) | Goal::Swept(_) => (false, false, false),
    };
    let age = |since: Option<Timestamp>, counts: bool| {
        let since = since.filter(|_| counts);
        let age = since.map(|since| Timestamp(world.now).since(since).min(LONG));
        age.map_or(255, |age| u8::try_from(age.as_secs() / 60).unwrap_or(254))
    };
    let action = |action: Action| action as u8 + 1;
    let [a, b, c] = world.operations.each_ref().map(operation);
    [
        world.status.map_or(99, |status| status as u8),
        u8::from(world.ran),
        u8::from(world.readable),
        a[0],
        a[1],
        before(b[0]),
        before(b[1]),
        before(c[0]),
        before(c[1]),
        u8::from(world.killable),
        world.started.unwrap_or(9),
        world.meddlers,
        if matches!(goal, Goal::Recovered(_)) { before(world.kept as u8) } else { world.kept as u8 },
        before(world.proof.map_or(99, |status| status as u8)),
        world.marker as u8,
        world.own,
        attempts.deleted.iter().map(|name| bit(name)).sum(),
        world.groups as u8,
        world.stack as u8,
        u8::try_from(world.continued).unwrap_or(99),
        before(attempts.starts),
        before(attempts.stops),
        attempts.forced,
        attempts.updates,
        before(attempts.snapshots),
        attempts.continued,
        attempts.tagged,
        attempts.untagged,
        attempts.conflicts_since.map_or(255, |since| {
            // Only what was met last is judged by it.
            let last = attempts.rejection.as_ref().map_or(since, |last| last.at);
            u8::try_from(last.since(since).min(3 * LONG).as_secs() / 60).unwrap_or(254)
        }),
        // The next one counts from then on, and a call that was throttled is made again at once.
        age(attempts.rejection.as_ref().map(|last| last.at), attempts.conflicts_since.is_some()),
        before(attempts.refusals),
        age(Some(attempts.refused_at), attempts.refusals > 0 && !over),
        age(began(world), counts_began && !over),
        attempts.lost,
        u8::try_from(attempts.looks.min(4)).unwrap_or(4),
        u8::from(attempts.rejection.is_some() && matches!(goal, Goal::Continued(_))),
        u8::from(attempts.quota.is_some()),
        before(attempts.refused.as_ref().map_or(0, |(refused, _)| action(*refused))),
        attempts
            .rejection
            .as_ref()
            .filter(|one| one.kind == Rejected::Conflict && attempts.looks <= 1)
            .map_or(0, |one| action(one.action)),
        attempts
            .unanswered
            .as_ref()
            .filter(|lost| (lost.may_be_taken && attempts.looks <= 3) || attempts.lost > MAX_UNANSWERED)
            .map_or(0, |unanswered| action(unanswered.action)),
        age(Some(Timestamp(REQUEST)), counts_request && !over),
        age(attempts.steady.as_ref().map(|steady| steady.since), counts_steady && !over),
        u8::from(counts_steady && attempts.steady.as_ref().is_some_and(|steady| steady.seen_to_move)),
    ]
}

/// When the newest operation began that can be read.
fn began(world: &World) -> Option<Timestamp> {
    world.operations[0].filter(|_| world.readable).map(|newest| Timestamp(newest.started))
}
