"""`make release-check`: whether a release folder is what it says. It needs the folder alone, and Python.

    check.py dist/flink-stack-handlers-<version> [--advisories DIR]

DIR is a checkout of RustSec's advisory database; nothing is fetched. Then the check is tried on copies, each with a
defect that it has to find.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

FUNCTIONS = ("flink-auto-start", "flink-property-groups", "flink-rollback-unsticker", "flink-update-guard")
NEWEST_GLIBC = {"functions": (2, 34), "command": (2, 17)}
TEMPLATES = ("access", "application", "application-retained", "functions", "handlers")
# Folders of the person who built it.
HOMES = re.compile(rb"/(?:home|Users)/[a-z][a-z0-9._-]*/|/root/\.|[A-Z]:\\Users\\")


def binaries(folder):
    """The binaries as (name, architecture, bytes): in their zips, and the command."""
    for path in sorted((folder / "functions").glob("*.zip")):
        name, arch = path.stem.rsplit("-", 1)
        with zipfile.ZipFile(path) as archive:
            yield name, arch, archive.read("bootstrap")
    # That for macOS, which the workflow adds, has no glibc and is not read here.
    for path in sorted(each for each in folder.glob("flink-stack-*") if "macos" not in each.name):
        yield "flink-stack", path.name.removeprefix("flink-stack-"), path.read_bytes()


def sums(folder, version):
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    if list(listed) != sorted(there):
        yield f"SHA256SUMS lists other files than there are: {sorted(set(listed) ^ there)}"
    for name in sorted(there & set(listed)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
            yield f"{name} has another sum than SHA256SUMS says"


def contents(folder, version):
    zips = {tuple(path.stem.rsplit("-", 1)) for path in (folder / "functions").glob("*.zip")}
    architectures = {arch for _, arch in zips}
    wanted = [f"functions/{name}-{arch}.zip" for name in FUNCTIONS for arch in sorted(architectures or {"x86_64"})]
    wanted += [f"templates/{name}.template.json" for name in TEMPLATES]
    wanted += [f"flink-stack-{arch}" for arch in sorted(architectures)]
    wanted += ["THIRD_PARTY_LICENSES", "CHANGELOG.part.md", "LICENSE-MIT", "LICENSE-APACHE"]
    yield from (f"{name} is missing" for name in wanted if not (folder / name).is_file())


def versions(folder, version):
    for path in sorted((folder / "templates").glob("*.template.json")):
        template = json.loads(path.read_text())
        output = template["Outputs"]["FlinkStackHandlersVersion"]["Value"]
        found = template["Metadata"]["FlinkStackHandlersVersion"], output
        if found != (version, version):
            yield f"{path.name} is of {found}, the folder of {version}"
    for name, arch, code in binaries(folder):
        if version.encode() not in code:
            yield f"{name} for {arch} does not say {version}"


def glibc(folder, version):
    for name, arch, code in binaries(folder):
        found = {tuple(map(int, each.split(b"."))) for each in re.findall(rb"GLIBC_([0-9]+(?:\.[0-9]+)+)", code)}
        most = NEWEST_GLIBC["command" if name == "flink-stack" else "functions"]
        if arch == "arm64" and most < (2, 17):
            most = (2, 17)
        if not found or max(found) > most:
            yield f"{name} for {arch} needs glibc {max(found, default=None)}, at most {most} is there"


def synthesized(folder, version):
    """The templates as the folder's own command writes them, and its version; where it runs."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return
    command = (folder / "flink-stack-x86_64").resolve()
    said = subprocess.run([command, "--version"], check=False, capture_output=True, text=True)
    if said.returncode or said.stdout.strip() != f"flink-stack {version}":
        yield f"flink-stack --version prints {said.stdout.strip()!r} and ends with {said.returncode}"
        return
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([command, "synth", "--out", out], cwd=out, check=True, capture_output=True)
        for path in sorted(Path(out).rglob("*.json")):
            name = path.relative_to(out)
            shipped = folder / "templates" / name
            if not shipped.is_file() or shipped.read_bytes() != path.read_bytes():
                yield f"templates/{name} is not what flink-stack synth writes"


def boms(folder, version):
    """Each crate that a binary's texts name (panics name their source) is in its SBOM."""
    for name, arch, code in binaries(folder):
        path = folder / "sbom" / f"{name}-{arch}.cdx.json"
        if not path.is_file():
            yield f"sbom/{path.name} is missing"
            continue
        bom = json.loads(path.read_text())
        if bom["metadata"]["component"]["version"] != version:
            yield f"{path.name} is of {bom['metadata']['component']['version']}"
        listed = {f"{each['name']}-{each['version']}" for each in bom["components"]}
        named = re.findall(rb"crates/([a-zA-Z0-9_-]+-[0-9]+\.[0-9]+\.[0-9]+[0-9a-z.+-]*)/", code)
        linked = {each.decode() for each in named}
        if not linked:
            yield f"{name} for {arch} names no crate: the check of its SBOM sees nothing"
        yield from (f"{path.name} lacks {each}, which is linked" for each in sorted(linked - listed))


def machines(folder, version):
    """Neither a home, nor this machine's folders and name, in any file or zip."""
    here = {str(Path.home()), str(Path(__file__).resolve().parents[2]), os.environ.get("CARGO_HOME", "")}
    words = [f"{word}/".encode() for word in here if len(word) > 1] + [b"registry/src/"]
    host = socket.gethostname()
    words += [host.encode()] if len(host) > 5 else []
    files = [(path.relative_to(folder), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]
    files += [(f"{name} for {arch}", code) for name, arch, code in binaries(folder)]
    for name, content in files:
        found = {word for word in words if word in content} | set(HOMES.findall(content))
        if found:
            yield f"{name} names {sorted(found)}"


CHECKS = (contents, sums, versions, glibc, synthesized, boms, machines)


def numbers(version):
    """A version as what is compared: a pre-release is before its release."""
    core, _, pre = version.split("+")[0].partition("-")
    parts = [int(part) for part in core.split(".")]
    return (parts + [0, 0])[:3] + [not pre]


def matches(version, requirement):
    """Whether a version meets one of RustSec's requirements: comparisons, separated by commas."""
    found = numbers(version)
    for word in requirement.split(","):
        sign, wanted = re.match(r"\s*(>=|<=|>|<|=|\^|~)?\s*([0-9][^\s]*)", word).groups()
        bound = numbers(wanted)
        same = bound[:1] if bound[0] else bound[:2]
        meets = {
            ">=": found >= bound, ">": found > bound, "<=": found <= bound, "<": found < bound, "=": found == bound,
            "~": found >= bound and found[:2] == bound[:2], "^": found >= bound and found[: len(same)] == same,
        }
        if not meets[sign or "^"]:
            return False
    return True


def advisories(folder, database):
    """What RustSec knows of the crates of the SBOMs."""
    crates = {(each["name"], each["version"]) for path in (folder / "sbom").glob("*.json")
              for each in json.loads(path.read_text())["components"]}
    for path in sorted(database.glob("crates/*/*.md")):
        text = path.read_text().split("```toml\n", 1)[1].split("\n```", 1)[0]
        entry = tomllib.loads(text)
        fine = entry["versions"].get("patched", []) + entry["versions"].get("unaffected", [])
        if entry["advisory"].get("withdrawn") or entry["advisory"].get("informational"):
            continue
        for name, version in sorted(crates):
            if name == entry["advisory"]["package"] and not any(matches(version, each) for each in fine):
                yield f"{name} {version}: {entry['advisory']['id']}"


def problems(folder, database=None):
    version = folder.resolve().name.removeprefix("flink-stack-handlers-")
    found = [problem for check in CHECKS for problem in check(folder, version)]
    return found + (list(advisories(folder, database)) if database else [])


def change(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new, 1))


# A defect each, and a word of what is to be said of it.
PLANTED = [
    ("has another sum", lambda folder, version: change(folder / "LICENSE-MIT", b"MIT", b"TIM")),
    ("is missing", lambda folder, version: (folder / "templates" / "functions.template.json").unlink()),
    ("lists other files", lambda folder, version: (folder / "extra").write_text("")),
    ("is of",
     lambda folder, version: change(folder / "templates" / "access.template.json", version.encode(), b"9.9.9")),
    ("is not what flink-stack synth writes",
     lambda folder, version: change(folder / "templates" / "handlers.template.json", b"Sweep", b"Swept")),
    ("which is linked",
     lambda folder, version: change(folder / "sbom" / "flink-stack-x86_64.cdx.json", b'"serde_json"', b'"no_json"')),
    ("needs glibc", lambda folder, version: change(folder / "flink-stack-x86_64", b"GLIBC_2.2.5", b"GLIBC_2.99")),
    ("names", lambda folder, version: (folder / "CHANGELOG.part.md").write_text("/home/someone/src\n")),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--advisories", type=Path)
    given = parser.parse_args()
    if not (given.folder / "SHA256SUMS").is_file():
        sys.exit(f"{given.folder} is not a release folder: it has no SHA256SUMS")
    found = problems(given.folder, given.advisories)
    for word, plant in PLANTED:
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / given.folder.resolve().name
            shutil.copytree(given.folder, copy)
            plant(copy, copy.name.removeprefix("flink-stack-handlers-"))
            if not any(word in problem for problem in problems(copy)):
                found.append(f"a planted defect is not found: {word}")
    print("\n".join(found) or f"{given.folder.name}: nothing found; {len(PLANTED)} planted defects found"
          + ("" if given.advisories else "; advisories were not asked for (--advisories DIR)"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
