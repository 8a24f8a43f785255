//! The languages whose sources are read.

use std::path::Path;

/// A language of Flink jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Java,
    Kotlin,
    Scala,
    Python,
}

impl Language {
    /// By the ending of a file's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "java" => Some(Self::Java),
            "kt" | "kts" => Some(Self::Kotlin),
            "scala" | "sc" => Some(Self::Scala),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}
