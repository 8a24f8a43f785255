"""`make gates`: what tools of others find in the templates, and what this project asks of them. Nothing but files is read.

    templates.py template/*.template.json

AWS's cloudformation-validate brings its own rules, evaluates ours (template.guard), and holds the application against AWS's public
registry schema of AWS::KinesisAnalyticsV2::Application (application.schema.json, from the CloudFormation registry). Then the gate
itself is tried: each defect planted below has to be found, and each rule of ours has one.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from cloudformation_validate import (
    CompositeEngine, CompositeEngineConfig, SchemaValidatorConfig, Severity, TemplateContent, ValidateConfig,
    file_to_additional_schema_source, file_to_external_rule_source)

HERE = Path(__file__).resolve().parent
RULES = HERE / "template.guard"
TEMPLATES = HERE.parents[1] / "template"


def engine():
    """All rules, compiled once."""
    schema = SchemaValidatorConfig(additional_schemas=[file_to_additional_schema_source(HERE / "application.schema.json")])
    rules = [file_to_external_rule_source(RULES)]
    return CompositeEngine(CompositeEngineConfig(guard_rules=rules, schema_validator_config=schema))


def findings(engine, text, name):
    """What is found at the severity of a warning or above. Below are hints, such as what replaces a resource."""
    report = engine.validate_template(TemplateContent(text, name), ValidateConfig(severity_level=Severity.WARN))
    return [(found.rule_id, found.message) for found in report.diagnostics]


def configuration(resources):
    return resources["Application"]["Properties"]["ApplicationConfiguration"]


def statements(resources, role):
    return resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]


def granting(action, resource):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


STREAM = "arn:aws:kinesis:eu-west-1:111122223333:stream/s"

# The rule that has to find it, the template, the defect.
PLANTED = [
    ("snapshots_are_on", "application",
     lambda all: configuration(all)["ApplicationSnapshotConfiguration"].update(SnapshotsEnabled=False)),
    ("snapshots_are_on", "application", lambda all: configuration(all).pop("ApplicationSnapshotConfiguration")),
    ("undelivered_events_are_kept", "handlers", lambda all: all["SweepRule"]["Properties"]["Targets"][0].pop("DeadLetterConfig")),
    ("failed_events_are_kept", "handlers",
     lambda all: all["AutoStartAsynchronous"]["Properties"]["DestinationConfig"].pop("OnFailure")),
    ("streams_are_encrypted", "application", lambda all: all["SourceStream"]["Properties"].pop("StreamEncryption")),
    ("tables_are_encrypted", "application",
     lambda all: all["FeatureTable"]["Properties"].update(SSESpecification={"SSEEnabled": False})),
    ("queues_are_encrypted", "access", lambda all: all["DeadLetterQueue"]["Properties"].pop("SqsManagedSseEnabled")),
    ("topics_are_encrypted", "access", lambda all: all.update(Other={"Type": "AWS::SNS::Topic", "Properties": {}})),
    ("buckets_are_encrypted", "access", lambda all: all["ArtifactBucket"]["Properties"].pop("BucketEncryption")),
    ("logs_end", "access", lambda all: all["AutoStartLogGroup"]["Properties"].pop("RetentionInDays")),
    ("no_action_is_a_wildcard", "access",
     lambda all: statements(all, "AutoStartRole").append(granting(["kinesis:GetRecords", "kinesis:Describe*"], STREAM))),
    ("no_action_of_a_policy_is_a_wildcard", "access",
     lambda all: all["ApplicationBoundary"]["Properties"]["PolicyDocument"]["Statement"].append(granting("kinesis:*", STREAM))),
    ("no_resource_is_a_wildcard", "access",
     lambda all: statements(all, "StackRole").append(granting("kinesis:DeleteStream", [STREAM, "*"]))),
    ("no_resource_of_a_policy_is_a_wildcard", "access",
     lambda all: all["ContinueWithOwnRolePolicy"]["Properties"]["PolicyDocument"]["Statement"].append(
         granting(["logs:DescribeLogGroups", "kinesis:DeleteStream"], "*"))),
    # The registry schema: a member that is not there, one that is missing, a type, a pattern, an enum.
    ("F3002", "application", lambda all: configuration(all)["FlinkApplicationConfiguration"].update(Other={})),
    ("F3003", "application", lambda all: all["Application"]["Properties"].pop("RuntimeEnvironment")),
    ("F3012", "application", lambda all: configuration(all)["FlinkApplicationConfiguration"]["ParallelismConfiguration"].update(
        Parallelism="many")),
    ("F3031", "application", lambda all: all["Application"]["Properties"].update(ApplicationName="a b")),
    ("W3030", "application", lambda all: configuration(all)["FlinkApplicationConfiguration"]["MonitoringConfiguration"].update(
        LogLevel="LOUD")),
    ("cfn-lint W3037", "access", lambda all: statements(all, "AutoStartRole").append(granting("kinesis:GetRecord", STREAM))),
]


def lint(text):
    """cfn-lint's rules that found something."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(
            [Path(sys.executable).parent / "cfn-lint", "--format", "json", file.name], capture_output=True, text=True, check=False)
    return [(f"cfn-lint {found['Rule']['Id']}", found["Message"]) for found in json.loads(done.stdout or "[]")]


def main(templates):
    gate = engine()
    problems = []
    for template in templates:
        problems += [f"{template}: {rule}: {message}" for rule, message in findings(gate, Path(template).read_text(), template)]
    for rule, name, plant in PLANTED:
        template = json.loads((TEMPLATES / f"{name}.template.json").read_text())
        plant(template["Resources"])
        text = json.dumps(template)
        found = lint(text) if rule.startswith("cfn-lint ") else findings(gate, text, name)
        if rule not in {each for each, _ in found}:
            problems.append(f"a defect planted in the {name} template is not found by {rule}; found: {found}")
    unplanted = set(re.findall(r"^rule (\w+)", RULES.read_text(), re.MULTILINE)) - {rule for rule, *_ in PLANTED}
    problems += [f"{RULES.name}: no defect is planted for the rule {rule}" for rule in sorted(unplanted)]
    print("\n".join(problems) or f"nothing found in {len(templates)} templates; {len(PLANTED)} planted defects found",
          file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
