//! The graph of one goal: every world a planner can meet, every step it takes there, every answer it can get.

use std::collections::HashMap;
use std::time::Duration;

use super::super::observed::Observed;
use super::super::{Attempts, Call, Done, Goal, GuardOutcome, MAX_UNANSWERED, Rejected, Step, next_step};
use super::circles::components;
use super::key::{StateKey, key};
use super::service::{CallAnswer, Groups, World, bit};
use super::shown::{glimpse, shown};
use super::starts::near_the_end;
use crate::flink::{ApplicationStatus, SnapshotStatus};
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// What a look after a wait finds on the clock.
const TICK: i64 = 60_000;
/// Every waiting time of the goals here: more than one of them is no more than one.
pub(super) const LONG: Duration = Duration::from_mins(1);

pub(super) type Planner<'a> = &'a dyn Fn(&Goal, &Observed) -> Step;

struct StateNode {
    world: World,
    attempts: Attempts,
    from: Option<usize>,
    next: Vec<(usize, bool)>,
}

/// Explores everything that can follow the `starts`, and how many states that are.
///
/// # Errors
/// The first broken promise, with the way that leads there.
pub(super) fn explore(goal: &Goal, starts: &[(World, Attempts)], plan: Planner<'_>) -> Result<usize, String> {
    let mut graph = Graph { goal, nodes: Vec::new(), index: HashMap::new() };
    for (world, attempts) in starts {
        graph.reach(*world, attempts.clone(), None);
    }
    let mut at = 0;
    while at < graph.nodes.len() {
        graph.step(at, plan)?;
        at += 1;
    }
    graph.circles()?;
    Ok(graph.nodes.len())
}

struct Graph<'a> {
    goal: &'a Goal,
    nodes: Vec<StateNode>,
    index: HashMap<StateKey, usize>,
}

impl Graph<'_> {
    /// One look: the node of this world and this memory.
    fn reach(&mut self, world: World, mut attempts: Attempts, from: Option<usize>) -> usize {
        // As many looks as are counted at all, at once: what happens between them happens between two waits as well.
        attempts.looks = if attempts.looks == 0 { 0 } else { 3 };
        attempts.looked(glimpse(self.goal, &world).as_ref(), Timestamp(world.now));
        let key = key(self.goal, &world, &attempts);
        if let Some(known) = self.index.get(&key) {
            return *known;
        }
        let at = self.nodes.len();
        self.nodes.push(StateNode { world, attempts, from, next: Vec::new() });
        self.index.insert(key, at);
        at
    }

    fn step(&mut self, at: usize, plan: Planner<'_>) -> Result<(), String> {
        let node = &self.nodes[at];
        let (world, attempts) = (node.world, node.attempts.clone());
        let step = plan(self.goal, &shown(self.goal, &world, attempts.clone()));
        match step {
            Step::Done(done) => {
                self.promise(is_true(&done, self.goal, &world), at, || format!("{done:?} is not true"))?;
                let pruned = done != Done::Swept || is_pruned(self.goal, &world, &attempts);
                self.promise(pruned, at, || "more snapshots stay than are kept".to_owned())
            }
            Step::Refuse(refusal) => {
                let message = !refusal.remedy().is_empty() && !refusal.title().is_empty();
                self.promise(message, at, || "a refusal without a remedy".to_owned())
            }
            Step::Wait(_) => {
                for next in world.waited() {
                    let next = World { now: world.now + TICK, ..next };
                    if next.killable {
                        let reborn = World { killable: false, ..next };
                        let to = self.reach(reborn, near_the_end(), Some(at));
                        self.nodes[at].next.push((to, false));
                    }
                    let to = self.reach(next, attempts.clone(), Some(at));
                    self.nodes[at].next.push((to, false));
                }
                Ok(())
            }
            Step::Call(call, _) => {
                let started = matches!(call, Call::Start { .. })
                    && world.readable
                    && world.started.is_some_and(|count| count > 1);
                self.promise(!started, at, || "a third start, though the operations show two".to_owned())?;
                let second =
                    self.is_sweep() && matches!(call, Call::CreateSnapshot { .. }) && world.is_taking_snapshot();
                self.promise(!second, at, || "a snapshot is asked for while one is being taken".to_owned())?;
                self.promise(world.allows(&call), at, || format!("{call} is forbidden here"))?;
                for (next, answer) in world.answers(&call) {
                    let mut attempts = attempts.clone();
                    match answer {
                        CallAnswer::Accepted => attempts.accepted(&call),
                        CallAnswer::Lost => attempts.unanswered(&call, String::new()),
                        CallAnswer::Throttled => attempts.throttled(&call, String::new()),
                        CallAnswer::Conflict => attempts.rejected(&call, Rejected::Conflict, String::new()),
                        CallAnswer::Snapshot => attempts.rejected(&call, Rejected::Snapshot, String::new()),
                        CallAnswer::Quota => attempts.rejected(&call, Rejected::Quota, String::new()),
                    }
                    self.promise(within_budget(&attempts), at, || format!("{call} once too often"))?;
                    let next = World { now: next.now + 1, ..next };
                    let to = self.reach(next, attempts, Some(at));
                    self.nodes[at].next.push((to, true));
                }
                Ok(())
            }
        }
    }

    fn is_sweep(&self) -> bool {
        matches!(self.goal, Goal::Swept(_))
    }

    fn promise(&self, kept: bool, at: usize, broken: impl Fn() -> String) -> Result<(), String> {
        if kept { Ok(()) } else { Err(format!("{}\n{:?}\n{}", broken(), self.goal, self.way(at))) }
    }

    /// How the planner got there.
    fn way(&self, at: usize) -> String {
        let node = &self.nodes[at];
        let before = node.from.map_or_else(String::new, |from| self.way(from));
        let step = next_step(self.goal, &shown(self.goal, &node.world, node.attempts.clone()));
        format!("{before}{:?}\n    {:?}\n  {step:?}\n", node.world, node.attempts)
    }

    fn components(&self, within: impl Fn(&StateNode) -> bool) -> Vec<usize> {
        components(self.nodes.len(), |at| &self.nodes[at].next, |at| within(&self.nodes[at]))
    }

    /// No circle leads through a call, and none that only waits stays where nothing passes on its own.
    fn circles(&self) -> Result<(), String> {
        let everywhere = self.components(|_| true);
        for (at, node) in self.nodes.iter().enumerate() {
            let call = node.next.iter().any(|(to, call)| *call && everywhere[at] == everywhere[*to]);
            self.promise(!call, at, || "a circle leads through a call".to_owned())?;
        }
        let settled = self.components(|node| !node.world.is_working());
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.world.is_working()) {
            let circle = node.next.iter().any(|(to, _)| settled[at] == settled[*to]);
            self.promise(!circle, at, || "waits for ever where nothing passes on its own".to_owned())?;
        }
        Ok(())
    }
}

/// Whether what the planner calls done is so.
pub(super) fn is_true(done: &Done, goal: &Goal, world: &World) -> bool {
    use ApplicationStatus as Status;
    let stopped = matches!(world.status, Some(Status::Ready | Status::RolledBack));
    match done {
        Done::Running | Done::RunsOn { .. } => world.status == Some(Status::Running),
        Done::Healthy => world.status == Some(Status::Running) && world.proof == Some(SnapshotStatus::Ready),
        Done::NotRunning | Done::Stopped | Done::AwaitingFix { .. } => stopped,
        Done::Settled => world.status == Some(Status::Running),
        Done::Started => !matches!(world.status, None | Some(Status::Ready | Status::RolledBack | Status::Deleting)),
        Done::Unmarked => true,
        Done::Gone => matches!(world.status, None | Some(Status::Deleting)),
        Done::Groups { .. } => match goal {
            Goal::Properties(goal) if goal.wanted.is_empty() => world.groups != Groups::Wanted,
            Goal::Properties(_)
            | Goal::Running(_)
            | Goal::Stopped(_)
            | Goal::Settled(_)
            | Goal::Unmarked(_)
            | Goal::Continued(_)
            | Goal::Recovered(_)
            | Goal::Swept(_)
            | Goal::Guarded(_) => world.groups != Groups::Missing,
        },
        Done::GroupsLeft { .. } => world.stack.is_being_removed() || world.status == Some(Status::Running),
        Done::Guarded(outcome) => match outcome {
            GuardOutcome::NoApplication => matches!(world.status, None | Some(Status::Deleting)),
            GuardOutcome::NotRunning | GuardOutcome::Stopped | GuardOutcome::ForceStopped => stopped,
            GuardOutcome::Probed => world.status == Some(Status::Running) && world.proof == Some(SnapshotStatus::Ready),
            GuardOutcome::SnapshotsDisabled => false,
            GuardOutcome::Continued => true,
        },
        Done::RollbackContinued => true,
        Done::NoLongerStuck => world.stack != StackStatus::UpdateRollbackFailed,
        Done::LeftToDeployment => match goal {
            Goal::Swept(_) => world.stack.is_in_progress(),
            Goal::Running(_)
            | Goal::Stopped(_)
            | Goal::Settled(_)
            | Goal::Unmarked(_)
            | Goal::Properties(_)
            | Goal::Continued(_)
            | Goal::Recovered(_)
            | Goal::Guarded(_) => world.stack != StackStatus::UpdateRollbackComplete,
        },
        // What was accepted and is not seen is the next sweep's; the model beside the planner says when nothing was to
        // be done.
        Done::Swept => {
            let rests = matches!(world.status, Some(Status::Ready | Status::Running));
            world.status.is_some() && !(rests && world.stack.is_in_progress())
        }
        Done::Would { .. } => false,
    }
}

/// Whether no more of our own old snapshots stay than are kept, but for the newest and those that the sweep asked to be
/// deleted.
fn is_pruned(goal: &Goal, world: &World, attempts: &Attempts) -> bool {
    let Goal::Swept(swept) = goal else { return true };
    let rests = matches!(world.status, Some(ApplicationStatus::Ready | ApplicationStatus::Running));
    let asked = attempts.deleted.iter().fold(0, |bits, name| bits | bit(name));
    let left = (world.own & !asked).count_ones();
    !rests || usize::try_from(left).is_ok_and(|left| left <= swept.keep.max(1))
}

/// What one invocation may call, whatever it is answered.
fn within_budget(attempts: &Attempts) -> bool {
    attempts.starts <= 2
        && attempts.stops <= 1
        && attempts.forced <= 3
        && attempts.updates <= 3
        && attempts.snapshots <= 1
        && attempts.deleted.len() <= 3
        && attempts.continued <= 1
        && attempts.tagged <= 1
        && attempts.untagged <= 1
        && attempts.refusals <= 3
        && attempts.lost <= MAX_UNANSWERED + 1
}
