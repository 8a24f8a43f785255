//! The exhaustive walk: every goal from every start against a service that answers as badly as it may. It fails on a
//! call where the API forbids it, on a circle through a call, on a wait where nothing passes on its own, on a call once
//! too often, on a goal called done that is not, and on a refusal without a remedy.

mod blinded;
mod circles;
mod generated;
mod graph;
mod incidents;
mod key;
mod moves;
mod service;
mod shown;
mod starts;

use std::time::Duration;

use super::{
    Attempts, ConflictPolicy, Continued, Force, Goal, GuardMode, Guarded, OnSnapshotFailure, Properties, Reach,
    Recovered, Running, Stopped, Swept, next_step,
};
use crate::flink::{ApplicationStatus, Restore};
use crate::stack::StackStatus;
use crate::time::Timestamp;
use graph::{LONG, Planner, explore};
use service::{Groups, KeptState, Marker, World};
use shown::{DEPLOYMENT, EVENT, PROOF, REQUEST, SWEEP, groups};
use starts::{EVERY_KEPT, killed_once, starts};

const STABILIZE: Duration = LONG;
const PATIENCE: Duration = LONG;

fn running(stabilize: Duration, restore: Restore) -> Goal {
    let (since, deployed_since) = (Timestamp(REQUEST), Timestamp(DEPLOYMENT));
    let proof = PROOF.to_owned();
    Goal::Running(Running {
        restore,
        allow_non_restored_state: false,
        stabilize,
        proof,
        since,
        deployed_since,
        operation_since: deployed_since,
        way_back: false,
        start_patience: PATIENCE,
    })
}

fn stopped(force: Force) -> Vec<Goal> {
    let (marker, proof) = (|| Some(EVENT.to_owned()), || Some(PROOF.to_owned()));
    let ways = [true, false].into_iter().flat_map(|graceful| [(graceful, None), (graceful, marker())]);
    let ways = ways.map(|(graceful, marker)| (graceful, marker, None)).chain([(true, marker(), proof())]);
    ways.map(|(graceful, marker, proof)| {
        Goal::Stopped(Stopped { marker, graceful, force, patience: PATIENCE, since: Timestamp(REQUEST), proof })
    })
    .collect()
}

fn recovered(prove: bool) -> Goal {
    let (event, proof, since) = (EVENT.to_owned(), PROOF.to_owned(), Timestamp(REQUEST));
    let stack = StackStatus::UpdateRollbackComplete;
    Goal::Recovered(Recovered { event, stabilize: STABILIZE, proof, since, stack, patience: PATIENCE, prove })
}

fn swept(keep: usize) -> Goal {
    Goal::Swept(Swept { snapshot: SWEEP.to_owned(), keep })
}

fn guarded() -> Vec<Goal> {
    let policies = [OnSnapshotFailure::ForceStop, OnSnapshotFailure::Fail, OnSnapshotFailure::Continue];
    let each = policies.into_iter().flat_map(|policy| [(policy, GuardMode::Stop), (policy, GuardMode::Probe)]);
    let (marker, proof, bound) = (EVENT.to_owned(), PROOF.to_owned(), Duration::from_hours(20));
    let guarded = Guarded {
        mode: GuardMode::Stop,
        on_failure: policies[0],
        marker,
        proof,
        bound,
        patience: PATIENCE,
        since: Timestamp(REQUEST),
        undoes_since: None,
        gives_state_up: false,
    };
    each.map(|(on_failure, mode)| Goal::Guarded(Guarded { mode, on_failure, ..guarded.clone() })).collect()
}

fn properties(wanted: bool, policy: ConflictPolicy) -> Goal {
    let (wanted, previous) = if wanted { (groups("wanted"), vec![]) } else { (vec![], groups("wanted")) };
    Goal::Properties(Properties {
        wanted,
        previous,
        previous_policy: policy,
        unread: false,
        policy,
        reach: Reach::Own,
        since: Timestamp(REQUEST),
        deployed_since: Some(Timestamp(DEPLOYMENT)),
        kept_for: None,
    })
}

fn walk(goals: &[Goal], starts: &[(World, Attempts)], plan: Planner<'_>) -> Result<usize, String> {
    goals.iter().map(|goal| explore(goal, starts, plan)).sum()
}

fn walks(goals: &[Goal], starts: &[(World, Attempts)]) {
    match walk(goals, starts, &next_step) {
        Ok(states) => println!("{states} states"),
        Err(broken) => panic!("{broken}"),
    }
}

#[test]
fn a_running_application_is_reached_or_refused() {
    let stacks = [StackStatus::UpdateInProgress, StackStatus::UpdateRollbackInProgress];
    let latest = [running(Duration::ZERO, Restore::Latest)];
    walks(&latest, &starts(&stacks, EVERY_KEPT, &[Marker::None], &[Groups::Wanted]));
    let killed = starts(&stacks[..1], &[KeptState::TwoVersions], &[Marker::None], &[Groups::Wanted]);
    walks(&latest, &killed_once(killed));
    let asked = [running(Duration::ZERO, Restore::Skip), running(Duration::ZERO, Restore::Custom("young".into()))];
    walks(&asked, &starts(&stacks[..1], &[KeptState::Young], &[Marker::None, Marker::Older], &[Groups::Wanted]));
}

#[test]
fn on_the_way_back_a_running_application_is_reached_or_refused() {
    let Goal::Running(goal) = running(Duration::ZERO, Restore::Latest) else { panic!() };
    let back = [Goal::Running(Running { way_back: true, ..goal })];
    let stack = [StackStatus::UpdateRollbackInProgress];
    let all = starts(&stack, &[KeptState::None, KeptState::TwoVersions], &[Marker::None], &[Groups::Wanted]);
    walks(&back, &all);
    walks(&back, &killed_once(starts(&stack, &[KeptState::TwoVersions], &[Marker::None], &[Groups::Wanted])));
}

#[test]
fn a_proof_among_older_ones_is_reached_or_refused() {
    let stack = [StackStatus::UpdateInProgress];
    let starts = starts(&stack, &[KeptState::Young], &[Marker::None], &[Groups::Wanted]);
    let runs = |(world, _): &(World, Attempts)| world.status == Some(ApplicationStatus::Running);
    let starts = starts.into_iter().filter(runs);
    let starts: Vec<_> =
        starts.map(|(world, attempts)| (World { own: 0b11, meddlers: 0, ..world }, attempts)).collect();
    walks(&[running(STABILIZE, Restore::Latest)], &starts);
    let probes: Vec<_> = guarded()
        .into_iter()
        .filter(|goal| matches!(goal, Goal::Guarded(Guarded { mode: GuardMode::Probe, .. })))
        .collect();
    walks(&probes, &starts);
}

#[test]
fn a_guarded_application_on_the_way_back_is_reached_or_refused() {
    let stack = [StackStatus::UpdateRollbackInProgress];
    let back = guarded().into_iter().filter_map(|goal| {
        let Goal::Guarded(goal) = goal else { return None };
        Some(Goal::Guarded(Guarded { undoes_since: Some(Timestamp(DEPLOYMENT)), ..goal }))
    });
    walks(&back.collect::<Vec<_>>(), &starts(&stack, &[KeptState::Young], &[Marker::None], &[Groups::Wanted]));
}

#[test]
fn a_proven_application_is_reached_or_refused() {
    let stack = [StackStatus::UpdateInProgress];
    let starts = starts(&stack, &[KeptState::TwoVersions], &[Marker::None, Marker::Older], &[Groups::Wanted]);
    walks(&[running(STABILIZE, Restore::Latest)], &starts);
}

#[test]
fn a_stopped_application_is_reached_or_refused() {
    let stack = [StackStatus::UpdateRollbackFailed];
    let snapshots = [KeptState::None, KeptState::Young, KeptState::Old];
    let under_rule = starts(&stack, &snapshots, &[Marker::None], &[Groups::Wanted]);
    walks(&stopped(Force::UnderReplayRule(Duration::from_hours(20))), &under_rule);
    let freely = starts(&stack, &[KeptState::None], &[Marker::None], &[Groups::Wanted]);
    walks(&stopped(Force::Freely), &freely);
    let killed = starts(&stack, &[KeptState::Young], &[Marker::None], &[Groups::Wanted]);
    walks(&stopped(Force::UnderReplayRule(Duration::from_hours(20)))[1..2], &killed_once(killed));
}

#[test]
fn a_guarded_application_is_reached_or_refused() {
    let stack = [StackStatus::UpdateInProgress];
    let snapshots = [KeptState::None, KeptState::Young, KeptState::Old, KeptState::Failed, KeptState::Creating];
    walks(&guarded(), &starts(&stack, &snapshots, &[Marker::None, Marker::Older], &[Groups::Wanted]));
    walks(&guarded(), &killed_once(starts(&stack, &[KeptState::Young], &[Marker::None], &[Groups::Wanted])));
}

#[test]
fn the_property_groups_are_reached_or_refused() {
    let all_groups = [Groups::Wanted, Groups::Missing, Groups::Conflicting];
    let starts = |stacks| starts(stacks, &[KeptState::None], &[Marker::None], &all_groups);
    let goals = [ConflictPolicy::Fail, ConflictPolicy::Overwrite, ConflictPolicy::Keep];
    walks(&goals.map(|policy| properties(true, policy)), &starts(&[StackStatus::UpdateInProgress]));
    let stacks = [StackStatus::UpdateInProgress, StackStatus::DeleteInProgress];
    walks(&[properties(false, ConflictPolicy::Keep)], &starts(&stacks));
}

#[test]
fn a_continued_rollback_is_reached_or_refused() {
    let mut starts = starts(StackStatus::ALL, &[KeptState::None], &[Marker::None], &[Groups::Wanted]);
    starts.retain(|(world, _)| world.status.is_none());
    let attempts =
        |count| starts.iter().map(move |(world, attempts)| (World { continued: count, ..*world }, attempts.clone()));
    let starts: Vec<_> = (0..=4).flat_map(attempts).collect();
    walks(&[Goal::Continued(Continued { token: "unstick-e".into() })], &starts);
}

#[test]
fn a_recovered_application_is_reached_or_refused() {
    let starts = starts(
        &[StackStatus::UpdateRollbackComplete, StackStatus::UpdateInProgress],
        &[KeptState::TwoVersions],
        &[Marker::None, Marker::Ours, Marker::Older, Marker::AwaitingFix],
        &[Groups::Wanted],
    );
    walks(&[recovered(true), recovered(false)], &starts);
    // Its own stop comes between two starts, and hides the first of them: the starts are not counted here.
    let killed = starts.into_iter().map(|(world, attempts)| (World { killable: true, ..world }, attempts));
    walks(&[recovered(true)], &killed.collect::<Vec<_>>());
}

#[test]
fn a_swept_application_is_reached_or_refused() {
    let stacks = [StackStatus::UpdateComplete, StackStatus::UpdateInProgress];
    let snapshots = [KeptState::None, KeptState::Young, KeptState::Old, KeptState::Creating];
    let starts = starts(&stacks, &snapshots, &[Marker::None], &[Groups::Wanted]);
    let own = |own| starts.iter().map(move |(world, attempts)| (World { own, ..*world }, attempts.clone()));
    let starts: Vec<_> = [0b000, 0b111].into_iter().flat_map(own).collect();
    walks(&[swept(0), swept(2)], &starts);
}
