//! One sample of every refusal, and what is promised of each.

use std::collections::BTreeSet;

use super::super::action::Action;
use super::Refusal;

impl Refusal {
    /// The sample after `last`. Exhaustive: a new refusal does not compile without its place here.
    fn sample_after(last: Option<&Self>) -> Option<Self> {
        let text = || "what AWS said".to_owned();
        Some(match last {
            None => Self::ApplicationMissing { application: "app".into() },
            Some(Self::ApplicationMissing { .. }) => Self::NotOwned { application: "app".into() },
            Some(Self::NotOwned { .. }) => {
                Self::NotServed { application: "app".into(), resource: "Custom::FlinkAutoStart", runtime: text() }
            }
            Some(Self::NotServed { .. }) => Self::EnhancedSnapshots { application: "app".into() },
            Some(Self::EnhancedSnapshots { .. }) => Self::BeingDeleted { application: "app".into() },
            Some(Self::BeingDeleted { .. }) => Self::RolledBack { application: "app".into() },
            Some(Self::RolledBack { .. }) => Self::UnknownStatus { word: text() },
            Some(Self::UnknownStatus { .. }) => {
                Self::StartFailed { application: "app".into(), error: text(), tried: text() }
            }
            Some(Self::StartFailed { .. }) => Self::NothingToRestore { application: "app".into(), tried: text() },
            Some(Self::NothingToRestore { .. }) => Self::UpdateRolledBack { application: "app".into(), error: text() },
            Some(Self::UpdateRolledBack { .. }) => Self::Renamed { from: text(), to: text() },
            Some(Self::Renamed { .. }) => Self::StoppedAfterStart { application: "app".into(), seen: text() },
            Some(Self::StoppedAfterStart { .. }) => {
                Self::StartedByAnother { application: "app".into(), restored: text(), snapshot: text() }
            }
            Some(Self::StartedByAnother { .. }) => Self::Unhealthy { application: "app".into(), error: text() },
            Some(Self::Unhealthy { .. }) => Self::SnapshotFailed { application: "app".into(), error: text() },
            Some(Self::SnapshotFailed { .. }) => Self::UpdateFailed { application: "app".into(), error: text() },
            Some(Self::UpdateFailed { .. }) => Self::PropertyConflict { keys: vec!["Group/key".into()] },
            Some(Self::PropertyConflict { .. }) => Self::TooManyConflicts { error: text() },
            Some(Self::TooManyConflicts { .. }) => Self::Unanswered { action: Action::StartApplication, error: text() },
            Some(Self::Unanswered { .. }) => Self::ReplayForbidden { application: "app".into(), why: text() },
            Some(Self::ReplayForbidden { .. }) => Self::WouldNotStop { application: "app".into(), error: text() },
            Some(Self::WouldNotStop { .. }) => Self::NotSettled { application: "app".into(), error: text() },
            Some(Self::NotSettled { .. }) => Self::TooManyAttempts { attempts: 3 },
            Some(Self::TooManyAttempts { .. }) => Self::NoServiceRole,
            Some(Self::NoServiceRole) => Self::OtherBlocker { resource: text(), reason: text() },
            Some(Self::OtherBlocker { .. }) => Self::NotTagged { application: "app".into() },
            Some(Self::NotTagged { .. }) => Self::StackNotTagged { application: "app".into() },
            Some(Self::StackNotTagged { .. }) => {
                Self::TagUnreadable { application: "app".into(), key: "flink-snapshot-hours", value: text() }
            }
            Some(Self::TagUnreadable { .. }) => Self::Superseded,
            Some(Self::Superseded) => Self::NotAwaited { resource: "Start".into(), found: text() },
            Some(Self::NotAwaited { .. }) => Self::Denied { action: Action::StartApplication, error: text() },
            Some(Self::Denied { .. }) => Self::Rejected { action: Action::StartApplication, error: text() },
            Some(Self::Rejected { .. }) => return None,
        })
    }

    /// One refusal of each kind, with names that a test can look for.
    pub(super) fn samples() -> Vec<Self> {
        let mut samples: Vec<Self> = Vec::new();
        while let Some(next) = Self::sample_after(samples.last()) {
            samples.push(next);
        }
        samples
    }
}

#[test]
fn every_refusal_says_what_happened_what_was_seen_and_what_to_do() {
    let samples = Refusal::samples();
    let titles: BTreeSet<_> = samples.iter().map(Refusal::title).collect();
    assert_eq!(titles.len(), samples.len(), "two refusals share a title");
    for refusal in samples {
        assert!(refusal.to_string().starts_with(refusal.title()), "{refusal}");
        assert!(refusal.remedy().ends_with('.'), "{refusal}: {}", refusal.remedy());
    }
}
