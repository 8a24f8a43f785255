//! Quotas and the bounds of parameters, held against what would be sent; and the keys that the job's sources read.

use std::path::Path;

use aws_sdk_kinesisanalyticsv2::error::ProvideErrorMetadata;
use regex_lite::Regex;
use serde_json::Value as Json;
use shared::contract::Function;
use shared::operator::deployment::installed::{FUNCTIONS_STACK, functions_parameters};
use shared::operator::deployment::limits::{Sent, applications_note, concurrency_note, refusals, tag_refusals};
use shared::operator::deployment::{
    GivenSettings, Values, access_parameters, application_parameters, handlers_parameters, tags,
};

use super::super::account::{Account, ExistingStack};
use super::super::jar::Jar;
use super::super::release::Release;
use super::{ACCESS, FUNCTIONS, HANDLERS};
use crate::check;

/// Everything that would be refused of the stacks' templates, parameters and tags, a sentence each.
///
/// # Errors
/// A template that cannot be read, or the call that was refused.
pub(super) async fn problems(
    account: &Account,
    given: &GivenSettings,
    (stack, file): (Option<&ExistingStack>, Option<&'static str>),
    (jar, environment): (Option<&Jar>, &Values),
    release: Option<&Release>,
    is_whole: bool,
) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    let (access, handlers) = (account.there(&account.access).await?, account.there(&account.handlers).await?);
    let mut all = Vec::new();
    if is_whole {
        let deployed = access.as_ref().map(|access| access.parameters.clone()).unwrap_or_default();
        all.push((ACCESS, access_parameters(given, &deployed), access.is_none()));
        all.push((HANDLERS, handlers_parameters(given), handlers.is_none()));
        if release.is_some() {
            let is_new = account.there(FUNCTIONS_STACK).await?.is_none();
            all.push((FUNCTIONS, functions_parameters(given, &Values::new(), &Values::new()), is_new));
        }
    }
    // A jar that cannot be read is named already.
    let key = jar.map_or("jars/0.jar", |jar| jar.key.as_str());
    if let Some(file) = file {
        let new = super::new_stack(access.as_ref(), stack);
        match application_parameters(given, Some(key), new.as_ref(), environment) {
            Ok(parameters) => all.push((file, parameters, stack.is_none())),
            Err(problem) => problems.push(problem),
        }
    }
    for (file, values, is_new) in &all {
        let template = super::template(release, file)?;
        problems.extend(refusals(&Sent { file, template: &template, values, is_new: *is_new }, &matches));
    }
    match tags(given, stack.map(|stack| &stack.tags)) {
        Ok(tags) => problems.extend(tag_refusals(&tags)),
        Err(problem) => problems.push(problem),
    }
    problems.extend(file.into_iter().flat_map(|file| unread_keys(given, file)));
    Ok(problems)
}

/// Whether the whole value matches; a pattern that is not known here is CloudFormation's to judge.
pub(crate) fn matches(pattern: &str, value: &str) -> bool {
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_or(true, |pattern| pattern.is_match(value))
}

/// The keys that the job's sources read without a default and nothing injects.
fn unread_keys(given: &GivenSettings, file: &'static str) -> Vec<String> {
    let Some(sources) = given.get("JAR_SOURCES") else { return Vec::new() };
    check::not_injected(Path::new(sources), Path::new(file)).unwrap_or_else(|problem| vec![problem])
}

/// What a person should know before the question, and what no deployment is refused for. It is not said where the
/// account lets nothing of it be read.
pub(super) async fn notes(account: &Account, given: &GivenSettings, is_new: bool, is_whole: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if is_new && let Ok(many) = applications(account).await {
        notes.extend(applications_note(many));
    }
    if is_whole && let Some(note) = concurrency(account, given).await {
        notes.push(note);
    }
    notes
}

/// How many applications the region has, none where that may not be asked; and whether the service is in the region.
///
/// # Errors
/// Nothing answers for it there.
pub(super) async fn applications(account: &Account) -> Result<usize, String> {
    let flink = account.operator.clients().flink;
    let (mut many, mut next) = (0, None);
    loop {
        let page = flink.list_applications().limit(50).set_next_token(next).send().await;
        let page = match page {
            Ok(page) => page,
            Err(error) if error.code().is_some() => return Ok(many),
            Err(error) => return Err(super::super::account::words(&error)),
        };
        many += page.application_summaries().len();
        next = page.next_token;
        if next.is_none() {
            return Ok(many);
        }
    }
}

async fn concurrency(account: &Account, given: &GivenSettings) -> Option<String> {
    let lambda = account.lambda();
    let settings = lambda.call("GET", "2016-08-19/account-settings", &Json::Null).await.ok()?;
    let unreserved = settings["AccountLimit"]["UnreservedConcurrentExecutions"].as_i64()?;
    let path = format!("2019-09-30/functions/{}/concurrency", Function::RollbackUnsticker.name());
    let present = lambda.find(&path).await.ok().flatten();
    let present = present.and_then(|found| found["ReservedConcurrentExecutions"].as_i64()).unwrap_or_default();
    let deployed = account.there(&account.handlers).await.ok()?;
    let deployed = deployed.and_then(|stack| stack.parameters.get("UnstickerConcurrency").cloned());
    let wanted = given.get("UNSTICKER_CONCURRENCY").map(str::to_owned).or(deployed);
    concurrency_note(unreserved, present, wanted.map_or(Some(10), |wanted| wanted.parse().ok())?)
}
