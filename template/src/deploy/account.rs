//! The account as it is: its stacks, what they export, and who imports it.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use functions::{LambdaClient, Operator};
use shared::contract::{ACCESS_BUCKET_EXPORT, Function};
use shared::operator::deployment::{GivenSettings, Values};

use crate::operate::account;

/// An account and region, and where the handlers are in it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) operator: Operator,
    pub(super) client: Client,
    pub(super) region: String,
    /// The number of the account that answers.
    pub(super) id: String,
    /// The stack of roles, topic and bucket; a StackSet's is called otherwise.
    pub(super) access: String,
    /// The stack of rules and exports, likewise.
    pub(super) handlers: String,
    /// Whether another stack than ours manages them.
    pub(super) is_elsewhere: bool,
}

/// A stack that is there.
#[derive(Debug, Clone)]
pub(super) struct ExistingStack {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) outputs: Values,
    /// Without those of AWS's own.
    pub(super) tags: Values,
    /// Its parameters with the values that CloudFormation shows.
    pub(super) parameters: Values,
}

impl Account {
    /// Finds out which account answers, and which stacks manage the handlers in it.
    ///
    /// # Errors
    /// No region, no credentials, a call that was refused.
    pub(super) async fn open(given: &GivenSettings) -> Result<Self, String> {
        let region = account::region(given.get("REGION"))?;
        let operator = account::operator(&region)?;
        let id = identity(&operator).await.map_err(|error| format!("no AWS account answers: {error}"))?;
        let client = operator.clients().cloudformation;
        let (access, handlers) = ("flink-access".to_owned(), "flink-handlers".to_owned());
        let mut found = Self { operator, client, region, id, access, handlers, is_elsewhere: false };
        let exports = found.exports().await?;
        let exporting = |name: &str, ours: &str| {
            let stack = exports.iter().find(|(export, _)| export == name).map(|(_, stack)| stack.clone());
            stack.filter(|stack| !stack.contains(&format!(":stack/{ours}/")))
        };
        if let Some(stack) = exporting(ACCESS_BUCKET_EXPORT, &found.access) {
            (found.access, found.is_elsewhere) = (stack, true);
        }
        if let Some(stack) = exporting(&Function::AutoStart.arn_export(), &found.handlers) {
            (found.handlers, found.is_elsewhere) = (stack, true);
        }
        Ok(found)
    }

    /// Lambda, where the functions are deployed.
    pub(super) fn lambda(&self) -> LambdaClient {
        LambdaClient::new(self.operator.signed())
    }

    /// Describes a stack by name or ARN; `None` when there is none.
    ///
    /// # Errors
    /// The call that was refused.
    pub(super) async fn look(&self, name: &str) -> Result<Option<ExistingStack>, String> {
        let described = match self.client.describe_stacks().stack_name(name).send().await {
            Ok(described) => described,
            Err(error) if error.message().is_some_and(|text| text.contains("does not exist")) => return Ok(None),
            Err(error) => return Err(words(&error)),
        };
        let Some(stack) = described.stacks.unwrap_or_default().into_iter().next() else { return Ok(None) };
        let status = stack.stack_status().map_or("", |status| status.as_str()).to_owned();
        if status == "DELETE_COMPLETE" && !name.starts_with("arn:") {
            return Ok(None);
        }
        let outputs = stack.outputs().iter().filter_map(|one| Some((one.output_key()?, one.output_value()?)));
        let tags = stack.tags().iter().filter_map(|one| Some((one.key()?, one.value().unwrap_or_default())));
        let parameters = stack.parameters().iter();
        let parameters =
            parameters.filter_map(|one| Some((one.parameter_key()?, one.parameter_value().unwrap_or_default())));
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Ok(Some(ExistingStack {
            id: stack.stack_id().unwrap_or(name).to_owned(),
            status,
            outputs: outputs.map(owned).collect(),
            parameters: parameters.map(owned).collect(),
            tags: tags.filter(|(key, _)| !key.starts_with("aws:")).map(owned).collect(),
        }))
    }

    /// The same, unless its first change set was never executed: then it is not there yet.
    ///
    /// # Errors
    /// The call that was refused.
    pub(super) async fn there(&self, name: &str) -> Result<Option<ExistingStack>, String> {
        Ok(self.look(name).await?.filter(|stack| stack.status != "REVIEW_IN_PROGRESS"))
    }

    /// Every stack that is there, with its status.
    ///
    /// # Errors
    /// The call that was refused.
    pub(super) async fn stacks(&self) -> Result<Vec<(String, String)>, String> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page =
                self.client.describe_stacks().set_next_token(next).send().await.map_err(|error| words(&error))?;
            for stack in page.stacks() {
                let status = stack.stack_status().map_or("", |status| status.as_str()).to_owned();
                all.push((stack.stack_name().unwrap_or_default().to_owned(), status));
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// An output of the access stack or the handlers'.
    ///
    /// # Errors
    /// There is no such stack, or it lacks the output.
    pub(super) async fn output(&self, stack: &str, name: &str) -> Result<String, String> {
        let found = self.there(stack).await?.ok_or_else(|| format!("the stack {stack} is not deployed"))?;
        let missing = || format!("the stack {stack} has no output {name}; was it made by another version?");
        found.outputs.get(name).cloned().ok_or_else(missing)
    }

    /// Every export with the ARN of its stack.
    async fn exports(&self) -> Result<Vec<(String, String)>, String> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let page = self.client.list_exports().set_next_token(next).send().await.map_err(|error| words(&error))?;
            for export in page.exports() {
                all.push((
                    export.name().unwrap_or_default().to_owned(),
                    export.exporting_stack_id().unwrap_or_default().to_owned(),
                ));
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// The stacks that import an export of the handlers; CloudFormation keeps the account of it, not we.
    ///
    /// # Errors
    /// The call that was refused.
    pub(super) async fn importers(&self) -> Result<BTreeSet<String>, String> {
        let mut importers = BTreeSet::new();
        for (export, _) in self.exports().await?.into_iter().filter(|(name, _)| name.starts_with("flink-handlers-")) {
            let mut next = None;
            loop {
                let page = self.client.list_imports().export_name(&export).set_next_token(next).send().await;
                let page = match page {
                    Ok(page) => page,
                    Err(error) if error.message().is_some_and(|text| text.contains("not imported by any stack")) => {
                        break;
                    }
                    Err(error) => return Err(words(&error)),
                };
                importers.extend(page.imports().iter().cloned());
                next = page.next_token().map(str::to_owned);
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(importers)
    }
}

/// The number of the account that the credentials belong to.
async fn identity(operator: &Operator) -> Result<String, String> {
    let signed = operator.signed();
    let url = format!("{}/", signed.address("sts", None));
    let reply = signed.send("sts", "POST", &url, b"Action=GetCallerIdentity&Version=2011-06-15").await?;
    let between = |open: &str, close: &str| Some(reply.body.split_once(open)?.1.split_once(close)?.0.to_owned());
    if reply.status != 200 {
        let said = between("<Message>", "</Message>");
        return Err(said.unwrap_or_else(|| format!("STS answers with HTTP status {}", reply.status)));
    }
    between("<Account>", "</Account>").ok_or_else(|| "STS names no account".to_owned())
}

/// A service's code and message.
pub(super) fn words<E: ProvideErrorMetadata>(error: &E) -> String {
    format!("{}: {}", error.code().unwrap_or("no answer"), error.message().unwrap_or("the service did not respond"))
}
