//! Why a template cannot be synthesized, and what to do about it.

use crate::contract::Unreadable;

/// A mistake in a program that writes a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two items of a template have one name.
    #[error("the logical ID \"{0}\" is used twice; rename one of the two")]
    DuplicateLogicalId(String),
    /// CloudFormation would refuse the name.
    #[error("logical ID: expected 1 to 255 letters and digits, found \"{0}\"")]
    NotALogicalId(String),
    /// An item of another template, or a slip in hand-written JSON.
    #[error("{from} refers to \"{to}\", which is not in this template; use the handle that adding it returns")]
    DanglingReference {
        /// Where in the template the reference stands.
        from: String,
        /// The logical ID that it names.
        to: String,
    },
    /// A property path leads through something that is not a map.
    #[error("{path}: \"{at}\" is not a map; set it as a whole")]
    NotAMap {
        /// The path as it was given to `get_att` or `set`.
        path: String,
        /// The segment that cannot be entered.
        at: String,
    },
    /// Something has no JSON form.
    #[error("it cannot be written as JSON: {0}")]
    Unserializable(String),
    /// What `cargo lambda deploy` reads and the template's functions are to have alike.
    #[error(
        "functions/Cargo.toml, {function}: {what}; expected memory and timeout in its deploy section, and no other \
         setting, since shared/src/template/stacks/functions would not have it"
    )]
    DeploySettings {
        /// The function whose section it is.
        function: String,
        /// What is missing, or is not known.
        what: String,
    },
    /// A property group that the service would refuse.
    #[error("{0}")]
    PropertyGroup(Unreadable),
}
