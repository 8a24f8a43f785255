//! `access.template.json`: what must exist before the functions do, once per account and region.
//!
//! Roles, log groups, the artifact bucket, where failures and incidents go, and what application stacks are deployed with.

use super::deployment::{Extent, Limits, statements};
use super::document::Template;
use super::iam::{ManagedPolicy, Policy, Role, Statement};
use super::lambda::{function_arn, logical_id};
use super::logs::{LogGroup, RETENTION_DAYS};
use super::messages::{Queue, Topic};
use super::parameter::ParameterOf;
use super::problem::Problem;
use super::resource::{Handle, Parameter, Resource};
use super::s3::Bucket;
use super::value::Value;
use super::{arn, boundary, cloudwatch};
use crate::contract::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, ACCESS_QUEUE_EXPORT, ACCESS_TOPIC_EXPORT, Function, permissions,
};
use crate::lifecycle::Scope;

/// The template.
///
/// # Errors
/// A mistake in this file.
pub fn access() -> Result<Template, Problem> {
    let mut template = Template::described(
        "flink-stack-handlers, access: roles, log groups, artifact bucket, dead-letter queue and incident topic. \
         Deploy first, once per account and region.",
    );
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
    let retention = template.parameter(
        "LogRetentionDays",
        ParameterOf::number("How many days the functions' logs are kept.").default(30).one_of(RETENTION_DAYS),
    )?;
    let mail = template
        .parameter("IncidentMail", ParameterOf::text("Who gets mail about incidents; empty for nobody.").default(""))?;
    let continues = template.condition_equals("ContinuesWithOwnRole", &with_own_role.reference(), "true")?;
    let nobody = template.condition_equals("NobodyGetsMail", &mail.reference(), "")?;
    let mails = template.condition("SomebodyGetsMail", serde_json::json!({"Fn::Not": [{"Condition": nobody.id()}]}))?;

    let bucket = template.add("ArtifactBucket", Bucket::for_artifacts().removed_with_the_stack())?;
    template.add("ArtifactBucketPolicy", bucket.tls_only())?;

    let topic = template.add("IncidentTopic", Topic::for_people("Flink stack incidents"))?;
    template.add("IncidentTopicPolicy", topic.policy())?;
    template.add("IncidentMailSubscription", topic.mail(&mail.reference()).when(&mails))?;

    let queue = template.add("DeadLetterQueue", Queue::for_dead_letters().removed_with_the_stack())?;
    template.add("DeadLetterQueuePolicy", queue.policy())?;
    template.add("DeadLetterAlarm", dead_letter_alarm(&queue, &topic))?;

    let mut role_of = |function| add_function(&mut template, function, &prefix, &retention, &queue);
    for function in Function::CUSTOM_RESOURCES {
        role_of(function)?;
    }
    let unsticker = role_of(Function::RollbackUnsticker)?;

    let bounds = boundary::statements(&bucket.arn());
    let boundary = ManagedPolicy::of("The most that a role of a Flink application stack can do.", bounds);
    let boundary = template.add("ApplicationBoundary", boundary)?;
    let limits = Limits {
        application_prefix: prefix.clone(),
        data_prefix,
        bucket_arn: bucket.arn(),
        boundary_arn: boundary.reference(),
    };
    let mut service = Role::assumed_by("cloudformation.amazonaws.com", "Deploys Flink application stacks.");
    service.grant_all(statements(&limits, Extent::Everything));
    let service = template.add("StackRole", service)?;
    let rollback = Policy::of("ContinueWithOwnRole", &unsticker, statements(&limits, Extent::Rollback));
    template.add("ContinueWithOwnRolePolicy", rollback.when(&continues))?;

    template.output("StackRoleArn", "--role-arn of every application stack.", &service.arn());
    template.output("ApplicationNamePrefix", "How the names of applications begin.", &prefix);
    template.output("ContinueWithOwnRole", "CONTINUE_WITH_OWN_ROLE of the unsticker.", &with_own_role.reference());
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

/// The log group of a function that `cargo lambda deploy` makes, and its role.
fn add_function(
    template: &mut Template,
    function: Function,
    prefix: &Value,
    retention: &Handle<Parameter>,
    failures: &Handle<Queue>,
) -> Result<Handle<Role>, Problem> {
    let (id, name) = (logical_id(function), function.name());
    let group = LogGroup::named(&format!("/aws/lambda/{name}").into(), retention).removed_with_the_stack();
    let group = template.add(&format!("{id}LogGroup"), group)?;
    let role = template.add(&format!("{id}Role"), function_role(function, prefix, &group, failures))?;
    template.output(&format!("{id}RoleArn"), &format!("cargo lambda deploy --role, for {name}."), &role.arn());
    Ok(role)
}

/// What the function's calls need, and nothing else.
fn function_role(
    function: Function,
    prefix: &Value,
    group: &Handle<LogGroup>,
    failures: &Handle<Queue>,
) -> Resource<Role> {
    let mut role = Role::assumed_by("lambda.amazonaws.com", &format!("Of the function {}.", function.name()));
    for scope in [Scope::Application, Scope::Stack] {
        let actions = permissions(function).into_iter().filter(|action| action.scope() == scope);
        let on = match scope {
            Scope::Application => {
                arn::regional("kinesisanalytics", ["application/".into(), prefix.clone(), "*".into()])
            }
            Scope::Stack => arn::regional("cloudformation", ["stack/*/*".into()]),
        };
        role.grant(Statement::allow(actions.map(crate::lifecycle::Action::iam)).on([on]));
    }
    group.grant_write(&mut role);
    failures.grant_send(&mut role);
    if Function::CUSTOM_RESOURCES.contains(&function) {
        role.grant(Statement::allow(["lambda:InvokeFunction"]).on([function_arn(function)]));
    } else {
        role.grant(Statement::allow(["events:PutEvents"]).on([super::handlers::default_bus_arn()]));
    }
    role.into()
}

fn dead_letter_alarm(queue: &Handle<Queue>, topic: &Handle<Topic>) -> Resource {
    let metric = cloudwatch::Metric {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimension: ("QueueName", queue.get_att("QueueName")),
        statistic: "Maximum",
    };
    let description = "An event could not be handled: it is in the dead-letter queue of the Flink stack handlers.";
    cloudwatch::alarm_above_zero(description, &metric, &topic.reference())
}
