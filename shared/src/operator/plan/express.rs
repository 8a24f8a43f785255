//! What CloudFormation's EXPRESS mode means for the job (`SEMANTICS.md` H.2): nothing waits for an application but our
//! handlers.

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
    let name = &proposal.name;
    let (status, way_back) = match &proposal.deployed {
        Some(_) => ("UPDATE_FAILED", format!("or go back: aws cloudformation rollback-stack --stack-name {name}")),
        None => ("CREATE_FAILED", format!("or begin again: aws cloudformation delete-stack --stack-name {name}")),
    };
    let mut lines = vec![
        waits.to_owned(),
        format!("a failure is not rolled back: the stack rests in {status}, the job as it is then, stopped perhaps"),
        format!(
            "from {status}: deploy a fix with rollback disabled (EXPRESS disables it, in STANDARD mode --disable-rollback does), {way_back}"
        ),
    ];
    if proposal.deployed.as_ref().is_some_and(|deployed| needs_rollback_disabled(deployed.status)) {
        lines.push(
            "the stack takes this update: EXPRESS disables rollback, unless DeploymentConfig enables it".to_owned(),
        );
    }
    lines
}
