//! The settings of a deployment as options, from the one list of [`shared::operator::deployment::SETTINGS`].

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use shared::operator::deployment::published::CODE_PREFIX;
use shared::operator::deployment::{GivenSettings, SETTINGS, Setting, ValueKind, Verb};

/// The arguments of `flink-stack publish`: what is published, and where to.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// A bucket of yours in the region; ${AWS::Region} in its name stands for the region
    #[arg(long, alias = "BUCKET", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) bucket: String,
    /// The folder that holds the release
    #[arg(long, alias = "RELEASE", value_name = "DIR", default_value = ".")]
    pub(crate) release: PathBuf,
    /// How the keys begin; nothing, or a text that ends with /
    #[arg(long, alias = "PREFIX", value_name = "PREFIX", default_value = CODE_PREFIX)]
    pub(crate) prefix: String,
    /// The region of the bucket and of the functions
    #[arg(long, alias = "REGION", value_name = "TEXT")]
    pub(crate) region: Option<String>,
}

/// The settings that were given on a command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings(pub(crate) GivenSettings);

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().fold(command, |command, setting| command.arg(argument(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &Setting| Some((setting.name, matches.get_one::<String>(setting.name)?.clone()));
        Ok(Self(GivenSettings::of(SETTINGS.iter().filter_map(given))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// One option, `--max-replay-hours`; make gives it by the setting's own name, `--MAX_REPLAY_HOURS`. The later of two
/// counts.
fn argument(setting: &Setting) -> Arg {
    let argument = Arg::new(setting.name).long(setting.option()).alias(setting.name);
    let argument = argument.overrides_with(setting.name).help(setting.help());
    let argument = match setting.name {
        "ENV" => argument.alias("environment"),
        "VERBOSE" => argument.short('v'),
        _ => argument,
    };
    match setting.takes {
        ValueKind::Switch => argument.num_args(0..=1).require_equals(true).default_missing_value("1").value_name("0|1"),
        ValueKind::Words(words) => argument.value_name(words.join("|")),
        ValueKind::Whole(..) => argument.value_name("NUMBER"),
        ValueKind::Text | ValueKind::Prefixes | ValueKind::Name => argument.value_name("TEXT"),
    }
}

/// Hides from a subcommand's help what it takes and does not use.
pub(super) fn hide_unused(command: Command, name: &'static str, verb: Verb) -> Command {
    let unused = |option: &str| SETTINGS.iter().any(|setting| setting.name == option && !setting.verbs.contains(&verb));
    let hidden = |option: Arg| if unused(option.get_id().as_str()) { option.hide(true) } else { option };
    command.mut_subcommand(name, |subcommand| subcommand.mut_args(hidden))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The table as template/README.md has it.
    fn table() -> String {
        let row = |setting: &Setting| {
            format!("| {} | {} | {} |\n", setting.name, setting.meaning, setting.default).replace("||", "|")
        };
        let head = "| setting of `make deploy` and `make destroy` | meaning | default |\n|---|---|---|\n".to_owned();
        head + &SETTINGS.iter().map(row).collect::<String>()
    }

    /// `make pages` writes it anew.
    #[test]
    fn the_settings_in_readme_are_the_options() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (head, foot) = ("<!-- generated: settings of make deploy -->\n", "<!-- end of settings of make deploy -->");
        let (before, rest) = page.split_once(head).unwrap();
        let (shown, after) = rest.split_once(foot).unwrap();
        if std::env::var_os("WRITE_PAGES").is_some() {
            std::fs::write(&path, format!("{before}{head}{}{foot}{after}", table())).unwrap();
        } else {
            assert_eq!(shown, table(), "template/README.md: run `make pages`");
        }
    }
}
