//! The fault matrix: what befalls a custom resource's request, and what CloudFormation sees of it.
//!
//! Each row is a scenario of its own, run once for its test and for the table. The table is what was observed, cell by
//! cell: `WRITE_TABLE=1 cargo test --test scenarios table` writes it anew.

mod courier;
mod delivery;
mod forged;
mod handed_over;
mod input;
mod killed;
mod late;
mod reply;
mod rollback;
mod seen;
mod stage;
mod time;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::LazyLock;

use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

use seen::Seen;

/// A fault, and what was seen of it, once another caller looked.
struct Row {
    fault: &'static str,
    run: fn() -> Pin<Box<dyn Future<Output = Seen> + Send>>,
    seen: OnceCell<Seen>,
}

impl Row {
    async fn seen(&self) -> &Seen {
        self.seen.get_or_init(self.run).await
    }

    async fn line(&self) -> String {
        let Seen { verdict, puts, stack, calls, .. } = self.seen().await;
        format!("| {} | {verdict} | {puts} | {stack} | {calls} |\n", self.fault)
    }

    async fn is_in_the_table(&self) {
        let line = self.line().await;
        assert!(is_writing() || fs::read_to_string(path()).unwrap().contains(&line), "{line}");
    }
}

macro_rules! rows {
    ($($group:ident { $($row:ident: $fault:literal,)* })*) => {
        static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| vec![$($(
            Row { fault: $fault, run: || Box::pin($group::$row()), seen: OnceCell::new() },
        )*)*]);

        mod row {
            $(mod $group { $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $row() {
                    let row = crate::protocol::ROWS.iter().find(|row| row.fault == $fault).unwrap();
                    row.is_in_the_table().await;
                }
            )* })*
        }
    };
}

rows! {
    wire {
        taken: "none",
        forbidden: "PUT answered 403",
        broken: "PUT answered 500 three times",
        unavailable: "PUT answered 503",
        unavailable_for_long: "PUT answered 503 until the deadline",
        hanging: "PUT hangs until the deadline",
        reset: "connection reset before the PUT is taken",
        taken_and_reset: "connection reset after the PUT was taken",
        slow: "PUT answered after a second",
        timed_out: "PUT answered 400 RequestTimeout",
    }
    delivery {
        again: "delivered again after the answer",
        at_the_same_moment: "delivered twice at the same moment",
        late_retry: "killed after the answer; Lambda delivers again",
        superseded: "Update cancelled while it waits",
        racing: "Delete, with an ID of CloudFormation's own, racing its Create",
    }
    killed {
        before_each_call: "killed before each call; Lambda delivers again",
        after_each_call: "killed after each call; Lambda delivers again",
        before_the_answer: "killed before the answer; Lambda delivers again",
    }
    time {
        handed_over: "start takes longer than one invocation",
        deadline: "start never ends",
        hanging_call: "a look that no one answers until the watchdog ends it",
        impatient: "ServiceTimeout of a minute",
        throttled: "CloudFormation throttles the first looks",
        throttled_throughout: "CloudFormation throttles every look",
        hand_over_again: "hand-over throttled, failed and lost",
        hop_clock: "start never ends, and the events cannot be read",
    }
    late {
        of_an_update: "the row of an Update comes late",
        of_the_stack: "the row of the stack comes late",
        properties: "the properties of a row come late",
        on_the_way_back: "the row of an Update on the way back comes late",
        never: "the row of a Create never comes",
        unreadable: "the stack's events cannot be read",
    }
    forged {
        forward: "forged Update while a deployment goes on",
        other_type: "forged Update of a resource of another type",
        other_properties: "forged Update with other properties than the row",
        other_physical_id: "forged Update with other properties and another physical ID",
        stack_by_name: "forged Update that names the stack by its name",
        handed_over: "forged hand-over",
        way_back: "forged Update while the stack rolls back",
        way_back_other_properties: "forged Update with other properties while the stack rolls back",
        delete_in_the_cleanup: "forged Delete in the cleanup",
    }
    input {
        unreadable: "unreadable property",
        unreadable_for_later: "unreadable property that only a Delete acts on",
        unknown_type: "unknown RequestType",
        no_properties: "no properties",
        wrong_shapes: "properties that are a list, a text, a number, null",
        newer: "property of a newer template",
        older: "unreadable properties of an older template",
        foreign_host: "ResponseURL of a foreign host",
        no_url: "no ResponseURL",
        bad_environment: "initialisation failed",
        not_owned: "application of another stack",
        denied: "no permission to describe the stack",
        oversize: "service error of 9,000 characters",
        non_ascii: "service error beyond ASCII",
        one_line: "service error of forty frames on one line",
        secret: "service error that repeats a property's value",
        longest_data: "fifty property groups of the longest names",
    }
    rollback {
        refused: "Update that cannot succeed while its stack rolls back",
        late: "Update without time left while its stack rolls back",
        throttled: "Update of a stack that rolls back and cannot be looked at",
        denied: "Update without permission to describe the stack that rolls back",
        attributes: "Update with an unreadable property while its stack rolls back",
        after_failed_create: "Delete after a failed Create",
    }
}

async fn table() -> String {
    static AT_ONCE: Semaphore = Semaphore::const_new(2);
    let mut running = JoinSet::new();
    for (index, row) in ROWS.iter().enumerate() {
        running.spawn(async move {
            let _turn = AT_ONCE.acquire().await.unwrap();
            (index, row.line().await)
        });
    }
    let mut rows = running.join_all().await;
    rows.sort_by_key(|(index, ..)| *index);
    let head = "| fault | verdict | answers to the PUTs | stack | calls that changed the application |\n|---|---|---|---|---|\n";
    rows.into_iter().fold(head.to_owned(), |table, (_, line)| table + &line)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/protocol/table.md")
}

fn is_writing() -> bool {
    std::env::var_os("WRITE_TABLE").is_some()
}

/// What CloudFormation sees under each fault is the table in functions/README.md.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the table is for people")]
async fn the_table_is_what_cloudformation_saw() {
    let table = table().await;
    println!("{table}");
    if is_writing() {
        fs::write(path(), &table).unwrap();
    }
    assert_eq!(fs::read_to_string(path()).unwrap(), table, "WRITE_TABLE=1 writes it anew");
}
