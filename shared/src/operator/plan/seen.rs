//! One application of a proposal beside what the deployment changes, and the questions that are asked of both.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::super::refused::RefusedSnapshots;
use super::Proposal;
use super::change_set::{Change, Effect};
use super::changes::Compared;
use super::side::Side;
use crate::contract::{AutoStart, UpdateGuard};
use crate::flink::{Application, ApplicationKind};
use crate::stack::{APPLICATION, LOGGING_OPTION};

/// The replay rule's bound where no guard states one.
const BOUND: Duration = Duration::from_hours(20);

/// An application, and what the deployment changes of it and of what belongs to it.
pub(super) struct Seen<'a> {
    pub(super) proposal: &'a Proposal,
    pub(super) compared: &'a Compared,
    /// The application's logical ID in the template.
    pub(super) id: &'a str,
    /// Whether the template has no other: then everything belongs to it.
    pub(super) is_only: bool,
}

impl Seen<'_> {
    /// The first change of a resource of this type that belongs to it.
    pub(super) fn change(&self, kind: &str) -> Option<&Change> {
        let mut changes = self.compared.changes.iter().filter(|change| change.resource_type == kind);
        changes.find(|change| self.concerns(&change.logical_id, kind))
    }

    /// Whether a resource belongs to it, on either side.
    fn concerns(&self, id: &str, kind: &str) -> bool {
        if kind == APPLICATION {
            return id == self.id;
        }
        self.is_only || [&self.compared.before, &self.compared.after].into_iter().any(|side| self.belongs(side, id))
    }

    fn belongs(&self, side: &Side, id: &str) -> bool {
        let Some(properties) = side.properties.get(id) else { return false };
        let is = |name: &str, value: Option<&Json>| value.is_some() && properties.get(name) == value;
        is("ApplicationName", side.references.get(self.id)) || is("ApplicationLogicalId", Some(&self.id.into()))
    }

    /// Whether CloudFormation will call the handler of this type: it comes anew, or a property of it changes.
    pub(super) fn is_called(&self, kind: &str) -> bool {
        self.change(kind).is_some_and(Change::happens)
    }

    /// Whether it is not known that anything happens to a resource of this type.
    pub(super) fn is_unknown(&self, kind: &str) -> bool {
        self.change(kind).is_some_and(|change| change.effect == Effect::Unknown)
    }

    fn side(&self, before: bool) -> &Side {
        if before { &self.compared.before } else { &self.compared.after }
    }

    /// The resources of a type that belong to it, on one side.
    pub(super) fn all(&self, kind: &str, before: bool) -> Vec<&Map<String, Json>> {
        let side = self.side(before);
        let ids = side.kinds.iter().filter(|(id, one)| *one == kind && self.concerns(id, kind));
        ids.filter_map(|(id, _)| side.properties.get(id)).collect()
    }

    /// The properties of the first resource of this type, on one side.
    pub(super) fn properties(&self, kind: &str, before: bool) -> Option<&Map<String, Json>> {
        self.all(kind, before).into_iter().next()
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

    /// The snapshots that the stack's newest operation was refused.
    pub(super) fn refused(&self) -> &RefusedSnapshots {
        const NONE: &RefusedSnapshots = &RefusedSnapshots::new();
        self.proposal.deployed.as_ref().map_or(NONE, |deployed| &deployed.refused)
    }

    /// The most that a force-stop may have read again.
    pub(super) fn bound(&self) -> Duration {
        self.guard("MaxReplayHours").and_then(|hours| hours.parse().ok()).map_or(BOUND, Duration::from_hours)
    }

    /// The application as it is.
    pub(super) fn live(&self) -> Option<&Application> {
        self.proposal.applications.get(self.id)
    }

    /// The application that the deployment goes on with; a replaced one is another, and one that is removed is none.
    pub(super) fn application(&self) -> Option<&Application> {
        let stays = |change: &Change| match change.effect {
            Effect::Replace | Effect::Remove | Effect::Leave => false,
            Effect::Add | Effect::Modify | Effect::Unknown => true,
        };
        self.live().filter(|_| self.change(APPLICATION).is_none_or(stays))
    }

    /// Whether it leaves the stack, deleted or kept.
    pub(super) fn leaves_the_stack(&self) -> bool {
        self.change(APPLICATION).is_some_and(|change| matches!(change.effect, Effect::Remove | Effect::Leave))
    }

    /// Its kind, by the runtime that it has or will have.
    pub(super) fn kind(&self) -> ApplicationKind {
        let runtime = |before| self.properties(APPLICATION, before)?.get("RuntimeEnvironment")?.as_str();
        let live = || self.live().map(|live| live.runtime.as_str());
        ApplicationKind::of(runtime(false).or_else(live).or_else(|| runtime(true)).unwrap_or_default())
    }

    /// Its name, else its logical ID.
    pub(super) fn name(&self) -> String {
        self.live().map_or_else(|| self.id.to_owned(), |live| live.name.clone())
    }

    /// Whether the deployment touches it, or what belongs to it.
    pub(super) fn is_touched(&self) -> bool {
        self.compared.changes.iter().any(|change| {
            let kind = change.resource_type.as_str();
            let belongs = kind == APPLICATION || kind == LOGGING_OPTION || kind.starts_with("Custom::Flink");
            belongs && self.concerns(&change.logical_id, kind)
        })
    }
}

impl Change {
    /// Whether it is worked on and is there afterwards.
    pub(super) fn happens(&self) -> bool {
        match self.effect {
            Effect::Add | Effect::Modify | Effect::Replace => true,
            Effect::Remove | Effect::Leave | Effect::Unknown => false,
        }
    }
}

/// The applications of both sides, by logical ID.
pub(super) fn applications<'a>(proposal: &'a Proposal, compared: &'a Compared) -> Vec<Seen<'a>> {
    let sides = [&compared.before, &compared.after];
    let of = |side: &'a Side| side.kinds.iter().filter(|(_, kind)| *kind == APPLICATION).map(|(id, _)| id.as_str());
    let of_it = |change: &&Change| change.resource_type == APPLICATION && !change.logical_id.contains('/');
    let uncertain = compared.changes.iter().filter(of_it);
    let mut ids: Vec<&str> =
        sides.into_iter().flat_map(of).chain(uncertain.map(|change| change.logical_id.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    let is_only = ids.len() == 1;
    ids.into_iter().map(|id| Seen { proposal, compared, id, is_only }).collect()
}
