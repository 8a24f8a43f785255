//! The one world all services share: one lock, one clock, one signal that something changed.

pub mod clock;
pub mod durations;
pub mod faults;
pub mod modes;
pub mod rates;
pub(crate) mod record;
pub(crate) mod stamp;
mod start;
pub mod virtual_time;
mod wait;

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::alarms::Alarms;
use crate::api::Recorded;
use crate::cloudformation::{CloudFormation, StepDurations};
use crate::dynamodb::DynamoDb;
use crate::events::Events;
use crate::faults::Faults;
use crate::flink::Flink;
use crate::iam::Iam;
use crate::kinesis::Kinesis;
use crate::kms::Keys;
use crate::lambda::Lambda;
use crate::logs::Logs;
use crate::queues::Queues;
use crate::rates::Rates;
use crate::s3::S3;
use crate::ssm::Ssm;

pub use modes::Modes;
pub use start::{LocalAws, Options};
pub use wait::PATIENCE;

/// Fixed for the life of a world.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Twelve digits.
    pub account: String,
    /// `eu-west-1` by default.
    pub region: String,
    /// Where the world listens, `http://127.0.0.1:<port>`.
    pub endpoint: String,
    /// How long the CloudFormation engine rests between two looks. Milliseconds in scenarios, visible in the demo.
    pub pace: Duration,
    /// How long CloudFormation's own steps take; nothing in scenarios.
    pub steps: StepDurations,
    /// Where AWS itself is not known for certain.
    pub modes: Modes,
}

impl Settings {
    /// A world for scenarios: account 111122223333, eu-west-1, the worse modes.
    #[must_use]
    pub fn at(endpoint: impl Into<String>) -> Self {
        Self {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: endpoint.into(),
            pace: Duration::from_millis(5),
            steps: StepDurations::default(),
            modes: Modes::default(),
        }
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`.
    #[must_use]
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }
}

/// Everything that changes, behind one lock: no two services can deadlock, and a scenario sees one consistent moment.
#[derive(Debug, Default)]
pub struct State {
    /// Every API call in order of arrival.
    pub journal: Vec<Recorded>,
    /// Trouble that waits for its calls.
    pub faults: Faults,
    /// How many calls the functions may make.
    pub rates: Rates,
    /// Roles, policies and the credentials handed out.
    pub iam: Iam,
    /// The applications and their jobs.
    pub flink: Flink,
    /// Customers' keys.
    pub keys: Keys,
    /// CloudWatch's alarms.
    pub alarms: Alarms,
    /// Buckets and objects.
    pub s3: S3,
    /// Parameter Store.
    pub ssm: Ssm,
    /// Streams and records.
    pub kinesis: Kinesis,
    /// Tables and items.
    pub dynamodb: DynamoDb,
    /// Topics and queues.
    pub queues: Queues,
    /// Log groups and streams.
    pub logs: Logs,
    /// What this world was asked and does not know, for the person who serves it.
    pub unknown: Vec<String>,
    /// How many identifiers were made.
    pub ids: Ids,
    /// CloudFormation.
    pub cloudformation: CloudFormation,
    /// Lambda.
    pub lambda: Lambda,
    /// EventBridge.
    pub events: Events,
}

/// Identifiers in order: the same scenario gets the same ones.
#[derive(Debug, Default)]
pub struct Ids(u64);

impl Ids {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    /// `length` hexadecimal digits that look random, at most 64.
    pub fn hex(&mut self, length: usize) -> String {
        let mut digits = hex(&Sha256::digest(self.number().to_le_bytes()));
        digits.truncate(length);
        digits
    }

    /// In the form of a UUID.
    pub fn uuid(&mut self) -> String {
        let digits = self.hex(32);
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

/// A running local AWS as its services see it.
#[derive(Debug)]
pub struct World {
    /// Fixed for the life of the world.
    pub settings: Settings,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl World {
    /// An empty account.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// The state, to look at or to change; each waiter in [`World::until`] looks again when it is let go.
    ///
    /// A panic of another holder is no reason to panic here too: an assertion that fails while it holds the state must
    /// fail its own scenario alone, and a panic while that one unwinds would abort the whole run. Whether a holder
    /// panicked: [`World::is_broken`].
    pub fn state(&self) -> Locked<'_> {
        Locked { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), changed: &self.changed }
    }

    /// Whether a panic left the state half changed: of a service, which is a bug of the local AWS, or of a scenario's
    /// assertion.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.state.is_poisoned()
    }
}

/// The state while it is held. Releasing it makes every waiter look again.
#[derive(Debug)]
pub struct Locked<'a> {
    state: MutexGuard<'a, State>,
    changed: &'a watch::Sender<u64>,
}

impl Deref for Locked<'_> {
    type Target = State;
    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Before the lock is released, but a waiter can only look once it is: no change is missed.
        self.changed.send_modify(|changes| *changes += 1);
    }
}
