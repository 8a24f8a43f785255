//! `flink-stack`, the operator's command. `synth` writes the CloudFormation templates; what they say is decided in
//! [`shared::template`]. This is the only place of the generator that touches files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: flink-stack synth [--out DIR]

  synth   writes access.template.json, handlers.template.json and application.template.json
          into DIR, by default into template/";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Synth { out: PathBuf },
    Help,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match command(&arguments) {
        Ok(Command::Synth { out }) => synth(&out),
        Ok(Command::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Err(mistake) => Err(format!("{mistake}\n\n{USAGE}")),
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
        ["synth"] => Ok(Command::Synth { out: PathBuf::from("template") }),
        ["synth", "--out", directory] => Ok(Command::Synth { out: PathBuf::from(directory) }),
        ["synth", "--out"] => Err("--out needs a directory".to_owned()),
        ["synth", unknown, ..] => Err(format!("synth does not know \"{unknown}\"")),
        ["help" | "--help" | "-h"] => Ok(Command::Help),
        [] => Err("a command is missing".to_owned()),
        [unknown, ..] => Err(format!("there is no command \"{unknown}\"")),
    }
}

fn synth(out: &Path) -> Result<(), String> {
    for (name, text) in shared::template::synthesize().map_err(|problem| problem.to_string())? {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| {
            format!(
                "{}: {error}; run it in the project's folder, or name a folder that exists with --out",
                path.display()
            )
        })?;
    }
    Ok(())
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
    fn what_is_not_known_is_named() {
        let error = command(&["synth".into(), "--format".into()]).unwrap_err();
        assert_eq!(error, "synth does not know \"--format\"");
        assert_eq!(command(&["plan".into()]).unwrap_err(), "there is no command \"plan\"");
        assert_eq!(command(&["synth".into(), "--out".into()]).unwrap_err(), "--out needs a directory");
    }

    #[test]
    fn synth_writes_into_template_unless_told_otherwise() {
        assert_eq!(command(&["synth".into()]), Ok(Command::Synth { out: "template".into() }));
    }
}
