//! What a deletion takes away and what it leaves. CloudFormation makes no change set of a deletion: the stack's
//! template and its resources say it.

use super::super::plan::Deployed;
use crate::stack::types;

/// What becomes of a resource when its stack is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The resource's logical ID in its template.
    pub logical_id: String,
    /// Its type, `AWS::Kinesis::Stream` for example.
    pub resource_type: String,
    /// The name or ARN by which the service knows it.
    pub physical_id: String,
    /// Whether its DeletionPolicy keeps it: DELETE_SKIPPED.
    pub stays: bool,
}

/// Every resource of a stack that is there, by logical ID; what was never created is not.
#[must_use]
pub fn removals(deployed: &Deployed) -> Vec<Removal> {
    let stays = |id: &str| {
        let policy = deployed.template["Resources"][id]["DeletionPolicy"].as_str();
        // RetainExceptOnCreate deletes only what a creation that is rolled back has made.
        policy.is_some_and(|policy| ["Retain", "RetainExceptOnCreate"].contains(&policy))
    };
    let there = deployed.resources.iter().filter(|(_, one)| !one.physical_id.is_empty());
    let removal = |(id, one): (&String, &super::super::plan::DeployedResource)| Removal {
        logical_id: id.clone(),
        resource_type: one.resource_type.clone(),
        physical_id: one.physical_id.clone(),
        stays: stays(id),
    };
    there.map(removal).collect()
}

/// The command with which a person removes what a stack left; `None` where what it takes depends on more than its name.
#[must_use]
pub fn removal_command(resource_type: &str, physical_id: &str) -> Option<String> {
    let (command, option) = match resource_type {
        types::APPLICATION => {
            return Some(format!(
                "aws kinesisanalyticsv2 delete-application --application-name {physical_id} --create-timestamp $(aws \
                 kinesisanalyticsv2 describe-application --application-name {physical_id} --query \
                 ApplicationDetail.CreateTimestamp --output text)"
            ));
        }
        types::TABLE => ("dynamodb delete-table", "--table-name"),
        types::ROLE => ("iam delete-role", "--role-name"),
        types::KMS_KEY => ("kms schedule-key-deletion", "--key-id"),
        types::STREAM => ("kinesis delete-stream", "--stream-name"),
        types::LOG_GROUP => ("logs delete-log-group", "--log-group-name"),
        types::BUCKET => return Some(format!("aws s3 rb --force s3://{physical_id}")),
        types::TOPIC => ("sns delete-topic", "--topic-arn"),
        types::QUEUE => ("sqs delete-queue", "--queue-url"),
        _ => return None,
    };
    Some(format!("aws {command} {option} {physical_id}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::plan::DeployedResource;
    use super::super::super::refused::RefusedSnapshots;
    use super::*;
    use crate::stack::StackStatus;

    #[test]
    fn what_its_deletion_policy_keeps_stays_and_what_was_never_made_is_not_listed() {
        let resource = |kind: &str, id: &str| DeployedResource {
            resource_type: kind.into(),
            physical_id: id.into(),
            status: "CREATE_COMPLETE".into(),
        };
        let policies = [("Table", "Retain"), ("Stream", "RetainExceptOnCreate"), ("Logs", "Delete")];
        let mut template = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}});
        for (id, policy) in policies {
            template["Resources"][id] = json!({"DeletionPolicy": policy});
        }
        let resources = [
            ("Table", resource("AWS::DynamoDB::Table", "orders")),
            ("Stream", resource("AWS::Kinesis::Stream", "orders")),
            ("Logs", resource("AWS::Logs::LogGroup", "/orders")),
            ("Topic", resource("AWS::SNS::Topic", "arn:topic")),
            ("Failed", resource("AWS::SQS::Queue", "")),
        ];
        let resources = resources.into_iter().map(|(id, one)| (id.to_owned(), one)).collect();
        let (id, status, parameters) = ("arn".to_owned(), StackStatus::CreateComplete, [].into());
        let found =
            removals(&Deployed { id, status, parameters, template, resources, refused: RefusedSnapshots::new() });
        let found: Vec<(&str, bool)> = found.iter().map(|one| (one.logical_id.as_str(), one.stays)).collect();
        assert_eq!(found, [("Logs", false), ("Stream", true), ("Table", true), ("Topic", false)]);
    }

    #[test]
    fn what_stays_comes_with_the_command_that_removes_it() {
        let table = removal_command("AWS::DynamoDB::Table", "orders").unwrap();
        assert_eq!(table, "aws dynamodb delete-table --table-name orders");
        let application = removal_command("AWS::KinesisAnalyticsV2::Application", "orders").unwrap();
        assert!(application.contains("delete-application --application-name orders --create-timestamp $("));
        assert_eq!(removal_command("Custom::FlinkAutoStart", "x"), None);
    }
}
