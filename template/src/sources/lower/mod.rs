//! From the syntax trees of four languages to the one in [`tree`](super::tree). A kind of syntax that is not named here
//! becomes `Unknown` with its parts, so that a value that arrives in it is reported.

mod arms;
mod assignments;
mod calls;
mod declarations;
mod functions;
mod implicits;
mod loops;
mod statements;
mod syntax;
mod texts;

use std::collections::BTreeMap;

use tree_sitter::{Node as Syntax, Parser};

use super::Language;
use super::tree::{Class, FunctionParameter, Node, Op, SourceFunction};
use syntax::{last_line, line, named, text_with_ends};

/// A source file as classes, functions and expressions that all four languages share.
#[derive(Debug)]
pub(super) struct Lowered {
    /// The first is the file's own module.
    pub(super) classes: Vec<Class>,
    /// Names that an import gives to others.
    pub(super) aliases: BTreeMap<String, String>,
    /// Lines that do not parse.
    pub(super) unparsed: Vec<usize>,
    /// Lines that name the source of all groups.
    pub(super) mentions: Vec<(usize, String)>,
}

/// Reads a file. `module` is its name as other files import it.
pub(super) fn lower(text: &str, language: Language, module: &str) -> Lowered {
    let grammar = match language {
        Language::Java => tree_sitter_java::LANGUAGE.into(),
        Language::Kotlin => tree_sitter_kotlin_ng::LANGUAGE.into(),
        Language::Scala => tree_sitter_scala::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
    };
    let mut parser = Parser::new();
    let mut tree = parser.set_language(&grammar).ok().and_then(|()| parser.parse(text, None));
    let completed = text_with_ends(text);
    let mut text = text;
    // Kotlin's grammar wants an end before the brace of `object A { const val B = "b" }`.
    if language == Language::Kotlin && tree.as_ref().is_some_and(|tree| tree.root_node().has_error()) {
        let again = parser.parse(&completed, None).filter(|again| !again.root_node().has_error());
        if again.is_some() {
            (tree, text) = (again, &completed);
        }
    }
    let module = Class { name: module.to_owned(), is_module: true, ..Class::default() };
    let mut lower = Lower {
        text,
        language,
        classes: vec![module],
        around: 0,
        aliases: BTreeMap::new(),
        in_condition: false,
        in_function: false,
    };
    let mut lowered =
        Lowered { classes: Vec::new(), aliases: BTreeMap::new(), unparsed: Vec::new(), mentions: Vec::new() };
    let Some(tree) = tree else { return Lowered { unparsed: vec![1], ..lowered } };
    lower.members(tree.root_node(), 0);
    lower.note(tree.root_node(), &mut lowered);
    Lowered { classes: lower.classes, aliases: lower.aliases, ..lowered }
}

struct Lower<'t> {
    text: &'t str,
    language: Language,
    classes: Vec<Class>,
    /// The class that is being read.
    around: usize,
    aliases: BTreeMap<String, String>,
    in_condition: bool,
    in_function: bool,
}

/// Syntax whose parts are conditions where it is one.
const DECIDES: [&str; 8] = [
    "boolean_operator",
    "not_operator",
    "parenthesized_expression",
    "binary_expression",
    "unary_expression",
    "infix_expression",
    "prefix_expression",
    "assert_statement",
];

impl<'t> Lower<'t> {
    fn words(&self, syntax: Syntax<'_>) -> &'t str {
        self.text.get(syntax.byte_range()).unwrap_or_default()
    }

    fn ident(&self, syntax: Syntax<'_>) -> String {
        self.words(syntax).trim_matches('`').to_owned()
    }

    /// The name of a type without what stands before it and its arguments.
    fn type_name(&self, syntax: Syntax<'_>) -> String {
        let words = self.words(syntax);
        let end = words.find(['<', '[', '(', '?', '\n']).unwrap_or(words.len());
        words[..end].rsplit('.').next().unwrap_or_default().trim().to_owned()
    }

    fn nodes(&mut self, syntax: &[Syntax<'_>]) -> Vec<Node> {
        syntax.iter().map(|one| self.node(*one)).collect()
    }

    fn children(&mut self, syntax: Syntax<'_>) -> Vec<Node> {
        self.nodes(&named(syntax))
    }

    fn optional(&mut self, syntax: Option<Syntax<'_>>) -> Node {
        syntax.map_or_else(|| Node::new(0, Op::Null), |syntax| self.node(syntax))
    }

    fn field(&mut self, syntax: Syntax<'_>, name: &str) -> Node {
        self.optional(syntax.child_by_field_name(name))
    }

    fn condition(&mut self, syntax: Option<Syntax<'_>>) -> Node {
        let before = std::mem::replace(&mut self.in_condition, true);
        let condition = self.optional(syntax);
        self.in_condition = before;
        condition
    }

    fn node(&mut self, syntax: Syntax<'_>) -> Node {
        Node::new(last_line(syntax), self.op(syntax))
    }

    fn op(&mut self, syntax: Syntax<'_>) -> Op {
        // A condition's `or` decides; one inside an argument or an index gives a value.
        let before = self.in_condition;
        self.in_condition &= DECIDES.contains(&syntax.kind());
        let op = self.op_of(syntax);
        self.in_condition = before;
        op
    }

    fn op_of(&mut self, syntax: Syntax<'_>) -> Op {
        match syntax.kind() {
            "identifier" | "type_identifier" | "this" | "super" | "this_expression" | "super_expression"
            | "wildcard" => match self.words(syntax) {
                "null" => Op::Null,
                "break" | "continue" if self.language == Language::Kotlin => Op::Jump,
                _ if syntax.kind().ends_with("_expression") => {
                    Op::Name(self.words(syntax).split('@').next().unwrap_or_default().to_owned())
                }
                _ => Op::Name(self.ident(syntax)),
            },
            "null_literal" | "none" | "pass_statement" | "true" | "false" | "boolean_literal" | "unit" => Op::Null,
            "integer"
            | "float"
            | "decimal_integer_literal"
            | "number_literal"
            | "integer_literal"
            | "floating_point_literal"
            | "decimal_floating_point_literal"
            | "hex_integer_literal"
            | "float_literal" => Op::Number,
            "break_statement" | "continue_statement" => Op::Jump,
            "field_access"
            | "attribute"
            | "field_expression"
            | "navigation_expression"
            | "scoped_identifier"
            | "stable_identifier"
            | "dotted_name" => self.member(syntax),
            // Scala's `all asScala`.
            "postfix_expression" if self.language == Language::Scala => self.member(syntax),
            kind => self
                .text_op(kind, syntax)
                .or_else(|| self.call_op(kind, syntax))
                .or_else(|| self.declaration_op(kind, syntax))
                .or_else(|| self.statement_op(kind, syntax))
                .unwrap_or_else(|| Op::Unknown(self.children(syntax))),
        }
    }

    fn member(&mut self, syntax: Syntax<'_>) -> Op {
        let parts = named(syntax);
        let [base @ .., name] = parts.as_slice() else { return Op::Name(self.ident(syntax)) };
        let Some(first) = base.first() else { return Op::Name(self.ident(*name)) };
        let first = self.node(*first);
        let inner = base[1..]
            .iter()
            .fold(first, |inner, part| Node::new(line(*part), Op::Member(Box::new(inner), self.ident(*part))));
        Op::Member(Box::new(inner), self.ident(*name))
    }

    /// A lambda with these names.
    fn lambda(syntax: Syntax<'_>, parameters: Vec<FunctionParameter>, body: Node) -> Op {
        Op::Lambda(Box::new(SourceFunction {
            name: "a lambda".to_owned(),
            line: line(syntax),
            parameters,
            body,
            extends: false,
            own: None,
            is_property: false,
        }))
    }

    /// What does not parse, and where the groups' source is named at all.
    fn note(&self, syntax: Syntax<'_>, lowered: &mut Lowered) {
        if syntax.is_error() || syntax.is_missing() {
            lowered.unparsed.push(line(syntax));
            return;
        }
        let is_comment = syntax.kind().contains("comment") || syntax.kind().contains("import");
        if syntax.child_count() == 0 {
            if ["getApplicationProperties", "get_application_properties"].contains(&self.words(syntax)) {
                lowered.mentions.push((line(syntax), self.ident(syntax)));
            }
        } else if !is_comment {
            for at in 0..syntax.child_count() {
                if let Some(child) = syntax.child(at) {
                    self.note(child, lowered);
                }
            }
        }
    }
}
