//! Time passes faster here than on AWS, for everything alike: what the functions wait, what Flink takes, how Lambda
//! retries, and the rate of the API. The ratio between them, which decides who is throttled, is that of AWS.

use std::time::Duration;

use local_aws::State;
use local_aws::flink::{Hold, Status};

/// How long a status lasts on AWS, in seconds: a start as in `performance.md` part 5, the others as users report them.
const LASTS: [(Status, u64); 4] =
    [(Status::Starting, 90), (Status::Updating, 30), (Status::Stopping, 60), (Status::ForceStopping, 30)];
/// And a snapshot.
const SNAPSHOT_LASTS: u64 = 30;
/// The functions' timeout on AWS, in seconds.
const TIMEOUT: u64 = 900;

/// So many seconds of AWS are one here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale(pub(crate) u32);

impl Scale {
    /// What so long on AWS lasts here.
    pub(crate) fn here(self, on_aws: Duration) -> Duration {
        on_aws / self.0
    }

    /// What so long here would last on AWS.
    pub(crate) fn on_aws(self, here: Duration) -> Duration {
        here * self.0
    }

    /// A rate on AWS as one here.
    pub(crate) fn rate(self, per_second: f64) -> f64 {
        per_second * f64::from(self.0)
    }

    /// What `make deploy` sets on the functions. STOP_MINUTES cannot be scaled, and nothing here takes so long.
    pub(crate) fn variables(self) -> [(&'static str, String); 3] {
        [("POLL_INTERVAL_MS", 5000), ("REPLY_MARGIN_MS", 15_000), ("STABILIZE_SECONDS", 60)]
            .map(|(name, on_aws)| (name, (on_aws / self.0).to_string()))
    }

    /// From now on everything lasts as it does on AWS.
    pub(crate) fn slow_down(self, state: &mut State) {
        let here = |seconds: u64| self.here(Duration::from_secs(seconds));
        for (status, seconds) in LASTS {
            state.flink.hold("*", status, Hold::For(here(seconds)));
        }
        state.flink.hold_snapshots(Hold::For(here(SNAPSHOT_LASTS)));
        state.lambda.retry_delays = [here(60), here(120)];
        state.lambda.throttle_delays = [here(1), here(300)];
        state.lambda.second = here(1);
        for function in state.lambda.functions.values_mut() {
            function.timeout = TIMEOUT / u64::from(self.0);
        }
    }
}
