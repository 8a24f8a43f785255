//! What each function may call: what it looks at, and the calls its goals can ask for. The template writes it as
//! policies.

use std::collections::BTreeSet;

use super::functions::Function;
use crate::lifecycle::{Action, Reads};

/// The actions a function's role allows, no more and no fewer.
#[must_use]
pub fn permissions(function: Function) -> BTreeSet<Action> {
    let calls: &[Action] = match function {
        Function::AutoStart => &[
            Action::StartApplication,
            Action::StopApplication,
            Action::CreateSystemSnapshot,
            Action::CreateApplicationSnapshot,
            Action::DeleteApplicationSnapshot,
            Action::UntagResource,
        ],
        Function::PropertyGroups => &[Action::UpdateApplication, Action::CreateSystemSnapshot],
        Function::UpdateGuard => &[
            Action::StopApplication,
            Action::CreateSystemSnapshot,
            Action::CreateApplicationSnapshot,
            Action::DeleteApplicationSnapshot,
            Action::TagResource,
            Action::UntagResource,
        ],
        Function::RollbackUnsticker => &[
            Action::StartApplication,
            Action::StopApplication,
            Action::CreateSystemSnapshot,
            Action::CreateApplicationSnapshot,
            Action::DeleteApplicationSnapshot,
            Action::TagResource,
            Action::UntagResource,
            Action::ContinueUpdateRollback,
            Action::ListApplications,
            Action::ListStacks,
        ],
    };
    let looks = match function {
        Function::PropertyGroups => Reads::PROPERTIES,
        Function::AutoStart | Function::UpdateGuard | Function::RollbackUnsticker => Reads::ALL,
    };
    looks.actions().chain(Action::LOOK_AT_STACK).chain(calls.iter().copied()).collect()
}
