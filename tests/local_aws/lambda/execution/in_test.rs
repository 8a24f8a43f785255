//! A function that the test itself answers: the whole of Lambda's behaviour around it, without a process.

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use crate::World;
use crate::lambda::Function;

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

/// Registers a function whose invocations arrive on the channel.
pub fn in_test(world: &World, name: &str) -> UnboundedReceiver<TestInvocation> {
    let (sender, receiver) = unbounded_channel();
    let role = format!("arn:aws:iam::{}:role/{name}", world.settings.account);
    let mut function = Function::new(&world.settings, name, &role, Vec::new());
    function.timeout = 900;
    function.in_test = Some(sender);
    world.state().lambda.functions.insert(name.to_owned(), function);
    receiver
}
