//! `flink-stack plan`: what a deployment of a template with these parameters would do.

use std::collections::BTreeMap;

use functions::DeployedState;
use serde_json::Value;
use shared::operator::{Deployed, Outlook, Plan, Proposal, may_replace, plan};

use super::account;
use super::change_set::{self, ChangeSetError, Said};
use crate::cli::PlanArguments;
use crate::stdout::show;
use crate::{deploy, document};

/// What it ends with at Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Looks, compares, and prints; what the command ends with.
///
/// # Errors
/// What could not be read.
pub(super) async fn answer(asked: &PlanArguments) -> Result<u8, String> {
    let (stack, settings) = (&asked.stack(), &asked.settings.0);
    let region = account::region(settings.get("REGION"))?;
    let operator = account::operator(&region)?;
    let met = operator.meets(stack).await?;
    let (mut given, file) = match settings.get("JAR") {
        Some(_) => deploy::planned(settings).await?,
        None => (BTreeMap::new(), deploy::file(settings, false)),
    };
    given.extend(asked.parameters.iter().cloned());
    let file = asked.template.clone().unwrap_or_else(|| file.into());
    let template = document::read(&file)?;
    if let Some(unknown) = given.keys().find(|name| template["Parameters"].get(name).is_none()) {
        return Err(format!("{}: {unknown} is not a parameter of it", file.display()));
    }
    if met.deployed.is_some() {
        // None of ours was ever YAML.
        let parsed = serde_json::from_str(&met.template).ok();
        if let Err(reason) = may_replace(parsed.as_ref(), &template) {
            return Ok(without_comparison(asked, Outlook::Fails, &reason.describe(stack)));
        }
    }
    let mut proposal = proposal(met, stack, &region, template)?;
    proposal.file = file.display().to_string();
    proposal.given = given;
    proposal.is_express = settings.is_on("EXPRESS");
    // A change set of a stack that is not there yet would leave that stack behind; one that takes no update takes none.
    let is_useful = |proposal: &Proposal| proposal.takes_an_update() && plan(proposal).outlook != Outlook::Fails;
    if settings.is_on("CHANGE_SET") && is_useful(&proposal) {
        let deployed = proposal.deployed.as_ref().map(|deployed| (deployed.id.clone(), deployed.parameters.clone()));
        let (id, known) = deployed.unwrap_or_default();
        let client = operator.clients().cloudformation;
        match change_set::ask(client, &id, &proposal.template, &proposal.given, &known).await {
            Ok(said) => {
                let processed = operator.deployed(&id).await?.map(|(_, template)| template);
                read(&mut proposal, said, processed)?;
            }
            Err(ChangeSetError::Interrupted) => {
                let words = "interrupted; nothing was changed, and the change set is deleted";
                without_comparison(asked, Outlook::CannotTell, words);
                return Ok(INTERRUPTED);
            }
            Err(ChangeSetError::Refused(error)) => return Err(error),
        }
    }
    let plan = plan(&proposal);
    if asked.json() {
        show(&(serde_json::to_string_pretty(&plan).map_err(|error| error.to_string())? + "\n"));
    } else {
        show(&plan.describe(account::style()));
    }
    Ok(plan.outlook.exit_code())
}

/// What a deployment of a template to this stack meets, as far as it was looked at; nothing is given yet.
///
/// # Errors
/// The deployed template cannot be read.
pub(crate) fn proposal(met: DeployedState, stack: &str, region: &str, template: Value) -> Result<Proposal, String> {
    let mut deployed = met.deployed;
    if let Some(deployed) = &mut deployed {
        deployed.template =
            document::parse(&met.template).map_err(|error| format!("the template of {stack}: {error}"))?;
    }
    Ok(Proposal {
        now: met.now,
        name: stack.to_owned(),
        region: region.to_owned(),
        template,
        file: String::new(),
        given: BTreeMap::new(),
        deployed,
        applications: met.applications,
        handlers: met.handlers,
        matches: crate::deploy::matches,
        is_express: false,
        change_set: None,
    })
}

/// Prints an answer without a comparison; what the command ends with.
pub(super) fn without_comparison(asked: &PlanArguments, outlook: Outlook, why: &str) -> u8 {
    if asked.json() {
        let plan = Plan::without_comparison(&asked.stack(), outlook, why);
        show(&(serde_json::to_string_pretty(&plan).unwrap_or_default() + "\n"));
    } else {
        eprintln!("flink-stack: {why}");
    }
    outlook.exit_code()
}

/// Takes over what CloudFormation said: the rows, and both templates after transforms and macros.
fn read(proposal: &mut Proposal, said: Said, processed: Option<String>) -> Result<(), String> {
    let Said { changes, template } = said;
    let is_processed = template.is_some();
    if let Some(text) = template {
        proposal.template = document::parse(&text)?;
    }
    if let (true, Some(text), Some(Deployed { template, .. })) = (is_processed, processed, &mut proposal.deployed) {
        *template = document::parse(&text)?;
    }
    proposal.change_set = Some(changes);
    Ok(())
}
