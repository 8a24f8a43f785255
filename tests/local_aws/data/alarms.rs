//! CloudWatch's alarms: nothing here measures, but an alarm that is put into a state does what it does in AWS, as far
//! as the topic's policy and its key let it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::services::{self, Publisher};
use crate::{Settings, State, clock};

const SERVICE: &str = "cloudwatch.amazonaws.com";

/// The alarms of the account.
#[derive(Debug, Default)]
pub struct Alarms {
    /// By name.
    pub alarms: BTreeMap<String, Alarm>,
}

/// An alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Its ARN.
    pub arn: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// The members of PutMetricAlarm, its actions among them.
    pub request: Value,
    /// What became of each action, in AWS's words.
    pub history: Vec<String>,
}

/// One call, by JSON or by the query protocol.
///
/// # Errors
/// ResourceNotFound, InvalidParameterValue, a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let names = match body["AlarmName"].as_str() {
        Some(name) => vec![name.to_owned()],
        None => api::string_list(&body["AlarmNames"]),
    };
    let arn = |name: &String| settings.arn("cloudwatch", &format!("alarm:{name}"));
    let resource = names.first().map_or_else(|| "*".to_owned(), arn);
    let call = Call { action: format!("cloudwatch:{operation}"), caller, resource, context: Context::new(), body };
    api::perform(state, call, |state| match operation {
        "PutMetricAlarm" => {
            for name in names {
                let alarm = state.alarms.alarms.entry(name.clone()).or_insert_with(|| Alarm {
                    arn: arn(&name),
                    state: "INSUFFICIENT_DATA".to_owned(),
                    request: Value::Null,
                    history: Vec::new(),
                });
                alarm.request = body.clone();
            }
            Ok(json!({}))
        }
        "DeleteAlarms" => {
            state.alarms.alarms.retain(|name, _| !names.contains(name));
            Ok(json!({}))
        }
        "SetAlarmState" => {
            let (value, reason) = (&body["StateValue"], &body["StateReason"]);
            names.iter().try_for_each(|name| set_state(state, settings, name, value, reason)).map(|()| json!({}))
        }
        "DescribeAlarms" => {
            let known = state.alarms.alarms.iter().filter(|(name, _)| names.is_empty() || names.contains(name));
            let rows = known
                .map(|(name, alarm)| json!({ "AlarmName": name, "AlarmArn": alarm.arn, "StateValue": alarm.state }));
            Ok(json!({ "MetricAlarms": rows.collect::<Value>() }))
        }
        "DescribeAlarmHistory" => {
            let known = state.alarms.alarms.iter().filter(|(name, _)| names.contains(name));
            let rows = known.flat_map(|(name, alarm)| {
                alarm.history.iter().rev().map(move |said| json!({ "AlarmName": name, "HistorySummary": said }))
            });
            Ok(json!({ "AlarmHistoryItems": rows.collect::<Value>() }))
        }
        unknown => Err(ApiError::unknown_operation(&format!("cloudwatch:{unknown}"))),
    })
}

/// Its actions are for a state that is entered (CloudWatch guide, alarm actions).
fn set_state(state: &mut State, settings: &Settings, name: &str, value: &Value, reason: &Value) -> ApiResult<()> {
    let actions = match value.as_str() {
        Some("ALARM") => "AlarmActions",
        Some("OK") => "OKActions",
        Some("INSUFFICIENT_DATA") => "InsufficientDataActions",
        Some(_) | None => return Err(ApiError::new("InvalidParameterValue", format!("StateValue {value}"))),
    };
    let missing = || ApiError::with_status(404, "ResourceNotFound", format!("Unknown alarm {name}"));
    let alarm = state.alarms.alarms.get_mut(name).ok_or_else(missing)?;
    let (old, new) = (json!(alarm.state), value.as_str().unwrap_or_default().to_owned());
    alarm.state.clone_from(&new);
    let is_enabled = alarm.request["ActionsEnabled"] != json!(false) && alarm.request["ActionsEnabled"] != "false";
    let targets = if is_enabled && old != *value { api::string_list(&alarm.request[actions]) } else { Vec::new() };
    let alarm_arn = alarm.arn.clone();
    let message = json!({
        "AlarmName": name, "AlarmArn": alarm_arn, "AWSAccountId": settings.account, "NewStateValue": value,
        "NewStateReason": reason, "OldStateValue": old, "StateChangeTime": clock::iso8601(clock::now()),
    });
    for target in targets {
        let publisher = Publisher { service: SERVICE, source: Some((&alarm_arn, &settings.account)) };
        let said = match services::publish_as(state, publisher, &target, &message.to_string()) {
            Ok(()) => format!("Successfully executed action {target}"),
            Err(why) => format!("Failed to execute action {target}. Received error: \"{why}\""),
        };
        if let Some(alarm) = state.alarms.alarms.get_mut(name) {
            alarm.history.push(said);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::api::Caller;
    use crate::dispatch::call;
    use crate::{Settings, State, kms};

    const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:t";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

    fn ask(state: &mut State, service: &str, operation: &str, body: &Value) {
        call(state, &Settings::at("http://127.0.0.1:1"), &Caller::Operator, (service, operation), body).unwrap();
    }

    /// An alarm on a topic with this policy and this key rings; what is on the topic, and what the alarm says of it.
    fn rung(policy: Option<&Value>, key: &str) -> (usize, String) {
        let mut state = State::default();
        ask(&mut state, "sns", "CreateTopic", &json!({ "Name": "t" }));
        let mut set = |name: &str, value: String| {
            let body = json!({ "TopicArn": TOPIC, "AttributeName": name, "AttributeValue": value });
            ask(&mut state, "sns", "SetTopicAttributes", &body);
        };
        if let Some(policy) = policy {
            set("Policy", policy.to_string());
        }
        set("KmsMasterKeyId", key.to_owned());
        let open = json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": { "Service": "cloudwatch.amazonaws.com" } });
        kms::put_policy(&mut state, KEY, &json!({ "Statement": open })).unwrap();
        kms::put_policy(&mut state, &format!("{KEY}2"), &json!({ "Statement": [] })).unwrap();
        ask(&mut state, "cloudwatch", "PutMetricAlarm", &json!({ "AlarmName": "a", "AlarmActions": [TOPIC] }));
        let alarm = json!({ "AlarmName": "a", "StateValue": "ALARM", "StateReason": "a test" });
        ask(&mut state, "cloudwatch", "SetAlarmState", &alarm);
        ask(&mut state, "cloudwatch", "SetAlarmState", &alarm);
        (state.queues.topics["t"].published.len(), state.alarms.alarms["a"].history.concat())
    }

    fn of_account(account: &str) -> Value {
        json!({ "Statement": { "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" },
            "Action": "sns:Publish", "Resource": TOPIC,
            "Condition": { "StringEquals": { "aws:SourceAccount": account } } } })
    }

    /// The default policy lets the account's own alarms in (SNS guide); the words are those of repost.aws,
    /// cloudwatch-receive-sns-for-alarm-trigger and cloudwatch-configure-alarm-sns.
    #[test]
    fn an_alarm_reaches_a_topic_whose_policy_and_key_let_it_once_for_each_change() {
        assert_eq!(rung(None, "").0, 1);
        assert_eq!(rung(Some(&of_account("111122223333")), KEY).0, 1);
        let (published, said) = rung(Some(&of_account("444455556666")), KEY);
        assert_eq!(published, 0);
        assert!(said.contains("is not authorized to perform: SNS:Publish on resource: arn:aws:sns"), "{said}");
        for key in [&format!("{KEY}2"), "alias/aws/sns"] {
            let (published, said) = rung(Some(&of_account("111122223333")), key);
            assert_eq!(published, 0);
            let text = "CloudWatch Alarms does not have authorization to access the SNS topic encryption key.";
            assert!(said.contains(text), "{said}");
        }
    }
}
