//! What the functions' roles may do, whatever their code wanted: calls made with a function's role, straight at the
//! services.

use std::collections::BTreeMap;

use local_aws::api::{ApiError, Caller, Context};
use local_aws::cloudformation::{self, Status};
use local_aws::events::{self, EventFault};
use local_aws::flink::{self, Status as Flink};
use local_aws::modes::ResourceTags;
use local_aws::{Modes, Options, iam};
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use super::keys::{KEY, keep, statements};
use crate::stage::{
    QUICK, application, ask_unsticker, calls, handlers, report, reports, running_unguarded, running_where, stack_event,
    stuck, stuck_without_a_service_role, unsticker, why, with_jar,
};

mod statement;

const MARKER: &str = "flink-unstick-restart";

/// The code of the refusal, or nothing.
fn asked(deployment: &Deployment, who: &Caller, operation: &str, members: &Value) -> Option<String> {
    let arn = application(deployment).arn;
    let mut body =
        if operation.ends_with("Resource") { json!({"ResourceARN": arn}) } else { json!({"ApplicationName": NAME}) };
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let settings = &deployment.world().settings;
    let answer = flink::call(&mut deployment.world().state(), settings, who, operation, &body);
    answer.err().map(|error| error.code)
}

fn consent(deployment: &Deployment, value: Option<&str>) {
    let mut state = deployment.world().state();
    let tags = &mut state.flink.applications.get_mut(NAME).unwrap().tags;
    tags.remove("flink-unstick");
    tags.extend(value.map(|value| ("flink-unstick".to_owned(), value.to_owned())));
}

fn continued(deployment: &Deployment, role: Option<&str>) -> Result<String, ApiError> {
    let mut query = BTreeMap::from([("StackName".to_owned(), NAME.to_owned())]);
    query.extend(role.map(|role| ("RoleARN".to_owned(), role.to_owned())));
    cloudformation::query(deployment.world(), &unsticker(deployment), "ContinueUpdateRollback", &query)
}

fn role_of(deployment: &Deployment, function: &str) -> Caller {
    Caller::Role(deployment.world().state().lambda.functions[function].role_name().to_owned())
}

fn tag(keys: &[&str]) -> Value {
    json!({"Tags": keys.iter().map(|key| json!({"Key": key, "Value": "e"})).collect::<Vec<_>>()})
}

const DENIED: Option<&str> = Some("AccessDeniedException");

const UNSTICKER: &str = "flink-rollback-unsticker";

/// Without consent the unsticker's role changes no application.
#[tokio::test(flavor = "multi_thread")]
async fn without_consent_the_unstickers_role_changes_no_application() {
    // Where the service gives no tags, no role can ask for consent, and the operator has said so.
    let deployment = running_where(Modes { resource_tags: ResourceTags::Given, ..Modes::default() }).await;
    let who = unsticker(&deployment);
    for without in [None, Some("dry-run"), Some("no")] {
        consent(&deployment, without);
        for (operation, members) in [
            ("StopApplication", json!({"Force": true})),
            ("StartApplication", json!({})),
            ("CreateApplicationSnapshot", json!({"SnapshotName": "s"})),
            ("TagResource", tag(&[MARKER])),
            ("UntagResource", json!({"TagKeys": [MARKER]})),
        ] {
            assert_eq!(asked(&deployment, &who, operation, &members).as_deref(), DENIED, "{operation} {without:?}");
        }
    }
    assert_eq!(application(&deployment).status, Flink::Running);
    consent(&deployment, Some("enabled"));
    assert_eq!(asked(&deployment, &who, "StopApplication", &json!({"Force": true})), None);
}

/// No role writes another tag than `flink-unstick-restart`.
#[tokio::test(flavor = "multi_thread")]
async fn no_role_writes_another_tag_than_the_marker() {
    let deployment = running_unguarded().await;
    for function in ["flink-rollback-unsticker", "flink-update-guard"] {
        let who = role_of(&deployment, function);
        for keys in [&["flink-unstick"] as &[&str], &[MARKER, "owner"], &[]] {
            assert_eq!(asked(&deployment, &who, "TagResource", &tag(keys)).as_deref(), DENIED, "{function} {keys:?}");
        }
        assert_eq!(asked(&deployment, &who, "TagResource", &tag(&[MARKER])), None, "{function}");
    }
    for function in ["flink-rollback-unsticker", "flink-update-guard", "flink-auto-start"] {
        let who = role_of(&deployment, function);
        for keys in [&["flink-unstick"] as &[&str], &[MARKER, "owner"], &[]] {
            let answer = asked(&deployment, &who, "UntagResource", &json!({"TagKeys": keys}));
            assert_eq!(answer.as_deref(), DENIED, "{function} {keys:?}");
        }
        assert_eq!(asked(&deployment, &who, "UntagResource", &json!({"TagKeys": [MARKER]})), None, "{function}");
    }
}

/// The unsticker's role continues only the rollback of a stack tagged `flink-unstick=enabled`, and never with a role of
/// its choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_continued_only_of_a_consenting_stack_and_never_with_a_role() {
    // Where the service gives no tags, no role can ask for consent, and the operator has said so.
    let deployment = running_where(Modes { resource_tags: ResourceTags::Given, ..Modes::default() }).await;
    deployment.record("poison");
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    stuck(&deployment).await;
    let role = deployment.stack_role.clone();
    assert_eq!(continued(&deployment, Some(&role)).unwrap_err().code, "AccessDeniedException");
    let tagged = |value: &str| {
        let tags = BTreeMap::from([("flink-unstick".to_owned(), value.to_owned())]);
        let mut state = deployment.world().state();
        state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap().tags = tags;
    };
    for without in ["dry-run", "no"] {
        tagged(without);
        assert_eq!(continued(&deployment, None).unwrap_err().code, "AccessDeniedException", "{without}");
    }
    tagged("enabled");
    continued(&deployment, None).unwrap();
}

/// The unsticker passes no role to any caller.
#[tokio::test(flavor = "multi_thread")]
async fn the_unsticker_hands_no_role_to_any_caller() {
    let deployment = handlers().await;
    let state = deployment.world().state();
    for service in ["cloudformation.amazonaws.com", "kinesisanalytics.amazonaws.com", "lambda.amazonaws.com"] {
        let who = Caller::Role(state.lambda.functions["flink-rollback-unsticker"].role_name().to_owned());
        let answer = iam::authorize_pass_role(&state, &who, &deployment.stack_role, service);
        assert_eq!(answer.unwrap_err().code, "AccessDeniedException", "{service}");
    }
}

/// A tagged application of an untagged stack is left alone after one DescribeStacks.
#[tokio::test(flavor = "multi_thread")]
async fn a_tagged_application_of_an_untagged_stack_is_left_alone_after_one_look_at_the_stack() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    template["Resources"]["Application"]["Properties"]["Tags"] = json!([{"Key": "flink-unstick", "Value": "enabled"}]);
    let untagged = [("owner", "another caller")];
    for (version, ends) in [("1", Status::CreateComplete), ("2", Status::UpdateRollbackFailed)] {
        let key = deployment.upload(&jar(version, &["poison"]));
        let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &untagged).await;
        assert_eq!(status, ends, "{}", why(&deployment));
        deployment.record("poison");
    }
    deployment.world().until(|state| state.lambda.is_idle().then_some(())).await;
    let event = stack_event(&deployment, "UPDATE_ROLLBACK_FAILED");
    let message = ask_unsticker(&deployment, &event).await;
    assert_eq!(message["Outcome"], "NotOurs", "{message}");
    deployment.world().until(|state| state.lambda.is_idle().then_some(())).await;
    let invoked = deployment.world().state().lambda.invocations.iter().filter(|one| one.function == UNSTICKER).count();
    assert_eq!(calls(&deployment, &unsticker(&deployment)), vec!["cloudformation:DescribeStacks"; invoked]);
    assert!(reports(&deployment).is_empty());
}

/// Where Flink's service gives IAM no tags, nothing is stopped until IGNORE_CONSENT_TAG says so.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_service_gives_no_tags_nothing_is_stopped_until_an_operator_says_so() {
    let deployment = running_where(Modes { resource_tags: ResourceTags::Missing, ..Modes::default() }).await;
    assert_eq!(deployment.change_access(&[("IgnoreConsentTag", "false")]).await, Status::UpdateComplete);
    deployment.record("poison");
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    let state = message["State"].as_str().unwrap();
    assert!(state.contains("A permission is missing: kinesisanalytics:TagResource"), "{message}");
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(deployment.change_access(&[("IgnoreConsentTag", "true")]).await, Status::UpdateComplete);
    let message = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_ROLLBACK_FAILED")).await;
    assert_eq!(message["Outcome"], "RollbackContinued", "{message}");
    report(&deployment, "StoppedAwaitingFix").await;
    assert_eq!(asked(&deployment, &unsticker(&deployment), "TagResource", &tag(&["owner"])).as_deref(), DENIED);
}

/// With ContinueWithOwnRole the unsticker continues the rollback of a stack without a service role, with what its role
/// is granted for that.
#[tokio::test(flavor = "multi_thread")]
async fn with_its_own_role_it_continues_the_rollback_of_a_stack_without_one() {
    let environment = [&QUICK[..], &[("CONTINUE_WITH_OWN_ROLE", "true")]].concat();
    let deployment = Deployment::start(Options::default(), &environment).await;
    assert_eq!(deployment.change_access(&[("ContinueWithOwnRole", "true")]).await, Status::UpdateComplete);
    // The update changes the tags of all that it reaches; the unsticker's own role gives them back.
    stuck_without_a_service_role(&deployment, |version| vec![("flink-unstick", "enabled"), ("version", version)]).await;
    report(&deployment, "StoppedAwaitingFix").await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    let state = deployment.world().state();
    assert_eq!(state.flink.applications[NAME].tags["version"], "1");
    assert_eq!(state.kinesis.streams[NAME].tags["version"], "1");
}

/// StackRole lets AWS's services alone use the key by a grant.
#[tokio::test(flavor = "multi_thread")]
async fn the_stacks_role_grants_the_key_to_services_alone() {
    let deployment = handlers().await;
    keep(deployment.world(), &statements());
    let key = KEY;
    assert_eq!(deployment.change_access(&[("KeyArn", key)]).await, Status::UpdateComplete);
    let who = Caller::Role(iam::role_name(&deployment.stack_role).to_owned());
    let granted = |context| iam::authorize(&deployment.world().state(), &who, "kms:CreateGrant", key, &context);
    assert_eq!(granted(Context::new()).unwrap_err().code, "AccessDeniedException");
    granted(Context::from([("kms:GrantIsForAWSResource".to_owned(), vec!["true".to_owned()])])).unwrap();
}
