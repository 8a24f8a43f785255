//! Classes, functions, fields, variables.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, fields, line, named};
use super::{Lower, implicits};
use crate::sources::tree::{Argument, Class, FunctionParameter, Node, Op, SourceFunction, Target};

const CLASSES: [&str; 13] = [
    "class_declaration",
    "class_definition",
    "object_definition",
    "object_declaration",
    "enum_declaration",
    "enum_definition",
    "record_declaration",
    "interface_declaration",
    "trait_definition",
    "package_object",
    "full_enum_case",
    "annotation_type_declaration",
    "extension_definition",
];
const FUNCTIONS: [&str; 6] = [
    "method_declaration",
    "function_definition",
    "function_declaration",
    "constructor_declaration",
    "secondary_constructor",
    "compact_constructor_declaration",
];
/// What holds members and is not a member itself.
const BODIES: [&str; 7] = [
    "companion_object",
    "class_body",
    "enum_body_declarations",
    "template_body",
    "enum_case_definitions",
    "enum_body",
    "block",
];

impl Lower<'_> {
    pub(super) fn declaration_op(&mut self, kind: &str, syntax: Syntax<'_>) -> Option<Op> {
        if CLASSES.contains(&kind) {
            let name = self.class(syntax);
            return Some(if self.in_function { Op::Captures(name) } else { Op::Null });
        }
        if FUNCTIONS.contains(&kind) {
            return Some(Op::Local(Box::new(self.function(syntax))));
        }
        Some(match kind {
            "local_variable_declaration" | "field_declaration" | "constant_declaration" => {
                let of = syntax.child_by_field_name("type").map(|of| self.type_name(of));
                let mut assigned = Vec::new();
                for declarator in fields(syntax, "declarator") {
                    let name = self.first_name(declarator);
                    let at = line(declarator);
                    let value = declarator.child_by_field_name("value");
                    if value.is_none() && kind == "field_declaration" {
                        self.classes[self.around].declared.push(name.clone());
                    }
                    // A field without a value keeps what a generated constructor gave it.
                    let value = match value {
                        Some(value) => self.node(value),
                        None if kind == "field_declaration" => continue,
                        None => Node::new(at, Op::Null),
                    };
                    let target = Target::Name { name, of: of.clone(), declares: true };
                    assigned.push(Node::new(at, Op::Assign(target, Box::new(value))));
                }
                Op::Block(assigned)
            }
            "resource" => {
                let name = self.first_name(syntax);
                let target = Target::Name { name, of: None, declares: true };
                Op::Assign(target, Box::new(self.field(syntax, "value")))
            }
            "val_definition" | "var_definition" => {
                let pattern = syntax.child_by_field_name("pattern")?;
                if pattern.kind() == "case_class_pattern" {
                    return Some(Op::Unknown(vec![self.field(syntax, "value")]));
                }
                let mut target = self.target(pattern, true);
                if let (Target::Name { of, .. }, Some(named)) = (&mut target, syntax.child_by_field_name("type")) {
                    *of = Some(self.type_name(named));
                }
                let name = self.first_name(pattern);
                let value = Box::new(self.field(syntax, "value"));
                self.offered(syntax, &name, Op::Assign(target, value))
            }
            "property_declaration" => self.property(syntax)?,
            "val_declaration" | "var_declaration" => Op::Null,
            _ => return None,
        })
    }

    /// Kotlin's `val name: Type = value`, or `by lazy { value }`.
    fn property(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let parts = named(syntax);
        let at = parts.iter().position(|part| part.kind().ends_with("variable_declaration"))?;
        let target = self.target(parts[at], true);
        let is_value = |part: &&Syntax<'_>| !matches!(part.kind(), "getter" | "setter" | "type_constraints");
        let value = match parts[at + 1..].iter().find(is_value) {
            Some(delegate) if delegate.kind() == "property_delegate" => Box::new(self.delegated(parts[at], *delegate)),
            Some(value) => Box::new(self.node(*value)),
            None => Box::new(Node::new(line(syntax), Op::Null)),
        };
        Some(Op::Assign(target, value))
    }

    /// What stands in a class or a file.
    pub(super) fn members(&mut self, body: Syntax<'_>, class: usize) {
        let before = std::mem::replace(&mut self.around, class);
        for child in named(body) {
            self.member_of(child, class);
        }
        self.around = before;
    }

    fn member_of(&mut self, child: Syntax<'_>, class: usize) {
        let kind = child.kind();
        let getter = child_of_kind(child, &["getter"]).filter(|_| kind == "property_declaration");
        if let Some(getter) = getter {
            let name = child_of_kind(child, &["variable_declaration"]).map(|one| self.first_name(one));
            let body = child_of_kind(getter, &["function_body"]).map(|body| self.node(body));
            if let (Some(name), Some(body)) = (name, body) {
                let function = SourceFunction {
                    name,
                    line: line(child),
                    parameters: Vec::new(),
                    body,
                    extends: false,
                    own: None,
                    is_property: true,
                };
                self.classes[class].functions.push(function);
            }
        } else if FUNCTIONS.contains(&kind) {
            let function = self.function(child);
            if function.parameters.is_empty() && self.is_implicit(child) {
                let offers = implicits::offers(function.line, &function.name);
                self.classes[class].body.extend(offers);
            }
            self.classes[class].functions.push(function);
        } else if kind == "decorated_definition" {
            let decorators = self.words(child);
            let definition = child.child_by_field_name("definition");
            if let Some(definition) = definition {
                self.member_of(definition, class);
            }
            let is_static = decorators.trim_start().starts_with("@staticmethod");
            if let Some(function) = self.classes[class].functions.last_mut()
                && is_static
                && let Some(own) = function.own.take()
            {
                function.parameters.insert(0, FunctionParameter { names: vec![own], ..FunctionParameter::default() });
            }
        } else if BODIES.contains(&kind) {
            let inner = child_of_kind(child, &["class_body"]).filter(|_| kind == "companion_object").unwrap_or(child);
            self.members(inner, class);
        } else if child.is_error() {
            self.members(child, class);
        } else if let "enum_constant" | "enum_entry" | "simple_enum_case" = kind {
            self.constant(child, class);
        } else {
            let node = self.node(child);
            self.classes[class].body.push(node);
        }
    }

    /// The members of an anonymous class: its methods as lambdas, its fields as they stand.
    pub(super) fn anonymous(&mut self, body: Syntax<'_>) -> Vec<Node> {
        let mut found = Vec::new();
        for member in named(body) {
            if FUNCTIONS.contains(&member.kind()) {
                let function = self.function(member);
                found.push(Node::new(line(member), Op::Lambda(Box::new(function))));
            } else {
                found.push(self.node(member));
            }
        }
        found
    }

    fn class(&mut self, syntax: Syntax<'_>) -> String {
        let name = syntax.child_by_field_name("name").map(|name| self.ident(name)).unwrap_or_default();
        let index = self.classes.len();
        self.classes.push(Class { name: name.clone(), outer: Some(self.around), ..Class::default() });
        let before = std::mem::replace(&mut self.around, index);
        let in_function = std::mem::replace(&mut self.in_function, false);
        self.class_parameters(syntax, index);
        self.classes[index].supers = self.supers(syntax);
        let kinds = ["class_body", "template_body", "interface_body", "enum_body", "enum_class_body", "block"];
        if let Some(body) = syntax.child_by_field_name("body").or_else(|| child_of_kind(syntax, &kinds)) {
            self.members(body, index);
        }
        let class = &mut self.classes[index];
        // Python: the constants of an enum are its fields.
        if class.supers.iter().any(|(name, _)| name.ends_with("Enum")) && class.constants.is_empty() {
            let name = |node: &Node| match &node.op {
                Op::Assign(Target::Name { name, .. }, _) => Some(name.clone()),
                _ => None,
            };
            class.constants = class.body.iter().filter_map(name).collect();
        }
        self.around = before;
        self.in_function = in_function;
        name
    }

    /// The classes that it extends, with what their constructors are given.
    fn supers(&mut self, syntax: Syntax<'_>) -> Vec<(String, Vec<Argument>)> {
        let mut found = Vec::new();
        let python = syntax.child_by_field_name("superclasses");
        for list in [python, syntax.child_by_field_name("superclass"), syntax.child_by_field_name("interfaces")] {
            for part in list.map(named).unwrap_or_default() {
                let parts = if part.kind() == "type_list" { named(part) } else { vec![part] };
                found.extend(parts.into_iter().map(|part| (self.type_name(part), Vec::new())));
            }
        }
        if let Some(extend) = syntax.child_by_field_name("extend") {
            let arguments = self.arguments(extend.child_by_field_name("arguments"));
            let mut types = fields(extend, "type").into_iter().map(|of| self.type_name(of));
            found.extend(types.next().map(|first| (first, arguments)));
            found.extend(types.map(|name| (name, Vec::new())));
        }
        for specifier in child_of_kind(syntax, &["delegation_specifiers"]).map(named).unwrap_or_default() {
            let invocation = child_of_kind(specifier, &["constructor_invocation"]);
            let of = invocation.unwrap_or(specifier);
            let arguments = self.arguments(child_of_kind(of, &["value_arguments"]));
            found.extend(named(of).first().map(|name| (self.type_name(*name), arguments)));
        }
        found
    }
}
