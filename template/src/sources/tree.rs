//! What the four languages have in common, as far as property groups can flow through it.

/// An expression or statement, with the line where it begins (from 1).
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) op: Op,
}

#[derive(Debug)]
pub(super) enum Op {
    /// A text known at compile time.
    Text(String),
    Number,
    Null,
    Name(String),
    /// A member of a base: `base.name`, also `base?.name`.
    Member(Box<Node>, String),
    /// A call, or an index as a call of the member `[]`.
    Call(Box<Node>, Vec<Argument>),
    Lambda(Box<SourceFunction>),
    /// A function inside a function.
    Local(Box<SourceFunction>),
    /// One of the branches; the condition decides which.
    Either {
        condition: Option<Box<Node>>,
        branches: Vec<Node>,
    },
    /// Arms of a `match`, `when` or `switch`: names that they bind, then labels and guard, then the body.
    Match(Box<Node>, Vec<Arm>),
    /// The right side stands in when the left is missing.
    Default(Box<Node>, Box<Node>),
    /// One after the other; the last one's value.
    Block(Vec<Node>),
    Assign(Target, Box<Node>),
    /// A loop or a comprehension over each element.
    Each {
        target: Target,
        over: Box<Node>,
        conditions: Vec<Node>,
        body: Box<Node>,
    },
    /// A loop over a condition, `while` for example: its body binds no element.
    Loop(Box<Node>),
    /// A key and its value in a dictionary.
    Pair(Box<Node>, Box<Node>),
    /// A list, set or dictionary that is written out.
    Literal(Vec<Node>),
    Return(Vec<Node>),
    Throw(Vec<Node>),
    /// `continue` or `break`: what follows in the block is not reached.
    Jump,
    /// `==` (true) or `!=` (false).
    Compare {
        equal: bool,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// Texts put together: by `+`, in a template string, or by a format.
    Join(Vec<Node>),
    /// Parts whose values are used up without harm: conditions, operators on numbers.
    Uses(Vec<Node>),
    /// A class inside a function, by its name: what the function's names hold is seen in it.
    Captures(String),
    /// Names of the module that a function assigns.
    Global(Vec<String>),
    /// Nothing that is known here: a value that arrives is lost, and this is reported.
    Unknown(Vec<Node>),
}

#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<String>,
    pub(super) value: Node,
}

#[derive(Debug)]
pub(super) struct Arm {
    pub(super) names: Vec<String>,
    pub(super) labels: Vec<Node>,
    /// Whether its pattern takes a map, a list or an instance apart.
    pub(super) takes_apart: bool,
    pub(super) body: Node,
}

/// The left side of an assignment.
#[derive(Debug)]
pub(super) enum Target {
    Name { name: String, of: Option<String>, declares: bool },
    Names(Vec<String>),
    Member(Box<Node>, String),
    Index(Box<Node>, Box<Node>),
}

#[derive(Debug, Default)]
pub(super) struct FunctionParameter {
    /// The names that it binds: several with a pattern such as `(key, value)`.
    pub(super) names: Vec<String>,
    pub(super) of: Option<String>,
    pub(super) default: Option<Node>,
    /// Whether it takes all further arguments: `*args`, `vararg`, `String...`.
    pub(super) rest: bool,
}

#[derive(Debug)]
pub(super) struct SourceFunction {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) parameters: Vec<FunctionParameter>,
    pub(super) body: Node,
    /// `this` is what stands before the dot: Kotlin's extensions.
    pub(super) extends: bool,
    /// The parameter that is the instance, Python's `self`; none where the language has `this`.
    pub(super) own: Option<String>,
    /// Whether it is called without parentheses: a property, or a Scala function.
    pub(super) is_property: bool,
}

/// A class, an object, an enum, or the module that a file is.
#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) is_module: bool,
    pub(super) file: usize,
    /// The class around it, or its file's module.
    pub(super) outer: Option<usize>,
    pub(super) supers: Vec<(String, Vec<Argument>)>,
    /// Of the primary constructor; they are fields.
    pub(super) parameters: Vec<FunctionParameter>,
    /// Statements of the class's own body, which run when an instance is made.
    pub(super) body: Vec<Node>,
    pub(super) functions: Vec<SourceFunction>,
    /// Fields without a value, in order: what a generated constructor takes.
    pub(super) declared: Vec<String>,
    /// The names of an enum's constants, in order.
    pub(super) constants: Vec<String>,
}

/// Names the argument of `Class::method`, on which the method is called unless the class has it.
pub(super) const ON_ARGUMENT: &str = "<argument>";
/// The name of all of Scala's implicit values together.
pub(super) const IMPLICIT: &str = "<implicit>";
/// The name of a constructor.
pub(super) const CONSTRUCTOR: &str = "<init>";

impl Node {
    pub(super) fn new(line: usize, op: Op) -> Self {
        Self { line, op }
    }

    /// Its parts, in the order in which they run.
    pub(super) fn parts(&self) -> Vec<&Node> {
        match &self.op {
            Op::Text(_) | Op::Number | Op::Null | Op::Name(_) | Op::Jump | Op::Captures(_) | Op::Global(_) => {
                Vec::new()
            }
            Op::Member(base, _) | Op::Loop(base) => vec![base],
            Op::Call(function, arguments) => {
                std::iter::once(&**function).chain(arguments.iter().map(|argument| &argument.value)).collect()
            }
            Op::Lambda(function) | Op::Local(function) => vec![&function.body],
            Op::Either { condition, branches } => condition.iter().map(|one| &**one).chain(branches).collect(),
            Op::Match(subject, arms) => {
                let arms = arms.iter().flat_map(|arm| arm.labels.iter().chain([&arm.body]));
                std::iter::once(&**subject).chain(arms).collect()
            }
            Op::Default(left, right) | Op::Pair(left, right) | Op::Compare { left, right, .. } => vec![left, right],
            Op::Assign(target, value) => target.parts().into_iter().chain([&**value]).collect(),
            Op::Each { over, conditions, body, .. } => {
                std::iter::once(&**over).chain(conditions).chain([&**body]).collect()
            }
            Op::Block(parts)
            | Op::Literal(parts)
            | Op::Return(parts)
            | Op::Throw(parts)
            | Op::Join(parts)
            | Op::Uses(parts)
            | Op::Unknown(parts) => parts.iter().collect(),
        }
    }

    /// Whether it or a part of it is so.
    pub(super) fn any(&self, is: &dyn Fn(&Node) -> bool) -> bool {
        is(self) || self.parts().into_iter().any(|part| part.any(is))
    }

    /// Whether it ends in a jump, so that what follows does not run after it.
    pub(super) fn jumps(&self) -> bool {
        match &self.op {
            Op::Return(_) | Op::Throw(_) | Op::Jump => true,
            Op::Block(parts) => parts.last().is_some_and(Node::jumps),
            _ => false,
        }
    }

    /// Whether it ends the job with an error.
    pub(super) fn fails(&self) -> bool {
        const EXITS: [&str; 6] = ["error", "exit", "fail", "orElseThrow", "TODO", "abort"];
        self.any(&|node| match &node.op {
            Op::Throw(_) => true,
            Op::Call(function, _) => function.called().is_some_and(|name| EXITS.contains(&name)),
            _ => false,
        })
    }

    /// The last part of the name.
    pub(super) fn called(&self) -> Option<&str> {
        match &self.op {
            Op::Name(name) | Op::Member(_, name) => Some(name),
            _ => None,
        }
    }
}

impl Target {
    fn parts(&self) -> Vec<&Node> {
        match self {
            Self::Name { .. } | Self::Names(_) => Vec::new(),
            Self::Member(base, _) => vec![base],
            Self::Index(base, key) => vec![base, key],
        }
    }
}
