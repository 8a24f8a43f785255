//! The CloudFormation generator: three templates as values, and what they are written with.
//!
//! [`access`], [`handlers`] and [`application`] read from top to bottom like the stacks they make. A resource that is added
//! returns the [`Handle`] that references to it need, grants read as in CDK, and names that functions read come from
//! [`contract`](crate::contract). What AWS offers beyond that goes through [`Resource::of`] and [`Resource::property`].
//!
//! What it refuses to know: files, accounts, and what is deployed. The same source makes the same bytes.
//!
//! ```
//! use shared::template::{Resource, Template};
//! use serde_json::json;
//!
//! let mut template = Template::described("A queue and who may send to it.");
//! let queue = template.add("Queue", Resource::<()>::of("AWS::SQS::Queue", json!({})))?;
//! template.output("QueueArn", "Where to send.", &queue.arn());
//! assert!(template.render()?.contains("Fn::GetAtt"));
//! # Ok::<(), shared::template::Problem>(())
//! ```
//!
//! A reference to something that was never added cannot be written:
//!
//! ```compile_fail,E0624
//! let arn = shared::template::Value::attribute_of("Queeu", "Arn");
//! ```

mod access;
mod application;
pub mod arn;
mod boundary;
mod calls;
mod chosen;
pub mod cloudwatch;
mod deployment;
mod digest;
mod document;
pub mod dynamodb;
pub mod environment;
pub mod events;
pub mod flink;
mod function;
mod handlers;
pub mod iam;
mod job;
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

#[cfg(test)]
mod cdk_reference;
#[cfg(test)]
mod resolved;

pub use access::access;
pub use application::application;
pub use digest::configuration_digest;
pub use document::{Condition, Template};
pub use handlers::{DEPLOYED, handlers};
pub use job::Job;
pub use parameter::ParameterOf;
pub use problem::Problem;
pub use property_groups::{check as check_property_groups, warnings as property_group_warnings};
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

/// What is no mistake and may be one: sentences for whoever synthesizes.
#[must_use]
pub fn warnings() -> Vec<String> {
    let any = || Value::from("");
    property_groups::warnings(&Job { stream: any(), table: any(), region: any() }.groups())
}

#[cfg(test)]
mod tests {
    /// What CloudFormation takes in a request; more needs a bucket, and `access` is what makes the bucket.
    const MOST_BYTES: usize = 51_200;

    #[test]
    fn every_template_fits_into_a_request() {
        for (name, text) in super::synthesize().unwrap() {
            assert!(text.len() < MOST_BYTES, "{name} has {} bytes", text.len());
        }
    }

    #[test]
    fn every_synthesis_is_the_same_bytes() {
        assert_eq!(super::synthesize(), super::synthesize());
    }
}
