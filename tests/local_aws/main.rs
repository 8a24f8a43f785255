//! The local AWS as a program: for a person with the AWS CLI, and for tests in any language.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use local_aws::cloudformation::BY_HAND;
use local_aws::durations::Durations;
use local_aws::{LocalAws, Modes, Options, State};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("local-aws: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (options, durations) = options()?;
    let local = LocalAws::start(options).await?;
    if let Some(durations) = durations {
        local.world.state().flink.take(durations.flink());
    }
    introduce(&local);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = report_unknown(&local) => {}
        () = show_answers(&local) => {}
    }
    Ok(())
}

fn options() -> Result<(Options, Option<Durations>), Box<dyn std::error::Error>> {
    let (mut options, mut durations) = (Options::default(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        match (name.as_str(), arguments.next()) {
            ("--port", Some(port)) => options.port = port.parse()?,
            ("--durations", Some(factor)) => {
                let given = Durations { factor: factor.parse()?, ..Durations::default() };
                durations = Some(given.check()?);
            }
            ("--modes", Some(file)) => options.modes = Modes::read(Path::new(&file))?,
            _ => {
                let usage = "usage: local-aws [--port <port>] [--modes <file>] [--durations <factor>]; without a port \
                             the system chooses one; the file says how open questions about AWS are answered: \
                             {\"Modes\": {..}}; with a factor things take time, 1 as on AWS, 0.01 a hundred times \
                             as fast";
                return Err(usage.into());
            }
        }
    }
    options.steps = durations.map(Durations::steps).unwrap_or_default();
    Ok((options, durations))
}

#[expect(clippy::print_stdout, reason = "this is the program's interface")]
fn introduce(local: &LocalAws) {
    let (endpoint, region) = (&local.endpoint, &local.world.settings.region);
    println!("{endpoint}");
    println!();
    println!("Use it with the AWS CLI and SDKs:");
    println!("  export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_DEFAULT_REGION={region}");
    println!("  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test");
    println!("  aws kinesisanalyticsv2 list-applications");
    println!("ResponseURL of an event that is sent to a function by hand; what is answered is shown here:");
    println!("  {endpoint}{BY_HAND}");
}

/// Shows at once each answer to an event that was sent by hand.
#[expect(clippy::print_stdout, reason = "this is the program's interface")]
async fn show_answers(local: &LocalAws) {
    let mut seen = 0;
    let mut new = |state: &mut State| {
        let all = &state.cloudformation.puts;
        let new: Vec<String> =
            all[seen..].iter().filter(|put| put.path == BY_HAND).map(|put| put.body.clone()).collect();
        seen = all.len();
        (!new.is_empty()).then_some(new)
    };
    loop {
        for answer in local.world.wait_for(&mut new).await {
            println!("answer {answer}");
        }
    }
}

/// Reports at once each request that the world which answers now does not know.
async fn report_unknown(local: &LocalAws) {
    let mut worlds = local.worlds();
    loop {
        let world = Arc::clone(&worlds.borrow_and_update());
        let news = world.wait_for(|state| {
            let news = std::mem::take(&mut state.unknown);
            (!news.is_empty()).then_some(news)
        });
        tokio::select! {
            news = news => news.iter().for_each(|message| eprintln!("{message}")),
            _ = worlds.changed() => {}
        }
    }
}
