//! What CloudFormation needs to deploy `application.template.json`: the permissions of its service role.
//!
//! Taken from the resource handlers' own lists (`semantics.md` B.1), cut to what the template uses. Whoever continues a rollback
//! without a service role needs the part that puts things back: it creates nothing and deletes nothing.

use super::arn;
use super::iam::Statement;
use super::kms::{self, Key};
use super::lambda::function_arn;
use super::value::Value;
use crate::contract::Function;

/// How much of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Create, update, roll back, delete.
    Everything,
    /// Put back what an update changed.
    Rollback,
}

/// What the permissions are limited to.
#[derive(Debug)]
pub(super) struct Limits {
    /// How the names of applications begin.
    pub(super) application_prefix: Value,
    /// How the names of streams and tables begin.
    pub(super) data_prefix: Value,
    /// The bucket's ARN.
    pub(super) bucket_arn: Value,
    /// The boundary's ARN.
    pub(super) boundary_arn: Value,
    /// The only key that streams, tables and logs may be encrypted with, beside the services' own.
    pub(super) key: Key,
}

/// The path of application roles: nothing outside it is touched.
pub(super) const ROLE_PATH: &str = "/flink-stack/";
/// How the log groups of applications begin.
pub(super) const LOG_GROUP_PREFIX: &str = "/aws/kinesis-analytics/";

const STREAM: [&str; 11] = [
    "kinesis:AddTagsToStream",
    "kinesis:DecreaseStreamRetentionPeriod",
    "kinesis:DescribeStreamSummary",
    "kinesis:IncreaseStreamRetentionPeriod",
    "kinesis:ListTagsForResource",
    "kinesis:ListTagsForStream",
    "kinesis:RemoveTagsFromStream",
    "kinesis:StartStreamEncryption",
    "kinesis:StopStreamEncryption",
    "kinesis:TagResource",
    "kinesis:UntagResource",
];
const TABLE: [&str; 12] = [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeContributorInsights",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UntagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
];
const LOG_GROUP: [&str; 9] = [
    "logs:AssociateKmsKey",
    "logs:DeleteRetentionPolicy",
    "logs:DescribeLogStreams",
    "logs:DisassociateKmsKey",
    "logs:GetDataProtectionPolicy",
    "logs:ListTagsForResource",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
];
const APPLICATION: [&str; 10] = [
    "kinesisanalytics:AddApplicationCloudWatchLoggingOption",
    "kinesisanalytics:AddApplicationVpcConfiguration",
    "kinesisanalytics:DeleteApplicationCloudWatchLoggingOption",
    "kinesisanalytics:DeleteApplicationVpcConfiguration",
    "kinesisanalytics:DescribeApplication",
    "kinesisanalytics:ListTagsForResource",
    "kinesisanalytics:TagResource",
    "kinesisanalytics:UntagResource",
    "kinesisanalytics:UpdateApplication",
    "kinesisanalytics:UpdateApplicationMaintenanceConfiguration",
];
const ALARM: [&str; 5] = [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
];
const DASHBOARD: [&str; 5] = [
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutDashboard",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
];
/// AWS's service authorization data gives these no resource: on an ARN they never match (`semantics.md` H.3).
const WITHOUT_RESOURCE: [&str; 3] =
    ["logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"];
/// Without the boundary as a condition, which tagging does not know, and which a look at a role that is gone does not have.
const ROLE: [&str; 7] = [
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
    "iam:TagRole",
    "iam:UntagRole",
];
/// Only on a role that has the boundary, or gets it with this call. Taking it away is not among them.
const BOUNDED_ROLE: [&str; 6] = [
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
];

/// The statements.
pub(super) fn statements(limits: &Limits, extent: Extent) -> Vec<Statement> {
    let with = |always: &[&'static str], create_and_delete: &[&'static str]| {
        let more = if extent == Extent::Everything { create_and_delete } else { &[] };
        let mut actions = [always, more].concat();
        actions.sort_unstable();
        Statement::allow(actions)
    };
    let data = |service, kind: &str| arn::regional(service, [kind.into(), limits.data_prefix.clone(), "*".into()]);
    let application = || [limits.application_prefix.clone(), "*".into()];
    let log_group =
        arn::regional("logs", [format!("log-group:{LOG_GROUP_PREFIX}").into()].into_iter().chain(application()));
    // Their names take no dot.
    let dotless = limits.application_prefix.split(".").joined_by("-");
    let dashboards = arn::account_wide("cloudwatch", ["dashboard/".into(), dotless, "*".into()]);
    let roles = || arn::account_wide("iam", [format!("role{ROLE_PATH}*").into()]);
    let bounded = |statement: Statement| {
        statement.on([roles()]).only_if("ArnEquals", "iam:PermissionsBoundary", &limits.boundary_arn)
    };
    let objects = Value::concat([limits.bucket_arn.clone(), "/*".into()]);
    vec![
        with(&STREAM, &["kinesis:CreateStream", "kinesis:DeleteStream"]).on([data("kinesis", "stream/")]),
        with(&TABLE, &["dynamodb:CreateTable", "dynamodb:DeleteTable"]).on([data("dynamodb", "table/")]),
        with(
            &LOG_GROUP,
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DeleteLogGroup", "logs:DeleteLogStream"],
        )
        .on([log_group]),
        with(&WITHOUT_RESOURCE, &["kinesis:UpdateStreamMode", "kinesisanalytics:CreateApplication"]).on(["*".into()]),
        with(&APPLICATION, &["kinesisanalytics:DeleteApplication"])
            .on([arn::regional("kinesisanalytics", ["application/".into()].into_iter().chain(application()))]),
        with(&ALARM, &["cloudwatch:DeleteAlarms"])
            .on([arn::regional("cloudwatch", ["alarm:".into()].into_iter().chain(application()))]),
        with(&DASHBOARD, &["cloudwatch:DeleteDashboards"]).on([dashboards]),
        limits.key.statement(kms::USE),
        // DynamoDB makes its grants in the caller's name; nobody else is given one.
        limits.key.statement(["kms:CreateGrant"]).only_if("Bool", "kms:GrantIsForAWSResource", &"true".into()),
        with(&ROLE, &[]).on([roles()]),
        bounded(with(&BOUNDED_ROLE, &["iam:CreateRole", "iam:DeleteRole"])),
        Statement::allow(["iam:PassRole"]).on([roles()]).only_if(
            "StringEquals",
            "iam:PassedToService",
            &"kinesisanalytics.amazonaws.com".into(),
        ),
        Statement::allow(["lambda:InvokeFunction"]).on(Function::CUSTOM_RESOURCES.map(function_arn)),
        Statement::allow(["s3:GetBucketLocation", "s3:ListBucket"]).on([limits.bucket_arn.clone()]),
        Statement::allow(["s3:GetObject"]).on([objects]),
    ]
}
