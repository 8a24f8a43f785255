//! `flink-stack`, the operator's command. What templates say and what the job reads is decided in [`shared::template`]; this is the only
//! place of the generator that touches files. What asks AWS is behind the feature `aws`: without it, `synth` builds in seconds.

mod check;
#[cfg(any(feature = "sources", test))]
mod document;
mod environments;
mod operate;
#[cfg(feature = "sources")]
mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: flink-stack synth [--out DIR] [--environments DIR]
       flink-stack properties [--environment NAME] [--stack NAME] [--region REGION] [--out FILE]
       flink-stack check-properties DIR [--template FILE | --stack NAME [--region REGION]] [--application ID] [--json]
       flink-stack picture
       flink-stack plan --stack NAME [--region REGION] [--template FILE] [--change-set] [--json] [Key=Value ...]
       flink-stack check-stack [--region REGION] [--delete] STACK=FILE ...
       flink-stack why --stack NAME [--region REGION] [--json]
       flink-stack verify-aws --bucket NAME --key KEY [--yes] [--run] [--region REGION] [--out FILE] [key=value ...]

  synth              writes access.template.json, handlers.template.json, application.template.json, its variant
                     application-retained.template.json and samples/ into DIR, by default into template/,
                     after a look at template/environments/
  properties         writes what the job reads in an environment, as flink-application-properties-dev.json
                     for a developer's machine; without --out it is printed
  check-properties   lists what the job's sources in DIR read and nothing injects, the reverse, and each place that cannot be
                     followed; compares with a template's EnvironmentProperties and Custom::FlinkPropertyGroups, with a
                     deployed stack's, or with the sample job of this project.
                     Ends with 0: they agree, 1: they differ, 2: cannot tell
  picture            prints the application's stack as a Mermaid graph, as template/README.md shows it
  plan               says what a deployment with these parameters would do: what changes, whether the job restarts,
                     whether the snapshot that this takes can be taken now, and what becomes of the state.
                     FILE is JSON or YAML. With --change-set CloudFormation is asked too, where macros, loops and nested
                     stacks are only known to it: by a change set of its own, which is deleted again, of a stack that exists.
                     Ends with 0: it goes through, 1: something is lost or it fails, 2: cannot tell, 130: interrupted
  check-stack        whether the template in FILE, one of ours, may be deployed to the stack; with --delete, whether the
                     stack may be deleted. Ends with 0: it may, or there is no such stack, 1: it was not made from that
                     template, or data would be deleted, 2: cannot tell
  why                says why a stack is stuck, or that it is not, and the next command to run.
                     Ends with 0: nothing to do, 1: stuck, 2: cannot tell
  verify-aws         asks an account what AWS's documentation leaves open, with a jar in S3 and the properties that its job
                     needs, in a stack of its own that it removes; with --run also what takes a running application.
                     Ends with 0: all asked and removed, 1: something stayed unanswered or is left, 2: nothing was asked

check-stack and why only read, and so does plan without --change-set. The four are built with the feature aws, a default one: cargo run --bin flink-stack";

/// What a command ends with that was called in a way that it does not have.
const USAGE_ERROR: u8 = 2;

/// The folder of the `.env` files, one for each environment, unless `--environments` names another.
const ENVIRONMENTS: &str = "template/environments";

/// A subcommand with its arguments.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Synth { out: PathBuf, environments: PathBuf },
    Properties(Properties),
    CheckProperties(check::CheckProperties),
    Picture,
    Operate(operate::Asked),
    Help,
}

/// Of which stack, and where to.
#[derive(Debug, PartialEq, Eq)]
struct Properties {
    environment: Option<String>,
    environments: PathBuf,
    stack: String,
    region: String,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match command(&arguments) {
        Ok(Command::Synth { out, environments }) => synth(&out, &environments),
        Ok(Command::Properties(asked)) => properties(&asked),
        Ok(Command::CheckProperties(asked)) => return check::run(&asked),
        Ok(Command::Picture) => picture().map(|picture| print!("{picture}")),
        Ok(Command::Operate(asked)) => return operate::answer(&asked),
        Ok(Command::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Err(mistake) => {
            eprintln!("flink-stack: {mistake}\n\n{USAGE}");
            return ExitCode::from(USAGE_ERROR);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("flink-stack: {message}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<Command, String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["synth", rest @ ..] => {
            let mut given = options("synth", rest, &["--out", "--environments"])?;
            let mut folder =
                |name, default: &str| PathBuf::from(given.remove(name).unwrap_or_else(|| default.to_owned()));
            Ok(Command::Synth {
                out: folder("--out", "template"),
                environments: folder("--environments", ENVIRONMENTS),
            })
        }
        ["properties", rest @ ..] => {
            let known = ["--environment", "--environments", "--stack", "--region", "--out"];
            let mut given = options("properties", rest, &known)?;
            let mut text = |name, default: &str| given.remove(name).unwrap_or_else(|| default.to_owned());
            let (stack, region) = (text("--stack", "flink-test"), text("--region", "eu-west-1"));
            let environments = PathBuf::from(text("--environments", ENVIRONMENTS));
            let environment = given.remove("--environment");
            let out = given.remove("--out").map(PathBuf::from);
            Ok(Command::Properties(Properties { environment, environments, stack, region, out }))
        }
        ["check-properties", rest @ ..] => check::parse(rest).map(Command::CheckProperties),
        ["picture"] => Ok(Command::Picture),
        [word @ ("why" | "plan"), rest @ ..] => operate::asked(word, rest).map(Command::Operate),
        ["check-stack", rest @ ..] => operate::check_stack(rest).map(Command::Operate),
        ["verify-aws", rest @ ..] => operate::verify(rest).map(Command::Operate),
        ["help" | "--help" | "-h"] => Ok(Command::Help),
        [] => Err("a command is missing".to_owned()),
        [unknown, ..] => Err(format!("there is no command \"{unknown}\"")),
    }
}

/// Reads `--name value` pairs; the error names an option that `known` does not have, or that lacks its value.
fn options(command: &str, given: &[&str], known: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let mut options = BTreeMap::new();
    for pair in given.chunks(2) {
        match pair {
            [name, ..] if !known.contains(name) => return Err(format!("{command} does not know \"{name}\"")),
            [name, value] => {
                options.insert((*name).to_owned(), (*value).to_owned());
            }
            [name, ..] => return Err(format!("{name} needs a value")),
            [] => {}
        }
    }
    Ok(options)
}

fn synth(out: &Path, environments: &Path) -> Result<(), String> {
    environments::all(environments)?;
    for warning in shared::template::warnings() {
        eprintln!("flink-stack: warning: {warning}");
    }
    for (name, text) in shared::template::synthesize().map_err(|problem| problem.to_string())? {
        write(&out.join(name), &text)?;
    }
    Ok(())
}

/// Prints an answer. A reader that has seen enough (`| head`) is no failure.
#[cfg(feature = "sources")]
fn show(text: &str) {
    use std::io::Write;
    let _closed_early = std::io::stdout().write_all(text.as_bytes());
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
fn properties(asked: &Properties) -> Result<(), String> {
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
        for (name, text) in shared::template::synthesize().unwrap() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "template/{name} is not what is synthesized: run `make template`");
        }
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

    #[test]
    fn what_is_not_known_is_named() {
        let error = command(&["synth".into(), "--format".into()]).unwrap_err();
        assert_eq!(error, "synth does not know \"--format\"");
        assert_eq!(command(&["plam".into()]).unwrap_err(), "there is no command \"plam\"");
        assert_eq!(command(&["synth".into(), "--out".into()]).unwrap_err(), "--out needs a value");
        let error = command(&["check-properties".into()]).unwrap_err();
        assert_eq!(error, "check-properties: expected the folder of the job's sources");
    }

    #[test]
    fn synth_writes_into_template_by_default() {
        let environments = PathBuf::from("template/environments");
        assert_eq!(command(&["synth".into()]), Ok(Command::Synth { out: "template".into(), environments }));
    }
}
