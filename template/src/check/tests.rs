//! The comparison, as a person asks for it.

use std::path::Path;

use serde_json::json;

use super::files::{Sources, read_sources};
use super::injected::InjectedKeys;
use super::report::{Agreement, PropertyReport};
use crate::sources::read;

mod injected;

fn sources(files: &[(&str, &str)]) -> Sources {
    let given: Vec<(&Path, &str)> = files.iter().map(|(path, text)| (Path::new(*path), *text)).collect();
    Sources { files: files.iter().map(|(path, _)| path.into()).collect(), found: read(&given) }
}

fn injected(groups: &[(&str, &[&str])]) -> InjectedKeys {
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    InjectedKeys {
        groups: groups.iter().map(|(id, of)| ((*id).to_owned(), keys(of))).collect(),
        ..InjectedKeys::default()
    }
}

fn report(java: &str, groups: &[(&str, &[&str])]) -> PropertyReport {
    let text = format!(
        "class J {{ void f() {{ var p = KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\");\n{java} }} }}"
    );
    PropertyReport::of(&sources(&[("J.java", &text)]), &injected(groups), "t.json")
}

fn findings(report: &PropertyReport) -> Vec<String> {
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
            "G/stream.nam: read at J.java:2, injected by nothing",
            "G/batch: read at J.java:2, injected by nothing; the job has a default",
            "G/stream.name: injected, and no source is seen to read it",
        ]
    );
    assert_eq!(report.verdict.exit_code(), 1);
    let sentence = "The job and what is injected differ: 1 key read and injected by nothing, 1 key injected and read by no source.";
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
    assert_eq!(findings(&report)[0], "G: read at J.java:1, injected by nothing");
    assert_eq!(report.verdict, Agreement::Differs);
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
    let groups = shared::template::environments::properties(None, "", "").unwrap();
    let report = PropertyReport::of(&sources, &InjectedKeys::of_groups(&groups), "the sample");
    let lines = findings(&report);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("FlinkApplicationProperties/tabel.name: read at "), "{lines:?}");
    assert!(lines[0].ends_with("sink.py:4, injected by nothing"), "{lines:?}");
    assert_eq!(lines[1], "FlinkApplicationProperties/table.name: injected, and no source is seen to read it");
}

#[test]
fn a_folder_without_such_sources_is_an_error() {
    let error = read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("environments")).unwrap_err();
    assert!(error.contains("no .java, .kt, .scala or .py file below it uses"), "{error}");
}
