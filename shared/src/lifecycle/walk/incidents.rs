//! The exhaustive walk over whole incidents: every stack status, set of blockers, consent, number of attempts and state of its
//! applications, against every way in which a goal can end. It fails on a stop while something incurable blocks or without consent, on
//! an attempt beyond the third, and on an incident that does not end.

use std::time::Duration;

use super::super::fixtures::{app, later, seen, snapshot};
use super::super::{
    Action, Application, ApplicationStatus, Attempted, Consent, Done, Goal, GuardOutcome, Incident, MARKER,
    MAX_ATTEMPTS, MAX_REPLAY_HOURS, Next, Observed, Operation, OperationStatus, Operations, Refusal, SNAPSHOT_FAILURE,
    Settings, SnapshotStatus, Stack, StackEvent, StackStatus, Standing, Step, Timestamp, Tried, Trigger, UNSTICK, next,
    next_step,
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
    /// The application of this index was busy.
    Busy(usize),
    /// A transient error of another resource.
    Transient,
    /// An application of another stack cannot be snapshotted; a logging option names it.
    Foreign,
    /// A resource that nobody but a person can mend, whose own message speaks of a cancellation.
    Incurable,
    /// A sibling that CloudFormation cancelled.
    Cancelled,
}

const ROWS: [Row; 8] = [
    Row::Snapshot(0),
    Row::Snapshot(1),
    Row::Logging(0),
    Row::Busy(0),
    Row::Transient,
    Row::Foreign,
    Row::Incurable,
    Row::Cancelled,
];

impl Row {
    const fn is_incurable(self) -> bool {
        match self {
            Self::Incurable | Self::Foreign => true,
            Self::Snapshot(_) | Self::Logging(_) | Self::Busy(_) | Self::Transient | Self::Cancelled => false,
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
            Self::Busy(index) => (
                "AWS::KinesisAnalyticsV2::Application",
                "Application",
                NAMES[index],
                "\"UPDATING\" (RequestToken: 0, HandlerErrorCode: ResourceConflict)".to_owned(),
            ),
            Self::Transient => (
                "AWS::DynamoDB::Table",
                "Table",
                "table",
                "\"again\" (RequestToken: 0, HandlerErrorCode: ServiceInternalError)".to_owned(),
            ),
            Self::Foreign => (
                "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
                "ForeignLogging",
                "3.1",
                refused("foreign"),
            ),
            Self::Incurable => ("Custom::Seed", "Seed", "seed", "Transaction cancelled, please refer".to_owned()),
            Self::Cancelled => ("AWS::Kinesis::Stream", "Stream", "stream", "Resource update cancelled".to_owned()),
        };
        let application = match self {
            Self::Logging(index) => Some(NAMES[index].to_owned()),
            Self::Foreign => Some("foreign".to_owned()),
            Self::Snapshot(_) | Self::Busy(_) | Self::Transient | Self::Incurable | Self::Cancelled => None,
        };
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
    /// The bound in its tag cannot be read.
    UnreadableBound,
    /// Stopped in this operation, with the marker.
    Marked,
}

const STATES: [State; 8] = [
    State::Running,
    State::TooOld,
    State::Ready,
    State::Gone,
    State::DryRun,
    State::Untagged,
    State::UnreadableBound,
    State::Marked,
];

fn application(name: &str, state: State) -> Option<Application> {
    let is_down = matches!(state, State::Ready | State::Marked);
    let status = if is_down { ApplicationStatus::Ready } else { ApplicationStatus::Running };
    let mut observed = seen(status);
    snapshot(&mut observed, "old", SnapshotStatus::Ready);
    if state != State::TooOld {
        later(&mut observed, Duration::from_hours(30));
        snapshot(&mut observed, "young", SnapshotStatus::Ready);
    }
    let application = app(&mut observed);
    name.clone_into(&mut application.name);
    let (key, value) = match state {
        State::Gone => return None,
        State::DryRun => (UNSTICK, "dry-run"),
        State::Untagged => (UNSTICK, "no"),
        State::UnreadableBound => (MAX_REPLAY_HOURS, "2h"),
        State::Marked => {
            let kind = "StopApplication".to_owned();
            let (status, started) = (OperationStatus::Successful, Timestamp(5));
            application.operations = Operations::Listed(vec![Operation {
                id: String::new(),
                is_new: false,
                kind,
                status,
                started,
                ended: None,
                error: None,
            }]);
            (MARKER, "stack-0")
        }
        State::Running | State::TooOld | State::Ready => return observed.application,
    };
    application.tags.insert(key.into(), value.into());
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
    trigger: Trigger,
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
            trigger: self.trigger,
            is_guarded: true,
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
    assert!(incident.attempted.len() <= 2 * NAMES.len() + 2, "it does not end: {moment:?} {:?}", incident.attempted);
    match next(incident, applications, &Settings::default(), Timestamp(NOW)) {
        Next::Report(standings) => {
            assert!(!standings.is_empty(), "a report that says nothing: {moment:?}");
            let continued = standings.iter().any(|one| matches!(one, Standing::Continued { .. }));
            assert!(!continued || moment.attempts < MAX_ATTEMPTS, "a fourth attempt: {moment:?}");
            walked.continued += usize::from(continued);
        }
        Next::Reach { goal, application } => {
            let name = application.clone().unwrap_or_default();
            assert_eq!(moment.consent, Consent::Enabled, "something is done without consent: {moment:?} {goal:?}");
            if let Some(index) = NAMES.iter().position(|one| *one == name) {
                let state = moment.states[index];
                assert!(!matches!(state, State::DryRun | State::Untagged), "without consent: {moment:?} {goal:?}");
            }
            let may_stop = matches!(goal, Goal::Stopped(_) | Goal::Settled(_) | Goal::Guarded(_));
            let continues = matches!(goal, Goal::Continued(_));
            walked.stops += usize::from(may_stop);
            if may_stop || continues {
                assert!(!moment.rows.iter().any(|row| row.is_incurable()), "in vain: {moment:?} {goal:?}");
                let known = continues || NAMES.contains(&name.as_str());
                assert!(known, "an application of another stack: {moment:?} {goal:?}");
            }
            if moment.status == StackStatus::UpdateRollbackFailed {
                assert!(moment.may_continue, "the rollback cannot be continued: {moment:?} {goal:?}");
                assert!(moment.attempts < MAX_ATTEMPTS, "after the last attempt: {moment:?} {goal:?}");
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
    // Of more than two kinds at once nothing is decided that two do not show.
    for bits in (0..1_usize << ROWS.len()).filter(|bits| bits.count_ones() <= 2) {
        let rows: Vec<Row> = (0..ROWS.len()).filter(|bit| bits >> bit & 1 == 1).map(|bit| ROWS[bit]).collect();
        for status in
            [StackStatus::UpdateRollbackFailed, StackStatus::UpdateRollbackComplete, StackStatus::UpdateFailed]
        {
            // Who invoked it matters to none but the last.
            let triggers = if status == StackStatus::UpdateFailed { 3 } else { 1 };
            for trigger in [Trigger::Event, Trigger::Sweep, Trigger::Operator].into_iter().take(triggers) {
                for consent in [Consent::None, Consent::DryRun, Consent::Enabled] {
                    for (may_continue, attempts) in [(true, 0), (true, 2), (true, 3), (true, 4), (false, 0)] {
                        for first in STATES {
                            for second in [State::Running, State::TooOld, State::Untagged, State::Marked] {
                                let (rows, states) = (rows.clone(), [first, second]);
                                let moment = Moment { status, rows, consent, may_continue, attempts, states, trigger };
                                moments.push(moment);
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
