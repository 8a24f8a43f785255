//! What CloudFormation's EXPRESS mode means for the job (`SEMANTICS.md` H.2): nothing waits for an application but our handlers.

use super::seen::Seen;
use super::{Proposal, needs_rollback_disabled};

/// One thing a line; nothing where the mode is not asked for.
pub(super) fn of(proposal: &Proposal, all: &[Seen]) -> Vec<String> {
    if !proposal.is_express {
        return Vec::new();
    }
    let waits = if all.iter().any(Seen::has_starter) {
        "CloudFormation waits for no application; auto-start waits until the job runs, and only then the stack is complete"
    } else {
        "CloudFormation waits for no application, and the stack has no auto-start: it is complete before the job runs, or fails"
    };
    let status = if proposal.deployed.is_some() { "UPDATE_FAILED" } else { "CREATE_FAILED" };
    let mut lines = vec![
        waits.to_owned(),
        format!("a failure is not rolled back: the stack rests in {status}, the job as it is then, stopped perhaps"),
        format!(
            "from {status}: deploy a fix, again with EXPRESS or --disable-rollback, or aws cloudformation rollback-stack \
             --stack-name {}",
            proposal.name
        ),
    ];
    if proposal.deployed.as_ref().is_some_and(|deployed| needs_rollback_disabled(deployed.status)) {
        lines.push("the stack takes it as it is: EXPRESS disables rollback".to_owned());
    }
    lines
}
