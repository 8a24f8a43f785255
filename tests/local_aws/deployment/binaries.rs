//! The built binaries, and how a world runs them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs, io};

/// A bootstrap that becomes the built binary: the same process, without fifty megabytes of zip for each world.
pub(super) fn bootstrap(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let path = folder.join(format!("{name}.bootstrap"));
    let script = format!("#!/bin/sh\nexec '{}'\n", folder.join(name).display());
    // Scenarios of one run write the same text side by side: each its own file, then one name for all.
    let own = folder.join(format!("{name}.bootstrap.{}.{:?}", std::process::id(), std::thread::current().id()));
    fs::write(&own, script)?;
    fs::rename(&own, &path)?;
    Ok(path)
}

/// Builds the function binaries and the operator's command, once, with the cargo and the profile of this very program; the folder they are in.
///
/// # Panics
/// When they do not build.
pub fn binaries() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let own = env::current_exe().expect("this program's own path");
        // target/<profile>/<program>, or target/<profile>/deps/<test>.
        let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("a target folder");
        let mut build = Command::new(cargo);
        // One build for both: each alone would compile what they share in its own way.
        let packages = ["--package", "functions", "--package", "template", "--features", "template/aws"];
        build.args(["build", "--quiet", "--bins"]).args(packages);
        build.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")]);
        // What cargo tells this program about itself looks to a build script (ring's) like a change: without it, no rebuild.
        let told = env::vars_os().map(|(name, _)| name);
        let own = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
        told.filter(|name| name.to_str().is_some_and(own)).for_each(|name| {
            build.env_remove(name);
        });
        if folder.ends_with("release") {
            build.arg("--release");
        }
        build.arg("--target-dir").arg(folder.parent().expect("target"));
        assert!(build.status().expect("cargo runs").success(), "the binaries do not build");
        folder.to_owned()
    })
}
