//! What surrounds the calls: permission, faults, the journal: row G.29.

use serde_json::json;

use super::Bench;
use crate::api::{ApiError, Caller};
use crate::faults::Fault;
use crate::flink;

/// Source: SEMANTICS.md G.29.
#[test]
fn a_throttled_call_is_refused_once_and_recorded() {
    let mut bench = Bench::new();
    bench.state.faults.inject("kinesisanalytics:Describe*", 1, Fault::Refuse(ApiError::throttled()));
    let expected = ("ThrottlingException".to_owned(), "Rate exceeded".to_owned());
    assert_eq!(bench.refused("DescribeApplication", &json!({})), expected);
    let recorded = bench.state.journal.last().expect("a row");
    assert_eq!(recorded.refused.as_deref(), Some("ThrottlingException"));
    bench.detail();
}

#[test]
fn a_lost_reply_is_a_call_that_happened() {
    let mut bench = Bench::new();
    bench.state.faults.inject("kinesisanalytics:StartApplication", 1, Fault::LoseReply);
    bench.of_app("StartApplication", &json!({})).unwrap_err();
    assert_eq!(bench.detail()["ApplicationStatus"], "STARTING");
}

/// Source: IAM guide, ABAC: the application's tags are the condition's values.
#[test]
fn a_caller_may_only_what_its_role_allows_on_tagged_applications() {
    let mut bench = Bench::new();
    let statement = json!({ "Effect": "Allow", "Action": "kinesisanalytics:StopApplication", "Resource": "*",
        "Condition": { "StringEquals": { "aws:ResourceTag/may-operate": "enabled" } } });
    let trust = json!({ "Statement": [] });
    bench.ask("iam", "CreateRole", &json!({ "RoleName": "operations", "AssumeRolePolicyDocument": trust }));
    bench.ask(
        "iam",
        "PutRolePolicy",
        &json!({ "RoleName": "operations", "PolicyName": "p",
        "PolicyDocument": { "Statement": statement } }),
    );
    let caller = Caller::Role("operations".to_owned());
    let request = json!({ "ApplicationName": "app" });
    let stop = |bench: &mut Bench| {
        flink::call(&mut bench.state, &bench.settings, &caller, "StopApplication", &request).unwrap_err().code
    };
    assert_eq!(stop(&mut bench), "AccessDeniedException");
    let arn = bench.app().arn.clone();
    let tags = json!([{ "Key": "may-operate", "Value": "enabled" }]);
    bench.call("TagResource", &json!({ "ResourceARN": arn, "Tags": tags })).unwrap();
    assert_eq!(stop(&mut bench), "InvalidArgumentException");
    bench.call("UntagResource", &json!({ "ResourceARN": arn, "TagKeys": ["may-operate"] })).unwrap();
    assert_eq!(bench.call("ListTagsForResource", &json!({ "ResourceARN": arn })).unwrap(), json!({ "Tags": [] }));
}
