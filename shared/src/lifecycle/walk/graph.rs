//! The graph of one goal: every world a planner can meet, every step it takes there, every answer it can get.

use std::collections::HashMap;
use std::time::Duration;

use super::super::observed::{Observed, Timestamp};
use super::super::{
    Action, ApplicationStatus, CONFLICTS, Call, Done, Goal, LOST, OperationStatus, Rejected, SnapshotStatus,
    StackStatus, Step, Tried, next_step,
};
use super::near_the_end;
use super::service::{Answer, Groups, Kind, Marker, Operation, World};
use super::shown::{glimpse, shown};

/// What a look after a wait finds on the clock.
const TICK: i64 = 60_000;
/// Every waiting time of the goals here: more than one of them is no more than one.
pub(super) const LONG: Duration = Duration::from_mins(1);

pub(super) type Plan<'a> = &'a dyn Fn(&Goal, &Observed) -> Step;

struct Node {
    world: World,
    tried: Tried,
    from: Option<usize>,
    next: Vec<(usize, bool)>,
}

/// Explores everything that can follow the `starts`, and how many states that are.
///
/// # Errors
/// The first broken promise, with the way that leads there.
pub(super) fn explore(goal: &Goal, starts: &[(World, Tried)], plan: Plan<'_>) -> Result<usize, String> {
    let mut graph = Graph { goal, nodes: Vec::new(), index: HashMap::new() };
    for (world, tried) in starts {
        graph.reach(*world, tried.clone(), None);
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
    nodes: Vec<Node>,
    index: HashMap<[u8; 34], usize>,
}

impl Graph<'_> {
    /// One look: the node of this world and this memory.
    fn reach(&mut self, world: World, mut tried: Tried, from: Option<usize>) -> usize {
        // As many looks as are counted at all, at once: what happens between them happens between two waits as well.
        tried.looks = if tried.looks == 0 { 0 } else { 3 };
        tried.looked(glimpse(self.goal, &world, &tried).as_ref(), Timestamp(world.now));
        let key = key(self.goal, &world, &tried);
        if let Some(known) = self.index.get(&key) {
            return *known;
        }
        let at = self.nodes.len();
        self.nodes.push(Node { world, tried, from, next: Vec::new() });
        self.index.insert(key, at);
        at
    }

    fn step(&mut self, at: usize, plan: Plan<'_>) -> Result<(), String> {
        let node = &self.nodes[at];
        let (world, tried) = (node.world, node.tried.clone());
        let step = plan(self.goal, &shown(self.goal, &world, tried.clone()));
        match step {
            Step::Done(done) => self.promise(is_true(&done, self.goal, &world), at, || format!("{done:?} is not true")),
            Step::Refuse(refusal) => {
                let told = !refusal.remedy().is_empty() && !refusal.title().is_empty();
                self.promise(told, at, || "a refusal without a remedy".to_owned())
            }
            Step::Wait(_) => {
                for next in world.waited() {
                    let next = World { now: world.now + TICK, ..next };
                    if next.killable {
                        let reborn = World { killable: false, ..next };
                        let to = self.reach(reborn, near_the_end(), Some(at));
                        self.nodes[at].next.push((to, false));
                    }
                    let to = self.reach(next, tried.clone(), Some(at));
                    self.nodes[at].next.push((to, false));
                }
                Ok(())
            }
            Step::Call(call, _) => {
                let started = matches!(call, Call::Start { .. })
                    && world.readable
                    && world.started.is_some_and(|count| count > 1);
                self.promise(!started, at, || "a third start, though the operations tell of two".to_owned())?;
                self.promise(world.allows(&call), at, || format!("{call} is forbidden here"))?;
                for (next, answer) in world.answers(&call) {
                    let mut tried = tried.clone();
                    match answer {
                        Answer::Accepted => tried.accepted(&call),
                        Answer::Lost => tried.unanswered(&call, String::new()),
                        Answer::Conflict => tried.rejected(&call, Rejected::Conflict, String::new()),
                        Answer::Snapshot => tried.rejected(&call, Rejected::Snapshot, String::new()),
                    }
                    self.promise(within_budget(&tried), at, || format!("{call} once too often"))?;
                    let next = World { now: next.now + 1, ..next };
                    let to = self.reach(next, tried, Some(at));
                    self.nodes[at].next.push((to, true));
                }
                Ok(())
            }
        }
    }

    fn promise(&self, kept: bool, at: usize, broken: impl Fn() -> String) -> Result<(), String> {
        if kept { Ok(()) } else { Err(format!("{}\n{:?}\n{}", broken(), self.goal, self.way(at))) }
    }

    /// How the planner got there.
    fn way(&self, at: usize) -> String {
        let node = &self.nodes[at];
        let before = node.from.map_or_else(String::new, |from| self.way(from));
        let step = next_step(self.goal, &shown(self.goal, &node.world, node.tried.clone()));
        format!("{before}{:?}\n    {:?}\n  {step:?}\n", node.world, node.tried)
    }

    /// No circle leads through a call, and none that only waits stays where nothing passes by itself.
    fn circles(&self) -> Result<(), String> {
        let everywhere = self.components(|_| true);
        for (at, node) in self.nodes.iter().enumerate() {
            let call = node.next.iter().any(|(to, call)| *call && everywhere[at] == everywhere[*to]);
            self.promise(!call, at, || "a circle leads through a call".to_owned())?;
        }
        let settled = self.components(|node| !node.world.is_working());
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.world.is_working()) {
            let circle = node.next.iter().any(|(to, _)| settled[at] == settled[*to]);
            self.promise(!circle, at, || "waits for ever where nothing passes by itself".to_owned())?;
        }
        Ok(())
    }

    /// Tarjan's strongly connected components of the nodes that are `within`, without recursion; others are alone.
    fn components(&self, within: impl Fn(&Node) -> bool) -> Vec<usize> {
        const UNSEEN: usize = usize::MAX;
        let count = self.nodes.len();
        let (mut order, mut low, mut component) = (vec![UNSEEN; count], vec![0; count], vec![UNSEEN; count]);
        let (mut stack, mut seen) = (Vec::new(), 0);
        for root in 0..count {
            if order[root] != UNSEEN || !within(&self.nodes[root]) {
                continue;
            }
            let mut path = vec![(root, 0)];
            while let Some((at, edge)) = path.pop() {
                if edge == 0 {
                    (order[at], low[at]) = (seen, seen);
                    seen += 1;
                    stack.push(at);
                }
                if let Some((to, _)) = self.nodes[at].next.get(edge) {
                    path.push((at, edge + 1));
                    if !within(&self.nodes[*to]) {
                        continue;
                    }
                    if order[*to] == UNSEEN {
                        path.push((*to, 0));
                    } else if component[*to] == UNSEEN {
                        low[at] = low[at].min(order[*to]);
                    }
                    continue;
                }
                if low[at] == order[at] {
                    while let Some(member) = stack.pop() {
                        component[member] = at;
                        if member == at {
                            break;
                        }
                    }
                }
                if let Some((parent, _)) = path.last() {
                    low[*parent] = low[*parent].min(low[at]);
                }
            }
        }
        component.iter().enumerate().map(|(at, found)| if *found == UNSEEN { count + at } else { *found }).collect()
    }
}

/// Whether what the planner calls done is so.
fn is_true(done: &Done, goal: &Goal, world: &World) -> bool {
    use ApplicationStatus as Status;
    let stopped = matches!(world.status, Some(Status::Ready | Status::RolledBack));
    match done {
        Done::Running => world.status == Some(Status::Running),
        Done::Healthy => world.status == Some(Status::Running) && world.proof == Some(SnapshotStatus::Ready),
        Done::NotRunning | Done::Stopped | Done::AwaitingFix => stopped,
        Done::Gone => matches!(world.status, None | Some(Status::Deleting)),
        Done::Groups { .. } => match goal {
            Goal::Properties(goal) if goal.wanted.is_empty() => world.groups != Groups::Wanted,
            Goal::Properties(_) | Goal::Running(_) | Goal::Stopped(_) | Goal::Continued(_) | Goal::Recovered(_) => {
                world.groups != Groups::Missing
            }
        },
        Done::GroupsLeft { .. } => world.stack.is_going() || world.status == Some(Status::Running),
        Done::RollbackContinued => true,
        Done::NoLongerStuck => world.stack != StackStatus::UpdateRollbackFailed,
        Done::LeftToDeployment => world.stack != StackStatus::UpdateRollbackComplete,
    }
}

/// What one invocation may call, whatever it is answered.
fn within_budget(tried: &Tried) -> bool {
    tried.starts <= 2
        && tried.stops <= 1
        && tried.forced <= 3
        && tried.updates <= 3
        && tried.snapshots <= 1
        && tried.continued <= 1
        && tried.tagged <= 1
        && tried.untagged <= 1
        && tried.conflicts <= CONFLICTS + 1
        && tried.lost <= LOST + 1
}

/// What makes two moments the same to a planner: times only by what they are compared with, looks only while they are counted.
fn key(goal: &Goal, world: &World, tried: &Tried) -> [u8; 34] {
    // Once a force-stop is asked for, what came before it matters no more.
    let over = match goal {
        Goal::Stopped(_) => tried.forced > 0,
        Goal::Recovered(_) => tried.tagged > 0 || world.marker == Marker::AwaitingFix,
        Goal::Running(_) | Goal::Properties(_) | Goal::Continued(_) => false,
    };
    let before = |count: u8| if over { 0 } else { count };
    let operation = |operation: &Option<Operation>| match (operation, goal) {
        (None, _) => [if over { 8 } else { 9 }, 0],
        (Some(one), Goal::Running(_) | Goal::Recovered(_)) if !over => {
            [one.kind as u8, one.status as u8 * 4 + one.when as u8]
        }
        (Some(one), Goal::Properties(_)) if one.kind == Kind::Update => [1, one.status as u8 * 4 + one.when as u8],
        // Nobody asks for more than whether it is at work.
        (Some(one), _) => [8, u8::from(one.status == OperationStatus::InProgress)],
    };
    let (counts_began, counts_steady) = match goal {
        Goal::Running(goal) => (false, !goal.stabilize.is_zero()),
        Goal::Stopped(_) => (true, false),
        Goal::Recovered(_) => (false, true),
        Goal::Properties(_) | Goal::Continued(_) => (false, false),
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
        before(world.marker as u8),
        world.groups as u8,
        world.stack as u8,
        u8::try_from(world.continued).unwrap_or(99),
        before(tried.starts),
        before(tried.stops),
        tried.forced,
        tried.updates,
        before(tried.snapshots),
        tried.continued,
        tried.tagged,
        before(tried.untagged),
        tried.conflicts,
        tried.lost,
        u8::try_from(tried.looks.min(4)).unwrap_or(4),
        u8::from(tried.rejection.is_some() && matches!(goal, Goal::Continued(_))),
        before(
            tried.rejection.as_ref().filter(|one| one.kind == Rejected::Snapshot).map_or(0, |one| action(one.action)),
        ),
        tried
            .unanswered
            .as_ref()
            .filter(|_| tried.looks <= 3 || tried.lost > LOST)
            .map_or(0, |unanswered| action(unanswered.0)),
        age(tried.began, counts_began && !over),
        age(tried.steady.as_ref().map(|steady| steady.since), counts_steady && !over),
    ]
}
