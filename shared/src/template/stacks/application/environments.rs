//! Environments: what differs between staging, production and the others, one small file of `Name=value` lines each.
//!
//! A name is a parameter of `application.template.json`. It reads text, not files; values are never repeated.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::application;
use super::job::JobNames;
use crate::flink::PropertyGroup;
use crate::template::cloudformation::error::Problem;

/// One environment, as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFile {
    /// The path of the file, for messages.
    pub file: String,
    /// The parameters that the file sets, with their values.
    pub parameters: BTreeMap<String, String>,
}

/// What is wrong with an environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A line that is not `Name=value`.
    #[error("{file}, line {line}: expected Name=value (lines that begin with # are comments)")]
    NotALine {
        /// The path of the file.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// One name stands twice, with two values.
    #[error("{file}, line {line}: {key} is given a second time; remove one of the two")]
    Twice {
        /// The path of the file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The parameter's name, as the file has it.
        key: String,
    },
    /// A name that the template does not have.
    #[error("{file}: {key} is not a parameter of application.template.json; these are: {known}")]
    Unknown {
        /// The path of the file.
        file: String,
        /// The parameter's name, as the file has it.
        key: String,
        /// The names of the parameters that there are.
        known: String,
    },
    /// A name that another file has.
    #[error("{file}: {key} is missing, and {other} has it; every environment has the same keys")]
    Missing {
        /// The path of the file.
        file: String,
        /// The parameter's name, as the file has it.
        key: String,
        /// A file that has it.
        other: String,
    },
    /// The template itself cannot be made.
    #[error(transparent)]
    Template(#[from] Problem),
}

impl EnvironmentFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The line that cannot be read.
    pub fn read(file: &str, text: &str) -> Result<Self, Mistake> {
        let mut parameters = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (file, line, pair) = (file.to_owned(), number + 1, line.split_once('='));
            let Some((key, value)) = pair.filter(|(key, _)| !key.is_empty() && !key.contains(char::is_whitespace))
            else {
                return Err(Mistake::NotALine { file, line });
            };
            if parameters.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(Mistake::Twice { file, line, key: key.to_owned() });
            }
        }
        Ok(Self { file: file.to_owned(), parameters })
    }
}

/// Refuses environments that have not the same keys, or keys that are not parameters of the template.
///
/// # Errors
/// The file and the key.
pub fn check(environments: &[EnvironmentFile]) -> Result<(), Mistake> {
    let known = defaults()?;
    for environment in environments {
        let file = || environment.file.clone();
        if let Some(key) = environment.parameters.keys().find(|key| !known.contains_key(*key)) {
            let known = known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Mistake::Unknown { file: file(), key: key.clone(), known });
        }
        for other in environments {
            if let Some(key) = other.parameters.keys().find(|key| !environment.parameters.contains_key(*key)) {
                return Err(Mistake::Missing { file: file(), key: key.clone(), other: other.file.clone() });
            }
        }
    }
    Ok(())
}

/// What the job reads in an environment: the template's own groups, with the names that `make deploy` gives a stack of
/// this name.
///
/// # Errors
/// A mistake in the template.
pub fn properties(
    environment: Option<&EnvironmentFile>,
    stack: &str,
    region: &str,
) -> Result<Vec<PropertyGroup<String>>, Problem> {
    let defaults = defaults()?;
    let given = |name: &str| environment.and_then(|environment| environment.parameters.get(name)).cloned();
    let named = |name: &str| {
        let default = if stack.is_empty() { defaults.get(name).cloned() } else { Some(stack.to_owned()) };
        given(name).or(default).unwrap_or_default()
    };
    Ok(JobNames { stream: named("StreamName"), table: named("TableName"), region: region.to_owned() }.groups())
}

/// The template's parameters, with their defaults.
fn defaults() -> Result<BTreeMap<String, String>, Problem> {
    let template = application()?;
    let default = |parameter: &Json| parameter.get("Default").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(template.parameters().map(|(name, parameter)| (name.clone(), default(parameter))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use serde_json::json;

    fn environment(file: &str, text: &str) -> EnvironmentFile {
        EnvironmentFile::read(file, text).unwrap()
    }

    #[test]
    fn environments_with_the_same_keys_pass() {
        let staging = environment("staging.env", "# for tests\n\nLogRetentionDays=7\nStreamName=flink-a=b\n");
        let prod = environment("prod.env", "StreamName=flink-orders\nLogRetentionDays=90\n");
        assert_eq!(staging.parameters["StreamName"], "flink-a=b");
        assert_eq!(check(&[staging, prod]), Ok(()));
    }

    #[test]
    fn a_missing_key_is_named_with_its_file() {
        let staging = environment("staging.env", "LogRetentionDays=7\nOnDelete=Stop\n");
        let prod = environment("prod.env", "LogRetentionDays=90\n");
        let message = "prod.env: OnDelete is missing, and staging.env has it; every environment has the same keys";
        assert_eq!(check(&[staging.clone(), prod.clone()]).unwrap_err().to_string(), message);
        assert_eq!(check(&[prod, staging]).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_key_that_is_no_parameter_is_named() {
        let error = check(&[environment("staging.env", "Stream=x\n")]).unwrap_err().to_string();
        assert!(error.starts_with("staging.env: Stream is not a parameter of application.template.json"), "{error}");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_by_its_number_and_not_repeated() {
        let error = EnvironmentFile::read("a.env", "# c\nhunter2\n").unwrap_err().to_string();
        assert_eq!(error, "a.env, line 2: expected Name=value (lines that begin with # are comments)");
        let error = EnvironmentFile::read("a.env", "A=1\nA=2\n").unwrap_err().to_string();
        assert_eq!(error, "a.env, line 2: A is given a second time; remove one of the two");
    }

    #[test]
    fn a_developers_machine_reads_what_the_stack_would() {
        let given = [("JarKey", "j"), ("StreamName", "flink-orders"), ("TableName", "flink-test-staging")];
        let stack = ResolvedTemplate::with(&application().unwrap(), &given).named();
        let environment = environment("staging.env", "StreamName=flink-orders\n");
        let local = properties(Some(&environment), "flink-test-staging", "eu-west-1").unwrap();
        assert_eq!(json!(local), stack.properties("PropertyGroups")["PropertyGroups"]);
    }
}
