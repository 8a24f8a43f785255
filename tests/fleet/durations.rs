//! How long things last on AWS, in virtual time: what Flink takes, and when Lambda tries again.

use std::time::Duration;

use local_aws::State;
use local_aws::flink::{Hold, Status};

/// How long a status lasts, in seconds: a start as in `performance.md` part 5, the others as users report them.
const LASTS: [(Status, u64); 4] =
    [(Status::Starting, 90), (Status::Updating, 30), (Status::Stopping, 60), (Status::ForceStopping, 30)];
/// And a snapshot.
const SNAPSHOT_LASTS: u64 = 30;
/// When Lambda tries a failed event again, and from when to when one that is throttled, in seconds.
const RETRY_DELAYS: [u64; 2] = [60, 120];
const THROTTLE_DELAYS: [u64; 2] = [1, 300];

/// What `make deploy` sets on the functions, and that callers which were throttled together do not come back together.
pub(crate) const VARIABLES: [(&str, &str); 4] = [
    ("POLL_INTERVAL_MS", "5000"),
    ("REPLY_MARGIN_MS", "15000"),
    ("STABILIZE_SECONDS", "60"),
    ("VIRTUAL_TIME_DICE", "thrown"),
];

/// From now on everything lasts as it does on AWS.
pub(crate) fn slow_down(state: &mut State) {
    for (status, seconds) in LASTS {
        state.flink.hold("*", status, Hold::For(Duration::from_secs(seconds)));
    }
    state.lambda.retry_delays = RETRY_DELAYS.map(Duration::from_secs);
    state.lambda.throttle_delays = THROTTLE_DELAYS.map(Duration::from_secs);
    state.flink.hold_snapshots(Hold::For(Duration::from_secs(SNAPSHOT_LASTS)));
}
