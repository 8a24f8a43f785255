//! Runtimes, and which of them reads what another one saved (`SEMANTICS.md` A.2, G.51 to G.53).

use super::catalogue::INVALID_ARGUMENT;
use super::job::Saved;
use crate::api::{ApiError, ApiResult};

/// RuntimeEnvironment, as botocore 1.44.8 has it.
const ALL: [&str; 14] = [
    "SQL-1_0",
    "FLINK-1_6",
    "FLINK-1_8",
    "ZEPPELIN-FLINK-1_0",
    "FLINK-1_11",
    "FLINK-1_13",
    "ZEPPELIN-FLINK-2_0",
    "FLINK-1_15",
    "ZEPPELIN-FLINK-3_0",
    "FLINK-1_18",
    "FLINK-1_19",
    "FLINK-1_20",
    "FLINK-2_2",
    "FLINK-2_3",
];

/// A word that the service does not have is refused.
pub(super) fn check(runtime: &str) -> ApiResult<()> {
    if ALL.contains(&runtime) {
        return Ok(());
    }
    let every = ALL.join(", ");
    let failed = "failed to satisfy constraint: Member must satisfy enum value set";
    let message = format!("1 validation error detected: Value '{runtime}' at 'runtimeEnvironment' {failed}: [{every}]");
    Err(ApiError::new(INVALID_ARGUMENT, message))
}

/// What a job of `runtime` makes of what was saved.
pub(super) enum Reading {
    Reads,
    /// It is not restored at all.
    Refused(String),
    /// It is launched, fails when it reads its state, and restarts over and over.
    Loops(String),
}

pub(super) fn reading(runtime: &str, saved: &Saved) -> Reading {
    let (Some(own), Some(other)) = (version(runtime), version(&saved.runtime)) else { return Reading::Reads };
    if other > own {
        let (major, minor) = other;
        let cause = format!("Failed to rollback to checkpoint/savepoint: it was written by Flink {major}.{minor}");
        return Reading::Refused(format!("java.lang.IllegalStateException: {cause}"));
    }
    if saved.has_kryo_state && other.0 < 2 && own.0 >= 2 {
        let cause =
            "For heap backends, the new state serializer must not be incompatible with the old state serializer";
        return Reading::Loops(format!("org.apache.flink.util.StateMigrationException: {cause}"));
    }
    Reading::Reads
}

fn version(runtime: &str) -> Option<(u32, u32)> {
    let (major, minor) = runtime.strip_prefix("FLINK-")?.split_once('_')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
