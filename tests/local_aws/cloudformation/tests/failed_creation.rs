//! Stacks without a last known stable state: their creation failed, and rollback was disabled.

use serde_json::json;

use super::{answer, custom, handler, template, world};
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{request, settled};

// CloudFormation's user guide, stack failure options: both states take an update only with the option.
#[tokio::test]
async fn a_failed_creation_is_updated_with_the_option_or_a_rollback_deletes_its_stack() {
    for is_updated in [true, false] {
        let world = world();
        let mut invocations = handler(&world);
        let body = template(&json!({ "A": custom(&json!("1")) }));
        let params = [("StackName", "s"), ("TemplateBody", &*body), ("DisableRollback", "true")];
        request(&world, "CreateStack", params).unwrap();
        answer(&world, &mut invocations, "FAILED", "id").await;
        assert_eq!(settled(&world, "s").await, Status::CreateFailed);
        let refused = request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &*body)]).unwrap_err();
        assert!(refused.message.contains("non-terminal [CREATE_FAILED] state"), "{}", refused.message);
        let ended = if is_updated {
            request(&world, "UpdateStack", params).unwrap();
            answer(&world, &mut invocations, "SUCCESS", "id").await;
            Status::UpdateComplete
        } else {
            request(&world, "RollbackStack", [("StackName", "s")]).unwrap();
            answer(&world, &mut invocations, "SUCCESS", "id").await;
            Status::DeleteComplete
        };
        assert_eq!(settled(&world, "s").await, ended);
    }
}

// API_RollbackStack.html: a stack without a last known stable state is deleted; an update that failed gives it none.
#[tokio::test]
async fn a_rollback_deletes_a_stack_that_never_was_stable_also_after_an_update_that_failed() {
    let world = world();
    let mut invocations = handler(&world);
    let body = |value: &str| template(&json!({ "A": custom(&json!(value)) }));
    for (action, value, ended) in
        [("CreateStack", "1", Status::CreateFailed), ("UpdateStack", "2", Status::UpdateFailed)]
    {
        let params = [("StackName", "s"), ("TemplateBody", &*body(value)), ("DisableRollback", "true")];
        request(&world, action, params).unwrap();
        answer(&world, &mut invocations, "FAILED", "id").await;
        assert_eq!(settled(&world, "s").await, ended);
    }
    request(&world, "RollbackStack", [("StackName", "s")]).unwrap();
    assert_eq!(answer(&world, &mut invocations, "SUCCESS", "id").await["RequestType"], "Delete");
    assert_eq!(settled(&world, "s").await, Status::DeleteComplete);
    assert!(world.state().cloudformation.stack("s").is_none());
}
