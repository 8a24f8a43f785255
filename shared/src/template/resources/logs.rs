//! CloudWatch log groups and streams.

use crate::stack::types;
use serde_json::json;

use super::arn;
use super::iam::{Role, Statement};
use crate::template::cloudformation::resource::{Handle, Parameter, Resource};
use crate::template::cloudformation::value::Value;

/// The days that CloudWatch Logs can keep events for.
pub const RETENTION_DAYS: [u32; 12] = [1, 3, 7, 14, 30, 60, 90, 180, 365, 731, 1827, 3653];

/// The type of a resource: `AWS::Logs::LogGroup`.
#[derive(Debug)]
pub enum LogGroup {}

impl LogGroup {
    /// Kept for so many days.
    #[must_use]
    pub fn named(name: &Value, retention_days: &Handle<Parameter>) -> Resource<Self> {
        let properties = json!({"LogGroupName": name, "RetentionInDays": retention_days.reference()});
        Resource::of(types::LOG_GROUP, properties)
    }
}

impl Handle<LogGroup> {
    /// A stream of this group.
    #[must_use]
    pub fn stream(&self) -> Resource<LogStream> {
        Resource::of(types::LOG_STREAM, json!({"LogGroupName": self.reference()}))
    }

    /// What a Lambda function does with a group that exists: streams of its own, and lines in them.
    pub fn grant_write(&self, role: &mut Role) {
        // The group's own ARN ends in `:*`, which is every stream of it.
        role.grant(Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on([self.arn()]));
    }
}

/// The type of a resource: `AWS::Logs::LogStream`.
#[derive(Debug)]
pub enum LogStream {}

impl Handle<LogStream> {
    /// Its ARN; `AWS::Logs::LogStream` has no such attribute.
    #[must_use]
    pub fn arn_in(&self, group: &Handle<LogGroup>) -> Value {
        arn::regional("logs", ["log-group:".into(), group.reference(), ":log-stream:".into(), self.reference()])
    }

    /// What Managed Service for Apache Flink does with the one stream it logs to.
    pub fn grant_write_from_flink(&self, group: &Handle<LogGroup>, role: &mut Role) {
        // It takes no resource.
        role.grant(Statement::allow(["logs:DescribeLogGroups"]).on(["*".into()]));
        role.grant(Statement::allow(["logs:DescribeLogStreams"]).on([group.arn()]));
        role.grant(Statement::allow(["logs:PutLogEvents"]).on([self.arn_in(group)]));
    }
}
