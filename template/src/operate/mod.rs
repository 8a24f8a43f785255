//! What a person asks of an account: parsed here, answered with the feature `aws`.

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

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::{self, Settings};

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

/// The arguments of `flink-stack why`.
#[derive(Debug, Args)]
pub(crate) struct WhyStuck {
    /// The name of the stack
    #[arg(long, value_name = "NAME", value_parser = cli::text())]
    stack: String,
    /// The region of the stack
    #[arg(long)]
    region: Option<String>,
    /// Print JSON instead of text
    #[arg(long, conflicts_with = "fix")]
    json: bool,
    /// Offer to run the next command
    #[arg(long)]
    fix: bool,
    /// Run it without a question
    #[arg(long, requires = "fix")]
    yes: bool,
}

/// The arguments of `flink-stack status`.
#[derive(Debug, Args)]
pub(crate) struct StatusOf {
    /// The name of the stack
    #[arg(long, value_name = "NAME", value_parser = cli::text())]
    stack: String,
    /// The region of the stack
    #[arg(long)]
    region: Option<String>,
    /// Print JSON instead of text; with --watch a line of JSON for each event, the last of which is the result
    #[arg(long)]
    json: bool,
    /// While an operation runs, show it until it ends
    #[arg(long)]
    watch: bool,
}

/// The arguments of `flink-stack plan`: the settings that `deploy` would be given, or a template and its parameters.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// A template of your own, JSON or YAML [default: the one that `deploy` would take]
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// The template's parameters, beside those of the settings; of two values for one the later counts
    #[arg(value_name = "Key=Value", value_parser = cli::pair)]
    pub(crate) parameters: Vec<(String, String)>,
}

impl PlanArguments {
    /// The name of the stack that the plan is about.
    pub(crate) fn stack(&self) -> String {
        self.settings.0.stack()
    }

    /// Whether the answer is for a program.
    pub(crate) fn json(&self) -> bool {
        self.settings.0.is_on("JSON")
    }
}

/// The arguments of `flink-stack verify-aws`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The region of the stack
    #[arg(long)]
    region: Option<String>,
    /// The S3 bucket of the job's jar
    #[arg(long, value_name = "NAME", value_parser = cli::text())]
    bucket: String,
    /// The jar, an object of the bucket
    #[arg(long, value_parser = cli::text())]
    key: String,
    /// A jar of the same bucket that cannot restore the first one's state
    #[arg(long, requires = "job_role", value_parser = cli::text())]
    next_key: Option<String>,
    /// The ARN of a role with which the first jar's job is healthy
    #[arg(long, value_name = "ARN", requires = "next_key", value_parser = cli::text())]
    job_role: Option<String>,
    /// The properties that the job needs to start
    #[arg(value_name = "Key=Value", value_parser = cli::pair)]
    properties: Vec<(String, String)>,
    /// Ask also what takes a running application
    #[arg(long)]
    run: bool,
    /// What this does was read
    #[arg(long)]
    yes: bool,
    /// The file that the answers are written to
    #[arg(long, value_name = "FILE", default_value = "target/verify-aws.json")]
    out: PathBuf,
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
