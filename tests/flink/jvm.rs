//! The JVM that Flink runs in. It ends when its standard input does: on success, on failure, on Ctrl-C, and when this
//! program is killed without a word.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::tools::Tools;

/// A running Flink.
#[derive(Debug)]
pub(crate) struct Jvm {
    child: Child,
    /// `127.0.0.1:<port>`.
    pub(crate) rest: String,
}

impl Jvm {
    pub(crate) async fn start(tools: &Tools, run: &Path) -> Result<Self, String> {
        fs::create_dir_all(run.join("tables")).map_err(|error| error.to_string())?;
        let log = File::create(run.join("flink.log")).map_err(|error| error.to_string())?;
        let mut java = Command::new(&tools.java);
        // Small and soon there: the first compiler is enough for a minute.
        java.args(["-Xmx256m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]);
        java.args(["--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"]);
        java.arg("-cp").arg(&tools.class_path).arg("Cluster").arg(run);
        java.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = java.spawn().map_err(|error| format!("java does not run: {error}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("java has no output")?).lines();
        let ready = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(rest) = line.strip_prefix("http://") {
                    return Some(rest.to_owned());
                }
            }
            None
        };
        let rest = timeout(Duration::from_mins(1), ready).await.ok().flatten();
        let rest = rest.ok_or_else(|| {
            let log = fs::read_to_string(run.join("flink.log")).unwrap_or_default();
            format!("Flink did not start: {log}")
        })?;
        // What log4j says is not read, but a full pipe would hold the JVM up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, rest })
    }

    pub(crate) async fn stop(mut self) {
        drop(self.child.stdin.take());
        if timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
