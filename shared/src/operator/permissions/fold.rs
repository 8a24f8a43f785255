//! The difference of two sets of atoms, folded into rows.

use std::collections::{BTreeMap, BTreeSet};

use super::atom::{Atom, Atoms, Element};
use super::condition::{Clause, StatementCondition};
use super::cover::is_covered;
use super::{AccessChange, Field, FormerField, Grant, PermissionChange, Sign, Subject};
use crate::template::resolve::known;

/// What all atoms of a row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    sign: Sign,
    reach: AccessChange,
    owner: String,
    subject: Subject,
    grant: Grant,
}

/// The lists of a row: principals, actions, resources; each with each.
type Lists = [BTreeSet<Element>; 3];
type FoldedRow = (Head, Lists, StatementCondition);

const PRINCIPAL: usize = 0;
const ACTION: usize = 1;
const RESOURCE: usize = 2;

/// The rows that say how `after` differs from `before`, the most severe first.
pub(super) fn changes(before: &Atoms, after: &Atoms) -> Vec<PermissionChange> {
    let sides = Sides { before, after };
    let removed = before.all.keys().filter(|atom| !after.all.contains_key(*atom));
    let removed = folded(removed.map(|atom| sides.row(atom, Sign::Removed)).collect());
    let others = after.all.keys().filter_map(|atom| match before.all.get(atom) {
        None => Some(sides.row(atom, Sign::Added)),
        Some(was_undecided) if *was_undecided || after.all[atom] => Some(sides.row(atom, Sign::Undecided)),
        Some(_) => None,
    });
    let mut removed: Vec<Option<FoldedRow>> = removed.into_iter().map(Some).collect();
    let mut changes = Vec::new();
    for row in folded(others.collect()) {
        let pair = removed.iter_mut().find(|other| other.as_ref().is_some_and(|other| differs(other, &row).is_some()));
        let old = pair.and_then(Option::take).filter(|_| row.0.sign == Sign::Added);
        changes.push(sides.change(row, old.as_ref()));
    }
    changes.extend(removed.into_iter().flatten().map(|row| sides.change(row, None)));
    changes.sort();
    changes
}

/// The one field, other than the actions, in which an added row differs from a removed one.
fn differs(old: &FoldedRow, new: &FoldedRow) -> Option<Field> {
    let ((of_old, lists, condition), (of_new, others, other)) = (old, new);
    let same = |head: &Head| (head.owner.clone(), head.subject, head.grant);
    if new.0.sign != Sign::Added || same(of_old) != same(of_new) || lists[ACTION] != others[ACTION] {
        return None;
    }
    // Each attached policy and each unreadable one comes or goes for itself.
    if matches!(of_old.subject, Subject::ManagedPolicy | Subject::Unresolved) {
        return None;
    }
    match (lists[PRINCIPAL] == others[PRINCIPAL], lists[RESOURCE] == others[RESOURCE], condition == other) {
        (true, true, false) => Some(Field::Condition),
        (true, false, true) => Some(Field::Resource),
        (false, true, true) => Some(Field::Principal),
        (true, true, true) | (true, false, false) | (false, true, false) | (false, false, _) => None,
    }
}

/// Joins rows that differ in one list, until none do.
fn folded(mut rows: Vec<FoldedRow>) -> Vec<FoldedRow> {
    for list in [ACTION, RESOURCE, PRINCIPAL] {
        let mut joined: BTreeMap<FoldedRow, BTreeSet<Element>> = BTreeMap::new();
        for (head, mut lists, condition) in rows {
            let all = std::mem::take(&mut lists[list]);
            joined.entry((head, lists, condition)).or_default().extend(all);
        }
        let whole = |((head, mut lists, condition), all): (FoldedRow, BTreeSet<Element>)| {
            lists[list] = all;
            (head, lists, condition)
        };
        rows = joined.into_iter().map(whole).collect();
    }
    rows
}

/// Both sides of the comparison.
struct Sides<'a> {
    before: &'a Atoms,
    after: &'a Atoms,
}

impl Sides<'_> {
    fn row(&self, atom: &Atom, sign: Sign) -> FoldedRow {
        let head = Head {
            sign,
            reach: self.reach(atom, sign),
            owner: atom.owner.clone(),
            subject: atom.subject,
            grant: atom.grant,
        };
        let lists = [&atom.principal, &atom.action, &atom.resource].map(|one| BTreeSet::from([one.clone()]));
        (head, lists, atom.condition.clone())
    }

    fn reach(&self, atom: &Atom, sign: Sign) -> AccessChange {
        let is_kept = |owner: &String| self.before.identities.contains(owner) && self.after.identities.contains(owner);
        let is_gone = self.before.identities.contains(&atom.owner) && !self.after.identities.contains(&atom.owner);
        let is_undecided = |side: &Atoms| side.all.get(atom).is_some_and(|undecided| *undecided);
        if is_undecided(self.before) || is_undecided(self.after) {
            return AccessChange::CannotTell;
        }
        let unless_covered = |by: &Atoms, reach| if is_covered(atom, by) { AccessChange::Same } else { reach };
        match (atom.subject, atom.grant, sign) {
            (_, _, Sign::Removed) if is_gone => AccessChange::Narrower,
            (Subject::Unresolved, ..) | (.., Sign::Undecided | Sign::Changed) => AccessChange::CannotTell,
            (Subject::Boundary, _, Sign::Removed) => AccessChange::Broader,
            (Subject::Boundary, _, Sign::Added) => {
                let had_one =
                    self.before.all.keys().any(|old| (&old.owner, old.subject) == (&atom.owner, atom.subject));
                if had_one { AccessChange::Broader } else { AccessChange::Narrower }
            }
            // Policies of others may match roles by their path.
            (Subject::Path, ..) if is_kept(&atom.owner) => AccessChange::CannotTell,
            (Subject::Path, ..) => AccessChange::Same,
            (Subject::ManagedPolicy, _, Sign::Added) => AccessChange::Broader,
            (Subject::ManagedPolicy, _, Sign::Removed) => AccessChange::Narrower,
            (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Allow, Sign::Added) => {
                if atom.has_not_element() {
                    AccessChange::Broader
                } else {
                    unless_covered(self.before, AccessChange::Broader)
                }
            }
            (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Allow, Sign::Removed) => {
                unless_covered(self.after, AccessChange::Narrower)
            }
            (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Deny, Sign::Added) => {
                unless_covered(self.before, AccessChange::Narrower)
            }
            (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Deny, Sign::Removed) => {
                unless_covered(self.after, AccessChange::Broader)
            }
        }
    }

    fn change(&self, (head, lists, condition): FoldedRow, old: Option<&FoldedRow>) -> PermissionChange {
        let before = old.and_then(|old| {
            let field = differs(old, &(head.clone(), lists.clone(), condition.clone()))?;
            let texts = match field {
                Field::Principal => self.texts(&old.1[PRINCIPAL]),
                Field::Resource => self.texts(&old.1[RESOURCE]),
                Field::Condition => self.clauses(&old.2),
            };
            Some(FormerField { field, texts })
        });
        let reach = old.map_or(head.reach, |old| old.0.reach.min(head.reach));
        PermissionChange {
            reach,
            sign: if before.is_some() { Sign::Changed } else { head.sign },
            owner: shown(&head.owner),
            subject: head.subject,
            grant: head.grant,
            principal: self.texts(&lists[PRINCIPAL]),
            action: self.texts(&lists[ACTION]),
            resource: self.texts(&lists[RESOURCE]),
            condition: self.clauses(&condition),
            before,
        }
    }

    fn texts(&self, list: &BTreeSet<Element>) -> Vec<String> {
        list.iter()
            .map(|element| {
                let texts: Vec<String> = element.texts().into_iter().map(|text| self.spelled(text)).collect();
                match element {
                    Element::Only(_) => texts.concat(),
                    Element::AllBut(_) => format!("all but {}", texts.join(", ")),
                }
            })
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn clauses(&self, condition: &StatementCondition) -> Vec<String> {
        let clause = |clause: &Clause| {
            let values: Vec<String> = clause.values.iter().map(|value| shown(value)).collect();
            format!("{} {} {}", shown(&clause.operator), self.spelled(&clause.key), values.join(", "))
        };
        condition.0.iter().map(clause).collect()
    }

    fn spelled(&self, text: &str) -> String {
        let spelling = self.after.spelling.get(text).or_else(|| self.before.spelling.get(text));
        shown(spelling.map_or(text, String::as_str))
    }
}

/// A text as people read it: what is not known before the deployment as the template refers to it.
fn shown(text: &str) -> String {
    known(text, |token| format!("${{{token}}}"))
}
