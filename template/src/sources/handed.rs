//! Where an expression's value goes: into a call, a name, an answer.

use std::ops::Range;

use super::file::File;
use super::functions::{Function, closing, is, pieces, word};
use super::tokens::Token;
use super::{What, assigned_name};

/// Calls that read nothing.
const SILENT: [&str; 12] =
    ["println", "print", "info", "debug", "warn", "error", "trace", "format", "str", "len", "isinstance", "valueOf"];
/// Words before a parenthesis that call nothing.
const NO_CALLS: [&str; 12] =
    ["if", "for", "while", "switch", "catch", "when", "match", "return", "not", "and", "or", "synchronized"];

impl File<'_> {
    /// The call whose argument this expression is, as a whole: where its name stands, and what is between its parentheses.
    pub(super) fn call_around(&self, start: usize, end: usize) -> Option<(usize, Range<usize>)> {
        let first = start.checked_sub(1)?;
        let is_argument = (is(self.tokens, first, '(') || is(self.tokens, first, ',') || is(self.tokens, first, '='))
            && (is(self.tokens, end, ')') || is(self.tokens, end, ','));
        let open = is_argument.then(|| self.opening(first)).flatten()?;
        let callee = open.checked_sub(1)?;
        let name = word(self.tokens, callee)?;
        if NO_CALLS.contains(&name) || self.functions.iter().any(|function| function.declared == callee) {
            return None;
        }
        Some((callee, open + 1..closing(self.tokens, open)?))
    }

    fn opening(&self, from: usize) -> Option<usize> {
        let mut depth = 0_i32;
        (0..=from)
            .rev()
            .find(|at| {
                match self.tokens[*at].token {
                    Token::Sign(')' | ']' | '}') => depth += 1,
                    Token::Sign('(' | '[' | '{') => depth -= 1,
                    Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Made => {}
                }
                depth < 0
            })
            .filter(|at| is(self.tokens, *at, '('))
    }

    /// Groups as an argument: a parameter of the file's own function, or the end of what can be followed. A helper such as
    /// `property_map(properties, "Group")` answers the group.
    pub(super) fn handed(&mut self, what: &What, callee: &str, start: usize, inside: &Range<usize>) -> Option<What> {
        let arguments = pieces(self.tokens, inside.clone());
        let at = arguments.iter().position(|argument| argument.contains(&start))?;
        let next = arguments.get(at + 1).and_then(|argument| self.text(argument.clone()));
        let line = self.tokens[start].line;
        if let Some(text) = next.filter(|_| !SILENT.contains(&callee)) {
            let lower = callee.to_lowercase();
            let helper = ["propert", "group", "get", "require", "read"].iter().any(|word| lower.contains(word));
            if helper {
                return self.entry(what, Some(text), line, arguments.len() > at + 2);
            }
        }
        let own: Vec<&Function> = self.functions.iter().filter(|function| function.name == callee).collect();
        if own.is_empty() && !SILENT.contains(&callee) {
            self.whole(what);
            let named = match what {
                What::Root => "all groups".to_owned(),
                What::Groups(groups) => groups.iter().cloned().collect::<Vec<_>>().join(", "),
            };
            self.reads.unresolved.insert((line, format!("{named}, handed to {callee}, which is not in this file")));
        }
        let bound: Vec<_> = own
            .iter()
            .filter_map(|function| Some((function.parameters.get(at)?.clone(), function.body.start, function.body.end)))
            .collect();
        for name in bound {
            join(self.names.entry(name).or_insert_with(|| what.clone()), what);
        }
        None
    }

    pub(super) fn whole(&mut self, what: &What) {
        if let What::Groups(groups) = what {
            self.reads.whole.extend(groups.iter().cloned());
        }
    }

    /// `name = expression`, `return expression`, `fun name() = expression`.
    pub(super) fn bind(&mut self, what: &What, start: usize) {
        let Some(before) = start.checked_sub(1) else { return };
        let innermost = |at: usize| {
            let around = self.functions.iter().filter(|function| function.body.contains(&at));
            around.min_by_key(|function| function.body.len())
        };
        if word(self.tokens, before) == Some("return") {
            if let Some(function) = innermost(start) {
                let name = function.name.clone();
                join(self.returns.entry(name).or_insert_with(|| what.clone()), what);
            }
        } else if is(self.tokens, before, '=') && !self.is_comparison(before) {
            if let Some(function) = self.functions.iter().find(|function| function.equals == Some(before)) {
                let name = function.name.clone();
                join(self.returns.entry(name).or_insert_with(|| what.clone()), what);
            } else if let Some(name) = assigned_name(self.tokens, before) {
                let member = before >= 2 && is(self.tokens, before - 2, '.');
                let scope =
                    innermost(start).filter(|_| !member).map_or(0..self.tokens.len(), |function| function.body.clone());
                let name = (name.to_owned(), scope.start, scope.end);
                join(self.names.entry(name).or_insert_with(|| what.clone()), what);
            }
        }
    }
}

fn join(known: &mut What, more: &What) {
    if let (What::Groups(known), What::Groups(more)) = (known, more) {
        known.extend(more.iter().cloned());
    }
}
