//! What a job reads of its property groups, found in its sources: `KinesisAnalyticsRuntime.getApplicationProperties()` and what becomes of
//! its answer within one file. Names that it cannot follow are told, never guessed.

mod functions;
mod tokens;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use functions::{Function, closing, functions, is, pieces, word};
use tokens::{Placed, Token, tokens};

pub(crate) use tokens::Language;

/// Where the groups come from: AWS's runtime library, and the function of AWS's Python examples.
const SOURCES: [&str; 2] = ["getApplicationProperties", "get_application_properties"];
/// Methods that take one entry.
const GETTERS: [&str; 9] =
    ["get", "getOrDefault", "getProperty", "getValue", "containsKey", "getOrElse", "getOrElseUpdate", "apply", "pop"];
/// Members that are the same map in other words.
const TRANSPARENT: [&str; 3] = ["asScala", "toMap", "asJava"];
/// Calls that hand their argument through.
const WRAPPERS: [&str; 7] = ["Option", "Some", "requireNonNull", "checkNotNull", "ofNullable", "dict", "notNull"];
/// Calls that read nothing.
const SILENT: [&str; 12] =
    ["println", "print", "info", "debug", "warn", "error", "trace", "format", "str", "len", "isinstance", "valueOf"];

/// Words before a parenthesis that call nothing.
const NO_CALLS: [&str; 12] =
    ["if", "for", "while", "switch", "catch", "when", "match", "return", "not", "and", "or", "synchronized"];

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

struct File<'a> {
    tokens: &'a [Placed],
    language: Language,
    functions: &'a [Function],
    constants: BTreeMap<String, Option<String>>,
    /// By name and scope.
    names: BTreeMap<(String, usize, usize), What>,
    /// What functions of the file answer.
    returns: BTreeMap<String, What>,
    reads: Reads,
}

impl File<'_> {
    /// Follows the expression that begins here, if it is about property groups.
    fn follow(&mut self, at: usize) {
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
    fn is_comparison(&self, equals: usize) -> bool {
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
    fn entry(&mut self, what: &What, text: Option<String>, line: usize, has_default: bool) -> Option<What> {
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
    fn text(&self, argument: Range<usize>) -> Option<String> {
        match self.tokens.get(argument.clone())? {
            [Placed { token: Token::Text(text), .. }] => Some(text.clone()),
            [.., Placed { token: Token::Word(name), .. }] => {
                let qualified = argument.clone().all(|at| word(self.tokens, at).is_some() || is(self.tokens, at, '.'));
                self.constants.get(name).filter(|_| qualified).cloned().flatten()
            }
            _ => None,
        }
    }

    /// The call whose argument this expression is, as a whole: where its name stands, and what is between its parentheses.
    fn call_around(&self, start: usize, end: usize) -> Option<(usize, Range<usize>)> {
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
    fn handed(&mut self, what: &What, callee: &str, start: usize, inside: &Range<usize>) -> Option<What> {
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

    fn whole(&mut self, what: &What) {
        if let What::Groups(groups) = what {
            self.reads.whole.extend(groups.iter().cloned());
        }
    }

    /// `name = expression`, `return expression`, `fun name() = expression`.
    fn bind(&mut self, what: &What, start: usize) {
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
