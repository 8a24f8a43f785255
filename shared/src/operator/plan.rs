//! What a deployment will do, before it does it: what changes, whether the job restarts, whether its state comes along, and whether the
//! snapshot that this takes can be taken now.
//!
//! It compares templates and asks the services; it creates nothing, not even a change set. What it cannot know it says: the job may break
//! between the plan and the deployment.

mod changes;
mod keys;
mod resolve;
mod restart;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::line::{Colour, Style};
use crate::contract::{AutoStart, UpdateGuard};
use crate::lifecycle::{Application, StackStatus, Timestamp};
pub use changes::{Change, Effect};
use changes::{Compared, compare};

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

/// How a deployment would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outlook {
    /// Nothing changes.
    Nothing,
    /// Nothing speaks against it.
    GoesThrough,
    /// It goes through, and something is lost or read again.
    AtRisk,
    /// It does not go through.
    Fails,
}

/// The answer. What `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Plan {
    /// The stack's name.
    pub stack: String,
    /// Its status; empty before its first deployment.
    pub status: String,
    /// How it would go: the worst of what follows.
    pub outlook: Outlook,
    /// The resources that change.
    pub changes: Vec<Change>,
    /// The parameters that change, by name.
    pub parameters: Vec<String>,
    /// How often the running job restarts.
    pub restarts: u32,
    /// What restarts or starts it, and why.
    pub restart: Finding,
    /// Whether a snapshot is needed, and can be taken now.
    pub snapshot: Finding,
    /// What becomes of the job's state.
    pub state: Finding,
    /// Property keys that change; never a value.
    pub properties: Vec<String>,
    /// Property keys that are not as the stack gave them; never a value.
    pub drift: Vec<String>,
    /// What a person does first, or instead.
    pub next: Vec<String>,
}

/// One thing that was found out, and how good it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Finding {
    /// How good it is.
    pub outlook: Outlook,
    /// In a sentence.
    pub told: String,
}

impl Finding {
    fn of(outlook: Outlook, told: impl Into<String>) -> Self {
        Self { outlook, told: told.into() }
    }

    fn fine(told: impl Into<String>) -> Self {
        Self::of(Outlook::GoesThrough, told)
    }
}

impl Outlook {
    /// What the command ends with: 0 it goes through, 1 something is lost or it fails. 2 is for what cannot be told.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Nothing | Self::GoesThrough => 0,
            Self::AtRisk | Self::Fails => 1,
        }
    }

    const fn words(self) -> (Colour, &'static str) {
        match self {
            Self::Nothing => (Colour::Green, "nothing changes"),
            Self::GoesThrough => (Colour::Green, "nothing speaks against it"),
            Self::AtRisk => (Colour::Yellow, "something is lost or read again"),
            Self::Fails => (Colour::Red, "it will not go through"),
        }
    }
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

/// A proposal and what it changes.
struct Seen<'a> {
    proposal: &'a Proposal,
    compared: &'a Compared,
}

impl Seen<'_> {
    /// The first change of a resource of this type.
    fn change(&self, kind: &str) -> Option<&Change> {
        self.compared.changes.iter().find(|change| change.resource_type == kind)
    }

    /// Whether CloudFormation will call the handler of this type: it comes anew, or a property of it changes.
    fn is_called(&self, kind: &str) -> bool {
        self.change(kind).is_some_and(|change| change.effect != Effect::Remove)
    }

    /// Logical IDs and types of one side.
    fn kinds(&self, before: bool) -> BTreeMap<String, String> {
        let template = match (&self.proposal.deployed, before) {
            (Some(deployed), true) => &deployed.template,
            (None, true) => &Json::Null,
            (_, false) => &self.proposal.template,
        };
        let kind = |resource: &Json| resource["Type"].as_str().unwrap_or_default().to_owned();
        let resources = template["Resources"].as_object();
        resources.into_iter().flatten().map(|(id, resource)| (id.clone(), kind(resource))).collect()
    }

    /// The properties of the first resource of this type, on one side.
    fn properties(&self, kind: &str, before: bool) -> Option<&Map<String, Json>> {
        let kinds = self.kinds(before);
        let id = kinds.iter().find(|(_, one)| *one == kind)?.0;
        let side = if before { &self.compared.before } else { &self.compared.after };
        side.get(id)
    }

    /// A property of our guard as it will be.
    fn guard(&self, property: &str) -> Option<&str> {
        self.properties(UpdateGuard::<String>::TYPE, false)?.get(property)?.as_str()
    }

    fn has(&self, kind: &str) -> bool {
        self.properties(kind, false).is_some()
    }

    fn has_starter(&self) -> bool {
        self.has(AutoStart::<String>::TYPE)
    }

    /// The most that a force-stop may have read again.
    fn bound(&self) -> Duration {
        self.guard("MaxReplayHours").and_then(|hours| hours.parse().ok()).map_or(BOUND, Duration::from_hours)
    }

    /// The application that the deployment goes on with; a replaced one is another.
    fn application(&self) -> Option<&Application> {
        let replaced = self.change(APPLICATION).is_some_and(|change| change.effect == Effect::Replace);
        self.proposal.application.as_ref().filter(|_| !replaced)
    }
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

impl Plan {
    /// As a person reads it.
    #[must_use]
    pub fn told(&self, style: Style) -> String {
        let status =
            if self.status.is_empty() { "does not exist yet".to_owned() } else { format!("is {}", self.status) };
        let (colour, words) = self.outlook.words();
        let head = format!("{} {status}: {}\n", self.stack, style.paint(colour, words));
        let of = |effect: Effect, word: &str| {
            let ids: Vec<&str> =
                self.changes.iter().filter(|one| one.effect == effect).map(|one| one.logical_id.as_str()).collect();
            (!ids.is_empty()).then(|| format!("{word} {}", ids.join(", ")))
        };
        let mut changes: Vec<String> = [
            of(Effect::Add, "adds"),
            of(Effect::Modify, "changes"),
            of(Effect::Replace, "REPLACES"),
            of(Effect::Remove, "removes"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !self.parameters.is_empty() && !changes.is_empty() {
            changes.push(format!("by {}", self.parameters.join(", ")));
        }
        let one = |finding: &Finding| {
            let telling = self.outlook != Outlook::Nothing && !finding.told.is_empty();
            telling.then(|| finding.told.clone()).into_iter().collect::<Vec<_>>()
        };
        let parts = [
            ("resources", &changes),
            ("restart", &one(&self.restart)),
            ("snapshot", &one(&self.snapshot)),
            ("state", &one(&self.state)),
            ("keys", &self.properties),
            ("drift", &self.drift),
            ("next", &self.next),
        ];
        parts.into_iter().fold(head, |told, (label, texts)| told + &style.lines(label, texts))
    }
}
