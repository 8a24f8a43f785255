//! Who may use a key (KMS guide, key policies).

use serde_json::{Value, json};

use super::{TO_SEND, authorize, authorize_service, put_policy};
use crate::api::{Caller, Context};
use crate::dispatch::call;
use crate::{Settings, State};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const ROOT: &str = "arn:aws:iam::111122223333:root";

/// A role that IAM lets use every key, and a key with these statements.
fn world(statements: &Value) -> (State, Caller) {
    let (mut state, settings) = (State::default(), Settings::at("http://127.0.0.1:1"));
    let mut ask = |operation, body| call(&mut state, &settings, &Caller::Operator, ("iam", operation), &body).unwrap();
    ask("CreateRole", json!({ "RoleName": "r", "AssumeRolePolicyDocument": { "Statement": [] } }));
    let all = json!({ "Statement": { "Effect": "Allow", "Action": "kms:*", "Resource": KEY } });
    ask("PutRolePolicy", json!({ "RoleName": "r", "PolicyName": "p", "PolicyDocument": all }));
    put_policy(&mut state, KEY, &json!({ "Statement": statements })).unwrap();
    (state, Caller::Role("r".to_owned()))
}

fn allow(principal: &Value) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*" })
}

#[test]
fn a_keys_policy_lets_the_account_decide_or_a_role_in_or_neither() {
    let of_role = json!({ "AWS": "arn:aws:iam::111122223333:role/r" });
    let (state, role) = world(&json!([allow(&json!({ "AWS": ROOT }))]));
    authorize(&state, &role, KEY, TO_SEND).unwrap();
    let (mut state, _) = world(&json!([allow(&json!({ "AWS": ROOT }))]));
    state.iam.roles.get_mut("r").unwrap().inline.clear();
    assert!(authorize(&state, &role, KEY, TO_SEND).unwrap_err().message.contains("no identity-based policy"));
    put_policy(&mut state, KEY, &json!({ "Statement": [allow(&of_role)] })).unwrap();
    authorize(&state, &role, KEY, TO_SEND).unwrap();
    let (state, _) = world(&json!([allow(&json!({ "Service": "events.amazonaws.com" }))]));
    assert!(authorize(&state, &role, KEY, TO_SEND).unwrap_err().message.contains("no resource-based policy"));
}

#[test]
fn a_service_needs_a_statement_of_the_key_and_no_other_will_do() {
    let context = Context::new();
    let (state, _) =
        world(&json!([allow(&json!({ "Service": "events.amazonaws.com" })), allow(&json!({ "AWS": ROOT }))]));
    authorize_service(&state, "events.amazonaws.com", KEY, TO_SEND, &context).unwrap();
    let refused = authorize_service(&state, "cloudwatch.amazonaws.com", KEY, TO_SEND, &context).unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
    let managed = authorize_service(&state, "events.amazonaws.com", "alias/aws/sns", TO_SEND, &context).unwrap_err();
    assert_eq!(managed.code, "NotFoundException", "its policy cannot be changed");
}

#[test]
fn a_key_that_does_not_exist_is_refused() {
    let (state, role) = world(&json!([allow(&json!({ "AWS": ROOT }))]));
    let other = format!("{KEY}2");
    for caller in [&role, &Caller::Operator] {
        assert_eq!(authorize(&state, caller, &other, TO_SEND).unwrap_err().code, "NotFoundException");
    }
    authorize(&state, &role, "alias/aws/kinesis", TO_SEND).unwrap();
}

#[test]
fn a_key_is_made_over_the_api_and_its_policy_is_read_strictly() {
    let (mut state, settings) = (State::default(), Settings::at("http://127.0.0.1:1"));
    let mut ask = |operation, body: Value| call(&mut state, &settings, &Caller::Operator, ("kms", operation), &body);
    let made = ask("CreateKey", json!({})).unwrap()["KeyMetadata"]["Arn"].clone();
    let policy = ask("GetKeyPolicy", json!({ "KeyId": made })).unwrap();
    assert!(policy["Policy"].as_str().unwrap().contains(ROOT));
    let unknown = json!({ "Statement": { "Effect": "Allow", "NotPrincipal": "*", "Action": "*", "Resource": "*" } });
    let refused = ask("PutKeyPolicy", json!({ "KeyId": made, "Policy": unknown.to_string() })).unwrap_err();
    assert_eq!(refused.code, "MalformedPolicyDocumentException");
    assert_eq!(ask("DescribeKey", json!({ "KeyId": "none" })).unwrap_err().code, "NotFoundException");
}
