//! What a run needs beside cargo: a JDK 17 that must be there, and Flink itself, fetched into the target folder once.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use tokio::process::Command;
use zip::write::SimpleFileOptions;

/// A Flink that PyPI has.
#[derive(Debug)]
pub(crate) struct Release {
    /// What the service calls it.
    pub(crate) runtime: &'static str,
    pub(crate) version: &'static str,
    /// Of the file that is taken.
    hash: &'static str,
    megabytes: u16,
    /// The package of what reads a stream and writes a table as the job does.
    legacy: &'static str,
}

/// The newest of FLINK-1_20 and of FLINK-2_3.
pub(crate) const RELEASES: [Release; 2] = [
    Release {
        runtime: "FLINK-1_20",
        version: "1.20.5",
        hash: "sha256:e6aee62ea1a1fe7b32e28894ad079f3f1a50a372a4caac3df52405267f4228c8",
        megabytes: 232,
        legacy: "",
    },
    Release {
        runtime: "FLINK-2_3",
        version: "2.3.0",
        hash: "sha256:38ece876553286b3a285cf344c2d2038f8a7ca10da5df54d5107250386d64151",
        megabytes: 329,
        legacy: "legacy.",
    },
];
const SOURCES: [(&str, &str); 2] = [
    ("Cluster.java", include_str!("java/Cluster.java")),
    ("FeatureCounter.java", include_str!("java/FeatureCounter.java")),
];

/// What was prepared for one Flink.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) java: PathBuf,
    /// Flink's own jars and our cluster.
    pub(crate) class_path: String,
    job: PathBuf,
}

/// `target/flink`: everything that is fetched, compiled or written.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let own = env::current_exe().map_err(|error| error.to_string())?;
    own.ancestors().nth(2).map(|target| target.join("flink")).ok_or_else(|| "no target folder".to_owned())
}

pub(crate) async fn prepare(folder: &Path, release: &Release) -> Result<Tools, String> {
    let (java, javac) = (jdk("java"), jdk("javac"));
    let version = said(Command::new(&javac).arg("-version")).await.unwrap_or_default();
    if !version.starts_with("javac 17") {
        let found = if version.is_empty() { "no javac" } else { version.trim() };
        return Err(format!("e2e-flink needs a JDK 17 on the PATH or in JAVA_HOME, and found {found}."));
    }
    let flink = folder.join(release.version);
    if !flink.is_dir() {
        fetch(folder, &flink, release).await?;
    }
    let built = folder.join(format!("built-{}", release.version));
    let (classes, cluster) = (built.join("job"), built.join("cluster"));
    let mut compile = Command::new(&javac);
    compile.args(["-nowarn", "-Xlint:-options", "-proc:none", "-cp"]).arg(flink.join("*")).arg("-d").arg(&classes);
    for (name, text) in SOURCES {
        let path = built.join(name);
        let mut text = text.to_owned();
        for moved in ["source.RichSourceFunction", "sink.RichSinkFunction"] {
            text = text.replace(moved, &moved.replace('.', &format!(".{}", release.legacy)));
        }
        fs::create_dir_all(&classes).and_then(|()| fs::write(&path, text)).map_err(|error| error.to_string())?;
        compile.arg(path);
    }
    said(&mut compile).await?;
    // Apart: what the cluster has itself a job's jar need not have, and that would hide a jar that lacks it.
    let main = "Cluster.class";
    fs::create_dir_all(&cluster).map_err(|error| error.to_string())?;
    fs::rename(classes.join(main), cluster.join(main)).map_err(|error| error.to_string())?;
    let class_path = format!("{}:{}/*", cluster.display(), flink.display());
    Ok(Tools { java, class_path, job: classes })
}

fn jdk(program: &str) -> PathBuf {
    env::var_os("JAVA_HOME").map_or_else(|| program.into(), |home| Path::new(&home).join("bin").join(program))
}

/// From PyPI, because that is where Flink's jars are to be had without a build tool; only the jars stay.
async fn fetch(folder: &Path, flink: &Path, release: &Release) -> Result<(), String> {
    let Release { version, hash, megabytes, .. } = release;
    println!("  fetching apache-flink-libraries {version} from PyPI, once ({megabytes} MB)");
    let (venv, partial) = (folder.join("venv"), folder.join("partial"));
    let failed = |error: std::io::Error| format!("Flink could not be kept in {}: {error}", folder.display());
    said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv)).await?;
    let wanted = folder.join("requirements.txt");
    fs::write(&wanted, format!("apache-flink-libraries=={version} --hash={hash}\n")).map_err(failed)?;
    let mut install = Command::new(venv.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r"]);
    said(install.arg(wanted)).await?;
    fs::create_dir_all(&partial).map_err(failed)?;
    for python in fs::read_dir(venv.join("lib")).map_err(failed)?.flatten() {
        let jars = python.path().join("site-packages/pyflink/lib");
        for jar in fs::read_dir(jars).map_err(failed)?.flatten() {
            let name = jar.file_name();
            let is_needed =
                name.to_str().is_some_and(|name| name.starts_with("flink-dist") || name.starts_with("log4j"));
            if is_needed {
                fs::rename(jar.path(), partial.join(name)).map_err(failed)?;
            }
        }
    }
    fs::remove_dir_all(&venv).and_then(|()| fs::rename(&partial, flink)).map_err(failed)
}

/// Runs a program; what it said, or one line on why it could not.
async fn said(command: &mut Command) -> Result<String, String> {
    let program = command.as_std().get_program().to_owned();
    let program = Path::new(&program).file_name().unwrap_or(OsStr::new("it")).display().to_string();
    let output =
        command.kill_on_drop(true).output().await.map_err(|error| format!("{program} does not run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(text) } else { Err(format!("{program} failed: {}", text.trim())) }
}

impl Tools {
    /// The job's jar with this `code.properties`: a version, the keys that it fails on, what else it needs.
    pub(crate) fn jar(&self, code: &str) -> Result<Vec<u8>, String> {
        self.packed(code).map_err(|error| format!("the jar cannot be packed: {error}"))
    }

    fn packed(&self, code: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut jar = zip::ZipWriter::new(Cursor::new(Vec::new()));
        // Stored: a few kilobytes, and no compression to depend on.
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let manifest = "Manifest-Version: 1.0\nMain-Class: FeatureCounter\n";
        for (name, text) in [("META-INF/MANIFEST.MF", manifest), ("code.properties", code)] {
            jar.start_file(name, options)?;
            jar.write_all(text.as_bytes())?;
        }
        for class in fs::read_dir(&self.job)?.flatten() {
            jar.start_file(class.file_name().to_string_lossy(), options)?;
            jar.write_all(&fs::read(class.path())?)?;
        }
        Ok(jar.finish()?.into_inner())
    }
}
