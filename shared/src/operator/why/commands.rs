//! The commands that answers end in, ready to be copied.

use crate::contract::{Function, UNSTICK};
use crate::lifecycle::Application;

/// For one stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commands<'a> {
    pub(super) stack: &'a str,
    pub(super) region: Option<&'a str>,
}

impl Commands<'_> {
    fn aws(&self, words: &str) -> String {
        let region = self.region.map(|region| format!(" --region {region}")).unwrap_or_default();
        format!("aws {words}{region}")
    }

    pub(super) fn continue_rollback(&self) -> String {
        self.aws(&format!("cloudformation continue-update-rollback --stack-name {}", self.stack))
    }

    pub(super) fn rollback(&self) -> String {
        self.aws(&format!("cloudformation rollback-stack --stack-name {}", self.stack))
    }

    pub(super) fn delete(&self) -> String {
        self.aws(&format!("cloudformation delete-stack --stack-name {}", self.stack))
    }

    pub(super) fn delete_retaining(&self, resources: &[String]) -> String {
        format!("{} --retain-resources {}", self.delete(), resources.join(" "))
    }

    pub(super) fn deploy(&self) -> String {
        format!("make deploy STACK={} JAR=...", self.stack)
    }

    pub(super) fn again(&self) -> String {
        format!("make why STACK={}", self.stack)
    }

    pub(super) fn stop_by_force(&self, application: &str) -> String {
        self.aws(&format!("kinesisanalyticsv2 stop-application --force --application-name {application}"))
    }

    pub(super) fn start(&self, application: &str) -> String {
        self.aws(&format!(
            "kinesisanalyticsv2 start-application --application-name {application} --run-configuration \
             ApplicationRestoreConfiguration={{ApplicationRestoreType=RESTORE_FROM_LATEST_SNAPSHOT}}"
        ))
    }

    /// An application takes a tag at any time; a stack takes none while its rollback failed.
    pub(super) fn consent(&self, application: &Application) -> String {
        self.aws(&format!(
            "kinesisanalyticsv2 tag-resource --resource-arn {} --tags Key={UNSTICK},Value=enabled",
            application.arn
        ))
    }

    /// The flag is version 2's of the AWS CLI; version 1 takes the payload without it.
    pub(super) fn unstick(&self) -> String {
        self.aws(&format!(
            "lambda invoke --function-name {} --cli-binary-format raw-in-base64-out --payload '{{\"StackName\": \"{}\"}}' \
             /dev/stdout",
            Function::RollbackUnsticker.name(),
            self.stack
        ))
    }

    pub(super) fn unstickers_log(&self) -> String {
        self.aws(&format!("logs tail /aws/lambda/{} --since 1d", Function::RollbackUnsticker.name()))
    }

    pub(super) fn jobs_log(&self, application: &Application) -> Option<String> {
        let group = application.log_group.as_ref()?;
        Some(self.aws(&format!("logs tail {group} --since 1h --filter-pattern Exception")))
    }
}
