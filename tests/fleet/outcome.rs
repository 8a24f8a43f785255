//! What became of the stacks, counted in the journal of calls, and a row of the table that it makes.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use local_aws::State;
use local_aws::api::Recorded;
use project::fleet::{self, is_throttled};

use crate::cure::Setting;

/// Both services whose rate is limited.
pub(crate) const SERVICES: [&str; 2] = ["kinesisanalytics", "cloudformation"];
/// The function.
pub(crate) const UNSTICKER: &str = "flink-rollback-unsticker";

/// The heads of the columns.
pub(crate) const HEADS: &str = concat!(
    "rate  concurrency      cured  forbidden  doubled  lost stacks  throttled  attempts  calls    time   bound  times\n",
    "  per s                of stacks      calls    calls events  swept      calls per stack per stack    min     min  bound",
);

/// What became of the stacks.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) setting: Setting,
    pub(crate) stacks: usize,
    pub(crate) cured: usize,
    /// Calls that the API forbids at that moment, or the role altogether, by action and code.
    pub(crate) forbidden: BTreeMap<String, usize>,
    /// Calls that another invocation had made a moment before.
    pub(crate) doubled: usize,
    /// Events that are not retried any more, though a sweep finds their stacks, by why: a person is notified of each.
    pub(crate) lost: BTreeMap<String, usize>,
    pub(crate) attempts: usize,
    /// Invocations by sweeps.
    pub(crate) invoked: usize,
    pub(crate) throttled: usize,
    /// Of both services, throttled ones left out.
    pub(crate) calls: usize,
    /// What the rate lets these calls through in: those of the service that was asked more, after its burst.
    pub(crate) bound: Duration,
    /// Until the last stack was cured.
    pub(crate) took: Duration,
    /// The calls, by action.
    pub(crate) by_action: BTreeMap<String, usize>,
}

impl Outcome {
    /// What was done since all were stuck; `journal` is what was called until all were cured.
    pub(crate) fn count(
        state: &State,
        stacks: &[String],
        journal: Range<usize>,
        setting: Setting,
        took: Duration,
    ) -> Self {
        let own: Vec<&Recorded> = fleet::calls_of(state, UNSTICKER, journal.start).collect();
        let late = fleet::calls_of(state, UNSTICKER, journal.end).count();
        let (throttled, calls): (Vec<&Recorded>, Vec<&Recorded>) = own.into_iter().partition(|call| is_throttled(call));
        let (forbidden, doubled) = fleet::forbidden(calls.iter().copied());
        let forbidden = forbidden.iter();
        let forbidden =
            counted(forbidden.map(|call| format!("{} {}", call.action, call.refused.as_deref().unwrap_or_default())));
        let invocations = || state.lambda.invocations.iter().filter(|one| one.function == UNSTICKER);
        let until_cured = calls.len().saturating_sub(late);
        let of = |service: &str| calls.iter().take(until_cured).filter(|call| call.action.starts_with(service)).count();
        let most = u32::try_from(SERVICES.map(of).into_iter().max().unwrap_or_default()).unwrap_or(u32::MAX);
        Self {
            setting,
            stacks: stacks.len(),
            cured: stacks.iter().filter(|stack| fleet::is_cured(state, stack)).count(),
            forbidden,
            doubled: doubled.len(),
            lost: counted(fleet::lost(state)),
            attempts: invocations().count(),
            invoked: invocations().filter(|one| one.payload["StackName"].is_string()).count(),
            throttled: throttled.len(),
            calls: calls.len(),
            bound: Duration::from_secs_f64((f64::from(most) / setting.rate - 2.0).max(0.0)),
            took,
            by_action: counted(calls.iter().map(|call| call.action.clone())),
        }
    }

    /// No stack left stuck, nothing forbidden.
    pub(crate) fn is_good(&self) -> bool {
        self.cured == self.stacks && self.forbidden.is_empty()
    }
}

fn counted(all: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    all.into_iter().fold(BTreeMap::new(), |mut counted, one| {
        *counted.entry(one).or_default() += 1;
        counted
    })
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |many: usize| {
            let tenths = 10 * many / self.stacks.max(1);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let minutes = |time: Duration| format!("{:.1}", time.as_secs_f64() / 60.0);
        let cured = format!("{}/{}", self.cured, self.stacks);
        let times = self.took.as_secs_f64() / self.bound.as_secs_f64().max(1.0);
        write!(
            formatter,
            "  {:>4}  {:>11}  {cured:>9}  {:>9}  {:>7}  {:>4}  {:>5}  {:>9}  {:>8}  {:>5}  {:>6}  {:>6}  {times:>5.2}",
            self.setting.rate,
            self.setting.concurrency,
            self.forbidden.values().sum::<usize>(),
            self.doubled,
            self.lost.values().sum::<usize>(),
            self.invoked,
            self.throttled,
            each(self.attempts),
            each(self.calls),
            minutes(self.took),
            minutes(self.bound),
        )?;
        for (action, calls) in &self.by_action {
            write!(formatter, "\n        {} x {action} per stack", each(*calls))?;
        }
        for (why, events) in &self.lost {
            write!(formatter, "\n        {events} events {why}")?;
        }
        for (call, times) in &self.forbidden {
            write!(formatter, "\n        {times} x {call}")?;
        }
        Ok(())
    }
}
