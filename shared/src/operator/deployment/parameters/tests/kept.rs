//! What was given once stays until it is given again, for every setting of the table.

use super::super::super::{SETTINGS, Setting, ValueKind};
use super::*;
use crate::operator::deployment::installed::functions_parameters;

/// Which run it is and how it runs: given each time, and never kept.
const OF_THE_RUN: [&str; 14] = [
    "JAR",
    "JAR_SOURCES",
    "STACK",
    "ENV",
    "REGION",
    "ONLY_STACK",
    "EXPRESS",
    "YES",
    "VERBOSE",
    "PLAIN",
    "JSON",
    "CHANGE_SET",
    "RELEASE",
    "TAKE_OVER",
];

/// Everything that a deployment leaves in an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Account {
    access: Values,
    handlers: Values,
    functions: Values,
    application: Values,
    tags: Option<Values>,
    variables: BTreeMap<&'static str, Values>,
    architecture: Option<String>,
    is_retained: bool,
}

impl Account {
    /// Deploys; CloudFormation keeps each parameter that is not sent.
    fn deploy(&self, given: &GivenSettings) -> Self {
        let mut after = self.clone();
        after.access.extend(access_parameters(given, &self.access));
        after.handlers.extend(handlers_parameters(given));
        after.functions.extend(functions_parameters(given, &Values::new(), &Values::new()));
        after.application.extend(application_parameters(given, None, None, &Values::new()).unwrap());
        after.tags = Some(tags(given, self.tags.as_ref()).unwrap());
        for function in Function::ALL {
            let present = self.variables.get(function.name()).cloned().unwrap_or_default();
            let own_role = after.access.get("ContinueWithOwnRole").map_or("false", String::as_str);
            after.variables.insert(function.name(), function_variables(function, given, &present, own_role));
        }
        after.architecture = Some(architecture(given, self.architecture.as_deref()));
        after.is_retained = is_retained(given, self.is_retained);
        after
    }
}

/// A value that is not the default.
fn sample(setting: &Setting) -> String {
    match (setting.name, setting.takes) {
        ("CONTINUE_WITH_OWN_ROLE" | "IGNORE_CONSENT_TAG", _) => "true".to_owned(),
        (_, ValueKind::Words(words)) => words.last().map(|word| (*word).to_owned()).unwrap(),
        ("TAG" | "PARAMETERS", _) => "Mode=given".to_owned(),
        (_, ValueKind::Switch) => "1".to_owned(),
        (_, ValueKind::Whole(..)) => "7".to_owned(),
        (_, ValueKind::Text | ValueKind::Prefixes | ValueKind::Name) => "given-".to_owned(),
    }
}

#[test]
fn every_setting_of_the_table_stays_until_it_is_given_again() {
    let first = Account::default().deploy(&given(&[]));
    for setting in SETTINGS {
        let value = sample(setting);
        let (setting_given, nothing_given) = (given(&[(setting.name, &value)]), given(&[]));
        assert_eq!(setting_given.mistakes(), [""; 0], "{}", setting.name);
        let after = first.deploy(&setting_given);
        let is_of_the_run = OF_THE_RUN.contains(&setting.name);
        assert_eq!(after == first, is_of_the_run, "{} is kept in the account, or of the run", setting.name);
        assert_eq!(after.deploy(&nothing_given), after, "{} stays", setting.name);
        // Another setting does not touch it.
        for other in SETTINGS.iter().filter(|other| other.name != setting.name && !OF_THE_RUN.contains(&other.name)) {
            let both = given(&[(other.name, &sample(other)), (setting.name, &value)]);
            let then = after.deploy(&given(&[(other.name, &sample(other))]));
            assert_eq!(first.deploy(&both), then, "{} before {}", setting.name, other.name);
        }
    }
}

#[test]
fn the_prefixes_of_data_follow_until_they_are_given_on_their_own() {
    let account = Account::default().deploy(&given(&[("PREFIX", "a-")]));
    assert_eq!(account.access["DataNamePrefix"], "a-");
    let followed = account.deploy(&given(&[("PREFIX", "a-,b-")]));
    assert_eq!(followed.access["DataNamePrefix"], "a-,b-");
    let own = followed.deploy(&given(&[("DATA_PREFIX", "data-")])).deploy(&given(&[("PREFIX", "c-")]));
    assert_eq!((own.access["ApplicationNamePrefix"].as_str(), own.access["DataNamePrefix"].as_str()), ("c-", "data-"));
}
