//! What CloudFormation finds in a change set before anything is changed, and how the stack is deployed in EXPRESS mode.

use local_aws::api::ApiError;
use local_aws::cloudformation::{Finding, Status};
use local_aws::faults::Fault;
use project::deployment::NAME;

use super::{Jar, is_clean, run, status};
use crate::stage::handlers;

/// Early validation says that something is wrong and DescribeEvents says what; without that permission the reason
/// stands, and nothing is left either way.
#[tokio::test(flavor = "multi_thread")]
async fn what_early_validation_found_is_said_with_its_place() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let found = Finding {
        logical_id: "SourceStream".to_owned(),
        path: "/Resources/SourceStream/Properties/ShardCount".to_owned(),
        reason: "#: required key [ShardCount] not found".to_owned(),
    };
    for is_denied in [false, true] {
        let mut state = deployment.world().state();
        state.cloudformation.early_validation = vec![found.clone()];
        if is_denied {
            let denied = ApiError::with_status(403, "AccessDenied", "not authorized");
            state.faults.inject("cloudformation:DescribeEvents", 1, Fault::Refuse(denied));
        }
        drop(state);
        let refused = run(&deployment, &jar.arguments(&["--yes"])).await;
        assert_eq!(refused.code, 1, "{}", refused.printed);
        assert!(refused.printed.contains("AWS::EarlyValidation::PropertyValidation"), "{}", refused.printed);
        let place = "SourceStream /Resources/SourceStream/Properties/ShardCount: #: required key";
        assert_eq!(refused.printed.contains(place), !is_denied, "{}", refused.printed);
        assert_eq!(refused.printed.contains("takes cloudformation:DescribeEvents"), is_denied, "{}", refused.printed);
        assert!(status(&deployment).is_none_or(|status| status == Status::DeleteComplete));
        is_clean(&deployment);
    }
}

/// `--express` deploys the application's stack in CloudFormation's EXPRESS mode, in this run and in no later one.
#[tokio::test(flavor = "multi_thread")]
async fn express_is_asked_for_in_the_run_that_gives_it() {
    let deployment = handlers().await;
    let (first, second) = (Jar::of("1"), Jar::of("2"));
    let made = run(&deployment, &first.arguments(&["--yes", "--express"])).await;
    assert_eq!((made.code, status(&deployment)), (0, Some(Status::CreateComplete)), "{}", made.printed);
    let is_express = || deployment.world().state().cloudformation.stack(NAME).unwrap().is_express;
    assert!(is_express());
    let updated = run(&deployment, &second.arguments(&[])).await;
    assert_eq!((updated.code, status(&deployment)), (0, Some(Status::UpdateComplete)), "{}", updated.printed);
    assert!(!is_express());
}
