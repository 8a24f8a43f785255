//! The CloudFormation generator: four templates as values, and what they are written with.
//!
//! [`access`], [`functions`], [`handlers`] and [`application`] read from top to bottom like the stacks they make. A
//! resource that is added returns the [`Handle`] that references to it need, grants read as in CDK, and names that
//! functions read come from [`contract`](crate::contract). What AWS offers beyond that goes through [`Resource::of`],
//! [`Resource::property`] and [`StreamingApplication::property`].
//!
//! What it refuses to know: files, accounts, and what is deployed. The same source makes the same bytes.
//!
//! A whole stack, with two applications that start automatically, an alarm's topic and who may read the second one's
//! stream:
//!
//! ```
//! use serde_json::json;
//! use shared::template::resources::iam::Role;
//! use shared::template::{Any, ApplicationSettings, ParameterOf, Problem, Resource};
//! use shared::template::{StreamingApplication, Template, Test};
//!
//! fn stack() -> Result<String, Problem> {
//!     let mut template = Template::described("Orders and clicks.");
//!     let settings = ApplicationSettings::from_parameters(&mut template)?;
//!     let orders = StreamingApplication::named("Orders", &settings).add_to(&mut template)?;
//!     let kpus = "ApplicationConfiguration.FlinkApplicationConfiguration.ParallelismConfiguration.Parallelism";
//!     let clicks = StreamingApplication::named("Clicks", &settings).property(kpus, "4").add_to(&mut template)?;
//!
//!     let mail = template.parameter("Mail", ParameterOf::text("Who is notified.").default(""))?.reference();
//!     let notified = template.condition("SomeoneIsNotified", Test::given(&mail))?;
//!     let subscription = json!([{"Protocol": "email", "Endpoint": mail}]);
//!     let topic = Resource::<Any>::of("AWS::SNS::Topic", json!({"Subscription": subscription})).when(&notified);
//!     template.add("Topic", topic)?;
//!
//!     let mut reader = Role::assumed_by("lambda.amazonaws.com", "Reads clicks.");
//!     clicks.stream.grant_read(&mut reader);
//!     template.add("Reader", reader.into_resource().after(&orders.started.auto_start))?;
//!     template.render()
//! }
//! assert!(stack()?.contains("OrdersApplication"));
//! # Ok::<(), Problem>(())
//! ```
//!
//! A reference to something that was never added cannot be written, since only a handle makes one:
//!
//! ```
//! # use shared::template::{Any, Resource, Template};
//! let mut template = Template::described("A queue.");
//! let queue = template.add("Queue", Resource::<Any>::of("AWS::SQS::Queue", serde_json::json!({})))?;
//! let arn = queue.get_att("Arn");
//! # Ok::<(), shared::template::Problem>(())
//! ```
//!
//! ```compile_fail,E0624
//! let arn = shared::template::Value::attribute_of("Queeu", "Arn");
//! ```
//!
//! In hand-written JSON it can, and [`Template::render`] refuses it by name.

mod cloudformation;
mod construct_library;
pub mod resources;
mod stacks;

pub use cloudformation::condition::Test;
pub use cloudformation::digest::configuration_digest;
pub use cloudformation::document::Template;
pub use cloudformation::error::Problem;
pub use cloudformation::parameter::ParameterOf;
pub use cloudformation::picture::picture;
pub use cloudformation::resolve;
pub use cloudformation::resource::{Any, Condition, DeletionPolicy, Handle, Parameter, Resource};
pub use cloudformation::scope::Scope;
pub use cloudformation::value::{Value, pseudo};
pub use construct_library::construct_library;
pub use resources::vpc::Network;
pub use stacks::access::access;
pub use stacks::application::chain::{SelfStarting, StartedApplication};
pub use stacks::application::environments;
pub use stacks::application::job::JobNames;
pub use stacks::application::observability::Observability;
pub use stacks::application::parameters::ApplicationSettings;
pub use stacks::application::property_check::{check as check_property_groups, warnings as property_group_warnings};
pub use stacks::application::streaming::{Streaming, StreamingApplication};
pub use stacks::application::two_applications::two_applications;
pub use stacks::application::{application, application_retained};
pub use stacks::functions::functions;
pub use stacks::handlers::{DEPLOYED, handlers};
pub use stacks::name_prefixes::{MOST_PREFIXES, NamePrefixes};

/// The four templates, by file name, in the order of deployment; then the variant of the last whose application stays,
/// and the sample, in a folder of its own.
///
/// # Errors
/// A mistake in one of them.
pub fn synthesize() -> Result<[(&'static str, String); 6], Problem> {
    // One after the other: what one is made of is gone before the next is begun.
    let rendered = |template: Result<Template, Problem>| template?.render();
    Ok([
        ("access.template.json", rendered(access())?),
        ("functions.template.json", rendered(functions())?),
        ("handlers.template.json", rendered(handlers())?),
        ("application.template.json", rendered(application())?),
        ("application-retained.template.json", rendered(application_retained())?),
        ("samples/two-applications.template.json", rendered(two_applications())?),
    ])
}

/// What may be a mistake: sentences for the person who synthesizes.
#[must_use]
pub fn warnings() -> Vec<String> {
    let any = || Value::from("");
    stacks::application::property_check::warnings(&JobNames { stream: any(), table: any(), region: any() }.groups())
}

#[cfg(test)]
mod tests {
    /// What CloudFormation takes in a request; more needs a bucket, and `access` is what makes the bucket.
    const MOST_BYTES: usize = 51_200;
    /// What a build outside a tag adds to each version that a template names.
    const COMMIT: &str = "+0123456789ab.changed";
    /// Room for one more parameter, so that the next change is not the one that does not fit.
    const ROOM: usize = 700;

    #[test]
    fn every_template_fits_into_a_request_with_room_for_any_version() {
        for (name, text) in super::synthesize().unwrap() {
            let bytes = text.len() + text.matches(crate::contract::VERSION).count() * COMMIT.len();
            assert!(bytes + ROOM < MOST_BYTES, "{name} has {bytes} bytes");
        }
    }

    /// A StackSet with service-managed permissions takes neither a transform nor a nested stack.
    #[test]
    fn every_template_is_one_that_a_stack_set_takes() {
        for (name, text) in super::synthesize().unwrap() {
            let template: serde_json::Value = serde_json::from_str(&text).unwrap();
            for section in ["Transform", "Mappings"] {
                assert!(template.get(section).is_none(), "{name} has {section}");
            }
            for word in ["Fn::Transform", "AWS::CloudFormation::Stack", "AWS::Serverless"] {
                assert!(!text.contains(&format!("\"{word}")), "{name} has {word}");
            }
        }
    }

    /// Two stacks of an account and region cannot export the same name, and a set's stack is given no values by hand.
    #[test]
    fn every_export_is_one_templates_and_only_an_application_wants_a_value() {
        let mut exported = std::collections::BTreeSet::new();
        for (name, text) in &super::synthesize().unwrap()[..4] {
            let template: serde_json::Value = serde_json::from_str(text).unwrap();
            for output in template["Outputs"].as_object().unwrap().values() {
                if let Some(export) = output.get("Export") {
                    assert!(exported.insert(export.to_string()), "{name} exports {export}, as another does");
                }
            }
            let wanted =
                template["Parameters"].as_object().unwrap().iter().filter(|(_, one)| one.get("Default").is_none());
            let wanted: Vec<&str> = wanted.map(|(wanted, _)| wanted.as_str()).collect();
            assert_eq!(wanted, if *name == "application.template.json" { vec!["JarKey"] } else { vec![] }, "{name}");
            let takes_capabilities = text.contains("\"AWS::IAM::");
            assert_eq!(
                takes_capabilities,
                ["access.template.json", "application.template.json"].contains(name),
                "{name}"
            );
        }
        assert!(exported.len() > 10, "{exported:?}");
    }

    #[test]
    fn every_synthesis_is_the_same_bytes() {
        assert_eq!(super::synthesize(), super::synthesize());
    }
}
