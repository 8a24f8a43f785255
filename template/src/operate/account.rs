//! Which account and region: from the environment, as the AWS CLI takes them; what it alone can read (profiles, single
//! sign-on), it is asked.

use std::io::IsTerminal;
use std::process::Command;
use std::time::Duration;

use functions::{Keys, Operator};
use shared::operator::Style;

use crate::cli::colour::style_of;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The region that was given or is set.
///
/// # Errors
/// How to give it.
pub(crate) fn region(given: Option<&str>) -> Result<String, String> {
    given
        .map(str::to_owned)
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or_else(|| cli(&["configure", "get", "region"]).ok())
        .ok_or_else(|| "no region; give REGION=... (--region ...), or run: aws configure set region ...".to_owned())
}

/// A person's view of the account.
///
/// # Errors
/// Which credentials are missing.
pub(crate) fn operator(region: &str) -> Result<Operator, String> {
    Operator::new(region, keys()?)
}

fn keys() -> Result<Keys, String> {
    if let (Some(access_key_id), Some(secret_access_key)) =
        (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))
    {
        return Ok(Keys { access_key_id, secret_access_key, session_token: variable("AWS_SESSION_TOKEN") });
    }
    let printed = cli(&["configure", "export-credentials", "--format", "process"])
        .map_err(|error| format!("no credentials in the environment, and the AWS CLI gives none: {error}"))?;
    serde_json::from_str(&printed).map_err(|_| "the AWS CLI's credentials cannot be read".to_owned())
}

/// What the AWS CLI prints; nothing is an error.
fn cli(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("aws").args(arguments).output().map_err(|error| format!("aws: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !printed.is_empty() {
        Ok(printed)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// How long is waited between two looks: two seconds, or what POLL_INTERVAL_MS says.
pub(crate) fn pace() -> Duration {
    let millis = variable("POLL_INTERVAL_MS").and_then(|millis| millis.parse().ok());
    millis.map_or(Duration::from_secs(2), Duration::from_millis)
}

/// Colours for a person who looks, and has not said otherwise.
pub(super) fn style() -> Style {
    style_of(std::io::stdout().is_terminal())
}
