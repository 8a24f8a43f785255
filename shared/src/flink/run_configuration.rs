//! What a start restores.

/// The restore types of the API (`semantics.md` A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreType {
    /// `RESTORE_FROM_LATEST_SNAPSHOT`.
    Latest,
    /// `RESTORE_FROM_CUSTOM_SNAPSHOT`.
    Custom,
    /// `SKIP_RESTORE_FROM_SNAPSHOT`.
    Skip,
}

impl RestoreType {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "RESTORE_FROM_LATEST_SNAPSHOT",
            Self::Custom => "RESTORE_FROM_CUSTOM_SNAPSHOT",
            Self::Skip => "SKIP_RESTORE_FROM_SNAPSHOT",
        }
    }
}

/// Which state a start restores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Restore {
    /// The newest READY snapshot, or empty when there is none.
    #[default]
    Latest,
    /// This snapshot.
    Custom(String),
    /// Nothing: the job starts empty.
    Skip,
}
