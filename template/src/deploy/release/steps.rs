//! The functions' step of a deployment, by either way: what goes first, what is given, and what is put back.

use std::collections::BTreeMap;

use shared::contract::{Function, UNSTICKER_CONCURRENCY_PARAMETER};
use shared::operator::deployment::installed::{FUNCTIONS_STACK, InstallMethod, functions_parameters};
use shared::operator::deployment::{GivenSettings, Values};
use shared::operator::{ConsentNeeded, Risk};

use super::super::account::Account;
use super::super::change_set::ChangeSetRequest;
use super::super::checks::{self, DeploymentInputs};
use super::super::output::Output;
use super::super::{Stop, functions, packages};
use super::folder::Release;
use super::installed::{InstalledFunctions, check};
use super::publish::{place, upload};
use super::take_over::KeptFunctions;

/// The functions stack, with what is given now.
///
/// # Errors
/// The release lacks its template, or a call was refused.
pub(in super::super) async fn request(
    checked: &DeploymentInputs,
    release: &Release,
    given: &GivenSettings,
) -> Result<ChangeSetRequest, Stop> {
    Ok(ChangeSetRequest {
        stack: FUNCTIONS_STACK.to_owned(),
        file: checks::FUNCTIONS,
        template: release.template(checks::FUNCTIONS)?,
        parameters: parameters(checked, given, &KeptFunctions::left(&checked.account)?).await?,
        tags: None,
        role: None,
        is_express: false,
    })
}

async fn parameters(checked: &DeploymentInputs, given: &GivenSettings, kept: &KeptFunctions) -> Result<Values, String> {
    let access = checked.account.there(&checked.account.access).await?.map(|access| access.outputs).unwrap_or_default();
    // It has every variable; the others have some of them.
    let mut values = functions_parameters(given, &kept.variables(Function::RollbackUnsticker), &access);
    if let Some(reserved) = kept.reserved(Function::RollbackUnsticker) {
        values.entry(UNSTICKER_CONCURRENCY_PARAMETER.to_owned()).or_insert_with(|| reserved.to_string());
    }
    Ok(values)
}

/// Brings the zips into the bucket, and where the other way is taken over deletes what it made; what is put back once
/// the stack has its functions.
///
/// # Errors
/// What S3 or Lambda refused, or a stack that needs the functions now.
pub(in super::super) async fn before_stack(
    checked: &DeploymentInputs,
    release: &Release,
    given: &GivenSettings,
    request: &mut ChangeSetRequest,
    output: &Output,
) -> Result<KeptFunctions, Stop> {
    let account = &checked.account;
    let artifacts = account.output(&account.access, "BucketName").await?;
    let deployed = account.there(FUNCTIONS_STACK).await?.map(|stack| stack.parameters);
    let published = place(release, &account.region, given.get("BUCKET"), deployed.as_ref(), &artifacts)?;
    upload(release, &published, &account.operator.signed(), &|text| output.say(text)).await?;
    let kept = before(checked, output).await?;
    request.parameters = parameters(checked, given, &kept).await?;
    Ok(kept)
}

/// Deletes what the other way made, where that is wanted.
async fn before(checked: &DeploymentInputs, output: &Output) -> Result<KeptFunctions, Stop> {
    match checked.installed.as_ref().and_then(|installed| installed.take_over.as_ref()) {
        Some(what) => KeptFunctions::delete(&checked.account, what, output).await,
        None => Ok(KeptFunctions::left(&checked.account)?),
    }
}

/// The functions as they were built here, by `cargo lambda deploy`.
///
/// # Errors
/// A stack that needs the functions now, or a function that was not deployed.
pub(in super::super) async fn deploy_built(
    checked: &DeploymentInputs,
    given: &GivenSettings,
    output: &Output,
) -> Result<(), Stop> {
    let kept = before(checked, output).await?;
    functions::deploy(&checked.account, given, &kept.all_variables(), output).await?;
    kept.put_back(&checked.account, output).await
}

/// `flink-stack functions`: where a StackSet brings the stacks around them.
///
/// # Errors
/// Every sentence against it, or a function that was not deployed.
pub(in super::super) async fn functions_alone(given: &GivenSettings, output: &Output) -> Result<(), Stop> {
    let mut problems = given.mistakes();
    let account = Account::open(given).await.map_err(|error| Stop::Refused(vec![error]))?;
    let architecture = functions::architecture(&account, given).await?;
    problems.extend(packages::problems(&architecture));
    if account.there(&account.access).await?.is_none() {
        problems.push(format!("{} is not deployed; its roles are what the functions run with", account.access));
    }
    if let Err(found) = check(&account, InstallMethod::Built, false).await? {
        problems.extend(found);
    }
    if !problems.is_empty() {
        return Err(Stop::Refused(problems));
    }
    packages::build(&architecture, output)?;
    functions::deploy(&account, given, &BTreeMap::new(), output).await
}

/// Adds to what a deployment risks that functions are deleted.
pub(in super::super) fn weigh(installed: Option<&InstalledFunctions>, risk: &mut Risk) {
    if installed.is_none_or(|installed| installed.take_over.is_none()) {
        return;
    }
    risk.words.push("DELETES the four functions and deploys them the other way".to_owned());
    if risk.consent == ConsentNeeded::Harmless {
        risk.consent = ConsentNeeded::Yes;
    }
}
