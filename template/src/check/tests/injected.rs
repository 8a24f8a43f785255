//! What a template or a stack injects.

use std::collections::BTreeMap;

use serde_json::json;
use shared::operator::{Deployed, DeployedResource};
use shared::stack::StackStatus;

use super::{InjectedKeys, PropertyReport, sources};

fn application(name: &serde_json::Value, groups: &serde_json::Value) -> serde_json::Value {
    json!({"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {"ApplicationName": name,
        "ApplicationConfiguration": {"EnvironmentProperties": {"PropertyGroups": groups}}}})
}

fn of(template: &serde_json::Value, application: Option<&str>) -> Result<Vec<String>, String> {
    Ok(listed(InjectedKeys::of_template(template, application)?))
}

fn listed(injected: InjectedKeys) -> Vec<String> {
    let keys = injected.groups.iter().flat_map(|(id, keys)| keys.iter().map(move |key| format!("{id}/{key}")));
    keys.chain(injected.open.into_iter().map(|part| format!("open {part}"))).collect()
}

#[test]
fn a_template_injects_by_its_application_and_by_its_property_groups() {
    let template = json!({"Parameters": {"D": {"Default": "Dee"}, "P": {"Default": "Given"}, "None": {}}, "Resources": {
        "App": application(&json!("a"), &json!([
            {"PropertyGroupId": "A", "PropertyMap": {"a.one": {"Ref": "X"}, "gone": {"Ref": "AWS::NoValue"}}},
            {"Fn::If": ["C", {"PropertyGroupId": {"Ref": "D"}, "PropertyMap": {"d": "1"}}, {"Ref": "AWS::NoValue"}]},
            {"PropertyGroupId": {"Fn::Sub": "x-${P}"}, "PropertyMap": {"Fn::If": ["C", {"p": "1"}, {"q": "1"}]}},
            {"PropertyGroupId": {"Ref": "None"}, "PropertyMap": {}},
        ])),
        "Own": {"Type": "Custom::FlinkPropertyGroups", "Properties": {"ApplicationName": {"Ref": "App"},
            "PropertyGroups": [{"PropertyGroupId": "B", "PropertyMap": {"b": "1"}}]}},
    }});
    let open = "open App.ApplicationConfiguration.EnvironmentProperties.PropertyGroups[3].PropertyGroupId is only \
                known when the stack is deployed";
    assert_eq!(of(&template, None).unwrap(), ["A/a.one", "B/b", "Dee/d", "x-Given/p", "x-Given/q", open]);
}

/// A stack with these parameters that has these resources.
fn stack(template: serde_json::Value, parameters: &[(&str, &str)], resources: &[&str]) -> Deployed {
    let there = |id: &&str| {
        let resource = DeployedResource { physical_id: format!("{id}-1"), ..DeployedResource::default() };
        ((*id).to_owned(), resource)
    };
    Deployed {
        id: "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1".to_owned(),
        status: StackStatus::UpdateComplete,
        parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        template,
        resources: resources.iter().map(there).collect(),
        refused: BTreeMap::new(),
    }
}

#[test]
fn a_stack_injects_what_its_own_conditions_and_parameters_choose() {
    let group = |id: serde_json::Value, key: &str| json!({"PropertyGroupId": id, "PropertyMap": {key: "1"}});
    let custom = |groups: serde_json::Value| json!({"Type": "Custom::FlinkPropertyGroups", "Properties": {"ApplicationName": {"Ref": "App"}, "PropertyGroups": groups}});
    let template = json!({
        "Parameters": {"Stage": {"Default": "dev"}},
        "Mappings": {"Of": {"prod": {"Group": "Live"}}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {
            "App": application(&json!({"Fn::Sub": "${AWS::StackName}-job"}), &json!({"Fn::If": ["IsProd",
                [group(json!({"Fn::FindInMap": ["Of", {"Ref": "Stage"}, "Group"]}), "a")], [group(json!("Dev"), "b")]]})),
            "There": custom(json!([group(json!({"Fn::Sub": "${AWS::StackName}-${Stage}"}), "c")])),
            "NotThere": custom(json!([group(json!("None"), "d")])),
        },
    });
    let deployed = stack(template.clone(), &[("Stage", "prod")], &["App", "There"]);
    assert_eq!(listed(InjectedKeys::of_stack(&deployed, None).unwrap()), ["Live/a", "orders-prod/c"]);
    // Before a deployment both sides of a condition may come.
    let open = "open App.ApplicationConfiguration.EnvironmentProperties.PropertyGroups[0].PropertyGroupId is only \
                known when the stack is deployed";
    let before = of(&template, None).unwrap();
    assert!(before.contains(&"Dev/b".to_owned()) && before.contains(&"None/d".to_owned()), "{before:?}");
    assert!(before.contains(&open.to_owned()), "{before:?}");
}

#[test]
fn what_a_transform_makes_of_a_template_is_not_known_before_the_deployment() {
    let mut template = json!({"Transform": "AWS::Serverless-2016-10-31", "Resources": {
        "App": application(&json!("a"), &json!([{"PropertyGroupId": "G", "PropertyMap": {"stream.name": "s"}}]))}});
    let text = "class J { void f() { use(KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\").get(\"stream.name\")); } }";
    let verdict = |template: &serde_json::Value| {
        PropertyReport::of(&sources(&[("J.java", text)]), &InjectedKeys::of_template(template, None).unwrap(), "t.json")
    };
    let report = verdict(&template);
    assert_eq!(report.verdict.exit_code(), 2);
    assert!(
        report.text().contains("the transform AWS::Serverless-2016-10-31 rewrites the template"),
        "{}",
        report.text()
    );
    template["Transform"] = json!("AWS::LanguageExtensions");
    assert_eq!(verdict(&template).verdict.exit_code(), 0);
    template["Resources"]["Fn::ForEach::Topics"] = json!(["Id", ["a"], {"T${Id}": {"Type": "AWS::SNS::Topic"}}]);
    let report = verdict(&template);
    assert_eq!(report.verdict.exit_code(), 2);
    assert!(report.text().contains("the loop Fn::ForEach::Topics is expanded"), "{}", report.text());
}

#[test]
fn an_application_in_a_nested_stack_is_asked_for_there() {
    let nested = json!({"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack"}}});
    let mut deployed = stack(nested.clone(), &[], &["Inner"]);
    deployed.resources.get_mut("Inner").unwrap().physical_id =
        "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders-Inner-1X/2".to_owned();
    let error = InjectedKeys::of_stack(&deployed, None).unwrap_err();
    assert!(error.ends_with("found neither; give a nested stack: orders-Inner-1X"), "{error}");
    assert!(of(&nested, None).unwrap_err().ends_with("give a nested stack: Inner"));
}

#[test]
fn what_only_a_condition_injects_is_no_agreement_unless_the_job_has_a_default() {
    let one = |key: &str| json!({"PropertyGroupId": "G", "PropertyMap": {key: "1"}});
    let either = |yes: &serde_json::Value, no: &serde_json::Value| json!({"Fn::If": ["C", yes, no]});
    let none = json!({"Ref": "AWS::NoValue"});
    let both = json!({"PropertyGroupId": "G", "PropertyMap": either(&json!({"a": "1"}), &json!({"Fn::If": ["D", {"a": "2"}, {"a": "3"}]}))});
    let custom = json!({"Type": "Custom::FlinkPropertyGroups", "Condition": "C", "Properties": {"ApplicationName": {"Ref": "App"}, "PropertyGroups": [one("a")]}});
    let verdict = |read: &str, groups: serde_json::Value, more: Option<&serde_json::Value>| {
        let mut template = json!({"Resources": {"App": application(&json!("a"), &groups)}});
        template["Resources"].as_object_mut().unwrap().extend(more.map(|more| ("More".to_owned(), more.clone())));
        let text = format!(
            "class J {{ void f() {{ x(KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\").{read}); }} }}"
        );
        PropertyReport::of(
            &sources(&[("J.java", &text)]),
            &InjectedKeys::of_template(&template, None).unwrap(),
            "t.json",
        )
    };
    let needs = "getProperty(\"a\")";
    for (read, groups, more, code) in [
        (needs, json!([one("a")]), None, 0),
        (needs, json!([either(&one("a"), &none)]), None, 2),
        (needs, json!([either(&one("a"), &one("a"))]), None, 0),
        (needs, json!([both]), None, 0),
        (needs, json!([]), Some(&custom), 2),
        (needs, json!([one("a")]), Some(&custom), 0),
        ("getProperty(\"a\", \"b\")", json!([either(&one("a"), &none)]), None, 0),
    ] {
        let report = verdict(read, groups.clone(), more);
        assert_eq!(report.verdict.exit_code(), code, "{read} {groups}: {}", report.text());
        assert_eq!(report.text().contains("injected only as the condition C decides"), code == 2, "{}", report.text());
    }
}

#[test]
fn a_notebook_beside_a_job_is_no_second_job() {
    let mut template = json!({"Resources": {
        "Job": application(&json!("job"), &json!([{"PropertyGroupId": "G", "PropertyMap": {"k": "1"}}])),
        "Notebook": {"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {"ApplicationMode": "INTERACTIVE", "RuntimeEnvironment": "ZEPPELIN-FLINK-3_0"}},
    }});
    assert_eq!(of(&template, None).unwrap(), ["G/k"]);
    let notebook = "Notebook is a Studio notebook: there is no source to compare it with";
    assert_eq!(of(&template, Some("Notebook")).unwrap_err(), notebook);
    template["Resources"].as_object_mut().unwrap().remove("Job");
    assert_eq!(of(&template, None).unwrap_err(), notebook);
}

#[test]
fn of_several_applications_one_is_named_and_only_its_groups_count() {
    let group = |id: &str| json!([{"PropertyGroupId": id, "PropertyMap": {"k": "1"}}]);
    let own = |id: &str, properties: serde_json::Value| {
        let mut properties = properties;
        properties["PropertyGroups"] = group(id);
        json!({"Type": "Custom::FlinkPropertyGroups", "Properties": properties})
    };
    let template = json!({"Resources": {
        "One": application(&json!("one"), &group("O")),
        "Two": application(&json!("two"), &group("T")),
        "ByRef": own("R", json!({"ApplicationName": {"Ref": "Two"}})),
        "ById": own("I", json!({"ApplicationLogicalId": "One"})),
        "ByName": own("N", json!({"ApplicationName": "one"})),
    }});
    assert_eq!(of(&template, None).unwrap_err(), "found several applications: One, Two; name one with --application");
    assert_eq!(of(&template, Some("One")).unwrap(), ["I/k", "N/k", "O/k"]);
    assert_eq!(of(&template, Some("Two")).unwrap(), ["R/k", "T/k"]);
    assert_eq!(of(&template, Some("Three")).unwrap_err(), "--application Three: expected one of: One, Two");
    let neither = of(&json!({"Resources": {}}), None).unwrap_err();
    assert!(neither.starts_with("expected an AWS::KinesisAnalyticsV2::Application"), "{neither}");
}
