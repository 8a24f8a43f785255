//! The arrows between the rooms, read from the code itself.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// Each room of `shared`, with the rooms it must not name.
const FORBIDDEN: [(&str, &[&str]); 7] = [
    (
        "flink",
        &[
            "crate::stack",
            "crate::lifecycle",
            "crate::custom_resource",
            "crate::contract",
            "crate::template",
            "crate::operator",
        ],
    ),
    (
        "stack",
        &[
            "crate::flink",
            "crate::lifecycle",
            "crate::custom_resource",
            "crate::contract",
            "crate::template",
            "crate::operator",
        ],
    ),
    ("lifecycle", &["crate::contract", "crate::custom_resource", "crate::template", "crate::operator"]),
    ("custom_resource", &["crate::contract", "crate::lifecycle", "crate::template", "crate::operator"]),
    ("contract", &["crate::template", "crate::operator"]),
    ("template", &["crate::operator"]),
    ("operator", &["crate::custom_resource"]),
];

#[test]
fn the_rooms_of_the_core_point_one_way() {
    for (room, forbidden) in FORBIDDEN {
        let files = sources(&root().join("shared/src").join(room));
        assert!(files.len() > 2, "{room} is a room");
        for (path, text) in files {
            for other in forbidden {
                assert!(!text.contains(other), "{} names {other}", path.display());
            }
        }
    }
}

#[test]
fn the_core_waits_for_nothing_and_knows_no_sdk() {
    let manifest = fs::read_to_string(root().join("shared/Cargo.toml")).unwrap();
    for crate_name in ["tokio", "aws-", "reqwest", "lambda_runtime", "futures"] {
        assert!(!manifest.contains(crate_name), "shared depends on {crate_name}");
    }
    for (path, text) in sources(&root().join("shared/src")) {
        assert!(!text.contains("async fn"), "{} is async", path.display());
    }
}

/// The operator's command reads through the functions' clients; nothing reaches back, and without its feature it knows
/// no network.
#[test]
fn only_the_operators_command_looks_through_the_shell_and_only_with_its_feature() {
    let manifest = |folder: &str| fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    for folder in ["shared", "functions"] {
        assert!(!manifest(folder).contains("\ntemplate"), "{folder} depends on template");
    }
    let needed = manifest("template");
    for crate_name in ["functions", "tokio"] {
        assert!(needed.contains(&format!("{crate_name} = {{ workspace = true, optional = true }}")), "{needed}");
    }
}

#[test]
fn the_local_aws_shares_no_code_with_the_planner() {
    let manifest = |folder: &str| fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    for folder in ["tests", "tests/local_aws"] {
        let dependencies = manifest(folder);
        assert!(!dependencies.contains("\nshared") && !dependencies.contains("\nfunctions"), "{dependencies}");
    }
    assert!(!manifest("tests/local_aws").contains("\ntests"), "the local AWS knows no stack of this project");
}

#[test]
fn each_sdk_is_named_in_one_file() {
    for (sdk, file) in [("aws_sdk_kinesisanalyticsv2", "flink.rs"), ("aws_sdk_cloudformation", "cloudformation.rs")] {
        for (path, text) in sources(&root().join("functions")) {
            // aws/mod.rs builds the clients; what they say is read elsewhere.
            let is_its_place = [file, "mod.rs"].iter().any(|name| path.ends_with(Path::new("shell/aws").join(name)));
            assert!(is_its_place || !text.contains(sdk), "{} names {sdk}", path.display());
        }
    }
}
