//! Where the answer goes in place of CloudFormation: it takes everything and keeps it.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Answers = Arc<Mutex<Vec<String>>>;

/// A listener on 127.0.0.1, gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Sink {
    /// `http://127.0.0.1:<port>`.
    pub(crate) origin: String,
    answers: Answers,
    server: JoinHandle<io::Result<()>>,
}

impl Sink {
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let answers = Answers::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&answers));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, answers, server })
    }

    /// The ResponseURL of the replayed event.
    pub(crate) fn url(&self) -> String {
        format!("{}/answer", self.origin)
    }

    /// What was PUT, in order.
    pub(crate) fn answers(&self) -> Vec<String> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(answers): State<Answers>, body: String) -> StatusCode {
    answers.lock().unwrap_or_else(PoisonError::into_inner).push(body);
    StatusCode::OK
}
