//! A stack at rest: created or not, updated or not, and what its applications do meanwhile.

use super::super::job::{Job, SlowSince, job};
use super::super::line::leave_enhanced_snapshots;
use super::answer::describe_job;
use super::{Answer, Scene, Verdict};
use crate::contract::{AutoStart, UNSTICK, UpdateGuard};
use crate::flink::{Application, ApplicationKind, SnapshotMode};
use crate::lifecycle::{Goal, Incident, IncidentSettings, Next, SNAPSHOT_FAILURE, Standing, next};
use crate::stack::StackStatus;

/// The stack itself is done; what its applications do decides.
pub(super) fn complete(scene: &Scene) -> Answer {
    let rolled_back = scene.incident.status == StackStatus::UpdateRollbackComplete;
    let mut answer = Answer { verdict: Verdict::Fine, cause: String::new(), seen: Vec::new(), next: Vec::new() };
    if rolled_back {
        answer.seen.push(format!("the last update was taken back: {}", scene.first_failure()));
    }
    for (logical_id, name, application) in &scene.applications {
        let Some(application) = application else {
            answer.stuck(format!("{logical_id}: {name} was deleted outside of the stack."));
            answer.next.push(scene.commands().deploy_another_application());
            continue;
        };
        one(scene, application, &mut answer);
    }
    answer
}

impl Answer {
    /// Makes the verdict Stuck; of several causes the first is reported.
    fn stuck(&mut self, cause: String) {
        self.verdict = Verdict::Stuck;
        if self.cause.is_empty() {
            self.cause = cause;
        }
    }
}

fn one(scene: &Scene, application: &Application, answer: &mut Answer) {
    let commands = scene.commands();
    let name = &application.name;
    let seen = job(application, &scene.refused(), scene.now);
    if application.snapshot_mode == SnapshotMode::Enhanced {
        answer.stuck(format!("{name} uses enhanced snapshots: these handlers refuse its next deployment."));
        answer.next.extend(leave_enhanced_snapshots(application));
    }
    let is_notebook = ApplicationKind::of(&application.runtime) == ApplicationKind::Studio;
    match &seen {
        // People start a notebook when they work in it.
        Job::NeverStarted | Job::Stopped(_) if is_notebook => {
            answer.seen.push(format!("{name} is a Studio notebook that does not run: start it to work in it"));
            answer.next.push(commands.start_application(application));
        }
        Job::Runs | Job::Busy(_, SlowSince::NotSlow) => {}
        Job::Fails(what) => {
            answer.stuck(format!("{name} is RUNNING and its job fails: {what}"));
            answer
                .seen
                .push("a job that cannot be snapshotted takes no update: the next deployment meets it".to_owned());
            answer.next.extend(commands.jobs_log(application));
            // Where there is no guard, nothing else stops it before its update.
            if scene.types.contains(UpdateGuard::<String>::TYPE) {
                answer.next.push(commands.deploy());
            } else {
                answer.next.push(commands.stop_by_force(name));
                answer.next.push("then deploy a fix:".to_owned());
                answer.next.push(commands.deploy());
                answer.next.push("when that is over, and nothing has started it:".to_owned());
                answer.next.push(commands.start_application(application));
            }
        }
        Job::Busy(status, SlowSince::Slow(_)) => {
            answer.stuck(format!("{name} does not leave {status}."));
            if application.kind() == ApplicationKind::Flink {
                answer.next.push(commands.stop_by_force(name));
                answer.next.push(commands.start_application(application));
            } else {
                // AWS forces no stop of a SQL application, and no snapshot of a notebook is in the way (`SEMANTICS.md`
                // H.4).
                answer.next.push(commands.again());
            }
        }
        Job::NeverStarted => {
            let starter = AutoStart::<String>::TYPE;
            answer.stuck(format!("{name} was created and never started: CloudFormation starts nothing."));
            if !scene.types.contains(starter) && application.kind() == ApplicationKind::Flink {
                answer.seen.push(format!("the stack has no {starter}, which would start it after every deployment"));
            }
            answer.next.push(commands.start_application(application));
        }
        Job::AwaitsFix => {
            answer.stuck(format!("{name} was {}. It waits for a fix.", describe_job(&seen)));
            answer.next.extend(commands.jobs_log(application));
            answer.next.push(commands.deploy());
        }
        Job::AwaitsRestart | Job::Stopped(_) => not_running(scene, application, &seen, answer),
        Job::RolledBack => {
            answer.stuck(format!("{name} is ROLLED_BACK: {}.", describe_job(&seen)));
            answer.next.push(commands.deploy());
        }
    }
}

/// READY: what the unsticker would do about it, by its own rules, or else a person starts it.
fn not_running(scene: &Scene, application: &Application, seen: &Job, answer: &mut Answer) {
    let (name, commands) = (&application.name, scene.commands());
    let incident = Incident { applications: vec![name.clone()], ..scene.incident.clone() };
    // What the unsticker was deployed with cannot be seen from here.
    let decided = next(&incident, std::slice::from_ref(application), &IncidentSettings::default(), scene.now);
    let stopped = if scene.incident.status == StackStatus::UpdateRollbackComplete {
        format!("{name} was stopped for the update that was taken back, and not started again yet.")
    } else {
        format!("{name} was stopped for an update, and not started again yet.")
    };
    let standing = match decided {
        Next::Reach { goal: Goal::Recovered(_), .. } => {
            answer.stuck(stopped);
            answer.next.push(commands.unstick());
            return;
        }
        // Its marker counts no more, and is only removed.
        Next::Reach { .. } => {
            answer.stuck(format!("{name} is not running, and these handlers did not stop it: they leave it so."));
            answer.next.push(commands.start_application(application));
            return;
        }
        Next::Report(standings) => standings.into_iter().next(),
    };
    answer.next.push(commands.start_application(application));
    match standing {
        Some(Standing::WouldStart { .. }) => {
            answer.stuck(stopped);
            answer.seen.push(format!("{UNSTICK}=dry-run: the unsticker only says what it would do"));
        }
        Some(Standing::StartRefused { refusal, .. }) => {
            answer.stuck(stopped);
            answer.seen.push(refusal.to_string());
        }
        Some(
            Standing::NotOurs
            | Standing::NothingStuck
            | Standing::NothingToStart
            | Standing::UpdateFailed { .. }
            | Standing::ProvenAgain { .. }
            | Standing::Waits { .. }
            | Standing::WouldUnstick { .. }
            | Standing::StackRefused { .. }
            | Standing::Continued { .. }
            | Standing::ContinuedByAnother
            | Standing::Recovered { .. }
            | Standing::AwaitingFix { .. }
            | Standing::LeftStopped { .. }
            | Standing::Gone { .. }
            | Standing::LeftToDeployment { .. },
        )
        | None => {
            answer.stuck(format!("{name} is not running: {}.", describe_job(seen).trim_start_matches("not running; ")));
        }
    }
}

/// ROLLBACK_FAILED, ROLLBACK_COMPLETE: it can only be deleted.
pub(super) fn never_created(scene: &Scene) -> Answer {
    let commands = scene.commands();
    let mut seen = vec![format!(
        "a stack that is {} takes no update: fix the cause, delete it, deploy again",
        scene.incident.status
    )];
    let left = scene.not_deleted();
    if left.is_empty() {
        seen.push("its resources are deleted already; what its template retains stays".to_owned());
    } else {
        seen.push(format!("deleting it deletes what its rollback could not delete: {}", left.join(", ")));
    }
    Answer {
        verdict: Verdict::Stuck,
        cause: scene.first_failure(),
        seen,
        next: vec![commands.delete(), commands.deploy()],
    }
}

/// DELETE_FAILED: what holds it, and how to let go.
pub(super) fn not_deleted(scene: &Scene) -> Answer {
    let commands = scene.commands();
    let operation = scene.operation();
    let failed = scene.not_deleted();
    // Deleting the logging option updates a running application; deleting the application itself may take a stop
    // (`semantics.md` A.9).
    let only_stopped = [SNAPSHOT_FAILURE, "Application cannot be deleted in 'RUNNING' state"];
    let must_stop = operation.cause().is_some_and(|event| only_stopped.iter().any(|text| event.reason.contains(text)));
    let mut next: Vec<String> = Vec::new();
    if must_stop {
        next.extend(scene.applications.iter().map(|(_, name, _)| commands.stop_by_force(name)));
        next.push(commands.delete());
    } else {
        next.push(format!("fix the cause of {}, then:", failed.join(", ")));
        next.push(commands.delete());
        next.push("or leave it behind:".to_owned());
        next.push(commands.delete_retaining(&failed));
    }
    let seen = vec![format!("not deleted: {}", failed.join(", "))];
    Answer { verdict: Verdict::Stuck, cause: scene.first_failure(), seen, next }
}

/// IMPORT_ROLLBACK_FAILED: an import went neither forward nor back.
pub(super) fn left_by_an_import(scene: &Scene) -> Answer {
    Answer {
        verdict: Verdict::Stuck,
        cause: scene.first_failure(),
        seen: vec!["an import failed, and its rollback too".to_owned()],
        next: vec!["fix the cause, then:".to_owned(), scene.commands().continue_rollback()],
    }
}

/// REVIEW_IN_PROGRESS: a first change set that was never executed.
pub(super) fn only_reviewed(scene: &Scene) -> Answer {
    Answer {
        verdict: Verdict::Stuck,
        cause: "Its first change set was never executed: there is nothing in it.".to_owned(),
        seen: Vec::new(),
        next: vec![scene.commands().deploy()],
    }
}
