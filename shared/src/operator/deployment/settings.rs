//! The settings of a deployment, each declared once: the command's options and their help, the table in
//! template/README.md and the check of a value come from here.

mod table;

use std::collections::BTreeMap;

use super::prefixes;
pub use table::SETTINGS;

/// One setting, as `make deploy NAME=value` and `flink-stack deploy --name value` take it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The name on make's command line, `MAX_REPLAY_HOURS` for example; the option is `--max-replay-hours`.
    pub name: &'static str,
    /// What it is for, in Markdown, as template/README.md has it.
    pub meaning: &'static str,
    /// What counts where it was never given, in words.
    pub default: &'static str,
    /// Which values the setting takes, for its check.
    pub takes: ValueKind,
    /// The verbs whose help lists it; the others take it too and do not use it.
    pub verbs: &'static [Verb],
}

/// A subcommand that takes these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Brings the four steps of a deployment.
    Deploy,
    /// Takes a deployment away again.
    Destroy,
    /// Says what a deployment would do.
    Plan,
    /// Builds and deploys the functions alone.
    Functions,
    /// Brings the handlers without an application, for a stack that adopts them.
    Handlers,
    /// Builds and packs the functions for the gauges, and deploys nothing.
    Packages,
}

/// The values that a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text; CloudFormation checks the rest.
    Text,
    /// `1` or `true`, `0` or `false`.
    Switch,
    /// One of these words, as spelled.
    Words(&'static [&'static str]),
    /// A whole number between these two.
    Whole(u32, u32),
    /// One to five beginnings of names, separated by commas.
    Prefixes,
    /// Letters, digits and hyphens alone.
    Name,
}

/// What was given, by the setting's name. A setting without a value counts as not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenSettings(BTreeMap<&'static str, String>);

impl GivenSettings {
    /// Takes over what was given; the last value of a name counts.
    #[must_use]
    pub fn of(all: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(all.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value of a setting, if one was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A switch: given and on, given and off, or not given.
    #[must_use]
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| ["1", "true"].contains(&value))
    }

    /// Whether a switch was given and is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.switch(name) == Some(true)
    }

    /// Everything that is wrong with the values, a sentence each, in the table's order.
    #[must_use]
    pub fn mistakes(&self) -> Vec<String> {
        let given = |setting: &Setting| setting.check(self.get(setting.name)?).err();
        SETTINGS.iter().filter_map(given).collect()
    }

    /// The name of the application's stack.
    #[must_use]
    pub fn stack(&self) -> String {
        let stack = self.get("STACK").unwrap_or("flink-test");
        self.get("ENV").map_or_else(|| stack.to_owned(), |environment| format!("{stack}-{environment}"))
    }
}

impl Setting {
    /// The option's name, without the two hyphens.
    #[must_use]
    pub fn option(&self) -> String {
        self.name.to_ascii_lowercase().replace('_', "-")
    }

    /// Meaning and default, without Markdown.
    #[must_use]
    pub fn help(&self) -> String {
        format!("{} [default: {}]", plain(self.meaning), plain(self.default))
    }

    /// Whether it takes this value.
    ///
    /// # Errors
    /// A sentence with the value and what is taken.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let name = self.name;
        let refuse = |takes: &str| Err(format!("{name}: expected {takes}, found \"{value}\""));
        match self.takes {
            ValueKind::Switch if !["0", "1", "false", "true"].contains(&value) => refuse("1 or 0"),
            ValueKind::Words(words) if !words.contains(&value) => refuse(&words.join(" or ")),
            ValueKind::Whole(least, most)
                if !value.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number)) =>
            {
                refuse(&format!("a whole number from {least} to {most}"))
            }
            ValueKind::Name if !value.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') => {
                refuse("letters, digits and hyphens")
            }
            ValueKind::Prefixes => prefixes::check(name, value),
            ValueKind::Text | ValueKind::Switch | ValueKind::Words(_) | ValueKind::Whole(..) | ValueKind::Name => {
                Ok(())
            }
        }
    }
}

/// A text without the marks of Markdown: of a link its words stay.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    for (index, part) in markdown.split("](").enumerate() {
        let part = if index == 0 { part } else { part.split_once(')').map_or("", |(_, rest)| rest) };
        text.push_str(part);
    }
    text.replace(['`', '['], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_stands_once_in_the_table() {
        let names: std::collections::BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
    }

    #[test]
    fn a_value_that_a_setting_does_not_take_is_named_with_what_it_takes() {
        let given = [("ARCH", "x86"), ("RETAIN", "yes"), ("STOP_MINUTES", "2000"), ("ENV", "a_b"), ("MAIL", "")];
        let given = GivenSettings::of(given.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(
            given.mistakes(),
            [
                "ENV: expected letters, digits and hyphens, found \"a_b\"",
                "ARCH: expected x86_64 or arm64, found \"x86\"",
                "STOP_MINUTES: expected a whole number from 0 to 1440, found \"2000\"",
                "RETAIN: expected 1 or 0, found \"yes\"",
            ]
        );
        assert_eq!(given.get("MAIL"), None);
        assert_eq!(given.stack(), "flink-test-a_b");
    }

    #[test]
    fn help_has_no_marks_of_markdown() {
        let help = |name: &str| SETTINGS.iter().find(|setting| setting.name == name).map(Setting::help);
        assert_eq!(help("KEY").unwrap(), "the ARN of a KMS key of yours, see below [default: the services' own keys]");
        assert_eq!(
            help("RETAIN").unwrap(),
            "1: the application stays when its stack goes; 0: not any more [default: 0]"
        );
    }
}
