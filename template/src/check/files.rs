//! The sources of a job: which files they are, and what they read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sources::{Found, Language, read};

/// Folders that hold no sources of the job.
const IGNORED_DIRECTORIES: [&str; 8] =
    ["target", "build", "node_modules", ".git", ".gradle", ".venv", "venv", "__pycache__"];

/// Files and what they read.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) files: Vec<PathBuf>,
    pub(super) found: Found,
}

/// Reads every source below `folder`, in order.
///
/// # Errors
/// A folder that cannot be read; no source that asks for application properties.
pub(super) fn read_sources(folder: &Path) -> Result<Sources, String> {
    let advice = "give the folder of the job's sources";
    let mut files = Vec::new();
    collect(folder, &mut files).map_err(|error| format!("{}: {error}; {advice}", folder.display()))?;
    files.sort();
    let mut texts = Vec::new();
    for path in &files {
        let bytes = fs::read(path).map_err(|error| format!("{}: {error}; {advice}", path.display()))?;
        texts.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let given: Vec<(&Path, &str)> = files.iter().map(PathBuf::as_path).zip(texts.iter().map(String::as_str)).collect();
    let found = read(&given);
    if !found.is_used() {
        return Err(format!(
            "{}: no .java, .kt, .scala or .py file below it uses KinesisAnalyticsRuntime.getApplicationProperties() or \
             /etc/flink/application_properties.json; {advice}",
            folder.display()
        ));
    }
    Ok(Sources { files, found })
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if folder.is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| IGNORED_DIRECTORIES.contains(&name))
            {
                collect(&path, found)?;
            }
        } else if kind.is_file() && Language::of(&path).is_some() {
            found.push(path);
        }
    }
    Ok(())
}
