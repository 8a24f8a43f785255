//! Where failures and incidents go: an SQS queue and an SNS topic.

use crate::stack::types;
use serde_json::{Value as Json, json};

use super::arn;
use super::iam::{Role, Statement, document};
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, pseudo};

/// The type of a resource: `AWS::SQS::Queue`.
#[derive(Debug)]
pub enum Queue {}

impl Queue {
    /// For what no function could take: kept for four days, since it holds events of the account's stacks, encrypted
    /// with SQS's own key.
    #[must_use]
    pub fn for_dead_letters() -> Resource<Self> {
        let properties = json!({"MessageRetentionPeriod": 345_600, "SqsManagedSseEnabled": true});
        Resource::of(types::QUEUE, properties)
    }
}

impl Handle<Queue> {
    /// Putting messages in, as a statement.
    #[must_use]
    pub fn send_statement(&self) -> Statement {
        Statement::allow(["sqs:SendMessage"]).on([self.arn()])
    }

    /// Rules of this account may put in what they could not deliver.
    #[must_use]
    pub fn policy(&self) -> Resource {
        let rules = arn::regional("events", ["rule/*".into()]);
        let from_rules = Statement::allow(["sqs:SendMessage"]).to("events.amazonaws.com").on([self.arn()]);
        let from_rules = from_rules.only_if("ArnLike", "aws:SourceArn", &rules);
        let properties = json!({"Queues": [self.reference()], "PolicyDocument": document([from_rules])});
        Resource::of(types::QUEUE_POLICY, properties)
    }
}

/// A topic. Unencrypted at rest: SNS's own key cannot be used by CloudWatch, and reports hold no property values.
#[derive(Debug)]
pub enum Topic {}

impl Topic {
    /// A topic that people subscribe to, with a name that their mails show.
    #[must_use]
    pub fn for_people(display_name: &str) -> Resource<Self> {
        Resource::of(types::TOPIC, json!({"DisplayName": display_name}))
    }
}

impl Handle<Topic> {
    /// This account's alarms may publish, and roles of this account whose own policies allow it. Rules may not:
    /// EventBridge gives no context when it publishes to SNS (its user guide on resource-based policies), so a
    /// statement for `events.amazonaws.com` can have no condition, and lets in the rules of every account.
    #[must_use]
    pub fn policy(&self) -> Resource {
        let from_alarms = Statement::allow(["sns:Publish"]).to("cloudwatch.amazonaws.com").on([self.reference()]);
        let from_alarms = from_alarms.only_if("StringEquals", "aws:SourceAccount", &pseudo::account());
        let document = document([from_alarms]);
        Resource::of(types::TOPIC_POLICY, json!({"Topics": [self.reference()], "PolicyDocument": document}))
    }

    /// Grants a role to publish to the topic.
    pub fn grant_publish(&self, role: &mut Role) {
        role.grant(Statement::allow(["sns:Publish"]).on([self.reference()]));
    }

    /// Mail to this address, once its owner confirms: of the messages whose body matches `filter`
    /// (<https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html>).
    #[must_use]
    pub fn mail(&self, address: &Value, filter: &Json) -> Resource {
        let properties = json!({
            "Protocol": "email",
            "TopicArn": self.reference(),
            "Endpoint": address,
            "FilterPolicy": filter,
            "FilterPolicyScope": "MessageBody",
        });
        Resource::of(types::SUBSCRIPTION, properties)
    }
}
