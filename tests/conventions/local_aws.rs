//! The local AWS is for any stack: what it is built from names nothing of this project's.

use crate::files;

/// Names of the contract and of the product, in lower case.
const OURS: [&str; 14] = [
    "auto-start",
    "autostart",
    "custom::flink",
    "feature-counter",
    "flink-handlers",
    "flink-max-replay",
    "flink-snapshot-hours",
    "flink-stack",
    "flink-test",
    "flink-update-guard",
    "flinkpropertygroups",
    "unstick",
    "updateguard",
    "verify-aws",
];
/// A page of facts, which the functions cite too: it says what each means for them.
const FACTS: &str = "tests/local_aws/SEMANTICS.md";

fn found(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    OURS.into_iter().filter(|name| text.contains(name)).collect()
}

#[test]
fn the_local_aws_names_nothing_of_this_project() {
    let files: Vec<_> =
        files::all().into_iter().filter(|file| file.is_in(&["tests/local_aws"]) && file.path != FACTS).collect();
    assert!(files.len() > 150, "{} files", files.len());
    for file in files {
        assert_eq!(found(&file.text), [""; 0], "{}", file.path);
    }
}

#[test]
fn a_name_of_this_project_is_found_in_any_case() {
    assert_eq!(found("Type: Custom::FlinkAutoStart"), ["autostart", "custom::flink"]);
    assert_eq!(found("an UpdateReplacePolicy of a Guard"), [""; 0]);
}
