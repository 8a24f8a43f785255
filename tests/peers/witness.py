"""What the local AWS and ministack say to the same calls: `witness.py path/to/local-aws`.

The differences are the table in witness.md, with who is right and why. One that is not in it fails, and so does a row
that is no difference any more. ministack runs as it was released, without the patches of tests/e2e.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import botocore.session

import flink_probes
import stacks_probes
from witness_world import World

HERE = Path(__file__).parent
REGION = "eu-west-1"
WHO = ("ours", "ministack", "both", "open")


def started(command, environment, port):
    """A process that takes connections, or why not."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        if process.poll() is not None:
            break
        time.sleep(0.1)
    process.kill()
    raise SystemExit(f"{command[0]} did not start")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def clients(port):
    """A client of each service."""
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    endpoint = f"http://127.0.0.1:{port}"
    config = botocore.config.Config(retries={"max_attempts": 1}, parameter_validation=False)
    return lambda service: session.create_client(service, region_name=REGION, endpoint_url=endpoint, config=config)


def outcomes(port):
    """What each probe saw, by its name."""
    world = World(clients(port))
    seen = {}
    for probe in [*flink_probes.EVERY, *stacks_probes.EVERY]:
        name = probe.__name__.replace("_", " ")
        try:
            text = probe(world)
        except Exception as error:  # what a probe did not expect is an outcome, too
            text = f"{type(error).__name__}: {error}"
        # Identifiers and times differ in every run; a bar would end the table's cell.
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "<id>", str(text))
        text = re.sub(r"\b\d{12,13}\b", "<number>", text)
        seen[name] = " ".join(text.replace("|", "/").split())
    return seen


def listed():
    """The rows of witness.md: probe -> (ours, theirs, who is right, why)."""
    rows = {}
    for line in (HERE / "witness.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| probe", "|--")):
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            rows[cells[0]] = tuple(cells[1:])
    return rows


def judged(ours, theirs, rows):
    """What is wrong with the list."""
    for name in ours:
        found = (ours[name], theirs[name])
        row = rows.get(name)
        if found[0] == found[1] and row:
            yield f"{name}: no difference any more; take its row out of witness.md"
        elif found[0] != found[1] and not row:
            yield f"{name}: a difference that witness.md does not have\n  | {name} | {found[0]} | {found[1]} | ? | ? |"
        elif row and row[:2] != found:
            yield f"{name}: another difference than in witness.md\n  | {name} | {found[0]} | {found[1]} | {' | '.join(row[2:])} |"
        elif row and (len(row) != 4 or row[2] not in WHO or len(row[3]) < 10):
            yield f"{name}: who is right ({', '.join(WHO)}) and why is missing in witness.md"
    for name in rows.keys() - ours.keys():
        yield f"{name}: a row of witness.md that no probe has"


def main():
    home = tempfile.TemporaryDirectory()
    ports = [free_port(), free_port()]
    caller = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    theirs = caller | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(ports[1]), "MINISTACK_HOST": "127.0.0.1",
                       "MINISTACK_REGION": REGION, "TMPDIR": home.name, "HOME": home.name}
    processes = []
    try:
        processes.append(started([sys.argv[1], "--port", str(ports[0])], caller, ports[0]))
        processes.append(started([str(Path(sys.executable).parent / "ministack")], theirs, ports[1]))
        found = [outcomes(port) for port in ports]
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        home.cleanup()
    rows = listed()
    wrong = list(judged(*found, rows))
    for problem in wrong:
        print(problem)
    same = sum(found[0][name] == found[1][name] for name in found[0])
    print(f"{len(found[0])} probes: {same} alike, {len(found[0]) - same} differ, {len(wrong)} not as in tests/peers/witness.md")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
