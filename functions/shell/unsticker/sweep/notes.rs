//! What a sweep reports.

use shared::contract::{ActionTaken, Notify, Outcome, Report};
use shared::lifecycle::{Action, Refusal, Reminder, is_news, is_reminder_due};
use shared::time::Timestamp;

use crate::aws::error::Fault;
use crate::clock::now;
use crate::metrics;
use crate::reconcile::CallHistory;
use crate::unsticker::report as message;

/// Of so many that were passed over it is reported why.
const MAX_LISTED: usize = 3;

/// What is reported at the end.
pub(super) struct Notes {
    pub(super) report: Report,
    passed_over: Vec<String>,
    /// Applications whose names are none that this deployment's roles reach.
    pub(super) out_of_reach: usize,
}

impl Notes {
    pub(super) fn new() -> Self {
        Self { report: message::blank(Outcome::Swept, ""), passed_over: Vec::new(), out_of_reach: 0 }
    }

    /// Adds a sentence to what the sweep reports.
    pub(super) fn say(&mut self, sentence: &str) {
        message::say(&mut self.report, sentence);
    }

    /// The unsticker was invoked for a stack, or could not be.
    pub(super) fn invoked(&mut self, function: &str, root: &str, is_invoked: bool) {
        if !is_invoked && is_reminder_due(Timestamp(0), now()) {
            self.report.notify = Notify::People;
        }
        self.report.actions.push(ActionTaken {
            call: format!("Invoke {function} for {root}"),
            because: "the stack is stuck, or an application of it was stopped and not started again".to_owned(),
            refused: (!is_invoked).then(|| "Lambda did not take the event; the function's log says why".to_owned()),
        });
    }

    /// A job that these handlers stopped does not run.
    pub(super) fn remind(&mut self, name: &str, reminder: &Reminder) {
        let lost_after = message::time(reminder.lost_after);
        metrics::stopped_job(name, &lost_after);
        let hours = reminder.age.as_secs() / 3600;
        self.say(&format!(
            "{name} was stopped and does not run: {hours} hours would be read again now; if it runs again by {lost_after}, nothing is lost."
        ));
        if reminder.is_due {
            self.report.notify = Notify::People;
            let next = format!(
                "Deploy a fix, or start it: aws kinesisanalyticsv2 start-application --application-name {name}"
            );
            self.report.also(Outcome::Swept, &next);
        }
    }

    /// What a person may have to know.
    pub(super) fn refused(&mut self, name: &str, refusal: &Refusal, trail: &CallHistory) {
        if let Refusal::SnapshotFailed { error, .. } = refusal {
            metrics::snapshot_failed(name, error);
        }
        let is_news = trail
            .last
            .as_ref()
            .map_or_else(|| is_reminder_due(Timestamp(0), now()), |observed| is_news(refusal, observed));
        if is_news {
            self.report.notify = Notify::People;
        }
        self.say(&refusal.to_string());
        if self.report.next.is_empty() {
            refusal.remedy().clone_into(&mut self.report.next);
        }
    }

    /// What could not be looked at is looked at by the next sweep.
    pub(super) fn pass_over(&mut self, what: &str, fault: Fault) {
        let why = match fault {
            Fault::Transient(why) | Fault::Throttled(why) => why,
            fault => fault.refusal(Action::DescribeApplication).to_string(),
        };
        self.passed_over.push(format!("{what} was passed over: {why}"));
    }

    /// The report of this sweep, with its worst outcome.
    pub(super) fn message(mut self) -> Report {
        let passed_over = std::mem::take(&mut self.passed_over);
        passed_over.iter().take(MAX_LISTED).for_each(|one| self.say(one));
        let more = passed_over.len().saturating_sub(MAX_LISTED);
        for (many, what) in
            [(more, "more were passed over"), (self.out_of_reach, "applications are out of this function's reach")]
        {
            if many > 0 {
                self.say(&format!("{many} {what}."));
            }
        }
        self.report
    }
}
