//! What the local AWS shows: the rows of part G of the facts, each with the tests that cite it.

use std::collections::BTreeMap;

use super::text;
use crate::files::File;

const ROOM: &str = "tests/local_aws";

pub(super) fn of(files: &[File]) -> String {
    let facts = text(files, "tests/local_aws/SEMANTICS.md");
    let part = facts.split_once("\n## G.").unwrap().1.split_once("\n### G.2").unwrap().0;
    let cited = cited(files);
    let rows = part.lines().filter_map(row).map(|(number, behaviour, confidence)| {
        let shown = cited.get(&number).map_or("**not shown**".to_owned(), |places| shown(places));
        vec![number.to_string(), behaviour, confidence, shown]
    });
    super::table(&["G", "behaviour", "confidence", "shown by"], rows)
}

/// Number, behaviour and confidence of a line of the table.
fn row(line: &str) -> Option<(u32, String, String)> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
    let number = cells.first()?.parse().ok()?;
    Some((number, (*cells.get(1)?).to_owned(), (*cells.last()?).to_owned()))
}

/// Tests before code, two of them.
fn shown(places: &[Place]) -> String {
    let mut names: Vec<String> = places.iter().filter_map(|place| place.test.clone()).collect();
    if names.is_empty() {
        names = places.iter().map(|place| place.file.clone()).collect();
        names.dedup();
    }
    let more = names.len().saturating_sub(2);
    let quoted: Vec<String> = names.iter().take(2).map(|name| format!("`{name}`")).collect();
    if more == 0 { quoted.join(", ") } else { format!("{}, and {more} more", quoted.join(", ")) }
}

/// Where a row is cited: in a file, and if it is above a test, by that test.
struct Place {
    file: String,
    test: Option<String>,
}

fn cited(files: &[File]) -> BTreeMap<u32, Vec<Place>> {
    let mut cited: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_in(&[ROOM]) && file.extension() == Some("rs")) {
        let name = file.path.trim_start_matches("tests/local_aws/");
        let (mut above, mut is_test) = (Vec::new(), false);
        for line in file.text.lines().map(str::trim) {
            let function = line.trim_start_matches("async ").strip_prefix("fn ");
            if line.starts_with("//") {
                above.extend(rows(line));
            } else if line.starts_with("#[") {
                is_test |= line.contains("test]");
            } else {
                let test = function.filter(|_| is_test).and_then(|rest| rest.split('(').next()).map(str::to_owned);
                for number in above.drain(..) {
                    let place = Place { file: name.to_owned(), test: test.clone() };
                    cited.entry(number).or_default().push(place);
                }
                is_test = false;
            }
        }
    }
    cited
}

/// The rows that a comment cites: `G.3`, `G.9 to G.11`.
fn rows(comment: &str) -> Vec<u32> {
    let mut rows = Vec::new();
    let mut parts = comment.split("G.");
    let mut before = parts.next().unwrap_or_default();
    for part in parts {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<u32>() {
            let first = if before.ends_with(" to ") { rows.last().map_or(number, |last| last + 1) } else { number };
            rows.extend(first..=number);
        }
        before = part;
    }
    rows
}

#[test]
fn a_range_cites_what_is_between() {
    assert_eq!(rows("// SEMANTICS.md A.5, G.9 to G.11, G.15"), [9, 10, 11, 15]);
    assert_eq!(rows("// nothing"), [0; 0]);
}
