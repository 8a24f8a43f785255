//! How long is waited for what, and what counts as success.

use std::sync::Arc;

use serde_json::{Value, json};

use super::incident::{become_status, call, make_unhealthy, running, stack, status};
use super::{create, custom, handler, update, world};
use crate::cloudformation::scenario::{request, rows, settled};
use crate::cloudformation::{LongServiceTimeout, Status, TokenAgain};
use crate::flink::{self, Hold, Status as Flink};
use crate::{Settings, World};

/// The stack with this jar.
fn with_jar(world: &World, jar: &Value) -> Value {
    crate::s3::put(&mut world.state(), "code", "2.jar", jar.to_string());
    let mut resources = stack(2);
    let code = "/Flink/Properties/ApplicationConfiguration/ApplicationCodeConfiguration/CodeContent/S3ContentLocation";
    resources.pointer_mut(code).unwrap()["FileKey"] = json!("2.jar");
    resources
}

// G.20: the handler has a patience of its own, and the way back meets an application that takes no update.
#[tokio::test]
async fn code_that_cannot_read_the_state_wedges_the_stack_over_an_application_in_updating() {
    let world = world();
    running(&world).await;
    let jar = json!({ "job": "count", "version": "2", "state_compatible_with": [] });
    let resources = with_jar(&world, &jar);
    world.state().cloudformation.expire_at_once.insert("Flink".to_owned());
    update(&world, &resources);
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "{:#?}", rows(&world, "s"));
    let failed: Vec<_> = rows(&world, "s").into_iter().filter(|row| row.status == Status::UpdateFailed).collect();
    assert!(failed[0].reason.contains("HandlerErrorCode: NotStabilized"), "{}", failed[0].reason);
    assert!(failed[1].reason.contains("'UPDATING' state"), "{}", failed[1].reason);
    assert_eq!(status(&world), "UPDATING");
    call(&world, "StopApplication", &json!({ "ApplicationName": "job", "Force": true }));
    become_status(&world, "READY").await;
    request(&world, "ContinueUpdateRollback", [("StackName", "s")]).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
    assert_eq!(status(&world), "READY");
}

// G.35
#[tokio::test]
async fn an_update_is_a_success_when_the_application_runs_even_if_its_job_is_unhealthy() {
    let world = world();
    running(&world).await;
    world.state().flink.hold("job", Flink::Updating, Hold::UntilReleased);
    let jar = json!({ "job": "count", "version": "2", "fails_on": ["next"] });
    update(&world, &with_jar(&world, &jar));
    become_status(&world, "UPDATING").await;
    crate::kinesis::put(&mut world.state(), "in", &json!({ "key": "next", "featureName": "f" }));
    flink::release(&mut world.state(), &world.settings, "job");
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete, "{:#?}", rows(&world, "s"));
    assert_eq!(status(&world), "RUNNING");
    assert!(world.state().flink.applications["job"].is_unhealthy());
}

// G.38
#[tokio::test]
async fn what_is_skipped_and_a_forced_rollback_exclude_each_other() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let both = [("StackName", "s"), ("ResourcesToSkip.member.1", "Flink"), ("ForceRollback", "true")];
    let refused = request(&world, "ContinueUpdateRollback", both).unwrap_err();
    assert_eq!(refused.code, "ValidationError");
    assert_eq!(world.state().cloudformation.stack("s").unwrap().status, Status::UpdateRollbackFailed);
}

// G.39, the other answer: nothing begins.
#[tokio::test]
async fn a_token_that_was_used_is_answered_with_success_where_the_world_is_set_so() {
    let mut settings = Settings::at("http://127.0.0.1:1");
    settings.modes.token_again = TokenAgain::Answered;
    let world = Arc::new(World::new(settings));
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let token = [("StackName", "s"), ("ClientRequestToken", "one")];
    request(&world, "ContinueUpdateRollback", token).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "no caller stopped the job");
    let begun = rows(&world, "s").len();
    request(&world, "ContinueUpdateRollback", token).unwrap();
    assert_eq!(rows(&world, "s").len(), begun);
}

// E.1: documented up to 3600; whether more is taken is open.
#[tokio::test]
async fn a_service_timeout_above_an_hour_is_refused_or_waited_for_as_the_world_is_set() {
    for (mode, ends) in [
        (LongServiceTimeout::Refused, Status::RollbackComplete),
        (LongServiceTimeout::Accepted, Status::CreateComplete),
    ] {
        let mut settings = Settings::at("http://127.0.0.1:1");
        settings.modes.long_service_timeout = mode;
        let world = Arc::new(World::new(settings));
        let mut invocations = handler(&world);
        let mut thing = custom(&json!("1"));
        thing["Properties"]["ServiceTimeout"] = json!("7200");
        create(&world, &json!({ "Thing": thing }));
        if mode == LongServiceTimeout::Accepted {
            super::answer(&world, &mut invocations, "SUCCESS", "id").await;
        }
        assert_eq!(settled(&world, "s").await, ends, "{:#?}", rows(&world, "s"));
    }
}
