//! What a deployment risks, and what has to be said to it.

use super::super::super::permissions::{AccessChange, Grant, PermissionChange, Sign, Subject};
use super::super::super::plan::{Change, Effect, Finding, Outlook, Plan, Proposal};
use super::super::{ConsentNeeded, Risk, risk};
use super::models::plan_of;
use crate::flink::ApplicationStatus;
use crate::operator::job::tests::application;
use crate::time::Timestamp;
use std::collections::BTreeMap;

fn proposal() -> Proposal {
    let mut application = application(ApplicationStatus::Running, &[], &[]);
    application.name = "orders-job".into();
    Proposal {
        now: Timestamp(0),
        name: "orders".into(),
        region: "eu-west-1".into(),
        template: serde_json::Value::Null,
        file: String::new(),
        given: BTreeMap::new(),
        deployed: None,
        applications: [("Application".to_owned(), application)].into(),
        handlers: true,
        matches: |_, _| true,
        is_express: false,
        change_set: None,
    }
}

fn judged(change: impl FnOnce(&mut Plan), permissions: &[PermissionChange]) -> Risk {
    let mut plan = plan_of(Outlook::GoesThrough, "");
    change(&mut plan);
    risk(&proposal(), &plan, permissions)
}

fn permissions(reach: AccessChange) -> Vec<PermissionChange> {
    vec![PermissionChange {
        reach,
        sign: Sign::Added,
        owner: "Role".into(),
        subject: Subject::Permission,
        grant: Grant::Allow,
        principal: Vec::new(),
        action: vec!["a:B".into(), "a:C".into(), "a:D".into()],
        resource: vec!["*".into()],
        condition: Vec::new(),
        before: None,
    }]
}

fn changed(resource_type: &str, effect: Effect) -> Vec<Change> {
    vec![Change { logical_id: "It".into(), resource_type: resource_type.into(), effect, properties: Vec::new() }]
}

fn finding(outlook: Outlook, sentence: &str) -> Finding {
    Finding { outlook, sentence: sentence.into() }
}

#[test]
fn a_restart_is_said_and_needs_no_consent_without_a_terminal() {
    let risk = judged(|plan| plan.restarts = 1, &permissions(AccessChange::Narrower));
    assert_eq!(risk.without_consent("orders"), None);
    assert_eq!(risk.question("orders"), "Deploy orders? It restarts the job. [y/N] ");
    let none = judged(|_| {}, &[]);
    assert_eq!(none.question("orders"), "Deploy orders? It neither restarts the job nor broadens a permission. [y/N] ");
}

#[test]
fn broader_permissions_and_what_cannot_be_said_need_a_yes() {
    let broader = judged(|plan| plan.restarts = 2, &permissions(AccessChange::Broader));
    assert_eq!(
        broader.question("orders"),
        "Deploy orders? It broadens 3 IAM permissions and restarts the job 2 times. [y/N] "
    );
    let refused = broader.without_consent("orders").unwrap();
    assert!(refused.contains("broadens 3 IAM permissions") && refused.contains("--yes"), "{refused}");
    for risk in [
        judged(|_| {}, &permissions(AccessChange::CannotTell)),
        judged(|plan| plan.state = finding(Outlook::CannotTell, "cannot tell: it is UPDATING"), &[]),
        judged(|plan| plan.changes = changed("AWS::DynamoDB::Table", Effect::Replace), &[]),
        judged(|plan| plan.changes = changed("AWS::DynamoDB::Table", Effect::Remove), &[]),
        judged(
            |plan| {
                plan.snapshot =
                    finding(Outlook::AtRisk, "the guard forces: what came after s is read and written again");
            },
            &[],
        ),
    ] {
        assert_eq!(risk.consent, ConsentNeeded::Yes, "{risk:?}");
        assert!(risk.without_consent("orders").is_some(), "{risk:?}");
    }
}

#[test]
fn an_application_that_loses_its_state_or_is_replaced_wants_its_name() {
    for risk in [
        judged(
            |plan| plan.state = finding(Outlook::AtRisk, "GIVEN UP: SKIP_RESTORE_FROM_SNAPSHOT starts it empty"),
            &[],
        ),
        judged(|plan| plan.state = finding(Outlook::AtRisk, "no READY snapshot: it starts empty"), &[]),
        judged(|plan| plan.changes = changed("AWS::KinesisAnalyticsV2::Application", Effect::Replace), &[]),
        judged(|plan| plan.changes = changed("AWS::KinesisAnalyticsV2::Application", Effect::Remove), &[]),
    ] {
        assert_eq!(risk.consent, ConsentNeeded::Name("orders-job".into()), "{risk:?}");
        assert!(risk.question("orders").ends_with("Type orders-job to deploy it: "), "{risk:?}");
        assert!(risk.is_agreed("orders-job\n") && !risk.is_agreed("yes") && !risk.is_agreed(""), "{risk:?}");
    }
}

#[test]
fn only_a_yes_is_a_yes() {
    let risk = judged(|plan| plan.restarts = 1, &[]);
    for answer in ["y", "Y\n", "yes", " YES "] {
        assert!(risk.is_agreed(answer), "{answer:?}");
    }
    for answer in ["", "\n", "n", "no", "yes!", "orders"] {
        assert!(!risk.is_agreed(answer), "{answer:?}");
    }
}
