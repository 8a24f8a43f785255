use super::super::job::tests::{NOW, application};
use super::super::line::Style;
use super::super::refused::RefusedSnapshots;
use super::*;
use crate::flink::{Application, ApplicationStatus, OperationStatus, PropertyGroup, SnapshotStatus};
use crate::stack::StackStatus;
use crate::time::Timestamp;
use serde_json::{Value as Json, json};

mod busy;
mod refused;
mod templates;
mod unknown;
mod upgrade;

const ARN: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1";

/// As small as a template can be that has an application with its guard and its starter.
fn template() -> Json {
    let digest = json!({"Fn::Join": ["|", ["0123", {"Ref": "JarKey"}]]});
    json!({
        "Parameters": {"JarKey": {}, "Name": {"Default": "orders"}, "Mode": {"Default": "Stop"}, "Days": {"Default": 30}},
        "Conditions": {"InChina": {"Fn::Equals": [{"Ref": "AWS::Region"}, "cn-north-1"]}},
        "Resources": {
            "UpdateGuard": {"Type": "Custom::FlinkUpdateGuard", "Properties": {"ConfigurationDigest": digest,
                "Mode": {"Ref": "Mode"}, "OnSnapshotFailure": "ForceStop", "MaxReplayHours": "20"}},
            "Application": {"Type": APPLICATION, "Properties": {"ApplicationName": {"Ref": "Name"}, "Key": {"Ref": "JarKey"},
                "Encrypted": {"Fn::If": ["InChina", {"Ref": "AWS::NoValue"}, true]}}},
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/${Name}"}, "Days": {"Ref": "Days"}}},
            "Stream": {"Type": "AWS::Logs::LogStream", "Properties": {"LogGroupName": {"Ref": "Logs"}}},
            "Groups": {"Type": "Custom::FlinkPropertyGroups", "Properties": {"ConfigurationDigest": digest,
                "PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"logs": {"Ref": "Logs"}}}]}},
            "AutoStart": {"Type": "Custom::FlinkAutoStart", "Properties": {"ConfigurationDigest": digest}},
        },
    })
}

fn running() -> Application {
    let start = ("StartApplication", OperationStatus::Successful, 90);
    let mut running = application(ApplicationStatus::Running, &[start], &[("s", SnapshotStatus::Ready, 40)]);
    running.groups = vec![PropertyGroup { id: "g".into(), map: [("logs".into(), "/orders".into())].into() }];
    running
}

/// Deployed with the jar `a`; `given` is what comes next.
fn proposal(given: &[(&str, &str)]) -> Proposal {
    let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let resources = [
        ("Application", "orders"),
        ("AutoStart", "auto-start"),
        ("Groups", "groups"),
        ("Logs", "/orders"),
        ("Stream", "stream-1"),
        ("UpdateGuard", "guard"),
    ];
    let resources = resources.map(|(id, physical)| {
        (id.to_owned(), DeployedResource { physical_id: physical.to_owned(), ..DeployedResource::default() })
    });
    Proposal {
        now: NOW,
        name: "orders".into(),
        region: "eu-west-1".into(),
        template: template(),
        file: "t.json".into(),
        given: text(given),
        deployed: Some(Deployed {
            id: ARN.into(),
            status: StackStatus::UpdateComplete,
            parameters: text(&[("JarKey", "a"), ("Name", "orders"), ("Mode", "Stop"), ("Days", "30")]),
            template: template(),
            resources: resources.into(),
            refused: RefusedSnapshots::new(),
        }),
        applications: [("Application".to_owned(), running())].into(),
        handlers: true,
        matches: |_, _| true,
        is_express: false,
        change_set: None,
    }
}

/// Both templates changed in the same way.
fn both(proposal: &mut Proposal, change: impl Fn(&mut Json)) {
    change(&mut proposal.template);
    change(&mut proposal.deployed.as_mut().unwrap().template);
}

fn changes(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(|change| format!("{} {:?}", change.logical_id, change.effect)).collect()
}

#[test]
fn nothing_new_is_nothing() {
    let plan = plan(&proposal(&[("JarKey", "a"), ("Days", "30")]));
    assert_eq!((plan.outlook, plan.restarts, plan.changes.len()), (Outlook::Nothing, 0, 0));
}

#[test]
fn a_new_jar_restarts_the_job_once_whatever_it_changes_besides() {
    let plan = plan(&proposal(&[("JarKey", "b")]));
    assert_eq!(changes(&plan), ["Application Modify", "AutoStart Modify", "Groups Modify", "UpdateGuard Modify"]);
    assert_eq!((plan.outlook, plan.restarts, plan.parameters), (Outlook::GoesThrough, 1, vec!["JarKey".to_owned()]));
    assert!(plan.state.sentence.starts_with("kept"), "{:?}", plan.state);
}

#[test]
fn without_the_guards_stop_the_update_itself_restarts_it() {
    let plan = plan(&proposal(&[("JarKey", "b"), ("Mode", "Probe")]));
    let answer = "once, by the update of the application; Mode is Probe: the guard proves a snapshot first";
    assert_eq!((plan.restarts, plan.restart.sentence.as_str()), (1, answer));
}

#[test]
fn a_probe_that_stops_says_why() {
    for (run, because) in [
        (
            json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}}),
            "SKIP_RESTORE_FROM_SNAPSHOT is new in this deployment",
        ),
        (json!({"FlinkRunConfiguration": {"AllowNonRestoredState": "true"}}), "AllowNonRestoredState is true"),
    ] {
        let mut proposal = proposal(&[("JarKey", "b"), ("Mode", "Probe")]);
        proposal.template["Resources"]["UpdateGuard"]["Properties"]["RunConfiguration"] = run;
        let answer = plan(&proposal).restart.sentence;
        assert_eq!(answer, format!("once: the guard stops it, because {because}; auto-start starts it"));
    }
}

#[test]
fn what_refers_to_a_replaced_resource_is_replaced_too() {
    let mut proposal = proposal(&[]);
    proposal.template["Resources"]["Logs"]["Properties"]["LogGroupName"] = json!("/other");
    let plan = plan(&proposal);
    assert_eq!(changes(&plan), ["Groups Modify", "Logs Replace", "Stream Replace"]);
    assert_eq!(plan.properties, ["g/logs changes"]);
    assert_eq!(plan.restart.sentence, "once, by the update of its property groups");
}

#[test]
fn drift_is_reported_by_key_and_never_by_value() {
    let mut proposal = proposal(&[("JarKey", "b")]);
    let live = proposal.applications.get_mut("Application").unwrap();
    live.groups[0].map.insert("logs".into(), "hunter2".into());
    live.groups.push(PropertyGroup { id: "theirs".into(), map: [("k".into(), "hunter3".into())].into() });
    let plan = plan(&proposal);
    let drift = ["g/logs has another value than the stack gave it", "theirs/k is not of this stack"];
    assert_eq!(plan.drift, drift);
    assert!(!serde_json::to_string(&plan).unwrap().contains("hunter"));
    assert!(plan.next[0].contains("may remove theirs/k"), "{:?}", plan.next);
}

#[test]
fn a_job_that_fails_costs_what_the_replay_rule_says() {
    let mut proposal = proposal(&[("JarKey", "b")]);
    let failed = ("CreateApplicationSnapshot", OperationStatus::Failed, 5);
    let start = ("StartApplication", OperationStatus::Successful, 90);
    let snapshots = [("s", SnapshotStatus::Ready, 40)];
    proposal
        .applications
        .insert("Application".into(), application(ApplicationStatus::Running, &[failed, start], &snapshots));
    let risky = plan(&proposal);
    assert_eq!(risky.outlook, Outlook::AtRisk);
    assert!(risky.snapshot.sentence.ends_with("what came after s (40 min) is read and written again"), "{risky:?}");
    assert_eq!(risky.state.sentence, "it starts from s, 40 min old", "its own stop will leave none");
    proposal.now = Timestamp(NOW.0 + 30 * 3_600_000);
    assert_eq!(plan(&proposal).snapshot.outlook, Outlook::Fails);
    for side in [&mut proposal.template, &mut proposal.deployed.as_mut().unwrap().template] {
        side["Resources"].as_object_mut().unwrap().remove("UpdateGuard");
    }
    let stuck = plan(&proposal);
    assert!(stuck.snapshot.sentence.ends_with("UPDATE_ROLLBACK_FAILED"), "{stuck:?}");
}

#[test]
fn what_the_next_start_restores_is_reported_when_it_is_said_for_the_first_time() {
    let restoring = |kind: &str, snapshot: &str| {
        let mut proposal = proposal(&[("JarKey", "b")]);
        let run =
            json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": kind, "SnapshotName": snapshot}});
        proposal.template["Resources"]["AutoStart"]["Properties"]["RunConfiguration"] = run;
        proposal
    };
    let custom = plan(&restoring("RESTORE_FROM_CUSTOM_SNAPSHOT", "s"));
    assert_eq!((custom.outlook, custom.state.outlook), (Outlook::AtRisk, Outlook::AtRisk), "{custom:?}");
    assert_eq!(custom.state.sentence, "goes back to s: 40 min are read and written again");
    let missing = plan(&restoring("RESTORE_FROM_CUSTOM_SNAPSHOT", "t"));
    assert_eq!(
        (missing.outlook, missing.state.sentence.as_str()),
        (Outlook::Fails, "there is no READY snapshot t to restore")
    );
    // Said before, it applied to that start only.
    let mut again = restoring("RESTORE_FROM_CUSTOM_SNAPSHOT", "t");
    again.deployed.as_mut().unwrap().template = again.template.clone();
    assert!(plan(&again).state.sentence.starts_with("kept"));
}

#[test]
fn another_name_is_another_application() {
    let renamed = plan(&proposal(&[("Name", "others")]));
    assert_eq!(renamed.outlook, Outlook::Fails);
    assert!(renamed.state.sentence.starts_with("ANOTHER APPLICATION"), "{:?}", renamed.state);
}

#[test]
fn a_stack_that_takes_no_update_is_reported_so() {
    let mut proposal = proposal(&[("JarKey", "b")]);
    proposal.deployed.as_mut().unwrap().status = StackStatus::UpdateRollbackFailed;
    let plan = plan(&proposal);
    assert_eq!(plan.outlook, Outlook::Fails);
    assert!(plan.next[0].ends_with("make why STACK=orders"), "{:?}", plan.next);
}

#[test]
fn it_is_read_in_lines() {
    let answer = plan(&proposal(&[("JarKey", "b")])).describe(Style::Plain);
    let expected = "orders is UPDATE_COMPLETE: no problem found
compared  t.json: 6 resources, 1 parameter given; with the deployed template: 6 resources
resources changes Application, AutoStart, Groups, UpdateGuard
          by JarKey
restart   once: the guard stops it, because Mode is Stop; auto-start starts it
snapshot  needed; no problem found (the newest, s, is 40 min old)
state     kept: it starts from the snapshot of its own stop
";
    assert_eq!(answer, expected);
}

#[test]
fn express_says_what_waits_for_the_job_and_where_a_failure_rests() {
    let mut asked = proposal(&[("JarKey", "b")]);
    assert!(plan(&asked).express.is_empty(), "it was not asked for");
    asked.is_express = true;
    let text = plan(&asked).describe(Style::Plain);
    assert!(text.contains("auto-start waits until the job runs") && text.contains("rests in UPDATE_FAILED"), "{text}");
    both(&mut asked, |template| {
        template["Resources"].as_object_mut().unwrap().remove("AutoStart");
    });
    assert!(plan(&asked).express[0].contains("the stack has no auto-start"), "{:?}", plan(&asked).express);
    asked.deployed = None;
    assert!(plan(&asked).express[1].contains("rests in CREATE_FAILED"));
}
