//! Which account and region: from the environment, as the AWS CLI takes them; what it alone can read (profiles, single
//! sign-on), it is asked.

use std::io::IsTerminal;
use std::time::Duration;

use functions::{Operator, credentials, variable};
use shared::operator::Style;

use crate::cli::colour::style_of;

/// The region that was given or is set.
///
/// # Errors
/// How to give it.
pub(crate) fn region(given: Option<&str>) -> Result<String, String> {
    let found = given.map_or_else(|| credentials::region(variable, credentials::cli), |given| Ok(given.to_owned()));
    found.map_err(|_| "no region; give REGION=... (--region ...), or run: aws configure set region ...".to_owned())
}

/// A person's view of the account.
///
/// # Errors
/// Which credentials are missing.
pub(crate) fn operator(region: &str) -> Result<Operator, String> {
    let keys = credentials::keys(variable, |arguments| {
        let missing = |error| format!("no credentials in the environment, and the AWS CLI gives none: {error}");
        credentials::cli(arguments).map_err(missing)
    });
    Operator::new(region, keys?)
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
