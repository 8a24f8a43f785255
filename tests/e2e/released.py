"""`make e2e`, its last part: both ways to install, as template/README.md has them.

    released.py [dist/flink-stack-handlers-<version>]

From a release folder without `target/`, with the real AWS CLI, on the local AWS and on ministack: the page's lines,
then an application that runs. On the local AWS the way from source follows, by the pinned cargo-lambda: it is refused,
takes over and gives back, and each function's configuration is compared field by field. Without a folder one is made
of the functions that `make deploy` has built. What this starts is stopped when it ends.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import botocore.session

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "template/release"))

import make  # noqa: E402
import run as third_party  # noqa: E402
from run import ROOT, TARGET, Failed, equal, expect  # noqa: E402

PAGE = ROOT / "template/README.md"
WORK = third_party.VENV.parent / "released"
FUNCTIONS = third_party.FUNCTIONS
# What differs from one deployment of the same function to the next.
OF_A_DEPLOYMENT = ("CodeSha256", "CodeSize", "LastModified", "RevisionId")
VERSION_TAG = "flink-stack-handlers-version"
# A way takes at most so many lines.
LINES = 6


def ways():
    """The blocks of the page's section, the first from source and the second from a release, as lines."""
    section = PAGE.read_text().split("## Two ways to install", 1)[1].split("\n## ", 1)[0]
    blocks = [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", section, re.S)]
    for block in blocks:
        expect(len(block) <= LINES, f"a way to install has {len(block)} lines, at most {LINES} are promised")
    return blocks


def folder(given):
    """A release folder that nothing of the project is beside."""
    shutil.rmtree(WORK, ignore_errors=True)
    if given:
        place = WORK / Path(given).resolve().name
        shutil.copytree(given, place)
        return place
    command = TARGET / "debug/flink-stack"
    version = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    place = WORK / f"flink-stack-handlers-{version}"
    (place / "functions").mkdir(parents=True)
    for function in FUNCTIONS:
        make.packed(TARGET / "lambda" / function / "bootstrap", place / "functions" / f"{function}-x86_64.zip")
    subprocess.run([command, "synth", "--out", place / "templates"], check=True, cwd=ROOT)
    shutil.copy(command, place / "flink-stack-x86_64")
    (place / "SHA256SUMS").write_text(make.sums(place))
    return place


class Local:
    """The local AWS in a process of its own, with what run.py has for ministack."""

    def __init__(self):
        caller = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MAKE", "MFLAGS"))}
        self.process = subprocess.Popen([TARGET / "debug/local-aws"], env=caller, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)
        self.endpoint = self.process.stdout.readline().strip()
        self.region = "eu-west-1"
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.environment = caller | keys | {
            "PATH": f"{third_party.VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        session = botocore.session.Session()
        session.set_credentials("test", "test")

        def client(service):
            return session.create_client(service, region_name=self.region, endpoint_url=self.endpoint)

        self.cloudformation, self.flink = client("cloudformation"), client("kinesisanalyticsv2")
        self.functions = client("lambda")

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def shell(aws, place, lines, **more):
    """Runs lines of the page in a folder, as a person types them."""
    script = "\n".join(["set -euo pipefail", *lines])
    version = place.name.removeprefix("flink-stack-handlers-")
    environment = aws.environment | {"VERSION": version} | more
    ended = subprocess.run(["bash", "-c", script], cwd=place, env=environment, check=False, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=third_party.PATIENCE)
    for line in ended.stdout.splitlines():
        print(f"      | {line}", flush=True)
    expect(ended.returncode == 0, f"the lines of the page end with {ended.returncode}")


def statuses(aws):
    stacks = aws.cloudformation.describe_stacks()["Stacks"]
    return {s["StackName"]: s["StackStatus"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"}


def application(aws, place):
    """A stack that adopts the handlers, by the release's own template and the AWS CLI."""
    job = WORK / "job.jar"
    job.write_text(json.dumps({"job": "feature-counter", "version": "1", "fails_on": []}))
    shell(aws, place, [
        "BUCKET=$(aws cloudformation list-exports --query \"Exports[?Name=='flink-access-bucket'].Value\" --output text)",
        f'aws s3 cp "{job}" "s3://$BUCKET/jars/1.jar"',
        "aws cloudformation deploy --stack-name flink-test --template-file templates/application.template.json"
        " --capabilities CAPABILITY_NAMED_IAM --parameter-overrides JarKey=jars/1.jar StabilizeSeconds=0",
    ])
    status = aws.flink.describe_application(ApplicationName="flink-test")["ApplicationDetail"]["ApplicationStatus"]
    equal(status, "RUNNING", "the application")


def configurations(aws):
    """What GetFunctionConfiguration answers, policy and asynchronous settings, of each function."""
    found = {}
    for name in FUNCTIONS:
        configuration = aws.functions.get_function_configuration(FunctionName=name)
        configuration = {k: v for k, v in configuration.items() if k not in (*OF_A_DEPLOYMENT, "ResponseMetadata")}
        asynchronous = aws.functions.get_function_event_invoke_config(FunctionName=name)
        asynchronous = {k: v for k, v in asynchronous.items() if k not in ("LastModified", "ResponseMetadata")}
        try:
            policy = json.loads(aws.functions.get_policy(FunctionName=name)["Policy"])["Statement"]
        except aws.functions.exceptions.ResourceNotFoundException:
            policy = []
        tags = aws.functions.list_tags(Resource=configuration["FunctionArn"])["Tags"]
        tags = {k: v for k, v in tags.items() if not k.startswith("aws:") and k != VERSION_TAG}
        version = configuration["Environment"]["Variables"].pop("FLINK_STACK_HANDLERS_VERSION")
        expect(version, f"{name} does not say its version")
        found[name] = {"configuration": configuration, "asynchronous": asynchronous, "policy": policy, "tags": tags}
    return found


def released(aws, place, lines, seen):
    """The page's lines from the folder, and once more."""
    expect(not (place / "target").exists(), "the release folder has a target/")
    shell(aws, place, lines)
    stacks = dict.fromkeys(("flink-access", "flink-functions", "flink-handlers"), "CREATE_COMPLETE")
    equal(statuses(aws), stacks, "the stacks")
    seen(f"{len(lines)} lines bring the handlers")
    application(aws, place)
    seen("an application that adopts them runs")


def other_way(aws, place, seen):
    """From source: refused, then taken over and given back; nothing of the functions changes but their version."""
    settings = {"REGION": aws.region, "YES": 1}
    before, stacks = configurations(aws), statuses(aws)
    refused = third_party.make(aws, "handlers", fails=True, **settings)
    expect(any("the stack flink-functions has these functions" in line for line in refused), "it is not refused")
    equal((configurations(aws), statuses(aws)), (before, stacks), "the account")
    seen("the other way is refused, and nothing changes")
    third_party.make(aws, "handlers", TAKE_OVER=1, **settings)
    expect("flink-functions" not in statuses(aws), "the functions stack is still there")
    compare(before, configurations(aws))
    seen("cargo lambda deploy took over: each field of each function is what it was")
    third_party.make(aws, "handlers", TAKE_OVER=1, RELEASE=place, **settings)
    equal(statuses(aws)["flink-functions"], "CREATE_COMPLETE", "the functions stack")
    compare(before, configurations(aws))
    seen("the release took over again: each field of each function is what it was")


def compare(before, after):
    for name in FUNCTIONS:
        for part, was in before[name].items():
            now = after[name][part]
            if part == "policy":
                was, now = ({statement["Sid"]: statement for statement in each} for each in (was, now))
            for field in sorted({*was, *now}):
                equal(now.get(field), was.get(field), f"{field} of the {part} of {name}")


def main():
    def interrupted(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    aws, began = None, time.monotonic()

    def seen(what):
        print(f"  ✓ {what} ({time.monotonic() - began:.0f} s)", flush=True)

    try:
        place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
        _, lines = ways()
        for kind in (Local, third_party.Aws):
            aws = kind()
            print(f"  the released way on {aws.endpoint} ({kind.__name__})", flush=True)
            released(aws, place, lines, seen)
            if kind is Local:
                other_way(aws, place, seen)
            aws.stop()
            aws = None
    except Failed as failure:
        print(f"\n  ✗ {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n  ✗ interrupted", file=sys.stderr)
        return 130
    finally:
        if aws:
            aws.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
