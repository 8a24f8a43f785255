//! The incident report: what the unsticker saw, did, and leaves to a person. Its invocation's result, routed by wiring.

use serde::{Deserialize, Serialize};

use super::trigger::Invocation;
use crate::lifecycle::{is_new, is_reminder_due};
use crate::time::Timestamp;

/// How an incident stands. The word that rules and alarms match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// ContinueUpdateRollback was accepted; the UPDATE_ROLLBACK_COMPLETE event carries on.
    RollbackContinued,
    /// Every application that was stopped runs again, proven by a snapshot.
    Recovered,
    /// The old code fails again: stopped on purpose; deploy a fix.
    StoppedAwaitingFix,
    /// It is left to a person; what was still done is listed.
    Refused,
    /// No tagged application is concerned.
    NotOurs,
    /// What would have been done.
    DryRun,
    /// UPDATE_FAILED with rollback disabled: reported, never touched.
    Reported,
    /// A sweep, with what it did.
    Swept,
}

/// Who is notified of a report. A word, not a boolean: CloudFormation makes a string of a boolean in an event pattern,
/// and EventBridge then matches nothing (aws-cloudformation/cloudformation-coverage-roadmap issue 251).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notify {
    /// It goes to the topic.
    People,
    /// It stays in the log: a sweep that found nothing, or what was reported not long ago.
    #[serde(rename = "Nobody")]
    LogOnly,
}

/// The report that the unsticker returns, logs and publishes: how an incident stands and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Report {
    /// For the reader of a mail: the stack, what became of it, and the next step. Empty until
    /// [`Report::summarized`].
    pub summary: String,
    /// How the incident stands, in one of eight words.
    pub outcome: Outcome,
    /// The root stack's ARN; empty for a sweep of the region.
    pub stack: String,
    /// The first failed resource's own reason.
    pub cause: String,
    /// What stopped the rollback: logical IDs with their reasons.
    pub blockers: Vec<String>,
    /// Each call to the stack itself, with its reason.
    pub actions: Vec<ActionTaken>,
    /// The applications concerned, each with the calls that were made for it.
    pub applications: Vec<ApplicationReport>,
    /// Which attempt at continuing the rollback this is, from 1; 0 when none was made.
    pub attempt: u32,
    /// What is replayed or lost.
    pub state: String,
    /// The next command for a person; empty when there is nothing to do.
    pub next: String,
    /// Whether people are notified: what the rule to the topic matches on.
    pub notify: Notify,
    /// The version of the handlers that wrote it ([`VERSION`](super::VERSION)).
    #[serde(default)]
    pub version: String,
}

impl Outcome {
    /// How much a person has to do about it: of several, the heaviest is the report's.
    const fn weight(self) -> u8 {
        match self {
            Self::NotOurs => 0,
            Self::Recovered | Self::RollbackContinued | Self::Swept => 1,
            Self::DryRun | Self::Reported => 2,
            Self::StoppedAwaitingFix => 3,
            Self::Refused => 4,
        }
    }

    /// The one of two outcomes about which a person has more to do.
    #[must_use]
    pub const fn worse(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }
}

impl Report {
    /// One more finding: the worst is the report's outcome, and every next command stays.
    pub fn also(&mut self, outcome: Outcome, next: &str) {
        self.outcome = self.outcome.worse(outcome);
        if !self.next.is_empty() && !next.is_empty() {
            self.next.push(' ');
        }
        self.next.push_str(next);
    }

    /// Who is notified. What a sweep finds again notifies when it is new, and then once an hour; `rests_since` is when
    /// the stack came to be as it is.
    #[must_use]
    pub fn recipients(&self, invocation: &Invocation, rests_since: Option<Timestamp>, now: Timestamp) -> Notify {
        let is_repeated = match invocation {
            Invocation::Sweep if self.outcome == Outcome::Swept => return self.notify,
            Invocation::Sweep => true,
            // What waits or is left to a person is no news for long.
            Invocation::Found { .. } if self.outcome == Outcome::Reported && !self.has_called(|_| true) => {
                let is_news = rests_since.is_some_and(|since| is_new(now.since(since)));
                return if is_news { Notify::People } else { Notify::LogOnly };
            }
            // A marker that was written and removed again, or a snapshot that proved nothing, changed nothing.
            Invocation::Found { .. } if self.outcome == Outcome::Refused => !self.has_called(|action| {
                let passing = ["TagResource", "UntagResource", "CreateApplicationSnapshot"];
                !passing.iter().any(|call| action.call.starts_with(call))
            }),
            Invocation::Found { .. } => !self.has_called(|_| true),
            Invocation::StackStatusChange { .. } | Invocation::Operator { .. } => false,
        };
        let notifies = !is_repeated || is_reminder_due(rests_since.unwrap_or_default(), now);
        if self.outcome != Outcome::NotOurs && notifies { Notify::People } else { Notify::LogOnly }
    }

    /// With its summary, which a mail begins with.
    #[must_use]
    pub fn summarized(self) -> Self {
        // `arn:...:stack/<name>/<uuid>`; a sweep has none.
        let stack = self.stack.split('/').nth(1).unwrap_or_default();
        let what = match self.outcome {
            Outcome::RollbackContinued => "its rollback was continued",
            Outcome::Recovered => "its applications run again",
            Outcome::StoppedAwaitingFix => "its job failed again and was stopped until a fix is deployed",
            Outcome::Refused => "a person is needed",
            Outcome::NotOurs => "nothing was done",
            Outcome::DryRun => "this would be done (dry run)",
            Outcome::Reported => "a person may have to act",
            Outcome::Swept => "the sweep of this region found something",
        };
        let mut summary = if stack.is_empty() { format!("{what}.") } else { format!("{stack}: {what}.") };
        if !self.next.is_empty() {
            summary = format!("{summary} Next: {}", self.next);
        }
        if !stack.is_empty() {
            summary = format!("{summary} Confirm this with: make why STACK={stack}");
        }
        Self { summary, ..self }
    }

    /// Whether such a call was made and the service took it.
    fn has_called(&self, of: impl Fn(&ActionTaken) -> bool) -> bool {
        let of_applications = self.applications.iter().flat_map(|application| &application.actions);
        self.actions.iter().chain(of_applications).any(|action| action.refused.is_none() && of(action))
    }
}

/// One application in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationReport {
    /// The application's name, not its ARN.
    pub application_name: String,
    /// The status it was found in.
    pub found: String,
    /// The status it was left in.
    pub left: String,
    /// The snapshot it resumes from; empty for none.
    pub snapshot: String,
    /// The log group in which the job says what it fails on; empty when it has none.
    pub log_group: String,
    /// That snapshot's age in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_age_minutes: Option<u64>,
    /// Each call that was made (or would be), with its reason.
    pub actions: Vec<ActionTaken>,
}

/// One call, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionTaken {
    /// The API operation, `StopApplication` for example.
    pub call: String,
    /// Why the call was made, in half a sentence.
    pub because: String,
    /// The service's own words, when it refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refused: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcome: Outcome, refused: Option<&str>) -> Report {
        let refused = refused.map(str::to_owned);
        let action = ActionTaken { call: "StopApplication".into(), because: "it must".into(), refused };
        Report {
            summary: String::new(),
            outcome,
            stack: String::new(),
            cause: String::new(),
            blockers: Vec::new(),
            actions: vec![action],
            applications: Vec::new(),
            attempt: 0,
            state: String::new(),
            next: String::new(),
            notify: Notify::LogOnly,
            version: String::new(),
        }
    }

    #[test]
    fn a_summary_names_the_stack_what_became_of_it_and_the_next_step() {
        let stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1".to_owned();
        let refused = Report { stack, next: "Deploy a fix.".into(), ..report(Outcome::Refused, None) };
        let expected = "orders: a person is needed. Next: Deploy a fix. Confirm this with: make why STACK=orders";
        assert_eq!(refused.summarized().summary, expected);
        assert_eq!(report(Outcome::Swept, None).summarized().summary, "the sweep of this region found something.");
    }

    #[test]
    fn a_refusal_that_a_sweep_finds_again_notifies_when_it_is_new_and_once_an_hour() {
        let (found, refused) = (Invocation::Found { stack_id: "s".into() }, report(Outcome::Refused, Some("no")));
        let minute = |minute: i64| Timestamp(1_795_406_400_000 + minute * 60_000);
        let notified = |since, now| refused.recipients(&found, Some(minute(since)), minute(now));
        assert_eq!(notified(10, 20), Notify::People, "new");
        assert_eq!(notified(-600, 20), Notify::LogOnly, "ten hours old and twenty minutes");
        assert_eq!(notified(-600, 62), Notify::People, "eleven hours old");
        let acted = report(Outcome::Refused, None);
        assert_eq!(acted.recipients(&found, Some(minute(-600)), minute(20)), Notify::People, "something was done");
        let mut proven = acted;
        proven.actions[0].call = "CreateApplicationSnapshot of a proof".into();
        assert_eq!(proven.recipients(&found, Some(minute(-600)), minute(20)), Notify::LogOnly, "it proved nothing");
        let event = Invocation::StackStatusChange { stack_id: "s".into(), status: "UPDATE_ROLLBACK_FAILED".into() };
        assert_eq!(refused.recipients(&event, None, minute(20)), Notify::People, "an event");
        assert_eq!(report(Outcome::NotOurs, None).recipients(&event, None, minute(2)), Notify::LogOnly);
    }
}
