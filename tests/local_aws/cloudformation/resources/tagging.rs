//! Tags of resources as the registry's schemas have them (`tagging`): which types take tags, and what a request that
//! carries tags must be allowed besides.
//!
//! CloudFormation does not try again without tags (`SEMANTICS.md` H.3): a stack with tags fails on a resource that its
//! role may not tag.

use std::collections::BTreeMap;

use super::{Desk, Refused, title};
use crate::{State, services};

/// A type that takes tags.
#[derive(Debug)]
pub(crate) struct Tagging {
    kind: &'static str,
    /// The property that names it, and the longest name.
    name: (&'static str, usize),
    arn: fn(&Desk<'_>, &str) -> String,
    /// `handlers.create` and `tagging.permissions` have in common.
    create: &'static [&'static str],
    /// Adding tags by an update; empty where the handler makes the calls itself.
    tag: &'static [&'static str],
    untag: &'static [&'static str],
    /// `cloudFormationSystemTags`: it gets `aws:cloudformation:stack-name` and its like too.
    pub(crate) has_system_tags: bool,
}

const TAGGABLE: [Tagging; 12] = [
    Tagging {
        kind: "AWS::CloudWatch::Alarm",
        name: ("AlarmName", 255),
        arn: |desk, name| desk.arn("cloudwatch", &format!("alarm:{name}")),
        create: &["cloudwatch:TagResource"],
        tag: &["cloudwatch:TagResource"],
        untag: &["cloudwatch:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::CloudWatch::Dashboard",
        name: ("DashboardName", 255),
        arn: |desk, name| format!("arn:aws:cloudwatch::{}:dashboard/{name}", desk.settings.account),
        create: &["cloudwatch:TagResource"],
        tag: &["cloudwatch:TagResource"],
        untag: &["cloudwatch:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::DynamoDB::Table",
        name: ("TableName", 255),
        arn: |desk, name| desk.arn("dynamodb", &format!("table/{name}")),
        create: &["dynamodb:TagResource"],
        tag: &["dynamodb:TagResource"],
        untag: &["dynamodb:UntagResource"],
        has_system_tags: false,
    },
    Tagging {
        kind: "AWS::Events::Rule",
        name: ("Name", 64),
        arn: |desk, name| desk.arn("events", &format!("rule/{name}")),
        create: &["events:TagResource"],
        tag: &["events:TagResource"],
        untag: &["events:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::IAM::Role",
        name: ("RoleName", 64),
        arn: |desk, name| {
            let path = desk.properties["Path"].as_str().unwrap_or("/");
            format!("arn:aws:iam::{}:role{path}{name}", desk.settings.account)
        },
        create: &["iam:TagRole"],
        tag: &[],
        untag: &[],
        has_system_tags: false,
    },
    Tagging {
        kind: "AWS::Kinesis::Stream",
        name: ("Name", 128),
        arn: |desk, name| desk.arn("kinesis", &format!("stream/{name}")),
        create: &["kinesis:AddTagsToStream"],
        tag: &["kinesis:AddTagsToStream", "kinesis:TagResource"],
        untag: &["kinesis:RemoveTagsFromStream", "kinesis:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::KinesisAnalyticsV2::Application",
        name: ("ApplicationName", 128),
        arn: |desk, name| desk.arn("kinesisanalytics", &format!("application/{name}")),
        create: &["kinesisanalytics:TagResource"],
        tag: &[],
        untag: &[],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::Lambda::Function",
        name: ("FunctionName", 64),
        arn: |desk, name| desk.arn("lambda", &format!("function:{name}")),
        create: &["lambda:TagResource"],
        tag: &["lambda:TagResource"],
        untag: &["lambda:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::Logs::LogGroup",
        name: ("LogGroupName", 512),
        arn: |desk, name| desk.arn("logs", &format!("log-group:{name}")),
        create: &["logs:TagResource"],
        tag: &["logs:TagResource"],
        untag: &["logs:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::S3::Bucket",
        name: ("BucketName", 63),
        arn: |_, name| format!("arn:aws:s3:::{}", name.to_lowercase()),
        create: &["s3:PutBucketTagging", "s3:TagResource"],
        tag: &["s3:PutBucketTagging", "s3:TagResource"],
        untag: &["s3:PutBucketTagging", "s3:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::SNS::Topic",
        name: ("TopicName", 256),
        // Its physical ID is its ARN.
        arn: |desk, name| desk.arn("sns", name.rsplit(':').next().unwrap_or(name)),
        create: &["sns:TagResource"],
        tag: &["sns:TagResource"],
        untag: &["sns:UntagResource"],
        has_system_tags: true,
    },
    Tagging {
        kind: "AWS::SQS::Queue",
        name: ("QueueName", 80),
        // Its physical ID is a URL.
        arn: |desk, name| desk.arn("sqs", name.rsplit('/').next().unwrap_or(name)),
        create: &["sqs:TagQueue"],
        tag: &["sqs:TagQueue"],
        untag: &["sqs:UntagQueue"],
        has_system_tags: false,
    },
];

/// How a type takes tags; nothing for a type that takes none.
pub(crate) fn of(kind: &str) -> Option<&'static Tagging> {
    TAGGABLE.iter().find(|tagging| tagging.kind == kind)
}

/// Whether a resource may be created with its tags.
///
/// # Errors
/// The service's denial, in the words of a registry handler.
pub(crate) fn authorize_create(desk: &mut Desk<'_>) -> Result<(), Refused> {
    match of(desk.kind) {
        Some(tagging) if !desk.tags.is_empty() => tagging.authorize(desk, tagging.create),
        Some(_) | None => Ok(()),
    }
}

/// Gives a resource the tags of an update, and takes away what the update no longer has.
///
/// # Errors
/// As [`authorize_create`].
pub(crate) fn update(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let Some(tagging) = of(desk.kind) else { return Ok(()) };
    if desk.tags.iter().any(|(key, value)| desk.old_tags.get(key) != Some(value)) {
        tagging.authorize(desk, tagging.tag)?;
    }
    if desk.old_tags.keys().any(|key| !desk.tags.contains_key(key)) {
        tagging.authorize(desk, tagging.untag)?;
    }
    if let Some(stored) = stored(desk.state, desk.kind, desk.physical_id) {
        stored.retain(|key, _| !desk.old_tags.contains_key(key));
        stored.extend(desk.tags.clone());
    }
    Ok(())
}

impl Tagging {
    fn authorize(&self, desk: &Desk<'_>, actions: &[&str]) -> Result<(), Refused> {
        let (property, longest) = self.name;
        let name = if desk.physical_id.is_empty() { desk.name(property, longest) } else { desk.physical_id.to_owned() };
        let arn = (self.arn)(desk, &name);
        actions.iter().try_for_each(|action| {
            services::authorize(desk.state, desk.caller, action, &arn).map_err(|error| {
                let service = action.split(':').next().unwrap_or_default();
                Refused::by_service(title(service), &error)
            })
        })
    }
}

/// Where this world keeps the tags of what its registry handler does not tag by calls.
fn stored<'a>(state: &'a mut State, kind: &str, name: &str) -> Option<&'a mut BTreeMap<String, String>> {
    match kind {
        "AWS::Kinesis::Stream" => state.kinesis.streams.get_mut(name).map(|stream| &mut stream.tags),
        "AWS::DynamoDB::Table" => state.dynamodb.tables.get_mut(name).map(|table| &mut table.tags),
        "AWS::Logs::LogGroup" => state.logs.groups.get_mut(name).map(|group| &mut group.tags),
        _ => None,
    }
}
