//! What an incident needs next: one goal for one application, or a report. Pure: the shell drives the goal, records how it ended in
//! [`Incident::attempted`], and asks again.

use std::time::Duration;

use super::super::goal::{Continued, Done, Force, Goal, Recovered, Stopped};
use super::super::observed::{Application, Timestamp};
use super::super::refusal::Refusal;
use super::super::replay::{Replay, replay};
use super::super::status::StackStatus;
use super::super::{MARKER, MAX_REPLAY_HOURS, UNSTICK, UNSTICK_TOKEN};
use super::{Assessment, Consent, Incident, assess, gate, plain, to_recover};

/// The most characters of a ClientRequestToken (`semantics.md` C.2).
const MAX_TOKEN_LEN: usize = 128;

/// The bounds within which the unsticker works; the deployment sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The most that a force-stop may have replayed; an application's tag may lower it.
    pub max_replay: Duration,
    /// How long a graceful stop, or a busy status, is waited for before force.
    pub stop_patience: Duration,
    /// How long a recovered job must stay RUNNING before a snapshot proves it.
    pub stabilize: Duration,
}

impl Default for Settings {
    /// What a deployment sets unless it is told otherwise.
    fn default() -> Self {
        let (max_replay, stop_patience) = (Duration::from_hours(20), Duration::from_mins(10));
        Self { max_replay, stop_patience, stabilize: Duration::from_mins(1) }
    }
}

impl Settings {
    /// The most that a force-stop of `application` may have replayed: the deployment's bound, which the application's tag may only lower.
    #[must_use]
    pub fn bound(&self, application: Option<&Application>) -> Duration {
        let own = application.and_then(|one| one.tag(MAX_REPLAY_HOURS)).and_then(|hours| hours.parse::<u64>().ok());
        own.map(Duration::from_hours).map_or(self.max_replay, |own| own.min(self.max_replay))
    }
}

/// What invoked the unsticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A stack's status changed; `None` for a status word that this version does not know. The stack itself may have gone on since.
    Event(Option<StackStatus>),
    /// A sweep found the stack unfinished.
    Sweep,
    /// A person named the stack.
    Operator,
}

/// A goal that this invocation drove, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// The application; none for the stack's own rollback.
    pub application: Option<String>,
    /// How it ended.
    pub result: Result<Done, Refusal>,
}

/// What an incident needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This goal is to be driven.
    Reach {
        /// The goal.
        goal: Goal,
        /// The application's name; none for a goal about the stack alone.
        application: Option<String>,
    },
    /// Nothing more can be done now: how the stack and each application concerned stand.
    Report(Vec<Standing>),
}

/// How a stack, or one of its applications, stands when nothing more can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// No tagged application is concerned.
    NotOurs,
    /// The stack's status asks for nothing.
    NothingStuck,
    /// The stack rests, and no application of it was left stopped.
    NothingToStart,
    /// The stack left UPDATE_ROLLBACK_FAILED before anything was done.
    NoLongerStuck,
    /// An update failed with rollback disabled.
    UpdateFailed,
    /// Dry run: these applications would be stopped and the rollback continued.
    WouldUnstick {
        /// Their names.
        applications: Vec<String>,
    },
    /// Dry run: this application would be started.
    WouldStart {
        /// Its name.
        application: String,
    },
    /// A person has to get the stack out.
    StackRefused {
        /// Why.
        refusal: Refusal,
        /// The applications that a person would stop first.
        to_stop: Vec<String>,
    },
    /// A person has to start the application.
    StartRefused {
        /// Its name.
        application: String,
        /// Why.
        refusal: Refusal,
        /// Whether starting it by hand is what remains to be done.
        by_hand: bool,
    },
    /// ContinueUpdateRollback was accepted.
    Continued {
        /// Which attempt that was, from 1.
        attempt: u32,
    },
    /// Another delivery, or a person, continued the rollback.
    ContinuedByAnother,
    /// The application runs again, proven.
    Recovered {
        /// Its name.
        application: String,
    },
    /// The application failed again and is stopped until a fix is deployed.
    AwaitingFix {
        /// Its name.
        application: String,
    },
    /// The application was deleted since it was stopped.
    Gone {
        /// Its name.
        application: String,
    },
    /// A deployment began meanwhile and starts the application.
    LeftToDeployment {
        /// Its name.
        application: String,
    },
}

/// The next goal for `incident`, or how it stands. `applications` are those of [`Incident::concerned`] that exist, as they were before
/// anything was done.
#[must_use]
pub fn next(incident: &Incident, applications: &[Application], settings: &Settings, now: Timestamp) -> Next {
    if incident.trigger == Trigger::Event(Some(StackStatus::UpdateFailed)) {
        return report(Standing::UpdateFailed);
    }
    match incident.status {
        StackStatus::UpdateFailed => report(Standing::UpdateFailed),
        StackStatus::UpdateRollbackFailed => stuck(incident, applications, settings, now),
        StackStatus::UpdateRollbackComplete | StackStatus::UpdateComplete => {
            at_rest(incident, applications, settings, now)
        }
        StackStatus::CreateInProgress
        | StackStatus::CreateFailed
        | StackStatus::CreateComplete
        | StackStatus::RollbackInProgress
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteInProgress
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ReviewInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackInProgress
        | StackStatus::ImportRollbackFailed
        | StackStatus::ImportRollbackComplete => report(Standing::NothingStuck),
    }
}

fn report(standing: Standing) -> Next {
    Next::Report(vec![standing])
}

impl Incident {
    /// The applications that have to be observed before [`next`] can decide.
    #[must_use]
    pub fn concerned(&self) -> Vec<String> {
        match self.next_phase() {
            Phase::Stuck => {
                let mut names: Vec<String> = self.blockers().into_iter().filter_map(|one| one.application).collect();
                names.sort();
                names.dedup();
                names
            }
            Phase::AtRest => self.applications.clone(),
            Phase::Other => Vec::new(),
        }
    }

    /// Whether the applications in the root's tree have to be listed.
    #[must_use]
    pub fn needs_applications(&self) -> bool {
        matches!(self.next_phase(), Phase::AtRest)
    }

    /// What blocks a rollback that failed, for people: each resource with its own reason.
    #[must_use]
    pub fn described_blockers(&self) -> Vec<String> {
        match self.next_phase() {
            Phase::Stuck => {
                self.blockers().iter().map(|blocker| format!("{}: {}", blocker.logical_id, blocker.reason)).collect()
            }
            Phase::AtRest | Phase::Other => Vec::new(),
        }
    }

    fn next_phase(&self) -> Phase {
        if self.trigger == Trigger::Event(Some(StackStatus::UpdateFailed)) {
            return Phase::Other;
        }
        if self.status == StackStatus::UpdateRollbackFailed {
            Phase::Stuck
        } else if [StackStatus::UpdateRollbackComplete, StackStatus::UpdateComplete].contains(&self.status) {
            Phase::AtRest
        } else {
            Phase::Other
        }
    }

    /// How the goal for this application, or for the stack, ended in this invocation.
    fn result(&self, application: Option<&str>) -> Option<&Result<Done, Refusal>> {
        let of = |one: &&Attempted| one.application.as_deref() == application;
        self.attempted.iter().rev().find(of).map(|one| &one.result)
    }
}

/// What a stack's status asks for.
enum Phase {
    Stuck,
    AtRest,
    Other,
}

fn named<'a>(applications: &'a [Application], name: &str) -> Option<&'a Application> {
    applications.iter().find(|one| one.name == name)
}

/// UPDATE_ROLLBACK_FAILED: what blocks is stopped, then the rollback is continued.
fn stuck(incident: &Incident, applications: &[Application], settings: &Settings, now: Timestamp) -> Next {
    // The stack's own tag goes for an application that has none, or is gone.
    let consent = |name: &str| {
        let own = named(applications, name).and_then(|application| application.tag(UNSTICK));
        own.map_or(incident.consent, |own| Consent::of(Some(own), None))
    };
    let seen = || applications.iter().map(|one| one.name.clone()).collect();
    let mut names = match assess(incident, consent) {
        Assessment::Act { applications } => applications,
        Assessment::DryRun { applications } => return report(Standing::WouldUnstick { applications }),
        Assessment::Refuse(refusal) => return report(Standing::StackRefused { refusal, to_stop: seen() }),
        Assessment::NotOurs => return report(Standing::NotOurs),
        Assessment::NoLongerStuck => return report(Standing::NoLongerStuck),
    };
    // Whose force-stop is forbidden comes first: if it is refused, no other was stopped.
    names.sort_by_key(|name| {
        let application = named(applications, name);
        application.is_none_or(|one| !matches!(replay(one, now, settings.bound(Some(one))), Replay::Forbidden { .. }))
    });
    for name in names {
        match incident.result(Some(&name)) {
            Some(Ok(_)) => {}
            Some(Err(Refusal::Superseded)) => return report(Standing::ContinuedByAnother),
            Some(Err(refusal)) => {
                return report(Standing::StackRefused { refusal: refusal.clone(), to_stop: seen() });
            }
            None => {
                let goal = Goal::Stopped(Stopped {
                    marker: Some(incident.began().map(|event| event.id.clone()).unwrap_or_default()),
                    graceful: true,
                    force: Force::UnderReplayRule(settings.bound(named(applications, &name))),
                    patience: settings.stop_patience,
                    since: incident.newest(StackStatus::UpdateRollbackFailed).map_or(now, |row| row.time),
                });
                return Next::Reach { goal, application: Some(name) };
            }
        }
    }
    match incident.result(None) {
        None => Next::Reach { goal: Goal::Continued(Continued { token: token(incident) }), application: None },
        Some(Ok(Done::RollbackContinued)) => report(Standing::Continued { attempt: incident.continued() + 1 }),
        Some(Ok(_)) => report(Standing::ContinuedByAnother),
        Some(Err(refusal)) => report(Standing::StackRefused { refusal: refusal.clone(), to_stop: Vec::new() }),
    }
}

/// What CloudFormation takes as a token: the same for every delivery of one failure.
fn token(incident: &Incident) -> String {
    let failed = incident.newest(StackStatus::UpdateRollbackFailed).map(|event| event.id.clone()).unwrap_or_default();
    format!("{UNSTICK_TOKEN}{}", plain(&failed)).chars().take(MAX_TOKEN_LEN).collect()
}

/// The operation is over: what was stopped for it is started again and proven, or left stopped for a fix.
fn at_rest(incident: &Incident, applications: &[Application], settings: &Settings, now: Timestamp) -> Next {
    let mut standings = Vec::new();
    for name in &incident.applications {
        let Some(application) = named(applications, name) else {
            // Only an incident of ours is asked what became of it.
            if incident.continued() > 0 {
                standings.push(Standing::Gone { application: name.clone() });
            }
            continue;
        };
        match incident.result(Some(name)) {
            Some(result) => standings.extend(recovered(name, result)),
            None if !to_recover(incident, application) => {}
            None => match consent_to_start(incident, application) {
                Ok(()) => return recover(incident, name, settings, now),
                Err(standing) => standings.extend(standing),
            },
        }
    }
    if standings.is_empty() {
        standings.push(Standing::NothingToStart);
    }
    Next::Report(standings)
}

fn recover(incident: &Incident, name: &str, settings: &Settings, now: Timestamp) -> Next {
    let (event, since) = incident.ended().map_or_else(|| (String::new(), now), |row| (row.id.clone(), row.time));
    let proof = gate(&event);
    let goal = Goal::Recovered(Recovered {
        event,
        stabilize: settings.stabilize,
        proof,
        since,
        stack: incident.status,
        patience: settings.stop_patience,
    });
    Next::Reach { goal, application: Some(name.to_owned()) }
}

/// Whether the application may be started; if not, what a person hears of it.
fn consent_to_start(incident: &Incident, application: &Application) -> Result<(), Option<Standing>> {
    let name = || application.name.clone();
    let consent = application.tag(UNSTICK).map_or(incident.consent, |own| Consent::of(Some(own), None));
    match consent {
        Consent::Enabled => Ok(()),
        Consent::DryRun => Err(Some(Standing::WouldStart { application: name() })),
        Consent::None if application.tag(MARKER).is_some() => {
            let refusal = Refusal::NotTagged { application: name() };
            Err(Some(Standing::StartRefused { application: name(), refusal, by_hand: true }))
        }
        Consent::None => Err(None),
    }
}

fn recovered(name: &str, result: &Result<Done, Refusal>) -> Option<Standing> {
    let application = name.to_owned();
    match result {
        Ok(Done::Healthy) => Some(Standing::Recovered { application }),
        Ok(Done::AwaitingFix) => Some(Standing::AwaitingFix { application }),
        Ok(Done::Gone) => Some(Standing::Gone { application }),
        Ok(Done::LeftToDeployment) => Some(Standing::LeftToDeployment { application }),
        Ok(
            Done::Running
            | Done::NotRunning
            | Done::Stopped
            | Done::Groups { .. }
            | Done::GroupsLeft { .. }
            | Done::RollbackContinued
            | Done::NoLongerStuck
            | Done::Guarded(_)
            | Done::Swept
            | Done::Would { .. },
        ) => None,
        // One that cannot be started keeps no other down.
        Err(refusal) => Some(Standing::StartRefused { application, refusal: refusal.clone(), by_hand: false }),
    }
}
