//! The environment variables that a deployment sets and the shell reads.

use std::time::Duration;

use crate::lifecycle::IncidentSettings;

/// A whole number that a deployment may set on a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The environment variable, as the function reads it.
    pub name: &'static str,
    /// The parameter of `functions.template.json` that sets it.
    pub parameter: &'static str,
    /// What it sets, with its unit, for those who deploy.
    pub meaning: &'static str,
    /// What a function without the variable takes.
    pub default: u32,
    /// The greatest value. Bounds keep every sum of times within what a clock can hold.
    pub most: u32,
    /// Whether only the unsticker reads it.
    pub is_unstickers: bool,
}

const POLL_INTERVAL: Variable = Variable {
    name: "POLL_INTERVAL_MS",
    parameter: "PollIntervalMs",
    meaning: "The base wait of the polling policy, in milliseconds; all its waits scale with it.",
    default: 5000,
    most: 900_000,
    is_unstickers: false,
};
const REPLY_MARGIN: Variable = Variable {
    name: "REPLY_MARGIN_MS",
    parameter: "ReplyMarginMs",
    meaning: "How long before its deadline a function answers, in milliseconds.",
    default: 15_000,
    most: 900_000,
    is_unstickers: false,
};
const MAX_REPLAY: Variable = Variable {
    name: "MAX_REPLAY_HOURS",
    parameter: "MaxReplayHours",
    meaning: "The unsticker force-stops a job only if what is read and written again is younger than these hours.",
    default: 20,
    most: 8760,
    is_unstickers: true,
};
const STOP: Variable = Variable {
    name: "STOP_MINUTES",
    parameter: "StopMinutes",
    meaning: "How long the unsticker waits for a graceful stop, in minutes.",
    default: 10,
    most: 1440,
    is_unstickers: true,
};
const STABILIZE: Variable = Variable {
    name: "STABILIZE_SECONDS",
    parameter: "StabilizeSeconds",
    meaning: "How long a job that the unsticker started must stay RUNNING before a snapshot proves it, in seconds.",
    default: 60,
    most: 3600,
    is_unstickers: true,
};
const KEEP: Variable = Variable {
    name: "KEEP_SNAPSHOTS",
    parameter: "KeepSnapshots",
    meaning: "How many of the handlers' own snapshots of an application stay.",
    default: 10,
    most: 1000,
    is_unstickers: true,
};
/// The unsticker's variable that is `true` or `false`: the parameter `ContinueWithOwnRole` of `access`.
pub const CONTINUE_WITH_OWN_ROLE: &str = "CONTINUE_WITH_OWN_ROLE";

impl Variable {
    /// All of them, in the order of [`Environment`].
    pub const ALL: [Self; 6] = [POLL_INTERVAL, REPLY_MARGIN, MAX_REPLAY, STOP, STABILIZE, KEEP];
}

/// What can be set on a deployed function. Each has a default, so that a bare function works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// `POLL_INTERVAL_MS`: the base wait of the polling policy; all its waits scale with it.
    pub poll_interval: Duration,
    /// `REPLY_MARGIN_MS`: how long before the deadline the watchdog answers.
    pub reply_margin: Duration,
    /// `MAX_REPLAY_HOURS`: the bound of the replay rule.
    pub max_replay: Duration,
    /// `STOP_MINUTES`: how long a graceful stop may take.
    pub stop_patience: Duration,
    /// `STABILIZE_SECONDS`: how long a recovered job must stay RUNNING before a snapshot proves it.
    pub stabilize: Duration,
    /// `KEEP_SNAPSHOTS`: how many of our own snapshots stay.
    pub keep_snapshots: u32,
    /// `CONTINUE_WITH_OWN_ROLE`: continue the rollback of a stack that has no service role.
    pub continue_with_own_role: bool,
}

/// How long a start may take on the way back before it counts as hanging, in poll intervals: ten minutes at the default
/// one, after which a status that passes counts as stuck (`semantics.md` A.3).
const START_POLLS: u32 = 120;

impl Environment {
    /// How long a start may take on the way back before it counts as hanging.
    #[must_use]
    pub const fn start_patience(&self) -> Duration {
        self.poll_interval.saturating_mul(START_POLLS)
    }

    /// Reads it from `variable`, which gives a variable's text.
    ///
    /// # Errors
    /// The first variable that is set and cannot be read, with what it takes.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let number =
            |of: Variable| match variable(of.name) {
                None => Ok(u64::from(of.default)),
                Some(text) => text.parse().ok().filter(|number| *number <= u64::from(of.most)).ok_or_else(|| {
                    format!("{}: expected a whole number from 0 to {}, found \"{text}\"", of.name, of.most)
                }),
            };
        Ok(Self {
            poll_interval: Duration::from_millis(number(POLL_INTERVAL)?),
            reply_margin: Duration::from_millis(number(REPLY_MARGIN)?),
            max_replay: Duration::from_secs(3600 * number(MAX_REPLAY)?),
            stop_patience: Duration::from_secs(60 * number(STOP)?),
            stabilize: Duration::from_secs(number(STABILIZE)?),
            keep_snapshots: u32::try_from(number(KEEP)?).unwrap_or(u32::MAX),
            continue_with_own_role: match variable(CONTINUE_WITH_OWN_ROLE).as_deref() {
                None | Some("false") => false,
                Some("true") => true,
                Some(other) => {
                    return Err(format!("{CONTINUE_WITH_OWN_ROLE}: expected \"true\" or \"false\", found \"{other}\""));
                }
            },
        })
    }
}

/// How long a start in recovery may take, in waits of the polling policy: twice what AWS calls stuck, since large state
/// takes long to restore.
const START_PATIENCE: u32 = 240;

impl From<&Environment> for IncidentSettings {
    fn from(environment: &Environment) -> Self {
        let Environment { max_replay, stop_patience, stabilize, poll_interval, .. } = *environment;
        // All waits of the polling policy scale with its base: 20 minutes at 5 s.
        let start_patience = poll_interval * START_PATIENCE;
        Self { max_replay, stop_patience, start_patience, stabilize }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_function_has_defaults() {
        let environment = Environment::read(|_| None).unwrap();
        assert_eq!(environment.poll_interval, Duration::from_secs(5));
        assert_eq!(environment.max_replay, Duration::from_hours(20));
        assert!(!environment.continue_with_own_role);
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_named() {
        let error = Environment::read(|name| (name == "STOP_MINUTES").then(|| "ten".to_owned())).unwrap_err();
        assert_eq!(error, "STOP_MINUTES: expected a whole number from 0 to 1440, found \"ten\"");
    }
}
