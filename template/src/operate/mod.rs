//! What a person asks of an account: answered with the feature `aws`.

#[cfg(feature = "aws")]
pub(crate) mod account;
#[cfg(feature = "aws")]
pub(crate) mod change_set;
#[cfg(feature = "aws")]
pub(crate) mod plan;
#[cfg(feature = "aws")]
mod status;
#[cfg(feature = "aws")]
pub(crate) mod terminal;
#[cfg(feature = "aws")]
mod verify;
#[cfg(feature = "aws")]
mod why;

use std::process::ExitCode;

use crate::cli::{PlanArguments, StatusOf, Verify, WhyStuck};

/// A question to an account, with its arguments.
#[derive(Debug)]
pub(crate) enum Question {
    /// Why is this stack stuck?
    Why(WhyStuck),
    /// How are this stack and its jobs?
    Status(StatusOf),
    /// What would this deployment do?
    Plan(PlanArguments),
    /// How does AWS answer what its documentation leaves open?
    Verify(Verify),
}

/// What could not be asked or answered: the command's third end.
const CANNOT_TELL: u8 = 2;

/// Without the feature nothing can be asked.
#[cfg(not(feature = "aws"))]
pub(crate) fn answer(_asked: &Question) -> ExitCode {
    without_aws()
}

/// Says how to get a command that asks AWS.
#[cfg(not(feature = "aws"))]
pub(crate) fn without_aws() -> ExitCode {
    eprintln!("flink-stack: it was built without the feature aws; run: cargo run --bin flink-stack -- ...");
    ExitCode::from(CANNOT_TELL)
}

/// A deployed stack, with its template as CloudFormation processed it.
#[cfg(all(feature = "sources", not(feature = "aws")))]
pub(crate) fn deployed(_stack: &str, _region: Option<&str>) -> Result<shared::operator::Deployed, String> {
    Err("--stack: it was built without the feature aws; run: cargo run --bin flink-stack -- ...".to_owned())
}

/// A deployed stack, with its template as CloudFormation processed it.
///
/// # Errors
/// The call that was refused; a stack that is not there.
#[cfg(feature = "aws")]
pub(crate) fn deployed(stack: &str, region: Option<&str>) -> Result<shared::operator::Deployed, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let region = account::region(region)?;
    let operator = account::operator(&region)?;
    let found = runtime.block_on(operator.deployed(stack))?;
    let (mut deployed, template) = found.ok_or_else(|| format!("{stack}: there is no such stack in {region}"))?;
    deployed.template =
        crate::document::parse(&template).map_err(|error| format!("the template of {stack}: {error}"))?;
    Ok(deployed)
}

/// Asks AWS and prints the answer.
#[cfg(feature = "aws")]
pub(crate) fn answer(asked: &Question) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answered = runtime.map_err(|error| error.to_string()).and_then(|runtime| match asked {
        Question::Why(asked) => runtime.block_on(why::answer(asked)),
        Question::Status(asked) => runtime.block_on(status::answer(asked)),
        Question::Plan(asked) => runtime.block_on(plan::answer(asked)),
        Question::Verify(asked) => runtime.block_on(verify::answer(asked)),
    });
    answered.map_or_else(|message| ExitCode::from(unanswered(asked, &message)), ExitCode::from)
}

/// Why there is no answer, for people or for programs; what the command ends with.
#[cfg(feature = "aws")]
fn unanswered(asked: &Question, message: &str) -> u8 {
    match asked {
        Question::Plan(asked) => plan::without_comparison(asked, shared::operator::Outlook::CannotTell, message),
        Question::Why(asked) if asked.json => why::without_a_look(&asked.stack, message),
        Question::Why(_) | Question::Status(_) | Question::Verify(_) => {
            eprintln!("flink-stack: {message}");
            CANNOT_TELL
        }
    }
}
