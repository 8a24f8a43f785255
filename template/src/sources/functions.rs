//! The functions that a file declares: their parameters, and which tokens are theirs.

use std::ops::Range;

use super::tokens::{Language, Placed, Token};

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    pub(super) body: Range<usize>,
    /// Where its name stands in its declaration.
    pub(super) declared: usize,
    /// The `=` of a body that is one expression.
    pub(super) equals: Option<usize>,
}

/// Words that stand before a parenthesis and call nothing.
const NO_NAMES: [&str; 9] = ["if", "for", "while", "switch", "catch", "try", "synchronized", "when", "match"];

/// All functions that are declared here.
pub(super) fn functions(tokens: &[Placed], language: Language) -> Vec<Function> {
    (0..tokens.len()).filter_map(|at| function(tokens, language, at)).collect()
}

fn function(tokens: &[Placed], language: Language, at: usize) -> Option<Function> {
    let name = word(tokens, at)?;
    if NO_NAMES.contains(&name) {
        return None;
    }
    let before = at.checked_sub(1).and_then(|before| word(tokens, before));
    let announced = match language {
        Language::Java => !matches!(before, Some("new" | "return")) && !is(tokens, at.wrapping_sub(1), '.'),
        Language::Kotlin => before == Some("fun"),
        Language::Scala | Language::Python => before == Some("def"),
    };
    if !announced {
        return None;
    }
    let close = if is(tokens, at + 1, '(') { closing(tokens, at + 1)? } else { at };
    if language == Language::Java && close == at {
        return None;
    }
    let parameters = if close == at { Vec::new() } else { parameters(tokens, at + 2..close, language) };
    let (body, equals) = match language {
        Language::Python => (indented(tokens, close, at.checked_sub(1)?), None),
        Language::Java => (braced(tokens, opening(tokens, close + 1)?), None),
        Language::Kotlin | Language::Scala => expression(tokens, close + 1)?,
    };
    Some(Function { name: name.to_owned(), parameters, body, declared: at, equals })
}

/// `{` after `throws A, B`, and nothing else.
fn opening(tokens: &[Placed], from: usize) -> Option<usize> {
    let at = (from..tokens.len())
        .find(|at| !matches!(tokens[*at].token, Token::Word(_)) && !is(tokens, *at, ',') && !is(tokens, *at, '.'))?;
    let only_throws = at == from || word(tokens, from) == Some("throws");
    (only_throws && is(tokens, at, '{')).then_some(at)
}

/// `: Type = expression`, `: Type { .. }`, `= { .. }`.
fn expression(tokens: &[Placed], from: usize) -> Option<(Range<usize>, Option<usize>)> {
    let at = (from..tokens.len()).find(|at| is(tokens, *at, '{') || is(tokens, *at, '=') || is(tokens, *at, '}'))?;
    if is(tokens, at, '{') {
        return Some((braced(tokens, at), None));
    }
    if is(tokens, at, '}') {
        return None;
    }
    if is(tokens, at + 1, '{') {
        return Some((braced(tokens, at + 1), Some(at)));
    }
    let mut depth = 0_i32;
    let end = (at + 1..tokens.len()).find(|at| {
        depth += i32::from(is(tokens, *at, '{')) - i32::from(is(tokens, *at, '}'));
        depth < 0 || (depth == 0 && matches!(word(tokens, *at), Some("fun" | "def")))
    });
    Some((at + 1..end.unwrap_or(tokens.len()), Some(at)))
}

fn braced(tokens: &[Placed], open: usize) -> Range<usize> {
    open..closing(tokens, open).unwrap_or(tokens.len())
}

/// Everything below `def` that is further to the right.
fn indented(tokens: &[Placed], from: usize, def: usize) -> Range<usize> {
    let (line, column) = (tokens[from].line, tokens[def].column);
    let end = (from..tokens.len()).find(|at| tokens[*at].line > line && tokens[*at].column <= column);
    from..end.unwrap_or(tokens.len())
}

fn parameters(tokens: &[Placed], inside: Range<usize>, language: Language) -> Vec<String> {
    let names = pieces(tokens, inside).into_iter().filter_map(|piece| {
        let mut words = piece.filter_map(|at| word(tokens, at));
        let name = match language {
            Language::Java => words.next_back(),
            Language::Kotlin | Language::Scala | Language::Python => {
                words.find(|word| !["val", "var", "implicit", "vararg", "private"].contains(word))
            }
        };
        name.map(str::to_owned)
    });
    names.filter(|name| name != "self" && name != "cls").collect()
}

/// What stands between commas.
pub(super) fn pieces(tokens: &[Placed], inside: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (inside.start, 0_i32);
    for at in inside.clone() {
        match tokens[at].token {
            Token::Sign('(' | '[' | '{' | '<') => depth += 1,
            Token::Sign(')' | ']' | '}' | '>') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                pieces.push(start..at);
                start = at + 1;
            }
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Made => {}
        }
    }
    if start < inside.end {
        pieces.push(start..inside.end);
    }
    pieces
}

/// The partner of the bracket at `open`.
pub(super) fn closing(tokens: &[Placed], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    (open..tokens.len()).find(|at| {
        match tokens[*at].token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Made => {}
        }
        depth == 0
    })
}

pub(super) fn word(tokens: &[Placed], at: usize) -> Option<&str> {
    match &tokens.get(at)?.token {
        Token::Word(word) => Some(word),
        Token::Text(_) | Token::Made | Token::Sign(_) => None,
    }
}

pub(super) fn is(tokens: &[Placed], at: usize, sign: char) -> bool {
    tokens.get(at).is_some_and(|placed| placed.token == Token::Sign(sign))
}
