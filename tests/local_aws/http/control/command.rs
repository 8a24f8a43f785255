//! The commands, one JSON object each: `{"Fault": {"Action": "kinesisanalytics:*", "Fault": "LoseReply"}}`.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::current::Current;
use crate::api::{ApiError, Caller};
use crate::cloudformation::{ResponseFault, Status as Stack};
use crate::durations::Durations;
use crate::events::{self, EventFault};
use crate::flink::{self, FlinkClock, Hold, Status};
use crate::{Modes, Settings, World, faults};

/// What a test may do. An unknown command or member is refused with those that are known.
#[derive(Debug, Deserialize)]
#[serde(rename_all_fields = "PascalCase", deny_unknown_fields)]
pub(super) enum Command {
    /// The next calls of an action (IAM form, `*` matches) meet trouble, all callers' or one role's.
    Fault {
        action: String,
        #[serde(default = "once")]
        times: u32,
        role: Option<String>,
        fault: Fault,
    },
    /// No call meets trouble any more.
    ClearFaults {},
    /// A transient status of an application (`*`: of each) lasts so long from now on.
    Hold { application: String, status: String, lasts: Lasts },
    /// Snapshots of users stay CREATING so long from now on.
    HoldSnapshots { lasts: Lasts },
    /// An application's transient status ends now.
    Release { application: String },
    /// An application enters a status that the service enters on its own.
    Status { application: String, status: String },
    /// The next launch of an application's job fails with this text.
    FailNextStart { application: String, error: String },
    /// The job that runs restarts over and over for this reason, or is healthy again (null); until it is launched anew.
    Job { application: String, trouble: Option<String> },
    /// An application's snapshots, or else its creation and operations, were so many seconds earlier.
    Age {
        application: String,
        seconds: f64,
        #[serde(default)]
        snapshots: bool,
    },
    /// How applications that are created from now on show time.
    Clock { flink: FlinkClock },
    /// Each enabled scheduled rule fires once.
    FireSchedules {},
    /// The next event of a stack in this status meets trouble.
    StackEvent { status: String, fault: EventFault },
    /// Events that were held are delivered, newest first.
    ReleaseStackEvents {},
    /// CloudFormation's patience with this resource, in its request or the next, is over.
    Expire { logical_id: String },
    /// The next PUT to a ResponseURL is answered in another way.
    Response { answer: Response },
    /// A service takes so many calls a second from functions.
    Rate { service: String, per_second: f64 },
    /// An empty account, in which open questions about AWS are answered so, and things take so long (null: no time).
    World {
        #[serde(default = "Modes::worse")]
        modes: Modes,
        durations: Option<Durations>,
    },
}

/// What befalls a call.
#[derive(Debug, Deserialize)]
#[serde(rename_all_fields = "PascalCase", deny_unknown_fields)]
pub(super) enum Fault {
    Refuse {
        code: String,
        message: String,
        #[serde(default = "bad_request")]
        status: u16,
    },
    LoseRequest,
    LoseReply,
    Pass,
}

/// How long a status lasts.
#[derive(Debug, Deserialize)]
pub(super) enum Lasts {
    Looks(u32),
    Seconds(f64),
    UntilReleased,
}

/// How a PUT is answered.
#[derive(Debug, Deserialize)]
pub(super) enum Response {
    Status(u16),
    RequestTimeout,
    Hang,
    Reset,
    TakenThenReset,
    SlowSeconds(f64),
}

fn once() -> u32 {
    1
}

fn bad_request() -> u16 {
    400
}

impl Command {
    pub(super) fn run(self, current: &Current, world: &Arc<World>) -> Result<(), String> {
        let settings = &world.settings;
        match self {
            Self::Fault { action, times, role, fault } => {
                let mut state = world.state();
                match role {
                    Some(role) => state.faults.inject_for(Caller::Role(role), &action, times, fault.into()),
                    None => state.faults.inject(&action, times, fault.into()),
                }
            }
            Self::ClearFaults {} => world.state().faults.clear(),
            Self::Hold { application, status, lasts } => {
                let (status, lasts) = (status_of(&status)?, lasts.hold()?);
                world.state().flink.hold(&application, status, lasts);
            }
            Self::HoldSnapshots { lasts } => world.state().flink.hold_snapshots(lasts.hold()?),
            Self::Release { application } => {
                let application = known(world, &application)?;
                flink::release(&mut world.state(), settings, application);
            }
            Self::Status { application, status } => {
                let (application, status) = (known(world, &application)?, status_of(&status)?);
                flink::put_status(&mut world.state(), application, status);
            }
            Self::FailNextStart { application, error } => world.state().flink.fail_next_start(&application, &error),
            Self::Job { application, trouble } => {
                let mut state = world.state();
                let job = state.flink.applications.get_mut(&application).and_then(|one| one.job.as_mut());
                job.ok_or_else(|| format!("no job runs in an application {application}"))?.disturb(trouble);
            }
            Self::Age { application, seconds, snapshots } => {
                let (application, by) = (known(world, &application)?, duration(seconds)?);
                let age = if snapshots { flink::age_snapshots } else { flink::age_application };
                age(&mut world.state(), application, by);
            }
            Self::Clock { flink } => world.state().flink.clock = flink,
            Self::FireSchedules {} => events::fire_schedules(world),
            Self::StackEvent { status, fault } => {
                let found = Stack::named(&status).ok_or_else(|| format!("no stack has a status {status}"))?;
                events::inject(world, found, fault);
            }
            Self::ReleaseStackEvents {} => events::release(world),
            Self::Expire { logical_id } => {
                world.state().cloudformation.expire_at_once.insert(logical_id);
            }
            Self::Response { answer } => {
                let fault = answer.fault()?;
                world.state().cloudformation.response_faults.push_back(fault);
            }
            Self::Rate { service, per_second } => {
                duration(per_second)?;
                world.state().rates.limit(&service, per_second);
            }
            Self::World { modes, durations } => {
                let durations = durations.map(Durations::check).transpose()?;
                let steps = durations.map(Durations::steps).unwrap_or_default();
                let world = World::new(Settings { steps, modes, ..settings.clone() });
                if let Some(durations) = durations {
                    world.state().flink.take(durations.flink());
                }
                current.replace(world);
            }
        }
        Ok(())
    }
}

/// The name of an application that is there.
fn known<'a>(world: &World, application: &'a str) -> Result<&'a str, String> {
    let is_there = world.state().flink.applications.contains_key(application);
    is_there.then_some(application).ok_or_else(|| format!("there is no application {application}"))
}

fn status_of(text: &str) -> Result<Status, String> {
    let found = Status::ALL.into_iter().find(|status| status.to_string() == text);
    found.ok_or_else(|| {
        format!("{text} is not an ApplicationStatus: {}", Status::ALL.map(|one| one.to_string()).join(", "))
    })
}

fn duration(seconds: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{seconds}: {error}"))
}

impl Lasts {
    fn hold(self) -> Result<Hold, String> {
        Ok(match self {
            Self::Looks(looks) => Hold::Looks(looks),
            Self::Seconds(seconds) => Hold::For(duration(seconds)?),
            Self::UntilReleased => Hold::UntilReleased,
        })
    }
}

impl Response {
    fn fault(self) -> Result<ResponseFault, String> {
        Ok(match self {
            Self::Status(status) => ResponseFault::Status(status),
            Self::RequestTimeout => ResponseFault::RequestTimeout,
            Self::Hang => ResponseFault::Hang,
            Self::Reset => ResponseFault::Reset,
            Self::TakenThenReset => ResponseFault::TakenThenReset,
            Self::SlowSeconds(seconds) => ResponseFault::Slow(duration(seconds)?),
        })
    }
}

impl From<Fault> for faults::Fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refuse { code, message, status } => Self::Refuse(ApiError::with_status(status, &code, message)),
            Fault::LoseRequest => Self::LoseRequest,
            Fault::LoseReply => Self::LoseReply,
            Fault::Pass => Self::Pass,
        }
    }
}
