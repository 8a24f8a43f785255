//! TagResource, UntagResource, ListTagsForResource.

use serde_json::json;

use crate::State;
use crate::api::{self, ApiError, ApiResult};
use crate::flink::{Application, catalogue, model};

pub(in crate::flink) fn tag(state: &mut State, request: &model::TagResource) -> ApiResult {
    let application = find(state, &request.resource_arn)?;
    let mut tags = application.tags.clone();
    tags.extend(request.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone().unwrap_or_default())));
    if tags.len() > 50 {
        return Err(ApiError::new("TooManyTagsException", "An application has at most 50 tags."));
    }
    application.tags = tags;
    Ok(json!({}))
}

pub(in crate::flink) fn untag(state: &mut State, request: &model::UntagResource) -> ApiResult {
    find(state, &request.resource_arn)?.tags.retain(|key, _| !request.tag_keys.contains(key));
    Ok(json!({}))
}

pub(in crate::flink) fn list(state: &mut State, request: &model::ListTags) -> ApiResult {
    Ok(json!({ "Tags": api::tag_list(&find(state, &request.resource_arn)?.tags) }))
}

fn find<'a>(state: &'a mut State, arn: &str) -> ApiResult<&'a mut Application> {
    let found = state.flink.applications.values_mut().find(|application| application.arn == arn);
    found.ok_or_else(|| catalogue::no_application(arn))
}
