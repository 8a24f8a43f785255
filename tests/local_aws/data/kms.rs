//! Keys as far as others name them: a key of the services' own needs nothing, one of a customer needs permissions of
//! its user. Nothing is encrypted.

use crate::State;
use crate::api::{ApiError, ApiResult, Caller, Context};
use crate::iam;

/// May this caller have a service use this key? What each service asks for stands where it asks.
pub(crate) fn authorize(state: &State, caller: &Caller, key: &str, actions: &[&str]) -> ApiResult<()> {
    if key.starts_with("alias/aws/") {
        return Ok(());
    }
    if !(key.starts_with("arn:") && key.contains(":kms:") && key.contains(":key/")) {
        return Err(ApiError::new("KMSNotFoundException", format!("Invalid keyId {key}")));
    }
    // The caller here is a service, with the caller's permissions (KMS guide, kms:GrantIsForAWSResource).
    let context = Context::from([("kms:GrantIsForAWSResource".to_owned(), vec!["true".to_owned()])]);
    actions.iter().try_for_each(|action| iam::authorize(state, caller, action, key, &context))
}
