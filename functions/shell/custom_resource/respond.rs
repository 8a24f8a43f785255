//! Composes replies: the first cause in the service's own words, what was seen last, what to do next, where the log is.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use shared::contract::{CustomResource, Unreadable};
use shared::custom_resource::verdict::{Direction, Trouble, verdict};
use shared::custom_resource::{Reply, ReplyStatus, Request, RequestType};
use shared::lifecycle::Refusal;
use shared::stack::StackStatus;
use tracing::{error, warn};

use crate::metrics;
use crate::reconcile::CallHistory;

/// What is reported about one request.
pub(crate) struct Responder<'a> {
    request: &'a Request,
    kind: &'static str,
    /// The stack's applications, as soon as they are known: logical ID and name.
    applications: RefCell<Vec<(String, String)>>,
    /// Where this invocation's log is.
    log: &'a str,
    /// Where the stack goes, as soon as that is known.
    direction: Cell<Direction>,
    /// The contract's attributes, as far as they are known: every SUCCESS carries them.
    attributes: RefCell<BTreeMap<String, String>>,
}

impl<'a> Responder<'a> {
    pub(crate) fn new<R: CustomResource>(request: &'a Request, log: &'a str) -> Self {
        Self {
            request,
            kind: R::KIND,
            applications: RefCell::default(),
            log,
            direction: Cell::new(Direction::Unknown),
            attributes: RefCell::new(R::unknown_attributes()),
        }
    }

    /// The identity in every answer to this request.
    pub(crate) fn physical_id(&self) -> String {
        self.request.physical_id(self.kind, &self.applications.borrow())
    }

    /// From now on the stack's applications are known.
    pub(crate) fn applications_are(&self, applications: &[(String, String)]) {
        applications.clone_into(&mut self.applications.borrow_mut());
    }

    /// From now on the stack's status is known.
    pub(crate) fn stack_is(&self, status: StackStatus) {
        self.goes_back(status.is_rolling_back());
    }

    /// From now on it is known in which direction the stack goes.
    pub(crate) fn goes_back(&self, goes_back: bool) {
        self.direction.set(if goes_back { Direction::Back } else { Direction::Forward });
    }

    /// From now on these attributes are known.
    pub(crate) fn attributes_are(&self, attributes: BTreeMap<String, String>) {
        self.attributes.borrow_mut().extend(attributes);
    }

    /// The SUCCESS for a goal that was reached, with its attributes and the calls that were made.
    pub(crate) fn reached(&self, text: &str, attributes: BTreeMap<String, String>, trail: &CallHistory) -> Reply {
        self.reply(ReplyStatus::Success, text.to_owned(), false, attributes, trail)
    }

    /// The goal is reached, and something went wrong on the way: people hear of that in Data, in the log and as a
    /// metric with an alarm.
    pub(crate) fn reached_with_trouble(
        &self,
        text: &str,
        attributes: BTreeMap<String, String>,
        trail: &CallHistory,
    ) -> Reply {
        warn!(trouble = text, "answered SUCCESS with trouble");
        metrics::trouble();
        self.reply(ReplyStatus::Success, text.to_owned(), true, attributes, trail)
    }

    /// A property cannot be read.
    pub(crate) fn unreadable(&self, unreadable: &Unreadable) -> Reply {
        let text = format!("A property cannot be read: {unreadable}. Fix the template, then deploy again.");
        self.trouble(&text, Trouble::Obstacle, BTreeMap::new(), &CallHistory::default())
    }

    /// CloudFormation does not wait for the request: nothing is done. A Delete that was answered before succeeds.
    pub(crate) fn not_awaited(&self, refusal: &Refusal) -> Reply {
        let text = format!("{refusal} {}", refusal.remedy());
        match self.request.request_type {
            RequestType::Delete => {
                warn!(reason = text, "nothing was done");
                self.reached(&text, BTreeMap::new(), &CallHistory::default())
            }
            RequestType::Create | RequestType::Update | RequestType::Unknown(_) => {
                self.trouble(&text, Trouble::NotAwaited, BTreeMap::new(), &CallHistory::default())
            }
        }
    }

    /// The goal cannot be reached.
    pub(crate) fn refused(
        &self,
        refusal: &Refusal,
        attributes: BTreeMap<String, String>,
        trail: &CallHistory,
    ) -> Reply {
        let last = trail.last.as_ref().and_then(|last| last.application.as_ref());
        let last =
            last.map_or_else(String::new, |seen| format!(" Last seen: {}, version {}.", seen.status, seen.version));
        let said = refusal.to_string();
        let stop = if said.ends_with('.') { "" } else { "." };
        let text = format!("{said}{stop} {}{last}", refusal.remedy());
        self.trouble(&text, Trouble::Obstacle, attributes, trail)
    }

    /// There is no time left, here and in any invocation after this.
    pub(crate) fn late(&self, because: &str, trail: &CallHistory) -> Reply {
        if self.direction.get() == Direction::Unknown {
            self.direction.set(Direction::Unanswered);
        }
        let text =
            format!("No time is left: {because}. The application may still get there; look at it, then deploy again.");
        self.trouble(&text, Trouble::Obstacle, BTreeMap::new(), trail)
    }

    /// What must not happen: a panic, an initialisation that failed.
    pub(crate) fn broken(&self, what: &str) -> Reply {
        self.trouble(what, Trouble::Obstacle, BTreeMap::new(), &CallHistory::default())
    }

    /// Something stands in the way: a SUCCESS that is one nevertheless says so in Data, in the log and as a metric with
    /// an alarm.
    fn trouble(
        &self,
        text: &str,
        trouble: Trouble,
        attributes: BTreeMap<String, String>,
        trail: &CallHistory,
    ) -> Reply {
        let verdict = verdict(&self.request.request_type, self.direction.get(), trouble);
        match verdict {
            ReplyStatus::Success => {
                warn!(trouble = text, "answered SUCCESS nevertheless");
                metrics::trouble();
            }
            ReplyStatus::Failed => error!(reason = text, "answered FAILED"),
        }
        let reason = format!("{text} {}", self.log);
        self.reply(verdict, reason, verdict == ReplyStatus::Success, attributes, trail)
    }

    fn reply(
        &self,
        verdict: ReplyStatus,
        reason: String,
        trouble: bool,
        attributes: BTreeMap<String, String>,
        trail: &CallHistory,
    ) -> Reply {
        let mut known = self.attributes.borrow().clone();
        known.extend(attributes);
        Reply {
            verdict,
            reason,
            physical_resource_id: self.physical_id(),
            attributes: known,
            timeline: trail.timeline.clone(),
            trouble,
        }
    }
}
