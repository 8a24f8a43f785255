//! A doc comment says what its item's name does not: what it is or does, units, range, errors, the source of a fact.
//! One of four words or fewer says none of that.

use crate::files;

const WORDS: usize = 4;

/// How many such comments each room still has: a count only ever falls.
const STILL: &[(&str, usize)] = &[
    ("functions", 33),
    ("shared/src/contract", 40),
    ("shared/src/custom_resource", 0),
    ("shared/src/flink", 27),
    ("shared/src/lifecycle", 156),
    ("shared/src/operator", 0),
    ("shared/src/stack", 6),
    ("shared/src/template", 94),
    ("template", 0),
];

/// The doc comments of a text, each with the line that it begins at, from 1.
fn doc_comments(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (number, line) in (1..).zip(text.lines()) {
        let Some(more) = line.trim_start().strip_prefix("///") else {
            is_open = false;
            continue;
        };
        match found.last_mut().filter(|_| is_open) {
            Some((_, comment)) => comment.push_str(more),
            None => found.push((number, more.to_owned())),
        }
        is_open = true;
    }
    found
}

#[test]
fn doc_comments_of_a_few_words_become_fewer() {
    let files = files::all();
    for &(room, still) in STILL {
        let few: Vec<String> = files
            .iter()
            .filter(|file| file.is_in(&[room]) && file.extension() == Some("rs"))
            .flat_map(|file| doc_comments(&file.text).into_iter().map(|(line, comment)| (&file.path, line, comment)))
            .filter(|(_, _, comment)| comment.split_whitespace().count() <= WORDS)
            .map(|(path, line, comment)| format!("{path}:{line}:{comment}"))
            .collect();
        assert!(few.len() <= still, "{room} has {} of {still}:\n{}", few.len(), few.join("\n"));
    }
}

#[test]
fn a_comment_of_several_lines_is_one() {
    let text = "/// One,\n/// two.\nfn a() {}\n    /// Three.\n    b: u8,\n// Four.\n";
    assert_eq!(doc_comments(text), [(1, " One, two.".to_owned()), (4, " Three.".to_owned())]);
}
