//! CREATE_FAILED and UPDATE_FAILED: rollback is disabled, so the stack stays as it failed. It takes an update with
//! `--disable-rollback`, RollbackStack, or a deletion (CloudFormation's user guide, stack failure options).

use super::super::job::{Job, job};
use super::{Answer, Scene, Verdict};
use crate::stack::StackStatus;

pub(super) fn describe(scene: &Scene) -> Answer {
    let commands = scene.commands();
    let status = scene.incident.status;
    let mut seen = vec![format!(
        "rollback is disabled: the stack stays {status}; it takes an update only with --disable-rollback"
    )];
    let refused: Vec<String> = scene.refused().into_keys().collect();
    let is_running = |name: &&String| {
        let application = scene.applications.iter().find(|(_, one, _)| one == *name);
        let application = application.and_then(|(_, _, application)| application.as_ref());
        application.is_none_or(|one| matches!(job(one, &scene.refused(), scene.now), Job::Fails(_)))
    };
    // Those that were stopped by force since, or proved themselves, are in no update's way.
    let blocking: Vec<&String> = refused.iter().filter(is_running).collect();
    let mut next: Vec<String> = Vec::new();
    if blocking.is_empty() {
        next.push("fix the cause and deploy again:".to_owned());
    } else {
        seen.push(format!(
            "Flink cannot snapshot {}: an update and a rollback meet the same refusal until it is stopped by force. \
             What came after its newest snapshot is then read and written again",
            blocking.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
        ));
        next.extend(blocking.iter().map(|name| commands.stop_by_force(name)));
        next.push("then deploy a fix:".to_owned());
    }
    next.push(commands.deploy_with_rollback_disabled());
    let back = if status == StackStatus::CreateFailed {
        "or roll it back, which deletes what it created:"
    } else {
        "or go back:"
    };
    next.push(back.to_owned());
    next.push(commands.rollback());
    if !refused.is_empty() {
        next.push("when it is UPDATE_COMPLETE or UPDATE_ROLLBACK_COMPLETE, and nothing has started it:".to_owned());
        next.extend(refused.iter().map(|name| commands.start(name)));
    }
    Answer { verdict: Verdict::Stuck, cause: scene.first_failure(), seen, next }
}
