//! The command line of `flink-stack`, as clap reads it: subcommands, options, help and completions.

mod arguments;
pub(crate) mod colour;
mod settings;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use shared::operator::deployment::Verb;

#[cfg(feature = "sources")]
pub(crate) use arguments::ComparisonSource;
pub(crate) use arguments::{CheckProperties, PlanArguments, StatusOf, Verify, WhyStuck};
pub(crate) use settings::{Publish, Settings};

use self::colour::ColourMode;

/// The folder of the `.env` files, one for each environment, unless `--environments` names another.
pub(crate) const ENVIRONMENTS: &str = "template/environments";

/// How commands end; a test compares what each of them ends with.
const EXIT_CODES: &str = "Ends with:
  0    done, or nothing to do
  1    failed, or found what it looks for (plan: a loss, why: a stuck stack, check-properties: a difference)
  2    called wrongly, cannot tell, or a consent is missing
  3    declined at the question
  4    rolled back, and whole
  130  interrupted

The region is --region's, AWS_REGION's, AWS_DEFAULT_REGION's or the AWS CLI's. Credentials are the environment's
(AWS_ACCESS_KEY_ID), else what the AWS CLI finds: profiles, IAM Identity Center, credential_process and `aws login`.";

/// Deploys Flink applications with the handlers that look after them, and answers an operator's questions.
#[derive(Debug, Parser)]
#[command(name = "flink-stack", version = shared::contract::VERSION, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Whether what is shown has colours; NO_COLOR forbids them
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColourMode,
}

/// A subcommand with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Deploys an application and its handlers: checks, shows what changes, asks once, and waits for the end
    Deploy(Settings),
    /// Takes an application away, and with its last stack the handlers
    Destroy(Settings),
    /// Builds and deploys the functions alone, where a StackSet brings the stacks around them
    Functions(Settings),
    /// Brings the handlers without an application, for a stack that adopts them
    Handlers(Settings),
    /// Copies a release into a bucket of yours, and prints what the functions template is then given
    Publish(Publish),
    /// Builds and packs the functions, and prints the digests of their zips
    #[command(hide = true)]
    Packages(Settings),
    /// Writes the templates and samples/ into a folder, after a look at the environments
    Synth(Synth),
    /// Writes what the job reads in an environment, as flink-application-properties-dev.json for a developer's machine
    Properties(WriteProperties),
    /// Lists what a job's sources read and nothing injects, the reverse, and each place that cannot be followed
    #[command(after_help = "Ends with 0: they agree, 1: they differ, 2: cannot tell.")]
    CheckProperties(CheckProperties),
    /// Prints the application's stack as a Mermaid graph
    #[command(hide = true)]
    Picture,
    /// Says what a deployment with these parameters would do: what changes, restarts, is lost; only looks
    #[command(
        after_help = "Ends with 0: it goes through, 1: something is lost or it fails, 2: cannot tell, 130: interrupted."
    )]
    Plan(PlanArguments),
    /// Says why a stack is stuck, or that it is not, and the next command to run; only looks
    #[command(after_help = "Ends with 0: nothing to do, 1: stuck, 2: cannot tell.")]
    Why(WhyStuck),
    /// Says how a stack and its jobs are, and what an update would do now, on one screen; only looks
    #[command(
        after_help = "Ends with 0: nothing to do, 1: stuck, 2: cannot tell; --watch with 0: done, 1: failed, 4: rolled back."
    )]
    Status(StatusOf),
    /// Asks an account what AWS's documentation leaves open, in a stack of its own that it removes
    #[command(
        after_help = "Ends with 0: all asked and removed, 1: something is unanswered or left, 2: nothing was asked."
    )]
    VerifyAws(Verify),
    /// Prints the completions of a shell: source <(flink-stack completions bash)
    Completions {
        /// The shell that reads the script
        shell: Shell,
    },
    /// Prints the manual page, or writes one for each subcommand: man -l <(flink-stack man)
    Man {
        /// The folder of a page for each; without it the command's own is printed
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// The arguments of `flink-stack synth`.
#[derive(Debug, Args)]
pub(crate) struct Synth {
    /// The folder that the templates are written into
    #[arg(long, value_name = "DIR", default_value = "template")]
    pub(crate) out: PathBuf,
    /// The folder of the environments, which are checked first
    #[arg(long, value_name = "DIR", default_value = ENVIRONMENTS)]
    pub(crate) environments: PathBuf,
}

/// Of which stack, and where to.
#[derive(Debug, Args)]
pub(crate) struct WriteProperties {
    /// The environment: its file's parameters count, and its name ends the stack's
    #[arg(long, alias = "env", value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The folder of the environments
    #[arg(long, value_name = "DIR", default_value = ENVIRONMENTS)]
    pub(crate) environments: PathBuf,
    /// The stack, by which stream and table are called
    #[arg(long, value_name = "NAME", default_value = "flink-test")]
    pub(crate) stack: String,
    /// The region that the job reads
    #[arg(long, default_value = "eu-west-1")]
    pub(crate) region: String,
    /// The file; without it the properties are printed
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// The command as clap knows it, for the parser, for completions and for the manual pages.
pub(crate) fn command() -> clap::Command {
    let verbs = [
        ("deploy", Verb::Deploy),
        ("destroy", Verb::Destroy),
        ("plan", Verb::Plan),
        ("functions", Verb::Functions),
        ("handlers", Verb::Handlers),
        ("packages", Verb::Packages),
    ];
    verbs.into_iter().fold(Cli::command(), |command, (name, verb)| settings::hide_unused(command, name, verb))
}

/// Reads a command line.
///
/// # Errors
/// What clap has to say: a mistake with what was meant, help, or the version.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Command, clap::Error> {
        parse(["flink-stack"].iter().chain(words).map(OsString::from)).map(|cli| cli.command)
    }

    fn mistake(words: &[&str]) -> String {
        let error = parsed(words).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        error.to_string()
    }

    #[test]
    fn what_is_not_known_is_named_with_what_was_meant() {
        command().debug_assert();
        let said = mistake(&["plam"]);
        assert!(said.contains("unrecognized subcommand 'plam'") && said.contains("'plan'"), "{said}");
        let said = mistake(&["synth", "--enviroments", "x"]);
        assert!(said.contains("'--enviroments'") && said.contains("'--environments'"), "{said}");
        assert!(mistake(&["synth", "--out"]).contains("a value is required for '--out <DIR>'"));
        assert!(mistake(&["check-properties"]).contains("<SOURCES>"));
        assert!(
            mistake(&["check-properties", "src", "--stack", "s", "--template", "t"]).contains("cannot be used with")
        );
        assert!(mistake(&["why"]).contains("--stack <NAME>"));
        assert!(mistake(&["why", "--stack", ""]).contains("a value is required for '--stack <NAME>'"));
        assert!(mistake(&["why", "--stack", "orders", "JarKey=a"]).contains("unexpected argument 'JarKey=a'"));
        assert!(mistake(&["verify-aws", "--bucket", "", "--key", "k"]).contains("--bucket"));
    }

    #[test]
    fn colours_are_chosen_for_any_subcommand() {
        let colour =
            |words: &[&str]| parse(["flink-stack"].iter().chain(words).map(OsString::from)).map(|cli| cli.color);
        assert_eq!(colour(&["why", "--stack", "s", "--color", "never"]).unwrap(), ColourMode::Never);
        assert_eq!(colour(&["--color", "always", "synth"]).unwrap(), ColourMode::Always);
        assert_eq!(colour(&["synth"]).unwrap(), ColourMode::Auto);
        let said = mistake(&["synth", "--color", "blue"]);
        assert!(said.contains("[possible values: auto, always, never]"), "{said}");
    }

    #[test]
    fn synth_writes_into_template_by_default() {
        let Ok(Command::Synth(synth)) = parsed(&["synth"]) else { panic!("{:?}", parsed(&["synth"])) };
        assert_eq!((synth.out, synth.environments), ("template".into(), ENVIRONMENTS.into()));
    }

    #[test]
    fn a_plan_takes_parameters_as_deploy_gives_them() {
        let words = ["--stack", "orders", "JarKey=a", "--region", "r", "RestoreType=x=y", "JarKey=b"];
        let all = [&["plan"], &words[..], &["--change-set", "--json", "--express"]].concat();
        let Ok(Command::Plan(plan)) = parsed(&all) else { panic!("{:?}", parsed(&all)) };
        assert_eq!(plan.parameters.len(), 3);
        let settings = &plan.settings.0;
        assert_eq!((plan.stack().as_str(), settings.get("REGION")), ("orders", Some("r")));
        assert!(["JSON", "CHANGE_SET", "EXPRESS"].iter().all(|name| settings.is_on(name)));
    }

    #[test]
    fn a_deployment_takes_its_settings_as_make_and_as_a_person_gives_them() {
        let all = ["deploy", "--JAR=a.jar", "--ONLY_STACK=1", "--max-replay-hours", "7", "--retain=0", "-v", "--MAIL="];
        let Ok(Command::Deploy(Settings(given))) = parsed(&all) else { panic!("{:?}", parsed(&all)) };
        assert_eq!(
            (given.get("JAR"), given.get("MAX_REPLAY_HOURS"), given.get("MAIL")),
            (Some("a.jar"), Some("7"), None)
        );
        let switches = ["ONLY_STACK", "RETAIN", "VERBOSE"].map(|name| given.switch(name));
        assert_eq!(switches, [Some(true), Some(false), Some(true)]);
        assert!(mistake(&["deploy", "--jarr", "x"]).contains("'--jar'"));
        let help = parsed(&["destroy", "--help"]).unwrap_err().to_string();
        assert!(help.contains("--only-stack") && !help.contains("--mail"), "{help}");
    }

    #[test]
    fn how_commands_end_stands_in_the_help() {
        let help = parsed(&["--help"]).unwrap_err();
        assert!(help.exit_code() == 0 && help.to_string().contains("4    rolled back, and whole"), "{help}");
    }
}
