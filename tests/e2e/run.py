"""`make e2e`: the committed templates, the shipped zips and the operator's own commands on a third party's AWS.

Starts ministack on 127.0.0.1, runs `make deploy` and `make destroy` as an operator would (the real AWS CLI, the real
`cargo lambda`; only AWS_ENDPOINT_URL differs), and drives one incident to its end. Exits 0 only when every step was
seen. Whatever it started is stopped when it ends, also on failure and on Ctrl-C.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from pathlib import Path

import botocore.session

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
WORK = VENV.parent / "run"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
REGION = "eu-central-1"
STACK = "flink-test"
FUNCTIONS = ("flink-auto-start", "flink-property-groups", "flink-update-guard", "flink-rollback-unsticker")
# Seconds that one command may take, the release build of a cold cache included.
PATIENCE = 2400
# Amazon Linux 2023, the runtime's system, ships this glibc.
NEWEST_GLIBC = (2, 34)


class Failed(Exception):
    """A step that was not seen."""


class Aws:
    """ministack in a process of its own, and clients for it."""

    def __init__(self):
        shutil.rmtree(WORK, ignore_errors=True)
        (WORK / "tmp").mkdir(parents=True)
        self.failing_job = WORK / "the-job-fails"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        # Nothing of the caller's AWS settings: neither ministack nor a command may reach a real account.
        caller = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MAKE", "MFLAGS"))}
        self.environment = caller | {
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        # ministack hands its own environment to the functions; the ResponseURL carries MINISTACK_HOST and GATEWAY_PORT.
        server = {k: v for k, v in self.environment.items() if k.startswith("AWS_") or k == "PATH"} | {
            # The functions' roles count: ministack enforces their permissions on CloudFormation (not on Flink).
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(WORK / "tmp"),
            "HOME": str(WORK),
            "E2E_FAILING_JOB": str(self.failing_job),
        }
        self.log = open(WORK / "ministack.log", "wb")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/e2e/third_party_aws.py")],
            env=server, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            self.stop()
        if self.process.poll() is not None:
            raise Failed(f"ministack did not start:\n{(WORK / 'ministack.log').read_text()[-3000:]}")
        session = botocore.session.Session()
        session.set_credentials("test", "test")

        def client(service):
            return session.create_client(service, region_name=REGION, endpoint_url=self.endpoint)

        self.cloudformation = client("cloudformation")
        self.flink = client("kinesisanalyticsv2")
        self.functions = client("lambda")
        self.logs = client("logs")
        self.clients = {name: client(name) for name in ("s3", "iam", "dynamodb", "kinesis", "sqs", "sns", "events")}

    def stop(self):
        """Ends ministack and the functions that it runs: all of them are in its process group."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()

    def stack(self, name=STACK):
        """A stack's description."""
        return self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    def stacks(self):
        """Every stack that is there."""
        return [s["StackName"] for s in self.cloudformation.describe_stacks()["Stacks"]
                if s["StackStatus"] != "DELETE_COMPLETE"]

    def events(self, name=STACK):
        """A stack's events, oldest first."""
        return self.cloudformation.describe_stack_events(StackName=name)["StackEvents"][::-1]

    def application(self, name=STACK):
        """An application's description."""
        return self.flink.describe_application(ApplicationName=name)["ApplicationDetail"]

    def property_groups(self, name=STACK):
        """What the job reads: group ID -> map."""
        configuration = self.application(name)["ApplicationConfigurationDescription"]
        groups = configuration.get("EnvironmentPropertyDescriptions", {}).get("PropertyGroupDescriptions", [])
        return {group["PropertyGroupId"]: group["PropertyMap"] for group in groups}

    def tags(self, name=STACK):
        """An application's tags."""
        arn = self.application(name)["ApplicationARN"]
        return {tag["Key"]: tag["Value"] for tag in self.flink.list_tags_for_resource(ResourceARN=arn)["Tags"]}

    def jar(self, name=STACK):
        """The key of the jar that the application runs."""
        code = self.application(name)["ApplicationConfigurationDescription"]["ApplicationCodeConfigurationDescription"]
        return code["CodeContentDescription"]["S3ApplicationCodeLocationDescription"]["FileKey"]

    def resource(self, kind, name=STACK):
        """The physical ID of a stack's only resource of a type."""
        rows = self.cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return next(row["PhysicalResourceId"] for row in rows if row["ResourceType"] == kind)

    def invoke_unsticker(self, status, name=STACK):
        """Hands the function the event that EventBridge would (semantics.md D.1), and returns its report."""
        stack = self.stack(name)["StackId"]
        event = {
            "version": "0", "id": str(uuid.uuid4()), "source": "aws.cloudformation",
            "detail-type": "CloudFormation Stack Status Change", "account": stack.split(":")[4], "region": REGION,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "resources": [stack],
            "detail": {"stack-id": stack, "status-details": {"status": status, "status-reason": ""},
                       "client-request-token": ""},
        }
        answer = self.functions.invoke(FunctionName="flink-rollback-unsticker", Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read())
        expect("FunctionError" not in answer, f"the unsticker ended with an error: {json.dumps(body)}")
        return body

    def after(self, *statuses, name=STACK):
        """Waits until the stack's status is not one of these, and returns it."""
        for _ in range(600):
            status = self.stack(name)["StackStatus"]
            if status not in statuses:
                break
            time.sleep(0.1)
        return status

    def why(self):
        """What a person needs when a step was not seen: what each function logged, and what each stack says."""
        for function in FUNCTIONS:
            print(f"\n--- log of {function}")
            try:
                streams = self.logs.describe_log_streams(logGroupName=f"/aws/lambda/{function}")["logStreams"]
                for stream in streams:
                    page = self.logs.get_log_events(
                        logGroupName=f"/aws/lambda/{function}", logStreamName=stream["logStreamName"], startFromHead=True)
                    for row in page["events"][-60:]:
                        print("   ", row["message"].rstrip())
            except Exception as error:  # a log group that is not there must not hide the rest
                print("   ", error)
        try:
            for stack in self.stacks():
                print(f"\n--- events of {stack}")
                for row in self.events(stack):
                    print("   ", row["ResourceStatus"], row["LogicalResourceId"], row.get("ResourceStatusReason", ""))
        except Exception as error:
            print("   ", error)
        print(f"\n--- {WORK / 'ministack.log'} has the rest")


def expect(seen, what):
    """A step's claim."""
    if not seen:
        raise Failed(what)


def equal(found, wanted, what):
    """A claim about a value."""
    expect(found == wanted, f"{what} is {found!r}, not {wanted!r}")


def make(aws, *arguments, fails=False, **settings):
    """Runs `make` as an operator would, showing what it prints, and returns those lines."""
    words = ["make", "--no-print-directory", *arguments, *(f"{k}={v}" for k, v in settings.items())]
    lines = []
    with subprocess.Popen(words, cwd=ROOT, env=aws.environment, text=True, start_new_session=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        late = threading.Timer(PATIENCE, os.killpg, (run.pid, signal.SIGKILL))
        late.start()
        try:
            for line in run.stdout:
                # make's own last line, `make: *** [...] Error 1`, is not ours.
                if not re.match(r"make(\[\d+\])?: \*\*\*", line):
                    lines.append(line.rstrip())
                    print(f"      | {lines[-1]}", flush=True)
            code = run.wait()
        finally:
            late.cancel()
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
    expect((code != 0) == fails, f"`{' '.join(words)}` ended with {code}")
    return lines


def problems(lines):
    """Those of a command's lines that say what is wrong."""
    return [line for line in lines if re.match(r"flink-stack \w+: ", line)]


def job(name, content):
    """A jar of some content: ministack keeps it and never runs it."""
    path = WORK / name
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("content", content)
    return path


def show(report):
    """Prints a report."""
    for line in json.dumps(report, indent=2).splitlines():
        print(f"      | {line}", flush=True)


class Steps:
    """A tick for each step, with the time since the one before."""

    def __init__(self):
        self.last = self.first = time.monotonic()

    def seen(self, what):
        now = time.monotonic()
        print(f"  ✓ {what} ({now - self.last:.1f} s)", flush=True)
        self.last = now


def bad_input(aws, seen):
    """Nothing is created for a command that cannot succeed."""
    for settings, words in (({}, "JAR is missing"), ({"JAR": "no/such.jar"}, "is not a file")):
        lines = problems(make(aws, "deploy", fails=True, YES=1, **settings))
        expect(len(lines) == 1 and words in lines[0], f"not one problem that says {words!r}: {lines}")
    equal(aws.stacks(), [], "the list of stacks")
    seen("a deployment without a jar is one line, and nothing was created")


def zips(aws, seen):
    """What is shipped runs on the runtime's glibc, and names no path of this machine."""
    for function in FUNCTIONS:
        path = TARGET / "lambda" / function / "bootstrap.zip"
        packed = path.read_bytes()
        binary = zipfile.ZipFile(path).read("bootstrap")
        versions = {tuple(map(int, v.split(b"."))) for v in re.findall(rb"GLIBC_([0-9]+(?:\.[0-9]+)+)", binary)}
        newest = max(versions)
        expect(newest <= NEWEST_GLIBC, f"{function} needs glibc {newest}, the runtime has {NEWEST_GLIBC}")
        text = ".".join(map(str, newest))
        for place in (ROOT, Path.home()):
            expect(f"{place}/".encode() not in binary, f"{function} names the path {place} of the machine that built it")
        print(f"      | {function}: zip {len(packed) / 1e6:.2f} MB, binary {len(binary) / 1e6:.2f} MB, glibc {text}")
    seen("the zips need no newer glibc than the runtime has, and name no path of this machine")


def run(aws):
    """The whole path."""
    steps = Steps()
    seen = steps.seen
    seen(f"ministack answers on {aws.endpoint}")
    bad_input(aws, seen)

    first, second = job("first.jar", "first"), job("second.jar", "second")
    settings = {
        "REGION": REGION, "JAR": first, "YES": 1,
        # ministack forgets a stack's service role; the unsticker then needs what the rollback needs.
        "CONTINUE_WITH_OWN_ROLE": "true",
        # It also gives IAM no tags of a stack: the policy that asks for them would deny the continuing.
        "IGNORE_CONSENT_TAG": "true",
        "POLL_INTERVAL_MS": 200, "STABILIZE_SECONDS": 1, "STOP_MINUTES": 1,
        # The incident is one of a stack that its guard lets through.
        "PARAMETERS": "StabilizeSeconds=1 OnSnapshotFailure=Continue",
    }
    make(aws, "deploy", **settings)
    seen("make deploy")
    zips(aws, seen)

    equal(aws.stack()["StackStatus"], "CREATE_COMPLETE", "the stack")
    equal(aws.application()["ApplicationStatus"], "RUNNING", "the application")
    seen("the stack is CREATE_COMPLETE and its application RUNNING, with no manual step")
    names = aws.property_groups()["FlinkApplicationProperties"]
    for kind in ("AWS::Kinesis::Stream", "AWS::DynamoDB::Table"):
        expect(aws.resource(kind) in names.values(), f"{aws.resource(kind)} is not among the properties {names}")
    seen(f"the job reads its stack's own names: {names}")

    make(aws, "deploy", **settings | {"PARAMETERS": "TableName=flink-test-renamed"})
    renamed = aws.property_groups()["FlinkApplicationProperties"]
    equal(aws.stack()["StackStatus"], "UPDATE_COMPLETE", "the stack")
    expect("flink-test-renamed" in renamed.values(), f"the new table is not among the properties {renamed}")
    equal(aws.application()["ApplicationStatus"], "RUNNING", "the application")
    seen(f"a parameter changed: UPDATE_COMPLETE, {renamed}, RUNNING")

    report = aws.invoke_unsticker("UPDATE_ROLLBACK_FAILED", "flink-access")
    equal(report["Outcome"], "NotOurs", "the unsticker's outcome")
    seen("the unsticker leaves a stack without a tagged application alone")

    # The handlers stay as they are from here on.
    settings["ONLY_STACK"] = 1
    jar = aws.jar()
    make_it_stuck(aws, settings | {"JAR": second}, seen)
    # The cause passes while the application is down.
    aws.failing_job.unlink()
    report = aws.invoke_unsticker("UPDATE_ROLLBACK_COMPLETE")
    show(report)
    equal(report["Outcome"], "Recovered", "the unsticker's outcome")
    equal(aws.application()["ApplicationStatus"], "RUNNING", "the application")
    equal(aws.jar(), jar, "the jar")
    equal(aws.property_groups()["FlinkApplicationProperties"], renamed, "the property group")
    expect("flink-unstick-restart" not in aws.tags(), f"the marker is still there: {aws.tags()}")
    seen("Recovered: the application is RUNNING again with the old jar and the old properties")

    make_it_stuck(aws, settings | {"JAR": second}, seen)
    # The cause stays: the old code meets the same record again.
    report = aws.invoke_unsticker("UPDATE_ROLLBACK_COMPLETE")
    show(report)
    equal(report["Outcome"], "StoppedAwaitingFix", "the unsticker's outcome")
    equal(aws.application()["ApplicationStatus"], "READY", "the application")
    seen("StoppedAwaitingFix: the old code failed again, and the application waits for a fix")
    aws.failing_job.unlink()
    make(aws, "deploy", **settings | {"JAR": second})
    equal(aws.stack()["StackStatus"], "UPDATE_COMPLETE", "the stack")
    expect(aws.jar() != jar, "the new jar is not deployed")
    equal(aws.application()["ApplicationStatus"], "RUNNING", "the application")
    seen("the fix deploys straight through and runs")

    injected(aws, jar, seen)
    staging(aws, settings, seen)
    make(aws, "destroy", REGION=REGION, YES=1)
    nothing_left(aws)
    seen("make destroy leaves nothing")
    print(f"  done in {time.monotonic() - steps.first:.0f} s")


def make_it_stuck(aws, settings, seen):
    """A job that fails, and the deployment that meets it; then the unsticker up to UPDATE_ROLLBACK_COMPLETE."""
    aws.failing_job.touch()
    lines = make(aws, "deploy", fails=True, **settings)
    equal(aws.stack()["StackStatus"], "UPDATE_ROLLBACK_FAILED", "the stack")
    expect(any("Failed to take snapshot" in line for line in lines), "make deploy does not print the cause")
    seen("the job fails: the deployment ends in UPDATE_ROLLBACK_FAILED, and make deploy says why")

    print("      | ministack emits no stack events: this harness hands them to the function")
    report = aws.invoke_unsticker("UPDATE_ROLLBACK_FAILED")
    show(report)
    equal(report["Outcome"], "RollbackContinued", "the unsticker's outcome")
    equal(aws.after("UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS"), "UPDATE_ROLLBACK_COMPLETE", "the stack")
    equal(aws.application()["ApplicationStatus"], "READY", "the application")
    seen("the unsticker force-stopped the application and continued the rollback: UPDATE_ROLLBACK_COMPLETE")


def injected(aws, jar, seen):
    """The committed template gives the application its groups twice; with the function's alone, they are there too."""
    name = f"{STACK}-injected"
    template = json.loads((ROOT / "template/application.template.json").read_text())
    configuration = template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"]
    del configuration["EnvironmentProperties"]
    values = {"JarKey": jar, "ApplicationName": name, "StreamName": name, "TableName": name, "StabilizeSeconds": "0"}
    stack = aws.cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()])["StackId"]
    equal(aws.after("CREATE_IN_PROGRESS", name=name), "CREATE_COMPLETE", "the stack")
    groups = aws.property_groups(name)
    equal({groups["FlinkApplicationProperties"][key] for key in ("stream.name", "table.name")}, {name}, "the names")
    equal(aws.application(name)["ApplicationStatus"], "RUNNING", "the application")
    neighbours(aws, name, template, values, seen)
    aws.cloudformation.delete_stack(StackName=name)
    equal(aws.after("DELETE_IN_PROGRESS", name=stack), "DELETE_COMPLETE", "the stack")
    seen("an application without groups of its own gets them from flink-property-groups")


def neighbours(aws, name, template, values, seen):
    """Two injectors on one application: an update of one, then its end, and the other's groups are as they were."""
    own = aws.property_groups(name)
    resources = template["Resources"]

    def update():
        aws.cloudformation.update_stack(
            StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()])
        status = aws.after("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", name=name)
        equal(status, "UPDATE_COMPLETE", "the stack")
        equal(aws.application(name)["ApplicationStatus"], "RUNNING", "the application")

    second = json.loads(json.dumps(resources["PropertyGroups"]))
    for topic in ("daily", "weekly"):
        second["Properties"]["PropertyGroups"] = [{"PropertyGroupId": "Reports", "PropertyMap": {"topic": topic}}]
        resources["Second"] = second
        resources["AutoStart"]["DependsOn"] = ["PropertyGroups", "Second"]
        update()
        equal(aws.property_groups(name), own | {"Reports": {"topic": topic}}, "the property groups")
    del resources["Second"]
    resources["AutoStart"]["DependsOn"] = ["PropertyGroups"]
    update()
    equal(aws.property_groups(name), own, "the property groups")
    seen("a second injector comes, changes and goes, and the first one's groups stay as they are")


def staging(aws, settings, seen):
    """A second environment has names of its own, and keeps the handlers from being taken away under it."""
    name = f"{STACK}-staging"
    make(aws, "deploy", **settings | {"ENV": "staging"})
    equal(aws.application(name)["ApplicationStatus"], "RUNNING", "the application")
    equal({aws.resource(kind, name) for kind in ("AWS::Kinesis::Stream", "AWS::DynamoDB::Table")}, {name}, "its names")
    expect(name in aws.property_groups(name)["FlinkApplicationProperties"].values(), "its job reads other names")
    seen(f"ENV=staging is {name}, with a stream and a table of its own")
    before = aws.stacks()
    lines = problems(make(aws, "destroy", fails=True, REGION=REGION, YES=1))
    expect(len(lines) == 1 and name in lines[0], f"not one problem that names {name}: {lines}")
    equal(aws.stacks(), before, "the list of stacks")
    make(aws, "destroy", REGION=REGION, ENV="staging", ONLY_STACK=1, YES=1)
    expect(name not in aws.stacks() and STACK in aws.stacks(), f"the stacks are {aws.stacks()}")
    seen("make destroy refuses while it uses the handlers; ONLY_STACK=1 takes it alone away")


def nothing_left(aws):
    """No resource of ours is there any more."""
    equal(aws.stacks(), [], "the list of stacks")
    equal([f["FunctionName"] for f in aws.functions.list_functions()["Functions"]], [], "the list of functions")
    equal(aws.clients["s3"].list_buckets()["Buckets"], [], "the list of buckets")
    equal(aws.clients["iam"].list_roles()["Roles"], [], "the list of roles")
    equal(aws.clients["dynamodb"].list_tables()["TableNames"], [], "the list of tables")
    equal(aws.clients["kinesis"].list_streams()["StreamNames"], [], "the list of streams")
    equal(aws.clients["sqs"].list_queues().get("QueueUrls", []), [], "the list of queues")
    equal(aws.clients["sns"].list_topics()["Topics"], [], "the list of topics")
    equal(aws.clients["events"].list_rules()["Rules"], [], "the list of rules")
    equal([g["logGroupName"] for g in aws.logs.describe_log_groups()["logGroups"]], [], "the list of log groups")


def main():
    """Runs it, and stops what it started however it ends."""
    def interrupted(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    aws = None
    try:
        aws = Aws()
        run(aws)
    except Failed as failure:
        if aws:
            aws.why()
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
