//! CREATE_FAILED and UPDATE_FAILED: rollback is disabled, so the stack stays as it failed. It takes an update with
//! `--disable-rollback`, RollbackStack, or a deletion (CloudFormation's user guide, stack failure options).

use std::collections::BTreeSet;

use super::{Answer, Scene, Verdict};
use crate::lifecycle::SNAPSHOT_FAILURE;
use crate::stack::{APPLICATION, StackEvent, StackStatus};

pub(super) fn describe(scene: &Scene) -> Answer {
    let commands = scene.commands();
    let status = scene.incident.status;
    let mut seen = vec![format!(
        "rollback is disabled: the stack stays {status}; it takes an update only with --disable-rollback"
    )];
    let refused = refused(scene);
    let mut next: Vec<String> = Vec::new();
    if refused.is_empty() {
        next.push("fix the cause and deploy again:".to_owned());
    } else {
        seen.push(format!(
            "Flink cannot snapshot {}: an update and a rollback meet the same refusal until it is stopped by force. \
             What came after its newest snapshot is then read and written again",
            refused.join(", ")
        ));
        next.extend(refused.iter().map(|name| commands.stop_by_force(name)));
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

/// The applications of which the newest operation says that their job could not be snapshotted, by name.
fn refused(scene: &Scene) -> Vec<String> {
    let operation = scene.operation();
    let named = |row: &StackEvent| {
        let is_application = row.resource_type == APPLICATION;
        if is_application { Some(row.physical_id.clone()) } else { row.application.clone() }
    };
    let failed = operation.events.iter().filter(|row| row.status.ends_with("_FAILED"));
    let refused = failed.filter(|row| row.reason.contains(SNAPSHOT_FAILURE)).filter_map(named);
    refused.collect::<BTreeSet<String>>().into_iter().collect()
}
