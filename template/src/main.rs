//! `flink-stack`, the operator's command. What templates say and what the job reads is decided in [`shared::template`];
//! this is the only place of the generator that touches files. What asks AWS is behind the feature `aws`: without it,
//! `synth` builds in seconds.

#![cfg_attr(
    not(feature = "aws"),
    expect(
        dead_code,
        reason = "without its clients, what asks AWS is parsed and then refused: no field of it is read"
    )
)]

mod check;
mod cli;
#[cfg(feature = "aws")]
mod deploy;
#[cfg(any(feature = "sources", test))]
mod document;
mod environments;
mod operate;
#[cfg(feature = "sources")]
mod sources;
mod stdout;

use std::path::Path;
use std::process::ExitCode;

use cli::{Command, Settings, WriteProperties};
use operate::Question;
use shared::operator::deployment::Verb;
use stdout::show;

fn main() -> ExitCode {
    // Usage errors end with 2, help and the version with 0.
    let given = cli::parse(std::env::args_os()).unwrap_or_else(|mistake| mistake.exit());
    cli::colour::choose(given.color);
    let outcome = match given.command {
        Command::Synth(asked) => synth(&asked.out, &asked.environments),
        Command::Properties(asked) => properties(&asked),
        Command::CheckProperties(asked) => return check::run(&asked),
        Command::Picture => picture().map(|picture| print!("{picture}")),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut cli::command(), "flink-stack", &mut script);
            show(&String::from_utf8_lossy(&script));
            Ok(())
        }
        Command::Man { out } => manual(out.as_deref()),
        Command::Deploy(settings) => return deployment(Verb::Deploy, &settings),
        Command::Destroy(settings) => return deployment(Verb::Destroy, &settings),
        Command::Functions(settings) => return deployment(Verb::Functions, &settings),
        Command::Handlers(settings) => return deployment(Verb::Handlers, &settings),
        Command::Publish(asked) => return publish(&asked),
        Command::Packages(settings) => return deployment(Verb::Packages, &settings),
        Command::Plan(asked) => return operate::answer(&Question::Plan(asked)),
        Command::Why(asked) => return operate::answer(&Question::Why(asked)),
        Command::Status(asked) => return operate::answer(&Question::Status(asked)),
        Command::VerifyAws(asked) => return operate::answer(&Question::Verify(asked)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("flink-stack: {message}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(feature = "aws")]
fn deployment(verb: Verb, settings: &Settings) -> ExitCode {
    deploy::run(verb, &settings.0)
}

/// Without the feature no stack can be changed.
#[cfg(not(feature = "aws"))]
fn deployment(_verb: Verb, _settings: &Settings) -> ExitCode {
    operate::without_aws()
}

#[cfg(feature = "aws")]
fn publish(asked: &cli::Publish) -> ExitCode {
    deploy::publish(asked)
}

/// Without the feature no bucket can be reached.
#[cfg(not(feature = "aws"))]
fn publish(_asked: &cli::Publish) -> ExitCode {
    operate::without_aws()
}

fn synth(out: &Path, environments: &Path) -> Result<(), String> {
    environments::all(environments)?;
    for warning in shared::template::warnings() {
        eprintln!("flink-stack: warning: {warning}");
    }
    for (name, text) in shared::template::synthesize().map_err(|problem| problem.to_string())? {
        write(&out.join(name), &text)?;
    }
    // The sources of the construct library are not templates: they stand in the project alone.
    if out.join("cdk").is_dir() {
        for (name, text) in shared::template::construct_library() {
            write(&out.join(name), &text)?;
        }
    }
    Ok(())
}

/// The manual page of the command, or of each subcommand in a folder.
fn manual(out: Option<&Path>) -> Result<(), String> {
    let command = cli::command();
    if let Some(folder) = out {
        let made = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
        return made.map_err(|error| format!("{}: {error}", folder.display()));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| error.to_string())?;
    show(&String::from_utf8_lossy(&page));
    Ok(())
}

/// Leaves a file alone that says this already: a build by file times has nothing to do again.
fn write(path: &Path, text: &str) -> Result<(), String> {
    if std::fs::read(path).is_ok_and(|written| written == text.as_bytes()) {
        return Ok(());
    }
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, text)).map_err(|error| {
        format!("{}: {error}; run it in the project's folder, or name a folder that exists with --out", path.display())
    })
}

/// Named like the stack that `make deploy STACK=.. ENV=..` makes.
fn properties(asked: &WriteProperties) -> Result<(), String> {
    let environment =
        asked.environment.as_deref().map(|name| environments::one(&asked.environments, name)).transpose()?;
    let stack = match &asked.environment {
        Some(environment) => format!("{}-{environment}", asked.stack),
        None => asked.stack.clone(),
    };
    let groups = shared::template::environments::properties(environment.as_ref(), &stack, &asked.region)
        .map_err(|problem| problem.to_string())?;
    let text = serde_json::to_string_pretty(&groups).map_err(|error| error.to_string())? + "\n";
    if let Some(path) = &asked.out {
        write(path, &text)?;
        println!("{}", path.display());
    } else {
        print!("{text}");
    }
    Ok(())
}

fn picture() -> Result<String, String> {
    let template = shared::template::application();
    template.and_then(|template| shared::template::picture(&template)).map_err(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_templates_are_what_is_synthesized() {
        let templates = shared::template::synthesize().unwrap();
        for (name, text) in templates.into_iter().chain(shared::template::construct_library()) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "template/{name} is not what is synthesized: run `make template`");
        }
    }

    #[test]
    fn each_subcommand_has_a_manual_page_with_its_options() {
        let folder = std::env::temp_dir().join(format!("flink-stack-man-{}", std::process::id()));
        manual(Some(&folder)).unwrap();
        let subcommands = cli::command().get_subcommands().filter(|one| !one.is_hide_set()).count();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), subcommands + 1, "and the command's own");
        let page = std::fs::read_to_string(folder.join("flink-stack-deploy.1")).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(page.contains("max\\-replay\\-hours") && page.contains("flink\\-stack\\-deploy"), "{page}");
    }

    #[test]
    fn the_picture_in_readme_is_the_templates() {
        let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
        let picture = format!("```mermaid\n{}```\n", picture().unwrap());
        assert!(
            page.contains(&picture),
            "put what `cargo run --bin flink-stack -- picture` prints into template/README.md"
        );
    }
}
