//! What a person chooses for a stack of Flink applications, and what CloudFormation refuses before it begins.
//!
//! Once for each template; what differs between two applications of one stack is asked for by
//! [`ApplicationParameters`].

use super::observability::Observability;
use crate::contract::{ApplicationRestoreConfiguration, FlinkRunConfiguration, RunConfiguration};
use crate::flink::Restore;
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::{Handle, Parameter};
use crate::template::cloudformation::scope::Scope;
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::kms::KmsKey;
use crate::template::resources::logs::RETENTION_DAYS;
use crate::template::resources::vpc::{InVpc, Network};

/// What the job calls from a VPC.
const IN_VPC: InVpc =
    InVpc { whose: "the job", reaches: "it must reach Kinesis, DynamoDB, S3 and CloudWatch", condition: "JobIsInVpc" };

/// The parameters that all applications of a template share.
#[derive(Debug)]
pub struct ApplicationSettings {
    pub(in crate::template) runtime: Value,
    pub(in crate::template) log_retention: Handle<Parameter>,
    pub(in crate::template) stabilize_seconds: Value,
    pub(in crate::template) on_delete: Value,
    pub(in crate::template) guard_mode: Value,
    pub(in crate::template) on_snapshot_failure: Value,
    pub(in crate::template) rollback_enabled: Value,
    /// Where the service's own key does not encrypt streams.
    pub(in crate::template) unencrypted: Handle<Condition>,
    pub(in crate::template) key: KmsKey,
    pub(in crate::template) network: Network,
    pub(in crate::template) observability: Observability,
}

impl ApplicationSettings {
    /// Adds them.
    ///
    /// # Errors
    /// A name that is taken.
    pub fn from_parameters(template: &mut Template) -> Result<Self, Problem> {
        let delete = "What becomes of the running job when the stack is deleted.";
        let stabilize = "Seconds that the job must stay RUNNING before a snapshot proves it; 0 for no proof.";
        let mut text = |id: &str, parameter: ParameterOf| template.parameter(id, parameter).map(|it| it.reference());
        let runtime = text(
            "RuntimeEnvironment",
            ParameterOf::text(
                "What the jar is built for: FLINK-2_3, FLINK-2_2, FLINK-1_20, an older one, or one that came after this template.",
            )
            .default("FLINK-2_3")
            .matching("^FLINK-[0-9]+_[0-9]+$", "FLINK-, the major and the minor version: FLINK-2_3"),
        )?;
        let stabilize_seconds = text("StabilizeSeconds", ParameterOf::number(stabilize).default(60).between(0, 3600))?;
        // Not Leave: the logging option goes before the application, and taking it away is an update, which a looping
        // job refuses.
        let on_delete = ParameterOf::text(delete).default("Stop").one_of(["Leave", "Stop", "ForceStop"]);
        let on_delete = text("OnDelete", on_delete)?;
        let [guard_mode, on_snapshot_failure, rollback_enabled] = prevention(template)?;
        let retention =
            ParameterOf::number("How many days the job's logs are kept.").default(30).one_of(RETENTION_DAYS);
        let log_retention = template.parameter("LogRetentionDays", retention)?;
        let is = |region: &str| Test::equals(&pseudo::region(), region);
        let china = Test::any([is("cn-north-1"), is("cn-northwest-1")]);
        let unencrypted = template.condition("KinesisIsUnencrypted", china)?;
        let key = KmsKey::from_parameter(template, "streams, tables and logs")?;
        let network = Network::from_parameters(template, IN_VPC)?;
        let observability = Observability::from_parameters(template, &runtime)?;
        Ok(Self {
            runtime,
            log_retention,
            stabilize_seconds,
            on_delete,
            guard_mode,
            on_snapshot_failure,
            rollback_enabled,
            unencrypted,
            key,
            network,
            observability,
        })
    }
}

/// What keeps the stack from getting stuck.
fn prevention(template: &mut Template) -> Result<[Value; 3], Problem> {
    let guard = ParameterOf::text(
        "Before each update of the application: Probe that it can be snapshotted and leave it running, or Stop it with \
         its state kept.",
    );
    let guard = template.parameter("GuardMode", guard.default("Probe").one_of(["Probe", "Stop"]))?;
    let failure = ParameterOf::text(
        "When the job cannot be snapshotted before an update: ForceStop (what came after the newest snapshot is read \
         and written again), Fail the deployment before anything changed, or Continue.",
    );
    let failure = template
        .parameter("OnSnapshotFailure", failure.default("ForceStop").one_of(["ForceStop", "Fail", "Continue"]))?;
    let rollback = ParameterOf::text(
        "true lets the service roll an update back that its job does not start with; auto-start then fails the \
         deployment. Without a snapshot it has no effect.",
    );
    let rollback = template.parameter("RollbackEnabled", rollback.default("true").one_of(["true", "false"]))?;
    Ok([guard, failure, rollback].map(|chosen| chosen.reference()))
}

/// The parameters of one application: its names, its jar, and what its next start restores.
#[derive(Debug)]
pub(in crate::template) struct ApplicationParameters {
    pub(in crate::template) application: Value,
    pub(in crate::template) stream: Value,
    pub(in crate::template) table: Value,
    pub(in crate::template) jar_key: Value,
    pub(in crate::template) run_configuration: RunConfiguration<Value>,
}

impl ApplicationParameters {
    /// Adds the parameters of the job to a template.
    pub(in crate::template) fn from_parameters(scope: &mut Scope<'_>) -> Result<Self, Problem> {
        let default = scope.suffixed("flink-test");
        let mut text = |id: &str, parameter: ParameterOf| scope.parameter(id, parameter).map(|it| it.reference());
        let named = |what: &str, prefix: &str| {
            let description = format!("{what} It begins with a prefix of {prefix} of the access stack.");
            let parameter = ParameterOf::text(&description).default(default.as_str()).length(1, 128);
            parameter.matching("^[a-zA-Z0-9_.-]+$", "letters, digits, _, . and -")
        };
        let restore_types = [Restore::LATEST, Restore::CUSTOM, Restore::SKIP];
        let restore = "What a start restores. CUSTOM and SKIP apply to the one deployment that first carries them.";
        let snapshot = "The snapshot, with RESTORE_FROM_CUSTOM_SNAPSHOT only.";
        let dropped = "true: state of operators that the new code no longer has is dropped.";

        let stream = text("StreamName", named("The stream.", "DataNamePrefix"))?;
        let table = text("TableName", named("The table.", "DataNamePrefix").length(3, 255))?;
        let application = text("ApplicationName", named("The application.", "ApplicationNamePrefix"))?;
        let jar = ParameterOf::text("The job's jar: a key in the artifact bucket. New code is a new key.");
        let jar_key = text("JarKey", jar.length(1, 1024))?;
        let restore_type = ParameterOf::text(restore).default(Restore::LATEST).one_of(restore_types);
        let restore_type = text("RestoreType", restore_type)?;
        let snapshot_name = text("SnapshotName", ParameterOf::text(snapshot).default(""))?;
        let allow = ParameterOf::text(dropped).default("false").one_of(["true", "false"]);
        let allow = text("AllowNonRestoredState", allow)?;
        let no_snapshot = scope.condition("NoSnapshotIsNamed", Test::equals(&snapshot_name, ""))?;
        let run_configuration = RunConfiguration {
            application_restore_configuration: Some(ApplicationRestoreConfiguration {
                application_restore_type: restore_type,
                snapshot_name: Some(no_snapshot.choose(&pseudo::no_value(), &snapshot_name)),
            }),
            flink_run_configuration: Some(FlinkRunConfiguration { allow_non_restored_state: Some(allow) }),
        };
        Ok(Self { application, stream, table, jar_key, run_configuration })
    }
}
