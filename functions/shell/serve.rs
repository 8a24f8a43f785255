//! What stands between Lambda's runtime and the handlers: exactly one answer, whatever happens.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use shared::contract::{CustomResource, Notify, Report, VERSION};
use shared::custom_resource::{Request, Schedule};
use tracing::{Instrument, error, info_span, level_filters::LevelFilter};

use crate::aws::tls::Trust;
use crate::aws::{Aws, http, variable};
use crate::backoff::Pace;
use crate::clock::{self, instant, now};
use crate::custom_resource::deliver::{Delivery, deliver};
use crate::custom_resource::handle::{Completion, RequestDelivery, answer, cut_short};
use crate::custom_resource::progress::RequestProgress;
use crate::custom_resource::respond::Responder;
use crate::{metrics, unsticker};

/// Assumed when the runtime gives a deadline that is long past, as local runtimes do.
const NO_DEADLINE: Duration = Duration::from_mins(1);

/// JSON lines at INFO. Not configurable downward: at TRACE the SDK prints what must never be printed.
fn log() {
    // There is one span, and each line has it already.
    tracing_subscriber::fmt().json().with_span_list(false).with_max_level(LevelFilter::INFO).with_target(false).init();
}

/// Serves a custom resource for ever.
///
/// # Errors
/// Only when Lambda's runtime cannot be reached. A failed initialisation is held, and reported to the next event.
pub async fn serve<R: CustomResource + 'static>() -> Result<(), Error> {
    log();
    let aws = Aws::from_environment();
    let delivery = delivery(&aws)?;
    let held = Arc::new((aws, delivery));
    let served = lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let held = held.clone();
        async move { Box::pin(custom_resource::<R>(&held.0, &held.1, event)).await }
    }));
    served.instrument(info_span!("function", version = VERSION)).await
}

/// An answer can be delivered even when nothing else works.
fn delivery(aws: &Result<Aws, String>) -> Result<Delivery, Error> {
    Ok(match aws {
        Ok(aws) => Delivery { http: aws.http.clone(), region: aws.region.clone(), endpoint: aws.endpoint.clone() },
        Err(_) => Delivery {
            // If the configured CA bundle cannot be read, use the built-in roots: they verify the S3 response bucket.
            http: http::client(&Trust::read(variable)).or_else(|_| http::client(&Trust::BuiltIn))?,
            region: std::env::var("AWS_REGION").unwrap_or_default(),
            endpoint: std::env::var("AWS_ENDPOINT_URL").ok(),
        },
    })
}

async fn custom_resource<R: CustomResource>(
    aws: &Result<Aws, String>,
    delivery: &Delivery,
    event: LambdaEvent<Value>,
) -> Result<Value, Error> {
    let request = match Request::read(&event.payload) {
        Ok(request) => request,
        Err(refused) => {
            error!(refused, "not a custom-resource request");
            return Ok(json!({"Error": refused}));
        }
    };
    if let Err(refused) = delivery.url(&request) {
        // No one who may be answered asked for this: no work either.
        error!(%refused, "nothing was done and no answer was sent");
        return Ok(json!({"Error": refused.to_string()}));
    }
    let span = info_span!(
        "request",
        version = VERSION,
        stack_id = request.stack_id,
        logical_resource_id = request.logical_resource_id,
        request_id = request.request_id,
    );
    let log = where_the_log_is(&event.context);
    let responder = Responder::new::<R>(&request, &log);
    clock::resume();
    let began = instant();
    let left = deadline(&event.context).saturating_duration_since(began);
    let schedule = Schedule::of(left, aws.as_ref().map_or(Duration::ZERO, |aws| aws.environment.reply_margin));
    let function = &event.context.env_config.function_name;
    async {
        let delivered = RequestDelivery {
            event: &event.payload,
            request: &request,
            responder: &responder,
            function,
            hand_over_until: began + schedule.hand_over,
        };
        let (said, reply) = match ended::<R>(aws, &delivered, began, schedule).await {
            Completion::Reply(reply) => (reply.verdict.as_str(), reply),
            Completion::AnsweredBefore => return Ok(json!({"Status": "answered before"})),
            Completion::HandedOver => return Ok(json!({"Status": "handed over"})),
        };
        deliver(delivery, &request, reply.render(&request), began + schedule.put).await?;
        Ok(json!({"Status": said}))
    }
    .instrument(span)
    .await
}

/// What the work ends in, whatever happens to it: a panic and the watchdog end it too.
async fn ended<R: CustomResource>(
    aws: &Result<Aws, String>,
    delivered: &RequestDelivery<'_>,
    began: Instant,
    schedule: Schedule,
) -> Completion {
    let responder = delivered.responder;
    let aws = match aws {
        Ok(aws) => aws,
        Err(failed) => {
            return Completion::Reply(responder.broken(&format!("The function could not be initialised: {failed}.")));
        }
    };
    let mut progress = RequestProgress::at(Pace::of_many(&aws.environment, began + schedule.work));
    // The pace ends on its own; the watchdog bites only when a single call takes longer than it should.
    match watched(began + schedule.watchdog, answer::<R>(aws, delivered, &mut progress)).await {
        Ok(ended) => ended,
        Err(Aborted::Panic(message)) => {
            Completion::Reply(responder.broken(&format!("The handler panicked: {message}.")))
        }
        Err(Aborted::Timeout) => {
            let late = RequestDelivery { hand_over_until: began + schedule.late_hand_over, ..*delivered };
            cut_short(aws, &late, &progress).await
        }
    }
}

/// Why work did not end on its own.
#[derive(Debug, PartialEq, Eq)]
enum Aborted {
    Panic(String),
    Timeout,
}

/// Work that ends, whatever it does.
async fn watched<T>(until: Instant, work: impl Future<Output = T>) -> Result<T, Aborted> {
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    match tokio::time::timeout_at(until.into(), work).await {
        Ok(Ok(ended)) => Ok(ended),
        Ok(Err(panic)) => Err(Aborted::Panic(message(&panic).to_owned())),
        Err(_elapsed) => Err(Aborted::Timeout),
    }
}

/// Serves the unsticker for ever.
///
/// # Errors
/// When Lambda's runtime cannot be reached, or the environment cannot be read.
pub async fn serve_unsticker() -> Result<(), Error> {
    log();
    let aws = Arc::new(Aws::from_environment()?);
    let served = lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let aws = aws.clone();
        async move {
            clock::resume();
            let began = instant();
            let left = deadline(&event.context).saturating_duration_since(began);
            let until = began + Schedule::of(left, aws.environment.reply_margin).work;
            let function = &event.context.env_config.function_name;
            let report = Box::pin(unsticker::handle(&aws, &event.payload, function, until)).await?;
            // What people are not reported again is not counted again.
            if report.notify == Notify::People {
                metrics::incident(report.outcome);
            }
            // Serialized as it is, so that a mail begins with the summary.
            Ok::<Report, Error>(report.summarized())
        }
    }));
    served.instrument(info_span!("function", version = VERSION)).await
}

/// When Lambda ends the invocation, by this process's monotonic clock.
fn deadline(context: &Context) -> Instant {
    let now = Duration::from_millis(u64::try_from(now().0).unwrap_or_default());
    let left = Duration::from_millis(context.deadline).checked_sub(now).unwrap_or(NO_DEADLINE);
    instant() + left
}

fn where_the_log_is(context: &Context) -> String {
    let config = &context.env_config;
    format!("Log: {} {}, invocation {}.", config.log_group, config.log_stream, context.request_id)
}

fn message(panic: &Box<dyn Any + Send>) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_the_work_with_its_message() {
        let until = Instant::now() + Duration::from_mins(1);
        let panic = watched(until, async { panic!("boom {}", 1) }).await;
        assert_eq!(panic, Err::<(), _>(Aborted::Panic("boom 1".to_owned())));
    }

    #[tokio::test]
    async fn work_that_does_not_come_back_is_ended() {
        assert_eq!(watched(Instant::now(), std::future::pending::<()>()).await, Err(Aborted::Timeout));
    }

    #[test]
    fn a_deadline_of_long_ago_is_none() {
        let context = Context::default();
        assert!(deadline(&context) > Instant::now() + NO_DEADLINE / 2);
    }
}
