//! The exhaustive walk over whole incidents: every stack status, set of blockers, consent, number of attempts and state of its
//! applications, against every way in which a goal can end. It fails on a stop while something incurable blocks or without consent, on
//! an attempt beyond the third, and on an incident that does not end.

use std::time::Duration;

use super::super::fixtures::{app, later, seen, snapshot};
use super::super::{
    Action, Application, ApplicationStatus, Attempted, Consent, Done, Goal, Incident, MAX_ATTEMPTS, Next, Observed,
    Refusal, SNAPSHOT_FAILURE, Settings, SnapshotStatus, Stack, StackEvent, StackStatus, Standing, Step, Timestamp,
    Tried, Trigger, UNSTICK, next, next_step,
};

const ROOT: &str = "arn:stack/root";
const NAMES: [&str; 2] = ["first", "second"];

/// What a row says of one resource since the rollback began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The application of this index cannot be snapshotted.
    Snapshot(usize),
    /// Its logging option says so.
    Logging(usize),
    /// A resource that nobody but a person can mend.
    Incurable,
    /// A sibling that CloudFormation cancelled.
    Cancelled,
}

const ROWS: [Row; 5] = [Row::Snapshot(0), Row::Snapshot(1), Row::Logging(0), Row::Incurable, Row::Cancelled];

impl Row {
    const fn is_incurable(self) -> bool {
        match self {
            Self::Incurable => true,
            Self::Snapshot(_) | Self::Logging(_) | Self::Cancelled => false,
        }
    }

    fn event(self, time: i64) -> StackEvent {
        let refused = |name: &str| format!("\"{SNAPSHOT_FAILURE} {name} at this moment. It is down.\"");
        let (kind, id, physical, reason) = match self {
            Self::Snapshot(index) => {
                ("AWS::KinesisAnalyticsV2::Application", NAMES[index], NAMES[index], refused(NAMES[index]))
            }
            Self::Logging(index) => {
                ("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption", "Logging", "2.1", refused(NAMES[index]))
            }
            Self::Incurable => ("AWS::DynamoDB::Table", "Table", "table", "no capacity".to_owned()),
            Self::Cancelled => ("AWS::Kinesis::Stream", "Stream", "stream", "Resource update cancelled".to_owned()),
        };
        let application = if let Self::Logging(index) = self { Some(NAMES[index].to_owned()) } else { None };
        StackEvent {
            id: format!("{id}-{time}"),
            time: Timestamp(time),
            stack: ROOT.into(),
            logical_id: id.into(),
            physical_id: physical.into(),
            resource_type: kind.into(),
            status: "UPDATE_FAILED".into(),
            reason,
            application,
            ..StackEvent::default()
        }
    }
}

/// An application of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// Its newest snapshot is too old for a force-stop.
    TooOld,
    Ready,
    Gone,
    /// Its own tag says so.
    DryRun,
    /// Its own tag is no consent.
    Untagged,
}

const STATES: [State; 6] = [State::Running, State::TooOld, State::Ready, State::Gone, State::DryRun, State::Untagged];

fn application(name: &str, state: State) -> Option<Application> {
    let status = if state == State::Ready { ApplicationStatus::Ready } else { ApplicationStatus::Running };
    let mut observed = seen(status);
    snapshot(&mut observed, "old", SnapshotStatus::Ready);
    if state != State::TooOld {
        later(&mut observed, Duration::from_hours(30));
        snapshot(&mut observed, "young", SnapshotStatus::Ready);
    }
    let application = app(&mut observed);
    name.clone_into(&mut application.name);
    let consent = match state {
        State::Gone => return None,
        State::DryRun => "dry-run",
        State::Untagged => "no",
        State::Running | State::TooOld | State::Ready => return observed.application,
    };
    application.tags.insert(UNSTICK.into(), consent.into());
    observed.application
}

/// One moment of an incident.
#[derive(Debug, Clone)]
struct Moment {
    status: StackStatus,
    rows: Vec<Row>,
    consent: Consent,
    may_continue: bool,
    attempts: u32,
    states: [State; 2],
}

/// After the newest snapshot, in hours; milliseconds.
const NOW: i64 = 1_000_000 + 31 * 3_600_000;

impl Moment {
    fn incident(&self) -> Incident {
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
            trigger: Trigger::Event(Some(self.status)),
            applications: NAMES.map(str::to_owned).into(),
            attempted: Vec::new(),
        }
    }

    fn applications(&self, concerned: &[String]) -> Vec<Application> {
        let each = NAMES.iter().zip(self.states).filter_map(|(name, state)| application(name, state));
        each.filter(|one| concerned.contains(&one.name)).collect()
    }

    /// Every way in which this goal can end here.
    fn ends(&self, goal: &Goal, name: &str) -> Vec<Result<Done, Refusal>> {
        let application = || name.to_owned();
        match goal {
            Goal::Stopped(_) => vec![
                Ok(Done::Stopped),
                Ok(Done::NotRunning),
                Ok(Done::Gone),
                Err(Refusal::Superseded),
                Err(Refusal::ReplayForbidden { application: application(), why: String::new() }),
                Err(Refusal::WouldNotStop { application: application(), error: String::new() }),
                Err(Refusal::Denied { action: Action::StopApplication, error: String::new() }),
            ],
            Goal::Continued(_) => {
                let stack = Stack { status: Some(self.status), superseded: false, continued: self.attempts };
                let (now, tried, poll_interval) = (Timestamp(NOW), Tried::default(), Duration::from_secs(5));
                let observed = Observed { now, application: None, stack, tried, poll_interval };
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
            Goal::Recovered(_) => vec![
                Ok(Done::Healthy),
                Ok(Done::AwaitingFix),
                Ok(Done::Gone),
                Ok(Done::LeftToDeployment),
                Err(Refusal::RolledBack { application: application() }),
            ],
            Goal::Running(_) | Goal::Properties(_) | Goal::Guarded(_) | Goal::Swept(_) => {
                panic!("an incident has no such goal: {goal:?}")
            }
        }
    }
}

/// What was counted on the way.
#[derive(Debug, Default)]
struct Walked {
    moments: usize,
    decisions: usize,
    stops: usize,
    continued: usize,
}

/// Follows every way in which one invocation can go.
fn follow(moment: &Moment, incident: &mut Incident, applications: &[Application], walked: &mut Walked) {
    walked.decisions += 1;
    assert!(incident.attempted.len() <= 2 * NAMES.len() + 1, "it does not end: {moment:?} {:?}", incident.attempted);
    match next(incident, applications, &Settings::default(), Timestamp(NOW)) {
        Next::Report(standings) => {
            assert!(!standings.is_empty(), "a report that says nothing: {moment:?}");
            let continued = standings.iter().any(|one| matches!(one, Standing::Continued { .. }));
            assert!(!continued || moment.attempts < MAX_ATTEMPTS, "a fourth attempt: {moment:?}");
            walked.continued += usize::from(continued);
        }
        Next::Reach { goal, application } => {
            let name = application.clone().unwrap_or_default();
            if let Goal::Stopped(_) = goal {
                walked.stops += 1;
                let consents = |index: usize| {
                    !matches!(moment.states[index], State::DryRun | State::Untagged)
                        && moment.consent == Consent::Enabled
                };
                let index = NAMES.iter().position(|one| *one == name).expect("an application of this stack");
                assert!(consents(index), "a stop without consent: {moment:?}");
                assert!(moment.may_continue, "a stop, though the rollback cannot be continued: {moment:?}");
                assert!(!moment.rows.iter().any(|row| row.is_incurable()), "a stop, and it is in vain: {moment:?}");
            }
            for result in moment.ends(&goal, &name) {
                incident.attempted.push(Attempted { application: application.clone(), result });
                follow(moment, incident, applications, walked);
                incident.attempted.pop();
            }
        }
    }
}

fn moments() -> Vec<Moment> {
    let mut moments = Vec::new();
    for bits in 0..1_usize << ROWS.len() {
        let rows: Vec<Row> = (0..ROWS.len()).filter(|bit| bits >> bit & 1 == 1).map(|bit| ROWS[bit]).collect();
        for status in
            [StackStatus::UpdateRollbackFailed, StackStatus::UpdateRollbackComplete, StackStatus::UpdateFailed]
        {
            for consent in [Consent::None, Consent::DryRun, Consent::Enabled] {
                for may_continue in [true, false] {
                    for attempts in [0, 2, 3, 4] {
                        for first in STATES {
                            for second in [State::Running, State::TooOld, State::Untagged] {
                                let (rows, states) = (rows.clone(), [first, second]);
                                moments.push(Moment { status, rows, consent, may_continue, attempts, states });
                            }
                        }
                    }
                }
            }
        }
    }
    moments
}

#[test]
fn an_incident_ends_without_a_stop_in_vain_and_without_a_fourth_attempt() {
    let mut walked = Walked::default();
    for moment in moments() {
        walked.moments += 1;
        let mut incident = moment.incident();
        let applications = moment.applications(&incident.concerned());
        follow(&moment, &mut incident, &applications, &mut walked);
    }
    println!("{walked:?}");
    assert!(walked.stops > 0 && walked.continued > 0, "{walked:?}");
}
