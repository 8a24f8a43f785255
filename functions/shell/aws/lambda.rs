//! Lambda, in signed requests of our own: the last act of an invocation whose time is up, and the dozen operations of a
//! deployment. An SDK for them would be two fifths of all that is compiled.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tracing::{info, warn};

use super::signed::{Signed, SignedRequest, SignedResponse};
use crate::aws::Aws;
use crate::clock::{dice, instant, sleep};

/// A caller of Lambda's API, with a person's credentials.
#[derive(Debug, Clone)]
pub struct LambdaClient(Signed);

/// Why Lambda did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LambdaError {
    /// The error's name, `ResourceNotFoundException` say; `None` when no one answered.
    pub code: Option<String>,
    /// What the service says of it, in its own words.
    pub message: String,
}

impl fmt::Display for LambdaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.as_deref().unwrap_or("no answer"), self.message)
    }
}

impl From<LambdaError> for String {
    fn from(error: LambdaError) -> Self {
        error.to_string()
    }
}

impl LambdaError {
    /// Whether it is this one.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl LambdaClient {
    /// With the credentials of what signs.
    #[must_use]
    pub fn new(signed: Signed) -> Self {
        Self(signed)
    }

    /// One operation, whose path begins with the version of its part of the API; sent again when it found no answer,
    /// too many calls or a fault of the service. No body is `null`.
    ///
    /// # Errors
    /// What the service answered, or that it did not.
    pub async fn call(&self, method: &str, path: &str, body: &Json) -> Result<Json, LambdaError> {
        let url = format!("{}/{path}", self.0.address("lambda", None));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        answered(self.0.persist(request(method, &url, &JSON, &body)).await)
    }

    /// A look that may find nothing.
    ///
    /// # Errors
    /// As [`LambdaClient::call`].
    pub async fn find(&self, path: &str) -> Result<Option<Json>, LambdaError> {
        match self.call("GET", path, &Json::Null).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn request<'a>(method: &'a str, url: &'a str, kinds: &'a [(&'a str, &'a str)], body: &'a str) -> SignedRequest<'a> {
    SignedRequest { service: "lambda", method, url, kinds, body: body.as_bytes() }
}

/// The name of an error is in a header, before the address of its shape.
fn answered(reply: Result<SignedResponse, String>) -> Result<Json, LambdaError> {
    let reply = reply.map_err(|message| LambdaError { code: None, message })?;
    let body = serde_json::from_str(&reply.body);
    if (200..300).contains(&reply.status) {
        // What cannot be read is not nothing: a function is deleted for what is said to be kept of it.
        let body = if reply.body.is_empty() { Ok(Json::Null) } else { body };
        return body.map_err(|error| LambdaError { code: None, message: format!("it cannot be read: {error}") });
    }
    let body: Json = body.unwrap_or_default();
    let code = reply.error_type.split(':').next().filter(|code| !code.is_empty());
    let code = code.map_or_else(|| format!("HTTP {} without a code", reply.status), str::to_owned);
    let message = ["message", "Message"].into_iter().find_map(|name| body[name].as_str());
    Err(LambdaError { code: Some(code), message: message.unwrap_or("the service says no more").to_owned() })
}

/// The longest that one try of several is waited for.
const ATTEMPT: Duration = Duration::from_secs(2);

/// Invokes this function asynchronously with `event`; whether Lambda took it.
pub(crate) async fn hand_over(aws: &Aws, function: &str, event: &Json) -> bool {
    let signed = Signed::new(aws);
    let url = format!("{}/2015-03-31/functions/{function}/invocations", signed.address("lambda", None));
    let kinds = [JSON[0], ("x-amz-invocation-type", "Event")];
    match answered(signed.once(request("POST", &url, &kinds, &event.to_string())).await) {
        Ok(_) => {
            info!("handed over to the next invocation");
            true
        }
        Err(error) => {
            warn!(error = error.to_string(), "could not hand over");
            false
        }
    }
}

/// The same, tried again until `until`: the deployment must not fail because one call was throttled, failed or got
/// lost. One that was lost may have been taken; two invocations at work on one request do each other no harm.
pub(crate) async fn hand_over_until(aws: &Aws, function: &str, event: &Json, until: Instant) -> bool {
    let mut wait = Duration::from_millis(50);
    loop {
        let left = until.saturating_duration_since(instant());
        if let Ok(true) = tokio::time::timeout(left.min(ATTEMPT), hand_over(aws, function, event)).await {
            return true;
        }
        let jittered = wait.mul_f64(0.5 + dice());
        if instant() + jittered >= until {
            return false;
        }
        sleep(jittered).await;
        wait = (wait * 2).min(ATTEMPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, error_type: &str, body: &str) -> Result<Json, LambdaError> {
        let (etag, error_type, body) = (String::new(), error_type.to_owned(), body.to_owned());
        answered(Ok(SignedResponse { status, etag, error_type, body }))
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_not_taken_for_an_empty_one() {
        assert_eq!(reply(204, "", ""), Ok(Json::Null));
        assert_eq!(reply(200, "", "{\"Policy\":\"p\"}").unwrap()["Policy"], "p");
        assert!(reply(200, "", "<html>").unwrap_err().to_string().contains("it cannot be read"));
    }

    #[test]
    fn an_error_has_its_name_from_the_header_and_the_services_words() {
        let gone = reply(404, "ResourceNotFoundException:http://internal/", "{\"Message\":\"no such function\"}");
        assert_eq!(gone.unwrap_err().to_string(), "ResourceNotFoundException: no such function");
        assert_eq!(
            reply(502, "", "<html>").unwrap_err().to_string(),
            "HTTP 502 without a code: the service says no more"
        );
    }
}
