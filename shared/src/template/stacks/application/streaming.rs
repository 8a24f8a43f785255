//! The whole of one application: a Kinesis stream in, a DynamoDB table out, and a Flink application between them that
//! starts automatically.

use super::chain::{SelfStarting, StartedApplication};
use super::job::JobNames;
use super::observability::MonitoredApplication;
use super::parameters::{ApplicationParameters, ApplicationSettings};
use crate::contract::{ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, SNAPSHOT_HOURS};
use crate::flink::PropertyGroup;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::resource::{DeletionPolicy, Handle};
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::arn;
use crate::template::resources::dynamodb::Table;
use crate::template::resources::flink::FlinkApplication;
use crate::template::resources::iam::{Role, Statement};
use crate::template::resources::kinesis::Stream;
use crate::template::resources::logs::LogGroup;
use crate::template::resources::s3::S3Object;
use crate::template::stacks::access::stack_role::{LOG_GROUP_PREFIX, ROLE_PATH};

/// Hours that the stream keeps records: what a restart can replay.
const RETENTION_HOURS: u32 = 24;
/// Hours of them that a force-stop may have read again: the rest is what a recovery takes.
const MAX_REPLAY_HOURS: u32 = RETENTION_HOURS - 4;

/// An application with everything around it, before it is added. Several fit into one stack, each under a name of its
/// own.
#[derive(Debug)]
pub struct StreamingApplication<'a> {
    name: String,
    settings: &'a ApplicationSettings,
    groups: fn(JobNames<Value>) -> Vec<PropertyGroup<Value>>,
    overrides: Vec<(String, Value)>,
    policy: DeletionPolicy,
}

/// What was added, for whatever else the stack has.
#[derive(Debug)]
pub struct Streaming {
    /// The stream that records come from.
    pub stream: Handle<Stream>,
    /// The table that results go to.
    pub table: Handle<Table>,
    /// What the job may do.
    pub role: Handle<Role>,
    /// The application and what starts it.
    pub started: StartedApplication,
}

impl<'a> StreamingApplication<'a> {
    /// Under this name, which begins its logical IDs and parameters: letters and digits. An only one needs none.
    #[must_use]
    pub fn named(name: &str, settings: &'a ApplicationSettings) -> Self {
        Self {
            name: name.to_owned(),
            settings,
            groups: JobNames::groups,
            overrides: Vec::new(),
            policy: DeletionPolicy::Delete,
        }
    }

    /// Whose job reads these property groups instead of [`JobNames::groups`].
    #[must_use]
    pub const fn reading(mut self, groups: fn(JobNames<Value>) -> Vec<PropertyGroup<Value>>) -> Self {
        self.groups = groups;
        self
    }

    /// With one property of `AWS::KinesisAnalyticsV2::Application` set over what stands there:
    /// `"ApplicationDescription"`. It is part of the digest, like all the others.
    #[must_use]
    pub fn property(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.overrides.push((path.to_owned(), value.into()));
        self
    }

    /// What becomes of the application, its snapshots, its data and what they need, when the stack goes.
    #[must_use]
    pub const fn deletion_policy(mut self, policy: DeletionPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Adds it.
    ///
    /// # Errors
    /// A name that is taken, property groups that the service would refuse, or a property whose path leads nowhere.
    pub fn add_to(self, template: &mut Template) -> Result<Streaming, Problem> {
        let (settings, policy) = (self.settings, self.policy);
        let mut scope = template.scope(&self.name);
        let chosen = ApplicationParameters::from_parameters(&mut scope)?;

        let encryption = Stream::encryption(&settings.key, &settings.unencrypted);
        let stream = Stream::on_demand(&chosen.stream, RETENTION_HOURS, &encryption);
        let stream = scope.add("SourceStream", stream.deletion_policy(policy))?;
        let table = Table::pay_per_request(&chosen.table, "key", "featureName", "ttl")
            .property("SSESpecification", Table::encryption(&settings.key))?;
        let table = scope.add("FeatureTable", table.deletion_policy(policy))?;

        let group_name = Value::concat([LOG_GROUP_PREFIX.into(), chosen.application.clone()]);
        let group =
            LogGroup::named(&group_name, &settings.log_retention).property("KmsKeyId", settings.key.or_nothing())?;
        let group = scope.add("LogGroup", group.deletion_policy(policy))?;
        let log = scope.add("LogStream", group.stream().deletion_policy(policy))?;

        let jar = S3Object { bucket: Value::import(ACCESS_BUCKET_EXPORT), key: chosen.jar_key };
        let mut role = Role::assumed_by("kinesisanalytics.amazonaws.com", "Of a Flink application.")
            .under(ROLE_PATH)
            .bounded_by(Value::import(ACCESS_BOUNDARY_EXPORT));
        table.grant_write(&mut role);
        stream.grant_read(&mut role);
        role.grant(Statement::allow(["cloudwatch:PutMetricData"]).on(["*".into()]));
        jar.grant_read_bucket(&mut role);
        log.grant_write_from_flink(&group, &mut role);
        settings.key.grant_encrypt_decrypt(&mut role);
        settings.network.grant_interfaces(&mut role);
        let role = scope.add("ApplicationRole", role.into_resource().deletion_policy(policy))?;

        // The application is created with them, and the handler keeps them there.
        let job = JobNames { stream: stream.reference(), table: table.reference(), region: pseudo::region() };
        let property_groups = (self.groups)(job);
        let application = FlinkApplication {
            name: chosen.application,
            runtime: settings.runtime.clone(),
            role: role.arn(),
            jar,
            rollback_enabled: settings.rollback_enabled.clone(),
            property_groups: Value::of(&property_groups)?,
        };
        let vpc = settings.network.configurations();
        let mut application = application.resource().property("ApplicationConfiguration.VpcConfigurations", vpc)?;
        for (path, value) in self.overrides {
            application = application.property(&path, value)?;
        }
        let started = SelfStarting {
            application: application.tagged(SNAPSHOT_HOURS, "6"),
            property_groups,
            log_stream_arn: log.arn_in(&group),
            run_configuration: chosen.run_configuration,
            max_replay_hours: MAX_REPLAY_HOURS,
            deletion_policy: policy,
            settings,
        }
        .add_to(&mut scope)?;

        let watched =
            MonitoredApplication { application: &started.application, stream: &stream, table: &table, group: &group };
        watched.add_to(&mut scope, &settings.observability)?;

        let name = started.application.reference();
        let application_arn = arn::regional("kinesisanalytics", ["application/".into(), name.clone()]);
        scope.output("ApplicationName", "The Flink application.", &name);
        scope.output("ApplicationArn", "Its ARN.", &application_arn);
        let version = started.auto_start.get_att("ApplicationVersionId");
        scope.output("ApplicationVersionId", "The version that runs.", &version);
        let restored = started.auto_start.get_att("RestoredSnapshot");
        scope.output("RestoredSnapshot", "What it was last started from; empty for none.", &restored);
        scope.output("StreamName", "Where records go in.", &stream.reference());
        scope.output("TableName", "Where features come out.", &table.reference());
        scope.output("LogGroupName", "Where the job's lines are.", &group.reference());
        Ok(Streaming { stream, table, role, started })
    }
}
