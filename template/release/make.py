"""`make release`: dist/flink-stack-handlers-<version>/, for who has no Rust. The same commit gives the same bytes.

    make.py [--arch arm64] [--out dist] [--functions-only] [--sums FOLDER]

Zips per function and architecture, the templates, `flink-stack`, an SBOM per binary, the licences of what is linked,
the changelog's part, and SHA256SUMS. Built with cargo-lambda, whose zig links against the glibc that is named, whatever
this machine has.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import crates

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
FUNCTIONS = ("flink-auto-start", "flink-property-groups", "flink-update-guard", "flink-rollback-unsticker")
COMMAND = "flink-stack"
# The runtime's own glibc: for an older one the linker adds libpthread and libdl, which are empty since 2.34.
RUNTIME_GLIBC = "2.34"
# The oldest that Rust's standard library runs on.
OLDEST_GLIBC = "2.17"
# Lambda's processors, as cargo-lambda itself has them: RUSTFLAGS takes the place of its own.
PROCESSORS = {"x86_64": "haswell", "arm64": "neoverse-n1"}
HERE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
# The oldest time that a zip knows.
ZIPPED_AT = (1980, 1, 1, 0, 0, 0)


def git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def version():
    """The workspace's version; outside its tag with `-dev` and the commit, of a changed tree with `.changed`."""
    released = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    changed = ".changed" if git("status", "--porcelain", "--untracked-files=no") else ""
    if f"v{released}" in git("tag", "--points-at", "HEAD").split() and not changed:
        return released
    return f"{released}-dev+{git('rev-parse', '--short=12', 'HEAD')}{changed}"


def environment(name, processor):
    """What the build must not take from this machine: paths, times, and the name of a registry's mirror."""
    cargo_home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    registries = cargo_home / "registry" / "src"
    crates_at = sorted(registries.iterdir()) if registries.is_dir() else []
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    # rustc takes the last one that matches.
    prefixes = [(cargo_home, "cargo"), *((folder, "crates") for folder in crates_at), (sysroot, "rust"), (ROOT, ".")]
    remap = [f"--remap-path-prefix={folder}={word}" for folder, word in prefixes]
    return os.environ | {
        "FLINK_STACK_HANDLERS_BUILD": name,
        "SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct"),
        "TZ": "UTC", "LC_ALL": "C", "CARGO_INCREMENTAL": "0", "CARGO_TARGET_DIR": str(TARGET),
        "RUSTFLAGS": " ".join([f"-C target-cpu={processor}", *remap]),
        # C sources (ring, the grammars) name themselves in no text of theirs.
        "CFLAGS": f"-ffile-prefix-map={cargo_home}=cargo -ffile-prefix-map={ROOT}=.",
    }


def build(binaries, arch, glibc, name):
    """Builds binaries for an architecture and returns where they are."""
    triple = f"{arch.replace('arm64', 'aarch64')}-unknown-linux-gnu"
    words = ["cargo", "lambda", "build", "--release", "--locked", "--target", f"{triple}.{glibc}"]
    for binary in binaries:
        words += ["--bin", binary]
    print(f"==> building {' '.join(binaries)} for {arch}, glibc {glibc}", flush=True)
    subprocess.run(words, cwd=ROOT, check=True, env=environment(name, PROCESSORS[arch]))
    return {binary: TARGET / "lambda" / binary / "bootstrap" for binary in binaries}


def packed(binary, path):
    """A zip that depends on the binary alone."""
    entry = zipfile.ZipInfo("bootstrap", ZIPPED_AT)
    entry.create_system, entry.external_attr, entry.compress_type = 3, 0o100755 << 16, zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, binary.read_bytes(), compresslevel=9)


def changelog_part(name):
    """The changelog's section of this version; outside a tag the one that is not released yet."""
    heading = "Unreleased" if "-dev" in name else name
    text = (ROOT / "CHANGELOG.md").read_text()
    sections = text.split("\n## ")[1:]
    found = [section for section in sections if section.split("\n", 1)[0].split(" ")[0] == heading]
    if not found:
        sys.exit(f"CHANGELOG.md has no section \"## {heading}\"; write it, then run this again")
    return f"## {found[0].strip()}\n"


def sums(folder):
    """SHA256SUMS as sha256sum takes it: sorted, relative, two blanks."""
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    digests = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files if file != "SHA256SUMS"}
    return "".join(f"{digest}  {file}\n" for file, digest in digests.items())


def zips(architectures, name, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for arch in architectures:
        for function, binary in build(FUNCTIONS, arch, RUNTIME_GLIBC, name).items():
            packed(binary, folder / f"{function}-{arch}.zip")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--arch", action="append", choices=sorted(PROCESSORS))
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--functions-only", action="store_true")
    parser.add_argument("--sums", type=Path, help="only write SHA256SUMS of this folder anew")
    given = parser.parse_args()
    if given.sums:
        (given.sums / "SHA256SUMS").write_text(sums(given.sums))
        return
    os.umask(0o022)
    name = version()
    architectures = given.arch or [HERE]
    folder = given.out.resolve() / f"flink-stack-handlers-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    zips(architectures, name, folder / "functions")
    if not given.functions_only:
        for arch in architectures:
            command = folder / f"{COMMAND}-{arch}"
            shutil.copyfile(build([COMMAND], arch, OLDEST_GLIBC, name)[COMMAND], command)
            command.chmod(0o755)
            if arch == HERE:
                subprocess.run([command, "synth", "--out", folder / "templates"], cwd=ROOT, check=True)
        epoch = int(git("log", "-1", "--format=%ct"))
        (folder / "sbom").mkdir()
        of = [*((function, "functions") for function in FUNCTIONS), (COMMAND, "template")]
        for binary, package, arch in ((*each, arch) for each in of for arch in architectures):
            linked = crates.linked(ROOT, package, arch)
            (folder / "sbom" / f"{binary}-{arch}.cdx.json").write_text(crates.sbom(binary, name, linked, epoch))
        # Of all platforms, so that the folders of two architectures can be one.
        everything = {key: crate for package in ("functions", "template") for platform_ in crates.TRIPLES
                      for key, crate in crates.linked(ROOT, package, platform_).items()}
        (folder / "THIRD_PARTY_LICENSES").write_text(crates.licences(everything))
        (folder / "CHANGELOG.part.md").write_text(changelog_part(name))
        for licence in sorted(ROOT.glob("LICENSE-*")):
            shutil.copyfile(licence, folder / licence.name)
    (folder / "SHA256SUMS").write_text(sums(folder))
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"{file.stat().st_size:>10}  {file.relative_to(folder)}")
    print(folder)


if __name__ == "__main__":
    main()
