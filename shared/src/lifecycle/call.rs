//! What a step can ask the shell to do, and how it answers for itself.

use std::fmt;

use super::action::Action;
use super::goal::key_change::KeyChange;
use crate::flink::{PropertyGroup, Restore};
use crate::time::Timestamp;

/// One request to AWS that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// StartApplication, which the service takes from READY alone (`semantics.md` A.3).
    Start {
        /// Which state the job begins with.
        restore: Restore,
        /// Whether state may be dropped; the service forgets it unless it is sent each time.
        allow_non_restored_state: bool,
    },
    /// StartApplication without a RunConfiguration, as a Studio notebook takes it. Only from READY.
    StartNotebook,
    /// StopApplication, with a snapshot first unless it is forced (`semantics.md` A.3).
    Stop {
        /// Without a snapshot: what came after the newest one is replayed.
        force: bool,
    },
    /// CreateApplicationSnapshot, which the service takes from RUNNING alone (`semantics.md` A.7).
    CreateSnapshot {
        /// The name, one of our own.
        name: String,
    },
    /// DeleteApplicationSnapshot. Never the newest READY one.
    DeleteSnapshot {
        /// The name, one of our own.
        name: String,
        /// When it was taken: the service wants it, exactly (`semantics.md` A.7).
        created: Timestamp,
    },
    /// UpdateApplication with property groups only, under the token of the look it was decided on.
    UpdateProperties {
        /// All groups: what is left out is removed (`semantics.md` A.6).
        groups: Vec<PropertyGroup>,
        /// On RUNNING, what the restart is reported: AllowNonRestoredState as now described.
        restart: Option<bool>,
        /// What this repairs or replaces, and what it keeps.
        settled: Vec<KeyChange>,
    },
    /// TagResource on the application: a marker of what these handlers did.
    Tag {
        /// The key, one of the contract's.
        key: &'static str,
        /// The tag's new value, at most 256 characters.
        value: String,
    },
    /// UntagResource on the application, once the marker is no longer true.
    Untag {
        /// The key, one of the contract's.
        key: &'static str,
    },
    /// ContinueUpdateRollback of the root stack; never with ResourcesToSkip.
    ContinueRollback {
        /// The same for every delivery of one incident.
        token: String,
    },
}

impl Call {
    /// The IAM action it takes.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Start { .. } | Self::StartNotebook => Action::StartApplication,
            Self::Stop { .. } => Action::StopApplication,
            Self::CreateSnapshot { .. } => Action::CreateApplicationSnapshot,
            Self::DeleteSnapshot { .. } => Action::DeleteApplicationSnapshot,
            Self::UpdateProperties { .. } => Action::UpdateApplication,
            Self::Tag { .. } => Action::TagResource,
            Self::Untag { .. } => Action::UntagResource,
            Self::ContinueRollback { .. } => Action::ContinueUpdateRollback,
        }
    }
}

impl fmt::Display for Call {
    /// What people read in logs and reports. Never a property's value.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { restore: Restore::Latest, .. } => {
                formatter.write_str("StartApplication, restoring the newest snapshot if there is one")
            }
            Self::Start { restore: Restore::Custom(name), .. } => write!(formatter, "StartApplication from {name}"),
            Self::Start { restore: Restore::Skip, .. } => formatter.write_str("StartApplication without state"),
            Self::StartNotebook => formatter.write_str("StartApplication"),
            Self::Stop { force: false } => formatter.write_str("StopApplication"),
            Self::Stop { force: true } => formatter.write_str("StopApplication with Force"),
            Self::CreateSnapshot { name } => write!(formatter, "CreateApplicationSnapshot {name}"),
            Self::DeleteSnapshot { name, .. } => write!(formatter, "DeleteApplicationSnapshot {name}"),
            Self::UpdateProperties { settled, .. } => {
                formatter.write_str("UpdateApplication with property groups")?;
                settled.iter().try_for_each(|KeyChange { place, how }| write!(formatter, ", {how} {place}"))
            }
            Self::Tag { key, value } => write!(formatter, "TagResource {key}={value}"),
            Self::Untag { key } => write!(formatter, "UntagResource {key}"),
            Self::ContinueRollback { .. } => formatter.write_str("ContinueUpdateRollback"),
        }
    }
}
