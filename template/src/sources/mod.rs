//! What a job reads of its property groups, found in its sources: `KinesisAnalyticsRuntime.getApplicationProperties()` and what becomes of
//! its answer within one file. Names that it cannot follow are told, never guessed.

mod file;
mod functions;
mod handed;
mod tokens;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use file::File;
use functions::{functions, is, word};
use tokens::{Placed, Token, tokens};

pub(crate) use tokens::Language;

/// Where the groups come from: AWS's runtime library, and the function of AWS's Python examples.
const SOURCES: [&str; 2] = ["getApplicationProperties", "get_application_properties"];

/// What one file reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Group and key, with the line, and whether the job has a default.
    pub(crate) keys: BTreeMap<(String, String), Read>,
    /// Groups that are handed on as a whole.
    pub(crate) whole: BTreeSet<String>,
    /// What cannot be followed: line and words.
    pub(crate) unresolved: BTreeSet<(usize, String)>,
    /// Whether the file uses property groups at all.
    pub(crate) uses: bool,
}

/// One key that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) line: usize,
    pub(crate) has_default: bool,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// The map of all groups.
    Root,
    /// These groups, by ID.
    Groups(BTreeSet<String>),
}

/// Reads a file.
pub(crate) fn reads(text: &str, language: Language) -> Reads {
    let tokens = tokens(text, language);
    let functions = functions(&tokens, language);
    let constants = constants(&tokens);
    let mut file = File {
        tokens: &tokens,
        language,
        functions: &functions,
        constants,
        names: BTreeMap::new(),
        returns: BTreeMap::new(),
        reads: Reads::default(),
    };
    if !tokens.iter().any(|placed| matches!(&placed.token, Token::Word(word) if SOURCES.contains(&word.as_str()))) {
        return file.reads;
    }
    // What one pass learns of a name, the next one uses.
    for _ in 0..8 {
        let before = (file.names.clone(), file.returns.clone());
        file.reads = Reads { uses: true, ..Reads::default() };
        (0..tokens.len()).for_each(|at| file.follow(at));
        if before == (file.names.clone(), file.returns.clone()) {
            break;
        }
    }
    file.reads
}

/// `NAME = "text"`, where the name has one value in the file.
fn constants(tokens: &[Placed]) -> BTreeMap<String, Option<String>> {
    let mut constants: BTreeMap<String, Option<String>> = BTreeMap::new();
    for at in 1..tokens.len() {
        let Some(Placed { token: Token::Text(text), .. }) = tokens.get(at + 1) else { continue };
        let alone = !is(tokens, at + 2, '+') && !is(tokens, at + 2, '.');
        let assigned = is(tokens, at, '=') && !is(tokens, at - 1, '=') && !is(tokens, at - 1, '!');
        let Some(name) = assigned.then(|| assigned_name(tokens, at)).flatten() else { continue };
        let value = alone.then(|| text.clone());
        constants
            .entry(name.to_owned())
            .and_modify(|known| *known = known.take().filter(|_| *known == value))
            .or_insert(value);
    }
    constants
}

/// The name before `=`: `String name =`, `val name: String =`.
fn assigned_name(tokens: &[Placed], equals: usize) -> Option<&str> {
    let line = tokens[equals].line;
    let declared = (0..equals)
        .rev()
        .take_while(|at| tokens[*at].line == line && !"(){};,".chars().any(|sign| is(tokens, *at, sign)));
    let colon = declared.filter(|at| is(tokens, *at, ':')).last();
    word(tokens, colon.unwrap_or(equals).checked_sub(1)?)
}
