//! `flink-stack deploy`, `handlers`, `destroy`, `functions` and `publish`: one file a phase. What is decided stands in
//! [`shared::operator::deployment`]; here the services are asked, changed and waited for.

mod account;
mod change_set;
mod checks;
pub(crate) use checks::limits::matches;
mod consent;
mod destroy;
mod flow;
mod functions;
mod interrupt;
mod jar;
pub(crate) mod output;
mod packages;
mod release;
mod screens;
mod watch;

use std::process::ExitCode;

use ::functions::LambdaError;
use shared::operator::deployment::{GivenSettings, Verb};

pub(crate) use checks::{file, planned};
use output::Output;
pub(crate) use release::publish;

use crate::operate::terminal::INTERRUPTED;

/// Why a command ended before its work was done.
#[derive(Debug)]
enum Stop {
    /// Something is wrong that was found before anything was changed, a sentence each.
    Refused(Vec<String>),
    /// A consent is missing, or nothing could be asked.
    Usage(String),
    /// A person said no at the question.
    Declined,
    /// SIGINT or SIGTERM came while it worked.
    Interrupted,
    /// A step failed, in the words of what failed.
    Failed(String),
    /// An operation of CloudFormation ended so, and was reported.
    FinishedOperation(u8),
}

impl From<LambdaError> for Stop {
    fn from(error: LambdaError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

impl Stop {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Declined => 3,
            Self::Interrupted => INTERRUPTED,
            Self::FinishedOperation(code) => *code,
        }
    }

    /// What is said of it, a line each.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Refused(problems) => problems.clone(),
            Self::Usage(message) | Self::Failed(message) => vec![message.clone()],
            Self::Declined => vec!["declined: nothing was changed, and nothing of it is left".to_owned()],
            Self::Interrupted => vec!["interrupted".to_owned()],
            Self::FinishedOperation(_) => Vec::new(),
        }
    }
}

/// Runs a verb to its end, and says what it ended with.
pub(crate) fn run(verb: Verb, given: &GivenSettings) -> ExitCode {
    let output = Output::new(verb, given);
    output.head(given);
    let outcome = interrupt::listen().map_err(Stop::Failed).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Stop::Failed(error.to_string()))?;
        match verb {
            Verb::Packages => packages::run(given, &output),
            Verb::Functions => runtime.block_on(release::functions_alone(given, &output)),
            Verb::Destroy => runtime.block_on(destroy::run(given, &output)),
            Verb::Deploy | Verb::Plan => runtime.block_on(flow::run(given, true, &output)),
            Verb::Handlers => runtime.block_on(flow::run(given, false, &output)),
        }
    });
    let code = outcome.as_ref().map_or_else(Stop::exit_code, |()| 0);
    if let Err(stop) = outcome {
        for line in stop.lines() {
            output.problem(&line);
        }
    }
    output.result(code);
    ExitCode::from(code)
}
