//! A stack in UPDATE_ROLLBACK_FAILED: assess, stop what blocks it, continue the rollback.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use shared::contract::{MAX_REPLAY_HOURS, Outcome, Report, UNSTICK};
use shared::lifecycle::{
    Application, Assessment, Consent, Continued, Done, Force, Goal, Incident, Refusal, Replay, StackStatus, Stopped,
    UNSTICK_TOKEN, assess, plain, replay,
};

use crate::aws::Aws;
use crate::now::now;
use crate::report as told;
use crate::stack::StackSeen;
use crate::woken::{Halt, reach, seen};

/// Gets a stack out, or says why a person has to.
pub(crate) async fn unstick(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Halt> {
    let blockers = incident.blockers();
    report.blockers = blockers.iter().map(|blocker| format!("{}: {}", blocker.logical_id, blocker.reason)).collect();
    let mut found: BTreeMap<String, Application> = BTreeMap::new();
    for name in blockers.iter().filter_map(|blocker| blocker.application.as_ref()) {
        if let Some(application) = seen(aws, name, until).await? {
            found.insert(name.clone(), application);
        }
    }
    let consent = |name: &str| {
        let own = found.get(name).and_then(|application| application.tag(UNSTICK));
        Consent::of(own, root.tags.get(UNSTICK).map(String::as_str))
    };
    let mut applications = match assess(incident, consent) {
        Assessment::Act { applications } => applications,
        Assessment::Refuse(refusal) => return Ok(told::refused_with(report, &refusal, &by_hand(root, found.keys()))),
        Assessment::NotOurs => return Ok(report),
        Assessment::NoLongerStuck => {
            "the stack is not stuck any more".clone_into(&mut report.state);
            return Ok(report);
        }
        Assessment::DryRun { applications } => {
            report.outcome = Outcome::DryRun;
            report.next = format!(
                "would stop {} and continue the rollback; tag the stack {UNSTICK}=enabled to let it",
                applications.join(", ")
            );
            return Ok(report);
        }
    };
    // Whose force-stop is forbidden comes first: if it is refused, no other was stopped.
    let may_force = |name: &String| {
        let application = found.get(name);
        application.is_none_or(|one| !matches!(replay(one, now(), bound(aws, one)), Replay::Forbidden { .. }))
    };
    applications.sort_by_key(may_force);
    let marker = incident.began().map(|event| event.id.clone()).unwrap_or_default();
    for name in applications {
        let bound = found.get(&name).map_or(aws.environment.max_replay, |application| bound(aws, application));
        let goal = Goal::Stopped(Stopped {
            marker: Some(marker.clone()),
            graceful: true,
            force: Force::UnderReplayRule(bound),
            patience: aws.environment.stop_patience,
        });
        let (done, trail) = reach(aws, &goal, root, Some(name.clone()), 0, until).await?;
        report.state.push_str(&told::stopped(&name, found.get(&name), &trail, bound));
        report.applications.push(told::application(&name, &trail));
        match done {
            Ok(_) => {}
            Err(Refusal::Superseded) => return Ok(continued_by_another(report)),
            Err(refusal) => return Ok(told::refused_with(report, &refusal, &by_hand(root, found.keys()))),
        }
    }
    let failed = incident.newest(StackStatus::UpdateRollbackFailed).map(|event| event.id.clone()).unwrap_or_default();
    let goal = Goal::Continued(Continued { token: token(&failed) });
    let (done, trail) = reach(aws, &goal, root, None, incident.continued(), until).await?;
    report.actions = told::actions(&trail);
    match done {
        Ok(Done::RollbackContinued) => {
            report.outcome = Outcome::RollbackContinued;
            report.attempt = incident.continued() + 1;
            Ok(report)
        }
        Ok(_) => Ok(continued_by_another(report)),
        Err(refusal) => Ok(told::refused_with(report, &refusal, &by_hand(root, []))),
    }
}

/// Another delivery, or a person: what is to be started again then is whose event comes next.
fn continued_by_another(mut report: Report) -> Report {
    report.state.push_str("Somebody else continued the rollback.");
    report.outcome = Outcome::RollbackContinued;
    report
}

/// What CloudFormation takes as a token: the same for every delivery of one failure.
fn token(event_id: &str) -> String {
    format!("{UNSTICK_TOKEN}{}", plain(event_id)).chars().take(128).collect()
}

/// The function's bound, which the application's tag may only lower.
fn bound(aws: &Aws, application: &Application) -> Duration {
    let own = application.tag(MAX_REPLAY_HOURS).and_then(|hours| hours.parse::<u64>().ok()).map(Duration::from_hours);
    own.map_or(aws.environment.max_replay, |own| own.min(aws.environment.max_replay))
}

/// The commands with which a person gets the stack out.
fn by_hand<'a>(root: &StackSeen, applications: impl IntoIterator<Item = &'a String>) -> String {
    let stop = |name| format!("aws kinesisanalyticsv2 stop-application --application-name {name} --force; ");
    let stops: String = applications.into_iter().map(stop).collect();
    format!("{stops}aws cloudformation continue-update-rollback --stack-name {}", root.id)
}
