//! What two programs must agree on: the template that writes a name and the function that reads it use the same item.
//!
//! A contract is generic over what a leaf is. The template writes `AutoStart<Value>` (a literal or an intrinsic), the
//! handler reads `AutoStart` (strings, since CloudFormation turns every scalar into one). A property that the handler
//! reads can be written:
//!
//! ```
//! use shared::contract::{AutoStart, Common};
//! let properties = AutoStart { stabilize_seconds: Some("60"), ..AutoStart::of(Common::of("service-token")) };
//! ```
//!
//! One that it does not read cannot; this differs in one letter:
//!
//! ```compile_fail,E0560
//! use shared::contract::{AutoStart, Common};
//! let properties = AutoStart { stabilise_seconds: Some("60"), ..AutoStart::of(Common::of("service-token")) };
//! ```

mod application;
mod auto_start;
#[cfg(test)]
mod examples;
mod functions;
mod incident_report;
pub mod metric;
mod origin;
mod permissions;
mod property_groups;
mod resource;
mod settings;
mod tags;
mod trigger;
mod update_guard;

pub use application::{ApplicationRestoreConfiguration, FlinkRunConfiguration, RunConfiguration};
pub use auto_start::{AutoStart, AutoStartAttributes};
pub use functions::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, ACCESS_QUEUE_EXPORT, ACCESS_TOPIC_EXPORT, Function,
    MAX_INVOKED_BY_A_SWEEP, UNSTICKER_CONCURRENCY, UNSTICKER_CONCURRENCY_PARAMETER,
};
pub use incident_report::{ActionTaken, ApplicationReport, Notify, Outcome, Report};
pub use origin::{StackTemplate, TEMPLATE_METADATA, VERSION, VERSION_METADATA, VERSION_TAG, VERSION_VARIABLE};
pub use permissions::permissions;
pub use property_groups::limits::{Leaf, MAX_ID_LENGTH, MAX_PROPERTY_LENGTH};
pub use property_groups::secrets::looks_like_a_secret;
pub use property_groups::{PropertyGroups, PropertyGroupsAttributes, property_values};
pub use resource::common::{ApplicationRef, Common};
pub use resource::decode::read;
pub(crate) use resource::decode::whole;
pub use resource::intent::{Intent, intent};
pub use resource::ownership::{Requester, Writer};
pub use resource::served::refusing;
pub use resource::success_reason::{is_trouble, success_reason};
pub use resource::unreadable::Unreadable;
pub use resource::{CustomResource, Facts, KeptGroups, NoGoal};
pub use settings::{CONTINUE_WITH_OWN_ROLE, Environment, Variable};
pub use tags::{HANDLERS_ALLOW, MAX_REPLAY_HOURS, SNAPSHOT_HOURS, STACK_ID, UNSTICK, UNSTICK_RESTART};
pub use trigger::{Invocation, pattern};
pub use update_guard::{UpdateGuard, UpdateGuardAttributes};
