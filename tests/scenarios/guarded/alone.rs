//! A deployment that changes the guard and not the application.

use super::*;

/// A change of the guard's own properties stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_guard_alone_stops_nothing() {
    let deployment = running().await;
    let fails = [("OnSnapshotFailure", "Fail")];
    assert_eq!(update(&deployment, "1", &["poison"], &fails).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(answers(&deployment, "UpdateGuard").len(), 2, "it was asked");
    assert!(mutations(&deployment, GUARD).is_empty(), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(taken_starts(&deployment), 1);
}
