//! What a person asks of an account: parsed here, answered with the feature `aws`.

#[cfg(feature = "aws")]
mod account;
#[cfg(feature = "aws")]
mod change_set;
#[cfg(feature = "aws")]
mod check_stack;
#[cfg(feature = "aws")]
mod plan;
#[cfg(feature = "aws")]
mod verify;
#[cfg(feature = "aws")]
mod why;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::options;

/// A subcommand that asks AWS, with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Why is this stack stuck?
    Why { stack: String, region: Option<String>, json: bool },
    /// What would this deployment do?
    Plan(Planned),
    /// May these templates, files, be deployed to these stacks; or the stacks be deleted?
    CheckStack { region: Option<String>, delete: bool, stacks: Vec<(String, PathBuf)> },
    /// How does AWS answer what its documentation leaves open?
    Verify(Verify),
}

/// The arguments of `flink-stack plan`: a deployed stack, and the template and parameters that would be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    stack: String,
    region: Option<String>,
    json: bool,
    /// Ask CloudFormation too, by a change set that is deleted again.
    change_set: bool,
    /// Say what CloudFormation's EXPRESS mode means for the job.
    is_express: bool,
    template: PathBuf,
    given: BTreeMap<String, String>,
}

/// The arguments of `flink-stack verify-aws`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verify {
    region: Option<String>,
    /// The S3 bucket of the job's jar; `key` is the object in it.
    bucket: String,
    key: String,
    /// What the job needs to start.
    properties: BTreeMap<String, String>,
    /// Also what takes a running application.
    run: bool,
    /// It was read what this does.
    yes: bool,
    out: PathBuf,
}

/// The template of an application stack that `make deploy` deploys, from the repository's root.
const TEMPLATE: &str = "template/application.template.json";

/// What could not be asked or answered: the command's third end.
const CANNOT_TELL: u8 = 2;

/// Reads what stands after the command's name.
pub(crate) fn asked(command: &str, given: &[&str]) -> Result<Asked, String> {
    let planning = command == "plan";
    let (json, change_set) = (given.contains(&"--json"), planning && given.contains(&"--change-set"));
    let is_express = planning && given.contains(&"--express");
    let is_parameter = |word: &str| planning && word.contains('=') && !word.starts_with('-');
    let words = given
        .iter()
        .copied()
        .filter(|word| *word != "--json" && !(planning && ["--change-set", "--express"].contains(word)));
    let (parameters, pairs): (Vec<&str>, Vec<&str>) = words.partition(|word| is_parameter(word));
    let known: &[&str] = if planning { &["--stack", "--region", "--template"] } else { &["--stack", "--region"] };
    let mut options = options(command, &pairs, known)?;
    let stack = options.remove("--stack").filter(|stack| !stack.is_empty());
    let stack = stack.ok_or_else(|| format!("{command} needs a stack: --stack NAME"))?;
    let region = options.remove("--region");
    if !planning {
        return Ok(Asked::Why { stack, region, json });
    }
    let pair = |word: &&str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template = options.remove("--template").map_or_else(|| TEMPLATE.into(), PathBuf::from);
    // What stands later wins, as with the AWS CLI.
    let given = parameters.iter().filter_map(pair).collect();
    Ok(Asked::Plan(Planned { stack, region, json, change_set, is_express, template, given }))
}

/// Reads what stands after `check-stack`.
pub(crate) fn check_stack(given: &[&str]) -> Result<Asked, String> {
    let words = given.iter().copied().filter(|word| *word != "--delete");
    let (pairs, rest): (Vec<&str>, Vec<&str>) = words.partition(|word| word.contains('=') && !word.starts_with('-'));
    let region = options("check-stack", &rest, &["--region"])?.remove("--region");
    let stacks: Vec<(String, PathBuf)> = pairs
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, file)| (name.to_owned(), file.into()))
        .collect();
    if stacks.is_empty() {
        return Err("check-stack needs a stack and a template: STACK=FILE".to_owned());
    }
    Ok(Asked::CheckStack { region, delete: given.contains(&"--delete"), stacks })
}

/// Reads what stands after `verify-aws`.
pub(crate) fn verify(given: &[&str]) -> Result<Asked, String> {
    let has = |flag: &str| given.contains(&flag);
    let words = given.iter().copied().filter(|word| !["--yes", "--run"].contains(word));
    let (properties, pairs): (Vec<&str>, Vec<&str>) =
        words.partition(|word| word.contains('=') && !word.starts_with('-'));
    let mut options = options("verify-aws", &pairs, &["--bucket", "--key", "--region", "--out"])?;
    let needed = "verify-aws needs a jar in S3: --bucket NAME --key KEY";
    let mut jar = |name| options.remove(name).filter(|given| !given.is_empty()).ok_or_else(|| needed.to_owned());
    let (bucket, key) = (jar("--bucket")?, jar("--key")?);
    let pair = |word: &&str| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Asked::Verify(Verify {
        region: options.remove("--region"),
        bucket,
        key,
        properties: properties.iter().filter_map(pair).collect(),
        run: has("--run"),
        yes: has("--yes"),
        out: options.remove("--out").map_or_else(|| "target/verify-aws.json".into(), PathBuf::from),
    }))
}

/// Without the feature nothing can be asked.
#[cfg(not(feature = "aws"))]
pub(crate) fn answer(_asked: &Asked) -> ExitCode {
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
pub(crate) fn answer(asked: &Asked) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answered = runtime.map_err(|error| error.to_string()).and_then(|runtime| match asked {
        Asked::Why { stack, region, json } => runtime.block_on(why::answer(stack, region.as_deref(), *json)),
        Asked::Plan(asked) => runtime.block_on(plan::answer(asked)),
        Asked::CheckStack { region, delete, stacks } => {
            runtime.block_on(check_stack::answer(region.as_deref(), *delete, stacks))
        }
        Asked::Verify(asked) => runtime.block_on(verify::answer(asked)),
    });
    answered.map_or_else(|message| ExitCode::from(unanswered(asked, &message)), ExitCode::from)
}

/// Why there is no answer, for people or for programs; what the command ends with.
#[cfg(feature = "aws")]
fn unanswered(asked: &Asked, message: &str) -> u8 {
    match asked {
        Asked::Plan(asked) => plan::without_comparison(asked, shared::operator::Outlook::CannotTell, message),
        Asked::Why { stack, json: true, .. } => why::without_a_look(stack, message),
        Asked::Why { .. } | Asked::CheckStack { .. } | Asked::Verify(_) => {
            eprintln!("flink-stack: {message}");
            CANNOT_TELL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_takes_parameters_as_deploy_gives_them() {
        let given = BTreeMap::from([("JarKey".into(), "b".into()), ("RestoreType".into(), "x=y".into())]);
        let (stack, region, template) = ("orders".to_owned(), Some("r".to_owned()), TEMPLATE.into());
        let words = ["--stack", "orders", "JarKey=a", "--region", "r", "RestoreType=x=y", "JarKey=b"];
        let plan = Planned { stack, region, json: false, change_set: false, is_express: false, template, given };
        assert_eq!(asked("plan", &words), Ok(Asked::Plan(plan.clone())));
        let with = [&words[..], &["--change-set", "--json", "--express"]].concat();
        let all = Planned { json: true, change_set: true, is_express: true, ..plan };
        assert_eq!(asked("plan", &with), Ok(Asked::Plan(all)));
        assert!(asked("why", &["--stack", "orders", "--change-set"]).is_err());
        assert!(asked("why", &["--stack", "orders", "JarKey=a"]).is_err());
    }

    #[test]
    fn what_aws_is_asked_takes_a_jar_and_a_yes() {
        assert!(verify(&["--yes", "--bucket", "", "--key", "k"]).unwrap_err().contains("--bucket NAME --key KEY"));
        let words = ["--bucket", "b", "--key", "k", "--run", "stream.name=s"];
        let Ok(Asked::Verify(asked)) = verify(&words) else { panic!("{:?}", verify(&words)) };
        assert_eq!((asked.run, asked.yes, asked.properties["stream.name"].as_str()), (true, false, "s"));
    }

    #[test]
    fn a_question_names_its_stack() {
        let why = |json| Asked::Why { stack: "orders".into(), region: None, json };
        assert_eq!(asked("why", &["--stack", "orders"]), Ok(why(false)));
        assert_eq!(asked("why", &["--json", "--stack", "orders"]), Ok(why(true)));
        assert_eq!(asked("why", &[]).unwrap_err(), "why needs a stack: --stack NAME");
        assert_eq!(asked("why", &["--stak", "orders"]).unwrap_err(), "why does not know \"--stak\"");
    }
}
