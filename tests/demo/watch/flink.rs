//! The Flink application as the service shows it: its status, its snapshots, and the calls of functions that it
//! refuses.

use std::collections::BTreeMap;

use local_aws::State;
use local_aws::api::{Caller, Recorded};
use local_aws::flink::{SnapshotStatus, Status};
use project::deployment::NAME;

use crate::screen::{Lane, Line, Tone};

/// What was shown.
#[derive(Debug, Default)]
pub(super) struct Flink {
    calls: usize,
    status: Option<Status>,
    snapshots: BTreeMap<String, SnapshotStatus>,
}

impl Flink {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let refused = state.journal.iter().skip(self.calls).filter_map(|call| refused(state, call));
        let mut lines: Vec<Line> = refused.map(|text| line(Tone::Bad, text)).collect();
        self.calls = state.journal.len();
        let Some(application) = state.flink.applications.get(NAME) else { return lines };
        if self.status != Some(application.status) {
            let before = self.status.map_or_else(String::new, |status| format!("{status} → "));
            let tone = if application.status == Status::Running { Tone::Good } else { Tone::Plain };
            lines.push(line(tone, format!("{before}{}", application.status)));
            self.status = Some(application.status);
        }
        for snapshot in &application.snapshots {
            if self.snapshots.insert(snapshot.name.clone(), snapshot.status) != Some(snapshot.status) {
                let (tone, status) = match snapshot.status {
                    SnapshotStatus::Creating => (Tone::Quiet, "is being taken"),
                    SnapshotStatus::Ready => (Tone::Plain, "is READY"),
                    SnapshotStatus::Failed => (Tone::Bad, "FAILED: the job loops"),
                };
                lines.push(line(tone, format!("snapshot {} {status}", snapshot.name)));
            }
        }
        lines
    }
}

fn line(tone: Tone, text: String) -> Line {
    Line::new(Lane::Flink, tone, text)
}

/// A call that the service did not take.
fn refused(state: &State, call: &Recorded) -> Option<String> {
    let code = call.refused.as_ref()?;
    let operation = call.action.strip_prefix("kinesisanalytics:")?;
    if operation.starts_with("Describe") || operation.starts_with("List") {
        return None;
    }
    let Caller::Role(role) = &call.caller else { return None };
    // What CloudFormation is refused stands in the resource's own row.
    let function = state.lambda.functions.values().find(|function| function.role_name() == role)?;
    Some(format!("refuses {operation} of {}: {code}", function.name))
}
