//! Statements: branches, loops, assignments.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, fields, line, named};
use super::{Language, Lower};
use crate::sources::tree::{Node, Op};

impl Lower<'_> {
    pub(super) fn statement_op(&mut self, kind: &str, syntax: Syntax<'_>) -> Option<Op> {
        Some(match kind {
            "block"
            | "function_body"
            | "constructor_body"
            | "expression_statement"
            | "parenthesized_expression"
            | "cast_expression"
            | "as_expression"
            | "await"
            | "ascription_expression"
            | "spread_expression"
            | "indented_block"
            | "with_clause"
            | "finally_clause"
            | "catch_clause"
            | "catch_block"
            | "except_clause"
            | "finally_block"
            | "else_clause"
            | "switch_block_statement_group"
            | "labeled_expression"
            | "statements"
            | "labeled_statement"
            | "synchronized_statement"
            | "anonymous_initializer"
            | "static_initializer"
            | "annotated_expression"
            | "resource_specification"
            | "guard"
            | "quote_expression"
            | "parenthesized_list_splat"
            | "finally"
            | "decorated_definition" => self.block(syntax),
            "with_statement" => Op::Block(self.children(syntax)),
            "with_item" => self.op(syntax.child_by_field_name("value")?),
            "as_pattern" => {
                let parts = named(syntax);
                let value = self.node(*parts.first()?);
                Op::Assign(self.target(named(*parts.last()?).first().copied()?, false), Box::new(value))
            }
            "unary_expression" | "postfix_expression" if self.words(syntax).ends_with("!!") => {
                self.op(named(syntax).first().copied()?)
            }
            "unary_expression"
            | "not_operator"
            | "unary_operator"
            | "prefix_expression"
            | "update_expression"
            | "postfix_expression"
            | "instanceof_expression"
            | "is_expression"
            | "type_test"
            | "assert_statement"
            | "class_literal"
            | "exec_statement" => {
                let before = std::mem::replace(&mut self.in_condition, true);
                let mut parts = self.children(syntax);
                self.in_condition = before;
                // `x instanceof Conf(Properties p)`.
                if syntax.child_by_field_name("pattern").is_some_and(|one| one.kind() == "record_pattern") {
                    return Some(Op::Unknown(parts));
                }
                if let Some(name) = syntax.child_by_field_name("name").filter(|_| kind == "instanceof_expression") {
                    // Java's `x instanceof Properties p`.
                    parts.pop();
                    let value = Box::new(self.field(syntax, "left"));
                    parts.push(Node::new(line(syntax), Op::Assign(self.target(name, true), value)));
                }
                Op::Uses(parts)
            }
            "if_statement" | "if_expression" | "ternary_expression" | "conditional_expression" | "elif_clause" => {
                self.branches(syntax)?
            }
            "match_expression" | "match_statement" | "when_expression" | "switch_expression" => self.choice(syntax)?,
            "try_statement" | "try_expression" | "try_with_resources_statement" => {
                let (resources, rest): (Vec<_>, Vec<_>) =
                    named(syntax).into_iter().partition(|child| child.kind() == "resource_specification");
                let mut parts = self.nodes(&resources);
                let branches = rest.into_iter().map(|child| Node::new(line(child), self.block(child))).collect();
                parts.push(Node::new(line(syntax), Op::Either { condition: None, branches }));
                Op::Block(parts)
            }
            "case_block" => {
                Op::Either { condition: None, branches: self.arms(syntax).into_iter().map(|arm| arm.body).collect() }
            }
            "while_statement" | "while_expression" | "do_statement" | "do_while_statement" | "do_while_expression" => {
                let parts = Node::new(line(syntax), Op::Block(self.children(syntax)));
                Op::Loop(Box::new(parts))
            }
            _ => return self.more_op(kind, syntax),
        })
    }

    fn more_op(&mut self, kind: &str, syntax: Syntax<'_>) -> Option<Op> {
        Some(match kind {
            "enhanced_for_statement"
            | "for_statement"
            | "for_expression"
            | "list_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary_comprehension" => self.each(syntax)?,
            "assignment" | "assignment_expression" | "named_expression" | "augmented_assignment" => {
                self.assignment(syntax)?
            }
            "yield" => Op::Unknown(self.children(syntax)),
            "return_statement" | "return_expression" => {
                let values = named(syntax).into_iter().filter(|child| child.kind() != "label").collect::<Vec<_>>();
                Op::Return(self.nodes(&values))
            }
            "throw_statement" | "raise_statement" | "throw_expression" => Op::Throw(self.children(syntax)),
            "global_statement" | "nonlocal_statement" => {
                Op::Global(named(syntax).into_iter().map(|name| self.ident(name)).collect())
            }
            "dictionary" | "list" | "set" | "tuple" | "expression_list" | "array_initializer"
            | "collection_literal" => Op::Literal(self.children(syntax)),
            "array_creation_expression" => match syntax.child_by_field_name("value") {
                Some(value) => self.op(value),
                None => Op::Literal(Vec::new()),
            },
            "pair" => Op::Pair(Box::new(self.field(syntax, "key")), Box::new(self.field(syntax, "value"))),
            "import_declaration" | "import_statement" | "import_from_statement" | "import" => {
                self.import(syntax);
                // Scala's import of a value's own members.
                let first = named(syntax).first().copied().filter(|_| self.language == Language::Scala);
                first.map_or(Op::Null, |first| Op::Unknown(vec![self.node(first)]))
            }
            "package_declaration"
            | "package_header"
            | "package_clause"
            | "modifiers"
            | "line_comment"
            | "block_comment"
            | "comment"
            | "type"
            | "user_type"
            | "generic_type"
            | "decorator"
            | "annotation"
            | "marker_annotation"
            | "type_alias"
            | "type_definition"
            | "integral_type"
            | "void_type"
            | "dimensions"
            | "catch_formal_parameter"
            | "file_annotation"
            | "shebang"
            | "future_import_statement" => Op::Null,
            "delete_statement" => Op::Uses(self.children(syntax)),
            _ => return None,
        })
    }

    fn block(&mut self, syntax: Syntax<'_>) -> Op {
        // A cast's type and a catch's exception are not values.
        let types = [fields(syntax, "type"), fields(syntax, "right")].concat();
        let is_type = |child: &Syntax<'_>| {
            types.contains(child) || matches!(child.kind(), "user_type" | "catch_formal_parameter" | "label")
        };
        let parts: Vec<_> = named(syntax).into_iter().filter(|child| !is_type(child)).collect();
        let mut parts = self.nodes(&parts);
        if parts.len() == 1 { parts.remove(0).op } else { Op::Block(parts) }
    }

    fn branches(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let parts = named(syntax);
        if syntax.kind() == "conditional_expression" {
            let [one, condition, other] = parts.as_slice() else { return None };
            let condition = Box::new(self.condition(Some(*condition)));
            return Some(Op::Either { condition: Some(condition), branches: self.nodes(&[*one, *other]) });
        }
        let asked = syntax.child_by_field_name("condition").or_else(|| parts.first().copied())?;
        let condition = Box::new(self.condition(Some(asked)));
        let mut rest: Vec<_> = parts.into_iter().filter(|part| *part != asked).collect();
        // Python's chain of `elif`: each is the other branch of the one before.
        let then = (!rest.is_empty()).then(|| rest.remove(0));
        let mut branches: Vec<Node> = then.map(|then| self.node(then)).into_iter().collect();
        let mut otherwise = None;
        for part in rest.into_iter().rev() {
            let mut node = self.node(part);
            if let (Op::Either { branches, .. }, Some(last)) = (&mut node.op, otherwise.take()) {
                branches.push(last);
            }
            otherwise = Some(node);
        }
        branches.extend(otherwise);
        Some(Op::Either { condition: Some(condition), branches })
    }

    fn choice(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let subject = ["condition", "value", "subject"].iter().find_map(|name| syntax.child_by_field_name(name));
        let subject = subject.or_else(|| child_of_kind(syntax, &["when_subject"]));
        let node = match subject {
            Some(subject) if subject.kind() == "when_subject" => {
                let parts = named(subject);
                match parts.as_slice() {
                    [name, value] => {
                        let target = self.target(*name, true);
                        Node::new(line(subject), Op::Assign(target, Box::new(self.node(*value))))
                    }
                    _ => self.node(*parts.first()?),
                }
            }
            Some(subject) => self.node(subject),
            None => Node::new(line(syntax), Op::Null),
        };
        let arms = syntax.child_by_field_name("body").unwrap_or(syntax);
        let mut found = Vec::new();
        for child in named(arms).into_iter().filter(|child| Some(*child) != subject) {
            found.push(self.arm(child));
        }
        Some(Op::Match(Box::new(node), found))
    }
}
