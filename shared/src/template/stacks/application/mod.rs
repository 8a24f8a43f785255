//! `application.template.json`: one application that starts automatically, with its stream and its table.

pub(crate) mod chain;
pub mod environments;
pub(crate) mod job;
pub(crate) mod observability;
pub(crate) mod parameters;
pub(crate) mod property_check;
pub(crate) mod streaming;
pub(crate) mod two_applications;

#[cfg(test)]
pub(crate) mod cdk_reference;

use crate::contract::StackTemplate;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::resource::DeletionPolicy;
use parameters::ApplicationSettings;
use streaming::StreamingApplication;

/// The template.
///
/// # Errors
/// A mistake in this file.
pub fn application() -> Result<Template, Problem> {
    with(DeletionPolicy::Delete)
}

/// The same, whose application stays when the stack goes: with its snapshots, its data, its role and its log.
///
/// A second template and no parameter: CloudFormation takes no parameter in a DeletionPolicy, unless a macro
/// (`AWS::LanguageExtensions`) processes the template first, and then every deployment needs CAPABILITY_AUTO_EXPAND.
///
/// # Errors
/// A mistake in this file.
pub fn application_retained() -> Result<Template, Problem> {
    let mut template = with(DeletionPolicy::RetainExceptOnCreate)?;
    let retained = "The application, its stream, its table, its role and its log stay when this stack goes.";
    template.output("Retained", retained, &"true".into());
    Ok(template)
}

fn with(policy: DeletionPolicy) -> Result<Template, Problem> {
    let mut template = Template::described(
        "A Flink application that starts automatically: Kinesis stream, DynamoDB table, and Managed Service for Apache \
         Flink between them. Needs the stacks of access.template.json and handlers.template.json.",
    )
    .identified_as(StackTemplate::Application);
    let settings = ApplicationSettings::from_parameters(&mut template)?;
    StreamingApplication::named("", &settings).deletion_policy(policy).add_to(&mut template)?;
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AutoStart, AutoStartAttributes, UpdateGuard, read};
    use crate::flink::Restore;
    use crate::lifecycle::OnDelete;
    use crate::template::cloudformation::references::{Reference, references};
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use serde_json::{Value as Json, json};
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn resolved(given: &[(&str, &str)]) -> ResolvedTemplate {
        let given: Vec<_> = [("JarKey", "job.jar")].into_iter().chain(given.iter().copied()).collect();
        ResolvedTemplate::with(&application().unwrap(), &given).named()
    }

    /// What UpdateApplication, the logging option and the property groups send.
    fn sent(stack: &ResolvedTemplate) -> Json {
        let mut application = stack.properties("Application");
        application.as_object_mut().unwrap().remove("Tags");
        json!([application, stack.properties("LoggingOption"), stack.properties("PropertyGroups")["PropertyGroups"]])
    }

    fn digest(stack: &ResolvedTemplate) -> Json {
        let digest = stack.properties("AutoStart")["ConfigurationDigest"].clone();
        assert_eq!(digest, stack.properties("PropertyGroups")["ConfigurationDigest"]);
        assert_eq!(digest, stack.properties("UpdateGuard")["ConfigurationDigest"]);
        digest
    }

    #[test]
    fn the_digest_changes_with_a_parameter_exactly_when_the_application_is_sent_something_else() {
        let reaching = |chosen: &[(&str, &str)]| {
            let before = resolved(chosen);
            let mut reaching = Vec::new();
            for parameter in before.parameters.keys() {
                let changed: Vec<_> = chosen.iter().copied().chain([(parameter.as_str(), "other-1")]).collect();
                let after = resolved(&changed);
                assert_eq!(sent(&before) == sent(&after), digest(&before) == digest(&after), "{parameter}");
                if sent(&before) != sent(&after) {
                    reaching.push(parameter.clone());
                }
            }
            reaching
        };
        let always = ["ApplicationName", "JarKey", "RollbackEnabled", "RuntimeEnvironment"];
        assert_eq!(reaching(&[]), [always.as_slice(), &["StreamName", "TableName"]].concat());
        let in_vpc = reaching(&[("SubnetIds", "subnet-0a1"), ("SecurityGroupIds", "sg-0a1")]);
        assert_eq!(in_vpc, [always.as_slice(), &["SecurityGroupIds", "StreamName", "SubnetIds", "TableName"]].concat());
    }

    #[test]
    fn what_stays_is_the_application_with_all_that_it_needs_and_nothing_else_changes() {
        let text = |template: Result<Template, Problem>| -> Json {
            serde_json::from_str(&template.unwrap().render().unwrap()).unwrap()
        };
        let (goes, mut stays) = (text(application()), text(application_retained()));
        let mut retained = BTreeSet::new();
        for (id, resource) in stays["Resources"].as_object_mut().unwrap() {
            if resource["DeletionPolicy"] == "RetainExceptOnCreate" {
                assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
                resource["DeletionPolicy"] = json!("Delete");
                resource["UpdateReplacePolicy"] = json!("Delete");
                retained.insert(id.clone());
            }
        }
        let expected = [
            "Application",
            "ApplicationRole",
            "FeatureTable",
            "LogGroup",
            "LogStream",
            "LoggingOption",
            "SourceStream",
        ];
        assert_eq!(retained, expected.map(str::to_owned).into());
        stays["Outputs"].as_object_mut().unwrap().remove("Retained").unwrap();
        assert_eq!(stays, goes);
    }

    #[test]
    fn the_handlers_come_after_the_logging_option_in_one_order() {
        let stack = resolved(&[]);
        let resources = &stack.template["Resources"];
        assert_eq!(resources["LoggingOption"]["Properties"]["ApplicationName"], json!({"Ref": "Application"}));
        assert_eq!(resources["PropertyGroups"]["DependsOn"], json!(["LoggingOption"]));
        assert_eq!(resources["AutoStart"]["DependsOn"], json!(["PropertyGroups"]));
    }

    #[test]
    fn the_guard_comes_before_the_application_and_after_everything_else_that_the_application_waits_for() {
        let stack = resolved(&[]);
        let resources = &stack.template["Resources"];
        assert_eq!(resources["Application"]["DependsOn"], json!(["UpdateGuard"]));
        let waits_for = |id: &str| -> BTreeSet<String> {
            let all = references(&resources[id]["Properties"]);
            let targets = all.iter().filter(|one| !one.is_pseudo()).filter_map(|one| one.target());
            targets.filter(|target| resources.get(target).is_some()).map(str::to_owned).collect()
        };
        let (guard, application) = (waits_for("UpdateGuard"), waits_for("Application"));
        assert!(!application.is_empty() && application.is_subset(&guard), "{application:?} and {guard:?}");
        assert!(!guard.contains("Application"));
        assert_eq!(stack.properties("UpdateGuard")["ApplicationLogicalId"], "Application");
    }

    #[test]
    fn the_guard_reads_what_the_template_writes() {
        let guard: UpdateGuard = read(&resolved(&[]).properties("UpdateGuard")).unwrap();
        let found = [&guard.mode, &guard.on_snapshot_failure, &guard.max_replay_hours].map(Option::as_deref);
        assert_eq!(found, [Some("Probe"), Some("ForceStop"), Some("20")]);
    }

    #[test]
    fn the_job_reads_the_names_of_the_stream_and_the_table_from_one_source() {
        let stack = resolved(&[("StreamName", "flink-orders"), ("TableName", "flink-features")]);
        let injected = stack.properties("PropertyGroups")["PropertyGroups"].clone();
        let created = stack.properties("Application");
        let created = &created["ApplicationConfiguration"]["EnvironmentProperties"]["PropertyGroups"];
        let map = json!({"stream.name": "flink-orders", "table.name": "flink-features", "aws.region": "eu-west-1"});
        assert_eq!(injected, json!([{"PropertyGroupId": "FlinkApplicationProperties", "PropertyMap": map}]));
        assert_eq!(&injected, created);
    }

    #[test]
    fn the_handler_reads_what_the_template_writes() {
        let auto_start: AutoStart = read(&resolved(&[]).properties("AutoStart")).unwrap();
        assert_eq!(auto_start.common.application_name.as_deref(), Some("flink-test"));
        assert_eq!(auto_start.stabilize(), Ok(Duration::from_mins(1)));
        assert_eq!(auto_start.on_delete(), Ok(OnDelete::Stop));
        assert_eq!(auto_start.run_configuration.unwrap().restore(), Ok((Restore::Latest, false)));
        let named = [("RestoreType", "RESTORE_FROM_CUSTOM_SNAPSHOT"), ("SnapshotName", "before-friday")];
        let auto_start: AutoStart = read(&resolved(&named).properties("AutoStart")).unwrap();
        let restore = Restore::Custom("before-friday".to_owned());
        assert_eq!(auto_start.run_configuration.unwrap().restore(), Ok((restore, false)));
    }

    #[test]
    fn every_attribute_that_is_read_is_one_that_the_handler_answers() {
        let attributes = serde_json::to_value(AutoStartAttributes::default()).unwrap();
        let text = application().unwrap().render().unwrap();
        let stack: Json = serde_json::from_str(&text).unwrap();
        let all = references(&stack["Outputs"]);
        let attribute = |one: &Reference<'_>| one.expression()["Fn::GetAtt"][1].as_str().map(str::to_owned);
        let read: Vec<String> = all.iter().filter_map(attribute).collect();
        assert_eq!(read.len(), 2);
        assert!(read.iter().all(|name| attributes.get(name).is_some()), "{read:?}");
    }
}
