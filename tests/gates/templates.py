"""`make gates`: what tools of others find in the templates, and what this project asks of them. Nothing but files is read.

    templates.py template/*.template.json

AWS's cloudformation-validate brings its own rules, evaluates ours (template.guard), and holds the application against
AWS's public registry schema of AWS::KinesisAnalyticsV2::Application (application.schema.json, from the CloudFormation
registry; FLINK-2_2 and FLINK-2_3, which came after that copy, as this tool's own schema, cfn-lint's and botocore's have
them). Then the gate itself is tried: each defect planted below has to be found, and each rule of ours has one.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from cloudformation_validate import (
    CompositeEngine, CompositeEngineConfig, RuleFilterConfig, SchemaValidatorConfig, Severity, TemplateContent,
    ValidateConfig, file_to_additional_schema_source, file_to_external_rule_source)

from lint import findings as linted
from policies import GIVEN as POLICIES_GIVEN
from resolved import Resolved

HERE = Path(__file__).resolve().parent
RULES = HERE / "template.guard"
TEMPLATES = HERE.parents[1] / "template"


def engines():
    """The tool's own rules with the registry schema, and ours: compiled once."""
    schema = SchemaValidatorConfig(additional_schemas=[file_to_additional_schema_source(HERE / "application.schema.json")])
    return (CompositeEngine(CompositeEngineConfig(schema_validator_config=schema)),
            CompositeEngine(CompositeEngineConfig(guard_rules=[file_to_external_rule_source(RULES)])))


# What may be left empty, given: with every default, and with all of these, every branch of a condition is looked at.
GIVEN = {**POLICIES_GIVEN, "AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:alarms", "CodeBucket": "zips",
         "CodeVersion": "1.2.3", "IncidentMail": "operator@example.com"}


def findings(engines, template, name):
    """What is found at the severity of a warning or above, by the tool's own rules and by ours. Below are hints only."""
    tools, ours = engines
    given = {key: value for key, value in GIVEN.items() if key in template.get("Parameters", {})}

    def found(engine, template, **how):
        report = engine.validate_template(
            TemplateContent(json.dumps(template), name), ValidateConfig(severity_level=Severity.WARN, **how))
        return {(each.rule_id, each.message) for each in report.diagnostics}

    # A default is tried in the branch, too, that its own condition excludes: an empty one is given something. W1028, a
    # branch that cannot be reached, and W9002, an ARN that is written out, follow from giving.
    problems = found(tools, template, parameter_overrides=given, exclude=RuleFilterConfig(ids=["W1028", "W9002"]))
    for values in ({}, given):
        problems |= found(ours, chosen(template, values), disable_builtin_rules=True)
    return sorted(problems)


def chosen(template, given):
    """A template without its conditions, as it comes out with these parameters: Guard sees what is written, not what is meant."""
    holds = Resolved(template, given).holds
    gone = object()

    def plain(value):
        if isinstance(value, list):
            return [each for each in map(plain, value) if each is not gone]
        if not isinstance(value, dict):
            return value
        if value == {"Ref": "AWS::NoValue"}:
            return gone
        if set(value) == {"Fn::If"}:
            name, yes, no = value["Fn::If"]
            return plain(yes if holds(name) else no)
        return {key: inner for key, inner in ((key, plain(inner)) for key, inner in value.items()) if inner is not gone}

    there = {name: plain(resource) for name, resource in template["Resources"].items()
             if "Condition" not in resource or holds(resource["Condition"])}
    return {"Resources": there}


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
    ("queues_are_encrypted", "access", lambda all: all.update(Other={"Type": "AWS::SQS::Queue", "Properties": {}})),
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
     lambda all: all["StackUpdatePolicy"]["Properties"]["PolicyDocument"]["Statement"].append(
         granting(["logs:DescribeLogGroups", "kinesis:DeleteStream"], "*"))),
    ("no_resource_is_a_wildcard", "access", lambda all: statements(all, "StackRole").append(
        {"Fn::If": ["KeyIsGiven", granting("kinesis:DeleteStream", "*"), {"Ref": "AWS::NoValue"}]})),
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
        return [(rule, message) for rule, _, message in linted(["--", file.name])[0]]


def main(templates):
    gate = engines()
    problems = []
    for path in templates:
        found = findings(gate, json.loads(Path(path).read_text()), path)
        problems += [f"{path}: {rule}: {message}" for rule, message in found]
    for rule, name, plant in PLANTED:
        template = json.loads((TEMPLATES / f"{name}.template.json").read_text())
        plant(template["Resources"])
        found = lint(json.dumps(template)) if rule.startswith("cfn-lint ") else findings(gate, template, name)
        if rule not in {each for each, _ in found}:
            problems.append(f"a defect planted in the {name} template is not found by {rule}; found: {found}")
    unplanted = set(re.findall(r"^rule (\w+)", RULES.read_text(), re.MULTILINE)) - {rule for rule, *_ in PLANTED}
    problems += [f"{RULES.name}: no defect is planted for the rule {rule}" for rule in sorted(unplanted)]
    print("\n".join(problems) or f"nothing found in {len(templates)} templates; {len(PLANTED)} planted defects found",
          file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
