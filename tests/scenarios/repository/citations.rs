//! A fact that code cites stands in the repository: each `SEMANTICS.md X.N` names a row of
//! `tests/local_aws/SEMANTICS.md`.

use std::collections::BTreeSet;

use super::rooms::{root, sources};

/// The rows of the catalogue: its sections (`### A.5 ..`), and the numbered behaviours of part G (`| 15 | ..`).
fn rows(catalogue: &str) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    let mut in_part_g = false;
    for line in catalogue.lines() {
        if let Some(part) = line.strip_prefix("## ") {
            in_part_g = part.starts_with("G.");
        }
        let section = line.strip_prefix("### ").and_then(|title| title.split_whitespace().next());
        let behaviour = line.strip_prefix("| ").and_then(|row| row.split(" |").next()).filter(|_| in_part_g);
        rows.extend(section.map(str::to_owned));
        rows.extend(behaviour.map(|number| format!("G.{number}")));
    }
    rows
}

/// The rows that a line cites after the catalogue's name: `A.5`, `G.9`.
fn cited(line: &str) -> Vec<String> {
    let Some(at) = line.to_ascii_lowercase().find("semantics.md") else { return Vec::new() };
    let after = &line[at..];
    let words = after.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let words = words.map(|word| word.trim_end_matches('.'));
    words.filter(|word| is_row(word)).map(str::to_owned).collect()
}

fn is_row(word: &str) -> bool {
    let Some((part, number)) = word.split_once('.') else { return false };
    part.len() == 1 && ('A'..='I').any(|letter| part.starts_with(letter)) && number.parse::<u16>().is_ok()
}

#[test]
fn each_fact_that_code_cites_stands_in_the_catalogue() {
    let rows = rows(include_str!("../../local_aws/SEMANTICS.md"));
    let mut seen = 0;
    for (path, text) in ["functions", "shared", "template", "tests"].iter().flat_map(|room| sources(&root().join(room)))
    {
        for row in text.lines().flat_map(cited) {
            assert!(
                rows.contains(&row),
                "{} cites {row}, which tests/local_aws/SEMANTICS.md does not have",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} citations were found");
}
