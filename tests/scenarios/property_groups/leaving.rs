//! What an injector leaves behind when it goes, or its stack.

use super::*;

/// A stack that is deleted takes its application without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_goes_takes_its_application_without_a_restart() {
    // OnDelete is Leave: the application goes as it runs.
    let modes = Modes { delete_of_running: DeleteOfRunning::Accepted, ..Modes::default() };
    let (deployment, _) = stack_where(modes, &template(&json!([]), |_| ())).await;
    let before = mutations(&deployment, "flink-property-groups").len();
    local_aws::cloudformation::scenario::request(deployment.world(), "DeleteStack", [("StackName", NAME)]).unwrap();
    let status = local_aws::cloudformation::scenario::settled(deployment.world(), NAME).await;
    assert_eq!(status, Status::DeleteComplete, "{}", why(&deployment));
    assert_eq!(mutations(&deployment, "flink-property-groups").len(), before);
    let reason = answered(&deployment, "PropertyGroups")["Reason"].clone();
    assert!(reason.as_str().unwrap().contains("because the stack goes"), "{reason}");
}

/// A removed resource leaves a job alone that cannot be snapshotted.
#[tokio::test(flavor = "multi_thread")]
async fn an_injector_that_goes_leaves_a_job_alone_that_cannot_be_snapshotted() {
    let with = template(&json!([]), |template| second(template, &json!([group("Reports", &[("topic", "daily")])])));
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    assert_eq!(deploy(&deployment, &key, &with).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("poison");
    let without = template(&json!([]), |_| ());
    assert_eq!(deploy(&deployment, &key, &without).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("daily"));
    let reason = answered(&deployment, "Second")["Reason"].clone();
    assert!(reason.as_str().unwrap().contains("Left in the property groups: Reports/topic"), "{reason}");
}
