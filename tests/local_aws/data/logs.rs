//! Log groups and streams exist or do not, with their retention. What is written is not kept: assert on the journal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State, kms};

const INVALID: &str = "InvalidParameterException";

/// The log groups by name.
#[derive(Debug, Default)]
pub struct Logs {
    /// By name.
    pub groups: BTreeMap<String, Group>,
}

/// A log group.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Its ARN, without `:*`.
    pub arn: String,
    /// `None` keeps for ever.
    pub retention_days: Option<u64>,
    /// Names of its streams.
    pub streams: BTreeSet<String>,
    /// The customer's key that it is encrypted with.
    pub encryption: Option<String>,
    /// For ABAC.
    pub tags: BTreeMap<String, String>,
}

impl Logs {
    /// Does the stream of this ARN (`..:log-group:<group>:log-stream:<stream>`) exist?
    #[must_use]
    pub fn has_stream(&self, arn: &str) -> bool {
        let parts: Vec<_> = arn.splitn(9, ':').collect();
        match parts.as_slice() {
            ["arn", _, "logs", _, _, "log-group", group, "log-stream", stream] => {
                self.groups.get(*group).is_some_and(|group| group.streams.contains(*stream))
            }
            _ => false,
        }
    }
}

/// One CloudWatch Logs call.
///
/// # Errors
/// As the service says them, and a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let of_arn = |arn: &str| arn.split(':').nth(6).unwrap_or_default().to_owned();
    let name = match (body["logGroupName"].as_str(), body["resourceArn"].as_str()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(arn)) => of_arn(arn),
        (None, None) => String::new(),
    };
    let arn = settings.arn("logs", &format!("log-group:{name}"));
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html: `arn` and `logGroupArn`.
    let tags_it = ["TagResource", "UntagResource", "ListTagsForResource"].contains(&operation);
    let resource = match (name.is_empty(), body["logStreamName"].as_str()) {
        (false, None) if tags_it => arn.clone(),
        (true, _) => "*".to_owned(),
        (false, Some(stream)) => format!("{arn}:log-stream:{stream}"),
        (false, None) => format!("{arn}:*"),
    };
    let tags = state.logs.groups.get(&name).map(|group| group.tags.clone()).unwrap_or_default();
    let context = api::tag_context("aws:ResourceTag", &tags);
    let call = Call { action: format!("logs:{operation}"), caller, resource, context, body };
    api::perform(state, call, |state| dispatch(state, operation, &name, arn, body))
}

fn dispatch(state: &mut State, operation: &str, name: &str, arn: String, body: &Value) -> ApiResult {
    match operation {
        "CreateLogGroup" => {
            if name.is_empty() {
                return Err(ApiError::new(INVALID, "logGroupName is required"));
            }
            if state.logs.groups.contains_key(name) {
                return Err(exists("log group"));
            }
            let encryption = body["kmsKeyId"].as_str().map(str::to_owned);
            encryption.as_deref().map_or(Ok(()), |key| may_encrypt(state, key, &arn))?;
            let tags = api::string_map(&body["tags"]);
            state.logs.groups.insert(name.to_owned(), Group { arn, encryption, tags, ..Group::default() });
            Ok(json!({}))
        }
        "DeleteLogGroup" => {
            group(state, name)?;
            state.logs.groups.remove(name);
            Ok(json!({}))
        }
        "AssociateKmsKey" => {
            let key = api::text(body, "kmsKeyId", INVALID)?;
            may_encrypt(state, key, &arn)?;
            group(state, name)?.encryption = Some(key.to_owned());
            Ok(json!({}))
        }
        "DisassociateKmsKey" => {
            group(state, name)?.encryption = None;
            Ok(json!({}))
        }
        "PutRetentionPolicy" => {
            group(state, name)?.retention_days = body["retentionInDays"].as_u64();
            Ok(json!({}))
        }
        "DeleteRetentionPolicy" => {
            group(state, name)?.retention_days = None;
            Ok(json!({}))
        }
        "CreateLogStream" => {
            let stream = api::text(body, "logStreamName", INVALID)?;
            if !group(state, name)?.streams.insert(stream.to_owned()) {
                return Err(exists("log stream"));
            }
            Ok(json!({}))
        }
        "DeleteLogStream" => {
            let stream = api::text(body, "logStreamName", INVALID)?;
            if !group(state, name)?.streams.remove(stream) {
                return Err(missing("log stream"));
            }
            Ok(json!({}))
        }
        "PutLogEvents" => group(state, name).map(|_| json!({})),
        "TagResource" | "TagLogGroup" => {
            group(state, name)?.tags.extend(api::string_map(&body["tags"]));
            Ok(json!({}))
        }
        "UntagResource" | "UntagLogGroup" => {
            let keys = api::string_list(&body["tagKeys"]);
            group(state, name)?.tags.retain(|key, _| !keys.contains(key));
            Ok(json!({}))
        }
        "ListTagsForResource" => Ok(json!({ "tags": group(state, name)?.tags })),
        "DescribeLogGroups" => Ok(describe_groups(state, body["logGroupNamePrefix"].as_str().unwrap_or_default())),
        "DescribeLogStreams" => {
            let streams = &group(state, name)?.streams;
            let rows: Vec<_> = streams
                .iter()
                .map(|stream| json!({ "logStreamName": stream, "arn": format!("{arn}:log-stream:{stream}") }))
                .collect();
            Ok(json!({ "logStreams": rows }))
        }
        unknown => Err(ApiError::unknown_operation(&format!("logs:{unknown}"))),
    }
}

/// The service itself uses the key, for this group (CloudWatch Logs guide, encrypt-log-data-kms; the refusal is SEEN:
/// hashicorp/terraform-provider-aws#29282).
fn may_encrypt(state: &State, key: &str, arn: &str) -> ApiResult<()> {
    const USE: [&str; 6] = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:DescribeKey",
    ];
    let service = format!("logs.{}.amazonaws.com", arn.split(':').nth(3).unwrap_or_default());
    let context = Context::from([("kms:EncryptionContext:aws:logs:arn".to_owned(), vec![arn.to_owned()])]);
    kms::authorize_service(state, &service, key, &USE, &context).map_err(|_| {
        let message = format!("The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'");
        ApiError::new("AccessDeniedException", message)
    })
}

fn describe_groups(state: &State, prefix: &str) -> Value {
    let groups = state.logs.groups.iter().filter(|(name, _)| name.starts_with(prefix));
    let rows: Vec<_> = groups
        .map(|(name, group)| {
            let mut row = json!({ "logGroupName": name, "arn": format!("{}:*", group.arn), "logGroupArn": group.arn });
            if let Some(days) = group.retention_days {
                row["retentionInDays"] = json!(days);
            }
            row
        })
        .collect();
    json!({ "logGroups": rows })
}

fn group<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Group> {
    state.logs.groups.get_mut(name).ok_or_else(|| missing("log group"))
}

fn missing(kind: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("The specified {kind} does not exist."))
}

fn exists(kind: &str) -> ApiError {
    ApiError::new("ResourceAlreadyExistsException", format!("The specified {kind} already exists"))
}
