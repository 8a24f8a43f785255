"""`make e2e`, its first part: the lines of functions/README.md's "Everyday development", with the pinned cargo-lambda.

The local AWS, `cargo lambda watch` and `cargo lambda invoke` with every event of functions/events; on ports of
their own, and without the caller's AWS settings. Exits 0 only when each function answered as it has to. Whatever it
started is stopped when it ends.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
EVENTS = ROOT / "functions/events"
PAGE = ROOT / "functions/README.md"
# Seconds that a build may take, from a cold cache.
PATIENCE = 1800
# What the page and the events say, and what this run puts in its place.
PORT, INVOKE_PORT = "4566", "9000"
NAMES = ("auto-start", "property-groups", "update-guard", "rollback-unsticker")
# aws_lambda_events' own example of a request: its ResponseURL is no bucket of CloudFormation's.
EXAMPLE = {
    "RequestType": "Create", "RequestId": "82304eb2", "LogicalResourceId": "CustomResource",
    "ResourceType": "Custom::Mine",
    "ResponseURL": "https://cr-response-bucket.s3.us-east-1.amazonaws.com/cr-response-key?sig-params=sig-values",
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/stack-name/16580499",
    "ResourceProperties": {"Key1": "string"},
}


def lines_of_the_page():
    """The three commands, as arguments."""
    section = PAGE.read_text().split("## Everyday development", 1)[1].split("## ", 1)[0]
    block = re.search(r"```bash\n(.*?)```", section, re.S)[1]
    return [line.split("  # ")[0].strip().split() for line in block.splitlines() if line.strip()]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


class Run:
    def __init__(self, folder):
        self.folder, self.processes = Path(folder), []
        self.ports = {PORT: free_port(), INVOKE_PORT: free_port()}
        caller = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = caller | {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    def moved(self, text):
        return text.replace(f"127.0.0.1:{PORT}", f"127.0.0.1:{self.ports[PORT]}")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(self.moved(text))
        return str(path)

    def start(self, words, log):
        with (self.folder / log).open("w") as out:
            streams = {"stdout": out, "stderr": subprocess.STDOUT}
            process = subprocess.Popen(words, cwd=ROOT, env=self.environment, start_new_session=True, **streams)
        self.processes.append(process)
        return process

    def log(self, name):
        return (self.folder / name).read_text()

    def wait(self, what, is_there, process):
        until = time.monotonic() + PATIENCE
        while not is_there():
            if process.poll() is not None or time.monotonic() > until:
                logs = "\n".join(each.read_text()[-3000:] for each in self.folder.glob("*.log"))
                raise SystemExit(f"everyday: {what} was not seen\n{logs}")
            time.sleep(0.2)

    def stop(self):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(20)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def invoke(self, words):
        how = {"cwd": ROOT, "env": self.environment, "capture_output": True, "text": True, "timeout": PATIENCE}
        invoked = subprocess.run(words, check=False, **how)
        if invoked.returncode:
            log = self.log("watch.log")[-3000:]
            raise SystemExit(f"everyday: {' '.join(words)}\n{invoked.stdout}{invoked.stderr}\n{log}")
        return json.loads(invoked.stdout)


def answers(port):
    """Whether something listens there, whatever it answers."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def play(run):
    aws, watch, invoke = lines_of_the_page()
    process = run.start([run.ports[PORT] if word == PORT else word for word in aws], "aws.log")

    def response_url():
        """The last of the lines that it writes when it begins."""
        return re.search(r"^  (http://\S+by-hand)$", run.log("aws.log"), re.M)

    run.wait("the addresses of the local AWS", response_url, process)
    sink = response_url()[1]
    assert json.loads(run.moved((EVENTS / "auto-start-create.json").read_text()))["ResponseURL"] == sink, sink

    env = run.file("local.env", (EVENTS / "local.env").read_text())
    at = watch.index("--env-file") + 1
    watch = [*watch[:at], env, "--invoke-port", run.ports[INVOKE_PORT], *watch[at + 1:]]
    process = run.start(watch, "watch.log")
    run.wait("cargo lambda watch", lambda: answers(run.ports[INVOKE_PORT]), process)

    at, function = invoke.index("--data-file") + 1, invoke.index("invoke") + 1
    port = ["--invoke-address", "127.0.0.1", "--invoke-port", run.ports[INVOKE_PORT]]
    seen = 0
    for event in sorted(EVENTS.glob("*.json")):
        name = next(each for each in NAMES if event.name.startswith(each))
        file = run.file(event.name, event.read_text())
        words = [*invoke[:function], f"flink-{name}", *invoke[function + 1:at], file, *invoke[at + 1:], *port]
        answered = run.invoke(words)
        if name == "rollback-unsticker":
            assert answered.get("Outcome") or answered.get("Error"), answered
        else:
            is_delete = event.stem.endswith("-delete")
            assert answered == {"Status": "SUCCESS" if is_delete else "FAILED"}, (event.name, answered)
            run.wait(f"the answer to {event.name}", lambda: run.log("aws.log").count("answer {") > seen, process)
            seen += 1
            shown = json.loads(run.log("aws.log").split("answer ")[-1])
            assert shown["Status"] == answered["Status"], shown
            assert is_delete or "does not exist" in shown["Reason"], shown
        print(f"  {event.name}: {json.dumps(answered)[:100]}")
    example = run.file("example.json", json.dumps(EXAMPLE))
    refused = run.invoke([*invoke[:at], example, *port])["Error"]
    assert "response bucket of eu-west-1" in refused and "local-aws prints" in refused, refused
    print(f"  aws_lambda_events' example: {refused}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = Run(folder)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            play(run)
        finally:
            run.stop()
    print("everyday development works: each event was answered")


if __name__ == "__main__":
    main()
