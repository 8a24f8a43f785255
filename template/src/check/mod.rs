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

use crate::options;

/// The arguments of `flink-stack check-properties`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CheckProperties {
    pub(crate) sources: PathBuf,
    pub(crate) against: Against,
    /// The application's logical ID, where there are several.
    pub(crate) application: Option<String>,
    pub(crate) json: bool,
}

/// Where the injected properties are read from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// The job that this project's own templates deploy.
    Sample,
    Template(PathBuf),
    Stack {
        name: String,
        region: Option<String>,
    },
}

/// Reads what stands after the command's name.
pub(crate) fn parse(given: &[&str]) -> Result<CheckProperties, String> {
    let json = given.contains(&"--json");
    let mut words: Vec<&str> = given.iter().copied().filter(|word| *word != "--json").collect();
    let is_folder = |at: usize| !words[at].starts_with('-') && (at == 0 || !words[at - 1].starts_with("--"));
    let folder = (0..words.len()).find(|at| is_folder(*at)).map(|at| words.remove(at));
    let Some(sources) = folder.filter(|folder| !folder.is_empty()) else {
        return Err("check-properties: expected the folder of the job's sources".to_owned());
    };
    let mut found = options("check-properties", &words, &["--template", "--stack", "--region", "--application"])?;
    let region = found.remove("--region");
    let against = match (found.remove("--template"), found.remove("--stack")) {
        (Some(_), Some(_)) => return Err("check-properties: expected --template or --stack, found both".to_owned()),
        (Some(template), None) => Against::Template(template.into()),
        (None, Some(name)) => Against::Stack { name, region },
        (None, None) => Against::Sample,
    };
    Ok(CheckProperties { sources: sources.into(), against, application: found.remove("--application"), json })
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
    let (against, injected) = match &asked.against {
        Against::Sample => {
            let groups =
                shared::template::environments::properties(None, "", "").map_err(|problem| problem.to_string())?;
            (
                "the sample job of shared/src/template/stacks/application/job.rs".to_owned(),
                injected::Injected::of_groups(&groups),
            )
        }
        Against::Template(path) => {
            let injected = injected::Injected::of_template(&crate::document::read(path)?, application);
            (path.display().to_string(), injected.map_err(|error| format!("{}: {error}", path.display()))?)
        }
        Against::Stack { name, region } => {
            let deployed = crate::operate::deployed(name, region.as_deref())?;
            let injected = injected::Injected::of_stack(&deployed, application);
            (format!("the stack {name}"), injected.map_err(|error| format!("{name}: {error}"))?)
        }
    };
    let sources = files::read_sources(&asked.sources)?;
    Ok(report::Report::of(&sources, &injected, &against))
}
