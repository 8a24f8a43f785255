//! `flink-stack why`: one look, one answer.

use std::process::Command;
use std::sync::atomic::AtomicBool;

use shared::operator::{Fix, Verdict, Why, fix, why};

use super::terminal::{INTERRUPTED, TerminalReply, ask, interruption};
use super::{CANNOT_TELL, account};
use crate::cli::WhyStuck;
use crate::stdout::show;

/// What it ends with when the answer to the question is no.
const DECLINED: u8 = 3;

/// Looks, prints what was seen, and offers to run the next command when that is asked for; what the command ends with.
///
/// # Errors
/// What could not be read or run.
pub(super) async fn answer(asked: &WhyStuck) -> Result<u8, String> {
    let WhyStuck { stack, region, json, .. } = asked;
    let region = region.as_deref();
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
    if *json {
        show(&(serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())? + "\n"));
    } else {
        show(&answer.describe(account::style()));
    }
    match answer.verdict {
        Verdict::Stuck if asked.fix => offer(&answer, asked.yes),
        Verdict::Fine | Verdict::InProgress | Verdict::Stuck | Verdict::CannotTell => Ok(answer.verdict.exit_code()),
    }
}

/// Shows the next command, asks, and runs it as its words, without a shell.
fn offer(answer: &Why, is_agreed: bool) -> Result<u8, String> {
    let words = match fix(&answer.next) {
        Fix::Nothing => return Ok(answer.verdict.exit_code()),
        Fix::Incomplete(line) => {
            eprintln!("flink-stack: nothing was run; complete this and run it: {line}");
            return Ok(answer.verdict.exit_code());
        }
        Fix::Run(words) => words,
    };
    eprintln!("runs      {}", words.join(" "));
    let interrupted = if is_agreed { AtomicBool::new(false).into() } else { interruption()? };
    if !is_agreed {
        match ask("Run it? [y/N] ", &interrupted) {
            TerminalReply::Line(line) if ["y", "yes"].contains(&line.trim().to_ascii_lowercase().as_str()) => {}
            TerminalReply::Line(_) => {
                eprintln!("declined: nothing was run");
                return Ok(DECLINED);
            }
            TerminalReply::Interrupted => return Ok(INTERRUPTED),
            TerminalReply::NoTerminal => {
                eprintln!("flink-stack: there is no terminal to ask, so nothing was run; give --yes to run it");
                return Ok(CANNOT_TELL);
            }
        }
    }
    let (program, arguments) = words.split_first().ok_or("there is no command to run")?;
    let status = Command::new(program).args(arguments).status().map_err(|error| format!("{program}: {error}"))?;
    eprintln!("{program} ended with {status}; look again: make why STACK={}", answer.stack);
    Ok(u8::from(!status.success()))
}

/// Prints why nothing could be looked at, for programs; what the command ends with.
pub(super) fn without_a_look(stack: &str, why: &str) -> u8 {
    let answer = Why::cannot_tell(stack, why.to_owned(), format!("make why STACK={stack}"));
    show(&(serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"));
    answer.verdict.exit_code()
}
