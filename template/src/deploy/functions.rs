//! The functions: deployed by `cargo lambda deploy`, each with its role and its variables, and the unsticker's
//! concurrency.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use shared::contract::{Function, UNSTICKER_CONCURRENCY_PARAMETER, VERSION, VERSION_TAG};
use shared::operator::deployment::{GivenSettings, Values, function_variables, role_output};

use super::account::{Account, words};
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
        let lambda = account.operator.clients().lambda;
        let update = lambda.update_function_configuration().function_name(name).role(role);
        update.send().await.map_err(|error| words(&error))?;
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
    let lambda = account.operator.clients().lambda;
    let found = match lambda.get_function_configuration().function_name(function.name()).send().await {
        Ok(found) => found,
        Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
        Err(error) => return Err(words(&error)),
    };
    let state = found.state().map_or("Active", |state| state.as_str());
    let updated = found.last_update_status().map_or("Successful", |status| status.as_str());
    let variables = found.environment().and_then(|environment| environment.variables()).cloned();
    Ok(Some(FunctionState {
        role: found.role().unwrap_or_default().to_owned(),
        variables: variables.unwrap_or_default().into_iter().collect(),
        architecture: found.architectures().first().map(|one| one.as_str().to_owned()),
        is_busy: state == "Pending" || updated == "InProgress",
        failed: [state, updated].contains(&"Failed").then(|| format!("it is {state}, its last update {updated}")),
    }))
}

/// Reserves what the handlers stack says. A new account has ten concurrent executions in all, and Lambda keeps a
/// hundred of every account unreserved: then it goes without.
pub(super) async fn reserve(account: &Account, output: &Output) -> Result<(), Stop> {
    let lambda = account.operator.clients().lambda;
    let name = Function::RollbackUnsticker.name();
    let many = account.output(&account.handlers, UNSTICKER_CONCURRENCY_PARAMETER).await?;
    let many: i32 = many.parse().map_err(|_| format!("{UNSTICKER_CONCURRENCY_PARAMETER} is \"{many}\""))?;
    if many == 0 {
        let none = lambda.delete_function_concurrency().function_name(name).send().await;
        return none.map(|_| ()).map_err(|error| Stop::Failed(words(&error)));
    }
    let put = lambda.put_function_concurrency().function_name(name).reserved_concurrent_executions(many);
    match put.send().await {
        Ok(_) => output.say(&format!("function {name}: at most {many} at once")),
        Err(error) if error.message().is_some_and(|text| text.contains("UnreservedConcurrentExecution")) => {
            output.say(&format!(
                "function {name}: nothing reserved, the account's concurrency is too low for {many}. Stacks that get \
                 stuck together may wait longer. Raise Lambda's quota \"Concurrent executions\" above {} and deploy again, or give \
                 UNSTICKER_CONCURRENCY=0",
                many + 100
            ));
        }
        Err(error) => return Err(Stop::Failed(words(&error))),
    }
    Ok(())
}

/// Deletes those that are there.
pub(super) async fn delete(account: &Account, output: &Output) -> Result<(), Stop> {
    let lambda = account.operator.clients().lambda;
    for function in Function::ALL {
        if look(account, function).await?.is_some() {
            output.say(&format!("deleting the function {}", function.name()));
            let deleted = lambda.delete_function().function_name(function.name()).send().await;
            deleted.map_err(|error| words(&error))?;
        }
    }
    Ok(())
}
