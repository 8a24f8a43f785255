//! A change of an application's configuration: guarded by a version or a token, and a job that runs is launched again.

use super::snapshots::{self, SnapshotStatus};
use super::start;
use crate::api::{ApiError, ApiResult};
use crate::flink::Application;
use crate::flink::application::{Launched, Purpose};
use crate::flink::catalogue::{self, INVALID_ARGUMENT};
use crate::flink::configuration::Configuration;
use crate::flink::job::backend::Then;
use crate::flink::model::RunConfiguration;
use crate::flink::other_kinds::{self, Kind};
use crate::flink::status::{Left, Status};
use crate::modes::RunConfigurationWhenReady;
use crate::{Settings, State};

/// The conditional part of a change: a version or a token, the token preferred.
pub(in crate::flink) struct Guard {
    pub(in crate::flink) version: Option<u64>,
    pub(in crate::flink) token: Option<String>,
}

/// Changes the configuration under its guard; a job that runs is snapshotted and launched again. The operation's ID.
pub(in crate::flink) fn begin(
    state: &mut State,
    settings: &Settings,
    name: &str,
    (operation, guard): (&str, &Guard),
    run_update: Option<RunConfiguration>,
    change: impl FnOnce(&State, &mut Configuration, u64) -> ApiResult<()>,
) -> ApiResult<String> {
    crate::flink::with(state, name, |application, state| {
        let running = match application.status {
            Status::Ready => false,
            Status::Running => true,
            busy @ (Status::Deleting
            | Status::Starting
            | Status::Stopping
            | Status::Updating
            | Status::Autoscaling
            | Status::ForceStopping
            | Status::RollingBack
            | Status::Maintenance
            | Status::RolledBack) => return Err(catalogue::in_use("updated", busy)),
        };
        check_guard(application, guard)?;
        let mut changed = application.configuration.clone();
        change(state, &mut changed, application.version + 1)?;
        if !running && run_update.is_some() {
            match settings.modes.run_configuration_when_ready {
                RunConfigurationWhenReady::Ignored => {}
                RunConfigurationWhenReady::Refused => {
                    let message = "RunConfigurationUpdate is only supported for an application in RUNNING state";
                    return Err(ApiError::new(INVALID_ARGUMENT, message));
                }
            }
        }
        let kind = application.configuration.kind();
        other_kinds::check_run(kind, run_update.as_ref())?;
        // G.18: what the update omits goes back to its default.
        let run = start::run(run_update)?;
        let mut taken = None;
        if running {
            start::restore(application, &run)?;
            // G.15: an update that switches snapshots off needs none.
            if application.configuration.snapshots_enabled && changed.snapshots_enabled {
                snapshots::may_take_another(settings, application)?;
                let saved = application.save(&state.flink.backend, Then::IsCancelled);
                let saved = saved.map_err(|_| catalogue::snapshot_failure(name))?;
                snapshots::by_service(application, "UPDATEAPPLICATION", SnapshotStatus::Ready, saved);
                taken = application.snapshots.last().map(|snapshot| snapshot.name.clone());
            }
        }
        let versions = (application.version, application.version + 1);
        application.bump(state.ids.hex(32));
        application.configuration = changed;
        let id = application.begin(state.ids.hex(12), operation, Some(versions));
        let purpose = if running {
            let from = start::restore(application, &run)?;
            // The restart waits for its own snapshot, which shows CREATING until then.
            for snapshot in application.snapshots.iter_mut().filter(|one| Some(&one.name) == taken.as_ref()) {
                snapshot.status = SnapshotStatus::Creating;
            }
            application.run = Some(run).filter(|_| kind == Kind::Flink);
            application.job = None;
            Purpose::Launch { from, after: Launched::Update }
        } else {
            Purpose::Rest
        };
        application.enter(state, Status::Updating, purpose, Some(id.clone()));
        if let (false, Some(hold), Some(transit)) = (running, state.flink.ready_update_hold, &mut application.transit) {
            transit.left = Left::of(hold);
        }
        Ok(id)
    })
}

/// G.12. Sending neither is refused: what AWS does is open question 7.
fn check_guard(application: &Application, guard: &Guard) -> ApiResult<()> {
    if guard.version.is_none() && guard.token.is_none() {
        let message = "CurrentApplicationVersionId or ConditionalToken is required";
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    let stale_version = guard.version.is_some_and(|version| version != application.version);
    let stale_token = guard.token.as_ref().is_some_and(|token| *token != application.token);
    if stale_version || stale_token { Err(catalogue::stale()) } else { Ok(()) }
}
