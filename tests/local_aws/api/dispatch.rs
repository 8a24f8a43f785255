//! One way in for every service of an account, by the name IAM has for it: the wire and CloudFormation's resource
//! handlers make the same calls, so that each is authorized, recorded and refused alike.

use serde_json::Value;

use crate::api::{ApiError, ApiResult, Caller};
use crate::{Settings, State, alarms, dynamodb, flink, iam, kinesis, kms, logs, queues, s3, ssm};

/// One call in its JSON form: `service` as in IAM actions, `operation` and the members of `body` as in the API
/// reference.
///
/// # Errors
/// As the service says them; UnknownOperationException (501) for what this world does not know.
pub fn call(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    (service, operation): (&str, &str),
    body: &Value,
) -> ApiResult {
    let result = match service {
        "kinesisanalytics" => flink::call(state, settings, caller, operation, body),
        "kinesis" => kinesis::call(state, settings, caller, operation, body),
        "dynamodb" => dynamodb::call(state, settings, caller, operation, body),
        "logs" => logs::call(state, settings, caller, operation, body),
        "iam" => iam::call(state, settings, caller, operation, body),
        "s3" => s3::call(state, settings, caller, operation, body),
        "kms" => kms::call(state, settings, caller, operation, body),
        "cloudwatch" | "monitoring" => alarms::call(state, settings, caller, operation, body),
        "ssm" => ssm::call(state, settings, caller, operation, body),
        "sns" | "sqs" => queues::call(state, settings, caller, service, operation, body),
        _ => Err(ApiError::unknown_operation(&format!("{service}:{operation}"))),
    };
    result.inspect_err(|error| {
        if error.status == 501 {
            state.unknown.push(error.message.clone());
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::call;
    use crate::api::{ApiError, Caller};
    use crate::{Settings, State};

    fn ask(state: &mut State, service: &str, operation: &str, body: &Value) -> Result<Value, ApiError> {
        let settings = Settings::at("http://127.0.0.1:1");
        call(state, &settings, &Caller::Operator, (service, operation), body)
    }

    /// Source: the services' API references, errors of the Create operations.
    #[test]
    fn what_exists_is_not_created_twice() {
        let keys = json!([{ "AttributeName": "key", "KeyType": "HASH" }]);
        for (service, operation, body, code) in [
            ("kinesis", "CreateStream", json!({ "StreamName": "s" }), "ResourceInUseException"),
            ("dynamodb", "CreateTable", json!({ "TableName": "t", "KeySchema": keys }), "ResourceInUseException"),
            ("logs", "CreateLogGroup", json!({ "logGroupName": "g" }), "ResourceAlreadyExistsException"),
            ("s3", "CreateBucket", json!({ "Bucket": "b" }), "BucketAlreadyOwnedByYou"),
        ] {
            let mut state = State::default();
            ask(&mut state, service, operation, &body).unwrap();
            assert_eq!(ask(&mut state, service, operation, &body).unwrap_err().code, code, "{service}");
        }
    }

    /// Source: the services' API references, errors of the Delete operations.
    #[test]
    fn what_does_not_exist_is_not_deleted() {
        for (service, operation, body, code) in [
            ("kinesis", "DeleteStream", json!({ "StreamName": "s" }), "ResourceNotFoundException"),
            ("dynamodb", "DeleteTable", json!({ "TableName": "t" }), "ResourceNotFoundException"),
            ("logs", "DeleteLogGroup", json!({ "logGroupName": "g" }), "ResourceNotFoundException"),
            ("s3", "DeleteBucket", json!({ "Bucket": "b" }), "NoSuchBucket"),
            ("iam", "DeleteRole", json!({ "RoleName": "r" }), "NoSuchEntity"),
        ] {
            assert_eq!(ask(&mut State::default(), service, operation, &body).unwrap_err().code, code, "{service}");
        }
    }

    #[test]
    fn a_message_stays_on_its_queue_until_it_is_deleted() {
        let mut state = State::default();
        let url = ask(&mut state, "sqs", "CreateQueue", &json!({ "QueueName": "q" })).unwrap()["QueueUrl"].clone();
        crate::queues::send_with(&mut state, "arn:aws:sqs:eu-west-1:111122223333:q", "lost", [].into()).unwrap();
        let message =
            ask(&mut state, "sqs", "ReceiveMessage", &json!({ "QueueUrl": url })).unwrap()["Messages"][0].clone();
        assert_eq!(message["Body"], "lost");
        let delete = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
        ask(&mut state, "sqs", "DeleteMessage", &delete).unwrap();
        assert!(state.queues.queues["q"].messages.is_empty());
    }

    #[test]
    fn a_message_that_was_received_too_often_goes_to_the_dead_letters() {
        let mut state = State::default();
        let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:111122223333:dead", "maxReceiveCount": 2 });
        ask(&mut state, "sqs", "CreateQueue", &json!({ "QueueName": "dead" })).unwrap();
        let attributes = json!({ "RedrivePolicy": policy.to_string() });
        ask(&mut state, "sqs", "CreateQueue", &json!({ "QueueName": "q", "Attributes": attributes })).unwrap();
        ask(&mut state, "sqs", "SendMessage", &json!({ "QueueUrl": "http://h/1/q", "MessageBody": "m" })).unwrap();
        let mut seen = |queue: &str| {
            let reply = ask(&mut state, "sqs", "ReceiveMessage", &json!({ "QueueUrl": queue })).unwrap();
            reply["Messages"].as_array().unwrap().len()
        };
        assert_eq!([seen("q"), seen("q"), seen("q"), seen("dead")], [1, 1, 0, 1]);
    }

    #[test]
    fn a_published_message_can_be_read_from_its_topic() {
        let mut state = State::default();
        let arn = ask(&mut state, "sns", "CreateTopic", &json!({ "Name": "t" })).unwrap()["TopicArn"].clone();
        ask(&mut state, "sns", "Publish", &json!({ "TopicArn": arn, "Message": "m" })).unwrap();
        assert_eq!(state.queues.topics["t"].published[0].message, "m");
    }

    #[test]
    fn tags_come_and_go_alike_everywhere() {
        let mut state = State::default();
        let stream = json!({ "StreamName": "s", "Tags": { "a": "1" } });
        ask(&mut state, "kinesis", "CreateStream", &stream).unwrap();
        let arn = state.kinesis.streams["s"].arn.clone();
        ask(&mut state, "kinesis", "UntagResource", &json!({ "ResourceARN": arn, "TagKeys": ["a"] })).unwrap();
        let tags = ask(&mut state, "kinesis", "ListTagsForResource", &json!({ "ResourceARN": arn })).unwrap();
        assert_eq!(tags["Tags"], json!([]));
    }

    #[test]
    fn every_call_is_in_the_journal_with_what_became_of_it() {
        let mut state = State::default();
        ask(&mut state, "logs", "DeleteLogGroup", &json!({ "logGroupName": "g" })).unwrap_err();
        let row = state.journal.last().expect("a row");
        assert_eq!(row.action, "logs:DeleteLogGroup");
        assert_eq!(row.resource, "arn:aws:logs:eu-west-1:111122223333:log-group:g:*");
        assert_eq!(row.refused.as_deref(), Some("ResourceNotFoundException"));
    }
}
