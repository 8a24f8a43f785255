//! From a world to lines: what changed since the last look, lane by lane.
//!
//! It looks after every change of the world and decides nothing: the story goes on whether it is watched or not.

mod events;
mod flink;
mod functions;
mod job;
mod stacks;

use std::sync::Arc;

use local_aws::cloudformation::Stack;
use local_aws::{State, World};
use project::deployment::NAME;

use crate::screen::{Line, Screen};

pub(crate) use events::reports;

/// What was shown so far.
#[derive(Debug, Default)]
struct Watch {
    stacks: stacks::Stacks,
    functions: functions::Functions,
    flink: flink::Flink,
    job: job::Job,
    events: events::Events,
    /// What Flink and its job did. It waits for one look, because the line of a log that says who asked for it comes
    /// through a pipe.
    held: Vec<Line>,
    lasting: String,
}

/// Shows what happens in the world, for ever.
pub(crate) async fn watch(world: Arc<World>, screen: Arc<Screen>) {
    let mut watch = Watch::default();
    loop {
        let lines = world.wait_for(|state| watch.look(state)).await;
        for line in &lines {
            screen.line(line);
        }
        screen.lasts(&watch.lasting);
    }
}

impl Watch {
    /// The news, if there are any.
    fn look(&mut self, state: &State) -> Option<Vec<Line>> {
        let mut lines = self.stacks.news(state);
        lines.extend(self.events.news(state));
        lines.extend(self.functions.news(state));
        lines.append(&mut self.held);
        self.held = self.flink.news(state);
        self.held.extend(self.job.news(state));
        let lasting = lasting(state);
        let is_new = !lines.is_empty() || lasting != self.lasting;
        self.lasting = lasting;
        is_new.then_some(lines)
    }
}

/// How everything stands, in one line.
fn lasting(state: &State) -> String {
    let going_on = state.cloudformation.stacks.iter().rev().find(|stack| !stack.status.is_settled());
    let Some(stack) = going_on.or_else(|| state.cloudformation.stack(NAME)) else { return String::new() };
    let how = format!("stack {} {}", stack.name, stack.status);
    let Some(application) = state.flink.applications.get(NAME) else {
        return format!("{how} · {} resources", made(stack));
    };
    let read = application.job.as_ref().map_or_else(|| "-".to_owned(), |job| job.position.to_string());
    let (records, rows) = amounts(state);
    format!("{how} · flink {} · {records} records in, {read} read, {rows} rows", application.status)
}

/// Resources that are there.
fn made(stack: &Stack) -> usize {
    stack.resources.values().filter(|resource| resource.status.as_str().ends_with("_COMPLETE")).count()
}

/// Records in the stream, rows in the table.
pub(crate) fn amounts(state: &State) -> (usize, usize) {
    let records = state.kinesis.streams.get(NAME).map_or(0, |stream| stream.records.len());
    let rows = state.dynamodb.tables.get(NAME).map_or(0, |table| table.items.len());
    (records, rows)
}
