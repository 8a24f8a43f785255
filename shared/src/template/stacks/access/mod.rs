//! `access.template.json`: what must exist before the functions do, once per account and region.
//!
//! Roles, log groups, the artifact bucket, where failures and incidents go, and what application stacks are deployed
//! with.

pub(crate) mod boundary;
pub(crate) mod function_calls;
pub(crate) mod function_role;
pub(crate) mod own_roles;
pub(crate) mod stack_role;

use serde_json::{Value as Json, json};

use super::name_prefixes::NamePrefixes;
use crate::contract::{
    ACCESS_BOUNDARY_EXPORT, ACCESS_BUCKET_EXPORT, ACCESS_QUEUE_EXPORT, ACCESS_TOPIC_EXPORT, Function, Notify,
    StackTemplate,
};
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::alarms::{Alarm, Metric};
use crate::template::resources::iam::{ManagedPolicy, Role};
use crate::template::resources::kms::KmsKey;
use crate::template::resources::logs::RETENTION_DAYS;
use crate::template::resources::messaging::{Queue, Topic};
use crate::template::resources::s3::Bucket;
use boundary::AdditionalArns;
use function_role::{FunctionInputs, add_function, common_policy};
use own_roles::{OwnRoles, in_vpc};
use stack_role::{RoleLimits, RoleScope, application_statements, statements};

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
    let applications = NamePrefixes::from_parameter(&mut template, "ApplicationNamePrefix", "applications", false)?;
    let data = NamePrefixes::from_parameter(&mut template, "DataNamePrefix", "streams and tables", true)?;
    let further = AdditionalArns::from_parameters(&mut template)?;
    let own_boundary = boundary::own(&mut template)?;
    let with_own_role = "true lets the unsticker continue the rollback of a stack that has no service role of its own.";
    let with_own_role = ParameterOf::text(with_own_role).default("false").one_of(["true", "false"]);
    let with_own_role = template.parameter("ContinueWithOwnRole", with_own_role)?;
    let ignores_tag = template.parameter(
        "IgnoreConsentTag",
        ParameterOf::text(
            "true: only the unsticker's own check asks for the tag flink-unstick. For an account where the service \
         does not evaluate aws:ResourceTag.",
        )
        .default("false")
        .one_of(["true", "false"]),
    )?;
    let retention = template.parameter(
        "LogRetentionDays",
        ParameterOf::number("How many days the functions' logs are kept.").default(30).one_of(RETENTION_DAYS),
    )?;
    let mail = template
        .parameter("IncidentMail", ParameterOf::text("Who gets mail about incidents; empty for none.").default(""))?;
    let own_roles = OwnRoles::from_parameters(&mut template)?;
    let in_vpc = in_vpc(&mut template)?;
    let key = KmsKey::from_parameter(
        &mut template,
        "queue, topic and the functions' logs; application stacks may use it too",
    )?;
    let tracing = ParameterOf::text("Active lets the functions send traces to X-Ray.").default("PassThrough");
    let tracing = template.parameter("Tracing", tracing.one_of(["PassThrough", "Active"]))?.reference();
    let traced = template.condition("FunctionsAreTraced", Test::equals(&tracing, "Active"))?;
    let own_role = Test::equals(&with_own_role.reference(), "true");
    let continues = template.condition("ContinuesWithOwnRole", own_role)?;
    let ignores = template.condition("IgnoresConsentTag", Test::equals(&ignores_tag.reference(), "true"))?;
    let bounds = template.condition("BoundaryIsOurs", Test::equals(&own_boundary, ""))?;
    let mails = template.condition("IncidentMailIsGiven", Test::given(&mail.reference()))?;

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

    let boundary = boundary::statements(&applications, &data, &further, &bucket.arn(), &key);
    // Its description cannot change: the policy would be replaced, and its ARN is exported.
    let boundary = ManagedPolicy::of("The most that a role of a Flink application stack can do.", boundary);
    let boundary = template.add("ApplicationBoundary", boundary)?;
    let boundary = bounds.choose(&boundary.reference(), &own_boundary);
    let limits = RoleLimits { applications, data, bucket_arn: bucket.arn(), boundary_arn: boundary.clone(), key };
    // Two policies: with five long prefixes one would be too long.
    let what =
        "What an update of a Flink application stack changes, and its rollback puts back: data, roles, and the rest.";
    let update = ManagedPolicy::of(what, statements(&limits, RoleScope::Update));
    let update = template.add("StackUpdatePolicy", update)?.reference();
    let what = "The same: applications, their logs, alarms and dashboards.";
    let of_applications = ManagedPolicy::of(what, application_statements(&limits, RoleScope::Update));
    let of_applications = template.add("ApplicationUpdatePolicy", of_applications)?.reference();
    let rollback_policies = [update, of_applications];
    let service = Role::assumed_by("cloudformation.amazonaws.com", "Deploys Flink application stacks.");
    let mut service = own_roles.frame(service);
    service.attach(rollback_policies.clone());
    service.grant_all(application_statements(&limits, RoleScope::CreateAndDelete));
    service.grant_all(statements(&limits, RoleScope::CreateAndDelete));
    let service = template.add("StackRole", service)?;

    let common = template.add("FunctionPolicy", common_policy(&queue, &limits.key, &traced, &in_vpc))?;
    let given = FunctionInputs {
        prefixes: &limits.applications,
        ignores_tag: &ignores,
        rollback_policies: rollback_policies.map(|policy| continues.then(&policy)),
        common_policy: common.reference(),
        roles: &own_roles,
        retention: &retention,
        reports: &topic,
        key: &limits.key,
    };
    for function in Function::ALL {
        add_function(&mut template, function, &given)?;
    }

    template.output("StackRoleArn", "--role-arn of every application stack.", &service.arn());
    template.output("ApplicationNamePrefix", "How the names of applications begin.", &limits.applications.joined());
    template.output("ContinueWithOwnRole", "CONTINUE_WITH_OWN_ROLE of the unsticker.", &with_own_role.reference());
    template.output("Tracing", "cargo lambda deploy --tracing.", &tracing);
    template.export("BucketName", "Where jars go.", &bucket.reference(), ACCESS_BUCKET_EXPORT);
    template.export("BoundaryArn", "Of application roles.", &boundary, ACCESS_BOUNDARY_EXPORT);
    template.export("DeadLetterQueueArn", "Messages that no function could take.", &queue.arn(), ACCESS_QUEUE_EXPORT);
    template.export("IncidentTopicArn", "Incident reports and alarms.", &topic.reference(), ACCESS_TOPIC_EXPORT);
    Ok(template)
}

/// What is mailed of all that is on the topic: alarms, and the reports that are for people. Lambda publishes the result
/// of every invocation of the unsticker, and most of them found nothing.
fn for_people() -> Result<Json, Problem> {
    let people = Value::of(&Notify::People)?;
    Ok(json!({"$or": [{"AlarmName": [{"exists": true}]}, {"responsePayload": {"Notify": [people]}}]}))
}

fn dead_letter_alarm(queue: &Handle<Queue>, topic: &Handle<Topic>) -> Resource<Alarm> {
    let queue = ("QueueName", queue.get_att("QueueName"));
    let metric = Metric::of("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Maximum");
    let description = "An event could not be handled: it is in the dead-letter queue of the Flink stack handlers.";
    Alarm::above(0, &metric).described(description).notifies(&topic.reference()).into()
}

/// After four days a message is deleted: three days are left to read it.
fn dead_letter_age_alarm(queue: &Handle<Queue>, topic: &Handle<Topic>) -> Resource<Alarm> {
    let queue = ("QueueName", queue.get_att("QueueName"));
    let metric = Metric::of("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum");
    let description =
        "A message has been in the dead-letter queue of the Flink stack handlers for a day. It is deleted after four.";
    Alarm::above(86_400, &metric).described(description).notifies(&topic.reference()).into()
}

#[cfg(test)]
mod tests;
