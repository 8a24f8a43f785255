//! A deployment package: a zip with a `bootstrap`, unpacked once per execution environment.

use std::fs;
use std::io::{self, Cursor};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

/// A directory of its own that goes with its environment.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) path: PathBuf,
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // Nothing depends on the directory being gone.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Unpacks the files of a zip; names that lead out of the directory are refused.
pub(super) fn unpack(code: &[u8], id: &str) -> io::Result<Unpacked> {
    let path = std::env::temp_dir().join(format!("local-aws-lambda-{}-{id}", std::process::id()));
    fs::create_dir_all(&path)?;
    let unpacked = Unpacked { path };
    let mut archive = ZipArchive::new(Cursor::new(code)).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(io::Error::other)?;
        let Some(name) = file.enclosed_name() else {
            return Err(io::Error::other("a name in the zip leads out of it"));
        };
        let target = unpacked.path.join(name);
        if file.is_dir() {
            fs::create_dir_all(&target)?;
            continue;
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        write(&target, &mut file)?;
    }
    Ok(unpacked)
}

fn write(target: &Path, file: &mut impl io::Read) -> io::Result<()> {
    let mut written = fs::File::create(target)?;
    io::copy(file, &mut written)?;
    fs::set_permissions(target, fs::Permissions::from_mode(0o755))
}
