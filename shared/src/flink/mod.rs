//! What Managed Service for Apache Flink says: applications, operations, snapshots, statuses and error texts as values.

mod application;
mod error_text;
mod history;
mod kind;
mod mask;
mod operation;
mod run_configuration;
mod runtime;
mod snapshot;
mod snapshot_mode;
mod status;

pub use application::{Application, PropertyGroup};
pub use error_text::without_frames;
pub use kind::ApplicationKind;
pub use mask::Mask;
pub use operation::{Operation, Operations};
pub(crate) use operation::{SNAPSHOT, START};
pub use run_configuration::Restore;
pub use runtime::{FlinkVersion, Runtime, Upgrade};
pub use snapshot::Snapshot;
pub use snapshot_mode::SnapshotMode;
pub use status::{ApplicationPhase, ApplicationStatus, OperationStatus, SnapshotStatus};
