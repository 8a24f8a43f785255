//! Parameters whose values CloudFormation fetches from Parameter Store.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::parameters::{ParameterKind, as_text};
use super::{Template, invalid};
use crate::api::{ApiResult, Caller};
use crate::{Settings, State, dispatch};

/// The values in Parameter Store of the parameters that name one, fetched at the beginning of each operation
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>).
///
/// # Errors
/// AWS's own text for a name that is not there; a denial.
pub(crate) fn fetch(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    template: &Template,
    values: &BTreeMap<String, Value>,
) -> ApiResult<BTreeMap<String, Value>> {
    let mut fetched = BTreeMap::new();
    for (parameter, name) in values {
        if template.parameters.get(parameter).is_none_or(|declared| declared.kind != ParameterKind::SsmString) {
            continue;
        }
        let reply = dispatch::call(state, settings, caller, ("ssm", "GetParameters"), &json!({ "Names": [name] }))?;
        let value = reply["Parameters"].get(0).map(|found| found["Value"].clone());
        let missing = || {
            let name = as_text(name);
            invalid(format!("Unable to fetch parameters [{name}] from parameter store for this account."))
        };
        fetched.insert(parameter.clone(), value.ok_or_else(missing)?);
    }
    Ok(fetched)
}
