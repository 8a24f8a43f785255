//! A release folder, as `make release` writes it: the templates and the zips of one version.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use shared::contract::VERSION_METADATA;
use shared::operator::deployment::installed::function_names;

use super::super::jar::hex;
use crate::document;

/// The file whose lines are a release: a digest and a name each.
pub(super) const SUMS: &str = "SHA256SUMS";

/// A folder whose files are those of its SHA256SUMS.
#[derive(Debug, Clone)]
pub(in super::super) struct Release {
    pub(super) folder: PathBuf,
    /// The version that its templates name.
    pub(in super::super) version: String,
    /// The zips and templates, relative to the folder.
    pub(super) files: BTreeSet<String>,
}

impl Release {
    /// Reads a folder, and compares each zip and template with its sum.
    ///
    /// # Errors
    /// It is not a release folder, a file is missing or differs, its templates are of several versions.
    pub(in super::super) fn read(folder: &str) -> Result<Self, String> {
        let path = PathBuf::from(folder);
        let sums = std::fs::read_to_string(path.join(SUMS)).map_err(|_| {
            format!("RELEASE={folder} is not a release folder: it has no {SUMS} (make release writes one)")
        })?;
        let mut files = BTreeSet::new();
        for (sum, name) in sums.lines().filter_map(|line| line.split_once("  ")) {
            if !(name.starts_with("functions/") || name.starts_with("templates/")) {
                continue;
            }
            let bytes = std::fs::read(path.join(name)).map_err(|error| format!("{folder}/{name}: {error}"))?;
            if hex(&Sha256::digest(&bytes)) != sum {
                return Err(format!("{folder}/{name} is not what {SUMS} says: fetch or make the release again"));
            }
            files.insert(name.to_owned());
        }
        let mut release = Self { folder: path, version: String::new(), files };
        let versions: BTreeSet<String> = release
            .files
            .iter()
            // The samples, in a folder of their own, are a team's as soon as they are deployed.
            .filter(|name| name.strip_prefix("templates/").is_some_and(|name| !name.contains('/')))
            .map(|name| Ok(version_of(&document::read(&release.folder.join(name))?)))
            .collect::<Result<_, String>>()?;
        match versions.into_iter().collect::<Vec<_>>().as_slice() {
            [version] if !version.is_empty() => version.clone_into(&mut release.version),
            found => {
                return Err(format!("RELEASE={folder}: its templates are of the versions {found:?}; expected one"));
            }
        }
        Ok(release)
    }

    /// Whether it has the zip of each function for this architecture.
    ///
    /// # Errors
    /// The architectures that it has.
    pub(in super::super) fn has(&self, architecture: &str) -> Result<(), String> {
        let has = |arch: &str| {
            function_names().iter().all(|name| self.files.contains(&format!("functions/{name}-{arch}.zip")))
        };
        if has(architecture) {
            return Ok(());
        }
        let folder = self.folder.display();
        let others: Vec<&str> = ["x86_64", "arm64"].into_iter().filter(|arch| has(arch)).collect();
        Err(format!("RELEASE={folder} has no functions for {architecture}; it has them for: {}", others.join(", ")))
    }

    /// One of its templates, by its name in the project or in the folder.
    ///
    /// # Errors
    /// The release lacks it.
    pub(in super::super) fn template(&self, file: &str) -> Result<Json, String> {
        let name = Path::new(file).file_name().unwrap_or_default();
        document::read(&self.folder.join("templates").join(name))
    }
}

/// The version that a template of ours names; nothing for another's.
fn version_of(template: &Json) -> String {
    template["Metadata"][VERSION_METADATA].as_str().unwrap_or_default().to_owned()
}
