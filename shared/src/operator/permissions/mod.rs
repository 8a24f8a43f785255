//! What a deployment changes in who may do what: the policies of both templates as sets of atoms, compared.
//!
//! An atom is one effect, principal, action, resource and condition of one owner; a boundary, a path and an attached
//! managed policy are atoms too. Sets of atoms know neither the order of statements nor how they are split, quoted or
//! named, so that only what a person may do differently is a difference. Atoms that differ in one field are folded back
//! into one row.

mod atom;
mod change;
mod condition;
mod cover;
mod document;
mod fold;
mod owners;
mod possible;
mod sources;
mod spelling;
#[cfg(test)]
mod tests;

use super::plan::{Compared, Proposal, compare};
pub use change::{AccessChange, Field, FormerField, Grant, PermissionChange, Sign, Subject};
use fold::changes;
use sources::atoms;

/// Says which permissions a deployment adds, removes and changes, the most severe first; empty when none.
#[must_use]
pub fn permissions(proposal: &Proposal) -> Vec<PermissionChange> {
    of_compared(&compare(proposal))
}

/// The same of both sides, resolved already.
pub(super) fn of_compared(compared: &Compared) -> Vec<PermissionChange> {
    let names = owners::Owners::of(&compared.before, &compared.after);
    changes(&atoms(&compared.before, &names), &atoms(&compared.after, &names))
}
