//! SNS topics, their policies and subscriptions.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::cloudformation::parameters_as_text;

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::SNS::Topic",
        properties: &["DisplayName", "KmsMasterKeyId", "Subscription", "Tags", "TopicName"],
        required: &[],
        create_only: &["TopicName"],
        attributes: &["TopicArn", "TopicName"],
        create: |desk| {
            let name = desk.name("TopicName", 256);
            let attributes = desk.only(&["DisplayName", "KmsMasterKeyId"]);
            let body = json!({ "Name": name, "Tags": desk.tag_list(), "Attributes": attributes });
            let reply = desk.call("sns", "CreateTopic", &body)?;
            let arn = reply["TopicArn"].as_str().unwrap_or_default().to_owned();
            for subscription in desk.properties["Subscription"].as_array().cloned().unwrap_or_default() {
                subscribe(desk, &json!(arn), &subscription)?;
            }
            Ok(Made::new(arn.clone(), [("TopicArn", json!(arn)), ("TopicName", json!(name))]))
        },
        update: |desk| {
            for name in ["DisplayName", "KmsMasterKeyId"] {
                if !desk.has_changed(name) {
                    continue;
                }
                let body =
                    json!({ "TopicArn": desk.physical_id, "AttributeName": name, "AttributeValue": desk.text(name) });
                desk.call("sns", "SetTopicAttributes", &body)?;
            }
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| desk.remove("sns", "DeleteTopic", &json!({ "TopicArn": desk.physical_id })),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::SNS::TopicPolicy",
        properties: &["PolicyDocument", "Topics"],
        required: &["PolicyDocument", "Topics"],
        create_only: &[],
        attributes: &["Id"],
        create: |desk| {
            let id = desk.name("", 64);
            put_policy(desk)?;
            Ok(Made::new(id.clone(), [("Id", json!(id))]))
        },
        update: |desk| {
            put_policy(desk)?;
            Ok(Made::new(desk.physical_id, []))
        },
        // The real handler puts the default policy back; nothing here asks for it.
        delete: |_| Ok(()),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::SNS::Subscription",
        properties: &["Endpoint", "FilterPolicy", "FilterPolicyScope", "Protocol", "RawMessageDelivery", "TopicArn"],
        required: &["Protocol", "TopicArn"],
        create_only: &["Endpoint", "Protocol", "TopicArn"],
        attributes: &["Arn"],
        create: |desk| {
            let (topic, subscription) = (desk.properties["TopicArn"].clone(), desk.properties.clone());
            let arn = subscribe(desk, &topic, &subscription)?;
            Ok(Made::new(arn.clone(), [("Arn", json!(arn))]))
        },
        update: |desk| {
            let (arn, attributes) = (desk.physical_id.to_owned(), filter(desk.properties));
            for (name, value) in attributes.as_object().cloned().unwrap_or_default() {
                let body = json!({ "SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value });
                desk.call("sns", "SetSubscriptionAttributes", &body)?;
            }
            Ok(Made::new(arn, []))
        },
        delete: |desk| {
            let topic = desk.properties["TopicArn"].clone();
            desk.remove("sns", "Unsubscribe", &json!({ "TopicArn": topic, "SubscriptionArn": desk.physical_id }))
        },
        is_settled: at_once,
    },
];

/// The attributes that say which messages are delivered, and how; a policy is sent as text.
fn filter(subscription: &Value) -> Value {
    let mut attributes = json!({});
    if !subscription["FilterPolicy"].is_null() {
        attributes["FilterPolicy"] = json!(subscription["FilterPolicy"].to_string());
    }
    if let Some(scope) = subscription["FilterPolicyScope"].as_str() {
        attributes["FilterPolicyScope"] = json!(scope);
    }
    if !subscription["RawMessageDelivery"].is_null() {
        attributes["RawMessageDelivery"] = json!(parameters_as_text(&subscription["RawMessageDelivery"]));
    }
    attributes
}

fn subscribe(desk: &mut Desk<'_>, topic: &Value, subscription: &Value) -> Result<String, Refused> {
    let body = json!({
        "TopicArn": topic, "Protocol": subscription["Protocol"], "Endpoint": subscription["Endpoint"],
        "Attributes": filter(subscription),
    });
    let reply = desk.call("sns", "Subscribe", &body)?;
    Ok(reply["SubscriptionArn"].as_str().unwrap_or_default().to_owned())
}

fn put_policy(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let document = desk.properties["PolicyDocument"].to_string();
    for topic in desk.properties["Topics"].as_array().cloned().unwrap_or_default() {
        let body = json!({ "TopicArn": topic, "AttributeName": "Policy", "AttributeValue": document });
        desk.call("sns", "SetTopicAttributes", &body)?;
    }
    Ok(())
}
