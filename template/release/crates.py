"""What a binary is linked from, by `cargo metadata`: its SBOM and its licences.

In the place of cargo-cyclonedx and cargo-about, which take minutes to build, and the first of which writes the folder
that it ran in.
"""

import functools
import hashlib
import json
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

TRIPLES = {
    "x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu", "macos-arm64": "aarch64-apple-darwin"}
LICENCE_FILES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


@functools.cache
def metadata(root, arch):
    words = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TRIPLES[arch]]
    return json.loads(subprocess.run(words, cwd=root, check=True, capture_output=True, text=True).stdout)


@functools.cache
def checksums(root):
    """The registry's digests, by name and version."""
    blocks = (root / "Cargo.lock").read_text().split("[[package]]")[1:]
    fields = [dict(line.split(" = ", 1) for line in block.splitlines() if " = " in line) for block in blocks]
    plain = ({name: value.strip('"') for name, value in each.items()} for each in fields)
    return {(each["name"], each["version"]): each["checksum"] for each in plain if "checksum" in each}


def linked(root, package, arch):
    """The crates of a package's binaries, by (name, version): without macros, build scripts and what only tests need."""
    all_of = metadata(root, arch)
    packages = {each["id"]: each for each in all_of["packages"]}
    nodes = {each["id"]: each for each in all_of["resolve"]["nodes"]}
    first = next(each["id"] for each in all_of["packages"] if each["name"] == package and each["source"] is None)
    found, waiting = {}, [first]
    while waiting:
        crate = packages[waiting.pop()]
        key = (crate["name"], crate["version"])
        if key in found or any("proc-macro" in target["kind"] for target in crate["targets"]):
            continue
        edges = nodes[crate["id"]]["deps"]
        needs = [each["pkg"] for each in edges if any(kind["kind"] is None for kind in each["dep_kinds"])]
        names = [(packages[each]["name"], packages[each]["version"]) for each in needs]
        found[key] = crate | {"checksum": checksums(root).get(key), "needs": sorted(names)}
        waiting += needs
    for crate in found.values():
        crate["needs"] = [key for key in crate["needs"] if key in found]
    return found


def purl(key):
    return f"pkg:cargo/{key[0]}@{quote(key[1], safe='.-+')}"


def sbom(binary, version, crates, epoch):
    """CycloneDX 1.5, without a serial number: the same source gives the same bytes."""
    root = f"pkg:generic/{binary}@{quote(version, safe='.-+')}"

    def component(key, crate):
        hashes = {"hashes": [{"alg": "SHA-256", "content": crate["checksum"]}]} if crate["checksum"] else {}
        licence = (crate["license"] or "").replace("/", " OR ")
        return {"type": "library", "bom-ref": purl(key), "name": key[0], "version": key[1], "purl": purl(key),
                "licenses": [{"expression": " ".join(licence.split())}]} | hashes

    needs = [
        {"ref": purl(key), "dependsOn": [purl(each) for each in crate["needs"]]} for key, crate in sorted(crates.items())]
    ours = sorted(purl(key) for key, crate in crates.items() if crate["source"] is None)
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": {"type": "application", "bom-ref": root, "name": binary, "version": version, "purl": root},
        },
        "components": [component(key, crate) for key, crate in sorted(crates.items())],
        "dependencies": [{"ref": root, "dependsOn": ours}, *needs],
    }
    return json.dumps(bom, indent=1) + "\n"


def licences(crates):
    """Each text once, under the crates that come with it. A crate without a licence ends the build."""
    texts = {}
    for key, crate in sorted(crates.items()):
        if crate["source"] is None:
            continue
        if not (crate["license"] or crate["license_file"]):
            raise SystemExit(f"the crate {key[0]} {key[1]} says no licence; ask its authors, or do without it")
        folder = crate["manifest_path"].rsplit("/", 1)[0]
        found = sorted(read(folder), key=lambda text: hashlib.sha256(text.encode()).hexdigest())
        for text in found or ["The crate comes without the text of its licence."]:
            texts.setdefault(text, []).append(f"{key[0]} {key[1]} ({crate['license'] or crate['license_file']})")
    rule, line = "=" * 80, "-" * 80
    in_order = sorted(texts.items(), key=lambda one: one[1])
    parts = ["\n".join([rule, *names, line, text, ""]) for text, names in in_order]
    head = "What the binaries of flink-stack-handlers are linked from, with the licences that it comes with.\n"
    return "\n".join([head, *parts])


def read(folder):
    for path in sorted(Path(folder).iterdir()):
        if path.is_file() and path.name.upper().startswith(LICENCE_FILES):
            yield path.read_text(errors="replace").strip()
