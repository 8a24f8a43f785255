//! Waiting for an operation: its rows as they come, above a bar on a terminal and else as plain lines, with one line
//! each half minute without any; at the end what failed first.

use std::collections::BTreeMap;
use std::io::{Stderr, stderr};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use shared::operator::Ending;
use shared::operator::deployment::status::ending_of;
use shared::operator::{
    FailureReport, Progress, ProgressScreen, TimelineStep, during, event_line, failed_steps, failure, timeline,
    waiting_line,
};
use shared::stack::StackEvent;
use shared::time::Timestamp;

use super::account::Account;
use super::output::Output;
use super::{Stop, interrupt};
use crate::operate::terminal::{Block, canvas, is_drawable};

/// How long nothing is said before a line says what is waited for.
const SILENCE: Duration = Duration::from_secs(30);
/// The first minute is looked at each second, then every two.
const LIVELY: Duration = Duration::from_mins(1);
/// How often the job's own operations are read: the service allows few calls a second.
const TIMELINE: Duration = Duration::from_secs(5);
/// How many looks in a row may fail before the command gives up; the operation goes on.
const FAILURES: u32 = 10;

/// An operation on a stack, from the moment before it begins.
pub(super) struct Watch<'a> {
    account: &'a Account,
    output: &'a Output,
    name: String,
    root: String,
    /// The newest row so far of each stack, by ARN.
    last: BTreeMap<String, Option<String>>,
    block: Option<Block<Stderr>>,
    /// Whether there was any row, of a service too that gives rows a token of its own.
    has_moved: bool,
    spoken: Instant,
}

/// How an operation ended, and what its rows say of the way there.
pub(super) struct FinishedOperation {
    pub(super) status: String,
    pub(super) progress: Progress,
}

/// The operation of a token, and what the handlers do with its job meanwhile.
struct WatchedOperation {
    progress: Progress,
    application: Option<String>,
    timeline: Vec<TimelineStep>,
    /// How many of its failed steps were printed.
    said: usize,
    read: Instant,
}

impl<'a> Watch<'a> {
    /// Remembers the newest row, so that only later ones count. `root` is the stack's ARN.
    ///
    /// # Errors
    /// The call that was refused.
    pub(super) async fn begin(
        account: &'a Account,
        output: &'a Output,
        name: &str,
        root: &str,
    ) -> Result<Watch<'a>, Stop> {
        let last = BTreeMap::from([(root.to_owned(), account.operator.newest_row(root).await?)]);
        let block = (!output.is_plain && is_drawable(&stderr())).then(|| Block::new(stderr()));
        let (name, root) = (name.to_owned(), root.to_owned());
        Ok(Self { account, output, name, root, last, block, has_moved: false, spoken: Instant::now() })
    }

    /// Waits until the stack rests; it was said how a failed one ended. `resources` is how many change.
    ///
    /// # Errors
    /// A signal, or ten looks in a row without an answer: the operation goes on without the command.
    pub(super) async fn end(
        mut self,
        token: &str,
        resources: usize,
        application: Option<String>,
    ) -> Result<FinishedOperation, Stop> {
        let begun = Instant::now();
        let (mut failures, mut factor) = (0, 1);
        let progress = Progress::new(&self.root, token, resources);
        let mut seen = WatchedOperation { progress, application, timeline: Vec::new(), said: 0, read: begun };
        loop {
            match self.look(&mut seen, token).await {
                Ok(status) => {
                    (failures, factor) = (0, 1);
                    // At rest, and not merely not begun yet. One more look: the reason comes late.
                    if !status.ends_with("_IN_PROGRESS") && self.has_moved {
                        let _last = self.look(&mut seen, token).await;
                        self.draw(&mut seen).await;
                        self.report(&status, &seen.progress);
                        return Ok(FinishedOperation { status, progress: seen.progress });
                    }
                    self.draw(&mut seen).await;
                }
                Err(error) => {
                    (failures, factor) = (failures + 1, (factor * 2).min(16));
                    if failures == FAILURES {
                        return Err(Stop::Failed(format!("{error}; {}", self.goes_on())));
                    }
                }
            }
            let usual = if begun.elapsed() < LIVELY { Duration::from_secs(1) } else { Duration::from_secs(2) };
            if let Err(stop) = interrupt::rest(interrupt::pace(usual) * factor).await {
                self.block = None;
                self.output.problem(&self.goes_on());
                return Err(stop);
            }
        }
    }

    /// One look at every stack of the operation; the root's status.
    async fn look(&mut self, seen: &mut WatchedOperation, token: &str) -> Result<String, String> {
        let found = self.account.look(&self.root).await?;
        let status = found.map_or_else(|| "DELETE_COMPLETE".to_owned(), |found| found.status);
        let mut read: Vec<String> = Vec::new();
        // Rows name the nested stacks whose rows are read next.
        while let Some(stack) = unread(&seen.progress, &read) {
            let last = self.last.get(&stack).cloned().flatten();
            let rows = self.account.operator.rows_after(&stack, last.as_deref()).await?;
            self.has_moved |= !rows.is_empty();
            if let Some(newest) = rows.last() {
                self.last.insert(stack.clone(), Some(newest.id.clone()));
            }
            for mut row in rows {
                // A service that gives rows no token: they came after the newest one from before.
                if row.token.is_empty() && row.stack == self.root {
                    token.clone_into(&mut row.token);
                }
                if seen.progress.apply(&row) {
                    self.row(&row);
                }
            }
            read.push(stack);
        }
        Ok(status)
    }

    fn row(&mut self, row: &StackEvent) {
        self.spoken = Instant::now();
        let line = event_line(row);
        match &mut self.block {
            Some(block) => block.above(&canvas(&stderr()).fit(&[line])),
            None => Output::text(&format!("    {line}")),
        }
        self.output.event(row);
    }

    /// Draws the bar; without one, says what of the job's own steps failed, and after half a minute what is waited for.
    async fn draw(&mut self, seen: &mut WatchedOperation) {
        let now = now();
        if let (Some(name), Some(began)) = (&seen.application, seen.progress.began())
            && seen.read.elapsed() >= interrupt::pace(TIMELINE)
        {
            seen.read = Instant::now();
            if let Ok(Some(application)) = self.account.operator.application(name).await {
                seen.timeline = timeline(&application, began, now);
            }
        }
        if let Some(block) = &mut self.block {
            let drawn = ProgressScreen { progress: &seen.progress, timeline: &seen.timeline, now };
            block.draw(during(&drawn, canvas(&stderr())));
            return;
        }
        let failed: Vec<String> = failed_steps(&seen.timeline);
        for line in failed.iter().skip(seen.said) {
            Output::text(&format!("    {line}"));
        }
        seen.said = seen.said.max(failed.len());
        if self.spoken.elapsed() >= SILENCE {
            Output::text(&format!("    {}", waiting_line(&seen.progress, now)));
            self.spoken = Instant::now();
        }
    }

    /// What a person has to know when the command leaves before the operation does.
    fn goes_on(&self) -> String {
        let (name, region) = (&self.name, &self.account.region);
        format!(
            "CloudFormation goes on with {name} without this command. Watch it: flink-stack status --watch --stack \
             {name} --region {region}. An update is cancelled by: aws cloudformation cancel-update-stack --stack-name \
             {name} --region {region} (it rolls back, and the job restarts from its newest snapshot)"
        )
    }

    /// Says what failed first, what CloudFormation does, and what comes next.
    fn report(&mut self, status: &str, progress: &Progress) {
        self.block = None;
        let ending = ending_of(status);
        let why = format!("flink-stack why --stack {} --region {}", self.name, self.account.region);
        let next = match ending {
            Ending::Done => return,
            Ending::Failed if status == "DELETE_COMPLETE" => return,
            Ending::RolledBack => vec!["fix the cause and deploy again".to_owned()],
            Ending::Failed => vec![why],
        };
        let report = FailureReport { stack: &self.name, progress, now: now(), next: &next };
        for line in failure(&report, canvas(&stderr())) {
            Output::text(&line);
        }
        self.output.problem(&format!("the stack {} is {status}", self.name));
    }
}

/// A stack of the operation that is not among these.
fn unread(progress: &Progress, read: &[String]) -> Option<String> {
    progress.stacks().find(|stack| !read.iter().any(|one| one == stack)).map(str::to_owned)
}

/// The time of this machine, for what is drawn and never for a decision.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Timestamp(i64::try_from(since).unwrap_or(i64::MAX))
}
