//! What must be seen, in order: the demo's promise, and its exit code.

use std::fmt;

/// Declares the steps with the sentence of each, so that no step can be forgotten in [`Step::ALL`].
macro_rules! steps {
    ($($name:ident: $what:literal,)*) => {
        /// Something that must be seen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Step { $($name),* }

        impl Step {
            /// All of them, in order.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];
        }

        impl fmt::Display for Step {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self { $(Self::$name => $what),* })
            }
        }
    };
}

steps! {
    HandlersDeployed: "the access stack, four functions and the handlers stack are deployed",
    NamesInjected: "the application knows its stream and its table by the stack's own names",
    Started: "flink-auto-start started the application, and no other caller did",
    Created: "CREATE_COMPLETE: RUNNING, and a snapshot proves it",
    Flows: "records flow from the stream into the table",
    LoopsOnPermission: "(a) without its permission the job loops, and its application still says RUNNING",
    WedgedByPermission: "(a) a deployment and its rollback fail: UPDATE_ROLLBACK_FAILED",
    Invoked: "(a) EventBridge brings the event to flink-rollback-unsticker",
    GracefulRefused: "(a) a graceful stop is tried first, and refused",
    Forced: "(a) then the application is stopped by force",
    Continued: "(a) the rollback is continued: UPDATE_ROLLBACK_COMPLETE",
    RunsAgain: "(a) RUNNING again, from the snapshot that was taken before the incident",
    Recovered: "(a) the report says Recovered",
    LoopsOnRecord: "(b) a bad record makes the job loop",
    WedgedByRecord: "(b) a deployment and its rollback fail: UPDATE_ROLLBACK_FAILED",
    CuredAlike: "(b) stopped by force, continued: UPDATE_ROLLBACK_COMPLETE",
    FailsAgain: "(b) the old code is started, reads the bad record and loops again",
    AwaitsFix: "(b) it is stopped on purpose; the report says StoppedAwaitingFix",
    FixDeployed: "(b) the fixed jar deploys straight through, and runs",
    NothingLost: "(b) every record of the stream is a row of the table, the bad one too",
    Pictured: "(b) README's picture of the incident is what happened",
    GuardAdded: "(c) the guard comes with a deployment: a snapshot proves the job, it is updated in place, never stopped",
    LoopsOnAnother: "(c) another bad record makes the job loop",
    GuardForces: "(c) before anything is updated, the guard's proof fails, and it stops the job by force",
    StraightThrough: "(c) the fixed jar deploys straight through: nothing fails, nothing is to be unstuck",
    NothingLostAgain: "(c) every record of the stream is a row of the table, both bad ones too",
}

/// A step that was not seen.
#[derive(Debug)]
pub(crate) struct Missed {
    pub(crate) step: Step,
    pub(crate) why: String,
}
