//! What happened in a world, as a Mermaid sequence diagram: each message with its sender and its receiver, in order,
//! without times and identifiers.
//!
//! Taken from the journal, the stack's events, the invocations and the topics. Looks, tags, the removal
//! of old snapshots and what is repeated are left out.

use std::fmt::Write as _;

use serde_json::Value;

use local_aws::State;
use local_aws::api::{Caller, Recorded};
use local_aws::cloudformation::StackEvent;
use local_aws::flink::Outcome;

const PERSON: &str = "Person";
const CLOUDFORMATION: &str = "CloudFormation";
const FLINK: &str = "Flink";
const EVENTS: &str = "EventBridge";

/// The participants that are not functions, as they stand from left to right.
const PARTICIPANTS: [&str; 4] = [PERSON, CLOUDFORMATION, FLINK, EVENTS];

/// One arrow.
#[derive(Debug, Clone, PartialEq)]
struct Message {
    time: f64,
    from: String,
    to: String,
    text: String,
    is_refused: bool,
}

/// The messages about a stack, and its application of the same name, from the first that a person sends after a moment;
/// for a code block of the language `mermaid`.
///
/// A function that changed nothing is left out.
#[must_use]
pub fn of_stack(state: &State, name: &str, since: f64) -> String {
    let mut calls: Vec<Message> = state.journal.iter().filter_map(|call| called(state, name, call)).collect();
    calls.retain(|call| call.time >= since);
    let active = |function: &&String| calls.iter().any(|call| call.from == **function);
    let functions: Vec<&str> = state.lambda.functions.keys().filter(active).map(String::as_str).collect();
    let rows = state.cloudformation.stack(name).into_iter().flat_map(|stack| &stack.events);
    // A row of the very moment is what the person had waited for.
    let rows = rows.filter(|row| row.time > since).flat_map(|row| row_says(state, name, row));
    let reports = reports(state).filter(|report| report.time >= since);
    let mut messages: Vec<Message> = reports.chain(calls).chain(rows).collect();
    let known = |who: &str| PARTICIPANTS.contains(&who) || functions.contains(&who);
    messages.retain(|message| known(&message.from) && known(&message.to));
    // Stable: of one moment, a report stands before the call that answers it, and a call before what came of it.
    messages.sort_by(|one, other| one.time.total_cmp(&other.time));
    let mut messages: Vec<_> = messages.into_iter().skip_while(|message| message.from != PERSON).collect();
    messages.dedup_by(|one, other| Message { time: other.time, ..one.clone() } == *other);
    draw(&functions, &messages)
}

fn draw(functions: &[&str], messages: &[Message]) -> String {
    let mut lines = "sequenceDiagram\n".to_owned();
    for participant in PARTICIPANTS {
        let kind = if participant == PERSON { "actor" } else { "participant" };
        let _ = writeln!(lines, "  {kind} {participant}");
    }
    for function in functions {
        let _ = writeln!(lines, "  participant {} as {function}", id(function));
    }
    for Message { from, to, text, is_refused, .. } in messages {
        let arrow = if *is_refused { "-x" } else { "->>" };
        let _ = writeln!(lines, "  {}{arrow}{}: {text}", id(from), id(to));
    }
    lines
}

/// A hyphen in a participant's name could be read as the beginning of an arrow.
fn id(participant: &str) -> String {
    participant.trim_start_matches("flink-").replace('-', "_")
}

/// A call that changes something, one that was refused or failed too.
fn called(state: &State, application: &str, call: &Recorded) -> Option<Message> {
    let (service, operation) = call.action.split_once(':')?;
    let to = match service {
        "kinesisanalytics" => FLINK,
        "cloudformation" => CLOUDFORMATION,
        _ => return None,
    };
    if ["Describe", "List", "Get", "Tag", "Untag", "DeleteApplicationSnapshot"]
        .iter()
        .any(|verb| operation.starts_with(verb))
    {
        return None;
    }
    let from = match &call.caller {
        Caller::Operator => PERSON,
        Caller::Role(role) => {
            let mut functions = state.lambda.functions.values();
            // No other caller has a role that may: CloudFormation has the stack's.
            functions.find(|function| function.role_name() == role).map_or(CLOUDFORMATION, |function| &function.name)
        }
    };
    let force = if call.body["Force"] == true { " (Force)" } else { "" };
    let refused = call.refused.as_ref().map(|code| format!(", refused: {code}"));
    let trouble = refused.or_else(|| failed(state, application, operation, call.time).then(|| ", FAILED".to_owned()));
    Some(Message {
        time: call.time,
        from: from.to_owned(),
        to: to.to_owned(),
        is_refused: trouble.is_some(),
        text: format!("{operation}{force}{}", trouble.unwrap_or_default()),
    })
}

/// Whether what such a call began at this moment failed later.
fn failed(state: &State, application: &str, operation: &str, time: f64) -> bool {
    let operations = state.flink.applications.get(application).map_or(&[][..], |one| &one.operations);
    let mut begun = operations.iter().filter(|one| one.name == operation && one.started >= time);
    let end = begun.next().and_then(|one| one.end.as_ref());
    end.is_some_and(|end| matches!(end.outcome, Outcome::Failed(_)))
}

/// The message that a row of the stack's events stands for.
fn row_says(state: &State, stack: &str, row: &StackEvent) -> Vec<Message> {
    let status = row.status.as_str();
    let says = |from: &str, to: &str, text: &str| Message {
        time: row.time,
        from: from.to_owned(),
        to: to.to_owned(),
        text: text.to_owned(),
        is_refused: false,
    };
    if row.logical_id == stack {
        let invoked: Vec<&str> = invoked_by(state, status).collect();
        if !invoked.is_empty() {
            let carried = invoked.into_iter().map(|function| says(EVENTS, function, status));
            return std::iter::once(says(CLOUDFORMATION, EVENTS, status)).chain(carried).collect();
        }
        return if row.status.is_settled() { vec![says(CLOUDFORMATION, PERSON, status)] } else { Vec::new() };
    }
    let mut requests = state.cloudformation.requests.values();
    let Some(request) = requests.find(|request| request.logical_id == row.logical_id) else { return Vec::new() };
    let function = text(&request.event["ServiceToken"]).rsplit(':').next().unwrap_or_default().to_owned();
    if status.ends_with("IN_PROGRESS") {
        vec![says(CLOUDFORMATION, &function, &row.logical_id)]
    } else {
        vec![says(&function, CLOUDFORMATION, if status.ends_with("FAILED") { "FAILED" } else { "SUCCESS" })]
    }
}

/// The functions that EventBridge invoked with this status.
fn invoked_by<'a>(state: &'a State, status: &'a str) -> impl Iterator<Item = &'a str> {
    let invoked = state.lambda.functions.values().filter(move |function| {
        let mut invocations = state.lambda.invocations.iter().filter(|each| each.function == function.name);
        invocations.any(|each| each.payload["detail"]["status-details"]["status"] == status)
    });
    invoked.map(|function| function.name.as_str())
}

/// What a person has to know: the report that ends an incident.
fn reports(state: &State) -> impl Iterator<Item = Message> {
    crate::deployment::reports(state).filter_map(|(time, report)| {
        let outcome = report["Outcome"].as_str().filter(|outcome| *outcome != "RollbackContinued")?;
        Some(Message {
            time,
            from: "flink-rollback-unsticker".to_owned(),
            to: PERSON.to_owned(),
            text: outcome.to_owned(),
            is_refused: false,
        })
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
