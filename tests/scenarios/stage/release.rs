//! A release folder of this build, without the minutes that `make release` takes: the templates as the command writes
//! them, and zips that start the built binaries.

use std::path::Path;

use local_aws::{LocalAws, lambda};
use project::deployment::{FUNCTIONS, binaries};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Scratch;
use crate::operator::command;

/// The folder, removed at the end.
pub(crate) struct ReleaseFolder(Scratch);

impl ReleaseFolder {
    /// Makes one in a folder that has nothing else.
    pub(crate) async fn made(aws: &LocalAws) -> Self {
        let folder = Self(Scratch::new());
        std::fs::create_dir_all(folder.path().join("functions")).unwrap();
        let templates = folder.path().join("templates");
        let synth = command(aws, &["synth", "--out", templates.to_str().unwrap()]);
        let written = { synth }.current_dir(folder.path()).output().await.unwrap();
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        for (name, _) in FUNCTIONS {
            let script = format!("#!/bin/sh\nexec '{}'\n", binaries().join(name).display());
            folder.zip(name, &script);
        }
        folder.sum();
        folder
    }

    /// Writes the zip of a function.
    pub(crate) fn zip(&self, function: &str, script: &str) {
        let zip = lambda::packed("bootstrap", script.as_bytes()).unwrap();
        std::fs::write(self.path().join(format!("functions/{function}-x86_64.zip")), zip).unwrap();
    }

    /// Writes SHA256SUMS anew.
    pub(crate) fn sum(&self) {
        let mut lines = Vec::new();
        for part in ["functions", "templates"] {
            for entry in std::fs::read_dir(self.path().join(part)).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_file() {
                    let digest = Sha256::digest(std::fs::read(entry.path()).unwrap());
                    let digest = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
                    lines.push(format!("{digest}  {part}/{}\n", entry.file_name().to_str().unwrap()));
                }
            }
        }
        lines.sort();
        std::fs::write(self.path().join("SHA256SUMS"), lines.concat()).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The text of a template.
    pub(crate) fn template(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(format!("templates/{name}.template.json"))).unwrap()
    }

    /// The version that its templates name.
    pub(crate) fn version(&self) -> String {
        let template: Value = serde_json::from_str(&self.template("functions")).unwrap();
        template["Metadata"]["FlinkStackHandlersVersion"].as_str().unwrap().to_owned()
    }
}
