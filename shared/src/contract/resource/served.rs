//! Which custom resource serves which kind of application.

use crate::contract::{AutoStart, PropertyGroups, UpdateGuard};
use crate::flink::ApplicationKind;

/// The custom resources whose handlers refuse an application of this kind, in the order in which CloudFormation calls
/// them. A guard that is called before there is an application refuses nothing.
#[must_use]
pub const fn refusing(kind: ApplicationKind) -> &'static [&'static str] {
    match kind {
        ApplicationKind::Flink => &[],
        ApplicationKind::Studio => &[PropertyGroups::<String>::TYPE],
        ApplicationKind::Sql => {
            &[UpdateGuard::<String>::TYPE, PropertyGroups::<String>::TYPE, AutoStart::<String>::TYPE]
        }
    }
}
