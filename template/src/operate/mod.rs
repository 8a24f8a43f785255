//! What a person asks of an account: parsed here, answered with the feature `aws`.

#[cfg(feature = "aws")]
mod account;
#[cfg(feature = "aws")]
mod why;

use std::process::ExitCode;

use crate::options;

/// A question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Why is this stack stuck?
    Why { stack: String, region: Option<String>, json: bool },
}

/// What could not be asked or answered: the command's third end.
const CANNOT_TELL: u8 = 2;

/// Reads what stands after the command's name.
pub(crate) fn asked(command: &str, given: &[&str]) -> Result<Asked, String> {
    let json = given.contains(&"--json");
    let pairs: Vec<&str> = given.iter().copied().filter(|word| *word != "--json").collect();
    let mut given = options(command, &pairs, &["--stack", "--region"])?;
    let stack = given.remove("--stack").filter(|stack| !stack.is_empty());
    let stack = stack.ok_or_else(|| format!("{command} needs a stack: --stack NAME"))?;
    Ok(Asked::Why { stack, region: given.remove("--region"), json })
}

/// Without the feature nothing can be asked.
#[cfg(not(feature = "aws"))]
pub(crate) fn answer(_asked: &Asked) -> ExitCode {
    eprintln!(
        "flink-stack: it was built without the feature aws; run: cargo run --package template --features aws -- ..."
    );
    ExitCode::from(CANNOT_TELL)
}

/// Asks AWS and prints the answer.
#[cfg(feature = "aws")]
pub(crate) fn answer(asked: &Asked) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answered = runtime.map_err(|error| error.to_string()).and_then(|runtime| match asked {
        Asked::Why { stack, region, json } => runtime.block_on(why::answer(stack, region.as_deref(), *json)),
    });
    answered.map_or_else(
        |message| {
            eprintln!("flink-stack: {message}");
            ExitCode::from(CANNOT_TELL)
        },
        ExitCode::from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_its_stack() {
        let why = |json| Asked::Why { stack: "orders".into(), region: None, json };
        assert_eq!(asked("why", &["--stack", "orders"]), Ok(why(false)));
        assert_eq!(asked("why", &["--json", "--stack", "orders"]), Ok(why(true)));
        assert_eq!(asked("why", &[]).unwrap_err(), "why needs a stack: --stack NAME");
        assert_eq!(asked("why", &["--stak", "orders"]).unwrap_err(), "why does not know \"--stak\"");
    }
}
