//! The CloudFormation generator: three templates as values, and what they are written with.
//!
//! [`access`], [`handlers`] and [`application`] read from top to bottom like the stacks they make. A resource that is added
//! returns the [`Handle`] that references to it need, grants read as in CDK, and names that functions read come from
//! [`contract`](crate::contract). What AWS offers beyond that goes through [`Resource::of`] and [`Resource::property`].
//!
//! What it refuses to know: files, accounts, and what is deployed. The same source makes the same bytes.

mod access;
mod application;
pub mod arn;
mod boundary;
pub mod cloudwatch;
mod deployment;
mod digest;
mod document;
pub mod dynamodb;
pub mod events;
pub mod flink;
mod handlers;
pub mod iam;
pub mod kinesis;
pub mod lambda;
pub mod logs;
pub mod messages;
mod parameter;
mod problem;
mod property_groups;
mod references;
mod resource;
pub mod s3;
mod value;


pub use access::access;
pub use application::application;
pub use digest::configuration_digest;
pub use document::{Condition, Template};
pub use handlers::{DEPLOYED, handlers};
pub use parameter::ParameterOf;
pub use problem::Problem;
pub use property_groups::check as check_property_groups;
pub use resource::{Any, Handle, Parameter, Resource};
pub use value::{Value, pseudo};

/// The three templates, by file name, in the order of deployment.
///
/// # Errors
/// A mistake in one of them.
pub fn synthesize() -> Result<[(&'static str, String); 3], Problem> {
    Ok([
        ("access.template.json", access()?.render()?),
        ("handlers.template.json", handlers()?.render()?),
        ("application.template.json", application()?.render()?),
    ])
}
