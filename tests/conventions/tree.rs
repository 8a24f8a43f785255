//! Folders and files small enough to be found by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::files;

/// Files and folders side by side; `name.rs` and its folder `name/` are one.
const SIBLINGS: usize = 15;
/// Lines of a file of Rust.
const LINES: usize = 250;

/// Folders with more, each with the reason.
const LARGE_FOLDERS: [(&str, &str); 1] = [("tests", "a folder for each suite and tool, none of which needs another")];

/// Each folder with the names of what lies in it. The root is left out: tools want their files there.
fn folders(paths: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths {
        let mut rest = *path;
        while let Some((folder, name)) = rest.rsplit_once('/') {
            let name = name.strip_suffix(".rs").unwrap_or(name);
            folders.entry(folder.to_owned()).or_default().insert(name.to_owned());
            rest = folder;
        }
    }
    folders
}

#[test]
fn no_folder_has_more_siblings_than_a_reader_looks_through() {
    let all = files::all();
    let paths: Vec<&str> = all.iter().map(|file| file.path.as_str()).collect();
    let large: Vec<(String, usize)> = folders(&paths)
        .into_iter()
        .map(|(folder, names)| (folder, names.len()))
        .filter(|(_, siblings)| *siblings > SIBLINGS)
        .collect();
    let unexcused: Vec<_> =
        large.iter().filter(|(folder, _)| !LARGE_FOLDERS.iter().any(|(excused, _)| excused == folder)).collect();
    assert!(unexcused.is_empty(), "expected at most {SIBLINGS} files and folders side by side, found {unexcused:?}");
    for (folder, _) in LARGE_FOLDERS {
        assert!(large.iter().any(|(name, _)| name == folder), "take {folder} off LARGE_FOLDERS");
    }
}

#[test]
fn no_file_of_rust_is_longer_than_250_lines() {
    let long: Vec<String> = files::all()
        .iter()
        .filter(|file| file.extension() == Some("rs"))
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LINES)
        .map(|(lines, path)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "split by what they are about:\n{}", long.join("\n"));
}

#[test]
fn the_two_ways_of_contributing_pass_files_that_exist() {
    let all = files::all();
    let page = &all.iter().find(|file| file.path == "CONTRIBUTING.md").unwrap().text;
    let section = page.split("## Two ways through the code").nth(1).unwrap().split("\n## ").next().unwrap();
    let ways: Vec<Vec<&str>> =
        section.split("```text\n").skip(1).map(|way| way.split("```").next().unwrap().lines().collect()).collect();
    assert_eq!(ways.len(), 2, "{section}");
    for way in ways {
        for (index, path) in way.iter().enumerate() {
            assert!(all.iter().any(|file| file.path == *path), "{path} is not there");
            assert!(!way[..index].contains(path), "{path} stands there twice");
        }
        assert!(section.contains(&format!("({} files)", way.len())), "expected ({} files)", way.len());
    }
}

#[test]
fn a_module_and_its_folder_are_one_sibling() {
    let found = folders(&["a/b.rs", "a/b/c.rs", "a/d.md"]);
    assert_eq!(found["a"].iter().map(String::as_str).collect::<Vec<_>>(), ["b", "d.md"]);
    assert_eq!(found["a/b"].len(), 1);
}
