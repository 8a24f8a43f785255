//! `make bench` and `make gauge`: our functions beside the floor and beside the same handler by others, in one
//! interleaved run.
//!
//! A time is a property of a machine and is never asserted: two programs are compared within one repetition, and what a
//! build is held to (`gauge`) are instructions and sizes, which repeat.

mod callgrind;
mod compare;
mod gauge;
mod measure;
mod servers;
mod stats;
mod subject;
mod synth;
mod table;

use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use crate::servers::host::Host;

const USAGE: &str = "usage: bench compare <target> <floors> <tools> <cdk> <repetitions>
       bench gauge <target> <budget>
       bench budget <target> <budget>

  <target>  cargo's target folder, with the zips of `cargo lambda build` under lambda/
  <floors>  where bench-noop, bench-raw and flink-stack are
  <tools>   where the others' programs are installed
  <cdk>     where the CDK is, with the application to synthesize under bench/
  <budget>  the committed file of what each function may cost";

/// Our functions.
pub(crate) const FUNCTIONS: [&str; 4] =
    ["flink-auto-start", "flink-property-groups", "flink-update-guard", "flink-rollback-unsticker"];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything is as it should be.
fn run() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["compare", target, floors, tools, cdk, repetitions] => {
            compare::run(&Bench::prepare(target)?, floors.as_ref(), tools.as_ref(), cdk.as_ref(), repetitions.parse()?)
        }
        ["gauge", target, budget] => gauge::check(&Bench::prepare(target)?, budget.as_ref()),
        ["budget", target, budget] => gauge::write(&Bench::prepare(target)?, budget.as_ref()),
        _ => Err(USAGE.into()),
    }
}

/// A host, and our functions as they are shipped.
pub(crate) struct Bench {
    pub(crate) host: Host,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// A folder of our own, with the functions' binaries unpacked.
    pub(crate) folder: PathBuf,
    /// Bytes of each function's zip and of the binary in it.
    pub(crate) sizes: Vec<(u64, u64)>,
}

impl Bench {
    fn prepare(target: &str) -> Result<Self, Box<dyn Error>> {
        let target = fs::canonicalize(target)?;
        let folder = target.join("bench");
        fs::create_dir_all(&folder)?;
        let sizes = FUNCTIONS.iter().map(|function| unpack(&target, &folder, function));
        let sizes = sizes.collect::<Result<_, _>>()?;
        let host = Host::start(&servers::authority::establish(&folder)?, &folder)?;
        Ok(Self { host, target, folder, sizes })
    }
}

/// The binary out of its zip, under its function's name.
fn unpack(target: &Path, folder: &Path, function: &str) -> Result<(u64, u64), Box<dyn Error>> {
    let path = target.join("lambda").join(function).join("bootstrap.zip");
    let zip =
        fs::File::open(&path).map_err(|error| format!("{}: {error}; cargo lambda build makes it", path.display()))?;
    let bytes = zip.metadata()?.len();
    let mut binary = Vec::new();
    zip::ZipArchive::new(zip)?.by_name("bootstrap")?.read_to_end(&mut binary)?;
    place(folder, function, &binary)?;
    Ok((bytes, binary.len().try_into()?))
}

/// A program as a file of `folder`, in one write. All that are compared are placed so: the kernel holds a file that was
/// written in small parts in small parts, and a process that starts from it takes a tenth more CPU.
fn place(folder: &Path, name: &str, program: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.join(name);
    // A new file: one that runs cannot be written to.
    let _nothing_there = fs::remove_file(&path);
    fs::write(&path, program)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
}
