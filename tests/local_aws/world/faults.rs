//! Trouble on demand: the next calls of an action are refused, or their connection drops.
//!
//! It knows actions and callers, never what a call means.

use crate::api::{ApiError, Caller};
use crate::iam::wildcard;

/// What befalls a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this error and changes nothing.
    Refuse(ApiError),
    /// The connection drops before the service sees it.
    LoseRequest,
    /// The service acts, and the connection drops before its answer arrives.
    LoseReply,
    /// None: it passes as if nothing waited for it. For the calls before those that a scenario is about.
    Pass,
}

/// Faults that wait for their calls.
#[derive(Debug, Default)]
pub struct Faults {
    waiting: Vec<Waiting>,
    /// The operations of JSON protocols that act and are not answered, as on a line that is broken.
    pub held: Vec<String>,
}

#[derive(Debug)]
struct Waiting {
    action: String,
    caller: Option<Caller>,
    times: u32,
    fault: Fault,
}

/// What [`Faults::strike`] decided about one call.
#[derive(Debug)]
pub(crate) enum Strike {
    Nothing,
    Refuse(ApiError),
    LoseReply,
}

impl Faults {
    /// The next `times` calls of `action` (IAM form, `*` matches) by any caller meet `fault`.
    pub fn inject(&mut self, action: &str, times: u32, fault: Fault) {
        self.waiting.push(Waiting { action: action.to_owned(), caller: None, times, fault });
    }

    /// The same, for one caller only.
    pub fn inject_for(&mut self, caller: Caller, action: &str, times: u32, fault: Fault) {
        self.waiting.push(Waiting { action: action.to_owned(), caller: Some(caller), times, fault });
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn strike(&mut self, action: &str, caller: &Caller) -> Strike {
        let Some(found) = self.waiting.iter_mut().find(|waiting| {
            waiting.times > 0
                && wildcard(&waiting.action, action)
                && waiting.caller.as_ref().is_none_or(|only| only == caller)
        }) else {
            return Strike::Nothing;
        };
        found.times -= 1;
        let strike = match &found.fault {
            Fault::Refuse(error) => Strike::Refuse(error.clone()),
            Fault::LoseRequest => Strike::Refuse(ApiError::with_status(0, "RequestLost", "the connection was dropped")),
            Fault::LoseReply => Strike::LoseReply,
            Fault::Pass => Strike::Nothing,
        };
        self.waiting.retain(|waiting| waiting.times > 0);
        strike
    }
}
