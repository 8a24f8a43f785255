//! `access.template.json`: what must exist before the functions do, once per account and region.
//!
//! Roles, log groups, the artifact bucket, where failures and incidents go, and what application stacks are deployed with.

use serde_json::{Value as Json, json};

use super::boundary;
use super::calls;
use super::cloudwatch::{Alarm, Metric};
use super::condition::Test;
use super::deployment::{Extent, Limits, statements};
use super::document::Template;
use super::function::{Given, add_function};
use super::iam::{ManagedPolicy, Policy, Role};
use super::kms::Key;
use super::logs::RETENTION_DAYS;
use super::messages::{Queue, Topic};
use super::parameter::ParameterOf;
use super::problem::Problem;
use super::resource::{Handle, Resource};
use super::s3::Bucket;
use super::value::{Value, pseudo};
use crate::contract::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, ACCESS_QUEUE_EXPORT, ACCESS_TOPIC_EXPORT, Function, Notify,
    StackTemplate,
};

/// The template.
///
/// # Errors
/// A mistake in this file.
pub fn access() -> Result<Template, Problem> {
    let mut template = Template::described(
        "flink-stack-handlers, access: roles, log groups, artifact bucket, dead-letter queue and incident topic. \
         Deploy first, once per account and region.",
    )
    .identified_as(StackTemplate::Access);
    let prefix = template.parameter("ApplicationNamePrefix", name_prefix("applications", 1))?.reference();
    let data_prefix = template.parameter("DataNamePrefix", name_prefix("streams and tables", 0))?.reference();
    let with_own_role = template.parameter(
        "ContinueWithOwnRole",
        ParameterOf::text(
            "true lets the unsticker continue the rollback of a stack that has no service role of its own.",
        )
        .default("false")
        .one_of(["true", "false"]),
    )?;
    let ignores_tag = template.parameter(
        "IgnoreConsentTag",
        ParameterOf::text(
            "true: the unsticker's own check of the tag flink-unstick is all that asks for it. For an account where the service \
             does not evaluate aws:ResourceTag, and the unsticker is denied what it is for.",
        )
        .default("false")
        .one_of(["true", "false"]),
    )?;
    let retention = template.parameter(
        "LogRetentionDays",
        ParameterOf::number("How many days the functions' logs are kept.").default(30).one_of(RETENTION_DAYS),
    )?;
    let mail = template
        .parameter("IncidentMail", ParameterOf::text("Who gets mail about incidents; empty for nobody.").default(""))?;
    let key = Key::from_parameter(
        &mut template,
        "the dead-letter queue, the incident topic and the functions' logs; application stacks may then use it too",
    )?;
    let tracing = ParameterOf::text("Active lets the functions send traces to X-Ray.").default("PassThrough");
    let tracing = template.parameter("Tracing", tracing.one_of(["PassThrough", "Active"]))?.reference();
    let traced = template.condition("FunctionsAreTraced", Test::equals(&tracing, "Active"))?;
    let own_role = Test::equals(&with_own_role.reference(), "true");
    let continues = template.condition("ContinuesWithOwnRole", own_role)?;
    let ignores = template.condition("IgnoresConsentTag", Test::equals(&ignores_tag.reference(), "true"))?;
    let mails = template.condition("SomebodyGetsMail", Test::given(&mail.reference()))?;

    let bucket = template.add("ArtifactBucket", Bucket::for_artifacts().removed_with_the_stack())?;
    template.add("ArtifactBucketPolicy", bucket.tls_only())?;

    let topic = Topic::for_people("Flink stack incidents").property("KmsMasterKeyId", key.or_nothing())?;
    let topic = template.add("IncidentTopic", topic)?;
    template.add("IncidentTopicPolicy", topic.policy())?;
    template.add("IncidentMailSubscription", topic.mail(&mail.reference(), &for_people()?).when(&mails))?;

    let queue = Queue::for_dead_letters()
        .property("SqsManagedSseEnabled", key.choose(|_| pseudo::no_value(), &json!(true).into()))?
        .property("KmsMasterKeyId", key.or_nothing())?;
    let queue = template.add("DeadLetterQueue", queue.removed_with_the_stack())?;
    template.add("DeadLetterQueuePolicy", queue.policy())?;
    template.add("DeadLetterAlarm", dead_letter_alarm(&queue, &topic))?;
    template.add("DeadLetterAgeAlarm", dead_letter_age_alarm(&queue, &topic))?;

    let given =
        Given { prefix: &prefix, retention: &retention, failures: &queue, reports: &topic, key: &key, traced: &traced };
    let mut role_of = |function| add_function(&mut template, function, &given);
    for function in Function::CUSTOM_RESOURCES {
        role_of(function)?;
    }
    let unsticker = role_of(Function::RollbackUnsticker)?;

    let bounds = boundary::statements(&bucket.arn(), &key);
    let boundary = ManagedPolicy::of("The most that a role of a Flink application stack can do.", bounds);
    let boundary = template.add("ApplicationBoundary", boundary)?;
    let limits = Limits {
        application_prefix: prefix.clone(),
        data_prefix,
        bucket_arn: bucket.arn(),
        boundary_arn: boundary.reference(),
        key,
    };
    let mut service = Role::assumed_by("cloudformation.amazonaws.com", "Deploys Flink application stacks.");
    service.grant_all(statements(&limits, Extent::Everything));
    let service = template.add("StackRole", service)?;
    let rollback = Policy::of("ContinueWithOwnRole", &unsticker, statements(&limits, Extent::Rollback));
    template.add("ContinueWithOwnRolePolicy", rollback.when(&continues))?;
    let loose = Policy::of("IgnoreConsentTag", &unsticker, calls::without_the_tag(&prefix));
    template.add("IgnoreConsentTagPolicy", loose.when(&ignores))?;

    template.output("StackRoleArn", "--role-arn of every application stack.", &service.arn());
    template.output("ApplicationNamePrefix", "How the names of applications begin.", &prefix);
    template.output("ContinueWithOwnRole", "CONTINUE_WITH_OWN_ROLE of the unsticker.", &with_own_role.reference());
    template.output("Tracing", "cargo lambda deploy --tracing.", &tracing);
    template.export("BucketName", "Where jars go.", &bucket.reference(), ACCESS_BUCKET_EXPORT);
    template.export("BoundaryArn", "Of application roles.", &boundary.reference(), ACCESS_BOUNDARY_EXPORT);
    template.export("DeadLetterQueueArn", "What nobody could take.", &queue.arn(), ACCESS_QUEUE_EXPORT);
    template.export("IncidentTopicArn", "Incident reports and alarms.", &topic.reference(), ACCESS_TOPIC_EXPORT);
    Ok(template)
}

fn name_prefix(what: &str, least: u32) -> ParameterOf {
    let description =
        format!("How the names of {what} begin that application stacks own; it bounds the roles' permissions.");
    ParameterOf::text(&description)
        .default("flink-")
        .length(least, 64)
        .matching("^[a-zA-Z0-9_.-]*$", "letters, digits, _, . and -")
}

/// What is mailed of all that is on the topic: alarms, and the reports that are for people. Lambda publishes the result of every
/// invocation of the unsticker, and most of them found nothing.
fn for_people() -> Result<Json, Problem> {
    let people = Value::of(&Notify::People)?;
    Ok(json!({"$or": [{"AlarmName": [{"exists": true}]}, {"responsePayload": {"Notify": [people]}}]}))
}

fn dead_letter_alarm(queue: &Handle<Queue>, topic: &Handle<Topic>) -> Resource<Alarm> {
    let queue = ("QueueName", queue.get_att("QueueName"));
    let metric = Metric::of("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Maximum");
    let description = "An event could not be handled: it is in the dead-letter queue of the Flink stack handlers.";
    Alarm::above(0, &metric).described(description).tells(&topic.reference()).into()
}

/// After four days a message is deleted: three days are left to read it.
fn dead_letter_age_alarm(queue: &Handle<Queue>, topic: &Handle<Topic>) -> Resource<Alarm> {
    let queue = ("QueueName", queue.get_att("QueueName"));
    let metric = Metric::of("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum");
    let description =
        "A message has been in the dead-letter queue of the Flink stack handlers for a day. It is deleted after four.";
    Alarm::above(86_400, &metric).described(description).tells(&topic.reference()).into()
}

#[cfg(test)]
mod tests {
    use super::super::resolved::{Resolved, text};
    use super::*;
    use std::collections::BTreeSet;

    fn resolved() -> Resolved {
        Resolved::with(&access().unwrap(), &[])
    }

    fn statements(document: &Json) -> Vec<Json> {
        document["Statement"].as_array().unwrap().clone()
    }

    fn actions(statement: &Json) -> Vec<String> {
        let action = &statement["Action"];
        action.as_array().map_or_else(|| vec![text(action)], |many| many.iter().map(text).collect())
    }

    #[test]
    fn the_prefix_bounds_every_role_that_touches_an_application() {
        let stack = Resolved::with(&access().unwrap(), &[("ApplicationNamePrefix", "team-")]);
        for id in ["AutoStartRole", "RollbackUnstickerRole", "StackRole"] {
            let all = statements(&stack.properties(id)["Policies"][0]["PolicyDocument"]);
            let flink = all.iter().filter(|one| actions(one)[0].starts_with("kinesisanalytics:"));
            // These take no resource.
            let free = ["kinesisanalytics:ListApplications", "kinesisanalytics:CreateApplication"];
            let flink = flink.filter(|one| !actions(one).iter().any(|action| free.contains(&action.as_str())));
            let on: Vec<String> = flink.map(|one| text(&one["Resource"])).collect();
            assert!(!on.is_empty(), "{id}");
            for arn in on {
                assert_eq!(arn, "arn:aws:kinesisanalytics:eu-west-1:111122223333:application/team-*", "{id}");
            }
        }
    }

    #[test]
    fn application_stacks_make_roles_under_the_path_and_the_boundary_only() {
        let role = resolved().properties("StackRole");
        for statement in statements(&role["Policies"][0]["PolicyDocument"]) {
            let actions = actions(&statement);
            if actions.iter().any(|action| action.starts_with("iam:")) {
                assert_eq!(statement["Resource"], "arn:aws:iam::111122223333:role/flink-stack/*");
            }
            let changes = ["iam:CreateRole", "iam:DeleteRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"];
            if changes.iter().any(|one| actions.iter().any(|action| action == one)) {
                assert_eq!(statement["Condition"]["ArnEquals"]["iam:PermissionsBoundary"], "ApplicationBoundary");
            }
            if actions == ["iam:PassRole"] {
                let to = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
                assert_eq!(to, "kinesisanalytics.amazonaws.com");
            }
            assert!(actions.iter().all(|action| action != "iam:DeleteRolePermissionsBoundary"));
        }
    }

    #[test]
    fn the_boundary_lets_through_whatever_our_application_stack_grants() {
        let given = [("JarKey", "job.jar")];
        let application = Resolved::with(&super::super::application().unwrap(), &given).properties("ApplicationRole");
        let boundary = resolved().properties("ApplicationBoundary");
        let bounds: BTreeSet<String> = statements(&boundary["PolicyDocument"]).iter().flat_map(actions).collect();
        for statement in statements(&application["Policies"][0]["PolicyDocument"]) {
            assert!(actions(&statement).iter().all(|action| bounds.contains(action)), "{statement}");
        }
    }

    #[test]
    fn no_rule_of_any_account_publishes_to_the_incident_topic_and_of_the_roles_only_the_unstickers() {
        let stack = resolved();
        let policy = stack.properties("IncidentTopicPolicy");
        for statement in statements(&policy["PolicyDocument"]) {
            assert_eq!(statement["Principal"]["Service"], "cloudwatch.amazonaws.com", "{statement}");
            assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "111122223333", "{statement}");
        }
        for function in Function::ALL {
            let role = stack.properties(&format!("{}Role", super::super::lambda::logical_id(function)));
            let all = statements(&role["Policies"][0]["PolicyDocument"]);
            let publishes = all.iter().any(|one| actions(one) == ["sns:Publish"]);
            assert_eq!(publishes, function == Function::RollbackUnsticker, "{function:?}");
        }
    }

    #[test]
    fn mail_is_alarms_and_reports_that_are_for_people() {
        let stack = Resolved::with(&access().unwrap(), &[("IncidentMail", "operators@example.com")]);
        let subscription = stack.properties("IncidentMailSubscription");
        let filter = json!({"$or": [{"AlarmName": [{"exists": true}]}, {"responsePayload": {"Notify": ["People"]}}]});
        assert_eq!(
            (&subscription["FilterPolicyScope"], &subscription["FilterPolicy"]),
            (&json!("MessageBody"), &filter)
        );
    }

    #[test]
    fn continuing_with_its_own_role_the_unsticker_creates_nothing_and_deletes_no_data() {
        let policy = resolved().properties("ContinueWithOwnRolePolicy");
        for action in statements(&policy["PolicyDocument"]).iter().flat_map(actions) {
            let (_, verb) = action.split_once(':').unwrap();
            assert!(!verb.starts_with("Create"), "{action}");
            let whole = ["DeleteStream", "DeleteTable", "DeleteLogGroup", "DeleteApplication", "DeleteRole"];
            assert!(!whole.contains(&verb), "{action}");
        }
    }
}
