//! `make replay`: a saved event once more, in a local process of the built function; nothing is sent to CloudFormation.
//!
//! The function's calls go to `AWS_ENDPOINT_URL`, with credentials that only a local AWS takes, or else to an empty
//! local AWS of this program. It prints the log, the calls that the empty one saw, and the answer that would have been
//! PUT. It ends with 0 when the invocation ended well, else 1.
#![expect(clippy::print_stdout, reason = "this is the program's interface")]

mod event;
mod sink;

use std::env;
use std::error::Error;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use local_aws::api::{ApiResult, Caller};
use local_aws::lambda::{self, Invoked};
use local_aws::{LocalAws, Options, State, World, iam};
use project::deployment::{FUNCTIONS, binaries};
use serde_json::{Value, json};

use sink::Sink;

/// The services that a function calls, as their endpoint variables spell them.
const SERVICES: [&str; 3] = ["KINESIS_ANALYTICS_V2", "CLOUDFORMATION", "LAMBDA"];

/// The function's role here: whether it may is not what a replay is about.
const ROLE: &str = "replay";

#[tokio::main]
async fn main() -> ExitCode {
    match replay().await {
        Ok(Invoked { error: None, .. }) => ExitCode::SUCCESS,
        Ok(Invoked { error: Some(_), .. }) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("replay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn replay() -> Result<Invoked, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [function, file] = arguments.as_slice() else {
        return Err(
            "usage: replay <function> <event.json>; make replay FUNCTION=flink-auto-start EVENT=saved.json".into()
        );
    };
    let mut event = event::read(Path::new(file))?;
    let sink = Sink::open().await?;
    if let Some(url) = event.get_mut("ResponseURL") {
        *url = json!(sink.url());
    }
    let aws = LocalAws::start(Options::default()).await?;
    deploy(&aws, function, &sink)?;
    let invoked = invoke(&aws.world, function, &event).await?;
    print(&aws.world, &sink, &invoked);
    Ok(invoked)
}

/// The built binary as a function that may do everything.
fn deploy(aws: &LocalAws, function: &str, sink: &Sink) -> Result<(), Box<dyn Error>> {
    let functions = FUNCTIONS.map(|(name, _)| name);
    if !functions.contains(&function) {
        return Err(format!("FUNCTION: expected one of {}, found \"{function}\"", functions.join(", ")).into());
    }
    let target = env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
    let target = target.unwrap_or_else(|| aws.endpoint.clone());
    let services = SERVICES.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), target.clone()));
    // An answer goes to CloudFormation's bucket or to the general endpoint's origin: that is the sink.
    let general = [("AWS_ENDPOINT_URL".to_owned(), sink.origin.clone())];
    let region = env::var("AWS_REGION").ok().map(|region| ("AWS_REGION".to_owned(), region));
    let environment: Vec<_> = services.into_iter().chain(general).chain(region).collect();
    let environment = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    {
        let policy =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
        let trust = json!({"Version": "2012-10-17", "Statement":
            [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]});
        let role = json!({"RoleName": ROLE, "AssumeRolePolicyDocument": trust.to_string()});
        let all = json!({"RoleName": ROLE, "PolicyName": "all", "PolicyDocument": policy.to_string()});
        let mut state = aws.world.state();
        iam::call(&mut state, &aws.world.settings, &Caller::Operator, "CreateRole", &role)?;
        iam::call(&mut state, &aws.world.settings, &Caller::Operator, "PutRolePolicy", &all)?;
    }
    lambda::deploy(&aws.world, function, &binaries().join(function), ROLE, environment)?;
    Ok(())
}

/// Runs it to its end and prints its log meanwhile: a replay may wait as long as the function would.
async fn invoke(world: &Arc<World>, function: &str, event: &Value) -> ApiResult<Invoked> {
    let mut printed = 0;
    let mut invoked = pin!(lambda::invoke(world, function, event));
    loop {
        tokio::select! {
            biased;
            () = world.wait_for(|state| print_log(state, &mut printed)) => {}
            ended = &mut invoked => return ended,
        }
    }
}

/// Prints what is new in the log, if anything is.
fn print_log(state: &State, printed: &mut usize) -> Option<()> {
    let new = state.lambda.logs.get(*printed..).filter(|new| !new.is_empty())?;
    for line in new {
        println!("log     {}", line.line);
    }
    *printed += new.len();
    Some(())
}

/// What was asked of the empty local AWS, what would have been answered, and what the invocation gave back.
fn print(world: &World, sink: &Sink, invoked: &Invoked) {
    let caller = Caller::Role(ROLE.to_owned());
    for call in world.state().journal.iter().filter(|call| call.caller == caller) {
        let refused = call.refused.as_ref().map_or_else(String::new, |code| format!(", refused: {code}"));
        println!("call    {}{refused}", call.action);
    }
    for answer in sink.answers() {
        println!("answer  {answer}");
    }
    let how = if invoked.error.is_some() { "failed" } else { "result" };
    println!("{how}  {}", compact(&invoked.payload));
}

fn compact(payload: &Value) -> String {
    payload.as_str().map_or_else(|| payload.to_string(), str::to_owned)
}
