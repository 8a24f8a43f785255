//! `flink-stack why`: one look, one answer.

use shared::operator::{Why, why};

use super::account;
use crate::show;

/// Looks, and prints what was seen; what the command ends with.
///
/// # Errors
/// What could not be read.
pub(super) async fn answer(stack: &str, region: Option<&str>, json: bool) -> Result<u8, String> {
    let operator = account::operator(&account::region(region)?)?;
    let answer = match operator.scene(stack, region.map(str::to_owned)).await? {
        Some(scene) => why(&scene),
        None => Why::cannot_tell(
            stack,
            "there is no such stack in this account and region".to_owned(),
            "aws cloudformation list-stacks --query 'StackSummaries[].[StackName,StackStatus]' --output table"
                .to_owned(),
        ),
    };
    if json {
        show(&(serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())? + "\n"));
    } else {
        show(&answer.describe(account::style()));
    }
    Ok(answer.verdict.exit_code())
}

/// Prints why nothing could be looked at, for programs; what the command ends with.
pub(super) fn without_a_look(stack: &str, why: &str) -> u8 {
    let answer = Why::cannot_tell(stack, why.to_owned(), format!("make why STACK={stack}"));
    show(&(serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"));
    answer.verdict.exit_code()
}
