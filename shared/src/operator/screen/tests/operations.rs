//! Operations on a stack, as the golden screens show them.

use std::time::Duration;

use super::super::super::progress::{Progress, TimelineStep};
use super::super::{Canvas, FailureReport, ProgressScreen, during, event_line, failure, waiting_line};
use crate::flink::OperationStatus;
use crate::stack::StackEvent;
use crate::time::Timestamp;

pub(super) const STACK: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1";
const NESTED: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders-Network-X/2";

fn next(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp((12 * 3600 + second) * 1000)
}

pub(super) fn step(name: &str, status: OperationStatus, seconds: u64) -> TimelineStep {
    TimelineStep { name: name.into(), status, took: Duration::from_secs(seconds) }
}

/// A row of a stack, so many seconds in.
pub(super) fn row(stack: &str, id: &str, status: &str, second: i64) -> StackEvent {
    let (resource_type, physical_id) = match id {
        "" => ("AWS::CloudFormation::Stack", stack),
        "Network" => ("AWS::CloudFormation::Stack", NESTED),
        "Route" => ("AWS::EC2::Route", ""),
        "UpdateGuard" => ("Custom::FlinkUpdateGuard", ""),
        _ => ("AWS::DynamoDB::Table", ""),
    };
    StackEvent {
        id: format!("{stack}{id}{status}"),
        time: at(second),
        stack: stack.into(),
        logical_id: id.into(),
        physical_id: physical_id.into(),
        resource_type: resource_type.into(),
        status: status.into(),
        token: "t".into(),
        ..StackEvent::default()
    }
}

fn because(row: StackEvent, reason: &str) -> StackEvent {
    StackEvent { reason: reason.into(), ..row }
}

fn begun() -> Progress {
    let reason = "Resource handler returned message: \"The gateway ID 'igw-1' does not exist (Service: Ec2, Status Code: 400)\" (RequestToken: 1, HandlerErrorCode: NotFound)";
    let mut progress = Progress::new(STACK, "t", 4);
    for row in [
        row(STACK, "", "UPDATE_IN_PROGRESS", 0),
        row(STACK, "Network", "UPDATE_IN_PROGRESS", 1),
        row(STACK, "Table", "CREATE_IN_PROGRESS", 1),
        because(row(NESTED, "Route", "CREATE_FAILED", 62), reason),
        because(row(STACK, "Network", "UPDATE_FAILED", 63), "Embedded stack was not successfully updated"),
        because(row(STACK, "Table", "CREATE_FAILED", 64), "Resource creation cancelled"),
    ] {
        progress.apply(&row);
    }
    progress
}

pub(super) fn nested_failure(canvas: Canvas) -> Vec<String> {
    let progress = begun();
    let mut lines = during(&ProgressScreen { progress: &progress, timeline: &[], now: at(65) }, canvas);
    lines.push(String::new());
    let next = next(&["make why STACK=orders"]);
    lines.extend(failure(&FailureReport { stack: "orders", progress: &progress, now: at(65), next: &next }, canvas));
    lines
}

pub(super) fn rollback(canvas: Canvas) -> Vec<String> {
    let mut progress = begun();
    for row in [
        row(STACK, "", "UPDATE_ROLLBACK_IN_PROGRESS", 66),
        row(STACK, "Table", "DELETE_COMPLETE", 68),
        row(STACK, "Network", "UPDATE_IN_PROGRESS", 69),
    ] {
        progress.apply(&row);
    }
    let mut lines = during(&ProgressScreen { progress: &progress, timeline: &[], now: at(99) }, canvas);
    for row in [
        row(NESTED, "Route", "DELETE_COMPLETE", 100),
        row(STACK, "Network", "UPDATE_COMPLETE", 110),
        row(STACK, "", "UPDATE_ROLLBACK_COMPLETE", 111),
    ] {
        progress.apply(&row);
    }
    lines.push(String::new());
    let next = next(&["fix the cause and deploy again:", "make deploy STACK=orders JAR=..."]);
    lines.extend(failure(&FailureReport { stack: "orders", progress: &progress, now: at(120), next: &next }, canvas));
    lines
}

/// Nine resources at once, and a step of the job.
pub(super) fn many_in_progress(canvas: Canvas) -> Vec<String> {
    let mut progress = Progress::new(STACK, "t", 9);
    progress.apply(&row(STACK, "", "CREATE_IN_PROGRESS", 0));
    for id in ["A", "B", "C", "D", "E", "F", "G", "H", "I"] {
        progress.apply(&row(STACK, id, "CREATE_IN_PROGRESS", 1));
    }
    let timeline = [step("snapshot", OperationStatus::InProgress, 3)];
    during(&ProgressScreen { progress: &progress, timeline: &timeline, now: at(9) }, canvas)
}

/// A line of an event and one of a wait.
pub(super) fn lines() -> (String, String) {
    let failed = because(row(STACK, "Stream", "CREATE_FAILED", 224), "Limit\n  exceeded");
    let mut progress = Progress::new(STACK, "t", 3);
    for row in [
        row(STACK, "", "CREATE_IN_PROGRESS", 200),
        row(STACK, "Table", "CREATE_IN_PROGRESS", 211),
        row(STACK, "Other", "CREATE_IN_PROGRESS", 212),
    ] {
        progress.apply(&row);
    }
    (event_line(&failed), waiting_line(&progress, at(254)))
}
