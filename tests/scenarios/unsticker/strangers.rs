//! Stacks that did not opt in, and applications that are another stack's: neither looked at closely, nor changed, nor
//! reported.

use std::collections::BTreeMap;

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{self, Status, TagsOnUpdate};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::flink::Status as Flink;
use local_aws::{Modes, State};
use project::deployment::{Deployment, NAME, deploy_stack, jar, query, settled};
use serde_json::{Value, json};

use crate::stage::{
    answers, application, ask_unsticker, calls, handlers, handlers_where, mutations, report, reports, running,
    running_unguarded, stack_event, stuck, unsticker, why, with_jar,
};

const UNSTICKER: &str = "flink-rollback-unsticker";
const GUARD: &str = "flink-update-guard";
const UNTAGGED: [(&str, &str); 1] = [("owner", "team")];
const THEIRS: &str = "flink-theirs";

/// What the unsticker asked in each of its invocations, when each asked the same.
async fn asked_each_time(deployment: &Deployment, each: &[&str]) {
    let invoked = invoked(deployment).await;
    assert_eq!(calls(deployment, &unsticker(deployment)), each.repeat(invoked), "{}", why(deployment));
    assert!(reports(deployment).is_empty(), "{:?}", reports(deployment));
}

/// How often the unsticker was invoked, once it was.
async fn invoked(deployment: &Deployment) -> usize {
    let invoked = |state: &mut State| {
        let times = state.lambda.invocations.iter().filter(|one| one.function == UNSTICKER).count();
        (times > 0 && state.lambda.is_idle()).then_some(times)
    };
    deployment.world().until(invoked).await
}

/// An update with rollback disabled; where it came to rest.
async fn update_without_rollback(
    deployment: &Deployment,
    stack: &str,
    template: &str,
    given: &[(&str, &str)],
) -> Status {
    let world = deployment.world();
    let known = world.state().cloudformation.stack(stack).is_some();
    let mut update = query(stack, template, given, &UNTAGGED, Some(&deployment.stack_role));
    update.insert("DisableRollback".to_owned(), "true".to_owned());
    let action = if known { "UpdateStack" } else { "CreateStack" };
    cloudformation::query(world, &Caller::Operator, action, &update).unwrap();
    settled(world, stack).await
}

/// UPDATE_FAILED of an untagged stack costs one read, an old event as well, and is not reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_in_an_untagged_stack_costs_one_look_and_is_not_reported() {
    let deployment = handlers().await;
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("1", &["poison"]));
    let created = deployment.deploy_template(&template, &with_jar(&key), &UNTAGGED).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    let old = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_FAILED")).await;
    assert_eq!(old["Outcome"], "NotOurs", "{old}");
    deployment.record("poison");
    let key = deployment.upload(&jar("2", &["poison"]));
    let ends = update_without_rollback(&deployment, NAME, &template, &with_jar(&key)).await;
    assert_eq!(ends, Status::UpdateFailed, "{}", why(&deployment));
    asked_each_time(&deployment, &["cloudformation:DescribeStacks"]).await;
}

/// A rollback of an untagged stack without a guard costs two reads and is not reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_of_a_strangers_stack_costs_two_looks_and_is_not_reported() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let template = include_str!("../fixtures/team.template.json");
    for (key, ends) in [(key.as_str(), Status::CreateComplete), ("jars/none.jar", Status::UpdateRollbackComplete)] {
        let parameters = [("JarBucket", deployment.bucket.as_str()), ("JarKey", key)];
        let status = deploy_stack(deployment.world(), "payroll", template, &parameters, &[], None).await;
        assert_eq!(status, ends, "{}", why(&deployment));
    }
    asked_each_time(&deployment, &["cloudformation:DescribeStacks", "cloudformation:ListStackResources"]).await;
}

/// An application of an untagged stack that the functions may not read is not reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_out_of_reach_in_an_untagged_stack_is_not_reported() {
    // What fails stands behind the guard, or before it.
    for (change, notified) in [(("JarKey", "jars/none.jar"), 1), (("LogRetentionDays", "60"), 0)] {
        let deployment = handlers().await;
        let mut template = Deployment::application_template();
        let mut second = template["Resources"]["Application"].clone();
        second["Properties"]["ApplicationName"] = json!("payroll-second");
        template["Resources"]["Second"] = second;
        let key = deployment.upload(&jar("1", &[]));
        let first = [&with_jar(&key)[..], &[("GuardMode", "Stop")]].concat();
        let changed = [&first[..], &[change]].concat();
        for (parameters, ends) in [(first, Status::CreateComplete), (changed, Status::UpdateRollbackComplete)] {
            let (world, template) = (deployment.world(), template.to_string());
            let status = deploy_stack(world, NAME, &template, &parameters, &UNTAGGED, None).await;
            assert_eq!(status, ends, "{}", why(&deployment));
            let denied = Fault::Refuse(ApiError::new("AccessDeniedException", "not authorized"));
            world.state().faults.inject("logs:PutRetentionPolicy", 1, denied);
        }
        invoked(&deployment).await;
        let reports = reports(&deployment);
        assert_eq!(reports.len(), notified, "{change:?} {reports:?}");
        assert!(reports.iter().all(|one| one["State"].as_str().unwrap().contains("The stack has not opted in")));
    }
}

/// Where a rollback removed the guard itself, the sweep reports the job that it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_reports_the_job_that_a_guard_stopped_which_the_rollback_took_away_again() {
    let modes = Modes { tags: TagsOnUpdate::Kept, ..Modes::default() };
    let deployment = handlers_where(modes).await;
    let (before, after) = (Deployment::template_without_guard(), Deployment::application_template());
    let key = deployment.upload(&jar("1", &[]));
    let created = deployment.deploy_template(&before.to_string(), &with_jar(&key), &UNTAGGED).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    let parameters = [&with_jar("jars/none.jar")[..], &[("GuardMode", "Stop")]].concat();
    let ends = deployment.deploy_template(&after.to_string(), &parameters, &UNTAGGED).await;
    assert_eq!(ends, Status::UpdateRollbackComplete, "{}", why(&deployment));
    // The event shows a stack without a guard; the sweep finds the marker.
    asked_each_time(&deployment, &["cloudformation:DescribeStacks", "cloudformation:ListStackResources"]).await;
    events::fire_schedules(deployment.world());
    let answer = report(&deployment, "Refused").await;
    assert!(answer["State"].as_str().unwrap().contains("The stack has not opted in"), "{answer}");
    assert!(answer["Next"].as_str().unwrap().contains("start-application --application-name flink-test"), "{answer}");
    assert!(mutations(&deployment, UNSTICKER).is_empty());
}

/// The guard leaves an application alone that was in the way of a creation.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_was_in_the_way_of_a_creation_is_not_guarded() {
    let deployment = running().await;
    let role = application(&deployment).configuration.role;
    let template = |digest: &str| {
        let guard = json!({"ServiceToken": {"Fn::ImportValue": "flink-handlers-update-guard-arn"}, "Mode": "Stop",
            "ApplicationLogicalId": "Application", "ConfigurationDigest": digest});
        let application =
            json!({"ApplicationName": NAME, "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": role});
        json!({"Resources": {
            "Guard": {"Type": "Custom::FlinkUpdateGuard", "Properties": guard},
            "Application": {"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": application, "DependsOn": "Guard"},
        }})
        .to_string()
    };
    let second = "flink-second";
    let created = update_without_rollback(&deployment, second, &template("1"), &[]).await;
    assert_eq!(created, Status::CreateFailed, "{}", why(&deployment));
    {
        // The row shows the name that was asked for, and whose it is.
        let mut state = deployment.world().state();
        let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == second).unwrap();
        let row = stack.resources.get_mut("Application").unwrap();
        assert!(row.reason.contains("already exists"), "{}", row.reason);
        row.physical_id = Some(NAME.to_owned());
    }
    let before = mutations(&deployment, GUARD);
    update_without_rollback(&deployment, second, &template("2"), &[]).await;
    let answer = answers(&deployment, "Guard").pop().unwrap();
    assert_eq!(answer["Data"]["Outcome"], "NoApplication", "{answer}");
    assert_eq!(mutations(&deployment, GUARD), before);
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// An application of another stack is never stopped, though a logging option names it and the stack's resources list
/// it: one that could not be created, was kept or is gone is not the stack's own.
///
/// The stack is stuck, and what failed names an application that is not its own, whatever its list of resources shows
/// of that.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_of_another_stack_that_a_logging_option_names_is_not_stopped() {
    let deployment = running_unguarded().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    deployment.record("poison");
    stuck(&deployment).await;
    {
        let mut state = deployment.world().state();
        let mut theirs = state.flink.applications[NAME].clone();
        theirs.arn = theirs.arn.replace(NAME, THEIRS);
        THEIRS.clone_into(&mut theirs.name);
        state.flink.applications.insert(theirs.name.clone(), theirs);
        let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap();
        for row in stack.events.iter_mut().filter(|row| row.status == Status::UpdateFailed) {
            row.kind = "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption".to_owned();
            row.reason = row.reason.replace(NAME, THEIRS);
            row.properties = Some(json!({ "ApplicationName": THEIRS }).to_string());
        }
    }
    let exists = "Application already exists. (RequestToken: 0, HandlerErrorCode: AlreadyExists)";
    for (status, reason) in [
        (None, ""),
        (Some(Status::CreateFailed), exists),
        (Some(Status::CreateFailed), "User is not authorized to perform kinesisanalytics:CreateApplication"),
        (Some(Status::UpdateFailed), exists),
        (Some(Status::DeleteComplete), ""),
        (Some(Status::DeleteSkipped), ""),
    ] {
        shows_theirs(&deployment, status, reason);
        let answer: Value = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
        assert_eq!(answer["Outcome"], "Refused", "{status:?} {answer}");
        let state = answer["State"].as_str().unwrap();
        assert!(state.contains("flink-theirs is not an application of this stack"), "{status:?} {answer}");
        assert!(mutations(&deployment, UNSTICKER).is_empty(), "{status:?}");
    }
}

/// The stack's list of resources shows their application in this status.
fn shows_theirs(deployment: &Deployment, status: Option<Status>, reason: &str) {
    let mut state = deployment.world().state();
    let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap();
    let Some(status) = status else { return };
    let mut row = stack.resources["Application"].clone();
    (row.logical_id, row.physical_id) = ("Theirs".to_owned(), Some(THEIRS.to_owned()));
    (row.status, row.reason) = (status, reason.to_owned());
    stack.resources.insert(row.logical_id.clone(), row);
}

/// A rollback that a person begins of an untagged stack is left to that person.
///
/// A rollback that a person begins of a stack that did not opt in is that person's.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_a_person_begins_of_an_untagged_stack_is_left_to_that_person() {
    let deployment = handlers().await;
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("1", &[]));
    deployment.deploy_template(&template, &with_jar(&key), &UNTAGGED).await;
    let ends = update_without_rollback(&deployment, NAME, &template, &with_jar("jars/none.jar")).await;
    assert_eq!(ends, Status::UpdateFailed, "{}", why(&deployment));
    let rollback = BTreeMap::from([("StackName".to_owned(), NAME.to_owned())]);
    cloudformation::query(deployment.world(), &Caller::Operator, "RollbackStack", &rollback).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    invoked(&deployment).await;
    assert!(reports(&deployment).is_empty(), "{:?}", reports(&deployment));
    let looks = calls(&deployment, &unsticker(&deployment));
    assert!(
        looks.iter().all(|call| call.contains(":DescribeStacks") || call.contains("ListStackResources")),
        "{looks:?}"
    );
}
