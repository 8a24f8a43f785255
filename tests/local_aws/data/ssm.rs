//! Parameter Store as far as templates read it: plain parameters by name
//! (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State};

const INVALID: &str = "ValidationException";

/// The parameters of the account.
#[derive(Debug, Default)]
pub struct Ssm {
    /// Values by name.
    pub parameters: BTreeMap<String, String>,
}

/// One call of the API.
///
/// # Errors
/// ParameterNotFound, ParameterAlreadyExists, a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let names = match body["Name"].as_str() {
        Some(name) => vec![name.to_owned()],
        None => api::string_list(&body["Names"]),
    };
    let name = names.first().ok_or_else(|| ApiError::new(INVALID, "Name or Names is required"))?.clone();
    // A name's leading slash is no part of the ARN's own.
    let resource = settings.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
    let call = Call { action: format!("ssm:{operation}"), caller, resource, context: Context::new(), body };
    api::perform(state, call, |state| {
        let parameters = &mut state.ssm.parameters;
        let shown =
            |name: &String, value: &String| json!({ "Name": name, "Value": value, "Type": "String", "Version": 1 });
        match operation {
            "PutParameter" => {
                if parameters.contains_key(&name) && body["Overwrite"] != true {
                    return Err(ApiError::new("ParameterAlreadyExists", "The parameter already exists."));
                }
                parameters.insert(name, api::text(body, "Value", INVALID)?.to_owned());
                Ok(json!({ "Version": 1 }))
            }
            "GetParameter" => match parameters.get(&name) {
                Some(value) => Ok(json!({ "Parameter": shown(&name, value) })),
                None => Err(ApiError::new("ParameterNotFound", "")),
            },
            "GetParameters" => {
                let (found, missing): (Vec<_>, Vec<_>) =
                    names.iter().partition(|name| parameters.contains_key(name.as_str()));
                let found: Vec<_> = found.into_iter().map(|name| shown(name, &parameters[name])).collect();
                Ok(json!({ "Parameters": found, "InvalidParameters": missing }))
            }
            unknown => Err(ApiError::unknown_operation(&format!("ssm:{unknown}"))),
        }
    })
}
