//! What a start restores.

/// Which state a start restores (`semantics.md` A.2).
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

impl Restore {
    /// The API's ApplicationRestoreType for [`Restore::Latest`].
    pub const LATEST: &str = "RESTORE_FROM_LATEST_SNAPSHOT";
    /// The API's ApplicationRestoreType for [`Restore::Custom`]; SnapshotName stands beside it.
    pub const CUSTOM: &str = "RESTORE_FROM_CUSTOM_SNAPSHOT";
    /// The API's ApplicationRestoreType for [`Restore::Skip`].
    pub const SKIP: &str = "SKIP_RESTORE_FROM_SNAPSHOT";
}
