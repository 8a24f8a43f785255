//! A cargo and a rustc that do nothing but write down what they were asked: what a whole deployment runs beside AWS.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use project::deployment::{Deployment, FUNCTIONS};
use tokio::process::Command;

use super::super::command;
use super::{Ended, ended};

/// Their folder, removed at the end.
pub(super) struct Toolchain(PathBuf);

impl Drop for Toolchain {
    fn drop(&mut self) {
        let _absent_is_fine = fs::remove_dir_all(&self.0);
    }
}

impl Toolchain {
    /// A `cargo lambda build` leaves empty bootstraps; each target of rustc is installed.
    pub(super) fn of(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("flink-{test}-toolchain-{}", std::process::id()));
        for (function, _) in FUNCTIONS {
            fs::create_dir_all(folder.join("lambda").join(function)).unwrap();
            fs::write(folder.join("lambda").join(function).join("bootstrap"), "").unwrap();
        }
        let log = folder.join("asked");
        for (program, script) in
            [("cargo", format!("echo \"$@\" >>'{}'", log.display())), ("rustc", "echo /".to_owned())]
        {
            let file = folder.join(program);
            fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self(folder)
    }

    /// A cargo that does not come to its end.
    pub(super) fn that_hangs(test: &str) -> Self {
        let toolchain = Self::of(test);
        let script = "#!/bin/sh\ncase \"$2\" in build) exec tail -f /dev/null;; esac\n";
        fs::write(toolchain.0.join("cargo"), script).unwrap();
        toolchain
    }

    /// The command beside them.
    pub(super) fn command(&self, deployment: &Deployment, arguments: &[&str]) -> Command {
        let path = format!("{}:/usr/bin:/bin", self.0.display());
        let mut command = command(&deployment.aws, arguments);
        command.env("PATH", path).env("CARGO_TARGET_DIR", &self.0);
        command
    }

    /// Runs the command beside them; what cargo was asked, a line each.
    pub(super) async fn run(&self, deployment: &Deployment, arguments: &[&str]) -> (Ended, Vec<String>) {
        let _none_yet = fs::remove_file(self.0.join("asked"));
        let ended = ended(self.command(deployment, arguments).output().await.unwrap());
        let asked = fs::read_to_string(self.0.join("asked")).unwrap_or_default();
        (ended, asked.lines().map(str::to_owned).collect())
    }
}

/// Does what `cargo lambda deploy` was asked to do: each function has these variables and is built for this processor.
pub(super) fn deploys(deployment: &Deployment, asked: &[String]) {
    let is_arm = asked.iter().any(|line| line.contains("--target aarch64"));
    for line in asked.iter().filter(|line| line.starts_with("lambda deploy flink-")) {
        let words: Vec<&str> = line.split(' ').collect();
        let at = words.iter().position(|word| *word == "--env-var").unwrap();
        let variables = words[at + 1].split(',').map(|pair| pair.split_once('=').unwrap());
        let variables: BTreeMap<String, String> = variables.map(|(key, value)| (key.into(), value.into())).collect();
        let mut state = deployment.world().state();
        let function = state.lambda.functions.get_mut(words[2]).unwrap();
        function.environment = variables;
        function.architectures = vec![if is_arm { "arm64" } else { "x86_64" }.to_owned()];
    }
}
