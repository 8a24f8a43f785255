//! The PUT of a reply: once taken, never again; refused for good, never again; otherwise until there is no time left.

use std::time::{Duration, Instant};

use shared::custom_resource::{NotCloudFormations, PutResult, Request};
use tracing::{error, info, warn};

use crate::clock::{dice, instant, sleep};

/// How an answer reaches CloudFormation.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) http: reqwest::Client,
    pub(crate) region: String,
    pub(crate) endpoint: Option<String>,
}

impl Delivery {
    /// Where the answer to this request goes, if that is CloudFormation's.
    pub(crate) fn url<'a>(&self, request: &'a Request) -> Result<&'a str, NotCloudFormations> {
        request.response_url.to_be_used(&self.region, self.endpoint.as_deref())
    }
}

/// One PUT; what hangs longer is tried again.
const ATTEMPT: Duration = Duration::from_secs(5);

/// CloudFormation could not be reached until there was no time left: another invocation may still reach it.
#[derive(Debug, thiserror::Error)]
#[error("the answer did not reach CloudFormation before the deadline")]
pub(crate) struct AnswerUndelivered;

/// PUTs `body`, retrying what may pass (5xx, no answer) with back-off until `until`. A refusal is final, and after it
/// the invocation ends normally: an error would only make Lambda run everything again.
pub(crate) async fn deliver(
    delivery: &Delivery,
    request: &Request,
    body: Vec<u8>,
    until: Instant,
) -> Result<(), AnswerUndelivered> {
    let url = match delivery.url(request) {
        Ok(url) => url,
        Err(refused) => {
            error!(%refused, "no answer was sent");
            return Ok(());
        }
    };
    let mut wait = Duration::from_millis(200);
    loop {
        // The URL was signed without a type: sending one is a 403 (`semantics.md` E.2).
        let put = delivery.http.put(url).header("content-type", "").body(body.clone());
        let left = until.saturating_duration_since(instant());
        match tokio::time::timeout(left.min(ATTEMPT), sent(put)).await {
            Ok(Ok((status, PutResult::Taken))) => {
                info!(status, "answered");
                return Ok(());
            }
            Ok(Ok((status, PutResult::Refused))) => {
                error!(status, "the answer was refused, finally");
                return Ok(());
            }
            Ok(Ok((status, PutResult::Retry))) => warn!(status, "the answer was not taken"),
            Ok(Err(failed)) => warn!(error = %failed.without_url(), "the answer did not arrive"),
            Err(_elapsed) => warn!("the answer was not taken in time"),
        }
        let jittered = wait.mul_f64(0.5 + dice());
        if instant() + jittered >= until {
            return Err(AnswerUndelivered);
        }
        sleep(jittered).await;
        wait = (wait * 2).min(Duration::from_secs(10));
    }
}

/// One PUT: its status, and what to do now. A refusal's reason stands in its body.
async fn sent(put: reqwest::RequestBuilder) -> Result<(u16, PutResult), reqwest::Error> {
    let answer = put.send().await?;
    let status = answer.status().as_u16();
    let body = if answer.status().is_client_error() { answer.text().await.ok() } else { None };
    Ok((status, PutResult::of(status, body.as_deref())))
}
