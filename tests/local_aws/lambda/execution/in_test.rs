//! A function that the test itself answers: the whole of Lambda's behaviour around it, without a process.

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::test_invocation::TestInvocation;
use crate::World;
use crate::lambda::Function;

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
