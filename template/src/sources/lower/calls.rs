//! Calls, constructions, operators, lambdas.

use tree_sitter::Node as Syntax;

use super::syntax::{child_of_kind, line, named};
use super::{Language, Lower, implicits};
use crate::sources::tree::{Argument, FunctionParameter, Node, ON_ARGUMENT, Op};

impl Lower<'_> {
    pub(super) fn call_op(&mut self, kind: &str, syntax: Syntax<'_>) -> Option<Op> {
        Some(match kind {
            "method_invocation" => {
                let name = self.ident(syntax.child_by_field_name("name")?);
                let function = match syntax.child_by_field_name("object") {
                    Some(object) => Op::Member(Box::new(self.node(object)), name),
                    None => Op::Name(name),
                };
                let at = syntax.child_by_field_name("name").map_or(line(syntax), line);
                Op::Call(Box::new(Node::new(at, function)), self.arguments(syntax.child_by_field_name("arguments")))
            }
            "call" | "call_expression" | "constructor_invocation" => self.call(syntax)?,
            "object_creation_expression" | "instance_expression" | "object_literal" => self.creation(syntax),
            "explicit_constructor_invocation" | "constructor_delegation_call" => {
                let name = if self.words(syntax).contains("super") { "super" } else { "this" };
                let arguments = child_of_kind(syntax, &["argument_list", "value_arguments"]);
                Op::Call(Box::new(Node::new(line(syntax), Op::Name(name.to_owned()))), self.arguments(arguments))
            }
            "array_access" | "subscript" | "index_expression" => {
                let parts = named(syntax);
                let (base, keys) = parts.split_first()?;
                let function = Op::Member(Box::new(self.node(*base)), "[]".to_owned());
                let keys = self.nodes(keys).into_iter().map(|value| Argument { name: None, value }).collect();
                Op::Call(Box::new(Node::new(line(syntax), function)), keys)
            }
            "generic_function" => {
                let function = syntax.child_by_field_name("function")?;
                let is_summoned =
                    self.language == Language::Scala && implicits::SUMMONS.contains(&self.words(function));
                if is_summoned { implicits::any() } else { self.op(function) }
            }
            "method_reference" => {
                let parts = named(syntax);
                let (first, last) = (*parts.first()?, *parts.last()?);
                let base = self.node(first);
                let name = if parts.len() > 1 { self.ident(last) } else { "new".to_owned() };
                Self::reference(syntax, Some(base), name)
            }
            "callable_reference" => {
                let parts = named(syntax);
                let base = if parts.len() > 1 { Some(self.node(*parts.first()?)) } else { None };
                let name = self.ident(*parts.last()?);
                Self::reference(syntax, base, name)
            }
            "lambda_expression" | "lambda" | "lambda_literal" | "anonymous_function" => self.any_lambda(syntax),
            "annotated_lambda" => self.op(child_of_kind(syntax, &["lambda_literal"])?),
            "binary_expression"
            | "binary_operator"
            | "boolean_operator"
            | "comparison_operator"
            | "infix_expression"
            | "in_expression" => self.operator(syntax)?,
            _ => return None,
        })
    }

    pub(super) fn arguments(&mut self, syntax: Option<Syntax<'_>>) -> Vec<Argument> {
        let Some(syntax) = syntax else { return Vec::new() };
        if ["case_block", "block", "generator_expression", "indented_cases", "colon_argument"].contains(&syntax.kind())
        {
            return vec![Argument { name: None, value: self.trailing(syntax) }];
        }
        named(syntax).into_iter().map(|argument| self.argument(argument)).collect()
    }

    /// Scala's `{ case .. }` and `{ x => .. }` after a function.
    fn trailing(&mut self, syntax: Syntax<'_>) -> Node {
        if syntax.kind() == "generator_expression" {
            return self.node(syntax);
        }
        let inner = named(syntax);
        let op = if inner.first().is_some_and(|first| first.kind() == "case_clause") {
            let arms = self.arms(syntax);
            Self::cases(syntax, arms)
        } else if let [one] = inner.as_slice()
            && one.kind() == "lambda_expression"
        {
            return self.node(*one);
        } else {
            let body = Node::new(line(syntax), Op::Block(self.children(syntax)));
            Self::lambda(syntax, Vec::new(), body)
        };
        Node::new(line(syntax), op)
    }

    fn argument(&mut self, syntax: Syntax<'_>) -> Argument {
        let parts = named(syntax);
        match (syntax.kind(), parts.as_slice()) {
            ("keyword_argument", [name, value]) => Argument { name: Some(self.ident(*name)), value: self.node(*value) },
            ("value_argument", [name, value]) => Argument { name: Some(self.ident(*name)), value: self.node(*value) },
            ("value_argument", [value]) => self.argument(*value),
            ("assignment_expression", [name, value]) if self.language == Language::Scala => {
                Argument { name: Some(self.ident(*name)), value: self.node(*value) }
            }
            _ => {
                let value = self.node(syntax);
                // Scala's `_.getProperty("k")`.
                let is_placeholder = matches!(&value.op, Op::Name(name) if name == "_");
                if self.language == Language::Scala && has_placeholder(&value) && !is_placeholder {
                    let parameters =
                        vec![FunctionParameter { names: vec!["_".to_owned()], ..FunctionParameter::default() }];
                    let op = Self::lambda(syntax, parameters, value);
                    return Argument { name: None, value: Node::new(line(syntax), op) };
                }
                Argument { name: None, value }
            }
        }
    }

    fn call(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let function = syntax.child_by_field_name("function").or_else(|| named(syntax).first().copied())?;
        let function = if function.kind() == "user_type" {
            Node::new(line(function), Op::Name(self.type_name(function)))
        } else {
            self.node(function)
        };
        if self.language == Language::Python && function.called() == Some("getattr") {
            return self.attribute(syntax.child_by_field_name("arguments")?, function);
        }
        let mut arguments = match syntax.child_by_field_name("arguments") {
            Some(arguments) => self.arguments(Some(arguments)),
            None => self.arguments(child_of_kind(syntax, &["value_arguments"])),
        };
        if let Some(lambda) = child_of_kind(syntax, &["annotated_lambda"]) {
            let lambda = Argument { name: None, value: self.node(lambda) };
            // `with(group) { .. }`: the call before the lambda has its other arguments.
            if let Op::Call(inner, mut before) = function.op {
                before.push(lambda);
                return Some(Op::Call(inner, before));
            }
            arguments.push(lambda);
        }
        Some(Op::Call(Box::new(function), arguments))
    }

    /// `new X(..)`, with the methods of an anonymous class as lambdas.
    fn creation(&mut self, syntax: Syntax<'_>) -> Op {
        let body = child_of_kind(syntax, &["class_body", "template_body"]);
        let specifier = child_of_kind(syntax, &["delegation_specifiers"]).and_then(|list| named(list).first().copied());
        let invocation = specifier.and_then(|one| child_of_kind(one, &["constructor_invocation"]));
        let inner = invocation.unwrap_or(syntax);
        let of = syntax.child_by_field_name("type").or_else(|| named(inner).first().copied());
        let name = of.map(|of| self.type_name(of)).unwrap_or_default();
        let list = child_of_kind(inner, &["argument_list", "arguments", "value_arguments"]);
        let mut arguments = self.arguments(list);
        let name = if let Some(body) = body {
            let functions = self.anonymous(body);
            let lambda = |value| Argument { name: None, value };
            arguments.extend(functions.into_iter().map(lambda));
            format!("an anonymous {name}")
        } else {
            name
        };
        Op::Call(Box::new(Node::new(line(syntax), Op::Name(name))), arguments)
    }

    /// Python's `getattr(value, "name")` is the value's member of that name, `getattr(value, "name", other)` or the other.
    fn attribute(&mut self, list: Syntax<'_>, function: Node) -> Option<Op> {
        let at = line(list);
        let mut arguments = self.arguments(Some(list)).into_iter();
        let (on, name, other) = (arguments.next()?.value, arguments.next()?.value, arguments.next());
        let Op::Text(name) = name.op else {
            let arguments = [on, name].into_iter().map(|value| Argument { name: None, value }).chain(other).collect();
            return Some(Op::Call(Box::new(function), arguments));
        };
        let member = Op::Member(Box::new(on), name);
        Some(match other {
            Some(other) => Op::Default(Box::new(Node::new(at, member)), Box::new(other.value)),
            None => member,
        })
    }

    /// `base::name`: called with what comes, on `base` or on the first argument.
    fn reference(syntax: Syntax<'_>, base: Option<Node>, name: String) -> Op {
        let at = line(syntax);
        let given = || Node::new(at, Op::Name("it".to_owned()));
        let argument = || vec![Argument { name: None, value: given() }];
        let call = |function, arguments| Node::new(at, Op::Call(Box::new(Node::new(at, function)), arguments));
        let body = match base {
            None => call(Op::Name(name), argument()),
            Some(Node { op: Op::Name(class), .. }) if name == "new" => call(Op::Name(class), argument()),
            // `Class::method` may mean the method of the argument.
            Some(base) if base.called().is_some_and(|class| class.starts_with(char::is_uppercase)) => {
                let own = vec![Argument { name: Some(ON_ARGUMENT.to_owned()), value: given() }];
                call(Op::Member(Box::new(base), name), own)
            }
            Some(base) => call(Op::Member(Box::new(base), name), argument()),
        };
        Self::lambda(
            syntax,
            vec![FunctionParameter { names: vec!["it".to_owned()], ..FunctionParameter::default() }],
            body,
        )
    }

    fn operator(&mut self, syntax: Syntax<'_>) -> Option<Op> {
        let parts = named(syntax);
        let sign = syntax.child_by_field_name("operator").or_else(|| syntax.child_by_field_name("operators"));
        let (first, last) = (*parts.first()?, *parts.last()?);
        let sign = match sign {
            Some(sign) => self.ident(sign),
            None if parts.len() == 3 => self.ident(parts[1]),
            None => self.text.get(first.end_byte()..last.start_byte()).unwrap_or_default().trim().to_owned(),
        };
        let (left, right) = (Box::new(self.node(first)), Box::new(self.node(last)));
        Some(match sign.as_str() {
            "+" => super::texts::folded(vec![*left, *right]),
            "/" if self.language == Language::Python => Op::Join(vec![*left, *right]),
            "==" | "===" | "is" | "eq" | "equals" => Op::Compare { equal: true, left, right },
            "!=" | "!==" | "is not" | "ne" => Op::Compare { equal: false, left, right },
            "?:" => Op::Default(left, right),
            "or" if !self.in_condition => Op::Default(left, right),
            "in" | "!in" | "not in" => {
                let contains = Op::Member(right, "contains".to_owned());
                let key = vec![Argument { name: None, value: *left }];
                Op::Call(Box::new(Node::new(line(syntax), contains)), key)
            }
            word if word.starts_with(char::is_alphabetic) && !["and", "or", "to"].contains(&word) => {
                let at = line(syntax);
                let argument = vec![Argument { name: None, value: *right }];
                Op::Call(Box::new(Node::new(at, Op::Member(left, word.to_owned()))), argument)
            }
            "&&" | "||" | "and" | "or" | "<" | ">" | "<=" | ">=" => Op::Uses(vec![*left, *right]),
            _ => Op::Unknown(vec![*left, *right]),
        })
    }
}

/// Whether an expression has a `_` of its own; that of a lambda in it is the lambda's.
fn has_placeholder(node: &Node) -> bool {
    match &node.op {
        Op::Name(name) => name == "_",
        Op::Lambda(_) | Op::Local(_) => false,
        _ => node.parts().into_iter().any(has_placeholder),
    }
}
