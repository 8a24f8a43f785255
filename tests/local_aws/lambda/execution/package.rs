//! A deployment package: a zip with a `bootstrap`, unpacked once for all of its execution environments, when the first
//! one starts.
//!
//! A file that is open for writing anywhere cannot be executed: `Text file busy` (execve(2), ETXTBSY). A process that
//! is started while another thread of this one writes a `bootstrap` has that descriptor too, until it executes its own
//! program, however soon the writer closes it. So this process never opens an unpacked file for writing: `tee` writes
//! it from a pipe, forks nothing, and has ended before anything is executed. A descriptor that this process never had
//! is in no child of it, whenever one is started.

use std::fs;
use std::io::{self, Cursor, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::OnceCell;
use zip::ZipArchive;

use crate::stamp;

/// A function's code: kept as long as the function has it, or a process runs it.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// The zip, as it was uploaded.
    pub(in crate::lambda) zip: Vec<u8>,
    unpacked: OnceCell<Unpacked>,
}

/// A directory that goes with its package.
#[derive(Debug)]
struct Unpacked {
    path: PathBuf,
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // Nothing depends on the directory being gone.
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Package {
    pub(crate) fn new(zip: Vec<u8>) -> Self {
        Self { zip, unpacked: OnceCell::new() }
    }

    /// The directory with the files of the zip, all of them executable. A caller that comes while they are written
    /// waits for the end.
    ///
    /// # Errors
    /// When it is not a zip, a name in it leads out of the directory, or a file cannot be written.
    pub(in crate::lambda) async fn unpacked(&self) -> io::Result<&Path> {
        let unpacked = self.unpacked.get_or_try_init(|| unpack(&self.zip)).await?;
        Ok(&unpacked.path)
    }
}

async fn unpack(zip: &[u8]) -> io::Result<Unpacked> {
    let path = std::env::temp_dir().join(format!("local-aws-lambda-{}-{}", std::process::id(), stamp::suffix(12)));
    fs::create_dir_all(&path)?;
    let unpacked = Unpacked { path };
    for (name, content) in files(zip)? {
        write(&unpacked.path.join(name), &content).await?;
    }
    Ok(unpacked)
}

/// The files of a zip, by name.
fn files(zip: &[u8]) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(io::Error::other)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(io::Error::other)?;
        let name = file.enclosed_name().ok_or_else(|| io::Error::other("a name in the zip leads out of it"))?;
        if !file.is_dir() {
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            files.push((name, content));
        }
    }
    Ok(files)
}

/// Has another process write an executable file: see above.
async fn write(target: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut tee = Command::new("tee");
    let mut tee = tee.arg(target).stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true).spawn()?;
    if let Some(mut pipe) = tee.stdin.take() {
        pipe.write_all(content).await?;
    }
    let status = tee.wait().await?;
    if !status.success() {
        return Err(io::Error::other(format!("{} cannot be written: tee ended with {status}", target.display())));
    }
    fs::set_permissions(target, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tokio::task::JoinSet;

    use crate::lambda::{Function, invoke, packed};
    use crate::{Settings, World};

    // Ten functions with five environments each, a hundred times: bootstraps are written while others start.
    #[tokio::test(flavor = "multi_thread", worker_threads = 8)]
    async fn fifty_environments_that_start_at_once_all_execute_their_bootstrap() {
        let zip = packed("bootstrap", b"#!/bin/sh\nexit 7\n").unwrap();
        for _ in 0..100 {
            let world = Arc::new(World::new(Settings::at("http://127.0.0.1:1")));
            for number in 0..10 {
                let name = format!("f{number}");
                let function = Function::new(&world.settings, &name, "r", zip.clone());
                world.state().lambda.functions.insert(name, function);
            }
            let mut starting = JoinSet::new();
            for number in 0..50 {
                let world = Arc::clone(&world);
                let name = format!("f{}", number % 10);
                starting.spawn(async move { invoke(&world, &name, &json!({})).await.unwrap().payload });
            }
            for payload in starting.join_all().await {
                // What the script does; one that cannot be executed is Runtime.InvalidEntrypoint.
                assert_eq!(payload["errorType"], "Runtime.ExitError", "{payload}");
            }
        }
    }
}
