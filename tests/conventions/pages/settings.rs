//! The settings of `make deploy`: the comments beside the one list in `template/deploy/settings.sh`.

use std::collections::BTreeSet;

use super::{table, text};
use crate::files::File;

/// `#: NAME, NAME | meaning | default`; a line that begins with `#:` and two spaces carries on.
const MARK: &str = "#: ";

pub(super) fn of(files: &[File]) -> String {
    let script = text(files, "template/deploy/settings.sh");
    let rows = rows(script);
    let described: BTreeSet<&str> = rows.iter().flat_map(|row| row[0].split(", ")).collect();
    let (_, list) = script.split_once("readonly SETTINGS='").unwrap();
    let known: BTreeSet<&str> = list.split_once('\'').unwrap().0.split_whitespace().collect();
    assert_eq!(described, known, "each setting of template/deploy/settings.sh has its row above the list");
    table(&["setting of `make deploy` and `make destroy`", "meaning", "default"], rows)
}

fn rows(script: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<String> = Vec::new();
    for line in script.lines().filter_map(|line| line.strip_prefix(MARK)) {
        match (line.strip_prefix("  "), rows.last_mut()) {
            (Some(more), Some(row)) => *row = format!("{row} {}", more.trim_start()),
            _ => rows.push(line.to_owned()),
        }
    }
    rows.iter().map(|row| row.split(" | ").map(str::to_owned).collect()).collect()
}

#[test]
fn a_row_carries_on_in_indented_lines() {
    let rows = rows("#: A, B | what they are\n#:   and more | none\n# a comment\n#: C | c | 1\n");
    assert_eq!(rows, [["A, B", "what they are and more", "none"], ["C", "c", "1"]]);
}
