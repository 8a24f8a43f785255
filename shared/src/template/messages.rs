//! Where failures and incidents go: an SQS queue and an SNS topic.

use serde_json::json;

use super::arn;
use super::iam::{Role, Statement, document};
use super::resource::{Handle, Resource};
use super::value::{Value, pseudo};

/// A queue.
#[derive(Debug)]
pub enum Queue {}

impl Queue {
    /// For what nobody could take: kept for SQS's longest, 14 days, encrypted with SQS's own key.
    #[must_use]
    pub fn for_dead_letters() -> Resource<Self> {
        let properties = json!({"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": true});
        Resource::of("AWS::SQS::Queue", properties)
    }
}

impl Handle<Queue> {
    /// Putting messages in.
    pub fn grant_send(&self, role: &mut Role) {
        role.grant(Statement::allow(["sqs:SendMessage"]).on([self.arn()]));
    }

    /// Rules of this account may put in what they could not deliver.
    #[must_use]
    pub fn policy(&self) -> Resource {
        let rules = arn::regional("events", ["rule/*".into()]);
        let from_rules = Statement::allow(["sqs:SendMessage"]).to("events.amazonaws.com").on([self.arn()]);
        let from_rules = from_rules.only_if("ArnLike", "aws:SourceArn", &rules);
        let properties = json!({"Queues": [self.reference()], "PolicyDocument": document([from_rules])});
        Resource::of("AWS::SQS::QueuePolicy", properties)
    }
}

/// A topic. Unencrypted at rest: SNS's own key cannot be used by EventBridge or CloudWatch, and reports hold no property values.
#[derive(Debug)]
pub enum Topic {}

impl Topic {
    /// For people.
    #[must_use]
    pub fn for_people(display_name: &str) -> Resource<Self> {
        Resource::of("AWS::SNS::Topic", json!({"DisplayName": display_name}))
    }
}

impl Handle<Topic> {
    /// Rules and this account's alarms may publish. The statement for rules has no condition, and must not: EventBridge gives no
    /// context when it publishes to SNS ("You can't use Condition blocks in Amazon SNS topic policies for EventBridge", its
    /// user guide on resource-based policies), so a condition would lose every report without a trace.
    #[must_use]
    pub fn policy(&self) -> Resource {
        let publish = |service| Statement::allow(["sns:Publish"]).to(service).on([self.reference()]);
        let from_rules = publish("events.amazonaws.com");
        let from_alarms =
            publish("cloudwatch.amazonaws.com").only_if("StringEquals", "aws:SourceAccount", &pseudo::account());
        let document = document([from_rules, from_alarms]);
        Resource::of("AWS::SNS::TopicPolicy", json!({"Topics": [self.reference()], "PolicyDocument": document}))
    }

    /// Mail to this address, once its owner confirms.
    #[must_use]
    pub fn mail(&self, address: &Value) -> Resource {
        let properties = json!({"Protocol": "email", "TopicArn": self.reference(), "Endpoint": address});
        Resource::of("AWS::SNS::Subscription", properties)
    }
}
