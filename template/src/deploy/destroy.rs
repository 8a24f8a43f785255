//! `flink-stack destroy`: the way out, in the reverse order of a deployment.

use std::io::IsTerminal;

use ::functions::Signed;
use shared::operator::deployment::GivenSettings;
use shared::operator::deployment::status::Ending;
use shared::operator::{Consent, Risk};

use super::account::{Account, Stack, words};
use super::output::Output;
use super::watch::Watch;
use super::{Stop, checks, consent, functions, interrupt};

/// Takes the stacks away, or says why not.
pub(super) async fn run(given: &GivenSettings, output: &Output) -> Result<(), Stop> {
    let mut problems = given.mistakes();
    let is_whole = !given.is_on("ONLY_STACK");
    let account = Account::open(given).await;
    let account = match account {
        Ok(account) => account,
        Err(problem) => return Err(Stop::Refused(problems.into_iter().chain([problem]).collect())),
    };
    let name = given.stack();
    problems.extend(check(&account, &name, is_whole).await?);
    if !problems.is_empty() {
        return Err(Stop::Refused(problems));
    }
    let stack = account.look(&name).await?;
    let handlers = if is_whole { account.look(&account.handlers).await? } else { None };
    let access = if is_whole { account.look(&account.access).await? } else { None };
    say_what_goes(&account, &name, [&stack, &handlers, &access]);
    if stack.is_none() && !is_whole {
        output.say(&format!("there is no stack {name} in {}: nothing to do", account.region));
        return Ok(());
    }
    let words = vec!["DELETES what is listed above".to_owned()];
    let risk = Risk { words, consent: Consent::Name(name.clone()) };
    let place = format!("{name} in {} of account {}", account.region, account.id);
    consent::ask(&risk, &format!("Delete {place}? Type {name} to delete it: "), given.is_on("YES"))?;
    delete_stack(&account, &name, output).await?;
    if !is_whole {
        output.say("the functions and their stacks stay, for other applications");
        return Ok(());
    }
    delete_stack(&account, &account.handlers, output).await?;
    functions::delete(&account, output).await?;
    if account.there(&account.access).await?.is_some() {
        let bucket = account.output(&account.access, "BucketName").await?;
        empty(&account.operator.signed(), &bucket, output).await?;
    }
    delete_stack(&account, &account.access, output).await?;
    output.say(&format!("nothing is left of {name}, {}, {} and the functions", account.handlers, account.access));
    Ok(())
}

/// Why it may not be done, a sentence each.
async fn check(account: &Account, name: &str, is_whole: bool) -> Result<Vec<String>, String> {
    let (access, handlers) = (account.access.as_str(), account.handlers.as_str());
    let alone = "make destroy ONLY_STACK=1 (--only-stack)";
    let mut problems = Vec::new();
    if is_whole && account.is_elsewhere {
        problems.push(format!(
            "{access} and {handlers} are managed by another stack (a StackSet?); take only this stack away: {alone}"
        ));
    }
    let mut ours = vec![(name, checks::APPLICATION)];
    if is_whole {
        ours.extend([(access, checks::ACCESS), (handlers, checks::HANDLERS)]);
    }
    problems.extend(checks::foreign(account, &ours, true).await?);
    if !is_whole {
        return Ok(problems);
    }
    let others: Vec<String> = account.importers().await?.into_iter().filter(|stack| stack != name).collect();
    if !others.is_empty() {
        let others = others.join(" ");
        problems
            .push(format!("{others} still uses the handlers; destroy it first, or take only this stack away: {alone}"));
    }
    if account.there(name).await?.is_some_and(|stack| checks::retains(&stack)) {
        problems.push(format!(
            "the application of {name} stays and needs its role's boundary in {access}; take the stack alone away: {alone}, or let \
             the application go with it: make deploy RETAIN=0"
        ));
    }
    Ok(problems)
}

/// What goes and what stays, before the question.
fn say_what_goes(account: &Account, name: &str, [stack, handlers, access]: [&Option<Stack>; 3]) {
    let there = |found: &Option<Stack>, name: &str, holds: &str| match found {
        Some(found) => Output::text(&format!("goes   {name} ({}): {holds}", found.status)),
        None => Output::text(&format!("gone   {name}: there is no such stack in {}", account.region)),
    };
    there(stack, name, "the application with its snapshots, its stream, its table, its role and its log");
    if let Some(stack) = stack.as_ref().filter(|stack| checks::retains(stack)) {
        Output::text(&format!(
            "stays  the application, stream, table, role and log of {name}: RETAIN=1; by hand: aws kinesisanalyticsv2 \
             delete-application for {}",
            stack.outputs.get("ApplicationName").map_or("it", String::as_str)
        ));
    }
    if handlers.is_some() || access.is_some() {
        there(handlers, &account.handlers, "rules, schedule, alarms, exports");
        there(access, &account.access, "roles, logs, queue, topic, and the bucket with every jar in it");
        Output::text("goes   the four functions");
    }
    if std::io::stderr().is_terminal() {
        Output::text("");
    }
}

async fn delete_stack(account: &Account, name: &str, output: &Output) -> Result<(), Stop> {
    let Some(found) = account.look(name).await? else { return Ok(()) };
    interrupt::check()?;
    output.say(&format!("deleting the stack {name}"));
    let watch = Watch::begin(account, output, name, &found.id).await?;
    let token = format!("flink-stack-destroy-{:x}-{}", std::process::id(), name.len());
    let deleted = account.client.delete_stack().stack_name(&found.id).client_request_token(&token).send().await;
    deleted.map_err(|error| words(&error))?;
    let status = watch.end(&token, 0, None).await?;
    if status == "DELETE_COMPLETE" {
        return Ok(());
    }
    Err(Stop::Ended(Ending::of(&status).exit_code()))
}

/// Every version of every object: a bucket that holds one cannot be deleted.
async fn empty(signed: &Signed, bucket: &str, output: &Output) -> Result<(), Stop> {
    output.say(&format!("emptying the bucket {bucket}"));
    let address = signed.address("s3", Some(bucket));
    loop {
        interrupt::check()?;
        let listed = signed.send("s3", "GET", &format!("{address}?max-keys=400&versions="), b"").await?;
        if listed.status != 200 {
            return Err(Stop::Failed(format!(
                "{bucket}: S3 answers with HTTP status {}: {}",
                listed.status, listed.body
            )));
        }
        let versions = versions(&listed.body);
        if versions.is_empty() {
            return Ok(());
        }
        for (key, version) in versions {
            let deleted = signed.send("s3", "DELETE", &format!("{address}/{key}?versionId={version}"), b"").await?;
            if !(200..300).contains(&deleted.status) {
                return Err(Stop::Failed(format!("{bucket}/{key}: S3 answers with HTTP status {}", deleted.status)));
            }
        }
    }
}

/// Key and version of what a listing names: versions and delete markers.
fn versions(listing: &str) -> Vec<(String, String)> {
    let inner = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let entries = listing.split("<Version>").flat_map(|part| part.split("<DeleteMarker>")).skip(1);
    entries.filter_map(|entry| Some((inner(entry, "Key")?, inner(entry, "VersionId")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_delete_markers_are_found_in_a_listing() {
        let listing = "<ListVersionsResult><Name>b</Name><Version><Key>jars/1.jar</Key><VersionId>v1</VersionId></Version>\
                       <DeleteMarker><Key>jars/2.jar</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
        let found = versions(listing);
        assert_eq!(found, [("jars/1.jar".into(), "v1".into()), ("jars/2.jar".into(), "v2".into())]);
        assert!(versions("<ListVersionsResult></ListVersionsResult>").is_empty());
    }
}
