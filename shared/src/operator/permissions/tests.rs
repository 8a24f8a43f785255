//! What of a template's permissions is a difference, and whether it allows more.

mod generated;
mod ours;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::plan::{Deployed, DeployedResource, Proposal};
use super::super::refused::RefusedSnapshots;
use super::*;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// A stack deployed from `old`, and the same with `new`.
fn proposal(old: Option<Json>, new: Json) -> Proposal {
    let deployed = old.map(|template| {
        let ids = template["Resources"].as_object().unwrap().keys();
        let resource =
            |id: &String| DeployedResource { physical_id: format!("orders-{id}"), ..DeployedResource::default() };
        Deployed {
            id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1".into(),
            status: StackStatus::UpdateComplete,
            parameters: BTreeMap::new(),
            resources: ids.map(|id| (id.clone(), resource(id))).collect(),
            template,
            refused: RefusedSnapshots::new(),
        }
    });
    Proposal {
        now: Timestamp(0),
        name: "orders".into(),
        region: "eu-west-1".into(),
        template: new,
        file: "t.json".into(),
        given: BTreeMap::new(),
        deployed,
        applications: BTreeMap::new(),
        handlers: true,
        matches: |_, _| true,
        is_express: false,
        change_set: None,
    }
}

/// A role with one inline policy of these statements.
fn role(statements: &Json) -> Json {
    json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole"}},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": statements}}]}}}})
}

/// The rows between two templates, as `reach sign owner field..`.
fn rows(old: Json, new: Json) -> Vec<String> {
    permissions(&proposal(Some(old), new)).iter().map(line).collect()
}

fn line(row: &PermissionChange) -> String {
    let before = row.before.iter().map(|before| format!("was {:?} {}", before.field, before.texts.join(", ")));
    let lists = [&row.principal, &row.action, &row.resource, &row.condition].map(|list| list.join(", "));
    let texts = lists.into_iter().filter(|text| !text.is_empty()).chain(before).collect::<Vec<_>>().join("; ");
    format!("{:?} {:?} {} {:?} {:?}: {texts}", row.reach, row.sign, row.owner, row.subject, row.grant)
}

fn statement(effect: &str, action: &str, resource: &str) -> Json {
    json!({"Effect": effect, "Action": action, "Resource": resource})
}

#[test]
fn a_statement_that_comes_or_goes_is_judged_by_what_covers_it() {
    let (all, get) = (statement("Allow", "s3:*", "*"), statement("Allow", "s3:GetObject", "arn:aws:s3:::b/*"));
    let (deny, none) = (statement("Deny", "s3:*", "*"), json!([]));
    for (old, new, expected) in [
        (none.clone(), get.clone(), "Broader Added Role Permission Allow: s3:GetObject; arn:aws:s3:::b/*"),
        (get.clone(), none.clone(), "Narrower Removed Role Permission Allow: s3:GetObject; arn:aws:s3:::b/*"),
        (all.clone(), json!([all, get]), "Same Added Role Permission Allow: s3:GetObject; arn:aws:s3:::b/*"),
        (json!([all, deny]), all.clone(), "Broader Removed Role Permission Deny: s3:*; *"),
        (all.clone(), json!([all, deny]), "Narrower Added Role Permission Deny: s3:*; *"),
    ] {
        assert_eq!(rows(role(&old), role(&new)), [expected], "{old} {new}");
    }
}

#[test]
fn an_allow_of_all_but_something_is_broader_whatever_was_allowed() {
    let all = statement("Allow", "*", "*");
    let but = json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"});
    let found = rows(role(&all), role(&json!([all, but])));
    assert_eq!(found, ["Broader Added Role Permission Allow: all but iam:*, sts:*; *"]);
}

#[test]
fn a_condition_that_goes_is_broader_and_one_that_comes_is_narrower() {
    let with = |accounts: Json| json!({"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": accounts}}});
    let without = statement("Allow", "a:B", "*");
    let of = |old: &Json, new: &Json| rows(role(old), role(new));
    let gone = "Broader Changed Role Permission Allow: a:B; *; was Condition StringEquals aws:SourceAccount 1";
    assert_eq!(of(&with(json!("1")), &without), [gone]);
    assert!(of(&without, &with(json!("1")))[0].starts_with("Narrower Changed"));
    assert!(of(&with(json!("1")), &with(json!([1, "2"])))[0].starts_with("Broader Changed"));
    assert!(of(&with(json!([1, 2])), &with(json!(2)))[0].starts_with("Narrower Changed"));
    assert_eq!(of(&with(json!(true)), &with(json!(["true"]))), Vec::<String>::new());
}

#[test]
fn of_a_lambda_permission_each_field_counts() {
    let of = |more: Json| {
        let mut template = json!({"Resources": {
            "F": {"Type": "AWS::Lambda::Function", "Properties": {}},
            "P": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "F"},
                "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceAccount": "1",
                "EventSourceToken": "t", "PrincipalOrgID": "o", "SourceArn": "arn:aws:events:eu-west-1:1:rule/r"}}}});
        for (name, value) in more.as_object().unwrap() {
            template["Resources"]["P"]["Properties"][name] = value.clone();
        }
        template
    };
    for (name, value) in [
        ("SourceAccount", json!("2")),
        ("EventSourceToken", json!({"Ref": "AWS::NoValue"})),
        ("PrincipalOrgID", json!("p")),
        ("SourceArn", json!("arn:aws:events:eu-west-1:1:rule/*")),
        ("Principal", json!("*")),
    ] {
        let found = rows(of(json!({})), of(json!({name: value})));
        assert!(
            found.len() == 1 && found[0].starts_with("Broader Changed F ResourcePolicy Allow"),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_document_is_the_same_inline_attached_or_as_text_and_with_an_account_or_its_root() {
    let one = statement("Allow", "s3:GetObject", "*");
    let attached = json!({"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": [{"Ref": "Role"}],
        "PolicyDocument": {"Statement": [one]}}});
    let mut other = role(&json!([]));
    other["Resources"]["Policy"] = attached;
    let moved = rows(role(&one), other);
    assert_eq!(moved, Vec::<String>::new());
    let queue = |principal: Json, is_text: bool| {
        let document = json!({"Version": "2012-10-17", "Statement": [{"Sid": "x", "Effect": "Allow", "Principal": principal,
            "Action": "SQS:SendMessage", "Resource": "*"}]});
        let document = if is_text { json!(document.to_string()) } else { document };
        json!({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "P": {"Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": document}}}})
    };
    let root = json!({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::111122223333:root"}});
    assert_eq!(rows(queue(json!({"AWS": 111_122_223_333_u64}), true), queue(root, false)), Vec::<String>::new());
    let open = rows(queue(json!({"AWS": "1"}), false), queue(json!("*"), false));
    assert_eq!(open, ["Broader Changed Q ResourcePolicy Allow: AWS: *; SQS:SendMessage; *; was Principal AWS: 1"]);
}

#[test]
fn both_branches_of_an_open_condition_are_looked_at_and_nothing_is_taken_for_sure() {
    let with = |wide: &str| {
        let mut template = role(&json!({"Fn::If": ["Open", statement("Allow", wide, "*"), {"Ref": "AWS::NoValue"}]}));
        template["Parameters"] = json!({"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/p"}});
        template["Conditions"] = json!({"Open": {"Fn::Equals": [{"Ref": "P"}, "x"]}});
        template
    };
    let found = rows(with("s3:GetObject"), with("s3:*"));
    assert_eq!(
        found,
        [
            "CannotTell Added Role Permission Allow: s3:*; *",
            "CannotTell Removed Role Permission Allow: s3:GetObject; *"
        ]
    );
    let same = rows(with("s3:*"), with("s3:*"));
    assert_eq!(same, ["CannotTell Undecided Role Permission Allow: s3:*; *"]);
    let macros = json!({"Fn::Transform": {"Name": "Theirs"}});
    let whole = rows(role(&json!([])), role(&macros));
    assert!(whole.len() == 1 && whole[0].starts_with("CannotTell Added Role Unresolved"), "{whole:?}");
}

#[test]
fn a_role_that_goes_takes_its_denies_with_it() {
    let deny = statement("Deny", "s3:*", "*");
    let found = rows(role(&deny), json!({"Resources": {}}));
    assert!(found.len() == 2 && found.iter().all(|row| row.starts_with("Narrower Removed Role")), "{found:?}");
}
