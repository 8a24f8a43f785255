//! What a person reads of a deployment: what changes, before the question, and what became of it, at the end.

use std::io::stderr;

use serde_json::json;
use shared::operator::deployment::{StackChanges, consent};
use shared::operator::{BeforeScreen, Progress, ResultScreen, after, before};

use super::output::Output;
use crate::operate::terminal::canvas;

/// Prints each stack's changes, the application's last, next to the question.
pub(super) fn changes(all: &[StackChanges], output: &Output) {
    for (at, changes) in all.iter().enumerate() {
        let StackChanges { plan, .. } = changes;
        let screen = BeforeScreen { plan, permissions: &plan.permissions, is_verbose: output.verbose };
        if at > 0 {
            Output::text("");
        }
        Output::lines(&before(&screen, canvas(&stderr())));
        output.emit("plan", json!({"plan": plan}));
    }
    output.emit("consent", json!({"risks": consent(all).words}));
}

/// Prints how the deployment ended: where the job runs from, seconds per phase, what is left, and the next command.
pub(super) fn done(model: &ResultScreen, output: &Output) {
    Output::lines(&after(model, canvas(&stderr())));
    let phases = model.phases.iter().map(|(name, lasts)| json!({"name": name, "seconds": lasts.as_secs_f64()}));
    let jobs = model.applications.iter().map(|one| {
        let snapshot = one.newest_snapshot().map(|newest| newest.name.clone());
        json!({"name": one.name, "status": one.status.to_string(), "newestSnapshot": snapshot})
    });
    let kept = model.progress.into_iter().flat_map(Progress::kept);
    let kept = kept.map(|one| json!({"logicalId": one.logical_id, "physicalId": one.physical_id}));
    output.emit(
        "done",
        json!({"stack": model.stack, "phases": phases.collect::<Vec<_>>(), "applications": jobs.collect::<Vec<_>>(),
            "stays": kept.collect::<Vec<_>>(), "next": model.next}),
    );
}
