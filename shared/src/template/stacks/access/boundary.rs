//! The most that a role of an application stack can ever do, whatever its template grants it.
//!
//! The streams and tables whose names begin as `DataNamePrefix` says and the log groups of applications, in this
//! account and region; metrics; the artifact bucket to read from; network interfaces for a job in a VPC; the key of
//! access, when there is one; and what the administrator lists by ARN in [`AdditionalArns`], in any account.

use super::stack_role::LOG_GROUP_PREFIX;
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::Handle;
use crate::template::cloudformation::value::Value;
use crate::template::resources::arn;
use crate::template::resources::iam::Statement;
use crate::template::resources::kms::{self, KmsKey};
use crate::template::resources::vpc::interfaces;
use crate::template::stacks::name_prefixes::NamePrefixes;

const STREAM: [&str; 12] = [
    "kinesis:DeregisterStreamConsumer",
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamConsumer",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:ListStreamConsumers",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
    "kinesis:RegisterStreamConsumer",
    "kinesis:SubscribeToShard",
];
const TABLE: [&str; 8] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];
/// What a job does with a bucket that it writes to and reads back: Flink's file sink completes and aborts uploads in
/// parts.
const BUCKET: [&str; 6] =
    ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetBucket*", "s3:GetObject*", "s3:List*", "s3:PutObject"];

/// Resources beyond the stacks' own, by ARN: a parameter that may be empty.
#[derive(Debug)]
struct AllowedArns {
    list: Value,
    given: Handle<Condition>,
}

impl AllowedArns {
    fn from_parameter(template: &mut Template, kind: &str, pattern: &str) -> Result<Self, Problem> {
        let description = format!(
            "ARNs of further {} that jobs may use, separated by commas, of any account; empty for none.",
            kind.to_lowercase()
        );
        let parameter =
            ParameterOf::list(&description).default("").matching(&format!("^({pattern})?$"), "ARNs, or nothing");
        let list = template.parameter(&format!("Further{kind}"), parameter)?.reference();
        // An empty list is the list of one empty string.
        let given = template.condition(&format!("Further{kind}AreGiven"), Test::given(&list.joined_by("")))?;
        Ok(Self { list, given })
    }

    /// The ARNs, and each with `below` behind it, separated by commas.
    fn parts(&self, below: &str) -> [Value; 4] {
        [self.list.joined_by(","), ",".into(), self.list.joined_by(&format!("{below},")), below.into()]
    }

    /// The same behind a comma, or nothing.
    fn and(&self, below: &str) -> Value {
        let listed = std::iter::once(Value::from(",")).chain(self.parts(below));
        self.given.choose(&Value::concat(listed), &"".into())
    }
}

/// What an administrator lists beyond the names' prefixes.
#[derive(Debug)]
pub(in crate::template) struct AdditionalArns {
    streams: AllowedArns,
    tables: AllowedArns,
    buckets: AllowedArns,
    keys: AllowedArns,
}

impl AdditionalArns {
    /// The parameters `FurtherStreams`, `FurtherTables`, `FurtherBuckets` and `FurtherKeys`.
    ///
    /// # Errors
    /// `DuplicateLogicalId` if one of the names is in use.
    pub(in crate::template) fn from_parameters(template: &mut Template) -> Result<Self, Problem> {
        let regional = |service: &str, rest: &str| format!("arn:[a-z-]+:{service}:[a-z0-9-]+:[0-9]{{12}}:{rest}");
        let mut listed = |kind: &str, pattern: &str| AllowedArns::from_parameter(template, kind, pattern);
        Ok(Self {
            streams: listed("Streams", &regional("kinesis", "stream/[a-zA-Z0-9_.*-]+"))?,
            tables: listed("Tables", &regional("dynamodb", "table/[a-zA-Z0-9_.*-]+"))?,
            buckets: listed("Buckets", "arn:[a-z-]+:s3:::[a-z0-9.*-]+")?,
            keys: listed("Keys", &regional("kms", "key/[a-zA-Z0-9-]+"))?,
        })
    }
}

/// The parameter `BoundaryArn`.
///
/// # Errors
/// `DuplicateLogicalId` if the name is in use.
pub(in crate::template) fn own(template: &mut Template) -> Result<Value, Problem> {
    let description = "A managed policy of yours, by ARN, that bounds the applications' roles in the place of ours; \
                       empty for ours. Choose it before the first application stack: an export in use does not change.";
    let own_boundary = ParameterOf::text(description);
    let own_boundary = own_boundary
        .default("")
        .matching("^(arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+)?$", "the ARN of a managed policy, or nothing");
    Ok(template.parameter("BoundaryArn", own_boundary)?.reference())
}

/// The statements of the permissions boundary that every role of these stacks carries.
pub(in crate::template) fn statements(
    applications: &NamePrefixes,
    data: &NamePrefixes,
    further: &AdditionalArns,
    bucket_arn: &Value,
    key: &KmsKey,
) -> Vec<Statement> {
    let own = [arn::regional("kinesis", ["stream/".into()]), arn::regional("dynamodb", ["table/".into()])];
    let data = [data.arn_text(&own), further.streams.and("/consumer/*"), further.tables.and("/index/*")];
    let log_groups = arn::regional("logs", [format!("log-group:{LOG_GROUP_PREFIX}").into()]);
    let mut all = vec![
        // Each action takes its own service's ARNs alone, and a policy has little room.
        Statement::allow([&TABLE[..], &STREAM].concat()).on([Value::concat(data).split(",")]),
        Statement::allow(["logs:DescribeLogStreams", "logs:PutLogEvents"]).on([applications.arns(&[log_groups])]),
        // They take no resource.
        Statement::allow(["cloudwatch:PutMetricData", "logs:DescribeLogGroups"]).on(["*".into()]),
        Statement::allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"])
            .on([bucket_arn.clone(), Value::concat([bucket_arn.clone(), "/*".into()])]),
        Statement::allow(BUCKET)
            .on([Value::concat(further.buckets.parts("/*")).split(",")])
            .when(&further.buckets.given),
        key.statement(kms::USE),
        Statement::allow(kms::USE).on([further.keys.list.clone()]).when(&further.keys.given),
    ];
    all.extend(interfaces());
    all
}
