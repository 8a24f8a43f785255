//! Which mode of the guard holds for a deployment, and why; and what the application's own properties must say beside
//! ours.

use serde_json::Value as Json;

use super::{Seen, keys};
use crate::contract::{AutoStart, RunConfiguration, UpdateGuard};
use crate::flink::{ApplicationStatus, Restore};
use crate::stack::APPLICATION;

/// Why the guard stops the job before this deployment's updates; `None` when it leaves it running.
pub(super) fn stops_because(seen: &Seen) -> Option<String> {
    if seen.guard("Mode") == Some("Stop") {
        return Some("Mode is Stop".to_owned());
    }
    let read = |before: bool| {
        let run = seen.properties(UpdateGuard::<String>::TYPE, before)?.get("RunConfiguration")?;
        serde_json::from_value::<RunConfiguration>(run.clone()).ok()
    };
    let after = read(false)?;
    let (restore, allow_non_restored_state) = after.restore().ok()?;
    let restored = |run: &RunConfiguration| run.application_restore_configuration.clone();
    let is_new = read(true).as_ref().and_then(restored) != restored(&after);
    match restore {
        Restore::Skip if is_new => Some("SKIP_RESTORE_FROM_SNAPSHOT is new in this deployment".to_owned()),
        Restore::Custom(name) if is_new => Some(format!("snapshot {name} is named anew in this deployment")),
        Restore::Skip | Restore::Custom(_) | Restore::Latest => {
            allow_non_restored_state.then(|| "AllowNonRestoredState is true".to_owned())
        }
    }
}

/// What the application's own RunConfiguration restores where CloudFormation updates it while RUNNING.
pub(super) fn restored_by_the_update(seen: &Seen) -> Option<Restore> {
    let is_running = seen.application().is_some_and(|one| one.status == ApplicationStatus::Running);
    let is_stopped = seen.is_called(UpdateGuard::<String>::TYPE) && stops_because(seen).is_some();
    let own = seen.properties(APPLICATION, false)?.get("RunConfiguration")?;
    let own = serde_json::from_value::<RunConfiguration>(own.clone()).ok()?;
    let (restore, _) = own.restore().ok()?;
    (is_running && !is_stopped && seen.is_called(APPLICATION)).then_some(restore)
}

/// What the application's own RunConfiguration says otherwise than auto-start's.
pub(super) fn run_configurations(seen: &Seen) -> Option<String> {
    let of = |kind: &str| Some(seen.properties(kind, false)?.get("RunConfiguration").cloned());
    let run = |json: Option<Json>| json.and_then(|json| serde_json::from_value::<RunConfiguration>(json).ok());
    let meaning = |json: Option<Json>| run(json).map_or(Ok((Restore::Latest, false)), |run| run.restore());
    let own = of(APPLICATION)??;
    let ours = of(AutoStart::<String>::TYPE)?;
    (meaning(Some(own)) != meaning(ours)).then(|| {
        "CloudFormation's RunConfiguration counts when the application is updated while RUNNING, \
         Custom::FlinkAutoStart's when it is started: give both the same"
            .to_owned()
    })
}

/// The keys that an update of the running job would wipe, since the application's own EnvironmentProperties lack them.
pub(super) fn wiped(seen: &Seen) -> Vec<String> {
    if stops_because(seen).is_some() {
        return Vec::new();
    }
    keys::injected_only(seen)
}
