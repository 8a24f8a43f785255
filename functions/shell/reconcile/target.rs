//! What a goal is about, and in whose name it is reached.

use shared::contract::property_values;
use shared::custom_resource::{Handover, Request};
use shared::flink::{Application, Mask};
use shared::lifecycle::Stack;
use shared::stack::StackStatus;
use shared::time::Timestamp;

/// What a goal is about.
#[derive(Debug, Clone)]
pub(crate) struct ReconcileTarget {
    /// The ARN of the stack whose operation the request belongs to.
    pub(crate) stack: String,
    /// The application's name; none for a goal about the stack alone.
    pub(crate) application: Option<String>,
    /// In whose name it happens.
    pub(crate) in_name_of: InNameOf,
    /// The stack, when it was looked at a moment ago: enough to plan with, never to change anything on.
    pub(crate) stack_seen: Option<Stack>,
}

/// In whose name something is changed: what makes it superseded.
#[derive(Debug, Clone)]
pub(crate) enum InNameOf {
    /// A custom-resource request, with the stack as it was first seen.
    Request {
        /// The request as CloudFormation sent it.
        request: Box<Request>,
        /// The stack as it was first seen.
        first: Handover,
    },
    /// A sweep; the stack's name is empty for an application of none.
    Sweep,
    /// An incident: a stack that does not come to rest without help.
    Incident {
        /// How often this project already continued the stack's rollback.
        continued: u32,
        /// What the stack was when it was assessed. In another status another caller was faster, another delivery
        /// perhaps.
        status: StackStatus,
        /// The application, when it was looked at as a whole a moment ago, and when that began.
        seen: Option<Box<(Application, Timestamp)>>,
    },
}

impl ReconcileTarget {
    /// What a request's property groups may not show in any text, and what it names anyway.
    pub(super) fn mask(&self) -> Mask {
        let mut mask = Mask::default();
        mask.name([self.stack.as_str()]);
        mask.name(self.stack.split('/').nth(1));
        mask.name(self.application.as_deref());
        if let InNameOf::Request { request, .. } = &self.in_name_of {
            for properties in [&request.properties, &request.old_properties] {
                mask.hide(property_values(properties));
            }
        }
        mask
    }
}
