//! The rows: what a deployment adds, removes and changes in who may do what.

use serde::{Deserialize, Serialize};

/// What a row says happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Sign {
    /// The new template has it, the deployed one does not.
    Added,
    /// One field of it differs.
    Changed,
    /// Both templates have it where only the deployment decides whether it applies.
    Undecided,
    /// The deployed template has it, the new one does not.
    Removed,
}

/// Whether more is allowed after the deployment than before it; the first is the most severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccessChange {
    /// More is allowed: an Allow that no old one covers, a Deny or a condition that is gone, a boundary that changes or
    /// is gone.
    Broader,
    /// Something in it is known only at the deployment.
    CannotTell,
    /// Less is allowed than before.
    Narrower,
    /// Another statement allows or denies the same before and after.
    Same,
}

/// What kind of permission a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// What a role, user, group or managed policy may do.
    Permission,
    /// Who may assume a role.
    Trust,
    /// Who may use a queue, topic, bucket, key or function.
    ResourcePolicy,
    /// A managed policy that is attached to a role, user or group.
    ManagedPolicy,
    /// The permissions boundary of a role or user.
    Boundary,
    /// The path of a role, user, group or managed policy.
    Path,
    /// A policy, or a statement of one, that cannot be read before the deployment.
    Unresolved,
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grant {
    /// `"Effect": "Allow"`, and what has no effect of its own: an attached policy, a boundary, a path.
    Allow,
    /// `"Effect": "Deny"` of a statement.
    Deny,
}

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// Who may or may not.
    Principal,
    /// On what; of a boundary, a path and a managed policy, its name.
    Resource,
    /// Under which conditions, all of which must hold.
    Condition,
}

/// The value that the one differing field of a changed row had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FormerField {
    /// The field that differs between the templates.
    pub field: Field,
    /// What it was in the deployed template.
    pub texts: Vec<String>,
}

/// One row: every principal may do every action on every resource, under all conditions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PermissionChange {
    /// Whether more is allowed than before.
    pub reach: AccessChange,
    /// Whether it comes, goes or differs.
    pub sign: Sign,
    /// The logical ID of whose permission it is: a role, a queue, a function; its name where the template has no such
    /// resource.
    pub owner: String,
    /// What kind of permission it is.
    pub subject: Subject,
    /// Whether it allows or denies.
    pub grant: Grant,
    /// Who may, with its kind (`Service: lambda.amazonaws.com`); empty where that is the owner.
    pub principal: Vec<String>,
    /// The actions, as the template spells them.
    pub action: Vec<String>,
    /// The resources; empty where that is the owner.
    pub resource: Vec<String>,
    /// Conditions, all of which must hold: `StringEquals aws:SourceAccount 111122223333`.
    pub condition: Vec<String>,
    /// Of a changed row, what the field that differs was.
    pub before: Option<FormerField>,
}
