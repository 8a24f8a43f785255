//! Groups for an application of another stack, which has to allow it by name.

use super::*;

/// A stack that owns nothing and injects into the application of [`NAME`].
fn borrower(groups: &Value) -> String {
    let properties = json!({"ServiceToken": {"Fn::ImportValue": "flink-handlers-property-groups-arn"},
        "ApplicationName": NAME, "PropertyGroups": groups});
    json!({"Resources": {"Borrowed": {"Type": "Custom::FlinkPropertyGroups", "Properties": properties}}}).to_string()
}

async fn deploy_borrower(deployment: &Deployment, groups: &Value) -> Status {
    let world = deployment.world();
    let known = world.state().cloudformation.stack("reports").is_some();
    let action = if known { "UpdateStack" } else { "CreateStack" };
    let role = Some(deployment.stack_role.as_str());
    project::deployment::request(world, action, "reports", &borrower(groups), &[], &[], role).unwrap();
    project::deployment::settled(world, "reports").await
}

/// Another stack injects only where the application's tag `flink-handlers-allow` names it.
#[tokio::test(flavor = "multi_thread")]
async fn another_stack_injects_only_where_the_application_allows_it_by_name() {
    for allowed in [None, Some("another"), Some("reports")] {
        let (deployment, _) = stack(&template(&json!([]), |_| ())).await;
        if let Some(name) = allowed {
            let mut state = deployment.world().state();
            let application = state.flink.applications.get_mut(NAME).unwrap();
            application.tags.insert("flink-handlers-allow".into(), name.into());
        }
        let before = mutations(&deployment, "flink-property-groups").len();
        let status = deploy_borrower(&deployment, &json!([group("Reports", &[("topic", "daily")])])).await;
        if allowed == Some("reports") {
            assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
            assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("daily"));
        } else {
            assert_eq!(status, Status::RollbackComplete);
            assert!(
                why(&deployment).contains("The application is not this stack's: flink-test."),
                "{}",
                why(&deployment)
            );
            assert_eq!(property(&deployment, "Reports", "topic"), None);
            assert_eq!(mutations(&deployment, "flink-property-groups").len(), before);
        }
    }
}

/// A stack that the tag names by its ARN injects; a later stack of that name does not.
///
/// Another stack may have the name later; no other one has the ARN.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_allowed_by_its_arn_injects_and_a_later_one_of_its_name_does_not() {
    let (deployment, _) = stack(&template(&json!([]), |_| ())).await;
    let world = deployment.world();
    let first = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "reports"}}}});
    let created = deploy_stack(world, "reports", &first.to_string(), &[], &[], None).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    let arn = world.state().cloudformation.stack("reports").unwrap().id.clone();
    assert!(arn.starts_with("arn:aws:cloudformation:"), "{arn}");
    let tag = ("flink-handlers-allow".to_owned(), arn.clone());
    world.state().flink.applications.get_mut(NAME).unwrap().tags.extend([tag]);

    let groups = json!([group("Reports", &[("topic", "daily")])]);
    let allowed = deploy_stack(world, "reports", &borrower(&groups), &[], &[], None).await;
    assert_eq!(allowed, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("daily"));

    local_aws::cloudformation::scenario::request(world, "DeleteStack", [("StackName", "reports")]).unwrap();
    assert_eq!(project::deployment::settled(world, "reports").await, Status::DeleteComplete);
    assert_eq!(property(&deployment, "Reports", "topic"), None);
    let later = deploy_stack(world, "reports", &borrower(&groups), &[], &[], None).await;
    assert_eq!(later, Status::RollbackComplete, "{}", why(&deployment));
    assert_ne!(world.state().cloudformation.stack("reports").unwrap().id, arn);
    assert!(why(&deployment).contains("The application is not this stack's: flink-test."), "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic"), None);
}

/// A borrowing stack that is deleted takes its own groups and leaves the owner's.
#[tokio::test(flavor = "multi_thread")]
async fn a_borrowing_stack_that_goes_takes_its_groups_and_leaves_the_owners() {
    let (deployment, _) = stack(&template(&json!([]), |_| ())).await;
    let tags = [("flink-handlers-allow".to_owned(), "reports".to_owned())];
    deployment.world().state().flink.applications.get_mut(NAME).unwrap().tags.extend(tags);
    let conflict = deploy_borrower(&deployment, &json!([group(GROUP, &[("stream.name", "mine")])])).await;
    assert_eq!(conflict, Status::RollbackComplete);
    let message = "FlinkApplicationProperties/stream.name (held by the application's own stack flink-test)";
    assert!(why(&deployment).contains(message), "{}", why(&deployment));

    let world = deployment.world();
    let delete =
        || local_aws::cloudformation::scenario::request(world, "DeleteStack", [("StackName", "reports")]).unwrap();
    delete();
    assert_eq!(local_aws::cloudformation::scenario::settled(world, "reports").await, Status::DeleteComplete);
    let created = deploy_borrower(&deployment, &json!([group("Reports", &[("topic", "daily")])])).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    delete();
    assert_eq!(local_aws::cloudformation::scenario::settled(world, "reports").await, Status::DeleteComplete);
    assert_eq!(property(&deployment, "Reports", "topic"), None);
    assert_eq!(property(&deployment, GROUP, "stream.name").as_deref(), Some(NAME));
    assert_eq!(application(&deployment).status, Flink::Running);
}
