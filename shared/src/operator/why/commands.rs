//! The commands that answers end in, ready to be copied.

use crate::contract::{Function, UNSTICK};
use crate::flink::{Application, ApplicationKind};

/// Writes the commands for one stack: of `make` where the stack is ours, otherwise of the AWS CLI.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commands<'a> {
    pub(super) stack: &'a str,
    pub(super) region: Option<&'a str>,
    pub(super) is_ours: bool,
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

    /// `make deploy` would put our template in the place of another one, and delete what that one made.
    pub(super) fn deploy(&self) -> String {
        if self.is_ours {
            return format!("make deploy STACK={} JAR=...", self.stack);
        }
        "# deploy it again with a fix, the way you deploy it".to_owned()
    }

    /// After CREATE_FAILED and UPDATE_FAILED CloudFormation takes an update only with the option (`semantics.md` C.1).
    pub(super) fn deploy_with_rollback_disabled(&self) -> String {
        // `make deploy` gives the option.
        let option = if self.is_ours { "" } else { ", with --disable-rollback" };
        format!("{}{option}", self.deploy())
    }

    /// CloudFormation does not know that the application is gone, and creates another one only under another name.
    pub(super) fn deploy_another_application(&self) -> String {
        if self.is_ours {
            return format!(
                "{} PARAMETERS='ApplicationName=... RestoreType=SKIP_RESTORE_FROM_SNAPSHOT'  # another name: it starts empty",
                self.deploy()
            );
        }
        "# give the application another name in the template and deploy it, the way you deploy it: a new one starts empty"
            .to_owned()
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

    /// A start as the kind of application takes it: only a job restores a snapshot.
    pub(super) fn start_application(&self, application: &Application) -> String {
        let name = &application.name;
        match ApplicationKind::of(&application.runtime) {
            ApplicationKind::Flink => self.start(name),
            ApplicationKind::Studio => {
                self.aws(&format!("kinesisanalyticsv2 start-application --application-name {name}"))
            }
            ApplicationKind::Sql => self.aws(&format!(
                "kinesisanalyticsv2 start-application --application-name {name} --run-configuration \
                 'SqlRunConfigurations=[{{InputId=...,\
                 InputStartingPositionConfiguration={{InputStartingPosition=NOW}}}}]'"
            )),
        }
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
