//! Lambda's Runtime API for one process at a time, with a stopwatch.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use local_aws::clock;

use super::authority::Authority;
use super::aws::{Aws, Story};
use super::http::{Answer, Request, serve};
use super::usage::{peak, used};
use crate::subject::{Ends, Subject};

/// A process that is silent for so long has failed; instructions are counted some fifty times slower than they run.
const PATIENCE: Duration = Duration::from_mins(5);

/// What happened, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Polled,
    Given,
    Put,
    Responded,
}

/// What one process showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    /// Spawned to the first poll.
    pub(crate) init: Duration,
    /// Each event, from being written to its answer being read.
    pub(crate) handled: Vec<Duration>,
    /// Spawned to the first answer.
    pub(crate) cold: Duration,
    /// User and system time of the whole process.
    pub(crate) cpu: Duration,
    /// VmHWM in KiB.
    pub(crate) peak: u64,
    /// The AWS calls of the last event.
    pub(crate) calls: Vec<String>,
}

/// The event that waits for a poll of this process.
#[derive(Debug, Default)]
struct Waiting {
    process: u64,
    event: Option<Vec<u8>>,
}

pub(crate) struct Host {
    aws: Arc<Aws>,
    waiting: Arc<(Mutex<Waiting>, Condvar)>,
    marks: Receiver<(Mark, Instant)>,
    folder: PathBuf,
    runtime: u16,
    flink: u16,
    cloudformation: u16,
    bucket: u16,
    root: PathBuf,
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    pub(crate) fn start(authority: &Authority, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let aws = Arc::new(Aws::new());
        let waiting = Arc::new((Mutex::new(Waiting::default()), Condvar::new()));
        let (mark, marks) = channel();
        let runtime = {
            let (waiting, mark) = (waiting.clone(), mark.clone());
            serve(None, move |request| runtime_api(request, &waiting, &mark))?
        };
        let api = |aws: &Arc<Aws>| {
            let aws = aws.clone();
            serve(Some(authority.tls.clone()), move |request| Some(aws.answer(request)))
        };
        let (flink, cloudformation) = (api(&aws)?, api(&aws)?);
        let bucket = serve(Some(authority.tls.clone()), move |request| {
            let _receiver_is_gone = mark.send((Mark::Put, Instant::now()));
            // S3 refuses a type that was not signed (`SEMANTICS.md` E.2).
            Some(Answer::empty(if request.header("content-type").is_empty() { 200 } else { 403 }))
        })?;
        Ok(Self {
            aws,
            waiting,
            marks,
            folder: folder.to_owned(),
            runtime,
            flink,
            cloudformation,
            bucket,
            root: authority.root.clone(),
        })
    }

    /// The program, as Lambda would start it: nothing of this machine's environment.
    fn command(&self, subject: &Subject, program: &[String]) -> Result<Command, Box<dyn Error>> {
        let (first, rest) = program.split_first().ok_or("no program")?;
        let mut command = Command::new(first);
        let log = File::create(self.folder.join(format!("{}.log", subject.name)))?;
        command.args(rest).env_clear().stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let api = |port: u16| format!("https://localhost:{port}");
        // With one connection for both APIs the five calls are those of the TLS floor.
        let cloudformation = if subject.one_connection { self.flink } else { self.cloudformation };
        let session: String = "Fwo0".repeat(225);
        command
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            .env("TZ", ":UTC")
            .env("LAMBDA_TASK_ROOT", "/var/task")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEEXAMPLE01")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_SESSION_TOKEN", session)
            .env("AWS_LAMBDA_FUNCTION_NAME", "flink-auto-start")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/flink-auto-start")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef")
            .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", self.runtime))
            .env("AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2", api(self.flink))
            .env("AWS_ENDPOINT_URL_CLOUDFORMATION", api(cloudformation))
            .env("AWS_ENDPOINT_URL", api(self.bucket))
            .env("POLL_INTERVAL_MS", "0")
            .env("SSL_CERT_FILE", &self.root)
            .envs(subject.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// Starts a process, hands it `events` events one after the other, and ends it. `program` runs instead of the
    /// subject's own, for what wraps it.
    pub(crate) fn run(
        &self,
        subject: &Subject,
        story: Story,
        events: usize,
        program: &[String],
        end: impl Fn(&Child),
    ) -> Result<Run, Box<dyn Error>> {
        while self.marks.try_recv().is_ok() {}
        let (waiting, changed) = &*self.waiting;
        {
            let mut waiting = lock(waiting);
            *waiting = Waiting { process: waiting.process + 1, event: None };
            changed.notify_all();
        }
        let before = used()?;
        let mut command = self.command(subject, program)?;
        let spawned = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program[0]))?;
        let played = self.play(subject, story, events, spawned);
        let peak = peak(child.id());
        end(&child);
        child.wait()?;
        let mut run = played.map_err(|error| {
            let log = fs::read_to_string(self.folder.join(format!("{}.log", subject.name))).unwrap_or_default();
            format!("{}: {error}\n{log}", subject.name)
        })?;
        run.cpu = used()?.saturating_sub(before);
        run.peak = peak;
        Ok(run)
    }

    fn play(&self, subject: &Subject, story: Story, events: usize, spawned: Instant) -> Result<Run, String> {
        let mut run = Run { init: self.next(Mark::Polled)? - spawned, ..Run::default() };
        for index in 0..events {
            self.aws.play(story);
            let (waiting, changed) = &*self.waiting;
            lock(waiting).event = Some(subject.event(self.bucket).into_bytes());
            changed.notify_all();
            let given = self.next(Mark::Given)?;
            let answered = self.next(match subject.ends {
                Ends::Put => Mark::Put,
                Ends::Response => Mark::Responded,
            })?;
            run.handled.push(answered - given);
            if index == 0 {
                run.cold = answered - spawned;
            }
            // The next poll: everything after the answer is done.
            self.next(Mark::Polled)?;
            run.calls = self.aws.calls();
        }
        Ok(run)
    }

    fn next(&self, wanted: Mark) -> Result<Instant, String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.marks.recv_timeout(left) {
                Ok((mark, at)) if mark == wanted => return Ok(at),
                Ok(_) => {}
                Err(_) => return Err(format!("{wanted:?} was not seen")),
            }
        }
    }
}

fn runtime_api(
    request: &Request,
    waiting: &(Mutex<Waiting>, Condvar),
    mark: &Sender<(Mark, Instant)>,
) -> Option<Answer> {
    if request.method == "POST" {
        mark.send((Mark::Responded, Instant::now())).ok()?;
        return Some(Answer::of("application/json", r#"{"status":"OK"}"#).with_status(202));
    }
    let (waiting, changed) = waiting;
    let process = lock(waiting).process;
    mark.send((Mark::Polled, Instant::now())).ok()?;
    let mut waiting = changed
        .wait_while(lock(waiting), |waiting| waiting.process == process && waiting.event.is_none())
        .unwrap_or_else(PoisonError::into_inner);
    if waiting.process != process {
        return None;
    }
    let event = waiting.event.take()?;
    let deadline = format!("{:.0}", (clock::now() + 900.0) * 1000.0);
    let mut answer = Answer::of("application/json", event);
    answer.headers.extend([
        ("lambda-runtime-aws-request-id", "8f1d2c3b-0000-4000-8000-000000000001".to_owned()),
        ("lambda-runtime-deadline-ms", deadline),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:111122223333:function:flink-auto-start".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
    ]);
    mark.send((Mark::Given, Instant::now())).ok()?;
    Some(answer)
}
