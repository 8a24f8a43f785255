//! What a scenario may do to the control plane besides calling it: hold time, put statuses, age what exists.

use std::time::Duration;

use super::application::{Purpose, Transit};
use super::status::{Hold, Left, Status};
use super::{Application, Flink, settle};
use crate::{Settings, State};

impl Flink {
    /// From now on `status` of this application (`*`: of every one without a hold of its own) lasts so long. The
    /// application need not exist yet.
    pub fn hold(&mut self, application: &str, status: Status, hold: Hold) {
        self.holds.insert((application.to_owned(), status), hold);
    }

    /// How long snapshots of users stay CREATING.
    pub fn hold_snapshots(&mut self, hold: Hold) {
        self.snapshot_hold = hold;
    }

    /// How long UPDATING lasts where no job runs; as of one that runs by default.
    pub fn hold_updates_at_rest(&mut self, hold: Hold) {
        self.ready_update_hold = Some(hold);
    }

    /// The next launch of this application's job fails with this ErrorString.
    pub fn fail_next_start(&mut self, application: &str, error: &str) {
        self.start_failures.insert(application.to_owned(), error.to_owned());
    }

    pub(super) fn left(&self, application: &str, status: Status) -> Left {
        let of = |name: &str| self.holds.get(&(name.to_owned(), status));
        Left::of(of(application).or_else(|| of("*")).copied().unwrap_or_default())
    }
}

/// Ends the application's transient status now, whatever holds it.
pub fn release(state: &mut State, settings: &Settings, application: &str) {
    settle::settle(state, settings, application);
    super::pump(state);
}

/// Puts the application into a status that the service enters on its own: AUTOSCALING, MAINTENANCE, ROLLED_BACK, or any
/// other. A transient one returns to the status before it when its hold is over.
pub fn put_status(state: &mut State, application: &str, status: Status) {
    let left = state.flink.left(application, status);
    let Some(application) = state.flink.applications.get_mut(application) else { return };
    let before = application.status;
    application.status = status;
    application.transit = match status {
        Status::Ready | Status::Running | Status::RolledBack => None,
        Status::Stopping | Status::ForceStopping => Some(Purpose::Rest),
        Status::Deleting => Some(Purpose::Vanish),
        Status::Starting | Status::Updating | Status::Autoscaling | Status::RollingBack | Status::Maintenance => {
            Some(Purpose::Return(before))
        }
    }
    .map(|purpose| Transit { purpose, left, operation: None });
    if status == Status::Ready {
        application.rest();
    }
}

/// Moves the application's snapshots into the past.
pub fn age_snapshots(state: &mut State, application: &str, by: Duration) {
    change(state, application, |application| {
        for snapshot in &mut application.snapshots {
            snapshot.created -= by.as_secs_f64();
        }
    });
}

/// Moves the application's creation and its operations into the past; its snapshots stay.
pub fn age_application(state: &mut State, application: &str, by: Duration) {
    let by = by.as_secs_f64();
    change(state, application, |application| {
        application.created -= by;
        application.updated -= by;
        for operation in &mut application.operations {
            operation.started -= by;
            if let Some(end) = &mut operation.end {
                end.at -= by;
            }
        }
    });
}

/// CloudFormation, or a person, takes the tags away.
pub fn erase_tags(state: &mut State, application: &str) {
    change(state, application, |application| application.tags.clear());
}

fn change(state: &mut State, application: &str, act: impl FnOnce(&mut Application)) {
    if let Some(application) = state.flink.applications.get_mut(application) {
        act(application);
    }
}
