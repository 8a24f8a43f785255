//! Classes, functions, fields, variables.

use tree_sitter::Node as Syntax;

use super::{Language, Lower, child_of_kind, fields, line, named};
use crate::sources::tree::{Argument, CONSTRUCTOR, Class, Function, Node, Op, Parameter, Target};

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
/// What holds members and is no member itself.
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
            self.class(syntax);
            return Some(Op::Null);
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
                    let value = match value {
                        Some(value) => self.node(value),
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
                let mut target = self.target(pattern, true);
                if let (Target::Name { of, .. }, Some(named)) = (&mut target, syntax.child_by_field_name("type")) {
                    *of = Some(self.type_name(named));
                }
                Op::Assign(target, Box::new(self.field(syntax, "value")))
            }
            "property_declaration" => self.property(syntax)?,
            "assignment_declaration" | "val_declaration" | "var_declaration" => Op::Null,
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
            Some(delegate) if delegate.kind() == "property_delegate" => {
                Box::new(self.optional(named(*delegate).first().copied()))
            }
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
                let function = Function {
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
                function.parameters.insert(0, Parameter { names: vec![own], ..Parameter::default() });
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

    /// A constant of an enum is an instance, made with its arguments.
    fn constant(&mut self, syntax: Syntax<'_>, class: usize) {
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

    fn class(&mut self, syntax: Syntax<'_>) {
        let name = syntax.child_by_field_name("name").map(|name| self.ident(name)).unwrap_or_default();
        let index = self.classes.len();
        self.classes.push(Class { name, outer: Some(self.around), ..Class::default() });
        let before = std::mem::replace(&mut self.around, index);
        let list = child_of_kind(syntax, &["primary_constructor", "class_parameters", "formal_parameters"]);
        let list = match list {
            Some(list) if list.kind() == "primary_constructor" => child_of_kind(list, &["class_parameters"]),
            other => other,
        };
        if let Some(list) = list {
            self.classes[index].parameters = self.parameters(list);
        }
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

    pub(super) fn function(&mut self, syntax: Syntax<'_>) -> Function {
        let kind = syntax.kind();
        let name = syntax.child_by_field_name("name").map(|name| self.ident(name)).unwrap_or_default();
        let is_constructor = kind.contains("constructor") || name == "__init__" || name == "this";
        let name = if is_constructor { CONSTRUCTOR.to_owned() } else { name };
        let lists = fields(syntax, "parameters");
        let list = child_of_kind(syntax, &["function_value_parameters"]);
        let has_list = !lists.is_empty() || list.is_some();
        let mut parameters = Vec::new();
        for list in lists.into_iter().chain(list) {
            parameters.extend(self.parameters(list));
        }
        let in_class = !self.classes[self.around].is_module;
        let own = if self.language == Language::Python && in_class && !parameters.is_empty() {
            parameters.remove(0).names.into_iter().next()
        } else {
            None
        };
        let delegation = child_of_kind(syntax, &["constructor_delegation_call"]).map(|call| self.node(call));
        let found = syntax.child_by_field_name("body").or_else(|| child_of_kind(syntax, &["function_body", "block"]));
        let body = match found {
            Some(body) => self.node(body),
            None => Node::new(line(syntax), Op::Null),
        };
        // The last statement's value is no answer of these.
        let is_unit = syntax.child_by_field_name("return_type").is_some_and(|of| self.words(of) == "Unit");
        let is_block = |body: Option<Syntax<'_>>| {
            body.and_then(|body| named(body).first().copied()).is_some_and(|first| first.kind() == "block")
        };
        let answers = match self.language {
            Language::Java | Language::Python => false,
            Language::Kotlin => !is_block(found),
            Language::Scala => !is_unit,
        };
        let has_body = !matches!(body.op, Op::Null);
        let body = if answers || !has_body {
            body
        } else {
            let end = Node::new(line(syntax), Op::Null);
            Node::new(line(syntax), Op::Block(vec![body, end]))
        };
        let body = match delegation {
            Some(delegation) => Node::new(line(syntax), Op::Block(vec![delegation, body])),
            None => body,
        };
        // Kotlin: the receiver's type stands before the name.
        let receiver = child_of_kind(syntax, &["user_type", "nullable_type", "parenthesized_type"]);
        let name_at = syntax.child_by_field_name("name").map_or(0, |name| name.start_byte());
        let extends = self.language == Language::Kotlin && receiver.is_some_and(|of| of.start_byte() < name_at);
        let is_property = match self.language {
            Language::Scala => !has_list,
            Language::Python => own.is_some() && parameters.is_empty() && self.is_decorated(syntax),
            Language::Java | Language::Kotlin => false,
        };
        Function { name, line: line(syntax), parameters, body, extends, own, is_property }
    }

    fn is_decorated(&self, syntax: Syntax<'_>) -> bool {
        let decorated = syntax.parent().filter(|parent| parent.kind() == "decorated_definition");
        decorated.is_some_and(|parent| self.words(parent).contains("property"))
    }

    pub(super) fn parameters(&mut self, syntax: Syntax<'_>) -> Vec<Parameter> {
        named(syntax).into_iter().filter_map(|one| self.parameter(one)).collect()
    }

    fn parameter(&mut self, syntax: Syntax<'_>) -> Option<Parameter> {
        let kind = syntax.kind();
        if matches!(kind, "modifiers" | "keyword_separator" | "positional_separator" | "receiver_parameter") {
            return None;
        }
        let parts = named(syntax);
        let is_type = ["user_type", "nullable_type", "function_type", "type", "type_identifier", "generic_type"];
        let of = syntax.child_by_field_name("type").or_else(|| child_of_kind(syntax, &is_type));
        let default = ["default_value", "value"].iter().find_map(|name| syntax.child_by_field_name(name));
        // Kotlin: what stands after the type.
        let after = parts.last().copied().filter(|last| {
            matches!(kind, "class_parameter" | "parameter") && of.is_some_and(|of| last.start_byte() > of.end_byte())
        });
        let default = default.or(after.filter(|_| self.language == Language::Kotlin));
        let names = if kind == "multi_variable_declaration" || kind == "tuple_pattern" {
            parts.into_iter().map(|part| self.first_name(part)).collect()
        } else {
            vec![self.first_name(syntax)]
        };
        let rest = matches!(kind, "spread_parameter" | "list_splat_pattern" | "dictionary_splat_pattern");
        let names = if kind == "spread_parameter" {
            let inner = child_of_kind(syntax, &["variable_declarator"]);
            inner.map(|inner| vec![self.first_name(inner)]).unwrap_or_default()
        } else {
            names
        };
        let of = of.map(|of| self.type_name(of));
        Some(Parameter { names, of, default: default.map(|default| self.node(default)), rest })
    }
}
