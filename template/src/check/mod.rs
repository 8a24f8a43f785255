//! `flink-stack check-properties`: what the job's sources read, beside what a template injects.

#[cfg(feature = "sources")]
mod conditions;
#[cfg(feature = "sources")]
mod files;
#[cfg(feature = "sources")]
mod injected;
#[cfg(feature = "sources")]
mod report;
#[cfg(all(test, feature = "sources"))]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

/// The arguments of `flink-stack check-properties`.
#[derive(Debug, Args)]
pub(crate) struct CheckProperties {
    /// The folder of the job's sources
    #[arg(value_parser = clap::builder::PathBufValueParser::new())]
    pub(crate) sources: PathBuf,
    #[command(flatten)]
    against: ComparisonSource,
    /// The application's logical ID, where there are several
    #[arg(long, value_name = "ID")]
    pub(crate) application: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the injected properties are read from; without either, from the job that this project's own templates deploy.
#[derive(Debug, Args)]
struct ComparisonSource {
    /// Compare with this template's EnvironmentProperties and Custom::FlinkPropertyGroups
    #[arg(long, value_name = "FILE", conflicts_with = "stack")]
    template: Option<PathBuf>,
    /// Compare with a deployed stack's
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The region of the stack
    #[arg(long)]
    region: Option<String>,
}

/// Without the grammars no source can be read.
#[cfg(not(feature = "sources"))]
pub(crate) fn run(_asked: &CheckProperties) -> ExitCode {
    eprintln!(
        "flink-stack: it was built without the feature sources; run: cargo run --bin flink-stack -- check-properties ..."
    );
    ExitCode::from(2)
}

/// Reads, compares, prints. Ends with 0: they agree, 1: they differ, 2: cannot tell.
#[cfg(feature = "sources")]
pub(crate) fn run(asked: &CheckProperties) -> ExitCode {
    let report = compare(asked).unwrap_or_else(|message| report::Report::cannot_tell(&message));
    if asked.json {
        crate::show(&(report.json() + "\n"));
    } else if report.is_error() {
        eprintln!("flink-stack: {}", report.sentence);
    } else {
        crate::show(&report.text());
    }
    ExitCode::from(report.verdict.exit_code())
}

#[cfg(feature = "sources")]
fn compare(asked: &CheckProperties) -> Result<report::Report, String> {
    let application = asked.application.as_deref();
    let ComparisonSource { template, stack, region } = &asked.against;
    let (against, injected) = match (template, stack) {
        (None, None) => {
            let groups =
                shared::template::environments::properties(None, "", "").map_err(|problem| problem.to_string())?;
            (
                "the sample job of shared/src/template/stacks/application/job.rs".to_owned(),
                injected::InjectedKeys::of_groups(&groups),
            )
        }
        (Some(path), _) => {
            let injected = injected::InjectedKeys::of_template(&crate::document::read(path)?, application);
            (path.display().to_string(), injected.map_err(|error| format!("{}: {error}", path.display()))?)
        }
        (None, Some(name)) => {
            let deployed = crate::operate::deployed(name, region.as_deref())?;
            let injected = injected::InjectedKeys::of_stack(&deployed, application);
            (format!("the stack {name}"), injected.map_err(|error| format!("{name}: {error}"))?)
        }
    };
    let sources = files::read_sources(&asked.sources)?;
    Ok(report::Report::of(&sources, &injected, &against))
}

/// What a job's sources read without a default and a template does not inject, a sentence each.
///
/// # Errors
/// Sources or a template that cannot be read.
#[cfg(feature = "aws")]
pub(crate) fn not_injected(sources: &std::path::Path, template: &std::path::Path) -> Result<Vec<String>, String> {
    let injected = injected::InjectedKeys::of_template(&crate::document::read(template)?, None)
        .map_err(|error| format!("{}: {error}", template.display()))?;
    let report = report::Report::of(&files::read_sources(sources)?, &injected, &template.display().to_string());
    Ok(report.missing_lines())
}
