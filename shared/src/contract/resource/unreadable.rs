//! What is said of a property that cannot be read.

/// A property that cannot be read: where it stands, what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {takes}, found {found}")]
pub struct Unreadable {
    /// Where the property stands: `RunConfiguration.FlinkRunConfiguration.AllowNonRestoredState`, for example.
    pub path: String,
    /// What was found. Never a property group's value: those may be secrets.
    pub found: String,
    /// What was expected instead, in words.
    pub takes: String,
}

impl Unreadable {
    /// For the property at `path`.
    pub fn at(path: impl Into<String>, found: impl Into<String>, takes: impl Into<String>) -> Self {
        Self { path: path.into(), found: found.into(), takes: takes.into() }
    }
}
