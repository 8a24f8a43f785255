//! A resource that is renamed, or names the same application otherwise: its Delete in the cleanup takes nothing from
//! the job.

use std::collections::BTreeSet;

use super::*;
use crate::stage::answers;

/// The committed template, whose groups are given by a resource of this logical ID, which names the application in this
/// way.
fn with_groups_in(logical_id: &str, named: &str) -> String {
    template(&json!([]), |template| {
        let resources = template["Resources"].as_object_mut().unwrap();
        let mut groups = resources.remove("PropertyGroups").unwrap();
        let properties = groups["Properties"].as_object_mut().unwrap();
        properties.remove("ApplicationName");
        let name = if named == "ApplicationName" { json!({"Ref": "Application"}) } else { json!("Application") };
        properties.insert(named.to_owned(), name);
        groups["DependsOn"] = json!(["LoggingOption"]);
        resources.insert(logical_id.to_owned(), groups);
        resources["AutoStart"]["DependsOn"] = json!([logical_id]);
    })
}

/// A resource that is renamed, or names the same application otherwise, leaves the job's groups in place.
#[tokio::test(flavor = "multi_thread")]
async fn what_moves_to_another_resource_stays_in_the_job() {
    let (by_name, by_id) = ("ApplicationName", "ApplicationLogicalId");
    for (before, after) in [
        (("PropertyGroups", by_name), ("Groups", by_name)),
        (("PropertyGroups", by_name), ("Groups", by_id)),
        (("PropertyGroups", by_name), ("PropertyGroups", by_id)),
        (("PropertyGroups", by_id), ("PropertyGroups", by_name)),
    ] {
        let deployment = handlers().await;
        let key = deployment.upload(&jar("1", &[]));
        let created = deploy(&deployment, &key, &with_groups_in(before.0, before.1)).await;
        assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
        let given = property(&deployment, GROUP, "stream.name");
        assert!(given.is_some());
        let updated = deploy(&deployment, &key, &with_groups_in(after.0, after.1)).await;
        assert_eq!(updated, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(property(&deployment, GROUP, "stream.name"), given, "{before:?} {after:?}\n{}", why(&deployment));
        // The same application under its other name: the resource stays what it is, and nothing is deleted.
        let ids = answers(&deployment, before.0).into_iter().map(|answer| answer["PhysicalResourceId"].to_string());
        let ids: BTreeSet<String> = ids.collect();
        assert_eq!(ids.len(), 1, "{before:?} {after:?}: {ids:?}");
    }
}

/// Two resources that are removed together take their groups with them.
#[tokio::test(flavor = "multi_thread")]
async fn two_that_are_removed_together_take_their_groups_with_them() {
    // What the job needs stands in the application's own EnvironmentProperties.
    let mut both = Deployment::application_template();
    both["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"] = json!([group("Jobs", &[("kind", "daily")])]);
    second(&mut both, &json!([group("Reports", &[("topic", "daily")])]));
    let (deployment, key) = stack(&both.to_string()).await;
    let given = || [("Jobs", "kind"), ("Reports", "topic"), (GROUP, "stream.name")];
    let there = || given().map(|(id, key)| property(&deployment, id, key).is_some());
    assert_eq!(there(), [true, true, true]);
    let mut without = Deployment::application_template();
    without["Resources"].as_object_mut().unwrap().remove("PropertyGroups");
    without["Resources"]["AutoStart"]["DependsOn"] = json!(["LoggingOption"]);
    assert_eq!(deploy(&deployment, &key, &without.to_string()).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(there(), [false, false, true], "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A resource that is removed takes away what none of the others writes, also when these change too.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_removed_takes_what_none_of_the_others_writes_though_they_change_too() {
    let mut both = Deployment::application_template();
    second(&mut both, &json!([group("Reports", &[("topic", "daily")]), group("Jobs", &[("kind", "daily")])]));
    let (deployment, key) = stack(&both.to_string()).await;
    let mut moved = Deployment::application_template();
    let groups = &mut moved["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"];
    groups.as_array_mut().unwrap().push(group("Jobs", &[("kind", "daily")]));
    assert_eq!(deploy(&deployment, &key, &moved.to_string()).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Jobs", "kind").as_deref(), Some("daily"), "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic"), None, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
}
