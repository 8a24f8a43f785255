//! The one stack that the questions are asked of: a role that may read the jar and nothing else, and an application. It
//! goes when they are answered, when one fails, and at Ctrl-C.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_cloudformation::types::Capability;
use aws_sdk_kinesisanalyticsv2::error::ProvideErrorMetadata;
use functions::{Clients, Operator};
use serde_json::json;

/// How the name of everything that is made begins.
pub(super) const PREFIX: &str = "flink-verify-";
/// The group that the template gives the application.
pub(super) const OWN_GROUP: &str = "FlinkApplicationProperties";
/// How many looks a wait may take: an hour at AWS's pace.
const LOOKS: u32 = 360;

/// Why `verify-aws` ends before its last question.
#[derive(Debug)]
pub(super) enum Halt {
    /// A person wants to end: clean up.
    Interrupted,
    /// The question could not be asked to its end.
    Failed(String),
}

impl From<String> for Halt {
    fn from(failure: String) -> Self {
        Self::Failed(failure)
    }
}

/// The stack, and how to reach it.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) clients: Clients,
    pub(super) operator: Operator,
    /// The role of the application, where it is not the template's, which may read the jar and nothing else.
    pub(super) job_role: Option<String>,
    pub(super) name: String,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) pace: Duration,
    pub(super) interrupted: Arc<AtomicBool>,
}

/// `Code: message`, whatever the SDK makes of it.
pub(super) fn error_text<E: ProvideErrorMetadata>(error: &E) -> String {
    format!("{}: {}", error.code().unwrap_or("no code"), error.message().unwrap_or("no message"))
}

impl Stage {
    /// `interval` is what an update changes: a checkpoint interval, in milliseconds.
    fn template(&self, interval: u32) -> String {
        let statement =
            |action: &str, resource: String| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let arn = format!("arn:${{AWS::Partition}}:s3:::{}", self.bucket);
        let object = json!({"Fn::Sub": format!("{arn}/{}", self.key)});
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "kinesisanalytics.amazonaws.com"}}]});
        let mut reads = statement("s3:GetObject", String::new());
        reads["Resource"] = object;
        let groups = json!([{"PropertyGroupId": OWN_GROUP, "PropertyMap": self.properties}]);
        let own_role = json!({"Fn::GetAtt": ["Role", "Arn"]});
        let role = self.job_role.as_ref().map_or(own_role, |role| json!(role));
        json!({
            "Description": "Made by `make verify-aws`, which deletes it again.",
            "Resources": {
                "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [
                    {"PolicyName": "Jar", "PolicyDocument": {"Version": "2012-10-17", "Statement": [reads]}}]}},
                "Application": {"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {
                    "ApplicationName": self.name, "RuntimeEnvironment": "FLINK-1_20",
                    "ServiceExecutionRole": role,
                    "ApplicationConfiguration": {
                        "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation":
                            {"BucketARN": {"Fn::Sub": arn}, "FileKey": self.key}}},
                        "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": true},
                        "EnvironmentProperties": {"PropertyGroups": groups},
                        "FlinkApplicationConfiguration": {"CheckpointConfiguration": {"ConfigurationType": "CUSTOM",
                            "CheckpointingEnabled": true, "CheckpointInterval": interval, "MinPauseBetweenCheckpoints": 5000}},
                    }}},
            },
        })
        .to_string()
    }

    /// Creates the stack, until it is complete.
    pub(super) async fn create(&self) -> Result<(), Halt> {
        let create =
            self.clients.cloudformation.create_stack().stack_name(&self.name).template_body(self.template(60_000));
        create.capabilities(Capability::CapabilityIam).send().await.map_err(|error| error_text(&error))?;
        match self.settled().await?.as_str() {
            "CREATE_COMPLETE" => Ok(()),
            other => Err(format!("the stack is {other}: {}", self.reasons("FAILED").await.join("; ")).into()),
        }
    }

    /// Updates it, with a token of the caller's; accepted, not yet done.
    pub(super) async fn update(&self, interval: u32, token: &str) -> Result<(), String> {
        let update = self.clients.cloudformation.update_stack().stack_name(&self.name).client_request_token(token);
        let update = update.template_body(self.template(interval)).capabilities(Capability::CapabilityIam);
        update.send().await.map(|_| ()).map_err(|error| error_text(&error))
    }

    /// The stack's status; `None` when it is gone.
    pub(super) async fn status(&self) -> Result<Option<String>, String> {
        self.status_of(&self.name).await
    }

    /// The status of one of its stacks.
    pub(super) async fn status_of(&self, stack: &str) -> Result<Option<String>, String> {
        let described = self.clients.cloudformation.describe_stacks().stack_name(stack).send().await;
        match described {
            Ok(described) => {
                let stack = described.stacks().first();
                Ok(stack.and_then(|stack| Some(stack.stack_status()?.as_str().to_owned())))
            }
            Err(error) if error.message().is_some_and(|text| text.contains("does not exist")) => Ok(None),
            Err(error) => Err(error_text(&error)),
        }
    }

    /// Waits until nothing goes on; `gone` when the stack is no more.
    pub(super) async fn settled(&self) -> Result<String, Halt> {
        self.settled_of(&self.name).await
    }

    /// The same of one of its stacks.
    pub(super) async fn settled_of(&self, stack: &str) -> Result<String, Halt> {
        for _ in 0..LOOKS {
            match self.status_of(stack).await? {
                None => return Ok("gone".to_owned()),
                Some(status) if !status.ends_with("_IN_PROGRESS") => return Ok(status),
                Some(_) => self.rest().await?,
            }
        }
        Err("the stack does not come to rest".to_owned().into())
    }

    /// A moment between two looks; at Ctrl-C it is the last.
    pub(super) async fn rest(&self) -> Result<(), Halt> {
        let second = Duration::from_secs(1);
        let mut left = self.pace;
        while !left.is_zero() && !self.interrupted.load(Ordering::Relaxed) {
            tokio::time::sleep(left.min(second)).await;
            left = left.saturating_sub(second);
        }
        if self.interrupted.load(Ordering::Relaxed) { Err(Halt::Interrupted) } else { Ok(()) }
    }

    /// The application: status and version.
    pub(super) async fn application(&self) -> Result<(String, i64), String> {
        let described = self.clients.flink.describe_application().application_name(&self.name).send().await;
        let detail = described.map_err(|error| error_text(&error))?.application_detail;
        let detail = detail.ok_or("no ApplicationDetail")?;
        Ok((detail.application_status.as_str().to_owned(), detail.application_version_id))
    }

    /// Starts the application, and waits until it is RUNNING.
    pub(super) async fn start(&self) -> Result<(), Halt> {
        let start = self.clients.flink.start_application().application_name(&self.name).send().await;
        start.map_err(|error| error_text(&error))?;
        self.becomes("RUNNING").await
    }

    /// Waits until the application has this status, or rests in another.
    pub(super) async fn becomes(&self, wanted: &str) -> Result<(), Halt> {
        for _ in 0..LOOKS {
            let (status, _) = self.application().await?;
            if status == wanted {
                return Ok(());
            }
            if status == "READY" {
                return Err(format!("the application is READY again, not {wanted}").into());
            }
            self.rest().await?;
        }
        Err(format!("the application does not become {wanted}").into())
    }

    /// The reasons of the application's rows whose status ends so, newest first.
    pub(super) async fn reasons(&self, status: &str) -> Vec<String> {
        self.reasons_of(&self.name, status).await
    }

    /// The same of one of its stacks.
    pub(super) async fn reasons_of(&self, stack: &str, status: &str) -> Vec<String> {
        let events = self.clients.cloudformation.describe_stack_events().stack_name(stack).send().await;
        let events = events.map(|page| page.stack_events.unwrap_or_default()).unwrap_or_default();
        let of = |row: &aws_sdk_cloudformation::types::StackEvent| {
            let failed = row.resource_status()?.as_str().ends_with(status);
            let own = row.resource_type() == Some("AWS::CloudFormation::Stack");
            (failed && !own).then(|| row.resource_status_reason().unwrap_or_default().to_owned())
        };
        events.iter().filter_map(of).collect()
    }
}
