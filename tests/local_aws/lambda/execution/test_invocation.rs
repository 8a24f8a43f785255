//! An invocation of a function that the test itself answers.

use serde_json::Value;
use tokio::sync::oneshot;

/// An invocation as the test gets it.
#[derive(Debug)]
pub struct TestInvocation {
    /// The same for all attempts.
    pub request_id: String,
    /// The event.
    pub event: Value,
    pub(crate) reply: oneshot::Sender<Result<Value, Value>>,
}

impl TestInvocation {
    /// Ends the invocation well.
    pub fn succeed(self, result: Value) {
        // The receiver may be gone: the deadline passed.
        let _ = self.reply.send(Ok(result));
    }

    /// Ends the invocation as a function that returned an error.
    pub fn fail(self, message: &str) {
        let _ = self.reply.send(Err(serde_json::json!({ "errorType": "TestError", "errorMessage": message })));
    }
}
