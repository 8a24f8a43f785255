//! The functions: deployed by `cargo lambda deploy`, each with its role and its variables, and the unsticker's
//! concurrency.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value as Json, json};
use shared::contract::{Function, UNSTICKER_CONCURRENCY_PARAMETER, VERSION, VERSION_TAG};
use shared::operator::deployment::{GivenSettings, Values, function_variables, role_output};

use super::account::Account;
use super::output::Output;
use super::packages::{self, ChildError};
use super::{Stop, interrupt};

/// How often a deployment is tried whose role Lambda cannot assume yet: it takes a new one some seconds.
const ATTEMPTS: u32 = 6;

/// A function as Lambda has it.
#[derive(Debug, Clone, Default)]
pub(super) struct FunctionState {
    role: String,
    pub(super) variables: Values,
    architecture: Option<String>,
    is_busy: bool,
    failed: Option<String>,
}

/// What is built for: what is given, else what the functions have.
pub(super) async fn architecture(account: &Account, given: &GivenSettings) -> Result<String, String> {
    let deployed = look(account, Function::AutoStart).await?.and_then(|deployed| deployed.architecture);
    Ok(shared::operator::deployment::architecture(given, deployed.as_deref()))
}

/// Deploys all four, with the roles of the access stack. One that is not there has the variables that were kept of it.
pub(super) async fn deploy(
    account: &Account,
    given: &GivenSettings,
    kept: &BTreeMap<String, Values>,
    output: &Output,
) -> Result<(), Stop> {
    // What the roles allow and what the functions do are one parameter each.
    let own_role = account.output(&account.access, "ContinueWithOwnRole").await?;
    let tracing = account.output(&account.access, "Tracing").await?;
    for function in Function::ALL {
        output.say(&format!("function {}", function.name()));
        let role = account.output(&account.access, &role_output(function)).await?;
        let present = look(account, function).await?.map(|found| found.variables);
        let present = present.or_else(|| kept.get(function.name()).cloned()).unwrap_or_default();
        let variables = function_variables(function, given, &present, &own_role);
        deploy_one(account, function, &role, &variables, &tracing).await?;
    }
    Ok(())
}

async fn deploy_one(
    account: &Account,
    function: Function,
    role: &str,
    variables: &Values,
    tracing: &str,
) -> Result<(), Stop> {
    let name = function.name();
    let variables: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let variables = variables.join(",");
    let tag = format!("{VERSION_TAG}={VERSION}");
    for attempt in 1..=ATTEMPTS {
        let mut deploy = Command::new("cargo");
        deploy.args(["lambda", "deploy", name, "--role", role, "--env-var", &variables, "--tracing", tracing]);
        match packages::quietly(deploy.args(["--tag", &tag, "--region", &account.region])) {
            Ok(()) => break,
            Err(ChildError::Failed(printed)) if attempt < ATTEMPTS && printed.contains("cannot be assumed") => {
                interrupt::rest(Duration::from_secs(5)).await?;
            }
            Err(error) => return Err(error.or(&format!("the function {name} was not deployed"))),
        }
    }
    // It leaves the role of an existing function alone when nothing else changed.
    if wait(account, function).await?.role != role {
        let path = format!("2015-03-31/functions/{name}/configuration");
        account.lambda().call("PUT", &path, &json!({"Role": role})).await?;
        wait(account, function).await?;
    }
    Ok(())
}

/// Waits until a function takes events.
async fn wait(account: &Account, function: Function) -> Result<FunctionState, Stop> {
    let name = function.name();
    loop {
        let found = look(account, function).await?.ok_or_else(|| format!("the function {name} is gone"))?;
        if let Some(failed) = &found.failed {
            return Err(Stop::Failed(format!("the function {name}: {failed}")));
        }
        if !found.is_busy {
            return Ok(found);
        }
        interrupt::rest(Duration::from_secs(1)).await?;
    }
}

/// A function's configuration; `None` when there is no such function.
pub(super) async fn look(account: &Account, function: Function) -> Result<Option<FunctionState>, String> {
    let path = format!("2015-03-31/functions/{}/configuration", function.name());
    let Some(found) = account.lambda().find(&path).await? else { return Ok(None) };
    let text = |name: &str| found[name].as_str();
    let (state, updated) = (text("State").unwrap_or("Active"), text("LastUpdateStatus").unwrap_or("Successful"));
    let variables = found["Environment"]["Variables"].as_object();
    let variables = variables.into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_str()?)));
    Ok(Some(FunctionState {
        role: text("Role").unwrap_or_default().to_owned(),
        variables: variables.map(|(name, value)| (name.clone(), value.to_owned())).collect(),
        architecture: found["Architectures"][0].as_str().map(str::to_owned),
        is_busy: state == "Pending" || updated == "InProgress",
        failed: [state, updated].contains(&"Failed").then(|| format!("it is {state}, its last update {updated}")),
    }))
}

/// Reserves what the handlers stack says. A new account has ten concurrent executions in all, and Lambda keeps a
/// hundred of every account unreserved: then it goes without.
pub(super) async fn reserve(account: &Account, output: &Output) -> Result<(), Stop> {
    let lambda = account.lambda();
    let name = Function::RollbackUnsticker.name();
    let path = format!("2017-10-31/functions/{name}/concurrency");
    let many = account.output(&account.handlers, UNSTICKER_CONCURRENCY_PARAMETER).await?;
    let many: i32 = many.parse().map_err(|_| format!("{UNSTICKER_CONCURRENCY_PARAMETER} is \"{many}\""))?;
    if many == 0 {
        lambda.call("DELETE", &path, &Json::Null).await?;
        return Ok(());
    }
    match lambda.call("PUT", &path, &json!({"ReservedConcurrentExecutions": many})).await {
        Ok(_) => output.say(&format!("function {name}: at most {many} at once")),
        Err(error) if error.message.contains("UnreservedConcurrentExecution") => {
            output.say(&format!(
                "function {name}: nothing reserved, the account's concurrency is too low for {many}. Stacks that get \
                 stuck together may wait longer. Raise Lambda's quota \"Concurrent executions\" above {} and deploy again, or give \
                 UNSTICKER_CONCURRENCY=0",
                many + 100
            ));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Deletes those that are there.
pub(super) async fn delete(account: &Account, output: &Output) -> Result<(), Stop> {
    let lambda = account.lambda();
    for function in Function::ALL {
        if look(account, function).await?.is_some() {
            output.say(&format!("deleting the function {}", function.name()));
            let path = format!("2015-03-31/functions/{}", function.name());
            lambda.call("DELETE", &path, &Json::Null).await?;
        }
    }
    Ok(())
}
