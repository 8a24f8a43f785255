//! The stacks: what each of the committed templates consists of.

pub(super) mod access;
pub(super) mod application;
pub(super) mod function_monitoring;
pub(super) mod functions;
pub(super) mod handlers;
pub(super) mod name_prefixes;

#[cfg(test)]
pub(super) mod other_regions;
