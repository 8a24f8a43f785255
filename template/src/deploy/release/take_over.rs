//! One way takes over from the other: the functions are deleted and made anew under the same names, so that their ARNs
//! stay. What goes with a deleted function and is no stack's to make again is put back: its variables, its reserved
//! concurrency, who may invoke it, and its asynchronous settings.
//!
//! It is written into a file before anything is deleted, so that a run that is cut off can be followed by another one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::types::{DestinationConfig, OnFailure, OnSuccess};
use serde::{Deserialize, Serialize};
use shared::contract::Function;
use shared::operator::deployment::installed::{FUNCTIONS_STACK, TakeOver};
use shared::operator::deployment::{Values, invoke_permissions};

use super::super::account::{Account, words};
use super::super::output::Output;
use super::super::{Stop, destroy, functions, interrupt};
use super::installed::needed;

/// What is kept of the functions while there are none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in super::super) struct KeptFunctions(BTreeMap<String, KeptFunction>);

/// What is kept of one function.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct KeptFunction {
    variables: Values,
    reserved: Option<i32>,
    /// The resource policy, as Lambda answers it.
    policy: Option<String>,
    asynchronous: Option<EventInvokeSettings>,
}

/// A function's EventInvokeConfig, as far as a template can give it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct EventInvokeSettings {
    retries: Option<i32>,
    age_seconds: Option<i32>,
    on_success: Option<String>,
    on_failure: Option<String>,
}

/// Where it lies until it is put back; in the current folder, where a person finds it.
fn file(account: &Account) -> PathBuf {
    format!("flink-functions-{}-{}.json", account.id, account.region).into()
}

impl KeptFunctions {
    /// What an earlier run that was cut off has left; else nothing.
    pub(in super::super) fn left(account: &Account) -> Result<Self, String> {
        let path = file(account);
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Keeps what the functions have, and deletes them: alone, or with their stack.
    ///
    /// # Errors
    /// A stack began to need them meanwhile, something of theirs could not be put back, or a call was refused.
    pub(in super::super) async fn delete(account: &Account, what: &TakeOver, output: &Output) -> Result<Self, Stop> {
        let needed = needed(account).await?;
        if !needed.is_empty() {
            return Err(Stop::Refused(needed));
        }
        let mut kept = Self::left(account)?;
        for function in Function::ALL {
            if let Some(read) = read(account, function).await? {
                kept.0.entry(function.name().to_owned()).or_insert(read);
            }
        }
        for (name, function) in &kept.0 {
            let permissions = function.policy.as_deref().map_or(Ok(Vec::new()), invoke_permissions);
            permissions
                .map_err(|problem| format!("{name} is not deleted: {problem}; remove it, and run this again"))?;
        }
        let path = file(account);
        let text = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())?;
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        output.say(&format!("what goes with the functions is in {} until it is put back", path.display()));
        interrupt::check()?;
        match what {
            TakeOver::Functions => functions::delete(account, output).await?,
            TakeOver::FunctionsStack => {
                destroy::delete_stack(account, FUNCTIONS_STACK, output).await?;
            }
        }
        Ok(kept)
    }

    /// The variables of each function, by its name.
    pub(super) fn all_variables(&self) -> BTreeMap<String, Values> {
        self.0.iter().map(|(name, kept)| (name.clone(), kept.variables.clone())).collect()
    }

    /// A function's variables, as they were.
    pub(in super::super) fn variables(&self, function: Function) -> Values {
        self.0.get(function.name()).map(|kept| kept.variables.clone()).unwrap_or_default()
    }

    /// The concurrency that was reserved for a function.
    pub(in super::super) fn reserved(&self, function: Function) -> Option<i32> {
        self.0.get(function.name())?.reserved
    }

    /// Puts back what no deployment of the functions makes, and removes the file.
    ///
    /// # Errors
    /// The call that was refused; the file stays, and another run goes on from it.
    pub(in super::super) async fn put_back(&self, account: &Account, output: &Output) -> Result<(), Stop> {
        if self.0.is_empty() {
            return Ok(());
        }
        for function in Function::ALL {
            if let Some(kept) = self.0.get(function.name()) {
                put_back(account, function.name(), kept).await?;
            }
        }
        output.say("who may invoke the functions, and their asynchronous settings, are as they were");
        let path = file(account);
        std::fs::remove_file(&path).map_err(|error| Stop::Failed(format!("{}: {error}", path.display())))
    }
}

/// What a function has; nothing where there is no such function.
async fn read(account: &Account, function: Function) -> Result<Option<KeptFunction>, String> {
    let Some(variables) = functions::look(account, function).await?.map(|found| found.variables) else {
        return Ok(None);
    };
    let (lambda, name) = (account.operator.clients().lambda, function.name());
    let policy = match lambda.get_policy().function_name(name).send().await {
        Ok(found) => found.policy,
        Err(error) if error.code() == Some("ResourceNotFoundException") => None,
        Err(error) => return Err(words(&error)),
    };
    let asynchronous = match lambda.get_function_event_invoke_config().function_name(name).send().await {
        Ok(found) => Some(found),
        Err(error) if error.code() == Some("ResourceNotFoundException") => None,
        Err(error) => return Err(words(&error)),
    };
    let asynchronous = asynchronous.map(|found| {
        let (destinations, retries) = (found.destination_config, found.maximum_retry_attempts);
        let (success, failure) = destinations.map(|both| (both.on_success, both.on_failure)).unwrap_or_default();
        EventInvokeSettings {
            retries,
            age_seconds: found.maximum_event_age_in_seconds,
            on_success: success.and_then(|one| one.destination),
            on_failure: failure.and_then(|one| one.destination),
        }
    });
    let reserved = lambda.get_function_concurrency().function_name(name).send().await.map_err(|error| words(&error))?;
    Ok(Some(KeptFunction { variables, reserved: reserved.reserved_concurrent_executions, policy, asynchronous }))
}

async fn put_back(account: &Account, name: &str, kept: &KeptFunction) -> Result<(), String> {
    let lambda = account.operator.clients().lambda;
    for permission in kept.policy.as_deref().map_or(Ok(Vec::new()), invoke_permissions)? {
        let add = lambda.add_permission().function_name(name).statement_id(permission.id).action(permission.action);
        let add = add.principal(permission.principal).set_source_arn(permission.source_arn);
        match add.set_source_account(permission.source_account).send().await {
            Ok(_) => {}
            // A run that was cut off has put it back already.
            Err(error) if error.code() == Some("ResourceConflictException") => {}
            Err(error) => return Err(words(&error)),
        }
    }
    if let Some(asynchronous) = &kept.asynchronous {
        let destinations = destinations(asynchronous);
        let put = lambda.put_function_event_invoke_config().function_name(name);
        let put = put.set_maximum_retry_attempts(asynchronous.retries).set_destination_config(destinations);
        let put = put.set_maximum_event_age_in_seconds(asynchronous.age_seconds);
        put.send().await.map_err(|error| words(&error))?;
    }
    Ok(())
}

fn destinations(asynchronous: &EventInvokeSettings) -> Option<DestinationConfig> {
    let EventInvokeSettings { on_success, on_failure, .. } = asynchronous;
    let success = on_success.as_ref().map(|arn| OnSuccess::builder().destination(arn).build());
    let failure = on_failure.as_ref().map(|arn| OnFailure::builder().destination(arn).build());
    let both = DestinationConfig::builder().set_on_success(success).set_on_failure(failure).build();
    (on_success.is_some() || on_failure.is_some()).then_some(both)
}
