//! Waiting for an operation: its rows as plain lines as they come, one line each half minute without any, and at the
//! end what failed first.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use shared::operator::age;
use shared::operator::deployment::events::{first_cause, is_of_operation, line};
use shared::operator::deployment::status::Ending;
use shared::stack::StackEvent;

use super::account::Account;
use super::output::Output;
use super::{Stop, interrupt};

/// How long nothing is said before a line says what is waited for.
const SILENCE: Duration = Duration::from_secs(30);
/// The first minute is looked at each second, then every two.
const LIVELY: Duration = Duration::from_mins(1);
/// How many looks in a row may fail before the command gives up; the operation goes on.
const FAILURES: u32 = 10;
/// The type of a nested stack's row.
const STACK: &str = "AWS::CloudFormation::Stack";

/// An operation on a stack, from the moment before it begins.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    account: &'a Account,
    output: &'a Output,
    name: String,
    /// The stacks whose rows are read, by ARN: how a line names what is in them, and the newest row so far.
    stacks: BTreeMap<String, (String, Option<String>)>,
    root: String,
    seen: Vec<StackEvent>,
    /// Whether there was any row, of a service too that gives rows a token of its own.
    has_moved: bool,
    /// What is in progress, by line's name, since when.
    open: BTreeMap<String, Instant>,
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
        let last = account.operator.newest_row(root).await?;
        let stacks = BTreeMap::from([(root.to_owned(), (String::new(), last))]);
        let (seen, open) = (Vec::new(), BTreeMap::new());
        let (name, root) = (name.to_owned(), root.to_owned());
        Ok(Self { account, output, name, stacks, root, seen, has_moved: false, open })
    }

    /// Waits until the stack rests; its status.
    ///
    /// # Errors
    /// A signal, or ten looks in a row without an answer: the operation goes on without the command.
    pub(super) async fn end(&mut self, token: &str) -> Result<String, Stop> {
        let begun = Instant::now();
        let (mut spoken, mut failures, mut factor) = (Instant::now(), 0, 1);
        loop {
            match self.look(token).await {
                Ok((is_news, status)) => {
                    (failures, factor) = (0, 1);
                    if is_news {
                        spoken = Instant::now();
                    }
                    // At rest, and not merely not begun yet. One more look: the reason comes late.
                    if !status.ends_with("_IN_PROGRESS") && self.has_moved {
                        let _last = self.look(token).await;
                        return Ok(status);
                    }
                    if spoken.elapsed() >= SILENCE {
                        Output::text(&format!("    {}", self.waiting(&status, begun)));
                        spoken = Instant::now();
                    }
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
                self.output.problem(&self.goes_on());
                return Err(stop);
            }
        }
    }

    /// One look at every stack: whether there was a new row, and the root's status.
    async fn look(&mut self, token: &str) -> Result<(bool, String), String> {
        let status =
            self.account.look(&self.root).await?.map_or_else(|| "DELETE_COMPLETE".into(), |found| found.status);
        let mut is_news = false;
        let mut left: Vec<String> = self.stacks.keys().cloned().collect();
        while let Some(stack) = left.pop() {
            let Some((below, last)) = self.stacks.get(&stack).cloned() else { continue };
            let rows = self.account.operator.rows_after(&stack, last.as_deref()).await?;
            if let (Some(newest), Some(known)) = (rows.last(), self.stacks.get_mut(&stack)) {
                known.1 = Some(newest.id.clone());
            }
            self.has_moved |= !rows.is_empty();
            for row in rows.into_iter().filter(|row| is_of_operation(row, token)) {
                is_news = true;
                if let Some(nested) = self.nested(&row, &stack)
                    && !self.stacks.contains_key(&nested)
                {
                    self.stacks.insert(nested.clone(), (format!("{below}{}/", row.logical_id), None));
                    left.push(nested);
                }
                self.row(row, &below);
            }
        }
        Ok((is_news, status))
    }

    /// The ARN of the nested stack that a row begins.
    fn nested(&self, row: &StackEvent, stack: &str) -> Option<String> {
        let begins = row.resource_type == STACK && row.status.ends_with("_IN_PROGRESS");
        let is_other = row.physical_id.starts_with("arn:") && row.physical_id != stack && row.physical_id != self.root;
        (begins && is_other).then(|| row.physical_id.clone())
    }

    fn row(&mut self, row: StackEvent, below: &str) {
        let text = line(&row, below);
        Output::text(&format!("    {text}"));
        self.output.emit(
            "event",
            json!({"stack": row.stack, "logicalId": row.logical_id, "resourceType": row.resource_type,
                "status": row.status, "reason": row.reason, "eventTime": row.time.0}),
        );
        if row.physical_id != self.root {
            let named = format!("{below}{}", row.logical_id);
            if row.status.ends_with("_IN_PROGRESS") {
                self.open.entry(named).or_insert_with(Instant::now);
            } else {
                self.open.remove(&named);
            }
        }
        self.seen.push(row);
    }

    /// What is waited for, the longest first.
    fn waiting(&self, status: &str, begun: Instant) -> String {
        let mut open: Vec<(&String, Duration)> =
            self.open.iter().map(|(name, since)| (name, since.elapsed())).collect();
        open.sort_by_key(|(_, since)| std::cmp::Reverse(*since));
        let open: Vec<String> =
            open.iter().take(6).map(|(name, since)| format!("{name} for {}", age(*since))).collect();
        let open = if open.is_empty() { String::new() } else { format!(": {}", open.join(", ")) };
        format!("{} is {status} for {}{open}", self.name, age(begun.elapsed()))
    }

    /// What a person has to know when the command leaves before the operation does.
    fn goes_on(&self) -> String {
        let (name, region) = (&self.name, &self.account.region);
        format!(
            "CloudFormation goes on with {name} without this command. Watch it: flink-stack why --stack {name} --region {region}. \
             An update is cancelled by: aws cloudformation cancel-update-stack --stack-name {name} --region {region} (it rolls \
             back, and the job restarts from its newest snapshot)"
        )
    }

    /// Says how it ended, with what failed first; what the command ends with.
    pub(super) fn report(&self, status: &str) -> Ending {
        let ending = Ending::of(status);
        if let (Ending::Failed | Ending::RolledBack, Some(cause)) = (ending, first_cause(&self.seen)) {
            let reason = cause.reason.split_whitespace().collect::<Vec<_>>().join(" ");
            self.output.problem(&format!("the cause: {} {}: {reason}", cause.logical_id, cause.status));
        }
        let next = match (ending, status) {
            (Ending::Done, _) => return ending,
            (Ending::RolledBack, _) => "it is what it was before; fix the cause and deploy again".to_owned(),
            (Ending::Failed, "ROLLBACK_COMPLETE") => {
                format!("nothing of it is left; next: flink-stack why --stack {}", self.name)
            }
            (Ending::Failed, _) => format!("next: flink-stack why --stack {}", self.name),
        };
        self.output.problem(&format!("the stack {} is {status}; {next}", self.name));
        ending
    }
}
