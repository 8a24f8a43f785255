//! How many calls a second a service takes from the functions of the account.
//!
//! AWS publishes no figure for KinesisAnalyticsV2 or CloudFormation (`SEMANTICS.md` A.11, C.2): the rate is a
//! parameter, and nothing is limited unless a caller sets it. Each service has one token bucket in an account, as EC2
//! documents its own (EC2 API Reference, "Request throttling": a bucket that holds a burst and refills at a rate; a
//! throttled request takes no token).
//!
//! What counts is a call with a function's credentials, whatever it asks. CloudFormation's own calls and a person's do
//! not: the rate is what these leave to the functions.

use std::collections::BTreeMap;

use crate::api::{ApiError, ApiResult, Call};
use crate::{State, clock, lambda};

/// The limited services.
#[derive(Debug, Default)]
pub struct Rates {
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    tokens: f64,
    /// In seconds since 1970.
    filled: f64,
}

impl Rates {
    /// From now on `service` (as in IAM actions: `kinesisanalytics`, `cloudformation`) takes so many calls a second,
    /// and twice as many at once after a rest.
    pub fn limit(&mut self, service: &str, per_second: f64) {
        let full = Bucket { per_second, tokens: 2.0 * per_second, filled: clock::now() };
        self.buckets.insert(service.to_owned(), full);
    }

    fn takes(&mut self, service: &str, now: f64) -> bool {
        self.buckets.get_mut(service).is_none_or(|bucket| bucket.takes(now))
    }
}

impl Bucket {
    fn takes(&mut self, now: f64) -> bool {
        let passed = (now - self.filled).max(0.0);
        self.tokens = (self.tokens + passed * self.per_second).min(2.0 * self.per_second);
        self.filled = self.filled.max(now);
        let is_taken = self.tokens >= 1.0;
        if is_taken {
            self.tokens -= 1.0;
        }
        is_taken
    }
}

/// Refuses a function's call for which there is no token, before it is authorized.
///
/// # Errors
/// `Rate exceeded`, HTTP 400: Throttling from CloudFormation (API Reference, common errors), ThrottlingException from
/// Flink.
pub(crate) fn admit(state: &mut State, call: &Call<'_>) -> ApiResult<()> {
    let service = call.action.split(':').next().unwrap_or_default();
    if !lambda::is_a_function(state, call.caller) || state.rates.takes(service, clock::now()) {
        return Ok(());
    }
    Err(match service {
        "cloudformation" => ApiError::new("Throttling", "Rate exceeded"),
        _ => ApiError::throttled(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::Caller;
    use crate::{Settings, World, flink};

    #[test]
    fn after_the_burst_calls_pass_at_the_rate() {
        let mut rates = Rates::default();
        rates.limit("kinesisanalytics", 5.0);
        let start = rates.buckets["kinesisanalytics"].filled;
        let taken = |rates: &mut Rates, after: f64| {
            let now = start + after;
            (0..100).filter(|_| rates.takes("kinesisanalytics", now)).count()
        };
        assert_eq!(taken(&mut rates, 0.0), 10, "twice the rate at once");
        assert_eq!(taken(&mut rates, 0.199), 0);
        assert_eq!(taken(&mut rates, 0.201), 1, "one every fifth of a second");
        assert_eq!(taken(&mut rates, 1.202), 5);
        assert_eq!(taken(&mut rates, 60.0), 10, "never more than the burst");
    }

    #[test]
    fn services_without_a_rate_take_every_call() {
        let mut rates = Rates::default();
        rates.limit("kinesisanalytics", 1.0);
        assert!((0..100).all(|_| rates.takes("cloudformation", 0.0)));
    }

    #[test]
    fn a_functions_calls_count_and_a_persons_do_not() {
        let world = World::new(Settings::at("http://127.0.0.1:1"));
        let _invocations = lambda::in_test(&world, "f");
        let mut state = world.state();
        state.rates.limit("kinesisanalytics", 0.5);
        let mut list = |caller: &Caller| {
            let answer = flink::call(&mut state, &world.settings, caller, "ListApplications", &json!({}));
            answer.map_err(|error| (error.status, error.to_string()))
        };
        let function = Caller::Role("f".to_owned());
        assert_ne!(list(&function).unwrap_err().1, "ThrottlingException: Rate exceeded", "the burst of one");
        assert_eq!(list(&function).unwrap_err(), (400, "ThrottlingException: Rate exceeded".to_owned()));
        list(&Caller::Operator).unwrap();
    }
}
