//! A proposal beside what it changes, and the questions that are asked of both.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::changes::{Change, Compared, Effect};
use super::{APPLICATION, BOUND, Proposal};
use crate::contract::{AutoStart, UpdateGuard};
use crate::lifecycle::Application;

/// A proposal and what it changes.
pub(super) struct Seen<'a> {
    pub(super) proposal: &'a Proposal,
    pub(super) compared: &'a Compared,
}

impl Seen<'_> {
    /// The first change of a resource of this type.
    pub(super) fn change(&self, kind: &str) -> Option<&Change> {
        self.compared.changes.iter().find(|change| change.resource_type == kind)
    }

    /// Whether CloudFormation will call the handler of this type: it comes anew, or a property of it changes.
    pub(super) fn is_called(&self, kind: &str) -> bool {
        self.change(kind).is_some_and(|change| change.effect != Effect::Remove)
    }

    /// Logical IDs and types of one side.
    pub(super) fn kinds(&self, before: bool) -> BTreeMap<String, String> {
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
    pub(super) fn properties(&self, kind: &str, before: bool) -> Option<&Map<String, Json>> {
        let kinds = self.kinds(before);
        let id = kinds.iter().find(|(_, one)| *one == kind)?.0;
        let side = if before { &self.compared.before } else { &self.compared.after };
        side.get(id)
    }

    /// A property of our guard as it will be.
    pub(super) fn guard(&self, property: &str) -> Option<&str> {
        self.properties(UpdateGuard::<String>::TYPE, false)?.get(property)?.as_str()
    }

    pub(super) fn has(&self, kind: &str) -> bool {
        self.properties(kind, false).is_some()
    }

    pub(super) fn has_starter(&self) -> bool {
        self.has(AutoStart::<String>::TYPE)
    }

    /// The most that a force-stop may have read again.
    pub(super) fn bound(&self) -> Duration {
        self.guard("MaxReplayHours").and_then(|hours| hours.parse().ok()).map_or(BOUND, Duration::from_hours)
    }

    /// The application that the deployment goes on with; a replaced one is another.
    pub(super) fn application(&self) -> Option<&Application> {
        let replaced = self.change(APPLICATION).is_some_and(|change| change.effect == Effect::Replace);
        self.proposal.application.as_ref().filter(|_| !replaced)
    }
}
