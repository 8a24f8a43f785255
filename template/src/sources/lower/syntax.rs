//! What is asked of a syntax tree's nodes.

use tree_sitter::Node as Syntax;

pub(super) fn named(syntax: Syntax<'_>) -> Vec<Syntax<'_>> {
    let child = |at| syntax.named_child(u32::try_from(at).unwrap_or(u32::MAX));
    (0..syntax.named_child_count()).filter_map(child).filter(|child| !child.is_extra()).collect()
}

pub(super) fn fields<'a>(syntax: Syntax<'a>, name: &str) -> Vec<Syntax<'a>> {
    let mut cursor = syntax.walk();
    let found: Vec<_> = syntax.children_by_field_name(name, &mut cursor).collect();
    found.into_iter().filter(tree_sitter::Node::is_named).collect()
}

pub(super) fn child_of_kind<'a>(syntax: Syntax<'a>, kinds: &[&str]) -> Option<Syntax<'a>> {
    named(syntax).into_iter().find(|child| kinds.contains(&child.kind()))
}

pub(super) fn line(syntax: Syntax<'_>) -> usize {
    syntax.start_position().row + 1
}

/// In a chain of calls, the line of the last one's name.
pub(super) fn last_line(syntax: Syntax<'_>) -> usize {
    let parts = named(syntax);
    match syntax.kind() {
        "field_access" | "attribute" | "field_expression" | "navigation_expression" => {
            parts.last().map_or_else(|| line(syntax), |last| line(*last))
        }
        "call" | "call_expression" | "generic_function" => {
            parts.first().map_or_else(|| line(syntax), |function| last_line(*function))
        }
        "expression_statement" | "parenthesized_expression" | "value_argument" | "await" | "cast_expression" => {
            parts.last().map_or_else(|| line(syntax), |inner| last_line(*inner))
        }
        "method_invocation" => syntax.child_by_field_name("name").map_or_else(|| line(syntax), line),
        _ => line(syntax),
    }
}

/// The same text, as long, with `;` for the space before a brace that closes.
pub(super) fn text_with_ends(text: &str) -> String {
    let mut ended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(" }") {
        let ends = rest[..at].ends_with(|last: char| !last.is_whitespace() && !"{};".contains(last));
        ended.push_str(&rest[..at]);
        ended.push_str(if ends { ";}" } else { " }" });
        rest = &rest[at + 2..];
    }
    ended + rest
}
