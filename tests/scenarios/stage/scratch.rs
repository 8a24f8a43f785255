//! Files of one scenario's own: no other has the same, whatever it calls them and whenever it removes them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder, removed with what is in it at the end.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("flink-scenario-").tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content).unwrap();
        file
    }

    /// Writes a shell script that can be executed.
    ///
    /// Another process writes it: what this one has open for writing is open in each child that another thread forks
    /// at that moment, and cannot be executed (Text file busy).
    pub(crate) fn program(&self, name: &str, script: &str) {
        let text = self.write(&format!("{name}.sh"), format!("#!/bin/sh\n{script}\n"));
        let mut install = Command::new("install");
        install.args(["-m", "755"]).arg(text).arg(self.path().join(name)).stdin(Stdio::null());
        assert!(install.status().unwrap().success());
    }
}
