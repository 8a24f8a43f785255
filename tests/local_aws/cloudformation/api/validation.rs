//! Early validation: a change set that fails by what its resources are, and DescribeEvents, which alone says why
//! (CloudFormation API reference, DescribeEvents and OperationEvent).

use super::xml::{element, list};
use super::{Params, required};
use crate::api::ApiResult;
use crate::{World, clock, stamp};

/// What the validation finds wrong with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The resource's logical ID.
    pub logical_id: String,
    /// The place in the resource, `/Resources/Stream/Properties/ShardCount` for example.
    pub path: String,
    /// What is wrong there, in a sentence.
    pub reason: String,
}

/// Finds in a new change set what the scenario prepared for the next one.
pub(super) fn judge(world: &World, change_set: &str) {
    let mut state = world.state();
    let found = std::mem::take(&mut state.cloudformation.early_validation);
    if !found.is_empty() {
        state.cloudformation.findings.insert(change_set.to_owned(), found);
    }
}

/// The StatusReason of a change set that fails: that there is nothing to do, or that something was found, not what.
pub(super) fn reason(world: &World, change_set: &str, is_empty: bool) -> Option<&'static str> {
    let is_found = world.state().cloudformation.findings.contains_key(change_set);
    match (is_empty, is_found) {
        (true, _) => Some(
            "The submitted information didn't contain changes. Submit different information to create a change set.",
        ),
        (false, true) => Some(
            "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early \
             Validation errors, use the DescribeEvents API for detailed failure information.",
        ),
        (false, false) => None,
    }
}

/// DescribeEvents of a change set, by its ARN.
pub(super) fn events(world: &World, params: &Params) -> ApiResult<String> {
    let change_set = required(params, "ChangeSetName")?;
    let found = world.state().cloudformation.findings.get(change_set).cloned().unwrap_or_default();
    let rows = found.iter().map(|finding| {
        [
            element("EventId", &stamp::uuid()),
            element("EventType", "VALIDATION_ERROR"),
            element("Timestamp", &clock::iso8601(clock::now())),
            element("LogicalResourceId", &finding.logical_id),
            element("ValidationFailureMode", "FAIL"),
            element("ValidationName", "PROPERTY_VALIDATION"),
            element("ValidationStatus", "FAILED"),
            element("ValidationStatusReason", &finding.reason),
            element("ValidationPath", &finding.path),
        ]
        .concat()
    });
    Ok(list("OperationEvents", rows))
}
