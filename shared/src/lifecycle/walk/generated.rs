//! Generated runs: between every two looks another caller does something, every call is answered somehow, and the
//! service goes on in one of its ways. Whatever comes, a run ends: with its goal reached, or with a refusal that fits
//! what the service knows to be so.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{Attempts, Call, Goal, MAX_UNANSWERED, Refusal, Rejected, Step, next_step};
use super::graph::is_true;
use super::service::{CallAnswer, Groups, KeptState, Kind, Marker, World};
use super::shown::{MINUTE, REQUEST, glimpse, shown};
use super::{EVERY_KEPT, STABILIZE, running, stopped};
use crate::flink::{ApplicationStatus as Status, OperationStatus, Restore, SnapshotStatus};
use crate::lifecycle::Force;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// More looks than any run here takes.
const MAX_STEPS: usize = 2000;

/// What the run has seen happen, by any caller.
#[derive(Debug, Default)]
struct Record {
    starts: usize,
    conflicts: usize,
    lost: usize,
    forced: usize,
    /// Accepted ones: taken or not.
    snapshots: usize,
    snapshot_refused: bool,
    at_the_quota: bool,
    /// An operation of this kind ended badly.
    failed: Vec<(Kind, OperationStatus)>,
    /// A start of this request succeeded.
    started: bool,
}

impl Record {
    fn saw(&mut self, world: &World) {
        for one in world.operations.iter().flatten() {
            if !matches!(one.status, OperationStatus::InProgress | OperationStatus::Successful) {
                self.failed.push((one.kind, one.status));
            }
            self.started |= one.kind == Kind::Start && one.status == OperationStatus::Successful;
        }
    }

    fn has_failed(&self, kind: Kind) -> bool {
        self.failed.iter().any(|(failed, _)| *failed == kind)
    }
}

/// Takes the choices in turn; when there are none left, the service goes on on its own and answers well.
struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    fn of<T: Copy>(&mut self, all: &[T], otherwise: T) -> T {
        self.0.next().map_or(otherwise, |choice| all[usize::from(choice) % all.len()])
    }
}

/// Runs until the end: where it ended, in which world, with what record.
fn run(goal: &Goal, mut world: World, choices: Vec<u8>) -> Result<(Step, World, Record), TestCaseError> {
    let (mut attempts, mut record, mut choices) =
        (Attempts::default(), Record::default(), Choices(choices.into_iter()));
    for _ in 0..MAX_STEPS {
        world = choices.of(&[&[world][..], &world.meddled()[..]].concat(), world);
        record.saw(&world);
        attempts.looked(glimpse(goal, &world).as_ref(), Timestamp(world.now));
        let step = next_step(goal, &shown(goal, &world, attempts.clone()));
        match step {
            Step::Done(_) | Step::Refuse(_) => return Ok((step, world, record)),
            Step::Wait(_) => {
                let next = world.waited();
                let ends = next.iter().copied().find(|next| is_quiet(&world, next));
                world = World { now: world.now + MINUTE, ..choices.of(&next, ends.unwrap_or(world)) };
            }
            Step::Call(call, _) => {
                prop_assert!(world.allows(&call), "{call} is forbidden in {world:?}");
                let answers = world.answers(&call);
                let well = answers.iter().copied().rfind(|(_, answer)| *answer == CallAnswer::Accepted);
                let (next, answer) = choices.of(&answers, well.unwrap_or((world, CallAnswer::Accepted)));
                remember(&mut attempts, &mut record, &call, answer);
                world = World { now: next.now + 1, ..next };
            }
        }
    }
    Err(TestCaseError::fail(format!("{MAX_STEPS} looks and no end: {world:?} {attempts:?}")))
}

/// Left alone, what is under way ends, and ends well; what runs goes on running.
fn is_quiet(world: &World, next: &World) -> bool {
    let runs = world.status == Some(Status::Running) && next.status != Some(Status::Running);
    world.is_working() && next != world && next.meddlers == world.meddlers && !runs
}

fn remember(attempts: &mut Attempts, record: &mut Record, call: &Call, answer: CallAnswer) {
    let accepted = answer == CallAnswer::Accepted;
    record.starts += usize::from(accepted && matches!(call, Call::Start { .. }));
    record.snapshots += usize::from(accepted && matches!(call, Call::CreateSnapshot { .. }));
    record.forced += usize::from(matches!(call, Call::Stop { force: true }));
    match answer {
        CallAnswer::Accepted => attempts.accepted(call),
        CallAnswer::Lost => {
            record.lost += 1;
            attempts.unanswered(call, String::new());
        }
        CallAnswer::Throttled => {
            record.lost += 1;
            attempts.throttled(call, String::new());
        }
        CallAnswer::Conflict => {
            record.conflicts += 1;
            attempts.rejected(call, Rejected::Conflict, String::new());
        }
        CallAnswer::Quota => {
            record.at_the_quota = true;
            attempts.rejected(call, Rejected::Quota, String::new());
        }
        CallAnswer::Snapshot => {
            record.snapshot_refused = true;
            attempts.rejected(call, Rejected::Snapshot, String::new());
        }
    }
}

/// Whether what the refusal says, and so its remedy, is what is wrong in this world.
fn fits(refusal: &Refusal, world: &World, record: &Record) -> bool {
    match refusal {
        Refusal::ApplicationMissing { .. } => world.status.is_none(),
        Refusal::BeingDeleted { .. } => world.status == Some(Status::Deleting),
        Refusal::RolledBack { .. } => world.status == Some(Status::RolledBack),
        Refusal::StartFailed { .. } => record.has_failed(Kind::Start),
        Refusal::NothingToRestore { .. } => world.kept == KeptState::Incompatible,
        Refusal::UpdateRolledBack { .. } => record.has_failed(Kind::Update),
        Refusal::StoppedAfterStart { .. } => {
            world.status == Some(Status::Ready) && (record.starts > 0 || record.started)
        }
        Refusal::Unhealthy { .. } => {
            let proof = matches!(world.proof, Some(SnapshotStatus::Failed | SnapshotStatus::Deleting));
            let unseen = record.snapshots > 0 && world.proof.is_none();
            proof || unseen || record.snapshot_refused || !record.failed.is_empty()
        }
        Refusal::TooManyConflicts { .. } => record.conflicts > 0,
        Refusal::Unanswered { .. } => record.lost > usize::from(MAX_UNANSWERED),
        Refusal::WouldNotStop { .. } => record.forced >= 3,
        Refusal::NotOwned { .. }
        | Refusal::NotServed { .. }
        | Refusal::EnhancedSnapshots { .. }
        | Refusal::UnknownStatus { .. }
        | Refusal::Renamed { .. }
        | Refusal::SnapshotFailed { .. }
        | Refusal::UpdateFailed { .. }
        | Refusal::PropertyConflict { .. }
        | Refusal::ReplayForbidden { .. }
        | Refusal::NotSettled { .. }
        | Refusal::TooManyAttempts { .. }
        | Refusal::NoServiceRole
        | Refusal::OtherBlocker { .. }
        | Refusal::NotTagged { .. }
        | Refusal::TagUnreadable { .. }
        | Refusal::StackNotTagged { .. }
        | Refusal::Superseded
        | Refusal::NotAwaited { .. }
        | Refusal::StartedByAnother { .. }
        | Refusal::Denied { .. } => false,
        Refusal::Rejected { .. } => record.at_the_quota,
    }
}

fn worlds() -> impl Strategy<Value = World> {
    let status = prop::sample::select(Status::ALL).prop_map(Some);
    let kept = prop::sample::select(EVERY_KEPT);
    let histories = prop::sample::select(super::starts::histories());
    (status, any::<bool>(), histories, kept, 0..8_u8).prop_map(
        |(status, ran, (readable, operations), kept, meddlers)| World {
            status,
            ran,
            readable,
            operations,
            kept,
            proof: None,
            own: 0,
            marker: Marker::None,
            groups: Groups::Wanted,
            stack: StackStatus::UpdateInProgress,
            continued: 0,
            now: REQUEST + 1000,
            started: None,
            meddlers,
            killable: false,
        },
    )
}

fn goals() -> impl Strategy<Value = Goal> {
    let custom = Restore::Custom("young".into());
    let mut goals = stopped(Force::Freely);
    goals.extend([Restore::Latest, Restore::Skip, custom].map(|restore| running(Duration::ZERO, restore)));
    goals.push(running(STABILIZE, Restore::Latest));
    prop::sample::select(goals)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_ends_in_its_goal_or_in_a_refusal_that_fits(
        goal in goals(), world in worlds(), choices in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (end, world, record) = run(&goal, world, choices)?;
        match end {
            Step::Done(done) => prop_assert!(is_true(&done, &goal, &world), "{done:?} is not true of {world:?}"),
            Step::Refuse(refusal) => {
                prop_assert!(!refusal.remedy().is_empty());
                prop_assert!(fits(&refusal, &world, &record), "{refusal:?} does not fit {world:?} {record:?}");
            }
            Step::Call(..) | Step::Wait(_) => prop_assert!(false, "a run ends with an end"),
        }
    }
}
