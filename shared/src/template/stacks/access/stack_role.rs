//! What CloudFormation needs to deploy `application.template.json`: the permissions of its service role.
//!
//! Taken from the resource handlers' own lists (`semantics.md` B.1), cut to what the template uses. The caller that
//! continues a rollback without a service role needs the part that puts things back: it creates nothing and deletes
//! nothing, and is a policy of its own.

use crate::contract::Function;
use crate::template::cloudformation::value::Value;
use crate::template::resources::arn;
use crate::template::resources::iam::Statement;
use crate::template::resources::kms::{self, KmsKey};
use crate::template::resources::lambda::function_arn;
use crate::template::stacks::name_prefixes::NamePrefixes;

/// Which part of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::template) enum RoleScope {
    /// What an update changes, and its rollback puts back.
    Update,
    /// What besides makes a stack, and takes it away.
    CreateAndDelete,
}

/// What the permissions are limited to.
#[derive(Debug)]
pub(in crate::template) struct RoleLimits {
    /// How the names of applications begin.
    pub(in crate::template) applications: NamePrefixes,
    /// How the names of streams and tables begin.
    pub(in crate::template) data: NamePrefixes,
    /// The ARN of the bucket that holds jars and packages.
    pub(in crate::template) bucket_arn: Value,
    /// The ARN of the permissions boundary that the role may hand on.
    pub(in crate::template) boundary_arn: Value,
    /// The only key that streams, tables and logs may be encrypted with, beside the services' own.
    pub(in crate::template) key: KmsKey,
}

/// The path of application roles: nothing outside it is touched.
pub(in crate::template) const ROLE_PATH: &str = "/flink-stack/";
/// How the log groups of applications begin.
pub(in crate::template) const LOG_GROUP_PREFIX: &str = "/aws/kinesis-analytics/";

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
const APPLICATION: [&str; 11] = [
    "kinesisanalytics:AddApplicationCloudWatchLoggingOption",
    "kinesisanalytics:AddApplicationVpcConfiguration",
    "kinesisanalytics:CreateSystemSnapshot",
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
const CREATE_AND_DELETE_DATA: [&str; 4] =
    ["dynamodb:CreateTable", "dynamodb:DeleteTable", "kinesis:CreateStream", "kinesis:DeleteStream"];
const CREATE_AND_DELETE_APPLICATION: [&str; 6] = [
    "cloudwatch:DeleteAlarms",
    "kinesisanalytics:DeleteApplication",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
];
/// AWS's service authorization data gives these no resource: on an ARN they never match (`semantics.md` H.3).
const WITHOUT_RESOURCE: [&str; 3] =
    ["logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"];
/// Without the boundary as a condition, which tagging does not know, and which a look at a role that is gone does not
/// have.
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

/// The first actions of an update, the second of creation and deletion.
fn allow(extent: RoleScope, update: &[&'static str], create_and_delete: &[&'static str]) -> Statement {
    Statement::allow(match extent {
        RoleScope::Update => update.to_vec(),
        RoleScope::CreateAndDelete => create_and_delete.to_vec(),
    })
}

/// What is called as an application: itself, its log group, alarms and dashboard. Actions of several services stand in
/// one statement with all their ARNs: each takes its own alone, and a policy has little room.
pub(in crate::template) fn application_statements(limits: &RoleLimits, extent: RoleScope) -> [Statement; 2] {
    let heads = [
        arn::regional("kinesisanalytics", ["application/".into()]),
        arn::regional("logs", [format!("log-group:{LOG_GROUP_PREFIX}").into()]),
        arn::regional("cloudwatch", ["alarm:".into()]),
    ];
    let dashboards = [arn::account_wide("cloudwatch", ["dashboard/".into()])];
    [
        allow(extent, &[&APPLICATION[..], &LOG_GROUP, &ALARM].concat(), &CREATE_AND_DELETE_APPLICATION)
            .on([limits.applications.arns(&heads)]),
        // Their names take no dot.
        allow(extent, &DASHBOARD, &["cloudwatch:DeleteDashboards"])
            .on([limits.applications.arns_without_dots(&dashboards)]),
    ]
}

/// Everything else: data, roles, the key, what takes no resource, and what a deployment reads and calls.
pub(in crate::template) fn statements(limits: &RoleLimits, extent: RoleScope) -> Vec<Statement> {
    let data = [arn::regional("kinesis", ["stream/".into()]), arn::regional("dynamodb", ["table/".into()])];
    let roles = || arn::account_wide("iam", [format!("role{ROLE_PATH}*").into()]);
    let bounded = |statement: Statement| {
        statement.on([roles()]).only_if("ArnEquals", "iam:PermissionsBoundary", &limits.boundary_arn)
    };
    let everywhere = ["kinesis:UpdateStreamMode", "kinesisanalytics:CreateApplication"];
    let mut all = vec![
        allow(extent, &[&STREAM[..], &TABLE].concat(), &CREATE_AND_DELETE_DATA).on([limits.data.arns(&data)]),
        allow(extent, &WITHOUT_RESOURCE, &everywhere).on(["*".into()]),
        bounded(allow(extent, &BOUNDED_ROLE, &["iam:CreateRole", "iam:DeleteRole"])),
    ];
    if extent == RoleScope::Update {
        let objects = Value::concat([limits.bucket_arn.clone(), "/*".into()]);
        all.extend([
            limits.key.statement(kms::USE),
            // DynamoDB makes its grants in the caller's name; no other caller is given one.
            limits.key.statement(["kms:CreateGrant"]).only_if("Bool", "kms:GrantIsForAWSResource", &"true".into()),
            Statement::allow(ROLE).on([roles()]),
            Statement::allow(["iam:PassRole"]).on([roles()]).only_if(
                "StringEquals",
                "iam:PassedToService",
                &"kinesisanalytics.amazonaws.com".into(),
            ),
            Statement::allow(["lambda:InvokeFunction"]).on(Function::CUSTOM_RESOURCES.map(function_arn)),
            Statement::allow(["s3:GetBucketLocation", "s3:ListBucket"]).on([limits.bucket_arn.clone()]),
            Statement::allow(["s3:GetObject"]).on([objects]),
        ]);
    }
    all
}
