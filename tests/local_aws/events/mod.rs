//! EventBridge: the default bus, its rules and their targets, and the stack events that AWS puts on it (semantics D).
//!
//! It refuses to know why an event was emitted. Trouble on demand: duplicates, loss, delay.

mod api;
mod deliver;
mod faults;
mod pattern;
mod schedule;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

pub use api::json;
pub(crate) use api::{delete_rule, put_rule, put_targets};
pub use faults::EventFault;
pub(crate) use pattern::{check, matches};

use crate::cloudformation::Status;
use crate::{World, clock, stamp, virtual_time};

/// Everything EventBridge remembers in a world.
#[derive(Debug, Default)]
pub struct Events {
    /// By name, on the default bus.
    pub rules: BTreeMap<String, Rule>,
    /// Every event on the default bus, in order.
    pub emitted: Vec<Value>,
    /// What could not be handed to a target, with the reason: the dead-letter queue's view.
    pub undelivered: Vec<Undelivered>,
    /// Trouble for the next stack events, by status.
    pub(crate) faults: Vec<(Status, EventFault)>,
    /// Delayed events, until [`release`].
    pub held: Vec<Value>,
}

/// A rule.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// EventPattern.
    pub pattern: Option<Value>,
    /// ScheduleExpression; fired on demand by [`fire_schedules`].
    pub schedule: Option<String>,
    /// DISABLED rules match nothing.
    pub is_enabled: bool,
    /// As in PutTargets.
    pub targets: Vec<Value>,
    /// Description.
    pub description: String,
}

/// An event that a target did not get.
#[derive(Debug, Clone)]
pub struct Undelivered {
    /// The rule's name.
    pub rule: String,
    /// The target's ARN.
    pub target: String,
    /// ERROR_CODE.
    pub code: String,
    /// The event, after its transformation.
    pub event: Value,
}

/// Puts an event of a service on the default bus.
pub fn emit(world: &Arc<World>, source: &str, detail_type: &str, detail: &Value, resources: &Value) {
    let event = envelope(world, source, detail_type, detail, resources);
    publish(world, &event);
}

/// A stack-level status, as CloudFormation sends it (semantics D.1, G.41).
pub(crate) fn stack_status_changed(world: &Arc<World>, stack_id: &str, status: Status, detail: &Value) {
    let event = envelope(world, "aws.cloudformation", "CloudFormation Stack Status Change", detail, &json!([stack_id]));
    let fault = faults::take(&mut world.state().events, status);
    match fault {
        None if world.settings.steps.event.is_zero() => publish(world, &event),
        None => {
            let world = Arc::clone(world);
            tokio::spawn(async move {
                virtual_time::sleep(world.settings.steps.event).await;
                publish(&world, &event);
            });
        }
        Some(EventFault::Duplicate) => {
            publish(world, &event);
            publish(world, &event);
        }
        Some(EventFault::Lose) => {}
        Some(EventFault::Hold) => world.state().events.held.push(event),
    }
}

/// Makes the next stack event of this status suffer.
pub fn inject(world: &World, status: Status, fault: EventFault) {
    world.state().events.faults.push((status, fault));
}

/// Delivers the events that were held back, newest first.
pub fn release(world: &Arc<World>) {
    let held = std::mem::take(&mut world.state().events.held);
    held.into_iter().rev().for_each(|event| publish(world, &event));
}

/// Fires every enabled scheduled rule once.
pub fn fire_schedules(world: &Arc<World>) {
    let due: Vec<(String, String)> = {
        let state = world.state();
        let rules = state.events.rules.iter().filter(|(_, rule)| rule.is_enabled && rule.schedule.is_some());
        rules.map(|(name, rule)| (name.clone(), rule.arn.clone())).collect()
    };
    for (name, arn) in due {
        let event = envelope(world, "aws.events", "Scheduled Event", &json!({}), &json!([arn]));
        deliver::to_targets(world, &name, &event);
    }
}

fn envelope(world: &World, source: &str, detail_type: &str, detail: &Value, resources: &Value) -> Value {
    json!({
        "version": "0",
        "id": stamp::uuid(),
        "detail-type": detail_type,
        "source": source,
        "account": world.settings.account,
        "time": stamp::iso_seconds(clock::now()),
        "region": world.settings.region,
        "resources": resources,
        "detail": detail,
    })
}

fn publish(world: &Arc<World>, event: &Value) {
    let matching: Vec<String> = {
        let mut state = world.state();
        state.events.emitted.push(event.clone());
        let rules = state.events.rules.iter().filter(|(_, rule)| {
            rule.is_enabled && rule.pattern.as_ref().is_some_and(|pattern| pattern::matches(pattern, event))
        });
        rules.map(|(name, _)| name.clone()).collect()
    };
    for rule in matching {
        deliver::to_targets(world, &rule, event);
    }
}
