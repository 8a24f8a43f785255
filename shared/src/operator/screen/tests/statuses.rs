//! `status`: one screen, whatever there is to say.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::job::tests::{NOW, application};
use super::super::super::line::Style;
use super::super::super::plan::{Deployed, DeployedResource, Proposal, plan};
use super::super::super::refused::RefusedSnapshots;
use super::super::super::why::{Scene, why};
use super::super::{Canvas, an_update, status};
use crate::flink::{Application, ApplicationStatus, Mask, OperationStatus, SnapshotStatus};
use crate::lifecycle::{Consent, Incident, Trigger};
use crate::stack::{StackEvent, StackStatus};
use crate::time::Timestamp;

const STACK: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1";

/// A row of the stack, so many minutes ago.
fn row(id: &str, status: &str, minutes: i64) -> StackEvent {
    let (physical_id, resource_type) =
        if id == "orders" { (STACK, "AWS::CloudFormation::Stack") } else { ("x", "AWS::DynamoDB::Table") };
    StackEvent {
        id: format!("{id}{status}"),
        time: Timestamp(NOW.0 - minutes * 60_000),
        stack: STACK.into(),
        logical_id: id.into(),
        physical_id: physical_id.into(),
        resource_type: resource_type.into(),
        status: status.into(),
        token: "t".into(),
        ..StackEvent::default()
    }
}

fn job(operations: &[(&str, OperationStatus, i64)]) -> Application {
    application(ApplicationStatus::Running, operations, &[("gate-1", SnapshotStatus::Ready, 40)])
}

fn scene(status: StackStatus, events: Vec<StackEvent>, application: Application) -> Scene {
    let incident = Incident {
        stack: STACK.into(),
        status,
        may_continue: true,
        consent: Consent::None,
        events,
        trigger: Trigger::Operator,
        applications: vec!["orders".to_owned()],
        is_guarded: true,
        attempted: Vec::new(),
        mask: Mask::default(),
    };
    let applications = vec![("Application".to_owned(), "orders".to_owned(), Some(application))];
    Scene { now: NOW, region: None, incident, is_ours: true, types: BTreeSet::new(), applications }
}

/// Our own template, deployed, and updated with another jar.
fn update(application: &Application) -> Proposal {
    let all = crate::template::synthesize().unwrap();
    let (_, text) = all.into_iter().find(|(file, _)| *file == "application.template.json").unwrap();
    let template: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names = template["Resources"].as_object().unwrap().iter();
    let resources = names.map(|(id, one)| {
        let resource_type = one["Type"].as_str().unwrap().to_owned();
        let physical_id = if resource_type.ends_with("::Application") { "orders".to_owned() } else { id.clone() };
        (id.clone(), DeployedResource { resource_type, physical_id, status: "CREATE_COMPLETE".into() })
    });
    let resources: BTreeMap<String, DeployedResource> = resources.collect();
    let id = resources.iter().find(|(_, one)| one.physical_id == "orders").unwrap().0.clone();
    Proposal {
        now: NOW,
        name: "orders".into(),
        region: "eu-west-1".into(),
        file: "the deployed template".into(),
        given: BTreeMap::new(),
        applications: [(id, application.clone())].into(),
        handlers: true,
        matches: |_, _| true,
        is_express: false,
        change_set: None,
        deployed: Some(Deployed {
            id: STACK.into(),
            status: StackStatus::UpdateComplete,
            parameters: [("ApplicationName".to_owned(), "orders".to_owned())].into(),
            resources,
            template: template.clone(),
            refused: RefusedSnapshots::new(),
        }),
        template: an_update(&template),
    }
}

const START: (&str, OperationStatus, i64) = ("StartApplication", OperationStatus::Successful, 90);

#[test]
fn a_stack_at_rest_says_when_it_was_deployed_and_what_an_update_would_do_now() {
    let rows = vec![row("orders", "UPDATE_COMPLETE", 180), row("orders", "UPDATE_IN_PROGRESS", 182)];
    let running = job(&[START]);
    let scene = scene(StackStatus::UpdateComplete, rows, running.clone());
    let answer = status(&scene, why(&scene), Some(&plan(&update(&running))));
    assert_eq!(answer.operation, "UPDATE_COMPLETE 3 h ago, after 2m00s");
    assert!(answer.update[0].starts_with("restart: once, by the update"), "{answer:?}");
    assert!(answer.update[1].starts_with("snapshot: needed; no problem found"), "{answer:?}");
    let lines = answer.lines(Canvas { width: Some(80), style: Style::Plain });
    assert_eq!(lines[0], "orders is fine, UPDATE_COMPLETE");
    assert!(lines[2].starts_with("job       orders RUNNING, version 3: "), "{lines:#?}");
    assert_eq!(lines[3], "          snapshot 40 min old", "{lines:#?}");
}

#[test]
fn an_update_that_could_not_take_its_snapshot_now_is_said_before_there_is_one() {
    let failing = job(&[("CreateApplicationSnapshot", OperationStatus::Failed, 5), START]);
    let found = plan(&update(&failing));
    assert!(found.snapshot.sentence.starts_with("needed, and it will fail"), "{found:?}");
}

#[test]
fn a_stack_in_progress_says_what_it_works_on() {
    let rows = vec![
        row("Table", "UPDATE_IN_PROGRESS", 2),
        row("Other", "UPDATE_COMPLETE", 2),
        row("orders", "UPDATE_IN_PROGRESS", 3),
    ];
    let scene = scene(StackStatus::UpdateInProgress, rows, job(&[START]));
    let answer = status(&scene, why(&scene), None);
    assert_eq!(answer.operation, "UPDATE_IN_PROGRESS for 3m00s, 1 ended; works on Table");
}

#[test]
fn what_does_not_fit_on_one_screen_is_named() {
    let scene = scene(StackStatus::UpdateComplete, Vec::new(), job(&[START]));
    let mut answer = status(&scene, why(&scene), None);
    answer.next = (0..40).map(|number| format!("aws {number}")).collect();
    for width in [40, 80, 120] {
        let lines = answer.lines(Canvas { width: Some(width), style: Style::Plain });
        assert_eq!(lines.len(), 23);
        assert!(lines[22].ends_with("lines more: make why STACK=orders"), "{lines:#?}");
    }
    assert!(answer.lines(Canvas { width: None, style: Style::Plain }).len() > 40);
}
