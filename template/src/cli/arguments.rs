//! The arguments of the subcommands that look and change nothing.

use std::path::PathBuf;

use clap::Args;

use super::settings::Settings;
use super::values::{pair, text};

/// The arguments of `flink-stack why`.
#[derive(Debug, Args)]
pub(crate) struct WhyStuck {
    /// The name of the stack
    #[arg(long, value_name = "NAME", value_parser = text())]
    pub(crate) stack: String,
    /// The region of the stack
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Print JSON instead of text
    #[arg(long, conflicts_with = "fix")]
    pub(crate) json: bool,
    /// Offer to run the next command
    #[arg(long)]
    pub(crate) fix: bool,
    /// Run it without a question
    #[arg(long, requires = "fix")]
    pub(crate) yes: bool,
}

/// The arguments of `flink-stack status`.
#[derive(Debug, Args)]
pub(crate) struct StatusOf {
    /// The name of the stack
    #[arg(long, value_name = "NAME", value_parser = text())]
    pub(crate) stack: String,
    /// The region of the stack
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Print JSON instead of text; with --watch a line of JSON for each event, the last of which is the result
    #[arg(long)]
    pub(crate) json: bool,
    /// While an operation runs, show it until it ends
    #[arg(long)]
    pub(crate) watch: bool,
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
    #[arg(value_name = "Key=Value", value_parser = pair)]
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
    pub(crate) region: Option<String>,
    /// The S3 bucket of the job's jar
    #[arg(long, value_name = "NAME", value_parser = text())]
    pub(crate) bucket: String,
    /// The jar, an object of the bucket
    #[arg(long, value_parser = text())]
    pub(crate) key: String,
    /// A jar of the same bucket that cannot restore the first one's state
    #[arg(long, requires = "job_role", value_parser = text())]
    pub(crate) next_key: Option<String>,
    /// The ARN of a role with which the first jar's job is healthy
    #[arg(long, value_name = "ARN", requires = "next_key", value_parser = text())]
    pub(crate) job_role: Option<String>,
    /// The properties that the job needs to start
    #[arg(value_name = "Key=Value", value_parser = pair)]
    pub(crate) properties: Vec<(String, String)>,
    /// Ask also what takes a running application
    #[arg(long)]
    pub(crate) run: bool,
    /// What this does was read
    #[arg(long)]
    pub(crate) yes: bool,
    /// The file that the answers are written to
    #[arg(long, value_name = "FILE", default_value = "target/verify-aws.json")]
    pub(crate) out: PathBuf,
}

/// The arguments of `flink-stack check-properties`.
#[derive(Debug, Args)]
pub(crate) struct CheckProperties {
    /// The folder of the job's sources
    #[arg(value_parser = clap::builder::PathBufValueParser::new())]
    pub(crate) sources: PathBuf,
    #[command(flatten)]
    pub(crate) against: ComparisonSource,
    /// The application's logical ID, where there are several
    #[arg(long, value_name = "ID")]
    pub(crate) application: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the injected properties are read from; without either, from the job that this project's own templates deploy.
#[derive(Debug, Args)]
pub(crate) struct ComparisonSource {
    /// Compare with this template's EnvironmentProperties and Custom::FlinkPropertyGroups
    #[arg(long, value_name = "FILE", conflicts_with = "stack")]
    pub(crate) template: Option<PathBuf>,
    /// Compare with a deployed stack's
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// The region of the stack
    #[arg(long)]
    pub(crate) region: Option<String>,
}
