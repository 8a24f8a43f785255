//! The files of the repository that people write.

use std::fs;
use std::path::Path;

/// What is built, installed or recorded.
const SKIPPED_FOLDERS: [&str; 5] = ["target", ".git", "node_modules", "corpus", "artifacts"];
const EXTENSIONS: [&str; 14] =
    ["rs", "md", "py", "sh", "toml", "ts", "js", "mjs", "java", "yaml", "guard", "mmd", "env", "txt"];
const NAMES: [&str; 2] = ["Makefile", "run"];

/// A file with its path from the repository's root, with `/`.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// What follows the last dot of its name.
    pub(crate) fn extension(&self) -> Option<&str> {
        self.path.rsplit_once('.').map(|(_, extension)| extension)
    }

    /// Whether it is one of these files, or lies in one of these folders.
    pub(crate) fn is_in(&self, rooms: &[&str]) -> bool {
        rooms
            .iter()
            .any(|room| self.path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// Every file that people write, by path.
pub(crate) fn all() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(files.len() > 300, "only {} files were found", files.len());
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !SKIPPED_FOLDERS.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else if NAMES.contains(&name.as_str())
            || name.rsplit_once('.').is_some_and(|(_, end)| EXTENSIONS.contains(&end))
        {
            files.push(File { path, text: fs::read_to_string(entry.path()).unwrap() });
        }
    }
}
