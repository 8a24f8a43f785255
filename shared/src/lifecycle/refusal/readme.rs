//! The failure table of functions/README.md: `make pages` writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use super::Refusal;

/// Other ways in which a request fails, in the words of the shell.
const OTHERS: [[&str; 3]; 4] = [
    [
        "A property cannot be read",
        "Its path, what was expected and what was found are in the message.",
        "Fix the template, then deploy again.",
    ],
    [
        "No time is left",
        "CloudFormation's patience (ServiceTimeout) ends before the goal is reached; what it waited for is in the message.",
        "The application may still get there: look at it, then deploy again.",
    ],
    [
        "The function could not be initialised",
        "Its environment is not what Lambda gives; the variable is in the message.",
        "Fix the variable, or deploy the function again.",
    ],
    [
        "The handler panicked",
        "A bug of ours; the message and the log say where.",
        "Report it with the log; deploy again.",
    ],
];

impl Refusal {
    /// What the title means, for a reader who has nothing but the message.
    const fn meaning(&self) -> &'static str {
        match self {
            Self::ApplicationMissing { .. } => "The name leads nowhere.",
            Self::NotOwned { .. } => "The request's stack does not own it, or is not being worked on.",
            Self::NotServed { .. } => {
                "The resource is for Flink applications, and this one is a Studio notebook or a SQL application; its RuntimeEnvironment is in the message."
            }
            Self::EnhancedSnapshots { .. } => {
                "Its SnapshotMode is ENHANCED_SNAPSHOTS: this version cannot see such snapshots, and nothing was stopped or changed."
            }
            Self::BeingDeleted { .. } => "It is DELETING.",
            Self::RolledBack { .. } => "The service ended a rollback there and starts nothing on its own.",
            Self::UnknownStatus { .. } => "AWS has a new status word; it is in the message.",
            Self::StartFailed { .. } => {
                "The start's operation failed; its error and the snapshots tried are in the message."
            }
            Self::NothingToRestore { .. } => {
                "There are READY snapshots, and all were made under a newer version of Flink, or under one that is two major versions older; starting empty would lose them."
            }
            Self::UpdateRolledBack { .. } => {
                "An update of this deployment failed; the service went back to READY or to the old version, even if it is RUNNING."
            }
            Self::Renamed { .. } => "The name changed; a new application starts empty.",
            Self::StoppedAfterStart { .. } => {
                "A start was accepted and it is not running: the job ended, another caller stopped it, or what became of it cannot be read."
            }
            Self::StartedByAnother { .. } => {
                "After the guard's stop another caller, a start function of the stack's own perhaps, started the job from something else than its newest snapshot."
            }
            Self::Unhealthy { .. } => "An operation failed since it runs, or the proving snapshot failed.",
            Self::SnapshotFailed { .. } => {
                "The property update, or the sweep's snapshot, failed without a healthy job."
            }
            Self::UpdateFailed { .. } => "The update's own operation failed, or updates came to nothing.",
            Self::PropertyConflict { .. } => {
                "A key exists with another value and is not ours; group and key are named, never a value."
            }
            Self::TooManyConflicts { .. } => "Ten minutes after the first one a call still meets another change.",
            Self::Unanswered { .. } => "Twenty-one calls were throttled, or met 5xx or lost connections.",
            Self::ReplayForbidden { .. } => "The newest READY snapshot (or the first start) is older than the bound.",
            Self::WouldNotStop { .. } => "Three force-stops were rejected or came to nothing.",
            Self::NotSettled { .. } => {
                "It stayed in a status that should pass (STARTING, UPDATING, AUTOSCALING, ..) for all of StopMinutes; the message says which."
            }
            Self::TooManyAttempts { .. } => "Three attempts in this incident.",
            Self::NoServiceRole => {
                "The rollback cannot be continued with the stack's own role, and this function may not use its own; nothing was stopped."
            }
            Self::OtherBlocker { .. } => {
                "A resource failed for another cause than a Flink snapshot; nothing was stopped."
            }
            Self::NotTagged { .. } => "One of the blocking applications lacks the tag.",
            Self::TagUnreadable { .. } => "The tag and its value are in the message; nothing was guessed.",
            Self::StackNotTagged { .. } => {
                "Its guard stopped a job for an update that was rolled back, and no caller started it; without the tag the unsticker starts nothing."
            }
            Self::Superseded => {
                "The stack operation that asked for it is over, or rolls back; nothing was changed any more."
            }
            Self::NotAwaited { .. } => {
                "The stack's events show no row in progress of this resource, of its type and with its properties: a forged Invoke, or a delivery that comes too late. Nothing was done."
            }
            Self::Denied { .. } => "The function's role lacks the action named.",
            Self::Rejected { .. } => "A 4xx; AWS's own words are in the message.",
        }
    }
}

fn table() -> String {
    let mut table = "| message | what it means | what to do |\n|---|---|---|\n".to_owned();
    let refusals = Refusal::samples();
    let refusals = refusals.iter().map(|refusal| [refusal.title(), refusal.meaning(), refusal.remedy()]);
    for [title, meaning, remedy] in refusals.chain(OTHERS) {
        let _ = writeln!(table, "| {title} | {meaning} | {remedy} |");
    }
    table
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads and writes its page")]
fn the_failure_table_of_the_page_is_what_the_code_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/README.md");
    let text = fs::read_to_string(&page).unwrap();
    let (head, foot) = ("<!-- generated: failure table -->\n", "<!-- end of failure table -->");
    let (before, rest) = text.split_once(head).unwrap();
    let (shown, after) = rest.split_once(foot).unwrap();
    if env::var_os("WRITE_PAGES").is_some() {
        fs::write(&page, format!("{before}{head}{}{foot}{after}", table())).unwrap();
    } else {
        assert!(shown == table(), "the failure table is not what the code says; `make pages` writes it anew");
    }
}

#[test]
fn the_shell_says_what_the_table_has_besides_refusals() {
    let shell = [
        include_str!("../../../../functions/shell/custom_resource/respond.rs"),
        include_str!("../../../../functions/shell/serve.rs"),
    ];
    for [title, ..] in OTHERS {
        assert!(shell.iter().any(|text| text.contains(&format!("\"{title}: "))), "{title}");
    }
}
