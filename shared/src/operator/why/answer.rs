//! The answer, for people and for machines.

use serde::{Deserialize, Serialize};

use super::super::job::{Job, SlowSince, job};
use super::super::line::{Colour, Style, age};
use super::super::refused::RefusedSnapshots;
use crate::flink::{Application, ApplicationKind};
use crate::time::Timestamp;

/// Whether a stack needs a person; the command's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Nothing is to be done.
    Fine,
    /// CloudFormation works on it, and nothing is a problem of that coming to an end.
    InProgress,
    /// It does not get further, or its next deployment will not.
    Stuck,
    /// There is no such stack, or it cannot be read.
    CannotTell,
}

impl Verdict {
    /// What the command ends with: 0 nothing to do, 1 stuck, 2 cannot tell.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Fine | Self::InProgress => 0,
            Self::Stuck => 1,
            Self::CannotTell => 2,
        }
    }

    /// The verdict on a stack of this status, in one sentence.
    pub(super) fn sentence(self, stack: &str, status: &str) -> String {
        let status = if status.is_empty() { String::new() } else { format!(", {status}") };
        format!("{stack} is {}{status}", self.word().1)
    }

    const fn word(self) -> (Colour, &'static str) {
        match self {
            Self::Fine => (Colour::Green, "fine"),
            Self::InProgress => (Colour::Yellow, "in progress"),
            Self::Stuck => (Colour::Red, "stuck"),
            Self::CannotTell => (Colour::Red, "unknown"),
        }
    }
}

/// The answer. What `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Why {
    /// The version of these names.
    pub schema: u8,
    /// The verdict in one sentence.
    pub sentence: String,
    /// What was looked at; empty when nothing could be.
    pub compared: String,
    /// The name of the root stack, also when a nested one was asked about.
    pub stack: String,
    /// Its status; empty when there is none.
    pub status: String,
    /// Whether the stack needs a person.
    pub verdict: Verdict,
    /// What came first; empty when nothing is wrong.
    pub cause: String,
    /// What else was seen that the next command rests on.
    pub seen: Vec<String>,
    /// The Flink applications of the stack, Studio and SQL ones too.
    pub applications: Vec<ApplicationSeen>,
    /// What a person does, in order; a line that is not a command says when to use those after it.
    pub next: Vec<String>,
}

/// One application of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationSeen {
    /// ApplicationName, unique in the account and region.
    pub application_name: String,
    /// ApplicationStatus as the service says it, or `absent` when it does not exist.
    pub status: String,
    /// Its runtime; empty when it is absent.
    pub runtime: String,
    /// Its version; 0 when it is absent.
    pub version: i64,
    /// What the service tells of its job.
    pub job: String,
    /// The newest READY snapshot; empty for none.
    pub snapshot: String,
    /// How old that snapshot is, in whole minutes; none without a snapshot.
    pub snapshot_age_minutes: Option<u64>,
}

impl Why {
    /// A stack of which nothing can be said.
    #[must_use]
    pub fn cannot_tell(stack: &str, cause: String, next: String) -> Self {
        let verdict = Verdict::CannotTell;
        let (sentence, compared, status) = (verdict.sentence(stack, ""), String::new(), String::new());
        let (stack, seen, applications, next) = (stack.to_owned(), Vec::new(), Vec::new(), vec![next]);
        Self { schema: 1, sentence, compared, stack, status, verdict, cause, seen, applications, next }
    }

    /// As a person reads it: the verdict, the cause, what was seen, the next command.
    #[must_use]
    pub fn describe(&self, style: Style) -> String {
        let (colour, word) = self.verdict.word();
        let head =
            self.sentence.replacen(&format!(" is {word}"), &format!(" is {}", style.paint(colour, word)), 1) + "\n";
        let compared: Vec<String> =
            Some(self.compared.clone()).filter(|compared| !compared.is_empty()).into_iter().collect();
        let cause: Vec<String> = Some(self.cause.clone()).filter(|cause| !cause.is_empty()).into_iter().collect();
        let jobs: Vec<String> = self.applications.iter().map(ApplicationSeen::line).collect();
        let parts =
            [("compared", &compared), ("cause", &cause), ("job", &jobs), ("seen", &self.seen), ("next", &self.next)];
        parts.into_iter().fold(head, |answer, (label, texts)| answer + &style.lines(label, texts))
    }
}

impl ApplicationSeen {
    /// One application as it was looked at; absent when the stack has it and Flink does not.
    pub(super) fn of(
        name: &str,
        application: Option<&Application>,
        refused: &RefusedSnapshots,
        now: Timestamp,
    ) -> Self {
        let Some(one) = application else {
            return Self {
                application_name: name.to_owned(),
                status: "absent".to_owned(),
                runtime: String::new(),
                version: 0,
                job: "the stack has it, Flink does not".to_owned(),
                snapshot: String::new(),
                snapshot_age_minutes: None,
            };
        };
        let snapshot = one.newest_snapshot();
        Self {
            application_name: name.to_owned(),
            status: one.status.to_string(),
            runtime: one.runtime.clone(),
            version: one.version,
            job: describe_job(&job(one, refused, now)),
            snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
            snapshot_age_minutes: snapshot.map(|snapshot| now.since(snapshot.created).as_secs() / 60),
        }
    }

    /// In one line: its status, its job, the age of its newest snapshot.
    pub(in crate::operator) fn line(&self) -> String {
        let version = if self.version > 0 { format!(", version {}", self.version) } else { String::new() };
        let takes_snapshots = ApplicationKind::of(&self.runtime) == ApplicationKind::Flink;
        let snapshot = match self.snapshot_age_minutes.filter(|_| takes_snapshots) {
            Some(minutes) => {
                format!("; newest READY snapshot {} old", age(std::time::Duration::from_secs(60 * minutes)))
            }
            None if takes_snapshots => "; no READY snapshot".to_owned(),
            None => String::new(),
        };
        format!("{} {}{version}: {}{snapshot}", self.application_name, self.status, self.job)
    }
}

pub(super) fn describe_job(job: &Job) -> String {
    match job {
        Job::Runs => "nothing failed since it runs".to_owned(),
        Job::Fails(what) => what.trim_end_matches('.').to_owned(),
        Job::Busy(_, SlowSince::NotSlow) => "on its way".to_owned(),
        Job::Busy(status, SlowSince::Slow(lasts)) => {
            format!("{status} for {}; such a status takes minutes", age(*lasts))
        }
        Job::NeverStarted => "never started".to_owned(),
        Job::AwaitsFix => "stopped on purpose: the code failed again after the rollback".to_owned(),
        Job::AwaitsRestart => "not running; it carries the marker of a stop for a deployment".to_owned(),
        Job::Stopped(last) => format!("not running; {last}"),
        Job::RolledBack => "the service ended a rollback there and does not start it".to_owned(),
    }
}
