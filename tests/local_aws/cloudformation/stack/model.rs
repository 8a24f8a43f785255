//! What CloudFormation remembers of a stack. It refuses to know how a stack gets from one status to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use super::status::Status;
use crate::api::Caller;
use crate::cloudformation::template::Template;

/// One resource of a stack, as it was last made or tried.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The name in the template.
    pub logical_id: String,
    /// `AWS::Kinesis::Stream`.
    pub kind: String,
    /// What Ref gives. Absent until it is known.
    pub physical_id: Option<String>,
    /// Resolved, as last sent.
    pub properties: Value,
    /// What Fn::GetAtt gives.
    pub attributes: Map<String, Value>,
    /// The tags that CloudFormation gave it: template, stack and system.
    pub tags: BTreeMap<String, String>,
    /// The newest row's status.
    pub status: Status,
    /// The newest row's reason.
    pub reason: String,
    /// The newest row's time.
    pub time: f64,
}

/// A physical resource that the cleanup phase deletes (semantics C.1).
#[derive(Debug, Clone)]
pub struct Doomed {
    /// As it stood before it was replaced or removed.
    pub resource: Resource,
    /// From DeletionPolicy or UpdateReplacePolicy.
    pub is_retained: bool,
}

/// What an update goes back to when it fails.
#[derive(Debug, Clone)]
pub struct Before {
    /// The template before the update.
    pub template: Template,
    /// The same as text.
    pub body: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Those of them that were fetched from Parameter Store.
    pub fetched: BTreeMap<String, Value>,
    /// Its stack tags.
    pub tags: BTreeMap<String, String>,
    /// Its resources as they were.
    pub resources: BTreeMap<String, Resource>,
    /// Those that the update began to change. A rollback looks at no other (semantics C.3).
    pub touched: BTreeSet<String>,
}

/// A row of DescribeStackEvents.
#[derive(Debug, Clone)]
pub struct StackEvent {
    /// A UUID on the stack's own rows, else `<LogicalId>-<STATUS>-<time>`.
    pub id: String,
    /// The stack's name on its own rows.
    pub logical_id: String,
    /// The stack's ID on its own rows.
    pub physical_id: String,
    /// `AWS::CloudFormation::Stack` on the stack's own rows.
    pub kind: String,
    /// What it became.
    pub status: Status,
    /// Why; may be empty.
    pub reason: String,
    /// When.
    pub time: f64,
    /// Resolved properties as JSON text.
    pub properties: Option<String>,
    /// The operation's ClientRequestToken.
    pub token: Option<String>,
}

/// An output, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name in the template.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its description.
    pub description: Option<String>,
    /// The name under which other stacks import it.
    pub export: Option<String>,
}

/// A stack, from its first status to DELETE_COMPLETE.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the newest operation")]
pub struct Stack {
    /// `arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// The template in force, or being tried.
    pub template: Template,
    /// The same as it was sent.
    pub body: String,
    /// Resolved parameters.
    pub parameters: BTreeMap<String, Value>,
    /// The values of those that name a parameter in Parameter Store.
    pub fetched: BTreeMap<String, Value>,
    /// Stack-level tags.
    pub tags: BTreeMap<String, String>,
    /// Remembered for all later operations (semantics C.2).
    pub role_arn: Option<String>,
    /// Whose credentials act where there is no role.
    pub caller: Caller,
    /// The operation's ClientRequestToken.
    pub token: Option<String>,
    /// What the template was allowed to make.
    pub capabilities: Vec<String>,
    /// A failed operation stays where it failed.
    pub disable_rollback: bool,
    /// The newest operation completes a resource when its configuration call returned (`SEMANTICS.md` H.2).
    pub is_express: bool,
    /// The nested stack's parent, by ID.
    pub parent_id: Option<String>,
    /// The topmost stack, by ID.
    pub root_id: Option<String>,
    /// When it was created.
    pub created: f64,
    /// When it was last updated.
    pub updated: Option<f64>,
    /// By logical ID.
    pub resources: BTreeMap<String, Resource>,
    /// Resolved at the end of the last good operation.
    pub outputs: Vec<Output>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    /// While an update can still be rolled back.
    pub before: Option<Before>,
    /// What the cleanup phase deletes.
    pub doomed: Vec<Doomed>,
    /// Names of the exports that this stack imports.
    pub imports: BTreeSet<String>,
    /// CancelUpdateStack was called, or a nested stack's parent gave it up.
    pub is_cancelled: bool,
    /// The newest operation is ContinueUpdateRollback, this stack's or its root's.
    pub is_continued: bool,
    /// In a nested stack: what its root's ContinueUpdateRollback skips here.
    pub skipped: BTreeSet<String>,
}

impl Stack {
    /// Whether an operation of it ever ended well.
    #[must_use]
    pub fn was_complete(&self) -> bool {
        let complete = [Status::CreateComplete, Status::UpdateComplete, Status::UpdateRollbackComplete];
        self.events.iter().any(|row| row.physical_id == self.id && complete.contains(&row.status))
    }

    /// Who acts for this stack: its service role, else the caller of the operation (semantics C.2).
    #[must_use]
    pub fn actor(&self) -> Caller {
        let role = |arn: &String| Caller::Role(arn.rsplit('/').next().unwrap_or_default().to_owned());
        self.role_arn.as_ref().map_or_else(|| self.caller.clone(), role)
    }
}
