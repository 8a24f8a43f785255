//! Runs invocations: a warm environment if one is free, else a new one; a real deadline; a crash is an answer too.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use super::concurrency;
use super::environment::{self, Environment};
use super::output::Output;
use super::runtime_api::Work;
use super::test_invocation::TestInvocation;
use crate::api::{ApiError, ApiResult};
use crate::lambda::{Function, Invocation};
use crate::{World, stamp};

/// How long a new process may take to ask for its first event (Lambda guide, runtime environment: 10 s).
const LONGEST_INIT: Duration = Duration::from_secs(10);

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// The function's answer, or the error.
    pub payload: Value,
    /// `Unhandled` when it failed.
    pub error: Option<String>,
}

/// Invokes a function and waits for its end.
///
/// # Errors
/// When there is no such function, or no more of it may run at once.
pub async fn invoke(world: &Arc<World>, name: &str, event: &Value) -> ApiResult<Invoked> {
    world.state().lambda.begin(event);
    let invoked = attempt(world, name, event, &stamp::uuid()).await;
    world.state().lambda.end(event);
    invoked
}

/// One attempt, with a request ID of the caller's choice.
pub(in crate::lambda) async fn attempt(
    world: &Arc<World>,
    name: &str,
    event: &Value,
    request_id: &str,
) -> ApiResult<Invoked> {
    let function = {
        let mut state = world.state();
        let function = state.lambda.functions.get(name).cloned();
        let function = function.ok_or_else(|| not_found(&world.settings, name))?;
        concurrency::enter(&mut state.lambda, &function)?;
        function
    };
    let invoked = match &function.in_test {
        Some(test) => {
            let (reply, answer) = oneshot::channel();
            let invocation = TestInvocation { request_id: request_id.to_owned(), event: event.clone(), reply };
            // A test that dropped its receiver crashed the function.
            let _ = test.send(invocation);
            answered(&function, request_id, answer).await
        }
        None => in_process(world, &function, event, request_id).await,
    };
    let mut state = world.state();
    concurrency::leave(&mut state.lambda, name);
    state.lambda.invocations.push(Invocation {
        function: name.to_owned(),
        request_id: request_id.to_owned(),
        payload: event.clone(),
        result: invoked.payload.clone(),
        error: invoked.error.clone(),
    });
    Ok(invoked)
}

pub(in crate::lambda) fn not_found(settings: &crate::Settings, name: &str) -> ApiError {
    let arn = format!("arn:aws:lambda:{}:{}:function:{name}", settings.region, settings.account);
    ApiError::with_status(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
}

async fn answered(function: &Function, request_id: &str, answer: oneshot::Receiver<Result<Value, Value>>) -> Invoked {
    match tokio::time::timeout(Duration::from_secs(function.timeout), answer).await {
        Ok(Ok(Ok(payload))) => Invoked { payload, error: None },
        Ok(Ok(Err(payload))) => Invoked { payload, error: Some("Unhandled".to_owned()) },
        Ok(Err(_)) => failed("Runtime.ExitError", request_id, "Runtime exited with error: exit status 1"),
        Err(_) => timed_out(function, request_id),
    }
}

async fn in_process(world: &Arc<World>, function: &Function, event: &Value, request_id: &str) -> Invoked {
    let environment = match acquire(world, function).await {
        Ok(environment) => environment,
        Err(error) => return failed("Runtime.InvalidEntrypoint", request_id, &error.to_string()),
    };
    let (taken, is_taken) = oneshot::channel();
    let (reply, answer) = oneshot::channel();
    let mut exited = environment.exited;
    let sent = environment.work.send(Work {
        request_id: request_id.to_owned(),
        payload: event.to_string().into_bytes(),
        arn: function.arn.clone(),
        timeout: Duration::from_secs(function.timeout),
        taken,
        reply,
    });
    let invoked = match sent {
        Ok(()) => finish(function, request_id, is_taken, answer, &mut exited).await,
        Err(_) => failed("Runtime.ExitError", request_id, "Runtime exited without providing a reason"),
    };
    // Before the invocation counts as over, so that a waiter for its end finds its last line, or knows that there
    // is none.
    environment.output.drained().await;
    let mut state = world.state();
    match invoked.error.as_deref() {
        // A function error leaves the process as it is; a timeout or a crash does not.
        Some("Unhandled") if invoked.payload["errorType"].as_str().is_some_and(is_fatal) => {
            state.lambda.environments.retain(|each| each.id != environment.id);
        }
        Some(_) | None => {
            if let Some(each) = state.lambda.environments.iter_mut().find(|each| each.id == environment.id) {
                each.is_busy = false;
            }
        }
    }
    invoked
}

fn is_fatal(error_type: &str) -> bool {
    ["Runtime.ExitError", "Sandbox.Timedout", "Runtime.InitTimeout"].contains(&error_type)
}

/// What an invocation needs of an environment while the state keeps the rest.
struct Acquired {
    id: u64,
    work: tokio::sync::mpsc::UnboundedSender<Work>,
    output: Arc<Output>,
    exited: watch::Receiver<Option<String>>,
}

impl Acquired {
    fn of(environment: &Environment) -> Self {
        let (work, exited) = (environment.work.clone(), environment.exited.clone());
        Self { id: environment.id, work, output: Arc::clone(&environment.output), exited }
    }
}

async fn acquire(world: &Arc<World>, function: &Function) -> std::io::Result<Acquired> {
    let id = {
        let mut state = world.state();
        let lambda = &mut state.lambda;
        let is_current = |each: &Environment| each.revision == function.revision && each.exited.borrow().is_none();
        lambda.environments.retain(|each| each.function != function.name || each.is_busy || is_current(each));
        let warm = lambda.environments.iter_mut().find(|each| each.function == function.name && !each.is_busy);
        if let Some(warm) = warm {
            warm.is_busy = true;
            return Ok(Acquired::of(warm));
        }
        lambda.counter += 1;
        lambda.counter
    };
    let new = environment::start(world, function, id).await?;
    let acquired = Acquired::of(&new);
    world.state().lambda.environments.push(new);
    Ok(acquired)
}

async fn finish(
    function: &Function,
    request_id: &str,
    taken: oneshot::Receiver<()>,
    answer: oneshot::Receiver<Result<Vec<u8>, Vec<u8>>>,
    exited: &mut watch::Receiver<Option<String>>,
) -> Invoked {
    tokio::select! {
        biased;
        _ = taken => {}
        ending = ended(exited) => return failed("Runtime.ExitError", request_id, &ending),
        () = tokio::time::sleep(LONGEST_INIT) => {
            return failed("Runtime.InitTimeout", request_id, "Runtime did not ask for its first event within 10 seconds");
        }
    }
    tokio::select! {
        biased;
        answered = answer => match answered {
            Ok(Ok(bytes)) => Invoked { payload: json_of(&bytes), error: None },
            Ok(Err(bytes)) => Invoked { payload: json_of(&bytes), error: Some("Unhandled".to_owned()) },
            Err(_) => failed("Runtime.ExitError", request_id, "Runtime exited without providing a reason"),
        },
        ending = ended(exited) => failed("Runtime.ExitError", request_id, &ending),
        () = tokio::time::sleep(Duration::from_secs(function.timeout)) => timed_out(function, request_id),
    }
}

async fn ended(exited: &mut watch::Receiver<Option<String>>) -> String {
    match exited.wait_for(Option::is_some).await {
        Ok(ending) => ending.clone().unwrap_or_default(),
        Err(_) => "Runtime exited without providing a reason".to_owned(),
    }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

fn timed_out(function: &Function, request_id: &str) -> Invoked {
    failed("Sandbox.Timedout", request_id, &format!("Task timed out after {}.00 seconds", function.timeout))
}

fn failed(error_type: &str, request_id: &str, what: &str) -> Invoked {
    let message = format!("RequestId: {request_id} Error: {what}");
    Invoked {
        payload: json!({ "errorType": error_type, "errorMessage": message }),
        error: Some("Unhandled".to_owned()),
    }
}
