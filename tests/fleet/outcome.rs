//! What became of the stacks, counted in the journal of calls, and a row of the table that it makes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use local_aws::State;
use local_aws::api::Recorded;
use local_aws::fleet::{self, is_forbidden, is_throttled};

use crate::cure::Setting;

/// Both services whose rate is limited.
pub(crate) const SERVICES: [&str; 2] = ["kinesisanalytics", "cloudformation"];
/// The function.
pub(crate) const UNSTICKER: &str = "flink-rollback-unsticker";

/// The heads of the columns.
pub(crate) const HEADS: &str = "\
  rate  concurrency     cured  forbidden  lost  throttled  attempts  calls     time    bound\n  \
  per s               of stacks   calls  events     calls per stack per stack     min      min";

/// What became of the stacks.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) setting: Setting,
    pub(crate) stacks: usize,
    pub(crate) cured: usize,
    /// Calls that the API forbids at that moment, or the role altogether, by action and code.
    pub(crate) forbidden: BTreeMap<String, usize>,
    /// Events that nobody will handle any more: in the dead-letter queue, or undeliverable.
    pub(crate) lost: usize,
    pub(crate) attempts: usize,
    pub(crate) throttled: usize,
    /// Of both services, throttled ones left out.
    pub(crate) calls: usize,
    /// What the rate lets these calls through in: those of the service that was asked more, after its burst.
    pub(crate) bound: Duration,
    /// As on AWS.
    pub(crate) took: Duration,
}

impl Outcome {
    pub(crate) fn count(state: &State, stacks: &[String], since: usize, setting: Setting, took: Duration) -> Self {
        let own: Vec<&Recorded> = fleet::calls_of(state, UNSTICKER, since).collect();
        let (throttled, calls): (Vec<&Recorded>, Vec<&Recorded>) = own.into_iter().partition(|call| is_throttled(call));
        let mut forbidden: BTreeMap<String, usize> = BTreeMap::new();
        for call in calls.iter().filter(|call| is_forbidden(call)) {
            let code = call.refused.as_deref().unwrap_or_default();
            *forbidden.entry(format!("{} {code}", call.action)).or_default() += 1;
        }
        let of = |service: &str| calls.iter().filter(|call| call.action.starts_with(service)).count();
        let most = u32::try_from(SERVICES.map(of).into_iter().max().unwrap_or_default()).unwrap_or(u32::MAX);
        Self {
            setting,
            stacks: stacks.len(),
            cured: stacks.iter().filter(|stack| fleet::is_cured(state, stack)).count(),
            forbidden,
            lost: fleet::lost(state),
            attempts: state.lambda.invocations.iter().filter(|one| one.function == UNSTICKER).count(),
            throttled: throttled.len(),
            calls: calls.len(),
            bound: Duration::from_secs_f64((f64::from(most) / setting.rate - 2.0).max(0.0)),
            took,
        }
    }

    /// Nobody forgotten, nothing forbidden.
    pub(crate) fn is_good(&self) -> bool {
        self.cured == self.stacks && self.forbidden.is_empty() && self.lost == 0
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |many: usize| {
            let tenths = 10 * many / self.stacks.max(1);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let minutes = |time: Duration| format!("{:.1}", time.as_secs_f64() / 60.0);
        let concurrency = self.setting.concurrency.map_or("none".to_owned(), |one| one.to_string());
        let cured = format!("{}/{}", self.cured, self.stacks);
        write!(
            formatter,
            "  {:>4}  {concurrency:>11}  {cured:>9}  {:>9}  {:>4}  {:>9}  {:>8}  {:>5}  {:>7}  {:>7}",
            self.setting.rate,
            self.forbidden.values().sum::<usize>(),
            self.lost,
            self.throttled,
            each(self.attempts),
            each(self.calls),
            minutes(self.took),
            minutes(self.bound),
        )?;
        for (call, times) in &self.forbidden {
            write!(formatter, "\n        {times} x {call}")?;
        }
        Ok(())
    }
}
