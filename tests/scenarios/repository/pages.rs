//! What the pages show is what is tested.

use std::fs;
use std::path::Path;

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
