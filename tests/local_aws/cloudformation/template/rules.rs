//! The Rules section: what a template demands of its parameters before anything is done
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>).
//!
//! CDK's only rule asks for the bootstrap stack's version. Functions that no template here uses are refused by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::intrinsics::Scope;
use super::parameters::as_text;
use super::{Template, invalid};
use crate::Settings;
use crate::api::ApiResult;

/// Checks each rule whose condition holds. What CloudFormation calls a rule that does not hold is not documented beyond
/// the AssertDescription, which is in the message.
///
/// # Errors
/// `ValidationError` with the AssertDescription of the first assertion that does not hold.
pub(in crate::cloudformation) fn check(
    template: &Template,
    parameters: &BTreeMap<String, Value>,
    fetched: &BTreeMap<String, Value>,
    settings: &Settings,
) -> ApiResult<()> {
    let scope = Scope {
        template,
        parameters,
        fetched,
        resources: &BTreeMap::new(),
        exports: &BTreeMap::new(),
        settings,
        stack_id: "",
        stack_name: "",
    };
    for (name, rule) in &template.rules {
        let applies =
            rule.get("RuleCondition").map_or(Ok(true), |condition| holds(&scope, condition)).map_err(invalid)?;
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let assertions = assertions.ok_or_else(|| invalid(format!("Template error: rule {name} has no Assertions")))?;
        for assertion in assertions.iter().filter(|_| applies) {
            let assert = assertion.get("Assert").unwrap_or(&Value::Null);
            if !holds(&scope, assert).map_err(invalid)? {
                let described = assertion.get("AssertDescription").map(as_text).unwrap_or_default();
                return Err(invalid(format!("Template error: the assertion of rule {name} failed: {described}")));
            }
        }
    }
    Ok(())
}

fn holds(scope: &Scope<'_>, expression: &Value) -> Result<bool, String> {
    let single = expression.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
    let Some((name, argument)) = single else {
        return Err("Template error: an assertion is one function".to_owned());
    };
    let items = argument.as_array().map(Vec::as_slice).unwrap_or_default();
    match (name.as_str(), items) {
        ("Fn::And", items) => items.iter().try_fold(true, |held, each| Ok(holds(scope, each)? && held)),
        ("Fn::Or", items) => items.iter().try_fold(false, |held, each| Ok(holds(scope, each)? || held)),
        ("Fn::Not", [one]) => Ok(!holds(scope, one)?),
        ("Fn::Equals", [left, right]) => Ok(scope.text(left)? == scope.text(right)?),
        ("Fn::Contains", [list, value]) => {
            let (list, value) = (scope.resolve(list)?.unwrap_or_default(), scope.text(value)?);
            Ok(list.as_array().into_iter().flatten().any(|item| as_text(item) == value))
        }
        (other, _) => Err(format!("Template error: {other} is not supported in a rule")),
    }
}
