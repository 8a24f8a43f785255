//! How an operation on a stack ended, and what a command that waited for it ends with.

/// How an operation on a stack ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything that it is for was done.
    Done,
    /// It failed, and the stack is again what it was, or gone where it was new.
    RolledBack,
    /// It failed, and the stack stays as it is.
    Failed,
}

impl Ending {
    /// What the command ends with.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::RolledBack => 4,
        }
    }
}
