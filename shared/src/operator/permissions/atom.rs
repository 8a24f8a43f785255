//! One effect, principal, action, resource and condition of one owner.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::StatementCondition;
use super::spelling::Spelling;
use super::{Grant, Subject};
use crate::template::resolve::is_open;

/// What stands in one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    /// This one, which may hold wildcards.
    Only(String),
    /// Every one that none of these matches: NotAction, NotResource, NotPrincipal.
    AllBut(BTreeSet<String>),
}

impl Element {
    /// What stands for the owner: the principal of an identity policy, the resource of a trust policy.
    pub(super) fn owner() -> Self {
        Self::Only(String::new())
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Only(text) => vec![text],
            Self::AllBut(texts) => texts.iter().map(String::as_str).collect(),
        }
    }
}

/// One permission: in a statement with lists, one for each combination of their items.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    pub(super) owner: String,
    pub(super) subject: Subject,
    pub(super) grant: Grant,
    pub(super) principal: Element,
    pub(super) action: Element,
    pub(super) resource: Element,
    pub(super) condition: StatementCondition,
}

impl Atom {
    /// One without a statement: a boundary, a path, a managed policy, or what cannot be read.
    pub(super) fn named(owner: &str, subject: Subject, name: String) -> Self {
        Self {
            owner: owner.to_owned(),
            subject,
            grant: Grant::Allow,
            principal: Element::owner(),
            action: Element::owner(),
            resource: Element::Only(name),
            condition: StatementCondition::default(),
        }
    }

    /// Whether a part of it is known only at the deployment.
    fn is_open(&self) -> bool {
        let fields = [&self.principal, &self.action, &self.resource];
        fields.iter().flat_map(|field| field.texts()).any(is_open) || self.condition.is_open()
    }

    pub(super) fn has_not_element(&self) -> bool {
        let fields = [&self.principal, &self.action, &self.resource];
        fields.iter().any(|field| matches!(field, Element::AllBut(_)))
    }
}

/// The atoms of one template.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    /// Each with whether only the deployment decides if it applies.
    pub(super) all: BTreeMap<Atom, bool>,
    /// How the template spells what is compared in lower case.
    pub(super) spelling: Spelling,
    /// Roles, users and groups that the template has.
    pub(super) identities: BTreeSet<String>,
}

impl Atoms {
    /// What is certain in one place stays certain.
    pub(super) fn insert(&mut self, atom: Atom, is_possible: bool) {
        let is_undecided = is_possible || atom.is_open();
        self.all.entry(atom).and_modify(|known| *known &= is_undecided).or_insert(is_undecided);
    }
}
