//! `flink-stack destroy`: the way out, in the reverse order of a deployment.

use std::io::stderr;

use ::functions::Signed;
use serde_json::json;
use shared::operator::deployment::installed::FUNCTIONS_STACK;
use shared::operator::deployment::status::ending_of;
use shared::operator::deployment::{GivenSettings, removals};
use shared::operator::{ConsentNeeded, Kept, RemovalScreen, Risk, removing, staying};

use super::account::{Account, ExistingStack, words};
use super::output::Output;
use super::watch::Watch;
use super::{Stop, checks, consent, functions, interrupt};
use crate::document;
use crate::operate::terminal::canvas;

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
    for (found, name) in [(&stack, &name), (&handlers, &account.handlers), (&access, &account.access)] {
        say_what_goes(&account, name, found.as_ref(), output).await?;
    }
    if handlers.is_some() || access.is_some() {
        Output::text("and the four functions, with every version of every jar in the bucket");
    }
    if stack.is_none() && !is_whole {
        output.say(&format!("there is no stack {name} in {}: nothing to do", account.region));
        return Ok(());
    }
    let words = vec!["DELETES what is listed above".to_owned()];
    let risk = Risk { words, consent: ConsentNeeded::Name(name.clone()) };
    let place = format!("{name} in {} of account {}", account.region, account.id);
    consent::ask(&risk, &format!("Delete {place}? Type {name} to delete it: "), given.is_on("YES"))?;
    let mut kept = delete_stack(&account, &name, output).await?;
    if !is_whole {
        Output::lines(&staying(&kept, canvas(&stderr())));
        output.say("the functions and their stacks stay, for other applications");
        return Ok(());
    }
    kept.extend(delete_stack(&account, &account.handlers, output).await?);
    kept.extend(delete_stack(&account, FUNCTIONS_STACK, output).await?);
    functions::delete(&account, output).await?;
    if account.there(&account.access).await?.is_some() {
        let bucket = account.output(&account.access, "BucketName").await?;
        empty(&account.operator.signed(), &bucket, output).await?;
    }
    kept.extend(delete_stack(&account, &account.access, output).await?);
    Output::lines(&staying(&kept, canvas(&stderr())));
    let what = if kept.is_empty() { "nothing" } else { "nothing else" };
    output.say(&format!("{what} is left of {name}, {}, {} and the functions", account.handlers, account.access));
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
        ours.extend([(access, checks::ACCESS), (FUNCTIONS_STACK, checks::FUNCTIONS), (handlers, checks::HANDLERS)]);
    }
    problems.extend(checks::foreign(account, &ours, None, true).await?);
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
            "the application of {name} stays and needs its role's boundary in {access}; take the stack alone away: \
             {alone}, or let the application go with it: make deploy RETAIN=0"
        ));
    }
    Ok(problems)
}

/// What goes with a stack and what stays of it, before the question; of one that is not there nothing.
async fn say_what_goes(
    account: &Account,
    name: &str,
    found: Option<&ExistingStack>,
    output: &Output,
) -> Result<(), Stop> {
    let Some(found) = found else { return Ok(()) };
    let Some((mut deployed, template)) = account.operator.deployed(&found.id).await? else { return Ok(()) };
    deployed.template = document::parse(&template).map_err(|error| format!("the template of {name}: {error}"))?;
    let removals = removals(&deployed);
    let model = RemovalScreen { stack: name, status: &found.status, removals: &removals, is_verbose: output.verbose };
    Output::lines(&removing(&model, canvas(&stderr())));
    for one in &removals {
        let kind = if one.stays { "stays" } else { "goes" };
        output.emit(
            kind,
            json!({"stack": name, "logicalId": one.logical_id, "resourceType": one.resource_type,
            "physicalId": one.physical_id}),
        );
    }
    Ok(())
}

/// Deletes a stack, and waits for it; what CloudFormation left of it in the account.
pub(super) async fn delete_stack(account: &Account, name: &str, output: &Output) -> Result<Vec<Kept>, Stop> {
    let Some(found) = account.look(name).await? else { return Ok(Vec::new()) };
    interrupt::check()?;
    output.say(&format!("deleting the stack {name}"));
    let watch = Watch::begin(account, output, name, &found.id).await?;
    let token = format!("flink-stack-destroy-{:x}-{}", std::process::id(), name.len());
    let deleted = account.client.delete_stack().stack_name(&found.id).client_request_token(&token).send().await;
    deleted.map_err(|error| words(&error))?;
    let ended = watch.end(&token, 0, None).await?;
    if ended.status == "DELETE_COMPLETE" {
        return Ok(ended.progress.kept().to_vec());
    }
    Err(Stop::FinishedOperation(ending_of(&ended.status).exit_code()))
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
        let listing = "<ListVersionsResult><Name>b</Name>\
                       <Version><Key>jars/1.jar</Key><VersionId>v1</VersionId></Version>\
                       <DeleteMarker><Key>jars/2.jar</Key><VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>";
        let found = versions(listing);
        assert_eq!(found, [("jars/1.jar".into(), "v1".into()), ("jars/2.jar".into(), "v2".into())]);
        assert!(versions("<ListVersionsResult></ListVersionsResult>").is_empty());
    }
}
