//! What a deployment changes, as a person reads it before the question.

use std::io::stderr;

use serde_json::json;
use shared::operator::deployment::{StackChanges, consent};
use shared::operator::{BeforeScreen, before};

use super::output::Output;
use crate::operate::terminal::canvas;

/// Prints each stack's changes, the application's last, next to the question.
pub(super) fn show(all: &[StackChanges], output: &Output) {
    for (at, changes) in all.iter().enumerate() {
        let StackChanges { plan, .. } = changes;
        let screen = BeforeScreen { plan, permissions: &plan.permissions, is_verbose: output.verbose };
        if at > 0 {
            Output::text("");
        }
        for line in before(&screen, canvas(&stderr())) {
            Output::text(&line);
        }
        output.emit("plan", json!({"plan": plan}));
    }
    output.emit("consent", json!({"risks": consent(all).words}));
}
