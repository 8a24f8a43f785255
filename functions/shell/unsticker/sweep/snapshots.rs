//! The snapshots of one application, in a sweep.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use shared::contract::success_reason;
use shared::lifecycle::{Done, Goal, Stack, Swept};

use super::Sweep;
use crate::aws::cloudformation::StackSeen;
use crate::aws::error::Fault;
use crate::backoff::Pace;
use crate::clock::{instant, now};
use crate::reconcile::{CallHistory, InNameOf, ReconcileError, ReconcileTarget, drive};
use crate::unsticker::report as message;

/// How long one application may keep the others waiting, in waits of the polling policy: five minutes.
const PATIENCE: u32 = 60;

impl Sweep<'_> {
    /// The snapshots of one application.
    pub(super) async fn look_after(&mut self, name: &str, root: Option<&StackSeen>) {
        let environment = &self.aws.environment;
        let keep = usize::try_from(environment.keep_snapshots).unwrap_or(usize::MAX);
        let goal = Goal::Swept(Swept { snapshot: format!("flink-handlers-sweep-{}", minute()), keep });
        let subject = ReconcileTarget {
            stack: root.map_or_else(String::new, |root| root.id.clone()),
            application: Some(name.to_owned()),
            in_name_of: InNameOf::Sweep,
            stack_seen: root.map(|root| Stack { status: Some(root.status), ..Stack::default() }),
        };
        let mut trail = CallHistory::default();
        let until = self.until.min(instant() + environment.poll_interval * PATIENCE);
        let mut pace = Pace::new(environment, until);
        match drive(self.aws, &goal, &subject, &mut pace, &mut trail).await {
            Ok(done @ Done::Would { .. }) => {
                self.notes.say(&format!("{name}: {}", success_reason(&done, None)));
            }
            Ok(_) if trail.calls.is_empty() => return,
            Ok(_) => {}
            Err(ReconcileError::OutOfTime(_)) => {
                return self.notes.pass_over(name, Fault::Transient("it could not be looked at in time".to_owned()));
            }
            Err(ReconcileError::Refused(refusal)) => self.notes.refused(name, &refusal, &trail),
        }
        self.notes.report.applications.push(message::application(name, &trail));
    }
}

/// The minute that stands in the names of a sweep's snapshots, in UTC: `20261123T0415Z`.
fn minute() -> String {
    let seconds = now().0.div_euclid(1000);
    let text = DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default();
    let minute: String = text.chars().take(16).filter(|letter| !['-', ':'].contains(letter)).collect();
    format!("{minute}Z")
}
