//! The way of the answer.

use std::time::Duration;

use local_aws::State;
use local_aws::cloudformation::ResponseFault::{Hang, RequestTimeout, Reset, Slow, Status, TakenThenReset};

use super::seen::Seen;
use super::stage::{START, begin, created, given_up, handlers_meeting, settled, template, timeout, until};

pub(super) async fn taken() -> Seen {
    created(&handlers_meeting(&[]).await).await
}

pub(super) async fn forbidden() -> Seen {
    let deployment = handlers_meeting(&[Status(403)]).await;
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    given_up(&deployment).await
}

pub(super) async fn broken() -> Seen {
    created(&handlers_meeting(&[Status(500); 3]).await).await
}

pub(super) async fn unavailable() -> Seen {
    created(&handlers_meeting(&[Status(503)]).await).await
}

pub(super) async fn unavailable_for_long() -> Seen {
    let deployment = handlers_meeting(&[Status(503); 100]).await;
    timeout(&deployment, 3);
    // Lambda waits a minute; here long enough to see the first invocation's end.
    deployment.world().state().lambda.retry_delays = [Duration::from_secs(1); 2];
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    // On a slow machine the first invocation has no time for so many.
    let is_over = |state: &State| state.lambda.invocations.iter().any(|each| each.function == START);
    until(&deployment, |state| is_over(state) && state.cloudformation.puts.len() > 2).await;
    deployment.world().state().cloudformation.response_faults.clear();
    settled(&deployment).await;
    let mut seen = Seen::first(&deployment, "AutoStart", "Create").await;
    // How often is a matter of jitter.
    let times = seen.puts.split_once(" x").and_then(|(_, rest)| rest.split(',').next()?.parse::<u32>().ok());
    assert!(times.is_some_and(|times| times > 2), "{seen:?}");
    seen.puts = seen.puts.replace(&format!(" x{}", times.unwrap()), " again and again");
    seen
}

pub(super) async fn hanging() -> Seen {
    let deployment = handlers_meeting(&[Hang]).await;
    timeout(&deployment, 3);
    created(&deployment).await
}

pub(super) async fn reset() -> Seen {
    created(&handlers_meeting(&[Reset]).await).await
}

pub(super) async fn taken_and_reset() -> Seen {
    created(&handlers_meeting(&[TakenThenReset]).await).await
}

pub(super) async fn slow() -> Seen {
    created(&handlers_meeting(&[Slow(Duration::from_secs(1))]).await).await
}

pub(super) async fn timed_out() -> Seen {
    created(&handlers_meeting(&[RequestTimeout]).await).await
}
