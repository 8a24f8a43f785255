//! CloudFormation's language: a template and what it is written with, resolved and laid out.

pub(super) mod condition;
pub(super) mod digest;
pub(super) mod document;
pub(super) mod document_text;
pub(super) mod error;
pub(super) mod layout;
pub(super) mod parameter;
pub(super) mod picture;
pub(super) mod references;
pub mod resolve;
pub(super) mod resource;
pub(super) mod scope;
pub(super) mod value;

#[cfg(test)]
pub(super) mod resolved;
