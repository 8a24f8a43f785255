//! Words of a private dialect stay out of names, comments, messages and pages.

use crate::files;

/// Each with what the documentation of AWS and Rust would say. A word is matched in prose and inside an identifier
/// (`was_told`, `WasTold`), a phrase also across the lines of a comment.
const BANNED: &[(&str, &str)] = &[
    ("told", "reported, described, notified"),
    ("telling", "reporting, describing"),
    ("untold", "back_off"),
    ("woken", "invoked"),
    ("woke", "invoked"),
    ("wake", "trigger"),
    ("wakes", "invokes"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("somebody", "who it is: an operator, another stack, another caller"),
    ("nobody", "no operator, no caller, nothing"),
    ("anybody", "any operator, any caller"),
    ("whoever", "the caller, the reader"),
    ("whom", "who, recipients"),
    ("by itself", "automatically, on its own"),
    ("by themselves", "automatically, on their own"),
    ("all the same", "still, nevertheless"),
    ("for want of", "without, because there is no"),
    ("of tomorrow", "unknown, future"),
    ("heard by", "recipients"),
    ("fell back", "rolled the update back"),
    ("falls back", "rolls the update back"),
    ("fall back", "roll the update back"),
    ("bitten", "aborted"),
    ("is going", "is being deleted"),
    ("speaks against", "a problem found"),
    ("took the update back", "rolled the update back"),
];

/// Rooms that still speak the dialect: the list only ever gets shorter.
const NOT_YET: &[&str] = &[];

/// Words of the contract: the value of `Notify` in reports, which rules and subscriptions match, and a field of
/// `plan`'s JSON.
const CONTRACT: [&str; 4] = ["\"Nobody\"", "\\\"Nobody\\\"", "`Nobody`", "\"Told\""];

/// The list itself.
const EXCEPT: [&str; 1] = ["tests/conventions/words.rs"];

/// The words of a text in lower case with their line, from 1: `wasTold`, `was_told` and `was told` are the same two.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = CONTRACT.iter().fold(line.to_owned(), |line, word| line.replace(word, ""));
        let mut word = String::new();
        let mut was_lower = false;
        for letter in line.chars().chain([' ']) {
            let is_word_end = !letter.is_ascii_alphabetic() || (letter.is_ascii_uppercase() && was_lower);
            if is_word_end && !word.is_empty() {
                words.push((index + 1, std::mem::take(&mut word)));
            }
            if letter.is_ascii_alphabetic() {
                word.push(letter.to_ascii_lowercase());
            }
            was_lower = letter.is_ascii_lowercase();
        }
    }
    words
}

/// The banned words of a text, each with its line and what to write.
fn banned(text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    for &(phrase, instead) in BANNED {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        for here in words.windows(phrase.len()) {
            if here.iter().map(|(_, word)| word.as_str()).eq(phrase.iter().copied()) {
                found.push(format!("{}: \"{}\"; write {instead}", here[0].0, phrase.join(" ")));
            }
        }
    }
    found
}

#[test]
fn no_file_speaks_the_dialect() {
    let held = files::all().into_iter().filter(|file| !file.is_in(NOT_YET) && !file.is_in(&EXCEPT));
    let found: Vec<String> =
        held.flat_map(|file| banned(&file.text).into_iter().map(move |line| format!("{}:{line}", file.path))).collect();
    assert!(found.is_empty(), "{} banned words:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_room_that_is_excused_still_needs_it() {
    for &room in NOT_YET {
        let files = files::all().into_iter().filter(|file| file.is_in(&[room]));
        assert!(files.map(|file| banned(&file.text).len()).sum::<usize>() > 0, "take {room} off NOT_YET");
    }
}

#[test]
fn a_banned_word_is_found_in_prose_in_names_and_across_lines() {
    for text in ["It was told.", "fn was_told()", "struct WasTold;", "TOLD", "/// all\n/// the same", "untold"] {
        assert_eq!(banned(text).len(), 1, "{text}");
    }
    assert_eq!(banned("amend a retold tale; a mendicant; by its elf"), Vec::<String>::new());
}
