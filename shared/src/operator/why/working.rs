//! A stack that CloudFormation works on: what it waits for.

use std::collections::BTreeSet;

use super::super::job::{Job, SlowSince, job};
use super::super::line::age;
use super::super::refused::RefusedSnapshots;
use super::{Answer, Scene, Verdict};
use crate::flink::ApplicationKind;
use crate::stack::StackEvent;

pub(super) fn describe(scene: &Scene) -> Answer {
    let operation = scene.operation();
    let cause = operation.cause().map(|_| scene.first_failure()).unwrap_or_default();
    let mut seen: Vec<String> = pending(&operation.events, &operation.stack)
        .into_iter()
        .map(|row| {
            let since = age(scene.now.since(row.time));
            format!("waits for {} ({}), {} for {since}", row.logical_id, row.resource_type, row.status)
        })
        .collect();
    if seen.is_empty() {
        seen.push("waits for CloudFormation itself".to_owned());
    }
    let slow = scene.applications.iter().filter_map(|(_, name, application)| {
        let application = application.as_ref().filter(|one| one.kind() == ApplicationKind::Flink)?;
        let is_slow = matches!(job(application, &RefusedSnapshots::new(), scene.now), Job::Busy(_, SlowSince::Slow(_)));
        is_slow.then_some(name)
    });
    let mut next: Vec<String> = slow.map(|name| scene.commands().stop_by_force(name)).collect();
    let verdict = if next.is_empty() { Verdict::InProgress } else { Verdict::Stuck };
    if verdict == Verdict::Stuck {
        seen.push(
            "a force-stop ends the status; what came after the newest snapshot is read and written again".to_owned(),
        );
    }
    next.push(scene.commands().again());
    Answer { verdict, cause, seen, next }
}

/// The resources whose newest row says that they are worked on, in the order of their beginning.
fn pending<'a>(newest_first: &'a [StackEvent], stack: &str) -> Vec<&'a StackEvent> {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut pending: Vec<&StackEvent> = newest_first
        .iter()
        .filter(|row| row.physical_id != stack && known.insert((&row.stack, &row.logical_id)))
        .filter(|row| row.status.ends_with("_IN_PROGRESS"))
        .collect();
    pending.reverse();
    pending
}
