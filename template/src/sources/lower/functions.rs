//! Functions and their parameters.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, fields, line, named};
use super::{Language, Lower, implicits};
use crate::sources::tree::{CONSTRUCTOR, FunctionParameter, Node, Op, SourceFunction};

impl Lower<'_> {
    pub(super) fn function(&mut self, syntax: Syntax<'_>) -> SourceFunction {
        let kind = syntax.kind();
        let name = syntax.child_by_field_name("name").map(|name| self.ident(name)).unwrap_or_default();
        let is_constructor = kind.contains("constructor") || name == "__init__" || name == "this";
        let name = if is_constructor { CONSTRUCTOR.to_owned() } else { name };
        let lists = fields(syntax, "parameters");
        let list = child_of_kind(syntax, &["function_value_parameters"]);
        let has_list = !lists.is_empty() || list.is_some();
        let mut parameters = Vec::new();
        let mut offered = Vec::new();
        for list in lists.into_iter().chain(list) {
            let (some, is_implicit) = self.implicit_parameters(list);
            let names = some.iter().filter(|_| is_implicit).flat_map(|parameter| &parameter.names);
            offered.extend(names.flat_map(|name| implicits::offers(line(list), name)));
            parameters.extend(some);
        }
        let in_class = !self.classes[self.around].is_module;
        let own = if self.language == Language::Python && in_class && !parameters.is_empty() {
            parameters.remove(0).names.into_iter().next()
        } else {
            None
        };
        let delegation = child_of_kind(syntax, &["constructor_delegation_call"]).map(|call| self.node(call));
        let found = syntax.child_by_field_name("body").or_else(|| child_of_kind(syntax, &["function_body", "block"]));
        let in_function = std::mem::replace(&mut self.in_function, true);
        let body = match found {
            Some(body) => self.node(body),
            None => Node::new(line(syntax), Op::Null),
        };
        self.in_function = in_function;
        // The last statement's value is not what these return.
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
        let body = if offered.is_empty() || !has_body {
            body
        } else {
            offered.push(body);
            Node::new(line(syntax), Op::Block(offered))
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
        SourceFunction { name, line: line(syntax), parameters, body, extends, own, is_property }
    }

    pub(super) fn is_decorated(&self, syntax: Syntax<'_>) -> bool {
        let decorated = syntax.parent().filter(|parent| parent.kind() == "decorated_definition");
        decorated.is_some_and(|parent| self.words(parent).contains("property"))
    }

    pub(super) fn parameters(&mut self, syntax: Syntax<'_>) -> Vec<FunctionParameter> {
        let mut parameters: Vec<FunctionParameter> = Vec::new();
        for one in named(syntax) {
            // Kotlin: what a parameter is by default stands after it in the list.
            let is_default = self.language == Language::Kotlin
                && syntax.kind() == "function_value_parameters"
                && !matches!(one.kind(), "parameter" | "parameter_modifiers" | "modifiers");
            match parameters.last_mut().filter(|_| is_default) {
                Some(last) => last.default = Some(self.node(one)),
                None => parameters.extend(self.parameter(one)),
            }
        }
        parameters
    }

    pub(super) fn parameter(&mut self, syntax: Syntax<'_>) -> Option<FunctionParameter> {
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
        let rest = matches!(kind, "spread_parameter" | "list_splat_pattern" | "dictionary_splat_pattern")
            || of.is_some_and(|of| of.kind() == "repeated_parameter_type");
        let names = if kind == "spread_parameter" {
            let inner = child_of_kind(syntax, &["variable_declarator"]);
            inner.map(|inner| vec![self.first_name(inner)]).unwrap_or_default()
        } else {
            names
        };
        let of = of.map(|of| self.type_name(of));
        Some(FunctionParameter { names, of, default: default.map(|default| self.node(default)), rest })
    }

    /// A lambda in any of its forms; Kotlin's has `it` where it names no parameter.
    pub(super) fn any_lambda(&mut self, syntax: Syntax<'_>) -> Op {
        let list = syntax
            .child_by_field_name("parameters")
            .or_else(|| child_of_kind(syntax, &["lambda_parameters", "function_value_parameters"]));
        let mut parameters = match list {
            Some(list) if list.kind() == "identifier" => {
                vec![FunctionParameter { names: vec![self.ident(list)], ..FunctionParameter::default() }]
            }
            Some(list) => self.parameters(list),
            None => Vec::new(),
        };
        if list.is_none() && syntax.kind() == "lambda_literal" {
            parameters.push(FunctionParameter { names: vec!["it".to_owned()], ..FunctionParameter::default() });
        }
        let body = if let Some(body) = syntax.child_by_field_name("body") {
            self.node(body)
        } else {
            let rest: Vec<_> = named(syntax).into_iter().filter(|child| Some(*child) != list).collect();
            Node::new(line(syntax), Op::Block(self.nodes(&rest)))
        };
        Self::lambda(syntax, parameters, body)
    }
}
