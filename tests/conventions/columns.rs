//! Code within 120 columns, comments included: rustfmt does not hold those. A closed string literal counts as none:
//! what a service says stays in one piece, so that a search finds it.

use crate::files;

const COLUMNS: usize = 120;
/// Tables and prose of pages are wrapped by what shows them; a Makefile's `##` texts are `make help`, one line each.
const CODE: [&str; 8] = ["rs", "py", "sh", "toml", "ts", "js", "mjs", "java"];

/// Rooms with lines that are still longer: the list only ever gets shorter.
const NOT_YET: &[&str] = &[];

/// What a service answers, byte for byte.
const RECORDED: [&str; 2] = ["tests/bench/servers/aws.rs", "tests/local_aws/lambda/tests.rs"];

fn long_lines(text: &str) -> impl Iterator<Item = (usize, usize)> {
    // An address has no place to break.
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.contains("://"));
    lines.map(|(number, line)| (number, length(line))).filter(|(_, length)| *length > COLUMNS)
}

/// The characters of a line outside its string literals.
fn length(line: &str) -> usize {
    let mut counted = 0;
    let mut rest = line;
    while let Some((before, literal)) = rest.split_once('"') {
        counted += before.chars().count();
        let Some((_, after)) = literal.split_once('"') else { return counted + literal.chars().count() };
        rest = after;
    }
    counted + rest.chars().count()
}

#[test]
fn no_line_of_code_is_longer_than_120_columns() {
    let held = files::all().into_iter().filter(|file| {
        !file.is_in(NOT_YET)
            && !file.is_in(&RECORDED)
            && file.extension().is_some_and(|extension| CODE.contains(&extension))
    });
    let long: Vec<String> = held
        .flat_map(|file| {
            long_lines(&file.text).map(|(line, length)| format!("{}:{line}: {length}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(long.is_empty(), "{} lines:\n{}", long.len(), long.join("\n"));
}

#[test]
fn a_long_line_is_found_by_its_characters() {
    let long = format!("short\n{}\n{}", "ä".repeat(COLUMNS), "ä".repeat(COLUMNS + 1));
    assert_eq!(long_lines(&long).collect::<Vec<_>>(), [(3, COLUMNS + 1)]);
    assert_eq!(long_lines(&format!("say(\"{}\");", "a".repeat(COLUMNS))).count(), 0, "a message in one piece");
    assert_eq!(
        long_lines(&format!("say(\"{} \\", "a".repeat(COLUMNS))).count(),
        1,
        "one that goes on in the next line"
    );
}
