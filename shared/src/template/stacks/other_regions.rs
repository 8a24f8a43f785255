//! The templates in other partitions, regions and accounts: nothing in them is at home in one.

use crate::stack::types;
use serde_json::Value as Json;

use crate::template::cloudformation::resolved::ResolvedTemplate;
use crate::template::{Template, access, application, application_retained, functions, handlers, two_applications};

fn all() -> [(&'static str, Template); 6] {
    [
        ("access", access().unwrap()),
        ("functions", functions().unwrap()),
        ("handlers", handlers().unwrap()),
        ("application", application().unwrap()),
        ("application-retained", application_retained().unwrap()),
        ("two-applications", two_applications().unwrap()),
    ]
}

/// What `look` finds at any depth.
fn each<'a>(json: &'a Json, look: &mut dyn FnMut(&'a str, &'a Json)) {
    match json {
        Json::Object(members) => members.iter().for_each(|(key, value)| {
            look(key, value);
            each(value, look);
        }),
        Json::Array(items) => items.iter().for_each(|item| each(item, look)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn strings(json: &Json) -> Vec<&str> {
    json.as_array()
        .map_or_else(|| json.as_str().into_iter().collect(), |all| all.iter().filter_map(Json::as_str).collect())
}

#[test]
fn every_arn_is_of_the_stacks_own_partition_and_region() {
    for (partition, region) in [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")] {
        for (name, template) in all() {
            let stack = ResolvedTemplate::with(&template, &[]).in_region(partition, region);
            let resolved: Vec<Json> = stack.resources().iter().map(|(id, _)| stack.properties(id)).collect();
            let text = Json::Array(resolved).to_string();
            assert!(!text.contains("arn:aws:") && !text.contains("eu-west-1"), "{name} in {region}");
            assert!(!template.render().unwrap().contains("arn:aws"), "{name}");
        }
    }
}

/// In China some services have principals of their own (`ec2.amazonaws.com.cn`, `logs.<region>.amazonaws.com.cn`);
/// these have not.
#[test]
fn every_service_principal_is_one_that_all_partitions_share() {
    let shared = ["cloudformation", "cloudwatch", "events", "kinesisanalytics", "lambda"];
    let mut seen = 0;
    for (name, template) in all() {
        let document: Json = serde_json::from_str(&template.render().unwrap()).unwrap();
        each(&document["Resources"], &mut |key, value| {
            let of_a_policy = key == "Service" || key == "iam:PassedToService";
            let of_a_permission = key == "Principal" && value.is_string() && value != "*";
            for principal in strings(value).into_iter().filter(|_| of_a_policy || of_a_permission) {
                let service = principal.strip_suffix(".amazonaws.com").unwrap_or_default();
                assert!(shared.contains(&service), "{name}: {principal}");
                seen += 1;
            }
        });
    }
    assert!(seen > 10, "{seen}");
}

/// What is named for a whole account, or for all of them, would stand in the way of a second region.
#[test]
fn access_and_handlers_can_be_deployed_to_every_region_of_an_account() {
    for (name, template) in [("access", access().unwrap()), ("handlers", handlers().unwrap())] {
        let stack = ResolvedTemplate::with(&template, &[]).in_region("aws", "ap-southeast-2");
        for (id, kind) in stack.resources() {
            let properties = stack.properties(&id);
            for global in ["RoleName", "ManagedPolicyName", "UserName", "BucketName"] {
                assert!(properties.get(global).is_none(), "{name}: {id} has a {global}");
            }
            if kind == types::DASHBOARD {
                assert!(properties["DashboardName"].as_str().unwrap().ends_with("-ap-southeast-2"), "{name}: {id}");
            }
        }
    }
}

/// An import that a StackSet cannot satisfy: exports are a region's own.
#[test]
fn what_is_imported_is_exported_by_access_or_handlers_of_the_same_region() {
    let document = |template: &Template| -> Json { serde_json::from_str(&template.render().unwrap()).unwrap() };
    let mut exported = Vec::new();
    for template in [access().unwrap(), handlers().unwrap()] {
        let outputs = document(&template)["Outputs"].as_object().cloned().unwrap();
        exported.extend(outputs.values().filter_map(|output| output["Export"]["Name"].as_str().map(str::to_owned)));
    }
    for (name, template) in all() {
        each(&document(&template), &mut |key, value| {
            if key == "Fn::ImportValue" {
                assert!(exported.iter().any(|export| value == export), "{name} imports {value}");
            }
        });
    }
}
