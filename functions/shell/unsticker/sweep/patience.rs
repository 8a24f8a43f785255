//! How a sweep looks where the API's rate is used up by those it finds: again and again, page by page, though not for
//! ever.

use std::time::Instant;

use shared::lifecycle::Action;

use crate::aws::Aws;
use crate::aws::error::Fault;
use crate::backoff::Pace;
use crate::unsticker::read_incident::{IncidentError, retry_transient};

/// How often a look that may yet succeed is tried before its application is passed over: others wait.
const TRIES: u32 = 5;

/// All pages of a list. A page that was learned is not asked for again.
pub(super) async fn pages<T, L: Default + Extend<T>>(
    aws: &Aws,
    until: Instant,
    action: Action,
    page: impl AsyncFn(Option<String>) -> Result<(Vec<T>, Option<String>), Fault>,
) -> Result<L, IncidentError> {
    let mut all = L::default();
    let mut next = None;
    loop {
        let (listed, token) = retry_transient(aws, until, action, async || page(next.clone()).await).await?;
        all.extend(listed);
        if token.is_none() {
            return Ok(all);
        }
        next = token;
    }
}

/// What may pass is looked at again, though not for ever.
pub(super) async fn looked<T>(pace: &mut Pace, mut look: impl AsyncFnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    let mut tries = 1;
    loop {
        match look().await {
            Err(unknown @ (Fault::Transient(_) | Fault::Throttled(_))) => {
                if tries == TRIES || pace.back_off().await.is_err() {
                    return Err(unknown);
                }
                tries += 1;
            }
            answer => {
                pace.answered(1);
                return answer;
            }
        }
    }
}
