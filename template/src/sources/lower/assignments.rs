//! Assignments, what they assign to, and imports.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, named};
use super::{Language, Lower, line};
use crate::sources::tree::{Argument, Node, Op, Target};

impl Lower<'_> {
    pub(super) fn assignment(&mut self, syntax: Syntax<'_>) -> Option<Op> {
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

    /// Kotlin's `val name by lazy { value }`; by a map, it is the map's value of the key `name`.
    pub(super) fn delegated(&mut self, declared: Syntax<'_>, delegate: Syntax<'_>) -> Node {
        let inner = named(delegate).first().copied();
        let value = self.optional(inner);
        if inner.is_none_or(|inner| ["lazy", "Delegates."].iter().any(|word| self.words(inner).starts_with(word))) {
            return value;
        }
        let (at, name) = (line(delegate), self.first_name(declared));
        let index = Node::new(at, Op::Member(Box::new(value), "[]".to_owned()));
        let key = Argument { name: None, value: Node::new(at, Op::Text(name)) };
        Node::new(at, Op::Call(Box::new(index), vec![key]))
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
    pub(super) fn import(&mut self, syntax: Syntax<'_>) {
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

    /// A constant of an enum is an instance, made with its arguments.
    pub(super) fn constant(&mut self, syntax: Syntax<'_>, class: usize) {
        let name = self.first_name(syntax);
        let list = syntax.child_by_field_name("arguments").or_else(|| child_of_kind(syntax, &["value_arguments"]));
        let list = list.or_else(|| syntax.child_by_field_name("extend")?.child_by_field_name("arguments"));
        let arguments = self.arguments(list);
        let at = line(syntax);
        let of = Node::new(at, Op::Name(self.classes[class].name.clone()));
        let made = Node::new(at, Op::Call(Box::new(of), arguments));
        let target = Target::Name { name: name.clone(), of: None, declares: true };
        self.classes[class].body.push(Node::new(at, Op::Assign(target, Box::new(made))));
        self.classes[class].constants.push(name);
        if let Some(body) = syntax.child_by_field_name("body") {
            let functions = self.anonymous(body).into_iter().map(|value| Argument { name: None, value }).collect();
            let of = Node::new(at, Op::Name("an anonymous constant".to_owned()));
            self.classes[class].body.push(Node::new(at, Op::Call(Box::new(of), functions)));
        }
    }
}
