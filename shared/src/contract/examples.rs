//! The events of `functions/events`, which `cargo lambda invoke` sends: each is what its function takes, and names
//! every property.

use serde::Serialize;
use serde_json::Value;

use super::{AutoStart, CustomResource, Invocation, PropertyGroups, UpdateGuard, read};
use crate::custom_resource::{Request, RequestType};

macro_rules! event {
    ($file:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../../functions/events/", $file, ".json"))).unwrap()
    };
}

/// Where the local AWS of `functions/events/local.env` takes an answer.
const BY_HAND: &str = "http://127.0.0.1:4566/cloudformation-custom-resource-response-by-hand";

/// Reads the three requests of a custom resource; what it reads it writes again, so that no property is one that it
/// does not know.
fn is_read<R: CustomResource + Serialize>([create, update, delete]: [&Value; 3]) {
    let types = [(create, RequestType::Create), (update, RequestType::Update), (delete, RequestType::Delete)];
    for (event, request_type) in types {
        let request = Request::read(event).unwrap();
        assert_eq!((&request.request_type, request.resource_type.as_str()), (&request_type, R::TYPE));
        let of_stack =
            request.stack_id.starts_with("arn:aws:cloudformation:eu-west-1:") && !request.request_id.is_empty();
        assert!(of_stack && event["ResponseURL"] == BY_HAND, "{event}");
        assert_eq!(request.physical_resource_id.is_some(), request_type != RequestType::Create, "{event}");
        let physical = format!("{}/", R::KIND);
        assert!(request.physical_id(R::KIND, &[]).starts_with(&physical), "{event}");
        let mut all = vec![&request.properties];
        all.extend(Some(&request.old_properties).filter(|_| request_type == RequestType::Update));
        for properties in all {
            let known: R = read(properties).unwrap();
            assert_eq!(&serde_json::to_value(&known).unwrap(), properties);
            assert!(known.application().is_ok());
        }
        assert_ne!(request.properties, request.old_properties);
    }
}

#[test]
fn the_requests_of_each_custom_resource_are_what_its_function_reads() {
    is_read::<AutoStart>([&event!("auto-start-create"), &event!("auto-start-update"), &event!("auto-start-delete")]);
    is_read::<PropertyGroups>([
        &event!("property-groups-create"),
        &event!("property-groups-update"),
        &event!("property-groups-delete"),
    ]);
    is_read::<UpdateGuard>([
        &event!("update-guard-create"),
        &event!("update-guard-update"),
        &event!("update-guard-delete"),
    ]);
}

#[test]
fn every_property_of_a_contract_stands_in_its_example() {
    let names =
        |event: &Value| -> Vec<String> { event["ResourceProperties"].as_object().unwrap().keys().cloned().collect() };
    let common = ["ServiceToken", "ServiceTimeout", "ConfigurationDigest"];
    for (event, own) in [
        (event!("auto-start-create"), vec!["ApplicationName", "OnDelete", "RunConfiguration", "StabilizeSeconds"]),
        (event!("property-groups-create"), vec!["ApplicationName", "ConflictPolicy", "PropertyGroups"]),
        (
            event!("update-guard-create"),
            vec![
                "ApplicationLogicalId",
                "MaxReplayHours",
                "Mode",
                "OnSnapshotFailure",
                "RunConfiguration",
                "StopMinutes",
            ],
        ),
    ] {
        let mut all = [&common[..], &own].concat();
        all.sort_unstable();
        let mut found = names(&event);
        found.sort_unstable();
        assert_eq!(found, all);
    }
}

#[test]
fn the_events_of_the_unsticker_are_what_it_reads() {
    let changed = |event: &Value| match Invocation::read(event) {
        Ok(Invocation::StackStatusChange { status, .. }) => status,
        other => panic!("{other:?}: {event}"),
    };
    assert_eq!(changed(&event!("rollback-unsticker-update-rollback-failed")), "UPDATE_ROLLBACK_FAILED");
    assert_eq!(changed(&event!("rollback-unsticker-update-rollback-complete")), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(changed(&event!("rollback-unsticker-update-failed")), "UPDATE_FAILED");
    assert_eq!(Invocation::read(&event!("rollback-unsticker-sweep")), Ok(Invocation::Sweep));
    let stack_name = "flink-test".to_owned();
    assert_eq!(Invocation::read(&event!("rollback-unsticker-operator")), Ok(Invocation::Operator { stack_name }));
}
