//! `flink-stack verify-aws`: what AWS's documentation leaves open (`semantics.md` G.2), asked of an account, the
//! cheapest first. It makes up to five stacks and takes them away again.

mod answers;
mod clean_up;
mod custom_resources;
mod durations;
mod failed_update;
mod limited;
mod looping;
mod ready;
mod restore;
mod stage;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::account;
use crate::cli::Verify;
use answers::Answers;
use restore::NextJar;
use stage::{Halt, PREFIX, Stage};

/// What no account answers in a run of this; of the local AWS's modes each is asked, or named here.
const NOT_ASKED: [(&str, &str); 5] = [
    ("1. StopApplication forced in MAINTENANCE and ROLLING_BACK", "no call brings an application there at will"),
    ("4. A force-stop during UPDATE_ROLLBACK_IN_PROGRESS", "a race with CloudFormation: its outcome would be chance"),
    (
        "10. Names of snapshots at a stop or a scaling, rate limits",
        "a healthy job of yours shows the names; the limits are the account's",
    ),
    (
        "2. An injected group where the template has no EnvironmentProperties",
        "it takes an application that was created without them: a second stack",
    ),
    (
        "12. Order and number of events for nested stacks",
        "it takes a rule and a queue; the incident topic's subscribers see them",
    ),
];

/// Asks; what the command ends with: 0 everything was asked and is gone, 1 something is left or stayed unanswered, 2
/// nothing was asked.
///
/// # Errors
/// What is missing.
pub(super) async fn answer(asked: &Verify) -> Result<u8, String> {
    let region = account::region(asked.region.as_deref())?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let name = format!("{PREFIX}{since:x}");
    introduce(asked, &name, &region);
    if !asked.yes {
        return Err("nothing was made; say YES=1 (--yes) to go on".to_owned());
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted)).map_err(|error| error.to_string())?;
    }
    let operator = account::operator(&region)?;
    let pace = std::env::var("POLL_INTERVAL_MS").ok().and_then(|millis| millis.parse().ok());
    let stage = Stage {
        clients: operator.clients(),
        operator,
        job_role: None,
        name,
        bucket: asked.bucket.clone(),
        key: asked.key.clone(),
        properties: asked.properties.iter().cloned().collect(),
        // Ten seconds: the control plane throttles soon (`semantics.md` A.11).
        pace: pace.map_or(Duration::from_secs(10), Duration::from_millis),
        interrupted,
    };
    let mut answers = Answers::default();
    let next = asked.next_key.clone().zip(asked.job_role.clone()).map(|(key, role)| NextJar { key, role });
    let unanswered = questions(&stage, asked.run, next.as_ref(), &mut answers).await;
    for (question, why) in NOT_ASKED {
        answers.not_asked(question, why);
    }
    println!("cleaning up {}", stage.name);
    answers.leftovers = stage.clean_up().await;
    for left in &answers.leftovers {
        let stack = left.split(' ').nth(1).unwrap_or(&stage.name);
        eprintln!(
            "flink-stack: NOT REMOVED: {left}; aws cloudformation delete-stack --stack-name {stack} --region {region}"
        );
    }
    for row in durations::rows(&answers.durations) {
        println!("{row}");
    }
    let [next_key, role] = [&asked.next_key, &asked.job_role].map(|name| name.as_deref().unwrap_or_default());
    answers.hide(&[&stage.bucket, &stage.key, next_key, role]);
    let text = serde_json::to_string_pretty(&answers).map_err(|error| error.to_string())? + "\n";
    std::fs::write(&asked.out, text).map_err(|error| format!("{}: {error}", asked.out.display()))?;
    println!("{} names no account, no ARN and no bucket: it can be attached to an issue", asked.out.display());
    println!("{} modes found out: {}; use them with local-aws --modes", answers.modes.len(), asked.out.display());
    Ok(u8::from(unanswered || !answers.leftovers.is_empty()))
}

/// The stacks beside the first, in the order in which they are deleted: the one that the role deployed goes before its
/// role.
fn other_stacks(stage: &Stage) -> [String; 4] {
    let [role, limited] = limited::names(stage);
    [custom_resources::name(stage), restore::name(stage), limited, role]
}

fn introduce(asked: &Verify, name: &str, region: &str) {
    println!(
        "In {region} this makes the stack {name}: a role that may read s3://{}/{}, and a Flink application.",
        asked.bucket, asked.key
    );
    println!(
        "Beside it {name}-role, a service role, and {name}-limited, an application that this role deploys and nothing starts."
    );
    println!(
        "Beside them {name}-custom: a topic and a queue, with custom resources that this command answers, and a rule \
         that sends the queue CloudFormation's events."
    );
    println!("As long as the application is READY it costs nothing. All of it is removed at the end, also at Ctrl-C.");
    if asked.run {
        println!("It then starts the application three times (RUN=1): up to an hour of 2 KPU, less than a dollar.");
        if asked.next_key.is_some() {
            println!("And {name}-restore, with JOB_ROLE, once (NEXT_KEY): half an hour of 2 KPU more.");
        }
    } else {
        println!("It does not start the application; RUN=1 also asks what takes a running one (less than a dollar).");
    }
}

/// Whether something stayed without an answer.
async fn questions(stage: &Stage, run: bool, next: Option<&NextJar>, answers: &mut Answers) -> bool {
    let mut unanswered = false;
    let mut record = |about: &str, outcome: Result<(), Halt>| match outcome {
        Ok(()) => true,
        Err(Halt::Failed(error)) => {
            eprintln!("flink-stack: {about}: no answer: {error}");
            unanswered = true;
            true
        }
        Err(Halt::Interrupted) => {
            eprintln!("flink-stack: interrupted");
            unanswered = true;
            false
        }
    };
    let go_on = record("snapshots of an unknown application", ready::snapshots_of_unknown(stage, answers).await);
    // Without its stack there is nothing to ask.
    if !go_on || !record("the stack", stage.create().await) || stage.application().await.is_err() {
        return true;
    }
    let go_on = record("stop", ready::stop_of_ready(stage, answers).await)
        && record("update", ready::unguarded_update(stage, answers).await)
        && record("run configuration", ready::run_configuration(stage, answers).await)
        && record("groups and tags", ready::groups_and_tags(stage, answers).await)
        && record("a service role that lacks something", limited::ask(stage, answers).await)
        && record("custom resources", custom_resources::ask(stage, answers).await);
    if go_on && run {
        let go_on = record("a job that loops", looping::ask(stage, answers).await);
        match next.filter(|_| go_on) {
            Some(next) => {
                record("a restore", restore::ask(stage, next, answers).await);
            }
            None => answers.not_asked(
                restore::QUESTION,
                "it takes two jars with different state, and a role with which the first one's job is healthy: NEXT_KEY=.. JOB_ROLE=..",
            ),
        }
    } else if go_on {
        let why = "it takes a running application: RUN=1";
        answers.not_asked(failed_update::QUESTION, why);
        answers.not_asked(restore::QUESTION, why);
        answers.not_asked("1 (FORCE_STOPPING), 3, 5, 9 (ContinueUpdateRollback), 11, A.7", why);
    }
    unanswered
}
