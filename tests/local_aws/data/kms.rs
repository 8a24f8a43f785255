//! Customers' keys and who may use them: a key's own policy decides, and where it leaves that to the account, IAM does.
//! Nothing is encrypted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::iam::{self, Effect, Policy};
use crate::{Settings, State};

/// The keys of the account: policies as text, by ARN.
#[derive(Debug, Default)]
pub struct Keys {
    policies: BTreeMap<String, String>,
}

/// What who sends to an encrypted queue or topic needs (SQS guide, key management; SNS guide, key management).
pub(crate) const TO_SEND: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];

/// Gives the key of this ARN a policy, and makes the key where there is none.
///
/// # Errors
/// MalformedPolicyDocumentException.
pub fn put_policy(state: &mut State, key: &str, policy: &Value) -> ApiResult<()> {
    let malformed = |error: ApiError| ApiError::new("MalformedPolicyDocumentException", error.message);
    let document = Policy::parse(policy).map_err(malformed)?.document;
    state.keys.policies.insert(key.to_owned(), document.to_string());
    Ok(())
}

/// One call of the API: what a person or a test needs to have a key.
///
/// # Errors
/// NotFoundException, MalformedPolicyDocumentException, a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let key = match body["KeyId"].as_str() {
        Some(arn) if arn.starts_with("arn:") => arn.to_owned(),
        Some(id) => settings.arn("kms", &format!("key/{id}")),
        None if operation == "CreateKey" => settings.arn("kms", &format!("key/{}", state.ids.uuid())),
        None => return Err(ApiError::new("ValidationException", "KeyId is required")),
    };
    let resource = if operation == "CreateKey" { "*".to_owned() } else { key.clone() };
    let call = Call { action: format!("kms:{operation}"), caller, resource, context: Context::new(), body };
    let described = json!({ "KeyMetadata": { "Arn": key, "KeyId": key.rsplit('/').next(), "Enabled": true } });
    api::perform(state, call, |state| match operation {
        "CreateKey" => {
            let root = format!("arn:aws:iam::{}:root", settings.account);
            // The policy of a key that is made without one (KMS guide, default key policy).
            let statement =
                json!({ "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*", "Resource": "*" });
            let default = json!({ "Statement": [statement] });
            put_policy(state, &key, body.get("Policy").unwrap_or(&default))?;
            Ok(described)
        }
        "DescribeKey" => policy(state, &key).map(|_| described),
        "GetKeyPolicy" => Ok(json!({ "Policy": policy(state, &key)? })),
        "PutKeyPolicy" => {
            policy(state, &key)?;
            put_policy(state, &key, &body["Policy"]).map(|()| json!({}))
        }
        unknown => Err(ApiError::unknown_operation(&format!("kms:{unknown}"))),
    })
}

/// May this caller have a service use this key? What each service asks for stands where it asks.
///
/// # Errors
/// KMSNotFoundException, NotFoundException, AccessDeniedException.
pub(crate) fn authorize(state: &State, caller: &Caller, key: &str, actions: &[&str]) -> ApiResult<()> {
    if key.is_empty() || key.starts_with("alias/aws/") {
        return Ok(());
    }
    if !(key.starts_with("arn:") && key.contains(":kms:") && key.contains(":key/")) {
        return Err(ApiError::new("KMSNotFoundException", format!("Invalid keyId {key}")));
    }
    let policy = policy(state, key)?;
    let Caller::Role(name) = caller else { return Ok(()) };
    let role = state.iam.roles.get(name).map(|role| role.arn.clone()).unwrap_or_default();
    let account = key.split(':').nth(4).unwrap_or_default();
    let root = format!("arn:aws:iam::{account}:root");
    // The caller here is a service, with the caller's permissions (KMS guide, kms:GrantIsForAWSResource).
    let context = Context::from([("kms:GrantIsForAWSResource".to_owned(), vec!["true".to_owned()])]);
    actions.iter().try_for_each(|action| {
        let says = |who: &[&str]| iam::resource_effect(policy, who, action, key, &context);
        match (says(&[&role, "*"]), says(&[&root, account])) {
            (Some(Effect::Deny), _) | (_, Some(Effect::Deny)) | (None, None) => Err(denied(&role, action, key)),
            (Some(Effect::Allow), Some(Effect::Allow) | None) => Ok(()),
            // The account's own policies decide.
            (None, Some(Effect::Allow)) => iam::authorize(state, caller, action, key, &context),
        }
    })
}

/// May a service of its own account, which has no policies but the key's, do this with a customer's key? Of a key of
/// AWS's own the policy cannot be changed, and it lets no other service in.
///
/// # Errors
/// NotFoundException, AccessDeniedException.
pub(crate) fn authorize_service(
    state: &State,
    service: &str,
    key: &str,
    actions: &[&str],
    context: &Context,
) -> ApiResult<()> {
    let policy = policy(state, key)?;
    actions.iter().try_for_each(|action| match iam::resource_effect(policy, &[service, "*"], action, key, context) {
        Some(Effect::Allow) => Ok(()),
        Some(Effect::Deny) | None => Err(denied(service, action, key)),
    })
}

fn denied(who: &str, action: &str, key: &str) -> ApiError {
    let message = format!(
        "User: {who} is not authorized to perform: {action} on resource: {key} because no resource-based policy allows \
         the {action} action"
    );
    ApiError::new("AccessDeniedException", message)
}

fn policy<'a>(state: &'a State, key: &str) -> ApiResult<&'a str> {
    let missing = || ApiError::new("NotFoundException", format!("Key '{key}' does not exist"));
    state.keys.policies.get(key).map(String::as_str).ok_or_else(missing)
}

#[cfg(test)]
mod tests;
