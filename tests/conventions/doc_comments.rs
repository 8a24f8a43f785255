//! A doc comment says what its item's name does not: what it is or does, units, range, errors, the source of a fact.
//! One of four words or fewer says none of that.

use crate::files;

const WORDS: usize = 4;

/// The rooms in which no such comment stands: all that is built into the functions, the templates and the command.
const ROOMS: &[&str] = &["functions", "shared", "template"];

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
fn no_doc_comment_has_only_a_few_words() {
    let few: Vec<String> = files::all()
        .iter()
        .filter(|file| file.is_in(ROOMS) && file.extension() == Some("rs"))
        .flat_map(|file| doc_comments(&file.text).into_iter().map(|(line, comment)| (&file.path, line, comment)))
        .filter(|(_, _, comment)| comment.split_whitespace().count() <= WORDS)
        .map(|(path, line, comment)| format!("{path}:{line}:{comment}"))
        .collect();
    assert!(few.is_empty(), "{} doc comments of at most {WORDS} words:\n{}", few.len(), few.join("\n"));
}

#[test]
fn a_comment_of_several_lines_is_one() {
    let text = "/// One,\n/// two.\nfn a() {}\n    /// Three.\n    b: u8,\n// Four.\n";
    assert_eq!(doc_comments(text), [(1, " One, two.".to_owned()), (4, " Three.".to_owned())]);
}
