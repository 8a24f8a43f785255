//! One name, one type: a reader who meets `Verdict` knows which one.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

use crate::files;

/// What is shipped.
const ROOMS: [&str; 3] = ["shared/src", "functions", "template/src"];

/// The types that a file defines; tests, and what only tests use, are left out.
fn types(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = Regex::new(r"//[^\n]*").unwrap().replace_all(code, "").into_owned();
    let item = Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type) (\w+)").unwrap();
    item.captures_iter(&code).map(|found| found[1].to_owned()).collect()
}

/// Names that more than one of these files defines, each with the files.
fn twice<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Vec<&'a str>> {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for name in types(text) {
            found.entry(name).or_default().push(path);
        }
    }
    found.retain(|_, paths| paths.len() > 1);
    found
}

#[test]
fn no_name_stands_for_two_types() {
    let files = files::all();
    let is_test = |path: &str| path.contains("/tests") || path.contains("fixtures");
    let shipped =
        files.iter().filter(|file| file.is_in(&ROOMS) && file.extension() == Some("rs") && !is_test(&file.path));
    let found = twice(shipped.map(|file| (file.path.as_str(), file.text.as_str())));
    assert!(found.is_empty(), "expected each name once, found {found:#?}");
}

#[test]
fn a_name_is_found_twice_in_two_files_and_not_in_their_tests() {
    let files = [
        ("a.rs", "pub struct Twice;\nstruct Once;\n"),
        ("b.rs", "pub(crate) enum Twice {}\n#[cfg(test)]\nmod tests {\nstruct Once;\n}\n"),
        ("c.rs", "// struct Once\nimpl Iterator for X {\n    type Item = Once;\n}\n"),
    ];
    let found = twice(files.into_iter());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["Twice"]);
    assert_eq!(found["Twice"], ["a.rs", "b.rs"]);
}
