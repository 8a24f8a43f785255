//! Scala's implicit values: each one is kept under one name, which stands for the arguments that a call leaves out.
//! Which of them the compiler takes is not decided: the arguments may be any.

use tree_sitter::Node as Syntax;

use super::Lower;
use super::syntax::{child_of_kind, line, named};
use crate::sources::tree::{FunctionParameter, IMPLICIT, Node, Op, Target};

/// What asks for an implicit value by its type.
pub(super) const SUMMONS: [&str; 3] = ["implicitly", "summon", "the"];

/// Stands for any implicit value of the program.
pub(super) fn any() -> Op {
    Op::Name(IMPLICIT.to_owned())
}

/// What follows a declaration to make its value an implicit one.
pub(super) fn offers(at: usize, name: &str) -> Vec<Node> {
    let target = Target::Name { name: IMPLICIT.to_owned(), of: None, declares: false };
    let value = Box::new(Node::new(at, Op::Name(name.to_owned())));
    vec![Node::new(at, Op::Global(vec![IMPLICIT.to_owned()])), Node::new(at, Op::Assign(target, value))]
}

impl Lower<'_> {
    /// Whether a declaration offers its value as an implicit one.
    pub(super) fn is_implicit(&self, syntax: Syntax<'_>) -> bool {
        let marked = child_of_kind(syntax, &["modifiers"]).is_some_and(|marks| self.words(marks).contains("implicit"));
        marked || syntax.kind() == "given_definition"
    }

    /// The parameters of a list; those that a call leaves out are any implicit value.
    pub(super) fn implicit_parameters(&mut self, list: Syntax<'_>) -> (Vec<FunctionParameter>, bool) {
        let words = self.words(list).trim_start_matches('(').trim_start();
        let is_implicit = ["implicit ", "using "].iter().any(|word| words.starts_with(word));
        let mut parameters = self.parameters(list);
        if is_implicit {
            let at = line(list);
            for parameter in &mut parameters {
                parameter.default.get_or_insert_with(|| Node::new(at, any()));
            }
        }
        (parameters, is_implicit)
    }

    /// A declaration, and that its value is an implicit one where it is marked so.
    pub(super) fn offered(&self, syntax: Syntax<'_>, name: &str, declared: Op) -> Op {
        if !self.is_implicit(syntax) {
            return declared;
        }
        let at = line(syntax);
        Op::Block(std::iter::once(Node::new(at, declared)).chain(offers(at, name)).collect())
    }

    /// The parameters of a class's primary constructor, in one list or several.
    pub(super) fn class_parameters(&mut self, syntax: Syntax<'_>, class: usize) {
        let primary = child_of_kind(syntax, &["primary_constructor"]).unwrap_or(syntax);
        let is_list = |part: &Syntax<'_>| ["class_parameters", "formal_parameters"].contains(&part.kind());
        for list in named(primary).into_iter().filter(is_list) {
            let (parameters, is_implicit) = self.implicit_parameters(list);
            let names = parameters.iter().filter(|_| is_implicit).flat_map(|parameter| &parameter.names);
            let offers = names.flat_map(|name| offers(line(list), name)).collect::<Vec<_>>();
            self.classes[class].body.extend(offers);
            self.classes[class].parameters.extend(parameters);
        }
    }
}
