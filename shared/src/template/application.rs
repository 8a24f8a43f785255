//! `application.template.json`: a Kinesis stream in, a DynamoDB table out, a Flink application that starts by itself.
//!
//! Before the application comes its guard, after everything else that it waits for. The order after it is forced: adding the logging option updates the application, writing the property groups
//! updates it again, and what starts it comes last. All three handlers carry the digest, so that a change of anything that the
//! application is sent calls them.

use serde_json::json;

use super::arn;
use super::chosen::Chosen;
use super::deployment::{LOG_GROUP_PREFIX, ROLE_PATH};
use super::digest::configuration_digest;
use super::document::Template;
use super::dynamodb::Table;
use super::flink::Application;
use super::iam::{Role, Statement};
use super::job::Job;
use super::kinesis::Stream;
use super::logs::LogGroup;
use super::problem::Problem;
use super::property_groups;
use super::resource::{Handle, Resource};
use super::s3::Object;
use super::value::{Value, pseudo};
use crate::contract::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, AutoStart, Function, PropertyGroups, SNAPSHOT_HOURS, UpdateGuard,
};

/// Hours that the stream keeps records: what a restart can replay.
const RETENTION_HOURS: u32 = 24;
/// Hours of them that a force-stop may have read again: the rest is what a recovery takes.
const MAX_REPLAY_HOURS: u32 = RETENTION_HOURS - 4;
/// The application's logical ID: its guard comes first and cannot refer to it.
const APPLICATION: &str = "Application";
/// As long as CloudFormation waits: the handlers hand over to themselves until then.
const SERVICE_TIMEOUT: &str = "3600";

/// The template.
///
/// # Errors
/// A mistake in this file.
pub fn application() -> Result<Template, Problem> {
    let mut template = Template::described(
        "A Flink application that starts by itself: Kinesis stream, DynamoDB table, and Managed Service for Apache Flink \
         between them. Needs the stacks of access.template.json and handlers.template.json.",
    );
    let chosen = Chosen::from_parameters(&mut template)?;
    let is = |region: &str| json!({"Fn::Equals": [pseudo::region(), region]});
    let china = json!({"Fn::Or": [is("cn-north-1"), is("cn-northwest-1")]});
    let unencrypted = template.condition("KinesisIsUnencrypted", china)?;

    let stream = Stream::on_demand(&chosen.stream_name, RETENTION_HOURS, &unencrypted).removed_with_the_stack();
    let stream = template.add("SourceStream", stream)?;
    let table = Table::pay_per_request(&chosen.table_name, "key", "featureName", "ttl").removed_with_the_stack();
    let table = template.add("FeatureTable", table)?;

    let group_name = Value::concat([LOG_GROUP_PREFIX.into(), chosen.application_name.clone()]);
    let group = LogGroup::named(&group_name, &chosen.log_retention).removed_with_the_stack();
    let group = template.add("LogGroup", group)?;
    let log = template.add("LogStream", group.stream().removed_with_the_stack())?;

    let jar = Object { bucket: Value::import(ACCESS_BUCKET_EXPORT), key: chosen.jar_key.clone() };
    let mut role = Role::assumed_by("kinesisanalytics.amazonaws.com", "Of a Flink application.")
        .under(ROLE_PATH)
        .bounded_by(Value::import(ACCESS_BOUNDARY_EXPORT));
    table.grant_write(&mut role);
    stream.grant_read(&mut role);
    role.grant(Statement::allow(["cloudwatch:PutMetricData"]).on(["*".into()]));
    jar.grant_read_bucket(&mut role);
    log.grant_write_from_flink(&group, &mut role);
    let role = template.add("ApplicationRole", role)?;

    // The application is created with them, and the handler keeps them there.
    let groups = Job { stream: stream.reference(), table: table.reference(), region: pseudo::region() }.groups();
    property_groups::check(&groups)?;
    let property_groups = Value::of(&groups)?;

    let resource = Application {
        name: chosen.application_name.clone(),
        runtime: chosen.runtime.clone(),
        role: role.arn(),
        jar,
        rollback_enabled: chosen.rollback_enabled.clone(),
        property_groups: property_groups.clone(),
    }
    .resource();
    let configuration = resource.properties().clone();
    let application = Handle::named(APPLICATION);
    let option = application.log_to(&log.arn_in(&group));
    let sent = [configuration, option.properties().clone(), property_groups.into_json()];
    let digest = configuration_digest(&application, sent);

    // It refers to everything that the digest does, and so comes after whatever the application waits for.
    let guard = UpdateGuard {
        service_timeout: Some(SERVICE_TIMEOUT.into()),
        application_logical_id: Some(APPLICATION.into()),
        configuration_digest: Some(digest.clone()),
        mode: Some(chosen.guard_mode),
        on_snapshot_failure: Some(chosen.on_snapshot_failure),
        max_replay_hours: Some(MAX_REPLAY_HOURS.to_string().as_str().into()),
        run_configuration: Some(chosen.run_configuration.clone()),
        ..UpdateGuard::of(Value::import(&Function::UpdateGuard.arn_export()))
    };
    let guard = Resource::<UpdateGuard>::of(UpdateGuard::<Value>::TYPE, Value::of(&guard)?.into_json());
    let guard = template.add("UpdateGuard", guard)?;

    let resource = resource.tagged(SNAPSHOT_HOURS, "6").removed_with_the_stack().after(&guard);
    let application = template.add(APPLICATION, resource)?;
    let option = template.add("LoggingOption", option)?;

    let injected = PropertyGroups {
        service_timeout: Some(SERVICE_TIMEOUT.into()),
        application_name: Some(application.reference()),
        configuration_digest: Some(digest.clone()),
        ..PropertyGroups::of(Value::import(&Function::PropertyGroups.arn_export()), groups)
    };
    let injected = Resource::<PropertyGroups>::of(PropertyGroups::<Value>::TYPE, Value::of(&injected)?.into_json());
    let injected = template.add("PropertyGroups", injected.after(&option))?;

    let started = AutoStart {
        service_timeout: Some(SERVICE_TIMEOUT.into()),
        application_name: Some(application.reference()),
        configuration_digest: Some(digest),
        run_configuration: Some(chosen.run_configuration),
        stabilize_seconds: Some(chosen.stabilize_seconds),
        on_delete: Some(chosen.on_delete),
        ..AutoStart::of(Value::import(&Function::AutoStart.arn_export()))
    };
    let started = Resource::<AutoStart>::of(AutoStart::<Value>::TYPE, Value::of(&started)?.into_json());
    let started = template.add("AutoStart", started.after(&injected))?;

    let application_arn = arn::regional("kinesisanalytics", ["application/".into(), application.reference()]);
    template.output("ApplicationName", "The Flink application.", &application.reference());
    template.output("ApplicationArn", "Its ARN.", &application_arn);
    template.output("ApplicationVersionId", "The version that runs.", &started.get_att("ApplicationVersionId"));
    template.output(
        "RestoredSnapshot",
        "What it was last started from; empty for none.",
        &started.get_att("RestoredSnapshot"),
    );
    template.output("StreamName", "Where records go in.", &stream.reference());
    template.output("TableName", "Where features come out.", &table.reference());
    template.output("LogGroupName", "Where the job's lines are.", &group.reference());
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::super::resolved::Resolved;
    use super::*;
    use crate::contract::{AutoStartAttributes, read};
    use crate::lifecycle::{OnDelete, Restore};
    use serde_json::Value as Json;
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn resolved(given: &[(&str, &str)]) -> Resolved {
        let given: Vec<_> = [("JarKey", "job.jar")].into_iter().chain(given.iter().copied()).collect();
        Resolved::with(&application().unwrap(), &given).named()
    }

    /// What UpdateApplication, the logging option and the property groups send.
    fn sent(stack: &Resolved) -> Json {
        let mut application = stack.properties("Application");
        application.as_object_mut().unwrap().remove("Tags");
        json!([application, stack.properties("LoggingOption"), stack.properties("PropertyGroups")["PropertyGroups"]])
    }

    fn digest(stack: &Resolved) -> Json {
        let digest = stack.properties("AutoStart")["ConfigurationDigest"].clone();
        assert_eq!(digest, stack.properties("PropertyGroups")["ConfigurationDigest"]);
        assert_eq!(digest, stack.properties("UpdateGuard")["ConfigurationDigest"]);
        digest
    }

    #[test]
    fn the_digest_changes_with_a_parameter_exactly_when_the_application_is_sent_something_else() {
        let before = resolved(&[]);
        let mut reaching = Vec::new();
        for parameter in before.parameters.keys() {
            let after = resolved(&[(parameter, "other-1")]);
            assert_eq!(sent(&before) == sent(&after), digest(&before) == digest(&after), "{parameter}");
            if sent(&before) != sent(&after) {
                reaching.push(parameter.as_str());
            }
        }
        assert_eq!(
            reaching,
            ["ApplicationName", "JarKey", "RollbackEnabled", "RuntimeEnvironment", "StreamName", "TableName"]
        );
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
            let references = super::super::references::references(&resources[id]["Properties"]);
            let targets =
                references.into_iter().filter(|reference| !reference.is_pseudo()).filter_map(|one| one.target);
            targets.filter(|target| resources.get(target).is_some()).collect()
        };
        let (guard, application) = (waits_for("UpdateGuard"), waits_for("Application"));
        assert!(!application.is_empty() && application.is_subset(&guard), "{application:?} and {guard:?}");
        assert!(!guard.contains("Application"));
        assert_eq!(stack.properties("UpdateGuard")["ApplicationLogicalId"], "Application");
    }

    #[test]
    fn the_guard_reads_what_the_template_writes() {
        let guard: UpdateGuard = read(&resolved(&[]).properties("UpdateGuard")).unwrap();
        let told = [&guard.mode, &guard.on_snapshot_failure, &guard.max_replay_hours].map(Option::as_deref);
        assert_eq!(told, [Some("Stop"), Some("ForceStop"), Some("20")]);
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
        assert_eq!(auto_start.application_name.as_deref(), Some("flink-test"));
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
        let read = super::super::references::references(&stack["Outputs"]);
        let read: Vec<&str> = read.iter().filter_map(|one| one.expression["Fn::GetAtt"][1].as_str()).collect();
        assert_eq!(read.len(), 2);
        assert!(read.iter().all(|name| attributes.get(name).is_some()), "{read:?}");
    }
}
