//! Each dependency of the workspace has a consumer: a `use`, a path, or a feature that is named where it is asked for.

use std::fs;
use std::path::Path;

use crate::files;

/// Asked for to choose features of another crate's dependency, with a reason beside it in the manifest.
const FEATURES_ONLY: [&str; 5] = ["getrandom", "idna_adapter", "libc", "num-traits", "regex-syntax"];

/// The crates, each with the manifest that asks for the dependencies that its files use.
const CRATES: [&str; 8] =
    ["functions", "shared", "template", "template/yaml", "tests", "tests/bench", "tests/local_aws", "tests/picture"];

#[test]
fn each_dependency_is_used_by_the_crate_that_asks_for_it() {
    let files = files::all();
    for folder in CRATES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = fs::read_to_string(root.join(folder).join("Cargo.toml")).unwrap();
        let inner = CRATES.iter().copied().filter(|other| other.starts_with(&format!("{folder}/"))).collect::<Vec<_>>();
        let sources: Vec<&str> = files
            .iter()
            .filter(|file| file.is_in(&[folder]) && !file.is_in(&inner) && file.extension() == Some("rs"))
            .map(|file| file.text.as_str())
            .collect();
        let asked = asked_for(&manifest);
        assert!(!asked.is_empty() || folder == "template/yaml", "{folder} asks for nothing?");
        for name in asked.into_iter().filter(|name| !FEATURES_ONLY.contains(name)) {
            let path = name.replace('-', "_");
            let is_used = sources.iter().any(|text| {
                ["::", ";", " as "].iter().any(|end| text.contains(&format!("{path}{end}")))
                    || text.contains(&format!("{path}!"))
            });
            assert!(is_used, "{folder}/Cargo.toml asks for {name}, which no file of it uses");
        }
    }
}

/// The names below `[dependencies]` and `[dev-dependencies]`.
fn asked_for(manifest: &str) -> Vec<&str> {
    let mut is_dependencies = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            is_dependencies = section.ends_with("dependencies]");
        } else if let Some((name, _)) =
            line.split_once(['.', '=']).filter(|_| is_dependencies && !line.starts_with('#'))
        {
            names.push(name.trim());
        }
    }
    names
}

#[test]
fn a_dependency_is_read_in_both_notations() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nserde.workspace = true\nzip = { workspace = true }\n# no = 1\n[lints]\na = 1\n";
    assert_eq!(asked_for(manifest), ["serde", "zip"]);
}
