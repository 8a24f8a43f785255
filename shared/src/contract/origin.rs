//! What our templates carry so that a stack can be recognized as one that this project made: members of the template's
//! `Metadata`.

/// The version of this project that synthesized the template.
pub const VERSION_METADATA: &str = "FlinkStackHandlersVersion";
/// Which of our templates it is: one of [`StackTemplate::name`].
pub const TEMPLATE_METADATA: &str = "FlinkStackHandlersTemplate";

/// One of the templates that `make deploy` deploys. The sample is a team's own as soon as it is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTemplate {
    /// `access.template.json`.
    Access,
    /// `handlers.template.json`.
    Handlers,
    /// `application.template.json` and its retained variant.
    Application,
}

impl StackTemplate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Access, Self::Handlers, Self::Application];

    /// Its word in the Metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
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
