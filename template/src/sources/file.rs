//! Following an expression within a file: from where the groups come, member by member.

use std::collections::BTreeMap;
use std::ops::Range;

use super::functions::{Function, closing, is, pieces, word};
use super::tokens::{Language, Placed, Token};
use super::{Read, Reads, SOURCES, What};

/// Methods that take one entry.
const GETTERS: [&str; 9] =
    ["get", "getOrDefault", "getProperty", "getValue", "containsKey", "getOrElse", "getOrElseUpdate", "apply", "pop"];
/// Members that are the same map in other words.
const TRANSPARENT: [&str; 3] = ["asScala", "toMap", "asJava"];
/// Calls that hand their argument through.
const WRAPPERS: [&str; 7] = ["Option", "Some", "requireNonNull", "checkNotNull", "ofNullable", "dict", "notNull"];

/// A file, and what is known of it so far.
pub(super) struct File<'a> {
    pub(super) tokens: &'a [Placed],
    pub(super) language: Language,
    pub(super) functions: &'a [Function],
    pub(super) constants: BTreeMap<String, Option<String>>,
    /// By name and scope.
    pub(super) names: BTreeMap<(String, usize, usize), What>,
    /// What functions of the file answer.
    pub(super) returns: BTreeMap<String, What>,
    pub(super) reads: Reads,
}

impl File<'_> {
    /// Follows the expression that begins here, if it is about property groups.
    pub(super) fn follow(&mut self, at: usize) {
        let Some((mut what, mut end)) = self.origin(at) else { return };
        let mut start = self.qualified(at);
        loop {
            match self.postfix(what, end) {
                Some(next) => (what, end) = next,
                None => return,
            }
            let Some((callee, inside)) = self.call_around(start, end) else { break };
            let name = word(self.tokens, callee).unwrap_or_default().to_owned();
            if WRAPPERS.contains(&name.as_str()) {
                (start, end) = (self.qualified(callee), inside.end + 1);
                continue;
            }
            match self.handed(&what, &name, start, &inside) {
                Some(next) => (what, start, end) = (next, self.qualified(callee), inside.end + 1),
                None => return,
            }
        }
        self.bind(&what, start);
    }

    /// Where `a.b.name` begins.
    fn qualified(&self, mut at: usize) -> usize {
        while at >= 2 && is(self.tokens, at - 1, '.') && word(self.tokens, at - 2).is_some() {
            at -= 2;
        }
        at
    }

    /// `==`, `!=`, `<=`, `>=`, and not the `=` after a generic type.
    pub(super) fn is_comparison(&self, equals: usize) -> bool {
        let before = equals.wrapping_sub(1);
        let adjacent = self
            .tokens
            .get(before)
            .is_some_and(|sign| sign.line == self.tokens[equals].line && sign.column + 1 == self.tokens[equals].column);
        adjacent && "=!<>".chars().any(|sign| is(self.tokens, before, sign))
    }

    /// A call of the library or of a function that answers groups, or a name that is bound to them.
    fn origin(&self, at: usize) -> Option<(What, usize)> {
        let name = word(self.tokens, at)?;
        if self.functions.iter().any(|function| function.declared == at) {
            return None;
        }
        if is(self.tokens, at + 1, '(') {
            let end = closing(self.tokens, at + 1)? + 1;
            if SOURCES.contains(&name) {
                return Some((What::Root, end));
            }
            if let Some(what) = self.returns.get(name) {
                return Some((what.clone(), end));
            }
        } else if let Some(what) = self.returns.get(name).filter(|_| self.language == Language::Scala) {
            return Some((what.clone(), at + 1));
        }
        let of_this = at >= 2 && matches!(word(self.tokens, at - 2), Some("this" | "self"));
        if (is(self.tokens, at.wrapping_sub(1), '.') && !of_this) || self.is_assigned(at) {
            return None;
        }
        self.lookup(name, at).map(|what| (what, at + 1))
    }

    fn is_assigned(&self, at: usize) -> bool {
        is(self.tokens, at + 1, '=') && !is(self.tokens, at + 2, '=') || is(self.tokens, at + 1, ':')
    }

    /// What a name means here: the innermost scope wins.
    fn lookup(&self, name: &str, at: usize) -> Option<What> {
        let mut found: Option<(usize, &What)> = None;
        for ((bound, start, end), what) in &self.names {
            if bound == name && (*start..*end).contains(&at) && found.is_none_or(|(size, _)| end - start < size) {
                found = Some((end - start, what));
            }
        }
        found.map(|(_, what)| what.clone())
    }

    /// Follows `.get("x")`, `["x"]`, `!!`; nothing when a value was read or the trail ends.
    fn postfix(&mut self, mut what: What, mut at: usize) -> Option<(What, usize)> {
        loop {
            let tokens = self.tokens;
            if is(tokens, at, '!') && is(tokens, at + 1, '!') {
                at += 2;
            } else if is(tokens, at, '?') && is(tokens, at + 1, '.') {
                at += 1;
            } else if is(tokens, at, '.') && word(tokens, at + 1).is_some_and(|member| TRANSPARENT.contains(&member)) {
                at += 2;
            } else {
                let member = word(tokens, at + 1).filter(|_| is(tokens, at, '.'));
                let open = match member {
                    Some(member) if GETTERS.contains(&member) && is(tokens, at + 2, '(') => at + 2,
                    Some(member) => {
                        if !["isEmpty", "size", "isNull", "equals", "toString"].contains(&member) {
                            self.whole(&what);
                        }
                        return None;
                    }
                    None if is(tokens, at, '[') => at,
                    None if is(tokens, at, '(') && self.language == Language::Scala => at,
                    None => return Some((what, at)),
                };
                if what == What::Root && member == Some("containsKey") {
                    return None;
                }
                let close = closing(tokens, open)?;
                let arguments = pieces(tokens, open + 1..close);
                let has_default = arguments.len() > 1
                    || member == Some("containsKey")
                    || (is(tokens, close + 1, '?') && is(tokens, close + 2, ':'));
                let text = arguments.first().and_then(|argument| self.text(argument.clone()));
                what = self.entry(&what, text, tokens[open].line, has_default)?;
                at = close + 1;
            }
        }
    }

    /// One entry of what there is: a group of all, or a key of a group.
    pub(super) fn entry(&mut self, what: &What, text: Option<String>, line: usize, has_default: bool) -> Option<What> {
        match (what, text) {
            (What::Root, Some(group)) => Some(What::Groups([group].into())),
            (What::Root, None) => {
                self.reads.unresolved.insert((line, "a group whose ID is not a text of this file".to_owned()));
                None
            }
            (What::Groups(groups), Some(key)) => {
                for group in groups {
                    let read =
                        self.reads.keys.entry((group.clone(), key.clone())).or_insert(Read { line, has_default });
                    read.has_default &= has_default;
                }
                None
            }
            (What::Groups(groups), None) => {
                let groups = groups.iter().cloned().collect::<Vec<_>>().join(", ");
                self.reads.unresolved.insert((line, format!("a key of {groups} that is not a text of this file")));
                None
            }
        }
    }

    /// A text, or a constant of the file.
    pub(super) fn text(&self, argument: Range<usize>) -> Option<String> {
        match self.tokens.get(argument.clone())? {
            [Placed { token: Token::Text(text), .. }] => Some(text.clone()),
            [.., Placed { token: Token::Word(name), .. }] => {
                let qualified = argument.clone().all(|at| word(self.tokens, at).is_some() || is(self.tokens, at, '.'));
                self.constants.get(name).filter(|_| qualified).cloned().flatten()
            }
            _ => None,
        }
    }
}
