//! `flink-stack check-properties`: what the job's sources read, beside what a template injects.

#[cfg(feature = "sources")]
mod conditional_keys;
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

use std::process::ExitCode;

use crate::cli::CheckProperties;
#[cfg(feature = "sources")]
use crate::cli::ComparisonSource;

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
    let report = compare(asked).unwrap_or_else(|message| report::PropertyReport::cannot_tell(&message));
    if asked.json {
        crate::stdout::show(&(report.json() + "\n"));
    } else if report.is_error() {
        eprintln!("flink-stack: {}", report.sentence);
    } else {
        crate::stdout::show(&report.text());
    }
    ExitCode::from(report.verdict.exit_code())
}

#[cfg(feature = "sources")]
fn compare(asked: &CheckProperties) -> Result<report::PropertyReport, String> {
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
    Ok(report::PropertyReport::of(&sources, &injected, &against))
}

/// What a job's sources read without a default and a template does not inject, a sentence each.
///
/// # Errors
/// Sources or a template that cannot be read.
#[cfg(feature = "aws")]
pub(crate) fn not_injected(sources: &std::path::Path, template: &std::path::Path) -> Result<Vec<String>, String> {
    let injected = injected::InjectedKeys::of_template(&crate::document::read(template)?, None)
        .map_err(|error| format!("{}: {error}", template.display()))?;
    let report = report::PropertyReport::of(&files::read_sources(sources)?, &injected, &template.display().to_string());
    Ok(report.missing_lines())
}
