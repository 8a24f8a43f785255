//! `Custom::FlinkPropertyGroups`: merged with what others wrote, owned by who wrote it, and quiet when there is nothing
//! to do.

use local_aws::Modes;
use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use local_aws::modes::{DeleteOfRunning, FailedUpdate};
use project::deployment::{Deployment, NAME, deploy_stack, jar};
use serde_json::{Value, json};

use crate::stage::{application, handlers, handlers_where, mutations, reasons, why, with_jar};

mod borrowed;
mod leaving;
mod moved;
mod restarts;

const GROUP: &str = "FlinkApplicationProperties";

/// The committed template with the groups in the handler's hands alone, and others' groups in the application's.
fn template(theirs: &Value, change: impl FnOnce(&mut Value)) -> String {
    let mut template = Deployment::application_template();
    template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"]["EnvironmentProperties"] =
        json!({ "PropertyGroups": theirs });
    change(&mut template);
    template.to_string()
}

fn group(id: &str, pairs: &[(&str, &str)]) -> Value {
    let map: serde_json::Map<_, _> = pairs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    json!({"PropertyGroupId": id, "PropertyMap": map})
}

/// Another injector beside the template's own, with the same application.
fn second(template: &mut Value, groups: &Value) {
    let mut second = template["Resources"]["PropertyGroups"].clone();
    second["Properties"]["PropertyGroups"] = groups.clone();
    second["DependsOn"] = json!(["LoggingOption"]);
    template["Resources"]["Second"] = second;
    template["Resources"]["AutoStart"]["DependsOn"] = json!(["PropertyGroups", "Second"]);
}

/// One more property of our own.
fn own(template: &mut Value, key: &str, value: &str) {
    template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"][0]["PropertyMap"][key] = json!(value);
}

async fn deploy(deployment: &Deployment, key: &str, template: &str) -> Status {
    deployment.deploy_template(template, &with_jar(key), &[]).await
}

/// A running stack of this template, and its jar's key.
async fn stack(template: &str) -> (Deployment, String) {
    stack_where(Modes::default(), template).await
}

/// The same in a world where AWS answers its open questions in this way.
async fn stack_where(modes: Modes, template: &str) -> (Deployment, String) {
    let deployment = handlers_where(modes).await;
    let key = deployment.upload(&jar("1", &[]));
    assert_eq!(deploy(&deployment, &key, template).await, Status::CreateComplete, "{}", why(&deployment));
    (deployment, key)
}

fn property(deployment: &Deployment, group: &str, key: &str) -> Option<String> {
    application(deployment).configuration.property(group, key).map(str::to_owned)
}

/// Another caller writes behind our back.
fn write(deployment: &Deployment, group: &str, key: &str, value: Option<&str>) {
    let mut state = deployment.world().state();
    let application = state.flink.applications.get_mut(NAME).unwrap();
    let groups = &mut application.configuration.properties;
    if !groups.iter().any(|one| one.property_group_id == group) {
        let property_map = std::collections::BTreeMap::new();
        groups.push(flink::PropertyGroup { property_group_id: group.to_owned(), property_map });
    }
    let map = &mut groups.iter_mut().find(|one| one.property_group_id == group).unwrap().property_map;
    match value {
        Some(value) => map.insert(key.to_owned(), value.to_owned()),
        None => map.remove(key),
    };
}

/// The last answer of a resource, as it was put.
fn answered(deployment: &Deployment, logical_id: &str) -> Value {
    let state = deployment.world().state();
    let mut bodies =
        state.cloudformation.puts.iter().rev().map(|put| serde_json::from_str::<Value>(&put.body).unwrap());
    bodies.find(|body| body["LogicalResourceId"] == logical_id).unwrap()
}

/// What the property handler's last UpdateApplication sent.
fn sent(deployment: &Deployment) -> Value {
    let state = deployment.world().state();
    let role = Caller::Role(state.lambda.functions["flink-property-groups"].role_name().to_owned());
    let update = |call: &&local_aws::api::Recorded| call.caller == role && call.action.ends_with(":UpdateApplication");
    let found = state.journal.iter().rev().find(update);
    found.unwrap().body.clone()
}

/// Flink's own groups, groups of others, and keys of others within a group survive.
#[tokio::test(flavor = "multi_thread")]
async fn the_services_own_groups_and_everybody_elses_survive() {
    let theirs = json!([
        group("kinesis.analytics.flink.run.options", &[("python", "main.py")]),
        group(GROUP, &[("theirs", "v")])
    ]);
    let (deployment, _) = stack(&template(&theirs, |_| ())).await;
    let kept = property(&deployment, "kinesis.analytics.flink.run.options", "python");
    assert_eq!(kept.as_deref(), Some("main.py"));
    assert_eq!(property(&deployment, GROUP, "theirs").as_deref(), Some("v"));
    assert_eq!(property(&deployment, GROUP, "stream.name").as_deref(), Some(NAME));
    // Before the first start: one version, no restart.
    assert_eq!(mutations(&deployment, "flink-property-groups"), ["UpdateApplication"]);
    assert!(sent(&deployment).get("RunConfigurationUpdate").is_none(), "READY takes no run configuration");
}

/// Several resources of one application do not disturb each other.
#[tokio::test(flavor = "multi_thread")]
async fn two_injectors_of_one_application_do_not_disturb_each_other() {
    let both = |first: &str, other: &Value| {
        template(&json!([]), |template| {
            own(template, "version", first);
            second(template, other);
        })
    };
    let reports = json!([group("Reports", &[("topic", "daily")]), group(GROUP, &[("reports", "on")])]);
    let (deployment, key) = stack(&both("1", &reports)).await;
    assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("daily"));

    let weekly = json!([group("Reports", &[("topic", "weekly")])]);
    assert_eq!(deploy(&deployment, &key, &both("2", &weekly)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("weekly"));
    assert_eq!(property(&deployment, GROUP, "reports"), None, "a key that is wanted no more goes");
    assert_eq!(property(&deployment, GROUP, "version").as_deref(), Some("2"));

    let alone = template(&json!([]), |template| own(template, "version", "2"));
    assert_eq!(deploy(&deployment, &key, &alone).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Reports", "topic"), None, "its groups go with it");
    assert_eq!(property(&deployment, GROUP, "version").as_deref(), Some("2"));
    assert_eq!(property(&deployment, GROUP, "stream.name").as_deref(), Some(NAME));
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A key that another caller set is refused by group and key, never by value.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_another_caller_set_is_refused_by_group_and_key_and_never_by_value() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let theirs = template(&json!([group(GROUP, &[("stream.name", "hunter2")])]), |_| ());
    assert_eq!(deploy(&deployment, &key, &theirs).await, Status::RollbackComplete);
    let reasons = reasons(&deployment, "PropertyGroups").join("\n");
    assert!(reasons.contains("that this resource did not set: FlinkApplicationProperties/stream.name"), "{reasons}");
    assert!(!why(&deployment).contains("hunter2"));
    assert!(mutations(&deployment, "flink-property-groups").is_empty());
}

/// ConflictPolicy Overwrite and Keep do what they say, and report it.
#[tokio::test(flavor = "multi_thread")]
async fn overwrite_and_keep_do_what_they_say_and_report_it() {
    for (policy, expected, message) in
        [("Overwrite", "ours", "Replaced"), ("Keep", "theirs", "Kept, since this resource did not set")]
    {
        let text = template(&json!([group(GROUP, &[("mode", "theirs")])]), |template| {
            own(template, "mode", "ours");
            template["Resources"]["PropertyGroups"]["Properties"]["ConflictPolicy"] = json!(policy);
        });
        let (deployment, _) = stack(&text).await;
        assert_eq!(property(&deployment, GROUP, "mode").as_deref(), Some(expected));
        let answer = answered(&deployment, "PropertyGroups");
        let reason = answer["Reason"].as_str().unwrap();
        assert!(reason.contains(message) && reason.contains("FlinkApplicationProperties/mode"), "{reason}");
    }
}

/// A key of ours that another caller changed or removed is repaired and reported.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_behind_our_back_is_repaired_and_reported() {
    let text = |version: &str| template(&json!([]), |template| own(template, "version", version));
    let (deployment, key) = stack(&text("1")).await;
    write(&deployment, GROUP, "stream.name", Some("elsewhere"));
    write(&deployment, GROUP, "table.name", None);
    write(&deployment, "Theirs", "kept", Some("yes"));
    assert_eq!(deploy(&deployment, &key, &text("2")).await, Status::UpdateComplete, "{}", why(&deployment));
    for name in ["stream.name", "table.name"] {
        assert_eq!(property(&deployment, GROUP, name).as_deref(), Some(NAME));
    }
    assert_eq!(property(&deployment, "Theirs", "kept").as_deref(), Some("yes"));
    let reason = answered(&deployment, "PropertyGroups")["Reason"].clone();
    let message =
        "behind this resource's back: FlinkApplicationProperties/stream.name, FlinkApplicationProperties/table.name.";
    assert!(reason.as_str().unwrap().contains(message), "{reason}");
}

/// The service's limits are reported with the path of the offender before any call.
#[tokio::test(flavor = "multi_thread")]
async fn limits_are_reported_with_the_path_of_the_offender_before_any_call() {
    let many: Vec<_> = (0..51).map(|n| group(&format!("g{n}"), &[("k", "v")])).collect();
    for (groups, message) in [
        (json!(many), "PropertyGroups: expected 1 to 50 groups, found 51"),
        (json!([group("a", &[])]), "PropertyGroups[0].PropertyMap: expected 1 to 50 keys, found 0"),
        (json!([group("a b", &[("k", "v")])]), "PropertyGroups[0].PropertyGroupId: expected 1 to 50 of"),
        (
            json!([group("a", &[("k", "v")]), group("a", &[("l", "v")])]),
            "PropertyGroups[1].PropertyGroupId: expected each ID once, found \"a\" twice",
        ),
        (
            json!([group("a", &[("k", "")])]),
            "PropertyGroups[0].PropertyMap.k: expected 1 to 2048 characters in the value, found 0",
        ),
    ] {
        let deployment = handlers().await;
        let key = deployment.upload(&jar("1", &[]));
        let text = template(&json!([]), |template| {
            template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"] = groups;
        });
        assert_eq!(deploy(&deployment, &key, &text).await, Status::RollbackComplete);
        let reasons = reasons(&deployment, "PropertyGroups").join("\n");
        assert!(reasons.contains(message), "{reasons}");
        assert!(mutations(&deployment, "flink-property-groups").is_empty());
    }
}
