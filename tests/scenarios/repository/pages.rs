//! The pages are true: each scenario that they name exists, and what they show is what is tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::rooms::{root, sources};

/// The tests with one of these attributes by their path, `auto_start::gate::..`.
fn tests(attributes: &[&str]) -> BTreeSet<String> {
    let folder = root().join("tests/scenarios");
    let mut names = BTreeSet::new();
    for (path, text) in sources(&folder) {
        let module = path.strip_prefix(&folder).unwrap().with_extension("");
        let module = module.to_str().unwrap().trim_end_matches("/mod").replace('/', "::");
        let mut is_scenario = false;
        for line in text.lines() {
            if attributes.iter().any(|attribute| line.starts_with(attribute)) {
                is_scenario = true;
            } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ").filter(|_| is_scenario) {
                names.insert(format!("{module}::{}", rest.split('(').next().unwrap()));
                is_scenario = false;
            }
        }
    }
    names
}

/// What stands in backquotes and reads like a path of lower-case names.
fn promised(page: &str) -> BTreeSet<String> {
    let is_path = |word: &&str| {
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_:".contains(letter);
        word.contains("::") && word.chars().all(is_name)
    };
    page.split('`').filter(is_path).map(str::to_owned).collect()
}

#[test]
fn each_scenario_is_a_promise_and_each_promise_a_scenario() {
    // What looks at pages and sources alone needs no sentence, and may have one.
    let (scenarios, all) = (tests(&["#[tokio::test"]), tests(&["#[tokio::test", "#[test]"]));
    let promised = promised(include_str!("../../README.md"));
    let names =
        |names: Vec<&String>| names.into_iter().map(|name| "\n  ".to_owned() + name).collect::<Vec<_>>().concat();
    let unknown = names(promised.difference(&all).collect());
    assert!(unknown.is_empty(), "tests/README.md names scenarios that do not exist:{unknown}");
    let unsaid = names(scenarios.difference(&promised).collect());
    assert!(unsaid.is_empty(), "tests/README.md says nothing of these scenarios; each takes a sentence there:{unsaid}");
}

#[test]
fn the_fault_matrix_is_the_one_that_was_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../functions/README.md")).unwrap();
    assert!(
        page.contains(include_str!("../protocol/table.md").trim()),
        "put tests/scenarios/protocol/table.md into functions/README.md"
    );
}

#[test]
fn the_incident_it_shows_is_the_one_that_was_recorded() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let recorded = include_str!("../../demo/incident.mmd");
    assert!(page.contains(&format!("```mermaid\n{recorded}```")), "put tests/demo/incident.mmd into README.md");
}

#[test]
fn what_it_shows_of_other_peoples_stacks_is_what_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let page = page("../README.md") + &page("../template/README.md");
    for (fence, file) in [("```yaml\n", "cloudformation/template.yaml"), ("```ts\n", "cdk/stack.ts")] {
        let tested = fs::read_to_string(root.join("adoption").join(file)).unwrap();
        let shown: Vec<_> = page.split(fence).skip(1).filter_map(|block| Some(block.split_once("```")?.0)).collect();
        assert!(!shown.is_empty(), "no page shows {file}");
        // Dots stand for what is left out.
        let excerpts =
            shown.iter().flat_map(|block| block.split("    # ...\n")).flat_map(|part| part.split("// ...\n"));
        for excerpt in excerpts {
            assert!(tested.contains(excerpt), "a page shows what is not in tests/adoption/{file}:\n{excerpt}");
        }
    }
}

#[test]
fn an_adopting_template_only_adds_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("adoption");
    for folder in ["cloudformation", "sam"] {
        let read = |name: &str| fs::read_to_string(root.join(folder).join(name)).unwrap();
        let (before, after) = (read("before.yaml"), read("template.yaml"));
        let mut after = after.lines();
        for line in before.lines() {
            assert!(after.any(|other| other == line), "{folder}: this line is gone, or elsewhere: {line}");
        }
    }
}
