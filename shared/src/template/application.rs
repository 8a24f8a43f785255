//! `application.template.json`: a Kinesis stream in, a DynamoDB table out, a Flink application that starts by itself.
//!
//! The order after the application is forced: adding the logging option updates the application, writing the property groups
//! updates it again, and what starts it comes last. Both handlers carry the digest, so that a change of anything that the
//! application is sent calls them.

use serde_json::json;

use super::arn;
use super::deployment::{LOG_GROUP_PREFIX, ROLE_PATH};
use super::digest::configuration_digest;
use super::document::Template;
use super::dynamodb::Table;
use super::flink::Application;
use super::iam::{Role, Statement};
use super::kinesis::Stream;
use super::logs::{LogGroup, RETENTION_DAYS};
use super::parameter::ParameterOf;
use super::problem::Problem;
use super::property_groups;
use super::resource::{Handle, Parameter, Resource};
use super::s3::Object;
use super::value::{Value, pseudo};
use crate::contract::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, ApplicationRestoreConfiguration, AutoStart, FlinkRunConfiguration,
    Function, PropertyGroup, PropertyGroups, RunConfiguration, SNAPSHOT_HOURS,
};
use crate::lifecycle::RestoreType;

/// Hours that the stream keeps records: what a restart can replay.
const RETENTION_HOURS: u32 = 24;
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

    // The one source of what the job reads: the application is created with it, and the handler keeps it there.
    let groups = vec![PropertyGroup {
        property_group_id: "FlinkApplicationProperties".into(),
        property_map: [
            ("stream.name".to_owned(), stream.reference()),
            ("table.name".to_owned(), table.reference()),
            ("aws.region".to_owned(), pseudo::region()),
        ]
        .into(),
    }];
    property_groups::check(&groups)?;
    let property_groups = Value::of(&groups)?;

    let resource = Application {
        name: chosen.application_name.clone(),
        runtime: chosen.runtime.clone(),
        role: role.arn(),
        jar,
        property_groups: property_groups.clone(),
    }
    .resource();
    let configuration = resource.properties().clone();
    let application = template.add("Application", resource.tagged(SNAPSHOT_HOURS, "6").removed_with_the_stack())?;
    let option = application.log_to(&log.arn_in(&group));
    let sent = [configuration, option.properties().clone(), property_groups.into_json()];
    let digest = configuration_digest(&application, sent);
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

/// What a person chose.
struct Chosen {
    stream_name: Value,
    table_name: Value,
    application_name: Value,
    runtime: Value,
    jar_key: Value,
    log_retention: Handle<Parameter>,
    stabilize_seconds: Value,
    on_delete: Value,
    run_configuration: RunConfiguration<Value>,
}

impl Chosen {
    fn from_parameters(template: &mut Template) -> Result<Self, Problem> {
        let mut text = |id: &str, parameter: ParameterOf| template.parameter(id, parameter).map(|it| it.reference());
        let named = |what: &str, prefix: &str| {
            let description = format!("{what} It begins with {prefix} of the access stack.");
            ParameterOf::text(&description).default("flink-test").length(1, 128)
        };
        let name = ("^[a-zA-Z0-9_.-]+$", "letters, digits, _, . and -");
        let restore_types = [RestoreType::Latest, RestoreType::Custom, RestoreType::Skip].map(RestoreType::as_str);
        let restore = "What a start restores. CUSTOM and SKIP apply to the one deployment that first carries them.";
        let snapshot = "The snapshot, with RESTORE_FROM_CUSTOM_SNAPSHOT only.";
        let dropped = "true: state of operators that the new code no longer has is dropped.";
        let delete = "What becomes of the running job when the stack is deleted.";
        let stabilize = "Seconds that the job must stay RUNNING before a snapshot proves it; 0 for no proof.";

        let stream_name = text("StreamName", named("The stream.", "DataNamePrefix").matching(name.0, name.1))?;
        let table_name =
            text("TableName", named("The table.", "DataNamePrefix").length(3, 255).matching(name.0, name.1))?;
        let application = named("The application.", "ApplicationNamePrefix").matching(name.0, name.1);
        let application_name = text("ApplicationName", application)?;
        let runtime = text(
            "RuntimeEnvironment",
            ParameterOf::text("FLINK-1_15, FLINK-1_18, FLINK-1_19, FLINK-1_20, or one that came after this template.")
                .default("FLINK-1_20")
                .matching("^FLINK-[0-9]+_[0-9]+$", "FLINK-, the major and the minor version: FLINK-1_20"),
        )?;
        let jar = ParameterOf::text("The job's jar: a key in the artifact bucket. New code is a new key.");
        let jar_key = text("JarKey", jar.length(1, 1024))?;
        let stabilize_seconds = text("StabilizeSeconds", ParameterOf::number(stabilize).default(60).between(0, 3600))?;
        let on_delete = ParameterOf::text(delete).default("Leave").one_of(["Leave", "Stop", "ForceStop"]);
        let on_delete = text("OnDelete", on_delete)?;
        let restore_type = ParameterOf::text(restore).default(RestoreType::Latest.as_str()).one_of(restore_types);
        let restore_type = text("RestoreType", restore_type)?;
        let snapshot_name = text("SnapshotName", ParameterOf::text(snapshot).default(""))?;
        let allow = ParameterOf::text(dropped).default("false").one_of(["true", "false"]);
        let allow = text("AllowNonRestoredState", allow)?;
        let retention =
            ParameterOf::number("How many days the job's logs are kept.").default(30).one_of(RETENTION_DAYS);
        let log_retention = template.parameter("LogRetentionDays", retention)?;
        let no_snapshot = template.condition_equals("NoSnapshotIsNamed", &snapshot_name, "")?;

        let run_configuration = RunConfiguration {
            application_restore_configuration: Some(ApplicationRestoreConfiguration {
                application_restore_type: restore_type,
                snapshot_name: Some(no_snapshot.choose(&pseudo::no_value(), &snapshot_name)),
            }),
            flink_run_configuration: Some(FlinkRunConfiguration { allow_non_restored_state: Some(allow) }),
        };
        Ok(Self {
            stream_name,
            table_name,
            application_name,
            runtime,
            jar_key,
            log_retention,
            stabilize_seconds,
            on_delete,
            run_configuration,
        })
    }
}
