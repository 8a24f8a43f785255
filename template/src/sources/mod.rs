//! What a job reads of its property groups, found in its sources in Java, Kotlin, Scala and Python. Two rules: every
//! text that reaches a read of application properties is listed, and every trail that cannot be followed is listed with
//! its file and line.

mod follow;
mod language;
mod lower;
mod program;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use std::path::Path;

pub(crate) use follow::{Found, Read};
pub(crate) use language::Language;
use program::Program;

/// The stack that deep expressions take.
const STACK_BYTES: usize = 512 << 20;

/// Reads all files of a job. `Found` names them by their place in the list.
pub(crate) fn read(files: &[(&Path, &str)]) -> Found {
    std::thread::scope(|threads| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES);
        let worker = worker.spawn_scoped(threads, || all(files)).ok();
        worker.and_then(|worker| worker.join().ok()).unwrap_or_else(|| {
            let mut found = Found::default();
            found.lost.insert((0, 1, "the sources cannot be followed: reading them ended in an error".to_owned()));
            found
        })
    })
}

fn all(files: &[(&Path, &str)]) -> Found {
    let known = files.iter().filter_map(|(path, text)| Some((path, text, Language::of(path)?)));
    let name = |path: &Path| path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
    let lowered: Vec<_> = known.map(|(path, text, language)| lower::lower(text, language, &name(path))).collect();
    let mut unparsed = Vec::new();
    let mut mentions = Vec::new();
    for (file, lowered) in lowered.iter().enumerate() {
        unparsed.extend(lowered.unparsed.iter().map(|line| (file, *line)));
        mentions.extend(lowered.mentions.iter().map(|(line, word)| (file, *line, word.clone())));
    }
    let program = Program::of(lowered);
    let mut found = follow::run(&program);
    for (file, line) in unparsed {
        // Where nothing speaks of properties, nothing is lost.
        if files[file].1.contains("ropert") || files[file].1.contains("ParameterTool") {
            found.lost.insert((file, line, "this does not parse, and what it does is not followed".to_owned()));
        }
    }
    // Each place that names the source of all groups was met, or is reported.
    for (file, line, word) in mentions {
        if !program.has_function(&word) && !found.origins.contains(&(file, line)) {
            let what = "the application properties are asked for in a way that is not known";
            found.lost.insert((file, line, what.to_owned()));
        }
    }
    found
}

impl Found {
    /// Whether the sources ask for application properties at all.
    pub(crate) fn is_used(&self) -> bool {
        !self.origins.is_empty() || !self.lost.is_empty()
    }
}
