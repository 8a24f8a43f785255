//! A template's Rules: parameters that do not pass are refused before anything is created.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>. The wording of the refusal is not
//! documented; that it carries each AssertDescription is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::parameters::as_text;
use super::template::{Template, invalid};
use crate::api::ApiResult;

/// Whether the parameters pass all rules.
pub(super) fn check(template: &Template, parameters: &BTreeMap<String, Value>) -> ApiResult<()> {
    let mut refused = Vec::new();
    for (name, rule) in &template.rules {
        let applies = rule.get("RuleCondition").map_or(Ok(true), |condition| holds(condition, parameters));
        if !applies.map_err(invalid)? {
            continue;
        }
        for assertion in rule["Assertions"].as_array().into_iter().flatten() {
            if !holds(&assertion["Assert"], parameters).map_err(invalid)? {
                let description = assertion["AssertDescription"].as_str().unwrap_or_default();
                refused.push(format!("{name}: {description}"));
            }
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(invalid(format!("Template validation error: parameters do not pass the rules: {}", refused.join("; "))))
}

fn holds(test: &Value, parameters: &BTreeMap<String, Value>) -> Result<bool, String> {
    let members = test.as_object().filter(|members| members.len() == 1);
    let Some((name, argument)) = members.and_then(|members| members.iter().next()) else {
        return Err("Template format error: a rule must be one function".to_owned());
    };
    let mut list = argument.as_array().into_iter().flatten();
    match name.as_str() {
        "Fn::And" => list.try_fold(true, |held, each| Ok(holds(each, parameters)? && held)),
        "Fn::Or" => list.try_fold(false, |held, each| Ok(holds(each, parameters)? || held)),
        "Fn::Not" => list.next().map_or(Ok(true), |each| Ok(!holds(each, parameters)?)),
        "Fn::Equals" => {
            let texts: Vec<String> = list.map(|each| text(each, parameters)).collect::<Result<_, _>>()?;
            Ok(texts.windows(2).all(|pair| pair[0] == pair[1]))
        }
        other => Err(format!("Template format error: {other} is not supported in a rule")),
    }
}

fn text(value: &Value, parameters: &BTreeMap<String, Value>) -> Result<String, String> {
    match value.get("Ref").and_then(Value::as_str) {
        Some(name) => {
            let given = parameters.get(name).map(as_text);
            given.ok_or_else(|| format!("Template format error: a rule refers to {name}, which is no parameter"))
        }
        None => Ok(as_text(value)),
    }
}
