//! Which way the functions came into an account and region, and whether a command may go on that way.

use shared::stack::types;
use std::collections::{BTreeMap, BTreeSet};

use shared::contract::Function;
use shared::operator::deployment::installed::{
    FUNCTIONS_STACK, InstallMethod, Owner, TakeOver, functions_are_needed, may_deploy, needs_functions,
};

use super::super::account::{Account, words};
use super::super::functions;

/// The functions as they are before a deployment.
#[derive(Debug, Clone)]
pub(in super::super) struct InstalledFunctions {
    /// What has to be deleted first; none where this way goes on with what it made.
    pub(in super::super) take_over: Option<TakeOver>,
}

/// Finds out whether the functions can be deployed this way.
///
/// # Errors
/// Every sentence against it, or the call that was refused.
pub(in super::super) async fn check(
    account: &Account,
    way: InstallMethod,
    is_taking_over: bool,
) -> Result<Result<InstalledFunctions, Vec<String>>, String> {
    let owners = owners(account).await?;
    let take_over = match may_deploy(way, &owners, is_taking_over) {
        Ok(take_over) => take_over,
        Err(problem) => return Ok(Err(vec![problem])),
    };
    let needed = if take_over.is_some() { needed(account).await? } else { Vec::new() };
    Ok(if needed.is_empty() { Ok(InstalledFunctions { take_over }) } else { Err(needed) })
}

/// Where each function is. Its own stack is asked first: not every service finds a stack by what it has.
async fn owners(account: &Account) -> Result<BTreeMap<&'static str, Owner>, String> {
    let ours = in_functions_stack(account).await?;
    let mut owners = BTreeMap::new();
    for function in Function::ALL {
        let name = function.name();
        let owner = if functions::look(account, function).await?.is_none() {
            Owner::Absent
        } else if ours.contains(name) {
            Owner::Stack(FUNCTIONS_STACK.to_owned())
        } else {
            stack_of(account, name).await?.map_or(Owner::NoStack, Owner::Stack)
        };
        owners.insert(name, owner);
    }
    Ok(owners)
}

/// The functions that the functions stack has.
async fn in_functions_stack(account: &Account) -> Result<BTreeSet<String>, String> {
    if account.there(FUNCTIONS_STACK).await?.is_none() {
        return Ok(BTreeSet::new());
    }
    let listed = account.client.list_stack_resources().stack_name(FUNCTIONS_STACK).send().await;
    let listed = listed.map_err(|error| words(&error))?;
    let there = listed
        .stack_resource_summaries()
        .iter()
        .filter(|row| row.resource_status().is_none_or(|status| status.as_str() != "DELETE_COMPLETE"));
    Ok(there.filter_map(|row| row.physical_resource_id().map(str::to_owned)).collect())
}

/// The stack that has a function, whatever it is called.
async fn stack_of(account: &Account, name: &str) -> Result<Option<String>, String> {
    let described = account.client.describe_stack_resources().physical_resource_id(name).send().await;
    let described = match described {
        Ok(described) => described,
        Err(error) if words(&error).contains("does not exist") => return Ok(None),
        Err(error) => return Err(words(&error)),
    };
    let has = described.stack_resources().iter().find(|row| {
        let is_there = row.resource_status().is_none_or(|status| status.as_str() != "DELETE_COMPLETE");
        is_there && row.physical_resource_id() == Some(name) && row.resource_type() == Some(types::LAMBDA_FUNCTION)
    });
    Ok(has.and_then(|row| row.stack_name().map(str::to_owned)))
}

/// The stacks that need the functions now, a sentence each: those of the handlers, those that import from them, and any
/// other with a custom resource of ours.
pub(super) async fn needed(account: &Account) -> Result<Vec<String>, String> {
    let importers = account.importers().await?;
    let own = [account.access.as_str(), account.handlers.as_str(), FUNCTIONS_STACK];
    let mut problems = Vec::new();
    for (name, status) in account.stacks().await? {
        if !needs_functions(&status) {
            continue;
        }
        let is_known = own.contains(&name.as_str()) || importers.contains(&name);
        if is_known || has_ours(account, &name).await? {
            problems.push(functions_are_needed(&name, &status));
        }
    }
    Ok(problems)
}

/// Whether a stack has a custom resource of ours, of all its resources.
async fn has_ours(account: &Account, stack: &str) -> Result<bool, String> {
    let mut next = None;
    loop {
        let page = account.client.list_stack_resources().stack_name(stack).set_next_token(next).send().await;
        let page = page.map_err(|error| words(&error))?;
        let mut types = page.stack_resource_summaries().iter().filter_map(|row| row.resource_type());
        if types.any(|kind| kind.starts_with("Custom::Flink")) {
            return Ok(true);
        }
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(false);
        }
    }
}
