//! How an incident stands when nothing more can be done now.

use super::super::super::refusal::Refusal;
use crate::lifecycle::goal::choices::GuardOutcome;
use crate::lifecycle::rules::replay::Replay;
use crate::time::Timestamp;

/// How a stack, or one of its applications, stands when nothing more can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The stack has not opted in.
    NotOurs,
    /// The stack's status asks for nothing.
    NothingStuck,
    /// The stack rests, and no application of it was left stopped.
    NothingToStart,
    /// An update failed with rollback disabled.
    UpdateFailed {
        /// The applications that would be proven again, and stopped if that fails; empty when something else failed
        /// too.
        would_prove: Vec<String>,
    },
    /// An update failed with rollback disabled, and the application was proven again.
    ProvenAgain {
        /// The name of the application concerned.
        application: String,
        /// How the guard's goal ended for it.
        outcome: GuardOutcome,
    },
    /// The rollback is continued again, but not before this time.
    Waits {
        /// Until when the rollback is left alone.
        until: Timestamp,
    },
    /// Dry run: these applications would be stopped, and the rollback continued.
    WouldUnstick {
        /// The applications, each with what its stop would cost.
        stops: Vec<WouldStop>,
    },
    /// Dry run: this application would be started.
    WouldStart {
        /// The name of the application concerned.
        application: String,
    },
    /// A person has to get the stack out.
    StackRefused {
        /// Why these handlers cannot go on.
        refusal: Refusal,
        /// The applications that a person would stop first.
        to_stop: Vec<String>,
    },
    /// A person has to look after the application.
    StartRefused {
        /// The name of the application concerned.
        application: String,
        /// Why these handlers cannot go on.
        refusal: Refusal,
        /// Whether starting it by hand is what remains to be done.
        by_hand: bool,
    },
    /// The service accepted ContinueUpdateRollback, and the rollback goes on.
    Continued {
        /// Which attempt that was, from 1.
        attempt: u32,
    },
    /// Another delivery, or a person, continued the rollback.
    ContinuedByAnother,
    /// The application runs again, proven.
    Recovered {
        /// The name of the application concerned.
        application: String,
    },
    /// The application failed again and is stopped until a fix is deployed.
    AwaitingFix {
        /// The name of the application concerned.
        application: String,
        /// What it fails on, in the service's own words; empty when the service gives none.
        error: String,
    },
    /// The application is READY, and a person stopped it, or no one: it is left so.
    LeftStopped {
        /// The name of the application concerned.
        application: String,
    },
    /// The application was deleted since it was stopped.
    Gone {
        /// The name of the application concerned.
        application: String,
    },
    /// A deployment began meanwhile and starts the application.
    LeftToDeployment {
        /// The name of the application concerned.
        application: String,
    },
}

/// What a dry run says of one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldStop {
    /// The name of the application concerned.
    pub application: String,
    /// What a force-stop would cost, or forbid; none when it is not there to be stopped.
    pub replay: Option<Replay>,
}
