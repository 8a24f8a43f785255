//! What a service role may lack: a second stack, deployed with a role of its own whose policy changes from question to
//! question. Its application stays READY and costs nothing; at the end it is switched to enhanced snapshots, which
//! cannot be taken back.

use aws_sdk_cloudformation::types::{Capability, Tag};
use aws_sdk_kinesisanalyticsv2::types::{ApplicationConfigurationUpdate, ApplicationSnapshotConfigurationUpdate};
use serde_json::{Value, json};

use super::answers::Answers;
use super::stage::{Halt, Stage, error_text};

/// The tag of the second stack, which its application gets.
const TAG: (&str, &str) = ("flink-verify", "yes");
const LOOK: [&str; 3] = ["kinesisanalytics:Describe*", "kinesisanalytics:List*", "kinesisanalytics:DeleteApplication"];
const CREATE: &str = "kinesisanalytics:CreateApplication";
const TAGGING: [&str; 2] = ["kinesisanalytics:TagResource", "kinesisanalytics:UntagResource"];
const CHANGE: [&str; 3] = [
    "kinesisanalytics:UpdateApplication",
    "kinesisanalytics:AddApplicationCloudWatchLoggingOption",
    "kinesisanalytics:DeleteApplicationCloudWatchLoggingOption",
];

/// The names of both stacks: with the role, and deployed by it.
pub(super) fn names(stage: &Stage) -> [String; 2] {
    ["role", "limited"].map(|word| format!("{}-{word}", stage.name))
}

/// The second stack and the role that deploys it.
struct LimitedRole<'a> {
    stage: &'a Stage,
    role_stack: String,
    name: String,
    /// Of the role that the application gets, which is that of the first stack.
    job_role: String,
}

/// All of them; what was made is deleted by [`Stage::clean_up`].
pub(super) async fn ask(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    let described = stage.clients.flink.describe_application().application_name(&stage.name).send().await;
    let detail =
        described.map_err(|error| error_text(&error))?.application_detail.ok_or_else(|| "no detail".to_owned())?;
    let [role_stack, name] = names(stage);
    let limited = LimitedRole { stage, role_stack, name, job_role: detail.service_execution_role.unwrap_or_default() };
    limited.create_on_an_arn(&detail.application_arn, answers).await?;
    limited.tags(answers).await?;
    limited.resource_tags(answers).await?;
    limited.logging_option(answers).await?;
    limited.enhanced(answers).await
}

impl LimitedRole<'_> {
    /// H.3: CreateApplication takes no resource, says the service authorization data.
    async fn create_on_an_arn(&self, arn_of_another: &str, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "H.3. CreateApplication granted on an application's ARN alone";
        let own = arn_of_another.replace(&self.stage.name, &self.name);
        let mut create = allow(&[CREATE]);
        create["Resource"] = json!(own);
        self.role(&[create, allow(&LOOK), allow(&TAGGING), self.pass_role()]).await?;
        let seen = self.deploy(60_000, false, &[]).await?;
        answers.answer(QUESTION, seen);
        self.delete().await
    }

    /// H.3: whether CloudFormation creates a resource without its tags when its role may not tag.
    async fn tags(&self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "H.3. A resource with tags whose role may not tag";
        self.role(&[allow(&[CREATE]), allow(&LOOK), self.pass_role()]).await?;
        let seen = self.deploy(60_000, false, &[TAG]).await?;
        answers.answer(QUESTION, seen);
        self.delete().await
    }

    /// Whether a policy may ask for an application's tags.
    async fn resource_tags(&self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "ResourceTags. Whether a policy may ask for an application's tags";
        let all = [allow(&[CREATE]), allow(&LOOK), allow(&TAGGING), allow(&CHANGE), self.pass_role()];
        self.role(&all).await?;
        let created = self.deploy(60_000, false, &[TAG]).await?;
        if created != "CREATE_COMPLETE" {
            return Err(Halt::Failed(format!("the second stack is {created}")));
        }
        let mut tagged = allow(&CHANGE);
        tagged["Condition"] = json!({"StringEquals": {format!("aws:ResourceTag/{}", TAG.0): TAG.1}});
        self.role(&[allow(&[CREATE]), allow(&LOOK), allow(&TAGGING), tagged, self.pass_role()]).await?;
        let seen = self.deploy(61_000, false, &[TAG]).await?;
        let mode = if seen == "UPDATE_COMPLETE" { "Given" } else { "Missing" };
        answers.mode(QUESTION, ("ResourceTags", mode), &seen);
        if seen != "UPDATE_COMPLETE" {
            // Its rollback was denied too.
            self.role(&all).await?;
            self.delete().await?;
            self.deploy(61_000, false, &[TAG]).await?;
        }
        Ok(())
    }

    /// B.3: whether a logging option takes the permission to hand over the application's role.
    async fn logging_option(&self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "B.3. Whether AddApplicationCloudWatchLoggingOption takes iam:PassRole";
        self.role(&[allow(&[CREATE]), allow(&LOOK), allow(&TAGGING), allow(&CHANGE)]).await?;
        let seen = self.deploy(61_000, true, &[TAG]).await?;
        answers.answer(QUESTION, seen);
        Ok(())
    }

    /// H.1: the SDK does not know the mode, so the member is written into the request's body.
    async fn enhanced(&self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str =
            "SnapshotsOfEnhanced, H.1. ListApplicationSnapshots of an application with enhanced snapshots";
        let flink = &self.stage.clients.flink;
        let described = flink.describe_application().application_name(&self.name).send().await;
        let detail = described.map_err(|error| error_text(&error))?.application_detail;
        let snapshots = ApplicationSnapshotConfigurationUpdate::builder().snapshots_enabled_update(true).build();
        let snapshots = snapshots.map_err(|error| error.to_string())?;
        let update = ApplicationConfigurationUpdate::builder().application_snapshot_configuration_update(snapshots);
        let switch =
            flink.update_application().application_name(&self.name).application_configuration_update(update.build());
        let switch = switch.set_current_application_version_id(detail.map(|detail| detail.application_version_id));
        let switched = switch.customize().mutate_request(|request| {
            let body = request.body().bytes().map(<[u8]>::to_vec).unwrap_or_default();
            let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
            body["ApplicationConfigurationUpdate"]["ApplicationSnapshotConfigurationUpdate"]["SnapshotModeUpdate"] =
                json!("ENHANCED_SNAPSHOTS");
            let body = body.to_string();
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = body.into();
        });
        if let Err(error) = switched.send().await {
            answers.not_asked(QUESTION, format!("the switch is refused: {}", error_text(&error)));
            return Ok(());
        }
        match flink.list_application_snapshots().application_name(&self.name).send().await {
            // The application never ran, so it has no old ones either.
            Ok(listed) => answers.answer(QUESTION, format!("{} snapshots", listed.snapshot_summaries().len())),
            Err(error) => answers.mode(QUESTION, ("SnapshotsOfEnhanced", "Refused"), &error_text(&error)),
        }
        Ok(())
    }

    /// That CloudFormation may hand the application its role.
    fn pass_role(&self) -> Value {
        let mut statement = allow(&["iam:PassRole"]);
        statement["Resource"] = json!(self.job_role);
        statement
    }

    /// Gives the service role this policy.
    async fn role(&self, statements: &[Value]) -> Result<(), Halt> {
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "cloudformation.amazonaws.com"}}]});
        let policy =
            json!({"PolicyName": "Asked", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}});
        let group = format!("/aws/kinesis-analytics/{}", self.name);
        let template = json!({
            "Description": "Made by `make verify-aws`, which deletes it again.",
            "Resources": {
                "Deployer": {"Type": "AWS::IAM::Role", "Properties":
                    {"AssumeRolePolicyDocument": trust, "Policies": [policy]}},
                "LogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": group, "RetentionInDays": 1}},
                "LogStream": {"Type": "AWS::Logs::LogStream", "Properties":
                    {"LogGroupName": {"Ref": "LogGroup"}, "LogStreamName": "job"}},
            },
            "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Deployer", "Arn"]}}},
        });
        let seen = self.send(&self.role_stack, &template, None, &[]).await?;
        if seen.ends_with("_COMPLETE") { Ok(()) } else { Err(Halt::Failed(format!("the role's stack is {seen}"))) }
    }

    /// Deploys the second stack with that role; what it ends in, with the reasons of what failed.
    async fn deploy(&self, interval: u32, with_logs: bool, tags: &[(&str, &str)]) -> Result<String, Halt> {
        let stage = self.stage;
        let arn = format!("arn:${{AWS::Partition}}:s3:::{}", stage.bucket);
        let mut resources = json!({"Application": {"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {
        "ApplicationName": self.name, "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": self.job_role,
        "ApplicationConfiguration": {
            "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation":
                {"BucketARN": {"Fn::Sub": arn}, "FileKey": stage.key}}},
            "FlinkApplicationConfiguration": {"CheckpointConfiguration": {"ConfigurationType": "CUSTOM",
                "CheckpointingEnabled": true, "CheckpointInterval": interval, "MinPauseBetweenCheckpoints": 5000}},
        }}}});
        if with_logs {
            let stream = format!(
                "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:/aws/kinesis-analytics/{}:log-stream:job",
                self.name
            );
            resources["Logging"] = json!({"Type": "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
                "Properties": {"ApplicationName": {"Ref": "Application"},
                    "CloudWatchLoggingOption": {"LogStreamARN": {"Fn::Sub": stream}}}});
        }
        let template =
            json!({"Description": "Made by `make verify-aws`, which deletes it again.", "Resources": resources});
        let described = stage.clients.cloudformation.describe_stacks().stack_name(&self.role_stack).send().await;
        let described = described.map_err(|error| error_text(&error))?;
        let role =
            described.stacks().first().and_then(|stack| stack.outputs().first()?.output_value().map(str::to_owned));
        self.send(&self.name, &template, role, tags).await
    }

    /// Creates a stack or updates it, and waits for its end.
    async fn send(
        &self,
        stack: &str,
        template: &Value,
        role: Option<String>,
        tags: &[(&str, &str)],
    ) -> Result<String, Halt> {
        let (stage, cloudformation) = (self.stage, &self.stage.clients.cloudformation);
        let body = template.to_string();
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
        let capability = Capability::CapabilityIam;
        if stage.status_of(stack).await?.is_none_or(|status| status == "DELETE_COMPLETE") {
            let create = cloudformation.create_stack().stack_name(stack).template_body(body).capabilities(capability);
            create.set_role_arn(role).set_tags(Some(tags)).send().await.map_err(|error| error_text(&error))?;
        } else {
            let update = cloudformation.update_stack().stack_name(stack).template_body(body).capabilities(capability);
            update.set_role_arn(role).set_tags(Some(tags)).send().await.map_err(|error| error_text(&error))?;
        }
        let settled = stage.settled_of(stack).await?;
        let failed = [stage.reasons_of(stack, "CREATE_FAILED").await, stage.reasons_of(stack, "UPDATE_FAILED").await];
        let reasons = failed.concat().join(" | ");
        let is_well = ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&settled.as_str());
        Ok(if is_well { settled } else { format!("{settled}: {reasons}") })
    }

    /// Deletes the second stack, for the next question.
    async fn delete(&self) -> Result<(), Halt> {
        let delete = self.stage.clients.cloudformation.delete_stack().stack_name(&self.name).send().await;
        delete.map_err(|error| error_text(&error))?;
        self.stage.settled_of(&self.name).await.map(|_| ())
    }
}

fn allow(actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}
