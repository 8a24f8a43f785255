//! What stands between Lambda's runtime and the handlers: exactly one answer, whatever happens.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use shared::contract::CustomResource;
use shared::custom_resource::Request;
use tracing::{Instrument, error, info_span, level_filters::LevelFilter};

use crate::answer::{Log, Telling, answer};
use crate::aws::Aws;
use crate::deliver::{Delivery, deliver};
use crate::{http, unstick};

/// What the PUT of an answer may still take after the watchdog's margin began.
const LAST_SECOND: Duration = Duration::from_secs(1);
/// Assumed when the runtime gives a deadline that is long past, as local runtimes do.
const NO_DEADLINE: Duration = Duration::from_mins(1);

/// JSON lines at INFO. Not configurable downward: at TRACE the SDK prints what must never be printed.
fn log() {
    tracing_subscriber::fmt().json().with_max_level(LevelFilter::INFO).with_target(false).init();
}

/// Serves a custom resource for ever.
///
/// # Errors
/// Only when Lambda's runtime cannot be reached. A failed initialisation is held, and told to the next event.
pub async fn serve<R: CustomResource + 'static>() -> Result<(), Error> {
    log();
    let aws = Aws::from_environment();
    let delivery = delivery(&aws)?;
    let held = Arc::new((aws, delivery));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let held = held.clone();
        async move { Ok::<Value, Error>(Box::pin(custom_resource::<R>(&held.0, &held.1, event)).await) }
    }))
    .await
}

/// An answer can be delivered even when nothing else works.
fn delivery(aws: &Result<Aws, String>) -> Result<Delivery, Error> {
    Ok(match aws {
        Ok(aws) => Delivery { http: aws.http.clone(), region: aws.region.clone(), endpoint: aws.endpoint.clone() },
        Err(_) => Delivery {
            http: http::client()?,
            region: std::env::var("AWS_REGION").unwrap_or_default(),
            endpoint: std::env::var("AWS_ENDPOINT_URL").ok(),
        },
    })
}

async fn custom_resource<R: CustomResource>(
    aws: &Result<Aws, String>,
    delivery: &Delivery,
    event: LambdaEvent<Value>,
) -> Value {
    let request = match Request::read(&event.payload) {
        Ok(request) => request,
        Err(refused) => {
            error!(refused, "not a custom-resource request");
            return json!({"Error": refused});
        }
    };
    let deadline = deadline(&event.context);
    let margin = aws.as_ref().map_or(LAST_SECOND, |aws| aws.environment.reply_margin);
    // A margin longer than the time there is would leave no time at all.
    let left = deadline.saturating_duration_since(Instant::now());
    let until = deadline.checked_sub(margin.min(left / 2)).unwrap_or(deadline);
    let log = where_the_log_is(&event.context);
    let span = info_span!(
        "request",
        stack_id = request.stack_id,
        logical_resource_id = request.logical_resource_id,
        request_id = request.request_id,
    );
    async {
        let telling = Telling { request: &request, physical_id: request.physical_id(R::KIND), log: &log };
        let reply = match aws {
            Err(failed) => Some(telling.broken(&format!("The function could not be initialised: {failed}."))),
            Ok(aws) => {
                let work = AssertUnwindSafe(Box::pin(answer::<R>(aws, &request, until, &log))).catch_unwind();
                match tokio::time::timeout_at(until.into(), work).await {
                    Ok(Ok(reply)) => reply,
                    Ok(Err(panic)) => Some(telling.broken(&format!("The handler panicked: {}.", message(&panic)))),
                    Err(_elapsed) => Some(telling.broken("No time is left, and nothing is known.")),
                }
            }
        };
        match reply {
            Some(reply) => {
                let end = deadline.checked_sub(LAST_SECOND).unwrap_or(deadline);
                deliver(delivery, &request, reply.render(&request), end).await;
                json!({"Status": reply.verdict.as_str()})
            }
            None => json!({"Status": "answered before"}),
        }
    }
    .instrument(span)
    .await
}

/// Serves the unsticker for ever.
///
/// # Errors
/// When Lambda's runtime cannot be reached, or the environment cannot be read.
pub async fn serve_unsticker() -> Result<(), Error> {
    log();
    let aws = Arc::new(Aws::from_environment()?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let aws = aws.clone();
        async move {
            let until = deadline(&event.context).checked_sub(aws.environment.reply_margin);
            let until = until.unwrap_or_else(|| deadline(&event.context));
            let report = Box::pin(unstick::handle(&aws, &event.payload, until)).await?;
            Ok::<Value, Error>(serde_json::to_value(report)?)
        }
    }))
    .await
}

/// The invocation's deadline.
fn deadline(context: &Context) -> Instant {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(context.deadline).checked_sub(now).unwrap_or(NO_DEADLINE);
    Instant::now() + left
}

fn where_the_log_is(context: &Context) -> Log {
    let config = &context.env_config;
    Log(format!("Log: {} {}, invocation {}.", config.log_group, config.log_stream, context.request_id))
}

fn message(panic: &Box<dyn Any + Send>) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}
