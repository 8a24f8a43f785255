//! What a start restores.

/// The restore types of the API (`semantics.md` A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreType {
    /// `RESTORE_FROM_LATEST_SNAPSHOT`: the newest READY snapshot.
    Latest,
    /// `RESTORE_FROM_CUSTOM_SNAPSHOT`: the snapshot that is named beside it.
    Custom,
    /// `SKIP_RESTORE_FROM_SNAPSHOT`: no snapshot, the state begins empty.
    Skip,
}

impl RestoreType {
    /// The word that the API has for it.
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
    /// The snapshot of this name.
    Custom(String),
    /// Nothing: the job starts empty.
    Skip,
}
