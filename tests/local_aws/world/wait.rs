//! Waiting for a change of the world: without polling and without sleeping, and never for ever.

use std::panic::Location;
use std::sync::PoisonError;
use std::time::Duration;

use super::{State, World};

/// How long a scenario waits for anything, two minutes of wall time. All of them together take less on an idle machine;
/// what a broken product never does must not hang the run.
pub const PATIENCE: Duration = Duration::from_mins(2);

impl World {
    /// Waits until `ready` finds what it looks for: it is asked again after every change.
    ///
    /// # Panics
    /// After two minutes, with the caller's place, the rows of every stack and the functions' log lines.
    #[track_caller]
    pub fn until<T>(&self, ready: impl FnMut(&mut State) -> Option<T>) -> impl Future<Output = T> {
        self.until_within(PATIENCE, format!("what {} looks for", Location::caller()), ready)
    }

    /// The same for a helper that many scenarios share: `what` is waited for, which its own place would not say.
    ///
    /// # Panics
    /// As [`World::until`], with `what`.
    pub async fn until_that<T>(&self, what: impl Into<String>, ready: impl FnMut(&mut State) -> Option<T>) -> T {
        self.until_within(PATIENCE, what.into(), ready).await
    }

    /// Waits as long as it takes: the services' own waiting, which has limits of its own, and programs that a person
    /// watches.
    pub async fn wait_for<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            // Not by `state()`, which signals a change when it is let go: every look would cause the next one.
            if let Some(seen) = ready(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner)) {
                return seen;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn until_within<T>(
        &self,
        limit: Duration,
        what: String,
        mut ready: impl FnMut(&mut State) -> Option<T>,
    ) -> T {
        let found = self.wait_for(|state| match ready(state) {
            Some(found) => Some(Ok(found)),
            None => self.is_broken().then_some(Err("a holder of the world's lock panicked (its message is above)")),
        });
        let why = match tokio::time::timeout(limit, found).await {
            Ok(Ok(found)) => return found,
            Ok(Err(why)) => why.to_owned(),
            Err(_) => format!("waited {} s", limit.as_secs_f64()),
        };
        panic!("{why} for {what}; stacks and logs:\n{}", self.state().history());
    }
}

impl State {
    /// Everything that a failed scenario wants to know: the rows of every stack, then the functions' log lines, oldest
    /// first.
    #[must_use]
    pub fn history(&self) -> String {
        let rows = self.cloudformation.stacks.iter().flat_map(|stack| {
            stack.events.iter().map(|row| format!("{} {} {} {}", stack.name, row.logical_id, row.status, row.reason))
        });
        let lines = self.lambda.logs.iter().map(|line| format!("{}: {}", line.function, line.line));
        rows.chain(lines).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use crate::lambda::LogLine;
    use crate::{LocalAws, Options, Settings, World};

    /// The message of the panic that this ends with. In a thread of its own, as the test harness runs a scenario.
    fn panics(scenario: impl Future<Output = ()> + Send + 'static) -> String {
        let run =
            move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(scenario);
        let panic = thread::spawn(run).join().unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).to_owned())
    }

    // A second panic while the first one unwinds would abort this test's process.
    #[test]
    fn a_failed_assertion_that_holds_the_lock_fails_its_own_scenario_alone() {
        let message = panics(async {
            let aws = LocalAws::start(Options::default()).await.unwrap();
            let state = aws.world.state();
            assert_eq!(state.journal.len(), 1, "no caller came");
        });
        assert!(message.contains("no caller came"), "{message}");
    }

    #[test]
    fn a_service_that_panics_fails_the_scenario_that_would_have_passed() {
        let message = panics(async {
            let aws = LocalAws::start(Options::default()).await.unwrap();
            let world = Arc::clone(&aws.world);
            let service = tokio::spawn(async move {
                let _state = world.state();
                panic!("a bug of the local AWS");
            });
            service.await.unwrap_err();
        });
        assert!(message.contains("a service of the local AWS panicked"), "{message}");
    }

    #[test]
    fn what_never_comes_ends_with_what_was_waited_for_and_why_it_is_as_it_is() {
        let message = panics(async {
            let world = World::new(Settings::at("http://127.0.0.1:1"));
            let line = LogLine { function: "f".to_owned(), line: "no time is left".to_owned() };
            world.state().lambda.logs.push(line);
            let what = "a record in the stream".to_owned();
            world.until_within(Duration::from_millis(10), what, |_| None::<()>).await;
        });
        assert_eq!(message, "waited 0.01 s for a record in the stream; stacks and logs:\nf: no time is left");
    }

    #[test]
    fn a_waiter_is_named_by_its_place() {
        let message = panics(async {
            let world = Arc::new(World::new(Settings::at("http://127.0.0.1:1")));
            let holder = Arc::clone(&world);
            thread::spawn(move || {
                let _state = holder.state();
                panic!("while it holds the lock");
            })
            .join()
            .unwrap_err();
            world.until(|_| None::<()>).await;
        });
        assert!(message.contains(concat!("what tests/", "local_aws/world/wait.rs:")), "{message}");
    }
}
