//! What a deployment will do, before it does it: what changes, whether the job restarts, whether its state comes along,
//! and whether the snapshot that this takes can be taken now.
//!
//! It compares templates and asks the services. Where CloudFormation's own change set is given, that says which
//! resources change. What it cannot know it says: the job may break between the plan and the deployment.

mod answer;
mod change_set;
mod changes;
mod express;
mod guarding;
mod keys;
mod parameters;
mod refusals;
mod restart;
mod seen;
mod side;
mod state;
#[cfg(test)]
mod tests;
mod upgrade;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use crate::flink::Application;
use crate::stack::StackStatus;
use crate::time::Timestamp;
pub use answer::{Finding, Outlook, Plan};
pub use change_set::ListedChange;
pub use changes::{Change, Effect};
pub(super) use changes::{Compared, compare};
use refusals::refusals;
use seen::{Seen, applications};
pub(super) use side::Side;

const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
const LOGGING_OPTION: &str = "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption";
/// The replay rule's bound where no guard states one.
const BOUND: Duration = Duration::from_hours(20);

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

    /// Whether the template has a resource that one of the functions answers for.
    fn needs_handlers(&self) -> bool {
        let all = self.template["Resources"].as_object().into_iter().flatten();
        all.filter_map(|(_, one)| one["Type"].as_str()).any(|kind| kind.starts_with("Custom::Flink"))
    }

    /// What is compared, in words.
    fn compared(&self) -> String {
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

/// Says what a deployment would change, restart, lose and need, without asking AWS anything.
#[must_use]
pub fn plan(proposal: &Proposal) -> Plan {
    let compared = compare(proposal);
    let all = applications(proposal, &compared);
    let is_only = all.len() == 1;
    // Of several, only those count that the deployment touches.
    let touched: Vec<&Seen> = all.iter().filter(|seen| is_only || seen.is_touched()).collect();
    let restarts: Vec<(u32, Finding)> = touched.iter().map(|seen| restart::of(seen)).collect();
    let of_each = |finding: &dyn Fn(&Seen, u32) -> Finding| {
        let each = touched.iter().zip(&restarts).map(|(seen, (times, _))| (seen.name(), finding(seen, *times)));
        Finding::of_all(each.collect(), is_only)
    };
    let snapshot = of_each(&restart::snapshot);
    let state = of_each(&state::of);
    let of_restart = touched.iter().zip(&restarts).map(|(seen, (_, finding))| (seen.name(), finding.clone()));
    let restart = Finding::of_all(of_restart.collect(), is_only);
    let keys = |keys: &dyn Fn(&Seen) -> Vec<String>| -> Vec<String> {
        let named = |seen: &Seen, key: String| if is_only { key } else { format!("{}: {key}", seen.name()) };
        all.iter().flat_map(|seen| keys(seen).into_iter().map(move |key| named(seen, key))).collect()
    };
    let mut next = refusals(proposal, &compared);
    let is_refused = !next.is_empty();
    let status = proposal.deployed.as_ref().map(|deployed| deployed.status);
    let mut unknown: Vec<String> = compared.open.iter().cloned().collect();
    if status.is_some_and(needs_rollback_disabled) {
        next.push("it takes an update only with --disable-rollback, which make deploy gives".to_owned());
        unknown.push("what the failed operation had not reached yet is done too".to_owned());
    }
    let upgrades = touched.iter().filter_map(|seen| upgrade::of(seen, seen.application()?)?.unknown());
    unknown.extend(upgrades);
    let worst =
        [&restart, &snapshot, &state].into_iter().map(|finding| finding.outlook).max().unwrap_or(Outlook::GoesThrough);
    let outlook = match (is_refused, unknown.is_empty()) {
        (true, _) => Outlook::Fails,
        (false, true) if compared.changes.is_empty() => Outlook::Nothing,
        (false, true) => worst,
        (false, false) => worst.max(Outlook::CannotTell),
    };
    let drift = |seen: &Seen| seen.live().map(|live| keys::drift(&keys::given(seen, true), live)).unwrap_or_default();
    next.extend(advice(proposal, &touched, &restarts));
    if !compared.open.is_empty() && proposal.change_set.is_none() && proposal.takes_an_update() {
        next.push("plan with --change-set: CloudFormation itself says what changes; nothing is left behind".to_owned());
    }
    let status = status.map(|status| status.to_string()).unwrap_or_default();
    Plan {
        schema: 1,
        sentence: outlook.sentence(&proposal.name, &status),
        compared: proposal.compared(),
        stack: proposal.name.clone(),
        status,
        outlook,
        parameters: compared.parameters.clone(),
        restarts: restarts.iter().map(|(times, _)| times).sum(),
        restart,
        snapshot,
        state,
        permissions: super::permissions::of_compared(&compared),
        properties: keys(&|seen| keys::changed(&keys::given(seen, true), &keys::given(seen, false))),
        drift: if proposal.deployed.is_some() { keys(&drift) } else { Vec::new() },
        unknown,
        express: express::of(proposal, &all),
        next,
        changes: compared.changes.clone(),
    }
}

fn advice(proposal: &Proposal, touched: &[&Seen], restarts: &[(u32, Finding)]) -> Vec<String> {
    let mut next = Vec::new();
    if !proposal.handlers && proposal.needs_handlers() {
        next.push(
            "the handlers are not deployed in this region: make deploy without ONLY_STACK brings them".to_owned(),
        );
    }
    for (seen, (times, _)) in touched.iter().zip(restarts) {
        let Some(live) = seen.live() else { continue };
        let is_updated = seen.change(APPLICATION).is_some_and(|change| change.effect == Effect::Modify);
        let others = keys::others(&keys::given(seen, true), live);
        if is_updated && !others.is_empty() {
            let others = others.join(", ");
            next.push(format!("an update of the application may remove {others}: deploy the stack that set it again"));
        }
        if let Some(group) = live.log_group.as_ref().filter(|_| *times > 0 && restart::trouble(seen).is_some()) {
            next.push(format!("aws logs tail {group} --since 1h --filter-pattern Exception"));
        }
        next.extend(upgrade::of(seen, live).into_iter().flat_map(|change| change.advice(seen, live)));
        if seen.is_touched() {
            next.extend(super::line::leave_enhanced_snapshots(live));
        }
        next.extend(guarding::run_configurations(seen));
        let wiped = guarding::wiped(seen);
        if is_updated && !wiped.is_empty() {
            next.push(format!(
                "write {} into the application's EnvironmentProperties too: an update wipes them from the running job \
                 until property-groups puts them back",
                wiped.join(", ")
            ));
        }
    }
    next
}

/// From these an update may begin (`semantics.md` C.1).
const fn is_updatable(status: StackStatus) -> bool {
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
const fn needs_rollback_disabled(status: StackStatus) -> bool {
    matches!(status, StackStatus::CreateFailed | StackStatus::UpdateFailed)
}
