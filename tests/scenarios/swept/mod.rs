//! The sweep, every 15 minutes: what lost events left is finished, and a young snapshot is kept.

mod forbidden;
mod left;
mod many;
mod markers;
mod pruned;
mod snapshots;
mod spared;

use std::time::Duration;

use local_aws::events;
use local_aws::flink;
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use crate::stage::{idle, mutations, person, reports};

const UNSTICKER: &str = "flink-rollback-unsticker";
const MARKER: &str = "flink-unstick-restart";

/// The schedule fires; until it and what it invoked are done. What the sweep itself reported.
async fn sweep(deployment: &Deployment) -> Value {
    events::fire_schedules(deployment.world());
    idle(deployment).await;
    let state = deployment.world().state();
    let swept = state.lambda.invocations.iter().rev().find(|one| one.payload == json!({"Sweep": true}));
    swept.expect("the schedule is enabled").result.clone()
}

/// The reports of sweeps that reached people.
fn message(deployment: &Deployment) -> Vec<Value> {
    reports(deployment).into_iter().filter(|report| report["Outcome"] == "Swept").collect()
}

/// Everything the application remembers moves into the past.
fn age(deployment: &Deployment, hours: u64) {
    let (mut state, by) = (deployment.world().state(), Duration::from_hours(hours));
    flink::age_application(&mut state, NAME, by);
    flink::age_snapshots(&mut state, NAME, by);
}

/// A person takes a snapshot, and an hour goes by.
fn snapshot(deployment: &Deployment, name: &str) {
    {
        let mut state = deployment.world().state();
        person(deployment.world(), &mut state, "CreateApplicationSnapshot", json!({"SnapshotName": name}));
        for _ in 0..3 {
            person(deployment.world(), &mut state, "ListApplicationSnapshots", json!({}));
        }
    }
    age(deployment, 1);
}

/// The names of the application's snapshots, oldest first.
fn snapshots(deployment: &Deployment) -> Vec<String> {
    let application = crate::stage::application(deployment);
    application.snapshots.into_iter().map(|snapshot| snapshot.name).collect()
}

/// A tag of the application, as a person writes it.
fn tag(deployment: &Deployment, key: &str, value: &str) {
    let mut state = deployment.world().state();
    state.flink.applications.get_mut(NAME).unwrap().tags.insert(key.to_owned(), value.to_owned());
}

fn calls(deployment: &Deployment) -> Vec<String> {
    mutations(deployment, UNSTICKER)
}
