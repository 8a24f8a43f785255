//! What is promised: the first paragraph above each scenario, and nowhere else.

use crate::files::File;

const SCENARIOS: &str = "tests/scenarios/";

/// The sections of the page, with the modules of `tests/scenarios` in each. A `#[test]` there is a promise as well.
const SECTIONS: [(&str, &[&str]); 13] = [
    ("`flink-auto-start`, and a stack that runs", &["auto_start"]),
    ("`flink-property-groups`", &["property_groups"]),
    ("`flink-update-guard`", &["guarded", "stacks/downtime"]),
    ("`flink-rollback-unsticker`, for stacks without a guard and for what a guard lets through", &["unsticker"]),
    ("Studio notebooks, SQL applications", &["other_kinds"]),
    ("The sweep of `flink-rollback-unsticker`, every 15 minutes", &["swept"]),
    ("What roles may do, and what an account keeps", &["stacks/permissions", "stacks/boundary", "stacks/upgrade"]),
    ("The templates, and their adoption", &["stacks/beside", "stacks/choices", "stacks/released", "adopted"]),
    ("From one Flink version to another", &["stacks/flink_2"]),
    ("Enhanced snapshots", &["stacks/enhanced_snapshots"]),
    ("EXPRESS mode of CloudFormation", &["stacks/express"]),
    ("`make plan`, `make why`, `check-properties`, `make verify-aws`, `make replay`", &["operator"]),
    ("All functions", &["protocol", "bad_input"]),
];

/// A scenario and the sentence above it.
struct Promise {
    scenario: String,
    sentence: String,
}

impl Promise {
    fn line(&self) -> String {
        format!("- {} `{}`\n", self.sentence, self.scenario)
    }
}

/// The list of all promises, section by section.
pub(super) fn of(files: &[File]) -> String {
    let scenarios: Vec<&File> = files.iter().filter(|file| file.path.starts_with(SCENARIOS)).collect();
    let section = |(title, modules): (&str, &[&str])| {
        let promises = modules.iter().flat_map(|module| in_module(&scenarios, module));
        let lines: String = promises.map(|promise| promise.line()).collect();
        format!("### {title}\n\n{lines}\n")
    };
    let page: String = SECTIONS.map(section).concat();
    let listed = page.matches("\n- ").count();
    let all: usize = scenarios.iter().map(|file| count(&file.text)).sum();
    assert!(listed >= all, "{} scenarios are in no section of the page", all - listed);
    page
}

/// The path of every scenario, `auto_start::gate::..`, as cargo's test filter has it.
pub(super) fn names(files: &[File]) -> Vec<String> {
    let scenarios = files.iter().filter(|file| file.path.starts_with(SCENARIOS) && file.extension() == Some("rs"));
    scenarios.flat_map(|file| of_file(&file.path, &file.text)).map(|promise| promise.scenario).collect()
}

fn in_module(scenarios: &[&File], module: &str) -> Vec<Promise> {
    let files = scenarios.iter().filter(|file| {
        let rest = file.path[SCENARIOS.len()..].strip_prefix(module);
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    });
    let found: Vec<Promise> = files.flat_map(|file| of_file(&file.path, &file.text)).collect();
    assert!(!found.is_empty(), "{module} has no scenario");
    let silent: Vec<&str> =
        found.iter().filter(|promise| promise.sentence.is_empty()).map(|promise| promise.scenario.as_str()).collect();
    assert!(silent.is_empty(), "the sentence above a scenario is what the page says, and there is none: {silent:?}");
    found
}

fn of_file(path: &str, text: &str) -> Vec<Promise> {
    let module = path[SCENARIOS.len()..].trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    let (mut found, mut sentence, mut is_over, mut is_test) = (Vec::new(), String::new(), false, false);
    for line in text.lines() {
        if let Some(more) = line.strip_prefix("/// ") {
            if !is_over {
                sentence.push_str(if sentence.is_empty() { "" } else { " " });
                sentence.push_str(more);
            }
        } else if line == "///" {
            is_over = true;
        } else if line.starts_with("#[tokio::test") || line == "#[test]" {
            is_test = true;
        } else if !line.starts_with("#[") {
            if let Some((name, _)) =
                line.trim_start_matches("async ").strip_prefix("fn ").and_then(|it| it.split_once('('))
                && is_test
            {
                let scenario = format!("{module}::{name}");
                found.push(Promise { scenario, sentence: sentence.clone() });
            }
            (sentence, is_over, is_test) = (String::new(), false, false);
        }
    }
    found
}

/// How many scenarios a file has.
fn count(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("#[tokio::test")).count()
}

#[test]
fn the_first_paragraph_above_a_scenario_is_its_promise() {
    let text = "/// It runs,\n/// and on.\n///\n/// Because.\n#[tokio::test(flavor = \"x\")]\nasync fn it_runs() {}\n\n/// No.\nfn helper() {}\n";
    let found = of_file("tests/scenarios/auto_start/mod.rs", text);
    let found: Vec<_> = found.iter().map(|promise| (promise.scenario.as_str(), promise.sentence.as_str())).collect();
    assert_eq!(found, [("auto_start::it_runs", "It runs, and on.")]);
}
