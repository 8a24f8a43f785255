//! A story's figures, from what the services saw.

use std::collections::BTreeMap;

use local_aws::State;
use local_aws::api::{Caller, Recorded};
use local_aws::cloudformation::Status;
use local_aws::flink::SnapshotStatus;
use project::deployment::{FUNCTIONS, NAME};

use crate::constants::Constants;
use crate::record::{Recorder, Span, without_processing};
use crate::stage::{Stage, now};
use crate::story::Story;
use crate::way::Way;

/// One cell of the table.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    pub(crate) story: Story,
    pub(crate) way: Way,
    pub(crate) rollback_enabled: bool,
    pub(crate) constants: Constants,
    /// Seconds without processing.
    pub(crate) down: f64,
    /// What the application was meanwhile, and how long of each no record was processed.
    pub(crate) spans: Vec<Span>,
    pub(crate) down_in: Vec<f64>,
    /// Seconds of the source that are processed again.
    pub(crate) replayed: f64,
    /// From the request until the stack is at rest and the job runs.
    pub(crate) end: f64,
    /// Seconds in which CloudFormation waited for our functions, its own round trips apart.
    pub(crate) own: f64,
    /// Begun in the story, the service's own too.
    pub(crate) snapshots: usize,
    /// Of our functions, by action.
    pub(crate) calls: BTreeMap<String, usize>,
}

impl Figures {
    /// Calls of our functions.
    pub(crate) fn all_calls(&self) -> usize {
        self.calls.values().sum()
    }

    /// Those that change something.
    pub(crate) fn changes(&self) -> usize {
        self.calls.iter().filter(|(action, _)| !is_look(action)).map(|(_, many)| many).sum()
    }

    /// Those at the stack and its events, before and between what changes something.
    pub(crate) fn stack_looks(&self) -> usize {
        self.calls
            .iter()
            .filter(|(action, _)| action.starts_with("cloudformation:") && is_look(action))
            .map(|(_, many)| many)
            .sum()
    }
}

fn is_look(action: &str) -> bool {
    [":Describe", ":List", ":Get"].iter().any(|verb| action.contains(verb))
}

/// Plays a story and counts.
pub(crate) async fn of(story: Story, way: Way, rollback_enabled: bool, constants: Constants) -> Figures {
    let stage = Stage::new(way, rollback_enabled, story.is_guarded(), constants).await;
    story.prepare(&stage).await;
    let (calls_before, rows_before) = {
        let before = stage.world().state();
        let rows = before.cloudformation.stack(NAME).map_or(0, |stack| stack.events.len());
        (before.journal.len(), rows)
    };
    let began = now();
    let recorder = Recorder::start(stage.world());
    story.play(&stage).await;
    let spans = recorder.end(now());
    let seen = stage.world().state();
    let stack = seen.cloudformation.stack_or_deleted(NAME);
    let rows: Vec<_> =
        stack.map(|stack| rows(&stack.events[rows_before.min(stack.events.len())..], began)).unwrap_or_default();
    let own: f64 = rows
        .iter()
        .filter(|(name, ..)| ["UpdateGuard", "PropertyGroups", "AutoStart"].contains(&name.as_str()))
        .map(|(_, from, to)| (to - from - constants.next - constants.custom_resource).max(0.0))
        .fold(0.0, |sum, one| sum + one);
    let journal = &seen.journal[calls_before..];
    let down: Vec<f64> = without_processing(&spans, &constants);
    let rested = stack
        .and_then(|stack| stack.events.iter().rev().find(|row| row.logical_id == NAME))
        .map_or(0.0, |row| row.time - began);
    let last_down = spans.iter().zip(&down).rev().find(|(_, down)| **down > 0.0).map_or(0.0, |(span, _)| span.to);
    let is_updated = stack.is_some_and(|stack| stack.status == Status::UpdateComplete);
    // It finds RUNNING, and CloudFormation goes on.
    let starter = match way {
        Way::Starter if is_updated && story != Story::Nothing => constants.next + constants.provider_framework,
        Way::Person(_) | Way::Starter | Way::Probe | Way::Stop => 0.0,
    };
    Figures {
        story,
        way,
        rollback_enabled,
        constants,
        down: down.iter().sum(),
        spans,
        down_in: down,
        replayed: replayed(journal, &seen),
        end: rested.max(last_down) + starter,
        own,
        snapshots: snapshots(journal, &seen),
        calls: calls(&seen, journal),
    }
}

/// From the first IN_PROGRESS row of each resource to its next row that is none.
fn rows(events: &[local_aws::cloudformation::StackEvent], began: f64) -> Vec<(String, f64, f64)> {
    let mut open: BTreeMap<&str, f64> = BTreeMap::new();
    let mut rows = Vec::new();
    for row in events.iter().filter(|row| row.logical_id != NAME) {
        if row.status.as_str().ends_with("IN_PROGRESS") {
            open.entry(&row.logical_id).or_insert(row.time);
        } else if let Some(from) = open.remove(row.logical_id.as_str()) {
            rows.push((row.logical_id.clone(), from - began, row.time - began));
        }
    }
    rows
}

fn calls(state: &State, journal: &[Recorded]) -> BTreeMap<String, usize> {
    let roles: Vec<String> = FUNCTIONS
        .iter()
        .filter_map(|(name, _)| state.lambda.functions.get(*name).map(|function| function.role_name().to_owned()))
        .collect();
    let mut calls = BTreeMap::new();
    for call in journal {
        let is_ours = matches!(&call.caller, Caller::Role(role) if roles.contains(role));
        let service = call.action.split(':').next().unwrap_or_default();
        if is_ours && ["kinesisanalytics", "cloudformation", "lambda"].contains(&service) {
            *calls.entry(call.action.clone()).or_default() += 1;
        }
    }
    calls
}

/// Each CreateApplicationSnapshot, and what the service takes for an update of a running application and for a graceful
/// stop.
fn snapshots(journal: &[Recorded], state: &State) -> usize {
    let taken = |call: &&Recorded| call.is_done() && call.action == "kinesisanalytics:CreateApplicationSnapshot";
    let own = journal.iter().filter(taken).count();
    let services = state.flink.applications.get(NAME).map_or(0, |application| {
        let names = application.snapshots.iter().map(|snapshot| snapshot.name.as_str());
        names.filter(|name| name.starts_with("UPDATEAPPLICATION") || name.starts_with("STOP-")).count()
    });
    own + services
}

/// A force-stop throws away what was processed since the newest snapshot that can be restored.
fn replayed(journal: &[Recorded], state: &State) -> f64 {
    let is_forced = |call: &&Recorded| {
        call.is_done() && call.action == "kinesisanalytics:StopApplication" && call.body["Force"] == true
    };
    let Some(stopped) = journal.iter().find(is_forced).map(|call| call.time) else { return 0.0 };
    let snapshots = state.flink.applications.get(NAME).into_iter().flat_map(|application| &application.snapshots);
    let ready = snapshots.filter(|snapshot| snapshot.status == SnapshotStatus::Ready);
    let before = ready.map(|snapshot| snapshot.created).filter(|created| *created <= stopped);
    before.reduce(f64::max).map_or(0.0, |newest| stopped - newest)
}
