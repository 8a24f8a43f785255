//! An execution environment: one process with its own Runtime API. Dropped with the world, and the process with it.

use std::io;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};

use super::output::Output;
use super::runtime_api::{Mailbox, Work, router};
use crate::lambda::Function;
use crate::{Settings, World, services};

/// A process, as the host keeps it. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(in crate::lambda) id: u64,
    pub(in crate::lambda) function: String,
    /// Code and configuration that it was started with.
    pub(in crate::lambda) revision: String,
    pub(in crate::lambda) is_busy: bool,
    pub(in crate::lambda) work: UnboundedSender<Work>,
    pub(in crate::lambda) output: Arc<Output>,
    /// How the process ended, once it has.
    pub(in crate::lambda) exited: watch::Receiver<Option<String>>,
    pub(in crate::lambda) kill: Option<oneshot::Sender<()>>,
}

/// Starts a process for a function.
pub(in crate::lambda) async fn start(world: &Arc<World>, function: &Function, id: u64) -> io::Result<Environment> {
    let code = Arc::clone(&function.code);
    let folder = code.unpacked().await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?.to_string();
    let (work, receiver) = unbounded_channel();
    let mailbox = Arc::new(Mailbox { work: tokio::sync::Mutex::new(receiver), current: Mutex::default() });
    let credentials = services::credentials(&mut world.state(), function.role_name(), &function.name);
    let output = Arc::new(Output::of(Arc::downgrade(world), function.name.clone())?);
    let mut command = Command::new(folder.join("bootstrap"));
    command.current_dir(folder).env_clear().envs(variables(&world.settings, function, &address));
    command.envs(credentials).stdin(Stdio::null()).stdout(output.end()?).stderr(output.end()?).kill_on_drop(true);
    let child = command.spawn()?;
    let server = tokio::spawn(async move {
        // Ends only with the environment, by abort.
        let _ = axum::serve(listener, router(mailbox)).await;
    });
    let (kill, killed) = oneshot::channel();
    let (report, exited) = watch::channel(None);
    tokio::spawn(async move {
        let ending = mind(child, killed).await;
        drop(code);
        server.abort();
        report.send_replace(Some(ending));
    });
    let (function, revision) = (function.name.clone(), function.revision.clone());
    Ok(Environment { id, function, revision, is_busy: true, work, output, exited, kill: Some(kill) })
}

/// Waits for the process to end, or for the order to end it. The order is given by dropping the sender, too.
async fn mind(mut child: Child, killed: oneshot::Receiver<()>) -> String {
    tokio::select! {
        status = child.wait() => match status {
            Ok(status) => format!("Runtime exited with error: {status}"),
            Err(error) => format!("Runtime exited with error: {error}"),
        },
        _ = killed => {
            // It may have ended on its own at this very moment.
            let _ = child.kill().await;
            "Runtime exited with error: signal: killed".to_owned()
        }
    }
}

/// The variables of a real environment (Lambda guide, configuration-envvars), and where this world listens.
fn variables(settings: &Settings, function: &Function, runtime_api: &str) -> Vec<(String, String)> {
    let own = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &format!("2026/01/01/[$LATEST]{}", function.revision.replace('-', ""))),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_REGION", &settings.region),
        ("AWS_DEFAULT_REGION", &settings.region),
        ("AWS_ENDPOINT_URL", &settings.endpoint),
        ("_HANDLER", "bootstrap"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ];
    let own = own.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    own.chain(function.environment.clone()).collect()
}
