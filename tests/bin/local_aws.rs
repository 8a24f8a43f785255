//! The local AWS as a program: for a person with the AWS CLI, and for the demo.

use std::process::ExitCode;

use local_aws::{LocalAws, Options};
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
    let local = LocalAws::start(Options { port: port()?, ..Options::default() }).await?;
    introduce(&local);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = tell_what_is_unknown(&local) => {}
    }
    Ok(())
}

fn port() -> Result<u16, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, _, _) => Ok(0),
        (Some("--port"), Some(port), None) => Ok(port.parse()?),
        _ => Err("usage: local-aws [--port <port>]; without a port the system chooses one".into()),
    }
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
}

/// Whoever uses this world learns at once what it does not know.
async fn tell_what_is_unknown(local: &LocalAws) {
    loop {
        let news = local.world.until(|state| {
            let news = std::mem::take(&mut state.unknown);
            (!news.is_empty()).then_some(news)
        });
        for message in news.await {
            eprintln!("{message}");
        }
    }
}
