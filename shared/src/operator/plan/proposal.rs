//! What a deployment would send, and the stack that it meets.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::origin::{Origin, origin};
use super::super::refused::RefusedSnapshots;
use super::change_set::ListedChange;
use crate::flink::Application;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// What a deployment would send, and what it meets.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The time of the look.
    pub now: Timestamp,
    /// The name of the stack that would be created or updated.
    pub name: String,
    /// The region that the deployment goes to, `eu-west-1` for example.
    pub region: String,
    /// The template that would be deployed.
    pub template: Json,
    /// The template's file, as the answer names it.
    pub file: String,
    /// The parameters that would be given.
    pub given: BTreeMap<String, String>,
    /// The stack as it is; `None` before its first deployment.
    pub deployed: Option<Deployed>,
    /// Its applications as they are, by logical ID.
    pub applications: BTreeMap<String, Application>,
    /// Whether the handlers are deployed.
    pub handlers: bool,
    /// Whether a whole text matches an AllowedPattern of a parameter.
    pub matches: fn(pattern: &str, text: &str) -> bool,
    /// Whether CloudFormation's EXPRESS mode is asked for.
    pub is_express: bool,
    /// What CloudFormation's own change set lists; `None` when it was not asked.
    pub change_set: Option<Vec<ListedChange>>,
}

/// A stack that exists, as DescribeStacks, GetTemplate and ListStackResources show it.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// StackId: the stack's ARN, with its unique part.
    pub id: String,
    /// StackStatus, which decides whether the stack takes an update.
    pub status: StackStatus,
    /// The parameters' values of the last deployment; `****` where they are NoEcho.
    pub parameters: BTreeMap<String, String>,
    /// The template that it was made from.
    pub template: Json,
    /// Its resources, by logical ID.
    pub resources: BTreeMap<String, DeployedResource>,
    /// The snapshots that its newest operation was refused.
    pub refused: RefusedSnapshots,
}

/// A resource of a stack that exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeployedResource {
    /// ResourceType as the service says it, `AWS::Kinesis::Stream` for example.
    pub resource_type: String,
    /// Its physical ID; empty when its creation failed.
    pub physical_id: String,
    /// ResourceStatus as the service says it.
    pub status: String,
}

impl Proposal {
    /// Whether there is a stack that an update may begin from.
    #[must_use]
    pub fn takes_an_update(&self) -> bool {
        self.deployed.as_ref().is_some_and(|deployed| is_updatable(deployed.status))
    }

    /// Whether the stack was made from a template of this project.
    pub(super) fn is_ours(&self) -> bool {
        self.deployed.as_ref().is_some_and(|deployed| origin(Some(&deployed.template)) != Origin::Foreign)
    }

    /// Whether the template has a resource that one of the functions answers for.
    pub(super) fn needs_handlers(&self) -> bool {
        let all = self.template["Resources"].as_object().into_iter().flatten();
        all.filter_map(|(_, one)| one["Type"].as_str()).any(|kind| kind.starts_with("Custom::Flink"))
    }

    /// What is compared, in words.
    pub(super) fn compared(&self) -> String {
        let count = |many: usize, one: &str| format!("{many} {one}{}", if many == 1 { "" } else { "s" });
        let resources =
            |template: &Json| count(template["Resources"].as_object().map_or(0, serde_json::Map::len), "resource");
        let given = count(self.given.len(), "parameter");
        let new = format!("{}: {}, {given} given", self.file, resources(&self.template));
        match (&self.deployed, &self.change_set) {
            (None, _) => format!("{new}; there is no stack yet"),
            (Some(deployed), None) => {
                format!("{new}; with the deployed template: {}", resources(&deployed.template))
            }
            (Some(_), Some(_)) => format!("{new}; with the deployed stack, by CloudFormation's own change set"),
        }
    }
}

/// From these an update may begin (`semantics.md` C.1).
pub(super) const fn is_updatable(status: StackStatus) -> bool {
    matches!(
        status,
        StackStatus::CreateComplete
            | StackStatus::UpdateComplete
            | StackStatus::CreateFailed
            | StackStatus::UpdateFailed
            | StackStatus::UpdateRollbackComplete
            | StackStatus::ImportComplete
            | StackStatus::ImportRollbackComplete
    )
}

/// From these only with rollback disabled (CloudFormation's user guide, stack failure options).
pub(super) const fn needs_rollback_disabled(status: StackStatus) -> bool {
    matches!(status, StackStatus::CreateFailed | StackStatus::UpdateFailed)
}
