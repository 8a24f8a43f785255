//! `flink-stack why`: one look, one answer.

use shared::operator::{Why, why};

use super::account;

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
        println!("{}", serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())?);
    } else {
        print!("{}", answer.told(account::style()));
    }
    Ok(answer.verdict.exit_code())
}
