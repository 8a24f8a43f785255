//! What the golden screens show.

use std::time::Duration;

use super::super::super::deployment::Removal;
use super::super::super::job::tests::{NOW, application};
use super::super::super::permissions::{
    AccessChange, Field, FormerField as Was, Grant, PermissionChange, Sign, Subject,
};
use super::super::super::plan::{Change, Effect, Finding, Outlook, Plan};
use super::super::super::progress::Progress;
use super::super::{
    Canvas, ProgressScreen, QuestionScreen, RemovalScreen, ResultScreen, after, before, during, removing,
};
use super::operations::{STACK, at, row, step};
use crate::flink::{ApplicationStatus, OperationStatus, SnapshotStatus};

fn finding(outlook: Outlook, sentence: &str) -> Finding {
    Finding { outlook, sentence: sentence.into() }
}

fn change(logical_id: &str, resource_type: &str, effect: Effect, properties: &[&str]) -> Change {
    let properties = properties.iter().map(|name| (*name).to_owned()).collect();
    Change { logical_id: logical_id.into(), resource_type: resource_type.into(), effect, properties }
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

/// A permission of the job's role.
fn permission(sign: Sign, reach: AccessChange, action: &[&str], resource: &str) -> PermissionChange {
    PermissionChange {
        reach,
        sign,
        owner: "ApplicationRole".into(),
        subject: Subject::Permission,
        grant: Grant::Allow,
        principal: Vec::new(),
        action: texts(action),
        resource: texts(&[resource]),
        condition: Vec::new(),
        before: None,
    }
}

pub(super) fn plan_of(outlook: Outlook, sentence: &str) -> Plan {
    let mut plan = Plan::without_comparison("orders", outlook, sentence);
    plan.status = "UPDATE_COMPLETE".into();
    plan
}

pub(super) fn new_stack(canvas: Canvas) -> Vec<String> {
    let mut plan = plan_of(Outlook::GoesThrough, "orders does not exist yet: no problem found");
    plan.status = String::new();
    plan.changes = vec![
        change("Application", "AWS::KinesisAnalyticsV2::Application", Effect::Add, &[]),
        change("ApplicationRole", "AWS::IAM::Role", Effect::Add, &[]),
        change("AutoStart", "Custom::FlinkAutoStart", Effect::Add, &[]),
    ];
    plan.parameters = texts(&["CodeKey"]);
    plan.restart = finding(Outlook::GoesThrough, "it does not run yet: auto-start starts it");
    plan.snapshot = finding(Outlook::GoesThrough, "not needed");
    plan.state = finding(Outlook::GoesThrough, "there is none yet: it starts empty");
    plan.properties = texts(&["InputStream0/stream.name is added"]);
    let trust = PermissionChange {
        subject: Subject::Trust,
        principal: texts(&["Service: kinesisanalytics.amazonaws.com"]),
        resource: Vec::new(),
        condition: texts(&["StringEquals aws:SourceAccount 111122223333"]),
        ..permission(Sign::Added, AccessChange::Broader, &["sts:AssumeRole"], "")
    };
    let stream = "arn:${AWS::Partition}:kinesis:eu-west-1:${AWS::AccountId}:stream/orders-input";
    let boundary = PermissionChange {
        subject: Subject::Boundary,
        ..permission(Sign::Added, AccessChange::Narrower, &[], "${Fn::ImportValue \"flink-application-boundary\"}")
    };
    let read = permission(Sign::Added, AccessChange::Broader, &["kinesis:GetRecords", "kinesis:ListShards"], stream);
    before(&QuestionScreen { plan: &plan, permissions: &[read, trust, boundary], is_verbose: false }, canvas)
}

pub(super) fn restart(canvas: Canvas) -> Vec<String> {
    let mut plan = plan_of(Outlook::GoesThrough, "orders is UPDATE_COMPLETE: no problem found");
    plan.changes = vec![
        change("Application", "AWS::KinesisAnalyticsV2::Application", Effect::Modify, &["ApplicationConfiguration"]),
        change("UpdateGuard", "Custom::FlinkUpdateGuard", Effect::Modify, &["ConfigurationDigest"]),
    ];
    plan.parameters = texts(&["CodeKey"]);
    plan.restarts = 1;
    plan.restart = finding(
        Outlook::GoesThrough,
        "once, by the update of the application; Mode is Probe: the guard proves a snapshot first",
    );
    plan.snapshot = finding(Outlook::GoesThrough, "needed; no problem found (the newest, gate-1, is 40 min old)");
    plan.state = finding(Outlook::GoesThrough, "kept: it starts from the snapshot of its own stop");
    plan.properties = texts(&["OutputTable0/table.name changes"]);
    let changed = PermissionChange {
        sign: Sign::Changed,
        before: Some(Was { field: Field::Condition, texts: texts(&["StringEquals aws:SourceAccount 111122223333"]) }),
        ..permission(
            Sign::Added,
            AccessChange::Broader,
            &["s3:GetObject"],
            "arn:aws:s3:::flink-artifacts-111122223333/*",
        )
    };
    let gone = permission(
        Sign::Removed,
        AccessChange::Narrower,
        &["dynamodb:Scan"],
        "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    );
    let mut lines = before(&QuestionScreen { plan: &plan, permissions: &[changed, gone], is_verbose: false }, canvas);
    let mut progress = Progress::new(STACK, "t", 2);
    let rows = [row(STACK, "", "UPDATE_IN_PROGRESS", 0), row(STACK, "UpdateGuard", "UPDATE_IN_PROGRESS", 2)];
    for row in &rows {
        progress.apply(row);
    }
    let timeline = [step("snapshot", OperationStatus::Successful, 12), step("update", OperationStatus::InProgress, 31)];
    lines.push(String::new());
    lines.extend(during(&ProgressScreen { progress: &progress, timeline: &timeline, now: at(130) }, canvas));
    for row in [row(STACK, "UpdateGuard", "UPDATE_COMPLETE", 150), row(STACK, "", "UPDATE_COMPLETE", 171)] {
        progress.apply(&row);
    }
    let start = ("StartApplication", OperationStatus::Successful, 1);
    let jobs = [application(ApplicationStatus::Running, &[start], &[("gate-2", SnapshotStatus::Ready, 1)])];
    lines.push(String::new());
    let phases = [("jar".to_owned(), Duration::from_secs(2)), ("orders".to_owned(), Duration::from_secs(171))];
    lines.extend(after(
        &ResultScreen {
            stack: "orders",
            phases: &phases,
            progress: Some(&progress),
            applications: &jobs,
            restored: "gate-2",
            now: NOW,
            next: &texts(&["flink-stack status --stack orders --region eu-west-1"]),
        },
        canvas,
    ));
    lines
}

pub(super) fn state_loss(canvas: Canvas) -> Vec<String> {
    let mut plan = plan_of(Outlook::AtRisk, "orders is UPDATE_COMPLETE: something is lost or read again");
    plan.changes = vec![
        change("Application", "AWS::KinesisAnalyticsV2::Application", Effect::Replace, &["ApplicationName"]),
        change("Table", "AWS::DynamoDB::Table", Effect::Remove, &[]),
        change("Stream", "AWS::Kinesis::Stream", Effect::Leave, &[]),
    ];
    plan.restart = finding(Outlook::GoesThrough, "once, by the update of the application");
    plan.restarts = 1;
    plan.state = finding(Outlook::AtRisk, "GIVEN UP: SKIP_RESTORE_FROM_SNAPSHOT starts it empty");
    before(&QuestionScreen { plan: &plan, permissions: &[], is_verbose: true }, canvas)
}

pub(super) fn refusal(canvas: Canvas) -> Vec<String> {
    let mut plan = plan_of(Outlook::Fails, "orders is UPDATE_COMPLETE: it will not go through");
    plan.changes = vec![change(
        "Application",
        "AWS::KinesisAnalyticsV2::Application",
        Effect::Modify,
        &["ApplicationConfiguration"],
    )];
    plan.restart = finding(Outlook::GoesThrough, "once, by the update of the application");
    plan.snapshot = finding(
        Outlook::Fails,
        "needed, and it will fail: CreateApplicationSnapshot FAILED 5 min ago: the job is not running; the guard fails the deployment before anything changes",
    );
    plan.next = texts(&["aws logs tail /aws/kinesis-analytics/orders --since 1h --filter-pattern Exception"]);
    before(&QuestionScreen { plan: &plan, permissions: &[], is_verbose: false }, canvas)
}

/// A stack whose table stays when it is deleted.
pub(super) fn deletion(canvas: Canvas) -> Vec<String> {
    let removal = |logical_id: &str, resource_type: &str, stays: bool| Removal {
        logical_id: logical_id.into(),
        resource_type: resource_type.into(),
        physical_id: "orders".into(),
        stays,
    };
    let removals = [
        removal("Application", "AWS::KinesisAnalyticsV2::Application", false),
        removal("ApplicationRole", "AWS::IAM::Role", false),
        removal("AutoStart", "Custom::FlinkAutoStart", false),
        removal("LogGroup", "AWS::Logs::LogGroup", false),
        removal("Table", "AWS::DynamoDB::Table", true),
    ];
    removing(
        &RemovalScreen { stack: "orders", status: "UPDATE_COMPLETE", removals: &removals, is_verbose: false },
        canvas,
    )
}
