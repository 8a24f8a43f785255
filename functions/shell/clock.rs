//! The clock, which the core does not have.

use shared::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, as the core counts it.
pub(crate) fn now() -> Timestamp {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Timestamp(i64::try_from(millis).unwrap_or(i64::MAX))
}
