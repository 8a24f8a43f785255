//! UPDATE_ROLLBACK_FAILED: what blocks the rollback, who may unblock it, and with which command. The same judgment as
//! the unsticker's.

use super::super::line::own_words;
use super::{Answer, Scene, Verdict};
use crate::contract::UNSTICK;
use crate::flink::Application;
use crate::lifecycle::{
    Blocker, BlockerKind, Consent, IncidentSettings, MAX_ATTEMPTS, Next, Refusal, Replay, Standing, next, replay,
};

pub(super) fn describe(scene: &Scene) -> Answer {
    let incident = &scene.incident;
    let blockers = incident.blockers();
    let mut seen: Vec<String> = blockers.iter().map(describe_blocker).collect();
    let attempts = incident.continued();
    if attempts > 0 {
        seen.push(format!("the unsticker continued the rollback {attempts} of {MAX_ATTEMPTS} times"));
    }
    let commands = scene.commands();
    let stack_consents = incident.consent == Consent::Enabled;
    let applications: Vec<&Application> = blockers.iter().filter_map(|one| application(scene, one)).collect();
    let by_hand = by_hand(scene, &blockers);
    let observed: Vec<Application> = scene.applications.iter().filter_map(|(_, _, one)| one.clone()).collect();
    // What the unsticker was deployed with cannot be seen from here.
    let settings = IncidentSettings::default();
    let next = match next(incident, &observed, &settings, scene.now) {
        Next::Reach { .. } => {
            if let Some(why) = forbidden(scene, &applications, &settings) {
                seen.push(format!("the unsticker may not force: {why}"));
                by_hand
            } else {
                seen.push(format!(
                    "{UNSTICK}=enabled: the unsticker acts on its own; if its event was lost, invoke it"
                ));
                vec![commands.unstick()]
            }
        }
        Next::Report(standings) => match standings.into_iter().next() {
            // The unsticker's role asks for the stack's own tag, and a stack takes no tag while it is stuck.
            Some(Standing::WouldUnstick { .. }) if !stack_consents => {
                seen.push(format!("{UNSTICK}=dry-run on the stack: the unsticker only says what it would do"));
                by_hand
            }
            Some(Standing::WouldUnstick { .. }) => {
                seen.push(format!("{UNSTICK}=dry-run on the application: the unsticker only says what it would do"));
                opt_in(scene, &applications)
            }
            Some(Standing::StackRefused { refusal: Refusal::NotTagged { application }, .. }) if stack_consents => {
                seen.push(format!("{application} has not opted in ({UNSTICK}=enabled)"));
                opt_in(scene, &applications)
            }
            Some(Standing::StackRefused { refusal: Refusal::NotTagged { .. }, .. }) => {
                seen.push(format!(
                    "the stack has no tag {UNSTICK}=enabled: the unsticker may not continue it, you can"
                ));
                by_hand
            }
            Some(Standing::StackRefused { refusal: Refusal::TooManyAttempts { .. }, .. }) => {
                seen.push("it tries no more in this incident; its log says what it met".to_owned());
                [vec![commands.unstickers_log()], by_hand].concat()
            }
            Some(Standing::Waits { .. }) => {
                seen.push("a transient error blocks the rollback: the sweep continues it again".to_owned());
                vec![commands.unstick()]
            }
            Some(Standing::StackRefused { refusal: refusal @ Refusal::TagUnreadable { .. }, .. }) => {
                seen.push(refusal.to_string());
                by_hand
            }
            Some(Standing::NotOurs) if !applications.is_empty() => {
                seen.push(format!(
                    "no tag {UNSTICK}: the unsticker leaves it alone, and a stack takes no tag while it is stuck"
                ));
                by_hand
            }
            Some(Standing::StackRefused { refusal: Refusal::NoServiceRole, .. }) => {
                seen.push("the stack has no service role: the unsticker may not continue it, you can".to_owned());
                by_hand
            }
            Some(
                Standing::NotOurs
                | Standing::StackRefused { .. }
                | Standing::NothingStuck
                | Standing::NothingToStart
                | Standing::UpdateFailed { .. }
                | Standing::ProvenAgain { .. }
                | Standing::LeftStopped { .. }
                | Standing::WouldStart { .. }
                | Standing::StartRefused { .. }
                | Standing::Continued { .. }
                | Standing::ContinuedByAnother
                | Standing::Recovered { .. }
                | Standing::AwaitingFix { .. }
                | Standing::Gone { .. }
                | Standing::LeftToDeployment { .. },
            )
            | None => {
                let mut next = by_hand;
                next.insert(0, format!("fix {}, then:", others(&blockers)));
                next
            }
        },
    };
    Answer { verdict: Verdict::Stuck, cause: scene.first_failure(), seen, next }
}

fn describe_blocker(blocker: &Blocker) -> String {
    // In nested stacks several resources have one logical ID: the application's name tells them apart.
    match &blocker.application {
        Some(name) if blocker.kind == BlockerKind::Snapshot => format!(
            "{} ({name}) blocks the rollback: Flink cannot snapshot the job, so it takes no update",
            blocker.logical_id
        ),
        Some(_) | None => format!("{} blocks the rollback: {}", blocker.logical_id, own_words(&blocker.reason)),
    }
}

fn application<'a>(scene: &'a Scene, blocker: &Blocker) -> Option<&'a Application> {
    named(scene, blocker.application.as_ref()?)
}

fn named<'a>(scene: &'a Scene, name: &str) -> Option<&'a Application> {
    scene.applications.iter().find(|(_, one, _)| one == name).and_then(|(_, _, application)| application.as_ref())
}

/// Why the replay rule forbids a force-stop, if it does.
fn forbidden(scene: &Scene, applications: &[&Application], settings: &IncidentSettings) -> Option<String> {
    applications.iter().find_map(|application| {
        // An unreadable one is refused before.
        let bound = settings.bound(Some(application)).unwrap_or(settings.max_replay);
        match replay(application, scene.now, bound) {
            Replay::Forbidden { why } => Some(format!("{}: {why}", application.name)),
            Replay::Since { .. } | Replay::Empty { .. } => None,
        }
    })
}

fn opt_in(scene: &Scene, applications: &[&Application]) -> Vec<String> {
    let mut next: Vec<String> = Vec::new();
    for application in applications {
        let command = scene.commands().consent(application);
        if !next.contains(&command) {
            next.push(command);
        }
    }
    next.push(scene.commands().unstick());
    next
}

/// What blocks and is a person's to fix.
fn others(blockers: &[Blocker]) -> String {
    let others: Vec<&str> =
        blockers.iter().filter(|one| one.kind == BlockerKind::Incurable).map(|one| one.logical_id.as_str()).collect();
    if others.is_empty() { "what the events name".to_owned() } else { others.join(", ") }
}

/// A force-stop for each application that cannot be snapshotted, then the rollback, then a start for each of them:
/// before the rollback ends an application may be UPDATING. What came after the newest snapshot is replayed.
fn by_hand(scene: &Scene, blockers: &[Blocker]) -> Vec<String> {
    let commands = scene.commands();
    let snapshots = blockers.iter().filter(|one| one.kind == BlockerKind::Snapshot);
    let mut names: Vec<&str> = snapshots.filter_map(|one| one.application.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    let mut next: Vec<String> = names.iter().map(|name| commands.stop_by_force(name)).collect();
    next.push(commands.continue_rollback());
    if !names.is_empty() {
        next.push("when it is UPDATE_ROLLBACK_COMPLETE:".to_owned());
        next.extend(names.iter().map(|name| commands.start(name)));
    }
    next
}
