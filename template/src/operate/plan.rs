//! `flink-stack plan`: what `make deploy` would do with these parameters.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use shared::operator::{Proposal, may_replace, plan};

use super::account;

/// What the command ends with where `make deploy` would refuse.
const FAILS: u8 = 1;

/// Looks, compares, and prints; what the command ends with.
///
/// # Errors
/// What could not be read.
pub(super) async fn answer(
    stack: &str,
    region: Option<&str>,
    json: bool,
    template: &Path,
    given: &BTreeMap<String, String>,
) -> Result<u8, String> {
    let told = |error: String| format!("{}: {error}", template.display());
    let text = std::fs::read_to_string(template).map_err(|error| told(error.to_string()))?;
    let template = read(&text).map_err(told)?;
    if let Some(unknown) = given.keys().find(|name| template["Parameters"].get(name).is_none()) {
        return Err(told(format!("{unknown} is no parameter of it")));
    }
    let region = account::region(region)?;
    let mut met = account::operator(&region)?.meets(stack).await?;
    if let Some(deployed) = &mut met.deployed {
        // None of ours was ever YAML.
        let parsed = serde_json::from_str(&met.template).ok();
        if let Err(reason) = may_replace(parsed.as_ref(), &template) {
            eprintln!("flink-stack: {}", reason.describe(stack));
            return Ok(FAILS);
        }
        deployed.template = read(&met.template).map_err(|error| format!("the template of {stack}: {error}"))?;
    }
    let plan = plan(&Proposal {
        now: met.now,
        name: stack.to_owned(),
        region,
        template,
        given: given.clone(),
        deployed: met.deployed,
        applications: met.applications,
        handlers: met.handlers,
    });
    if json {
        println!("{}", serde_json::to_string_pretty(&plan).map_err(|error| error.to_string())?);
    } else {
        print!("{}", plan.told(account::style()));
    }
    Ok(plan.outlook.exit_code())
}

/// A template, JSON or YAML.
fn read(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    cloudformation_yaml::parse(text).map_err(|error| error.to_string())
}
