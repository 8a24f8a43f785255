//! What a deployment will do, before it does it: what changes, whether the job restarts, whether its state comes along, and whether the
//! snapshot that this takes can be taken now.
//!
//! It compares templates and asks the services; it creates nothing, not even a change set. What it cannot know it says: the job may break
//! between the plan and the deployment.

mod answer;
mod changes;
mod keys;
mod resolve;
mod restart;
mod seen;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use crate::lifecycle::{Application, StackStatus, Timestamp};
pub use answer::{Finding, Outlook, Plan};
use changes::compare;
pub use changes::{Change, Effect};
use seen::Seen;

const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
const LOGGING_OPTION: &str = "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption";
/// The replay rule's bound where no guard states one.
const BOUND: Duration = Duration::from_hours(20);

/// What a deployment would send, and what it meets.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The time of the look.
    pub now: Timestamp,
    /// The stack's name.
    pub name: String,
    /// The region.
    pub region: String,
    /// The template that would be deployed.
    pub template: Json,
    /// The parameters that would be given.
    pub given: BTreeMap<String, String>,
    /// The stack as it is; `None` before its first deployment.
    pub deployed: Option<Deployed>,
    /// Its application as it is.
    pub application: Option<Application>,
    /// Whether the handlers are deployed.
    pub handlers: bool,
}

/// A stack that exists.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// Its ARN.
    pub id: String,
    /// Its status.
    pub status: StackStatus,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// The template that it was made from.
    pub template: Json,
    /// Its resources: logical ID to type and physical ID.
    pub resources: BTreeMap<String, (String, String)>,
}

/// Plans a deployment.
#[must_use]
pub fn plan(proposal: &Proposal) -> Plan {
    let compared = compare(proposal);
    let scene = Seen { proposal, compared: &compared };
    let (restarts, restart) = restart::of(&scene);
    let snapshot = restart::snapshot(&scene, restarts);
    let state = state::of(&scene, restarts);
    let before = keys::given(&scene.kinds(true), &compared.before);
    let after = keys::given(&scene.kinds(false), &compared.after);
    let mut next = Vec::new();
    let refused = proposal.deployed.as_ref().map(|deployed| deployed.status).filter(|status| !is_updatable(*status));
    if let Some(status) = refused {
        next.push(format!("the stack is {status} and takes no update; make why STACK={}", proposal.name));
    }
    let nothing = compared.changes.is_empty() && refused.is_none();
    let worst = [&restart, &snapshot, &state].into_iter().map(|finding| finding.outlook).max();
    let outlook = match (refused, worst) {
        (Some(_), _) => Outlook::Fails,
        (None, _) if nothing => Outlook::Nothing,
        (None, worst) => worst.unwrap_or(Outlook::GoesThrough),
    };
    let mut drift = proposal.application.as_ref().map(|live| keys::drift(&before, live)).unwrap_or_default();
    if proposal.deployed.is_none() {
        drift.clear();
    }
    next.extend(advice(&scene, &before, restarts));
    Plan {
        stack: proposal.name.clone(),
        status: proposal.deployed.as_ref().map(|deployed| deployed.status.to_string()).unwrap_or_default(),
        outlook,
        parameters: compared.parameters.clone(),
        restarts,
        restart,
        snapshot,
        state,
        properties: keys::changed(&before, &after),
        drift,
        next,
        changes: compared.changes,
    }
}

fn advice(scene: &Seen, before: &BTreeMap<String, String>, restarts: u32) -> Vec<String> {
    let proposal = scene.proposal;
    let mut next = Vec::new();
    if !proposal.handlers {
        next.push(
            "the handlers are not deployed in this region: leave ONLY_STACK out, make deploy brings them".to_owned(),
        );
    }
    let updated = scene.change(APPLICATION).is_some_and(|change| change.effect == Effect::Modify);
    let others = proposal.application.as_ref().map(|live| keys::others(before, live)).unwrap_or_default();
    if updated && !others.is_empty() {
        next.push(format!(
            "an update of the application may wipe {}: whoever gave it deploys again",
            others.join(", ")
        ));
    }
    let fails = restart::trouble(scene).filter(|_| restarts > 0);
    if let Some(group) = fails.and_then(|_| proposal.application.as_ref()?.log_group.as_ref()) {
        next.push(format!("aws logs tail {group} --since 1h --filter-pattern Exception"));
    }
    next
}

/// From these an update may begin (`semantics.md` C.1).
const fn is_updatable(status: StackStatus) -> bool {
    matches!(
        status,
        StackStatus::CreateComplete
            | StackStatus::UpdateComplete
            | StackStatus::UpdateFailed
            | StackStatus::UpdateRollbackComplete
            | StackStatus::ImportComplete
            | StackStatus::ImportRollbackComplete
    )
}

impl Proposal {
    /// Region, account and partition, the latter two from the stack's ARN `arn:<partition>:cloudformation:<region>:<account>:...`.
    fn pseudo(&self) -> BTreeMap<String, String> {
        let arn: Vec<&str> = self.deployed.as_ref().map_or("", |deployed| &deployed.id).split(':').collect();
        let part = |index: usize| arn.get(index).map(|part| (*part).to_owned());
        let all =
            [("AWS::Partition", part(1)), ("AWS::Region", Some(self.region.clone())), ("AWS::AccountId", part(4))];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
