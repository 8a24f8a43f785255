//! The job inside an application: small, but real. It needs its properties, reads a stream, writes a table with its
//! role's permission, and loops when a record or a permission breaks it, so that incidents are true and not scripted.

pub(super) mod backend;
pub(super) mod cluster;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::application::Application;
use super::runtime::{self, Reading};
use super::status::Status;
use crate::api::{Caller, Context};
use crate::{State, iam};
use backend::Backend;

/// The property group that the job reads.
pub const GROUP: &str = "FlinkApplicationProperties";

/// A jar: an object in S3 whose content is this, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jar {
    /// Its name, for people.
    pub job: String,
    /// The code's version.
    pub version: String,
    /// Keys of records that break it.
    pub fails_on: Vec<String>,
    /// Property keys without which it does not start, besides `stream.name` and `table.name`.
    pub needs: Vec<String>,
    /// Nothing starts.
    pub entry_point_broken: bool,
    /// Versions whose snapshots it can read besides its own; absent: all.
    pub state_compatible_with: Option<Vec<String>>,
    /// State that Flink 1 writes with Kryo, a POJO with a collection among it: Flink 2 cannot read it
    /// (`SEMANTICS.md` G.52).
    pub has_kryo_state: bool,
    /// A batch job: it finishes when the stream is read to its end (`SEMANTICS.md` G.31).
    pub bounded: bool,
}

/// A job that was launched.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// The code.
    pub jar: Jar,
    /// The next record to read.
    pub position: usize,
    /// The state: how many records it saw, by key.
    pub counts: BTreeMap<String, u64>,
    /// Why it restarts over and over; `None` when it is healthy.
    pub trouble: Option<String>,
    /// Its ID in a real Flink.
    pub flink: Option<String>,
    stream: String,
    table: String,
    idle: bool,
}

/// What a snapshot holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// The next record to read.
    pub position: usize,
    /// The state.
    pub counts: BTreeMap<String, u64>,
    /// The version of the code that wrote it.
    pub jar_version: String,
    /// The runtime that wrote it.
    pub runtime: String,
    /// Whether it holds what only Flink 1 reads.
    pub has_kryo_state: bool,
    /// Where a real Flink saved it.
    pub savepoint: Option<String>,
}

/// How a launch ends.
pub(super) enum Launch {
    Runs(Box<Job>),
    Fails(String),
    Hangs(String),
}

impl Job {
    /// Lets it restart over and over for this reason, or makes it healthy again, until it is launched anew.
    pub(crate) fn disturb(&mut self, trouble: Option<String>) {
        self.idle = trouble.is_some();
        self.trouble = trouble;
    }

    pub(super) fn save(&self) -> Saved {
        Saved {
            position: self.position,
            counts: self.counts.clone(),
            jar_version: self.jar.version.clone(),
            has_kryo_state: self.jar.has_kryo_state,
            ..Saved::default()
        }
    }
}

/// Launches the application's jar with what it restores.
pub(super) fn launch(state: &State, application: &Application, from: Option<&Saved>, allow: bool) -> Launch {
    if let Backend::Cluster(cluster) = &state.flink.backend {
        return cluster.launch(state, application, from, allow);
    }
    let job = match prepare(state, application) {
        Ok(job) => job,
        Err(cause) => {
            let kind = "org.apache.flink.client.program.ProgramInvocationException";
            return Launch::Fails(format!("{kind}: {cause}"));
        }
    };
    let Some(saved) = from else { return Launch::Runs(Box::new(job)) };
    match runtime::reading(&application.configuration.runtime, saved) {
        Reading::Reads => {}
        Reading::Refused(cause) => return Launch::Hangs(cause),
        Reading::Loops(cause) => return Launch::Runs(Box::new(Job { trouble: Some(cause), idle: true, ..job })),
    }
    let readable = job
        .jar
        .state_compatible_with
        .as_ref()
        .is_none_or(|versions| saved.jar_version == job.jar.version || versions.contains(&saved.jar_version));
    // G.20. AllowNonRestoredState drops the operator that cannot be restored; the source's position is another
    // operator.
    let counts = match (readable, allow) {
        (true, _) => saved.counts.clone(),
        (false, true) => BTreeMap::new(),
        (false, false) => {
            let cause = "Failed to rollback to checkpoint/savepoint. Cannot map state to the new program";
            return Launch::Hangs(format!("java.lang.IllegalStateException: {cause}"));
        }
    };
    Launch::Runs(Box::new(Job { position: saved.position, counts, ..job }))
}

/// A job that exists and does nothing (`SEMANTICS.md` A.6, the contrary source).
pub(super) fn idle(trouble: String) -> Job {
    Job { trouble: Some(trouble), idle: true, ..Job::default() }
}

/// The bytes of the application's jar.
pub(super) fn code<'a>(state: &'a State, application: &Application) -> Result<&'a [u8], String> {
    let (bucket, key) = application.configuration.jar().ok_or("The application has no code.")?;
    let object = state.s3.buckets.get(bucket).and_then(|bucket| bucket.objects.get(key));
    let object = object.ok_or_else(|| format!("The jar s3://{bucket}/{key} does not exist."))?;
    Ok(&object.bytes)
}

/// A job that a real Flink runs.
pub(super) fn in_flink(id: String) -> Job {
    Job { flink: Some(id), ..Job::default() }
}

fn prepare(state: &State, application: &Application) -> Result<Job, String> {
    let configuration = &application.configuration;
    let no_class = "The program's entry point class could not be loaded due to a linkage failure.";
    let jar: Jar = serde_json::from_slice(code(state, application)?).map_err(|error| format!("{no_class} {error}"))?;
    if jar.entry_point_broken {
        return Err(no_class.to_owned());
    }
    let property = |key: &str| {
        configuration
            .property(GROUP, key)
            .map(str::to_owned)
            .ok_or_else(|| format!("The main method caused an error: property '{key}' is missing from group '{GROUP}'"))
    };
    for key in &jar.needs {
        property(key)?;
    }
    Ok(Job { stream: property("stream.name")?, table: property("table.name")?, jar, ..Job::default() })
}

/// Lets every running job read all that is there.
pub fn pump(state: &mut State) {
    pump_those(state, |_| true);
}

/// Lets the jobs read on that read this stream or write this table: not all of a thousand.
pub(crate) fn pump_around(state: &mut State, name: &str) {
    pump_those(state, |job| job.stream == name || job.table == name || job.flink.is_some());
}

fn pump_those(state: &mut State, is_meant: impl Fn(&Job) -> bool) {
    let applications = state.flink.applications.iter();
    let meant = applications.filter(|(_, one)| one.job.as_ref().is_some_and(&is_meant));
    let names: Vec<String> = meant.map(|(name, _)| name.clone()).collect();
    for name in &names {
        pump_one(state, name);
    }
}

/// Lets one job read all that is there, if it runs.
pub(super) fn pump_one(state: &mut State, name: &str) {
    if let Backend::Cluster(cluster) = state.flink.backend.clone() {
        return cluster.pump(state);
    }
    let application = state.flink.applications.get_mut(name).filter(|one| one.status == Status::Running);
    let Some((application, mut job)) = application.and_then(|one| one.job.take().map(|job| (one, job))) else { return };
    let (arn, role) = (application.arn.clone(), application.configuration.role.clone());
    if !job.idle {
        job.trouble = read_on(state, &arn, &role, &mut job).err();
    }
    let Some(application) = state.flink.applications.get_mut(name) else { return };
    let finished = job.jar.bounded && job.trouble.is_none();
    application.job = Some(job);
    if finished {
        application.rest();
    }
}

/// Reads to the stream's end, or to what makes the job restart: the position stays before it.
fn read_on(state: &mut State, application: &str, role: &str, job: &mut Job) -> Result<(), String> {
    let arn = |service: &str, rest: &str| {
        let parts: Vec<_> = application.split(':').collect();
        format!("arn:aws:{service}:{}:{}:{rest}", parts[3], parts[4])
    };
    let role = Caller::Role(iam::role_name(role).to_owned());
    let may = |state: &State, action: &str, resource: &str| {
        iam::authorize(state, &role, action, resource, &Context::new()).map_err(|error| error.to_string())
    };
    let stream = arn("kinesis", &format!("stream/{}", job.stream));
    let table = arn("dynamodb", &format!("table/{}", job.table));
    loop {
        may(state, "kinesis:GetRecords", &stream)?;
        let records = state.kinesis.streams.get(&job.stream).map(|stream| &stream.records);
        let records = records.ok_or_else(|| format!("ResourceNotFoundException: Stream {} not found.", job.stream))?;
        let Some(record) = records.get(job.position) else { return Ok(()) };
        let record: Value = serde_json::from_slice(&record.data).map_err(|error| error.to_string())?;
        let text = |member: &str| {
            record[member].as_str().map(str::to_owned).ok_or_else(|| format!("the record has no {member}"))
        };
        let (key, feature) = (text("key")?, text("featureName")?);
        if job.jar.fails_on.contains(&key) {
            return Err(format!("java.lang.RuntimeException: cannot process the record with key '{key}'"));
        }
        may(state, "dynamodb:PutItem", &table)?;
        let count = job.counts.get(&key).copied().unwrap_or(0) + 1;
        let item = json!({ "key": { "S": key }, "featureName": { "S": feature }, "count": { "N": count.to_string() } });
        let sink = state.dynamodb.tables.get_mut(&job.table);
        let sink = sink.ok_or_else(|| format!("ResourceNotFoundException: Table {} not found", job.table))?;
        sink.put(&item).map_err(|error| error.to_string())?;
        job.counts.insert(key, count);
        job.position += 1;
    }
}
