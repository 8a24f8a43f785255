//! What the planner is shown of a world.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::observed::{Observed, Stack};
use super::super::{Attempts, Goal, MARKER, Reads, SNAPSHOT_HOURS, UNSTICK};
use super::service::{Groups, KeptState, Kind, Marker, World, old};
use crate::flink::{Application, Operations, PropertyGroup, Snapshot, SnapshotMode, SnapshotStatus};
use crate::time::Timestamp;

/// When the request began, in milliseconds since 1970.
pub(super) const REQUEST: i64 = 1_000_000_000_000;
/// When the stack's operation began.
pub(super) const DEPLOYMENT: i64 = REQUEST - 30 * MINUTE;
pub(super) const MINUTE: i64 = 60_000;
/// So short that every patience that scales with it is over after one wait.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
pub(super) const PROOF: &str = "flink-handlers-gate-1";
pub(super) const SWEEP: &str = "flink-handlers-sweep-1";
pub(super) const EVENT: &str = "e1";

/// The wanted property groups, or those of another caller.
pub(super) fn groups(value: &str) -> Vec<PropertyGroup> {
    vec![PropertyGroup { id: "g".into(), map: BTreeMap::from([("k".into(), value.into())]) }]
}

/// What the goal asks to be looked at: the rest it does not get to see.
fn looks(goal: &Goal, world: &World) -> Reads {
    world.status.map_or(Reads::NONE, |status| goal.needs(status, Timestamp(world.now)))
}

/// What a look at `world` shows.
pub(super) fn shown(goal: &Goal, world: &World, attempts: Attempts) -> Observed {
    let looks = looks(goal, world);
    let application = world.status.map(|status| Application {
        name: "app".into(),
        arn: "arn".into(),
        status,
        version: 3,
        version_created: Timestamp(0),
        rolled_back_to: None,
        runtime: "FLINK-1_20".into(),
        created: Timestamp(REQUEST - 30 * 60 * MINUTE),
        snapshots_enabled: true,
        token: None,
        tags: if looks.tags { tags(goal, world.marker) } else { BTreeMap::new() },
        groups: match world.groups {
            Groups::Wanted => groups("wanted"),
            Groups::Missing => Vec::new(),
            Groups::Conflicting => groups("theirs"),
        },
        running_with: None,
        has_older_operations: false,
        snapshot_mode: SnapshotMode::Legacy,
        log_group: None,
        operations: if looks.operations { operations(world) } else { Operations::Unreadable },
        snapshots: if looks.snapshots { snapshots(goal, world) } else { Vec::new() },
    });
    let stack = Stack { status: Some(world.stack), superseded: false, continued: world.continued };
    Observed { now: Timestamp(world.now), application, stack, attempts, poll_interval: POLL_INTERVAL }
}

/// As much of it as the memory of one invocation keeps: many more looks are taken than planned on.
pub(super) fn glimpse(goal: &Goal, world: &World) -> Option<Application> {
    let looks = looks(goal, world);
    world.status.map(|status| Application {
        name: String::new(),
        arn: String::new(),
        status,
        version: 3,
        version_created: Timestamp(0),
        rolled_back_to: None,
        runtime: String::new(),
        created: Timestamp(0),
        snapshots_enabled: true,
        token: None,
        tags: BTreeMap::new(),
        groups: Vec::new(),
        running_with: None,
        has_older_operations: false,
        snapshot_mode: SnapshotMode::Legacy,
        log_group: None,
        operations: if looks.operations { operations(world) } else { Operations::Unreadable },
        snapshots: Vec::new(),
    })
}

fn tags(goal: &Goal, marker: Marker) -> BTreeMap<String, String> {
    if let Goal::Swept(_) = goal {
        return BTreeMap::from([
            (UNSTICK.to_owned(), "enabled".to_owned()),
            (SNAPSHOT_HOURS.to_owned(), "6".to_owned()),
        ]);
    }
    let value = match marker {
        Marker::None => return BTreeMap::new(),
        Marker::Ours => EVENT.to_owned(),
        Marker::Older => "e0".to_owned(),
        Marker::AwaitingFix => format!("awaiting-fix/{EVENT}"),
    };
    BTreeMap::from([(MARKER.to_owned(), value)])
}

fn operations(world: &World) -> Operations {
    if !world.readable {
        return Operations::Unreadable;
    }
    let shown = world.operations.iter().flatten().map(|operation| crate::flink::Operation {
        id: String::new(),
        is_new: false,
        kind: match operation.kind {
            Kind::Start => "StartApplication",
            Kind::Update => "UpdateApplication",
            Kind::Stop => "StopApplication",
            Kind::Snapshot => "CreateApplicationSnapshot",
        }
        .into(),
        status: operation.status,
        started: Timestamp(operation.started),
        ended: None,
        error: None,
    });
    Operations::Listed(shown.collect())
}

fn snapshots(goal: &Goal, world: &World) -> Vec<Snapshot> {
    let snapshot = |name: &str, status, minutes: i64, version, runtime: &str| Snapshot {
        name: name.into(),
        status,
        version,
        created: Timestamp(REQUEST - minutes * MINUTE),
        runtime: Some(runtime.into()),
    };
    let ready = SnapshotStatus::Ready;
    let mut all = match world.kept {
        KeptState::None => Vec::new(),
        KeptState::Young => vec![snapshot("young", ready, 60, 3, "FLINK-1_20")],
        KeptState::Old => vec![snapshot("old", ready, 30 * 60, 3, "FLINK-1_20")],
        KeptState::Failed => vec![snapshot("failed", SnapshotStatus::Failed, 60, 3, "FLINK-1_20")],
        KeptState::Creating => vec![snapshot("creating", SnapshotStatus::Creating, 0, 3, "FLINK-1_20")],
        KeptState::NewestIncompatible => {
            vec![snapshot("new", ready, 60, 3, "FLINK-2_2"), snapshot("older", ready, 90, 3, "FLINK-1_19")]
        }
        KeptState::Incompatible => vec![snapshot("new", ready, 60, 3, "FLINK-2_2")],
        KeptState::TwoVersions => {
            vec![snapshot("new", ready, 60, 2, "FLINK-1_20"), snapshot("own", ready, 90, 3, "FLINK-1_20")]
        }
    };
    if let Some(status) = world.proof {
        let name = if let Goal::Swept(goal) = goal { &goal.snapshot } else { PROOF };
        all.push(snapshot(name, status, -1, 3, "FLINK-1_20"));
    }
    for index in (0..3).filter(|index| world.own & (1 << index) != 0) {
        all.push(snapshot(&old(index), ready, (40 + i64::from(index)) * 60, 3, "FLINK-1_20"));
    }
    all
}
