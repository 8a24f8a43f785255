//! The arms of a `match`, a `when` or a `switch`, and of a function that is written as such.

use tree_sitter::Node as Syntax;

use super::Lower;
use super::syntax::{fields, line, named};
use crate::sources::tree::{Arm, FunctionParameter, Node, Op};

/// Scala's patterns of what holds one value.
const WRAPS: [&str; 5] = ["Some", "Success", "Right", "Left", "Failure"];

impl Lower<'_> {
    pub(super) fn cases(syntax: Syntax<'_>, arms: Vec<Arm>) -> Op {
        let names = match arms.as_slice() {
            [only] if only.names.len() == 2 => only.names.clone(),
            _ => vec!["<case>".to_owned()],
        };
        let subject = Node::new(line(syntax), Op::Name(names.first().cloned().unwrap_or_default()));
        let body = if names.len() == 2 {
            Node::new(line(syntax), Op::Block(arms.into_iter().map(|arm| arm.body).collect()))
        } else {
            Node::new(line(syntax), Op::Match(Box::new(subject), arms))
        };
        Self::lambda(syntax, vec![FunctionParameter { names, ..FunctionParameter::default() }], body)
    }

    pub(super) fn arms(&mut self, syntax: Syntax<'_>) -> Vec<Arm> {
        named(syntax).into_iter().map(|arm| self.arm(arm)).collect()
    }

    pub(super) fn arm(&mut self, syntax: Syntax<'_>) -> Arm {
        let is_pattern = |kind: &str| kind.ends_with("pattern") || kind == "switch_label";
        let bodies = [fields(syntax, "body"), fields(syntax, "consequence")].concat();
        let body = Node::new(line(syntax), Op::Null);
        let mut arm = Arm { names: Vec::new(), labels: Vec::new(), takes_apart: false, body };
        let conditions = fields(syntax, "condition");
        let mut rest = Vec::new();
        for child in named(syntax) {
            let pattern = syntax.child_by_field_name("pattern") == Some(child) || is_pattern(child.kind());
            if pattern {
                self.bound(child, &mut arm);
            } else if conditions.contains(&child) || child.kind() == "guard" {
                let label = self.condition(Some(child));
                arm.labels.push(label);
            } else if bodies.is_empty() || bodies.contains(&child) {
                rest.push(self.node(child));
            }
        }
        arm.body = Node::new(line(syntax), Op::Block(rest));
        arm
    }

    /// The names and texts of a pattern.
    fn bound(&mut self, syntax: Syntax<'_>, arm: &mut Arm) {
        arm.takes_apart |= ["dict_pattern", "list_pattern", "class_pattern"].contains(&syntax.kind());
        // An Option or the like is what it holds; of a case class the names are its fields.
        arm.takes_apart |= syntax.kind() == "case_class_pattern"
            && named(syntax).first().is_some_and(|of| !WRAPS.contains(&self.type_name(*of).as_str()));
        match syntax.kind() {
            "identifier" | "capture_pattern" => arm.names.push(self.ident(syntax)),
            "string" | "string_literal" => arm.labels.push(self.node(syntax)),
            "type_identifier" | "generic_type" | "stable_identifier" | "stable_type_identifier" => {}
            _ => named(syntax).into_iter().for_each(|child| self.bound(child, arm)),
        }
    }
}
