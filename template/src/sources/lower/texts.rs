//! Texts, written out or put together.

use tree_sitter::Node as Syntax;

use super::syntax::{line, named};
use super::{Language, Lower};
use crate::sources::tree::{Node, Op};

impl Lower<'_> {
    pub(super) fn text_op(&mut self, kind: &str, syntax: Syntax<'_>) -> Option<Op> {
        Some(match kind {
            "string" if self.language == Language::Scala => Op::Text(self.words(syntax).trim_matches('"').to_owned()),
            "string_literal" | "string" | "multiline_string_literal" => self.text(syntax),
            "interpolated_string_expression" => {
                let inner = named(syntax).into_iter().rev().find(|child| child.kind() == "interpolated_string");
                self.between(inner?)
            }
            "character_literal" => Op::Text(self.words(syntax).trim_matches('\'').to_owned()),
            "concatenated_string" => {
                let parts = self.children(syntax);
                folded(parts)
            }
            _ => return None,
        })
    }

    /// Java, Kotlin, Python: parts of text, and expressions between them.
    fn text(&mut self, syntax: Syntax<'_>) -> Op {
        let mut parts = Vec::new();
        let mut raw = String::new();
        for part in named(syntax) {
            match part.kind() {
                "string_start" | "string_end" => {}
                "interpolation" => {
                    self.flush(&mut raw, &mut parts, line(part));
                    let inner = named(part).first().map(|inner| self.node(*inner));
                    parts.extend(inner);
                }
                "escape_sequence" => raw.push_str(&unescaped(self.words(part))),
                _ => raw.push_str(self.words(part)),
            }
        }
        if self.language == Language::Java && self.words(syntax).starts_with("\"\"\"") {
            raw = without_indent(&raw);
        }
        self.flush(&mut raw, &mut parts, line(syntax));
        folded(parts)
    }

    /// Ends a run of text. Kotlin's `$name` stands in it as text.
    fn flush(&self, raw: &mut String, parts: &mut Vec<Node>, line: usize) {
        let taken = std::mem::take(raw);
        let mut rest = taken.as_str();
        while self.language == Language::Kotlin
            && let Some(at) = rest.find('$')
        {
            let after = &rest[at + 1..];
            let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(after.len());
            if end == 0 {
                break;
            }
            parts.push(Node::new(line, Op::Text(rest[..at].to_owned())));
            parts.push(Node::new(line, Op::Name(after[..end].to_owned())));
            rest = &after[end..];
        }
        if !rest.is_empty() {
            parts.push(Node::new(line, Op::Text(rest.to_owned())));
        }
    }

    /// Scala: expressions, and the text between them.
    fn between(&mut self, syntax: Syntax<'_>) -> Op {
        let mut parts = Vec::new();
        let mut at = syntax.start_byte();
        let whole = line(syntax);
        let text = |from: usize, to: usize, parts: &mut Vec<Node>| {
            let words = self.text.get(from..to).unwrap_or_default().trim_matches('"');
            if !words.is_empty() {
                parts.push(Node::new(whole, Op::Text(words.to_owned())));
            }
        };
        let mut pieces = Vec::new();
        for part in named(syntax).into_iter().filter(|part| part.kind() == "interpolation") {
            text(at, part.start_byte(), &mut pieces);
            pieces.push(Node::new(line(part), Op::Jump));
            at = part.end_byte();
        }
        text(at, syntax.end_byte(), &mut pieces);
        let mut inner = named(syntax).into_iter().filter(|part| part.kind() == "interpolation");
        for piece in pieces {
            match piece.op {
                Op::Jump => parts.extend(inner.next().and_then(|part| named(part).first().map(|one| self.node(*one)))),
                _ => parts.push(piece),
            }
        }
        folded(parts)
    }
}

/// What an escape such as `\n` or `\u002e` stands for; any other stands for what follows its backslash.
fn unescaped(escape: &str) -> String {
    let rest = escape.strip_prefix('\\').unwrap_or(escape);
    let letter = match rest.chars().next() {
        Some('n') => Some('\n'),
        Some('t') => Some('\t'),
        Some('r') => Some('\r'),
        Some('u' | 'x') => u32::from_str_radix(rest.trim_start_matches(['u', 'x']), 16).ok().and_then(char::from_u32),
        _ => None,
    };
    letter.map_or_else(|| rest.to_owned(), String::from)
}

/// One text, when all parts are.
pub(super) fn folded(parts: Vec<Node>) -> Op {
    let texts: Option<Vec<&str>> =
        parts.iter().map(|part| if let Op::Text(text) = &part.op { Some(text.as_str()) } else { None }).collect();
    match texts {
        Some(texts) => Op::Text(texts.concat()),
        None => Op::Join(parts),
    }
}

/// What a Java text block holds: its lines without the indent that they share.
fn without_indent(block: &str) -> String {
    let lines: Vec<&str> = block.split_once('\n').map_or(block, |(_, rest)| rest).lines().map(str::trim_end).collect();
    let written = lines.iter().filter(|line| !line.is_empty());
    let indent = written.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n")
}
