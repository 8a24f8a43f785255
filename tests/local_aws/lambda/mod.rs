//! Lambda: functions, and the host that runs them as processes (semantics E.4, F).
//!
//! It refuses to know what a function does. A function made with [`in_test`] has no process: the test answers.

mod asynchronous;
mod execution;
mod function;
mod network;
mod operations;
mod permissions;
mod rest;
mod rest_replies;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

pub use asynchronous::invoke_asynchronously;
pub use execution::host::{Invoked, invoke};
pub use execution::in_test::in_test;
pub use execution::kill::{Moment, kill_after, kill_at, strike};
pub use execution::test_invocation::TestInvocation;
pub use function::{Destinations, Function, deploy, packed};
pub use network::Network;
pub(crate) use operations::{
    configure_events, create, delete, remove_event_configuration, reserve, tag, update_code, update_configuration,
};
pub(crate) use permissions::{add as add_permission, allows, remove as remove_permission};
pub use rest::rest;

use crate::api::{ApiResult, Caller};
use crate::{Settings, State, services};

/// Everything Lambda remembers in a world.
#[derive(Debug)]
pub struct Lambda {
    /// By name.
    pub functions: BTreeMap<String, Function>,
    /// Every line that a function wrote to stdout or stderr.
    pub logs: Vec<LogLine>,
    /// Every attempt, in the order in which they ended.
    pub invocations: Vec<Invocation>,
    /// How long an asynchronous invocation waits before its second and third attempt. One and two minutes in AWS.
    pub retry_delays: [Duration; 2],
    /// How long a throttled event waits in the queue, first and at most. A second and five minutes in AWS.
    pub throttle_delays: [Duration; 2],
    /// What a second of MaximumEventAgeInSeconds lasts.
    pub second: Duration,
    /// Concurrent executions of the account. 1,000 in AWS; 10 in a new account (Lambda guide, lambda-concurrency).
    pub account_concurrency: usize,
    pub(crate) environments: Vec<execution::environment::Environment>,
    pub(crate) kills: Vec<execution::kill::Kill>,
    pub(crate) counter: u64,
    /// By function.
    pub(crate) running: BTreeMap<String, usize>,
    /// Invocations that are not over, the waiting for a retry included: the RequestId of CloudFormation's request,
    /// empty for any other event.
    under_way: Vec<String>,
}

impl Lambda {
    /// Whether nothing runs and nothing will be tried again.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// How many invocations are not over.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Whether an invocation with this request of CloudFormation is not over.
    #[must_use]
    pub fn handles(&self, request_id: &str) -> bool {
        self.under_way.iter().any(|one| one == request_id)
    }

    fn begin(&mut self, event: &serde_json::Value) {
        self.under_way.push(request_of(event).to_owned());
    }

    fn end(&mut self, event: &serde_json::Value) {
        if let Some(index) = self.under_way.iter().position(|one| one == request_of(event)) {
            self.under_way.swap_remove(index);
        }
    }
}

impl Default for Lambda {
    fn default() -> Self {
        Self {
            functions: BTreeMap::new(),
            logs: Vec::new(),
            invocations: Vec::new(),
            retry_delays: [Duration::from_millis(20), Duration::from_millis(40)],
            throttle_delays: [Duration::from_millis(5), Duration::from_millis(100)],
            second: Duration::from_secs(1),
            account_concurrency: 1000,
            environments: Vec::new(),
            kills: Vec::new(),
            counter: 0,
            running: BTreeMap::new(),
            under_way: Vec::new(),
        }
    }
}

fn request_of(event: &serde_json::Value) -> &str {
    event["RequestId"].as_str().unwrap_or_default()
}

/// A line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Who wrote it.
    pub function: String,
    /// Without the line end.
    pub line: String,
}

/// One attempt of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Whose.
    pub function: String,
    /// The same for all attempts of an asynchronous invocation.
    pub request_id: String,
    /// What the function was given.
    pub payload: serde_json::Value,
    /// What it answered, or the error.
    pub result: serde_json::Value,
    /// `Unhandled` for an error, a crash, a timeout.
    pub error: Option<String>,
}

/// May this caller invoke this function? CloudFormation asks before it invokes a custom resource's.
pub(crate) fn authorize_invoke(state: &mut State, _: &Settings, caller: &Caller, arn: &str) -> ApiResult<()> {
    let body = serde_json::json!({ "FunctionName": arn, "InvocationType": "Event" });
    services::perform(state, caller, "lambda:InvokeFunction", arn, &body, |_| Ok(()))
}

/// Whether these are the credentials of a function.
pub(crate) fn is_a_function(state: &State, caller: &Caller) -> bool {
    let Caller::Role(role) = caller else { return false };
    state.lambda.functions.values().any(|function| function.role_name() == role)
}

/// The name in a function's ARN, a partial ARN, or the name itself.
pub(crate) fn function_name(name_or_arn: &str) -> &str {
    let mut parts = name_or_arn.split(':').skip_while(|part| *part != "function");
    parts.nth(1).unwrap_or_else(|| name_or_arn.split(':').next().unwrap_or(name_or_arn))
}
