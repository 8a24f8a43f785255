//! The control API: what a test in any language does to this world besides calling it. JSON on the world's own port,
//! below `/_local-aws/`, a path that no bucket can have.
//!
//! It refuses to know how trouble is made: it reads a command, and calls what tests in Rust call.

mod command;
mod current;

use std::sync::Arc;

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::reply;
use super::request::Incoming;
use crate::api::{Caller, Recorded};
use crate::{State, World};
use command::Command;
pub(crate) use current::Current;

const JSON: &str = "application/json";

/// Whether a request is for this API.
pub(super) fn is_control(incoming: &Incoming) -> bool {
    incoming.path.starts_with("/_local-aws/")
}

pub(super) fn answer(current: &Current, world: &Arc<World>, incoming: &Incoming) -> Response {
    let path = incoming.path.trim_start_matches("/_local-aws/");
    match (&incoming.method, path) {
        (&Method::POST, "do") => run(current, world, incoming),
        (&Method::GET, "journal") => match since(incoming) {
            Ok(since) => {
                let body = journal(&world.state(), since).to_string();
                reply::with(world, 200, JSON, body)
            }
            Err(message) => refused(world, 400, &message),
        },
        (&Method::GET, "history") => {
            let history = world.state().history();
            reply::with(world, 200, "text/plain", history)
        }
        (&Method::GET, "responses") => {
            let body = responses(&world.state()).to_string();
            reply::with(world, 200, JSON, body)
        }
        (method, _) => {
            let known = "POST do, GET journal, GET history, GET responses";
            refused(world, 404, &format!("{method} {path} is not known below /_local-aws/: {known}"))
        }
    }
}

/// One command. A browser's page cannot send this type of content to another origin unasked.
fn run(current: &Current, world: &Arc<World>, incoming: &Incoming) -> Response {
    if !incoming.header("content-type").unwrap_or_default().starts_with(JSON) {
        return refused(world, 415, "the content type must be application/json");
    }
    let command: Command = match serde_json::from_slice(&incoming.body) {
        Ok(command) => command,
        Err(error) => return refused(world, 400, &format!("this is not a command: {error}")),
    };
    match command.run(current, world) {
        Ok(()) => reply::with(world, 200, JSON, "{}"),
        Err(message) => refused(world, 400, &message),
    }
}

fn refused(world: &World, status: u16, message: &str) -> Response {
    reply::with(world, status, JSON, json!({ "message": message }).to_string())
}

fn since(incoming: &Incoming) -> Result<usize, String> {
    let given = incoming.query.get("since").map_or("0", String::as_str);
    given.parse().map_err(|_| format!("since must be the Next of an earlier answer, found {given}"))
}

/// The calls from a position on, and the position after the last.
fn journal(state: &State, since: usize) -> Value {
    let shown = |call: &Recorded| {
        let caller = match &call.caller {
            Caller::Operator => "operator".to_owned(),
            Caller::Role(role) => format!("role/{role}"),
        };
        json!({
            "Time": call.time, "Action": call.action, "Caller": caller, "Resource": call.resource,
            "Body": call.body, "Refused": call.refused,
        })
    };
    let calls: Vec<Value> = state.journal.get(since..).unwrap_or_default().iter().map(shown).collect();
    json!({ "Calls": calls, "Next": state.journal.len() })
}

/// Every PUT to a ResponseURL, refused ones too, without the URL.
fn responses(state: &State) -> Value {
    let shown = state
        .cloudformation
        .puts
        .iter()
        .map(|put| json!({ "RequestId": put.request_id, "Body": put.body, "Status": put.status }));
    json!({ "Responses": shown.collect::<Vec<_>>() })
}
