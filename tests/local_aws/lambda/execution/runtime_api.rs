//! Lambda's Runtime API, one listener per execution environment: next, response, error (AWS Lambda guide,
//! runtimes-api).
//!
//! It refuses to know the process on the other end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::clock;

/// One event on its way to a process.
#[derive(Debug)]
pub(in crate::lambda) struct Work {
    pub(in crate::lambda) request_id: String,
    pub(in crate::lambda) payload: Vec<u8>,
    pub(in crate::lambda) arn: String,
    pub(in crate::lambda) timeout: Duration,
    /// Notified when the process takes it: its deadline counts from then.
    pub(in crate::lambda) taken: oneshot::Sender<()>,
    pub(in crate::lambda) reply: oneshot::Sender<Result<Vec<u8>, Vec<u8>>>,
}

type Reply = oneshot::Sender<Result<Vec<u8>, Vec<u8>>>;

/// What the handlers of one listener share.
#[derive(Debug)]
pub(in crate::lambda) struct Mailbox {
    pub(in crate::lambda) work: tokio::sync::Mutex<UnboundedReceiver<Work>>,
    pub(in crate::lambda) current: Mutex<Option<(String, Reply)>>,
}

pub(in crate::lambda) fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .route("/2020-01-01/extension/register", post(register))
        .route("/2020-01-01/extension/event/next", get(std::future::pending::<StatusCode>))
        .with_state(mailbox)
}

async fn next(State(mailbox): State<Arc<Mailbox>>) -> Response {
    let work = mailbox.work.lock().await.recv().await;
    let Some(work) = work else { return StatusCode::GONE.into_response() };
    // An environment that is being removed need not get it.
    let _ = work.taken.send(());
    let deadline = clock::now() + work.timeout.as_secs_f64();
    *mailbox.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((work.request_id.clone(), work.reply));
    let trace = format!("Root=1-{:08x}-{};Sampled=0", 0, &work.request_id.replace('-', "")[..24]);
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", work.request_id),
        ("Lambda-Runtime-Deadline-Ms", format!("{:.0}", deadline * 1000.0)),
        ("Lambda-Runtime-Invoked-Function-Arn", work.arn),
        ("Lambda-Runtime-Trace-Id", trace),
        ("Content-Type", "application/json".to_owned()),
    ];
    (headers, work.payload).into_response()
}

fn settle(mailbox: &Mailbox, id: &str, result: Result<Vec<u8>, Vec<u8>>) -> StatusCode {
    let mut current = mailbox.current.lock().unwrap_or_else(PoisonError::into_inner);
    match current.take() {
        Some((expected, reply)) if expected == id => {
            // The deadline may have passed meanwhile.
            let _ = reply.send(result);
            StatusCode::ACCEPTED
        }
        other => {
            *current = other;
            StatusCode::BAD_REQUEST
        }
    }
}

async fn response(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    settle(&mailbox, &id, Ok(body.to_vec()))
}

async fn error(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    settle(&mailbox, &id, Err(body.to_vec()))
}

async fn init_error() -> StatusCode {
    // The process ends on its own afterwards, and that is what the host sees.
    StatusCode::ACCEPTED
}

async fn register() -> (HeaderMap, &'static str) {
    let mut headers = HeaderMap::new();
    headers.insert("Lambda-Extension-Identifier", axum::http::HeaderValue::from_static("local-aws"));
    (headers, "{\"functionName\":\"\",\"functionVersion\":\"$LATEST\",\"handler\":\"bootstrap\"}")
}
