//! Statements: branches, loops, assignments.

use tree_sitter::Node as Syntax;

use super::{Language, Lower, child_of_kind, fields, line, named};
use crate::sources::tree::{Argument, Node, Op, Target};

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
            | "control_structure_body"
            | "modified_expression"
            | "case_body"
            | "when_condition"
            | "guard"
            | "quote_expression"
            | "parenthesized_list_splat"
            | "tuple_expression_with_one"
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
            | "check_expression"
            | "assert_statement"
            | "class_literal"
            | "exec_statement" => {
                let before = std::mem::replace(&mut self.in_condition, true);
                let mut parts = self.children(syntax);
                self.in_condition = before;
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
            "match_expression" | "match_statement" | "when_expression" | "switch_expression" | "switch_statement" => {
                self.choice(syntax)?
            }
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
            "jump_expression" => match self.words(syntax) {
                words if words.starts_with("throw") => Op::Throw(self.children(syntax)),
                words if words.starts_with("return") => Op::Return(self.children(syntax)),
                _ => Op::Jump,
            },
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
                Op::Null
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
        // A cast's type and a catch's exception are no values.
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

    fn each(&mut self, syntax: Syntax<'_>) -> Option<Op> {
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

    fn nest(&mut self, body: Node, clauses: &[Syntax<'_>]) -> Option<Op> {
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

    fn assignment(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let parts = named(syntax);
        let left = syntax.child_by_field_name("left").or_else(|| parts.first().copied())?;
        let right = syntax.child_by_field_name("right").or_else(|| syntax.child_by_field_name("value"));
        let right = right.or_else(|| parts.last().copied().filter(|last| *last != left && last.kind() != "type"));
        let Some(right) = right else {
            // Python's `name: type` in a class.
            let name = self.ident(left);
            self.classes[self.around].declared.push(name);
            return Some(Op::Null);
        };
        let sign = syntax.child_by_field_name("operator").map_or("=", |sign| self.words(sign));
        let value = self.node(right);
        if sign != "=" && syntax.kind() != "named_expression" {
            let function = Op::Member(Box::new(self.node(left)), sign.to_owned());
            let at = line(syntax);
            return Some(Op::Call(Box::new(Node::new(at, function)), vec![Argument { name: None, value }]));
        }
        Some(Op::Assign(self.target(left, self.language == Language::Python), Box::new(value)))
    }

    /// What stands on the left side.
    pub(super) fn target(&mut self, syntax: Syntax<'_>, declares: bool) -> Target {
        let parts = named(syntax);
        match syntax.kind() {
            "pattern_list" | "tuple_pattern" | "multi_variable_declaration" | "list_pattern" => {
                Target::Names(parts.into_iter().map(|part| self.first_name(part)).collect())
            }
            "field_access" | "attribute" | "field_expression" | "navigation_expression" if parts.len() > 1 => {
                Target::Member(Box::new(self.node(parts[0])), self.ident(parts[parts.len() - 1]))
            }
            "subscript" | "array_access" | "index_expression" if parts.len() > 1 => {
                Target::Index(Box::new(self.node(parts[0])), Box::new(self.node(parts[1])))
            }
            "call_expression" => {
                let key = syntax.child_by_field_name("arguments").and_then(|list| named(list).first().copied());
                Target::Index(Box::new(self.field(syntax, "function")), Box::new(self.optional(key)))
            }
            _ => {
                let of = child_of_kind(syntax, &["user_type", "nullable_type", "type_identifier"]);
                let of = of.map(|of| self.type_name(of));
                Target::Name { name: self.first_name(syntax), of, declares }
            }
        }
    }

    pub(super) fn first_name(&self, syntax: Syntax<'_>) -> String {
        if syntax.named_child_count() == 0 {
            return self.ident(syntax);
        }
        let inner = syntax.child_by_field_name("name").or_else(|| syntax.child_by_field_name("pattern"));
        let inner = inner.or_else(|| named(syntax).into_iter().find(|child| !child.kind().contains("modifier")));
        inner.map(|inner| self.first_name(inner)).unwrap_or_default()
    }

    /// `import a.b as c`: what another name stands for.
    fn import(&mut self, syntax: Syntax<'_>) {
        for part in named(syntax) {
            let (name, alias) = (part.child_by_field_name("name"), part.child_by_field_name("alias"));
            if let (Some(name), Some(alias)) = (name, alias) {
                let name = self.words(name).rsplit('.').next().unwrap_or_default().to_owned();
                self.aliases.insert(self.ident(alias), name);
            } else if part.kind() == "namespace_selectors" {
                self.import(part);
            }
        }
        // Kotlin: a qualified name, then the alias.
        if let [path, alias] = named(syntax).as_slice()
            && path.kind() == "qualified_identifier"
            && alias.kind() == "identifier"
        {
            let name = self.words(*path).rsplit('.').next().unwrap_or_default().to_owned();
            self.aliases.insert(self.ident(*alias), name);
        }
    }
}
