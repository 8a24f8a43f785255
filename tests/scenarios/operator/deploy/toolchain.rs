//! A cargo and a rustc that do nothing but write down what they were asked: what a whole deployment runs beside AWS.

use std::collections::BTreeMap;
use std::fs;

use project::deployment::{Deployment, FUNCTIONS};
use tokio::process::Command;

use super::super::command;
use super::{Ended, ended};
use crate::stage::Scratch;

/// Their folder, removed at the end.
pub(super) struct Toolchain(Scratch);

impl Toolchain {
    /// A `cargo lambda build` leaves empty bootstraps; each target of rustc is installed.
    pub(super) fn new() -> Self {
        let folder = Scratch::new();
        for (function, _) in FUNCTIONS {
            folder.write(&format!("lambda/{function}/bootstrap"), "");
        }
        folder.program("cargo", &format!("echo \"$@\" >>'{}'", folder.path().join("asked").display()));
        folder.program("rustc", "echo /");
        Self(folder)
    }

    /// A cargo that does not come to its end.
    pub(super) fn that_hangs() -> Self {
        let toolchain = Self::new();
        toolchain.0.program("cargo", "case \"$2\" in build) exec tail -f /dev/null;; esac");
        toolchain
    }

    /// The command beside them.
    pub(super) fn command(&self, deployment: &Deployment, arguments: &[&str]) -> Command {
        let path = format!("{}:/usr/bin:/bin", self.0.path().display());
        let mut command = command(&deployment.aws, arguments);
        command.env("PATH", path).env("CARGO_TARGET_DIR", self.0.path());
        command
    }

    /// Runs the command beside them; what cargo was asked, a line each.
    pub(super) async fn run(&self, deployment: &Deployment, arguments: &[&str]) -> (Ended, Vec<String>) {
        let _none_yet = fs::remove_file(self.0.path().join("asked"));
        let ended = ended(self.command(deployment, arguments).output().await.unwrap());
        let asked = fs::read_to_string(self.0.path().join("asked")).unwrap_or_default();
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
