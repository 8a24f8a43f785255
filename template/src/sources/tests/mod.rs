//! The ways in which public jobs read property groups. A line of what is found: `Group/key`, with `?` where the job can
//! do without it, and `line N` for each place that cannot be followed.

mod java;
mod jvm;
mod python;
mod renamed;
mod shapes;
mod styles;

use std::path::Path;

use super::{Found, read};

fn found(files: &[(&str, &str)]) -> Found {
    read(&files.iter().map(|(path, text)| (Path::new(*path), *text)).collect::<Vec<_>>())
}

/// What the files read, in order, then the lines that cannot be followed.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let found = found(files);
    let keys = found.keys.iter().map(|((ids, key), read)| {
        let ids = ids.iter().cloned().collect::<Vec<_>>().join("+");
        format!("{ids}/{key}{}", if read.has_default { "?" } else { "" })
    });
    let mut lost: Vec<String> = found.lost.iter().map(|(_, line, _)| format!("line {line}")).collect();
    lost.dedup();
    keys.chain(lost).collect()
}
