//! One way takes over from the other: the functions are deleted and made anew under the same names, so that their ARNs
//! stay. What goes with a deleted function and is no stack's to make again is put back: its variables, its reserved
//! concurrency, who may invoke it, and its asynchronous settings.
//!
//! It is written into a file before anything is deleted, so that a run that is cut off can be followed by another one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use shared::contract::Function;
use shared::operator::deployment::installed::{FUNCTIONS_STACK, TakeOver};
use shared::operator::deployment::{Values, invoke_permissions};

use super::super::account::Account;
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

impl EventInvokeSettings {
    /// Reads what GetFunctionEventInvokeConfig answers of a function.
    fn read(found: &Json) -> Self {
        let number = |name: &str| found[name].as_i64().and_then(|number| number.try_into().ok());
        let destination = |when: &str| found["DestinationConfig"][when]["Destination"].as_str().map(str::to_owned);
        Self {
            retries: number("MaximumRetryAttempts"),
            age_seconds: number("MaximumEventAgeInSeconds"),
            on_success: destination("OnSuccess"),
            on_failure: destination("OnFailure"),
        }
    }

    /// The body that PutFunctionEventInvokeConfig is given.
    fn written(&self) -> Json {
        let mut all = Map::new();
        let numbers = [("MaximumRetryAttempts", self.retries), ("MaximumEventAgeInSeconds", self.age_seconds)];
        all.extend(numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), number?.into()))));
        for (when, destination) in [("OnSuccess", &self.on_success), ("OnFailure", &self.on_failure)] {
            if let Some(arn) = destination {
                let config = all.entry("DestinationConfig").or_insert_with(|| json!({}));
                config[when] = json!({"Destination": arn});
            }
        }
        all.into()
    }
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
    let (lambda, name) = (account.lambda(), function.name());
    let policy = lambda.find(&policy_path(name)).await?;
    let policy = policy.and_then(|found| Some(found["Policy"].as_str()?.to_owned()));
    let asynchronous = lambda.find(&asynchronous_path(name)).await?.map(|found| EventInvokeSettings::read(&found));
    let reserved = lambda.find(&format!("2019-09-30/functions/{name}/concurrency")).await?;
    let reserved = reserved.and_then(|found| found["ReservedConcurrentExecutions"].as_i64()?.try_into().ok());
    Ok(Some(KeptFunction { variables, reserved, policy, asynchronous }))
}

fn policy_path(function: &str) -> String {
    format!("2015-03-31/functions/{function}/policy")
}

fn asynchronous_path(function: &str) -> String {
    format!("2019-09-25/functions/{function}/event-invoke-config")
}

async fn put_back(account: &Account, name: &str, kept: &KeptFunction) -> Result<(), String> {
    let lambda = account.lambda();
    for permission in kept.policy.as_deref().map_or(Ok(Vec::new()), invoke_permissions)? {
        let mut add = json!({"StatementId": permission.id, "Action": permission.action,
            "Principal": permission.principal});
        for (key, value) in [("SourceArn", permission.source_arn), ("SourceAccount", permission.source_account)] {
            if let Some(value) = value {
                add[key] = value.into();
            }
        }
        match lambda.call("POST", &policy_path(name), &add).await {
            Ok(_) => {}
            // A run that was cut off has put it back already.
            Err(error) if error.is("ResourceConflictException") => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(asynchronous) = &kept.asynchronous {
        lambda.call("PUT", &asynchronous_path(name), &asynchronous.written()).await?;
    }
    Ok(())
}
