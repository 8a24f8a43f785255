//! `flink-stack check-properties`: what the job's sources read, beside what is injected.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared::contract::PropertyGroup;

use crate::sources::{Language, Read, Reads, reads};

/// Folders that hold no sources of the job.
const SKIPPED: [&str; 6] = ["target", "build", "node_modules", ".git", ".gradle", ".venv"];

/// What the sources read and nobody injects, and the reverse, in lines for people.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) missing: Vec<String>,
    pub(crate) told: Vec<String>,
}

/// Every source below `folder`, in order, with what it reads.
pub(crate) fn read_sources(folder: &Path) -> Result<Vec<(PathBuf, Reads)>, String> {
    let mut found = Vec::new();
    collect(folder, &mut found)
        .map_err(|error| format!("{}: {error}; give the folder of the job's sources", folder.display()))?;
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    if found.is_empty() {
        let languages = "no .java, .kt, .scala or .py file";
        return Err(format!(
            "{}: {languages} below it uses KinesisAnalyticsRuntime.getApplicationProperties(); give the folder of the job's sources",
            folder.display()
        ));
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Reads)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| SKIPPED.contains(&name)) {
                collect(&path, found)?;
            }
        } else if let Some(language) = Language::of(&path).filter(|_| kind.is_file()) {
            let bytes = fs::read(&path)?;
            let read = reads(&String::from_utf8_lossy(&bytes), language);
            if read.uses {
                found.push((path, read));
            }
        }
    }
    Ok(())
}

/// Compares. A key that the job has a default for is told, but not missing.
pub(crate) fn compare(injected: &[PropertyGroup<String>], sources: &[(PathBuf, Reads)]) -> Findings {
    let injected: BTreeSet<(&str, &str)> = injected
        .iter()
        .flat_map(|group| group.property_map.keys().map(|key| (group.property_group_id.as_str(), key.as_str())))
        .collect();
    let mut findings = Findings::default();
    let mut is_read: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (path, reads) in sources {
        for ((group, key), Read { line, has_default }) in &reads.keys {
            is_read.insert((group, key));
            let line = format!("{group}/{key}: read at {}:{line}", path.display());
            match (injected.contains(&(group.as_str(), key.as_str())), has_default) {
                (true, _) => {}
                (false, true) => findings.told.push(format!("{line}, injected by nobody; the job has a default")),
                (false, false) => findings.missing.push(format!("{line}, injected by nobody")),
            }
        }
    }
    let whole: BTreeSet<&str> = sources.iter().flat_map(|(_, reads)| &reads.whole).map(String::as_str).collect();
    for (group, key) in injected.iter().filter(|place| !is_read.contains(*place) && !whole.contains(place.0)) {
        findings.told.push(format!("{group}/{key}: injected, and no source is seen to read it"));
    }
    for (path, reads) in sources {
        for (line, what) in &reads.unresolved {
            findings.told.push(format!("{}:{line}: cannot be followed: {what}", path.display()));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(java: &str) -> Findings {
        let injected = [PropertyGroup {
            property_group_id: "G".to_owned(),
            property_map: [("stream.name".to_owned(), "hunter2".to_owned()), ("table.name".to_owned(), "t".to_owned())]
                .into(),
        }];
        let text = format!(
            "class J {{ void f() {{ var p = KinesisAnalyticsRuntime.getApplicationProperties().get(\"G\");\n{java} }} }}"
        );
        compare(&injected, &[(PathBuf::from("J.java"), reads(&text, Language::Java))])
    }

    #[test]
    fn what_is_read_and_injected_is_quiet() {
        assert_eq!(findings("p.getProperty(\"stream.name\"); p.getProperty(\"table.name\");"), Findings::default());
    }

    #[test]
    fn a_key_that_nobody_injects_is_missing_with_its_place_and_the_reverse_is_told() {
        let findings = findings("p.getProperty(\"stream.nam\"); p.getProperty(\"batch\", \"7\");");
        assert_eq!(findings.missing, ["G/stream.nam: read at J.java:2, injected by nobody"]);
        assert_eq!(
            findings.told,
            [
                "G/batch: read at J.java:2, injected by nobody; the job has a default",
                "G/stream.name: injected, and no source is seen to read it",
                "G/table.name: injected, and no source is seen to read it",
            ]
        );
        assert!(!format!("{findings:?}").contains("hunter2"));
    }

    #[test]
    fn a_group_that_is_handed_on_as_a_whole_is_told_and_its_keys_are_not_called_unread() {
        let findings = findings("builder.setProperties(p);");
        assert_eq!(
            findings.told,
            ["J.java:2: cannot be followed: G, handed to setProperties, which is not in this file"]
        );
    }

    #[test]
    fn a_folder_of_two_languages_is_read_and_its_one_slip_is_found() {
        let sources = read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap();
        let injected = shared::template::environment::properties(None, "", "").unwrap();
        let findings = compare(&injected, &sources);
        assert_eq!(findings.missing.len(), 1);
        assert!(findings.missing[0].starts_with("FlinkApplicationProperties/tabel.name: read at "), "{findings:?}");
        assert!(findings.missing[0].ends_with("sink.py:4, injected by nobody"), "{findings:?}");
        assert_eq!(
            findings.told,
            ["FlinkApplicationProperties/table.name: injected, and no source is seen to read it"]
        );
    }

    #[test]
    fn a_folder_without_such_sources_is_told() {
        let error = read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("environments")).unwrap_err();
        assert!(error.contains("no .java, .kt, .scala or .py file below it uses"), "{error}");
    }
}
