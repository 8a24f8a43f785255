//! What was done about keys of property groups that had another value.

use std::fmt;

/// A key with another value than it should have, and what was done about it. Never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// Where the key stands: `Group/key`.
    pub place: String,
    /// What was done with it.
    pub how: KeyAction,
}

/// What was done about a key with another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    /// Ours, and changed or dropped behind our back.
    Repaired,
    /// Ours, and dropped by the update of the application that this deployment made: the RUNNING job went on without
    /// it.
    Wiped,
    /// It was not ours, and was overwritten.
    Replaced,
    /// It was not ours, and was kept.
    Kept,
}

impl fmt::Display for KeyAction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Repaired => "repaired",
            Self::Wiped => "given back",
            Self::Replaced => "replaced",
            Self::Kept => "kept",
        })
    }
}
