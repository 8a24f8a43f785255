//! AWS::CloudFormation::Stack: a stack as a resource of another one. Its template comes from the local S3.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::custom_resource::stringified;
use super::desk::Job;
use super::parameters::{Given, as_text};
use super::resources::{Made, Refused};
use crate::World;

/// The resource type.
pub(crate) const KIND: &str = "AWS::CloudFormation::Stack";

fn given(job: &Job) -> BTreeMap<String, Given> {
    let parameters = job.properties.get("Parameters").map(stringified).unwrap_or_default();
    let members = parameters.as_object().cloned().unwrap_or_default();
    members.iter().map(|(name, value)| (name.clone(), Given::Value(as_text(value)))).collect()
}

pub(super) async fn create(_world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let _ = given(job);
    Err(Refused::plain("Nested stacks are not supported by this local AWS"))
}

pub(super) async fn update(_world: &Arc<World>, _job: &Job) -> Result<Made, Refused> {
    Err(Refused::plain("Nested stacks are not supported by this local AWS"))
}

pub(super) async fn delete(_world: &Arc<World>, _job: &Job) -> Result<(), Refused> {
    Err(Refused::plain("Nested stacks are not supported by this local AWS"))
}
