//! One moment of an incident, and every way in which a goal can end in it.

use std::time::Duration;

use super::super::super::{
    Action, Attempts, Consent, Done, Goal, GuardOutcome, Incident, Observed, Refusal, Stack, Step, Trigger, next_step,
};
use super::applications::{ModelState, application};
use super::rows::StuckRow;
use super::{NAMES, ROOT};
use crate::flink::{Application, Mask};
use crate::stack::{StackEvent, StackStatus};
use crate::time::Timestamp;

/// One moment of an incident.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) status: StackStatus,
    pub(super) rows: Vec<StuckRow>,
    pub(super) consent: Consent,
    pub(super) may_continue: bool,
    pub(super) attempts: u32,
    pub(super) states: [ModelState; 2],
    pub(super) trigger: Trigger,
}

/// After the newest snapshot, in hours; milliseconds.
pub(super) const NOW: i64 = 1_000_000 + 31 * 3_600_000;

impl Moment {
    pub(super) fn incident(&self) -> Incident {
        let own = |time: i64, status: &str, token: String| StackEvent {
            id: format!("stack-{time}"),
            time: Timestamp(time),
            stack: ROOT.into(),
            logical_id: "root".into(),
            physical_id: ROOT.into(),
            resource_type: "AWS::CloudFormation::Stack".into(),
            status: status.into(),
            token,
            ..StackEvent::default()
        };
        let mut events = vec![own(0, "UPDATE_IN_PROGRESS", String::new())];
        events.push(own(1, "UPDATE_ROLLBACK_IN_PROGRESS", String::new()));
        for attempt in 0..self.attempts {
            let time = 10 * i64::from(attempt + 1);
            events.push(own(time, "UPDATE_ROLLBACK_FAILED", String::new()));
            events.push(own(time + 1, "UPDATE_ROLLBACK_IN_PROGRESS", format!("unstick-{attempt}")));
        }
        events.extend(self.rows.iter().map(|row| row.event(100)));
        events.push(own(101, self.status.as_str(), String::new()));
        events.reverse();
        Incident {
            stack: ROOT.into(),
            status: self.status,
            may_continue: self.may_continue,
            consent: self.consent,
            events,
            trigger: self.trigger,
            is_guarded: true,
            applications: NAMES.map(str::to_owned).into(),
            attempted: Vec::new(),
            mask: Mask::default(),
        }
    }

    pub(super) fn applications(&self, concerned: &[String]) -> Vec<Application> {
        let each = NAMES.iter().zip(self.states).filter_map(|(name, state)| application(name, state));
        each.filter(|one| concerned.contains(&one.name)).collect()
    }

    /// Every way in which this goal can end here.
    pub(super) fn ends(&self, goal: &Goal, name: &str) -> Vec<Result<Done, Refusal>> {
        let application = || name.to_owned();
        match goal {
            Goal::Unmarked(_) => vec![
                Ok(Done::Unmarked),
                Ok(Done::Gone),
                Err(Refusal::Denied { action: Action::UntagResource, error: String::new() }),
            ],
            Goal::Guarded(_) => vec![
                Ok(Done::Guarded(GuardOutcome::Probed)),
                Ok(Done::Guarded(GuardOutcome::ForceStopped)),
                Err(Refusal::Superseded),
                Err(Refusal::ReplayForbidden { application: application(), why: String::new() }),
            ],
            Goal::Stopped(_) | Goal::Settled(_) => vec![
                Ok(Done::Settled),
                Ok(Done::Stopped),
                Ok(Done::NotRunning),
                Ok(Done::Gone),
                Err(Refusal::Superseded),
                Err(Refusal::ReplayForbidden { application: application(), why: String::new() }),
                Err(Refusal::WouldNotStop { application: application(), error: String::new() }),
                Err(Refusal::Unanswered { action: Action::StopApplication, error: String::new() }),
                Err(Refusal::Denied { action: Action::StopApplication, error: String::new() }),
            ],
            Goal::Continued(_) => {
                let stack = Stack { status: Some(self.status), superseded: false, continued: self.attempts };
                let (now, attempts, poll_interval) = (Timestamp(NOW), Attempts::default(), Duration::from_secs(5));
                let observed = Observed { now, application: None, stack, attempts, poll_interval };
                match next_step(goal, &observed) {
                    Step::Call(..) => vec![
                        Ok(Done::RollbackContinued),
                        Ok(Done::NoLongerStuck),
                        Err(Refusal::Rejected { action: Action::ContinueUpdateRollback, error: String::new() }),
                    ],
                    Step::Refuse(refusal) => vec![Err(refusal)],
                    Step::Done(_) | Step::Wait(_) => panic!("a stuck stack is continued or refused"),
                }
            }
            Goal::Recovered(goal) if !goal.prove => {
                vec![Ok(Done::Started), Ok(Done::Gone), Err(Refusal::RolledBack { application: application() })]
            }
            Goal::Recovered(_) => vec![
                Ok(Done::Healthy),
                Ok(Done::AwaitingFix { error: String::new() }),
                Ok(Done::Gone),
                Ok(Done::LeftToDeployment),
                Err(Refusal::RolledBack { application: application() }),
            ],
            Goal::Running(_) | Goal::Properties(_) | Goal::Swept(_) => {
                panic!("an incident has no such goal: {goal:?}")
            }
        }
    }
}
