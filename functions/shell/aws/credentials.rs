//! Region and credentials: Lambda sets them. On a person's machine what the environment lacks comes from the AWS CLI,
//! which knows profiles, single sign-on and `aws login`.

use std::process::Command;

use aws_credential_types::Credentials;
use serde::Deserialize;

/// Lambda sets it in every execution environment; local runtimes do not.
const IN_LAMBDA: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";

/// Credentials, spelled as `aws configure export-credentials` prints them.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Keys {
    /// The ID of the access key, as `AWS_ACCESS_KEY_ID` has it.
    pub access_key_id: String,
    /// The secret of the access key; it is never printed.
    pub secret_access_key: String,
    /// The session token that goes with temporary credentials; none with a user's own key.
    pub session_token: Option<String>,
}

/// The region of the environment, else the one that the AWS CLI is configured with.
///
/// # Errors
/// What `cli` says.
pub fn region(
    variable: impl Fn(&str) -> Option<String>,
    cli: impl Fn(&[&str]) -> Result<String, String>,
) -> Result<String, String> {
    let set = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    set.map_or_else(|| cli(&["configure", "get", "region"]), Ok)
}

/// The credentials of the environment, else those that the AWS CLI finds.
///
/// # Errors
/// What `cli` says, or that its answer has no keys.
pub fn keys(
    variable: impl Fn(&str) -> Option<String>,
    cli: impl Fn(&[&str]) -> Result<String, String>,
) -> Result<Keys, String> {
    if let (Some(access_key_id), Some(secret_access_key)) =
        (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))
    {
        return Ok(Keys { access_key_id, secret_access_key, session_token: variable("AWS_SESSION_TOKEN") });
    }
    let printed = cli(&["configure", "export-credentials", "--format", "process"])?;
    serde_json::from_str(&printed).map_err(|_| "the AWS CLI's credentials cannot be read".to_owned())
}

/// The region and the credentials that a function calls AWS with.
///
/// # Errors
/// The variable that is missing, and outside Lambda why the AWS CLI does not replace it.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<String>,
    cli: impl Fn(&[&str]) -> Result<String, String>,
) -> Result<(String, Credentials), String> {
    let replaced = |name: &str, arguments: &[&str]| match variable(IN_LAMBDA) {
        Some(_) => Err(format!("{name} is not set; Lambda sets it")),
        None => {
            cli(arguments).map_err(|error| format!("{name} is not set, and the AWS CLI has no replacement: {error}"))
        }
    };
    let region = region(&variable, |arguments| replaced("AWS_REGION", arguments))?;
    let keys = keys(&variable, |arguments| replaced("AWS_ACCESS_KEY_ID", arguments))?;
    let Keys { access_key_id, secret_access_key, session_token } = keys;
    Ok((region, Credentials::new(access_key_id, secret_access_key, session_token, None, "lambda")))
}

/// What the AWS CLI prints; an empty answer is an error.
///
/// # Errors
/// There is no AWS CLI, or what it says on stderr.
pub fn cli(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("aws").args(arguments).output().map_err(|error| format!("aws: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !printed.is_empty() {
        Ok(printed)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(all: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let all: Vec<(String, String)> = all.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        move |name| all.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone())
    }

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    #[test]
    fn what_the_environment_has_is_used_and_nothing_is_asked() {
        let all = [&[("AWS_REGION", "eu-west-1")], &KEYS[..]].concat();
        let (region, keys) = read(given(&all), |_| panic!("it is asked")).unwrap();
        assert_eq!((region.as_str(), keys.access_key_id(), keys.session_token()), ("eu-west-1", "id", None));
    }

    #[test]
    fn outside_lambda_a_profile_replaces_what_is_missing() {
        let printed = r#"{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "SessionToken": "t"}"#;
        let profile = |arguments: &[&str]| Ok(if arguments[1] == "get" { "eu-north-1" } else { printed }.to_owned());
        let (region, keys) = read(given(&[]), profile).unwrap();
        assert_eq!((region.as_str(), keys.access_key_id(), keys.session_token()), ("eu-north-1", "AKIA", Some("t")));
    }

    #[test]
    fn in_lambda_nothing_is_replaced_and_outside_the_reason_is_said() {
        let in_lambda = [(IN_LAMBDA, "on-demand"), ("AWS_REGION", "eu-west-1")];
        let missing = read(given(&in_lambda), |_| panic!("it is asked")).unwrap_err();
        assert_eq!(missing, "AWS_ACCESS_KEY_ID is not set; Lambda sets it");
        let missing = read(given(&[]), |_| Err("aws: no such file".to_owned())).unwrap_err();
        assert_eq!(missing, "AWS_REGION is not set, and the AWS CLI has no replacement: aws: no such file");
    }
}
