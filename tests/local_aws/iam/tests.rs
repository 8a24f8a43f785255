//! The evaluator against what the IAM guide says, and the operations that an incident needs.

use serde_json::{Value, json};

use super::{authorize, call, wildcard};
use crate::api::{ApiError, Caller, Context};
use crate::{Settings, State};

fn world(policies: &[Value]) -> (State, Settings, Caller) {
    let (mut state, settings) = (State::default(), Settings::at("http://127.0.0.1:1"));
    let trust = json!({ "Statement": { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" },
        "Action": "sts:AssumeRole" } });
    let role = json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust });
    call(&mut state, &settings, &Caller::Operator, "CreateRole", &role).unwrap();
    for (number, statement) in policies.iter().enumerate() {
        put(&mut state, &settings, &number.to_string(), statement).unwrap();
    }
    (state, settings, Caller::Role("r".to_owned()))
}

fn put(state: &mut State, settings: &Settings, name: &str, statement: &Value) -> Result<Value, ApiError> {
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let body = json!({ "RoleName": "r", "PolicyName": name, "PolicyDocument": policy });
    call(state, settings, &Caller::Operator, "PutRolePolicy", &body)
}

fn allow(condition: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": "x:*", "Resource": "*", "Condition": condition })
}

fn context(pairs: &[(&str, &[&str])]) -> Context {
    pairs.iter().map(|(key, values)| ((*key).to_owned(), values.iter().map(|v| (*v).to_owned()).collect())).collect()
}

#[test]
fn stars_and_question_marks_match_as_in_iam() {
    assert!(wildcard("arn:*:table/feature-?", "arn:aws:dynamodb:eu-west-1:1:table/feature-1"));
    assert!(wildcard("*", "") && wildcard("a*c*", "abcd") && !wildcard("a*c", "abcd") && !wildcard("?", ""));
}

/// Source: IAM guide, access denied error messages.
#[test]
fn what_no_statement_allows_is_denied_in_aws_words() {
    let (mut state, _, caller) = world(&[]);
    super::credentials(&mut state, "r", "s");
    let error = authorize(&state, &caller, "dynamodb:PutItem", "arn:t", &Context::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: \
         dynamodb:PutItem on resource: arn:t because no identity-based policy allows the dynamodb:PutItem action"
    );
}

#[test]
fn a_denial_by_an_operator_wins_until_it_is_removed() {
    let (mut state, settings, caller) = world(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })]);
    let deny = json!({ "Effect": "Deny", "Action": ["dynamodb:putitem"], "Resource": "arn:t*" });
    put(&mut state, &settings, "incident", &deny).unwrap();
    assert!(authorize(&state, &caller, "dynamodb:PutItem", "arn:table", &Context::new()).is_err());
    assert!(authorize(&state, &caller, "dynamodb:PutItem", "arn:other", &Context::new()).is_ok());
    let body = json!({ "RoleName": "r", "PolicyName": "incident" });
    call(&mut state, &settings, &Caller::Operator, "DeleteRolePolicy", &body).unwrap();
    assert!(authorize(&state, &caller, "dynamodb:PutItem", "arn:table", &Context::new()).is_ok());
}

#[test]
fn a_boundary_limits_what_policies_allow() {
    let (mut state, settings, caller) = world(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })]);
    let statement = json!({ "Effect": "Allow", "Action": "kinesis:*", "Resource": "*" });
    let policy = json!({ "PolicyName": "boundary", "PolicyDocument": { "Statement": statement } });
    let created = call(&mut state, &settings, &Caller::Operator, "CreatePolicy", &policy).unwrap();
    let body = json!({ "RoleName": "r", "PermissionsBoundary": created["Policy"]["Arn"] });
    call(&mut state, &settings, &Caller::Operator, "PutRolePermissionsBoundary", &body).unwrap();
    assert!(authorize(&state, &caller, "kinesis:GetRecords", "*", &Context::new()).is_ok());
    let error = authorize(&state, &caller, "dynamodb:PutItem", "*", &Context::new()).unwrap_err();
    assert!(error.message.ends_with("because no permissions boundary allows the dynamodb:PutItem action"));
}

#[test]
fn not_action_allows_everything_else() {
    let (state, _, caller) = world(&[json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" })]);
    assert!(authorize(&state, &caller, "s3:GetObject", "*", &Context::new()).is_ok());
    assert!(authorize(&state, &caller, "iam:PassRole", "*", &Context::new()).is_err());
}

/// A condition, the context it meets, whether it holds.
type Case = (Value, Vec<(&'static str, &'static [&'static str])>, bool);

/// Source: IAM guide, condition operators and multivalued context keys.
#[test]
fn conditions_decide_as_the_guide_says() {
    let tag = "aws:ResourceTag/team";
    let equals = json!({ "StringEquals": { tag: ["a", "b"] } });
    let cases: [Case; 15] = [
        (equals.clone(), vec![("aws:resourcetag/Team", &["b"])], true),
        (equals.clone(), vec![(tag, &["c"])], false),
        (equals, vec![], false),
        (json!({ "StringEqualsIfExists": { tag: "a" } }), vec![], true),
        (json!({ "StringEqualsIfExists": { tag: "a" } }), vec![(tag, &["b"])], false),
        (json!({ "StringLike": { tag: "flink-*" } }), vec![(tag, &["flink-x"])], true),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:*:x" } }), vec![("aws:SourceArn", &["arn:a:x"])], true),
        (json!({ "ArnEquals": { "iam:PolicyARN": "arn:a" } }), vec![("iam:PolicyARN", &["arn:b"])], false),
        (json!({ "Null": { tag: "true" } }), vec![], true),
        (json!({ "Null": { tag: false } }), vec![], false),
        (json!({ "Bool": { "aws:ViaAWSService": "true" } }), vec![("aws:ViaAWSService", &["true"])], true),
        (json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }), vec![("aws:TagKeys", &["a", "b"])], false),
        (json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }), vec![], true),
        (json!({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["a"] } }), vec![("aws:TagKeys", &["a", "b"])], true),
        (json!({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["a"] } }), vec![], false),
    ];
    for (condition, found, allowed) in cases {
        let (state, _, caller) = world(&[allow(&condition)]);
        let result = authorize(&state, &caller, "x:Do", "*", &context(&found));
        assert_eq!(result.is_ok(), allowed, "{condition} with {found:?}");
    }
}

#[test]
fn a_condition_that_this_world_cannot_judge_is_not_stored() {
    let (mut state, settings, _) = world(&[]);
    let unknown = allow(&json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }));
    assert_eq!(put(&mut state, &settings, "p", &unknown).unwrap_err().code, "MalformedPolicyDocument");
}

#[test]
fn a_role_that_is_gone_has_no_credentials() {
    let (state, _, _) = world(&[]);
    let error = authorize(&state, &Caller::Role("ghost".to_owned()), "x:y", "*", &Context::new()).unwrap_err();
    assert_eq!(error.code, "UnrecognizedClientException");
}

/// Source: IAM API reference, DeleteRole.
#[test]
fn a_role_with_policies_is_not_deleted() {
    let (mut state, settings, _) = world(&[allow(&json!({}))]);
    let body = json!({ "RoleName": "r" });
    let error = call(&mut state, &settings, &Caller::Operator, "DeleteRole", &body).unwrap_err();
    assert_eq!(error.code, "DeleteConflict");
}

#[test]
fn roles_are_created_only_with_the_boundary_that_a_condition_asks_for() {
    let may = json!({ "Effect": "Allow", "Action": "iam:CreateRole", "Resource": "arn:aws:iam::*:role/platform/*",
        "Condition": { "StringEquals": { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" } } });
    let (mut state, settings, caller) = world(&[may]);
    let mut body = json!({ "RoleName": "new", "Path": "/platform/",
        "AssumeRolePolicyDocument": { "Statement": [] } });
    assert!(call(&mut state, &settings, &caller, "CreateRole", &body).is_err());
    body["PermissionsBoundary"] = json!("arn:aws:iam::aws:policy/AdministratorAccess");
    call(&mut state, &settings, &caller, "CreateRole", &body).unwrap();
    assert_eq!(state.iam.roles["new"].arn, "arn:aws:iam::111122223333:role/platform/new");
}
