//! What our templates carry so that a stack can be recognized as one that this project made: members of the template's
//! `Metadata`.

/// The version of this project, the same in everything that one build makes: the workspace's, followed by `-dev` and
/// the commit unless the build is that of a release. `make release` and `make deploy` say which at compile time, in
/// `FLINK_STACK_HANDLERS_BUILD`.
pub const VERSION: &str = match option_env!("FLINK_STACK_HANDLERS_BUILD") {
    Some(version) => version,
    None => concat!(env!("CARGO_PKG_VERSION"), "-dev"),
};
/// The environment variable of each function that holds [`VERSION`].
pub const VERSION_VARIABLE: &str = "FLINK_STACK_HANDLERS_VERSION";
/// The tag of each function that holds [`VERSION`].
pub const VERSION_TAG: &str = "flink-stack-handlers-version";
/// The version of this project that synthesized the template, in its Metadata and as an output without export.
pub const VERSION_METADATA: &str = "FlinkStackHandlersVersion";
/// Which of our templates it is: one of [`StackTemplate::name`].
pub const TEMPLATE_METADATA: &str = "FlinkStackHandlersTemplate";

/// One of the templates that are deployed as they are. The sample is a team's own as soon as it is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTemplate {
    /// The stack of `access.template.json`: the roles, the boundary, the bucket.
    Access,
    /// `functions.template.json`: the functions from released zips.
    Functions,
    /// The stack of `handlers.template.json`: rules, queues, topic, alarms of the functions.
    Handlers,
    /// `application.template.json` and its retained variant.
    Application,
}

impl StackTemplate {
    /// All of them, in the order in which they are deployed.
    pub const ALL: [Self; 4] = [Self::Access, Self::Functions, Self::Handlers, Self::Application];

    /// Its word in the Metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Functions => "functions",
            Self::Handlers => "handlers",
            Self::Application => "application",
        }
    }

    /// The template that a name in the Metadata stands for.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
