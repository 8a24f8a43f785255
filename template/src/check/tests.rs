//! The comparison, as a person asks for it.

use std::path::Path;

use serde_json::json;
use shared::lifecycle::StackStatus;
use shared::operator::{Deployed, DeployedResource};

use super::files::{Sources, read_sources};
use super::injected::Injected;
use super::report::{Report, Verdict};
use super::{Against, CheckProperties, parse};
use crate::sources::read;

fn sources(files: &[(&str, &str)]) -> Sources {
    let given: Vec<(&Path, &str)> = files.iter().map(|(path, text)| (Path::new(*path), *text)).collect();
    Sources { files: files.iter().map(|(path, _)| path.into()).collect(), found: read(&given) }
}

fn injected(groups: &[(&str, &[&str])]) -> Injected {
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    Injected { groups: groups.iter().map(|(id, of)| ((*id).to_owned(), keys(of))).collect(), open: Vec::new() }
}

fn report(java: &str, groups: &[(&str, &[&str])]) -> Report {
    let text = format!(
        "class J {{ void f() {{ var p = KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\");\n{java} }} }}"
    );
    Report::of(&sources(&[("J.java", &text)]), &injected(groups), "t.json")
}

fn findings(report: &Report) -> Vec<String> {
    report.text().lines().skip(2).filter(|line| !line.starts_with("next ")).map(str::to_owned).collect()
}

#[test]
fn what_is_read_and_injected_is_quiet_and_ends_with_0() {
    let report = report("use(p.getProperty(\"stream.name\"));", &[("G", &["stream.name"])]);
    assert_eq!((report.verdict.exit_code(), findings(&report)), (0, Vec::new()));
    assert!(
        report
            .text()
            .starts_with("The job reads what is injected.\ncompared  1 source that was read with t.json: 1 key")
    );
}

#[test]
fn a_slip_is_two_lines_and_ends_with_1() {
    let report = report(
        "use(p.getProperty(\"stream.nam\"), p.getProperty(\"batch\", \"7\"));",
        &[("G", &["stream.name"]), ("kinesis.analytics.flink.run.options", &["python"])],
    );
    assert_eq!(
        findings(&report),
        [
            "G/stream.nam: read at J.java:2, injected by nobody",
            "G/batch: read at J.java:2, injected by nobody; the job has a default",
            "G/stream.name: injected, and no source is seen to read it",
        ]
    );
    assert_eq!(report.verdict.exit_code(), 1);
    let sentence =
        "The job and what is injected differ: 1 key read and injected by nobody, 1 key injected and read by no source.";
    assert_eq!(report.sentence, sentence);
}

#[test]
fn what_cannot_be_followed_is_named_with_its_place_and_ends_with_2() {
    let report = report("builder.setProperties(p);", &[("G", &["stream.name"])]);
    assert_eq!(
        findings(&report),
        ["J.java:2: cannot be followed: group G is passed to setProperties, which is not in these sources"]
    );
    assert_eq!(report.verdict.exit_code(), 2);
}

#[test]
fn a_group_that_nothing_injects_is_missing_also_when_no_key_of_it_is_named() {
    let report = report("builder.setProperties(p);", &[("H", &[])]);
    assert_eq!(findings(&report)[0], "G: read at J.java:1, injected by nobody");
    assert_eq!(report.verdict, Verdict::Differs);
}

#[test]
fn the_names_in_json_are_stable() {
    let report = report("use(p.getProperty(\"a\"));\nbuilder.setProperties(p);", &[("G", &["b"])]);
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!((&json["Schema"], &json["Verdict"]), (&json!(1), &json!("Differs")));
    assert_eq!(json["Missing"], json!([{"Group": "G", "Key": "a", "ReadAt": [{"File": "J.java", "Line": 2}]}]));
    assert_eq!((&json["WithDefault"], &json["Unread"]), (&json!([]), &json!([])));
    assert_eq!((&json["NotFollowed"][0]["File"], &json["NotFollowed"][0]["Line"]), (&json!("J.java"), &json!(3)));
    assert!(json["Sentence"].is_string() && json["Compared"].is_string() && json["Next"].is_array(), "{json}");
}

#[test]
fn a_folder_of_two_languages_is_read_and_its_one_slip_is_found() {
    let sources = read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap();
    let groups = shared::template::environment::properties(None, "", "").unwrap();
    let report = Report::of(&sources, &Injected::of_groups(&groups), "the sample");
    let lines = findings(&report);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("FlinkApplicationProperties/tabel.name: read at "), "{lines:?}");
    assert!(lines[0].ends_with("sink.py:4, injected by nobody"), "{lines:?}");
    assert_eq!(lines[1], "FlinkApplicationProperties/table.name: injected, and no source is seen to read it");
}

#[test]
fn a_folder_without_such_sources_is_an_error() {
    let error = read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("environments")).unwrap_err();
    assert!(error.contains("no .java, .kt, .scala or .py file below it uses"), "{error}");
}

fn application(name: &serde_json::Value, groups: &serde_json::Value) -> serde_json::Value {
    json!({"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {"ApplicationName": name,
        "ApplicationConfiguration": {"EnvironmentProperties": {"PropertyGroups": groups}}}})
}

fn of(template: &serde_json::Value, application: Option<&str>) -> Result<Vec<String>, String> {
    Ok(listed(Injected::of_template(template, application)?))
}

fn listed(injected: Injected) -> Vec<String> {
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
    let open = "open App.ApplicationConfiguration.EnvironmentProperties.PropertyGroups[3].PropertyGroupId is only known when the \
                stack is deployed";
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
    assert_eq!(listed(Injected::of_stack(&deployed, None).unwrap()), ["Live/a", "orders-prod/c"]);
    // Before a deployment both sides of a condition may come.
    let open = "open App.ApplicationConfiguration.EnvironmentProperties.PropertyGroups[0].PropertyGroupId is only known when the \
                stack is deployed";
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
        Report::of(&sources(&[("J.java", text)]), &Injected::of_template(template, None).unwrap(), "t.json")
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
    let error = Injected::of_stack(&deployed, None).unwrap_err();
    assert!(error.ends_with("found neither; give a nested stack: orders-Inner-1X"), "{error}");
    assert!(of(&nested, None).unwrap_err().ends_with("give a nested stack: Inner"));
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

#[test]
fn the_command_takes_a_folder_and_what_it_is_compared_with() {
    let asked = |against| CheckProperties { sources: "src".into(), against, application: None, json: false };
    assert_eq!(parse(&["src"]), Ok(asked(Against::Sample)));
    assert_eq!(parse(&["--template", "t.json", "src"]), Ok(asked(Against::Template("t.json".into()))));
    let stack = Against::Stack { name: "s".into(), region: Some("r".into()) };
    let json = CheckProperties { application: Some("A".into()), json: true, ..asked(stack) };
    assert_eq!(parse(&["src", "--json", "--stack", "s", "--region", "r", "--application", "A"]), Ok(json));
    assert_eq!(
        parse(&["src", "--stack", "s", "--template", "t"]).unwrap_err(),
        "check-properties: expected --template or --stack, found both"
    );
    assert!(parse(&["--json"]).unwrap_err().contains("expected the folder"));
}
