//! Loops and comprehensions.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, line, named};
use super::{Language, Lower};
use crate::sources::tree::{Node, Op};

impl Lower<'_> {
    pub(super) fn each(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let parts = named(syntax);
        if syntax.kind() == "for_statement" && self.language == Language::Java {
            let body = Node::new(line(syntax), Op::Block(self.children(syntax)));
            return Some(Op::Loop(Box::new(body)));
        }
        // Comprehensions, and Scala's enumerators: the innermost is built first.
        if syntax.kind().ends_with("comprehension") || syntax.kind() == "generator_expression" {
            let (body, clauses) = parts.split_first()?;
            let body = self.node(*body);
            return self.nest(body, clauses);
        }
        if let Some(list) = child_of_kind(syntax, &["enumerators"]) {
            let body = self.field(syntax, "body");
            return self.nest(body, &named(list));
        }
        let (target, over, body) = match self.language {
            Language::Java => (
                syntax.child_by_field_name("name")?,
                syntax.child_by_field_name("value")?,
                syntax.child_by_field_name("body"),
            ),
            Language::Python => (
                syntax.child_by_field_name("left")?,
                syntax.child_by_field_name("right")?,
                syntax.child_by_field_name("body"),
            ),
            Language::Kotlin | Language::Scala => {
                let parts: Vec<_> = parts.into_iter().filter(|part| part.kind() != "annotation").collect();
                (*parts.first()?, *parts.get(1)?, parts.get(2).copied())
            }
        };
        let (target, over, body) = (self.target(target, true), self.node(over), Box::new(self.optional(body)));
        Some(Op::Each { target, over: Box::new(over), conditions: Vec::new(), body })
    }

    pub(super) fn nest(&mut self, body: Node, clauses: &[Syntax<'_>]) -> Option<Op> {
        let mut body = body;
        let mut conditions = Vec::new();
        for clause in clauses.iter().rev() {
            let inner = named(*clause);
            let guard = child_of_kind(*clause, &["guard"]);
            if clause.kind() == "if_clause" || guard.is_some() {
                let asked = guard.or_else(|| inner.first().copied());
                let condition = self.condition(asked);
                conditions.insert(0, condition);
                if inner.len() < 3 {
                    continue;
                }
            }
            let inner: Vec<_> = inner.into_iter().filter(|part| part.kind() != "guard").collect();
            let [target, .., over] = inner.as_slice() else { return None };
            let over = self.node(*over);
            let single = self.language == Language::Scala && target.kind() == "identifier";
            let target = self.target(*target, true);
            let at = line(*clause);
            let conditions = std::mem::take(&mut conditions);
            let op = if single {
                // Over an Option the element is what it holds; over a map it is a pair, and then its use is reported.
                let assign = Node::new(at, Op::Assign(target, Box::new(over)));
                Op::Block(std::iter::once(assign).chain(conditions).chain([body]).collect())
            } else {
                Op::Each { target, over: Box::new(over), conditions, body: Box::new(body) }
            };
            body = Node::new(at, op);
        }
        Some(body.op)
    }
}
