//! Small closed choices that goals are made of.

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

/// What happens to a key that exists with another value and is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictPolicy {
    /// Nothing is written; the answer names the group and the key.
    #[default]
    Fail,
    /// Ours is written; the answer names what was replaced.
    Overwrite,
    /// Theirs stays, and is never ours.
    Keep,
}

/// What happens to the application when the stack that starts it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDelete {
    /// Nothing.
    #[default]
    Leave,
    /// A graceful stop with its snapshot, then force.
    Stop,
    /// A force-stop at once.
    ForceStop,
}
