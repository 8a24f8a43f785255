//! Many application stacks of one account, stuck in UPDATE_ROLLBACK_FAILED at the same moment, and whether they were
//! cured.
//!
//! Every stack comes there as on AWS: the engine creates it from the committed template, the functions start its
//! application, a table that cannot be written makes the job loop, and a deployment and its rollback fail without a
//! snapshot. It refuses to know who cures them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::deployment::{Deployment, jar, record, request, sink_permission};
use local_aws::api::{Caller, Recorded};
use local_aws::cloudformation::Status;
use local_aws::events::{self, EventFault};
use local_aws::flink::{self, Status as Flink};
use local_aws::queues::Message;
use local_aws::{State, World};

/// The version that is to run again.
const OLD: &str = "1";
/// In the snapshot, and after that no longer in the stream.
const COUNTED: &str = "counted-before-the-snapshot";
/// In the stream alone.
const AFTER: &str = "after-the-snapshot";

/// A stack that did not come where it was to come.
#[derive(Debug, thiserror::Error)]
#[error("{stack} is not {wanted}: {reason}")]
pub struct NotThere {
    stack: String,
    wanted: Status,
    reason: String,
}

/// Names for so many stacks.
#[must_use]
pub fn names(many: usize) -> Vec<String> {
    (1..=many).map(|number| format!("flink-fleet-{number:04}")).collect()
}

/// Creates these stacks and gets them stuck. Their events are held back until [`events::release`].
///
/// # Errors
/// The first stack that does not get there.
pub async fn get_stuck(deployment: &Deployment, stacks: &[String]) -> Result<(), NotThere> {
    let world = deployment.world();
    deploy(deployment, "CreateStack", OLD, stacks, Status::CreateComplete).await?;
    for stack in stacks {
        record(world, stack, COUNTED);
        snapshot(world, stack);
        // Only who restores the snapshot knows of it from now on.
        if let Some(first) = world.state().kinesis.streams.get_mut(stack).and_then(|stream| stream.records.first_mut())
        {
            first.data = json!({"key": "in-no-snapshot", "featureName": "seen"}).to_string().into_bytes();
        }
        sink_permission(world, stack, false);
        record(world, stack, AFTER);
        events::inject(world, Status::UpdateRollbackFailed, EventFault::Hold);
    }
    let held = world.state().events.held.len() + stacks.len();
    deploy(deployment, "UpdateStack", "2", stacks, Status::UpdateRollbackFailed).await?;
    // A stack's status is there a moment before its event.
    world.until(|state| (state.events.held.len() == held).then_some(())).await;
    Ok(())
}

/// A person takes a snapshot, and looks until it is READY.
fn snapshot(world: &World, stack: &str) {
    let mut state = world.state();
    let mut call = |operation: &str, body: &Value| {
        // What is refused is missed in the end: without it nothing is cured.
        let _ = flink::call(&mut state, &world.settings, &Caller::Operator, operation, body);
    };
    call("CreateApplicationSnapshot", &json!({"ApplicationName": stack, "SnapshotName": "before"}));
    for _ in 0..3 {
        call("ListApplicationSnapshots", &json!({"ApplicationName": stack}));
    }
}

async fn deploy(
    deployment: &Deployment,
    action: &str,
    version: &str,
    stacks: &[String],
    wanted: Status,
) -> Result<(), NotThere> {
    let world = deployment.world();
    let key = deployment.upload(&jar(version, &[]));
    let template = Deployment::template_without_guard().to_string();
    let not_there = |stack: &str, reason: String| NotThere { stack: stack.to_owned(), wanted, reason };
    for stack in stacks {
        let names = ["ApplicationName", "StreamName", "TableName"].map(|name| (name, stack.as_str()));
        let parameters = [names.as_slice(), &[("JarKey", &key), ("StabilizeSeconds", "0")]].concat();
        let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
        let asked = request(world, action, stack, &template, &parameters, &tags, role);
        asked.map_err(|error| not_there(stack, error.to_string()))?;
    }
    let settled = |state: &mut State| {
        let mut all = stacks.iter().map(|stack| state.cloudformation.stack_or_deleted(stack));
        all.all(|stack| stack.is_some_and(|stack| stack.status.is_settled())).then_some(())
    };
    world.until(settled).await;
    let state = world.state();
    let mut found = stacks.iter().filter_map(|stack| state.cloudformation.stack_or_deleted(stack));
    let Some(stack) = found.find(|stack| stack.status != wanted) else { return Ok(()) };
    let failed = stack.events.iter().find(|row| row.status.as_str().ends_with("_FAILED"));
    let reason = failed.map(|row| format!("{}: {}", row.logical_id, row.reason)).unwrap_or_default();
    Err(not_there(&stack.name, reason))
}

/// From this call of the journal on, each table can be written again as soon as its job is stopped by force: a graceful
/// stop cannot be, and the cause passes. For ever.
pub async fn cause_passes(world: Arc<World>, mut seen: usize) {
    let is_forced = |call: &&Recorded| {
        call.action == "kinesisanalytics:StopApplication" && call.is_done() && call.body["Force"] == true
    };
    // An event that comes twice stops it twice.
    let mut passed = BTreeSet::new();
    loop {
        let stopped = world.wait_for(|state| {
            let new = state.journal.get(seen..).unwrap_or_default();
            let names = new.iter().filter(is_forced).filter_map(|call| call.body["ApplicationName"].as_str());
            let names: Vec<String> = names.map(str::to_owned).collect();
            seen = state.journal.len();
            (!names.is_empty()).then_some(names)
        });
        for stack in stopped.await {
            if passed.insert(stack.clone()) {
                sink_permission(&world, &stack, true);
            }
        }
    }
}

/// Whether the stack's old job runs again with its state, no record is lost, and nothing is left to remember.
#[must_use]
pub fn is_cured(state: &State, stack: &str) -> bool {
    let is_back = |stack: &&local_aws::cloudformation::Stack| stack.status == Status::UpdateRollbackComplete;
    let application = state.cloudformation.stack(stack).filter(is_back).and(state.flink.applications.get(stack));
    application.is_some_and(|one| {
        let counts =
            one.job.as_ref().filter(|job| job.trouble.is_none() && job.jar.version == OLD).map(|job| &job.counts);
        let is_whole = counts
            .is_some_and(|counts| counts.len() == 2 && [COUNTED, AFTER].iter().all(|key| counts.get(*key) == Some(&1)));
        one.status == Flink::Running && is_whole && !one.tags.contains_key("flink-unstick-restart")
    })
}

/// Whether nothing runs, nothing waits, and nothing is on its way.
#[must_use]
pub fn is_idle(state: &State, stacks: &[String]) -> bool {
    let mut stacks = stacks.iter().map(|stack| state.cloudformation.stack(stack));
    state.lambda.is_idle() && stacks.all(|stack| stack.is_some_and(|stack| stack.status.is_settled()))
}

/// What a function asked of Flink and CloudFormation since this call of the journal.
pub fn calls_of<'a>(state: &'a State, function: &str, since: usize) -> impl Iterator<Item = &'a Recorded> {
    let who = state.lambda.functions.get(function).map(|function| Caller::Role(function.role_name().to_owned()));
    let new = state.journal.get(since..).unwrap_or_default().iter();
    let services = ["kinesisanalytics:", "cloudformation:"];
    new.filter(move |call| {
        Some(&call.caller) == who.as_ref() && services.iter().any(|one| call.action.starts_with(one))
    })
}

/// Whether the rate refused it.
#[must_use]
pub fn is_throttled(call: &Recorded) -> bool {
    matches!(call.refused.as_deref(), Some("ThrottlingException" | "Throttling"))
}

/// Whether the API forbids it at that moment, or the role altogether. A graceful stop of a job that cannot be
/// snapshotted may be tried: only its answer says that it cannot.
#[must_use]
pub fn is_forbidden(call: &Recorded) -> bool {
    let is_graceful = call.action == "kinesisanalytics:StopApplication" && call.body["Force"] != true;
    let may_be_tried = is_graceful && call.refused.as_deref() == Some("InvalidApplicationConfigurationException");
    !call.is_done() && !is_throttled(call) && !may_be_tried
}

/// The calls of these that the API forbids, apart from those with which another invocation was first: an event and a
/// sweep that are at the same stack at the same moment ask for the same, and the second gets the answer that it is done
/// already.
#[must_use]
pub fn forbidden<'a>(calls: impl IntoIterator<Item = &'a Recorded>) -> (Vec<&'a Recorded>, Vec<&'a Recorded>) {
    let mut last: BTreeMap<String, &str> = BTreeMap::new();
    let mut forbidden = Vec::new();
    let mut doubled = Vec::new();
    for call in calls {
        let of = ["ApplicationName", "StackName"].iter().find_map(|key| call.body[*key].as_str());
        let of = of.unwrap_or_default().to_owned();
        if is_forbidden(call) {
            let is_second = last.get(&of) == Some(&call.action.as_str());
            if is_second { doubled.push(call) } else { forbidden.push(call) }
        } else if call.is_done() && ![":Describe", ":List"].iter().any(|verb| call.action.contains(verb)) {
            last.insert(of, &call.action);
        }
    }
    (forbidden, doubled)
}

/// Events that no function will handle any more, each with why: the condition in its record in a dead-letter queue, or
/// EventBridge's code.
#[must_use]
pub fn lost(state: &State) -> Vec<String> {
    let condition = |message: &Message| {
        let record: Value = serde_json::from_str(&message.body).unwrap_or_default();
        record["requestContext"]["condition"].as_str().unwrap_or("undeliverable").to_owned()
    };
    let queued = state.queues.queues.values().flat_map(|queue| queue.messages.iter().map(condition));
    queued.chain(state.events.undelivered.iter().map(|one| one.code.clone())).collect()
}
