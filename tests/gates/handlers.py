"""`make gates`: what the registry handlers of our application templates call, against what the deploying roles may.

    handlers.py template/application*.template.json template/samples/*.template.json

For each type of resource the CloudFormation registry's schema lists the permissions of its handlers and of its tagging
(as cfn-lint keeps the schemas). StackRole has all of them, on a resource of that type where the action takes one, or
handlers.json says why not. ContinueWithOwnRole has what an update, a look and tagging need. At last the gate is tried
with defects that it has to find.
"""

import copy
import fnmatch
import json
import sys
from pathlib import Path

from authorization import expanded, formats, meets, tokens
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from policies import GIVEN
from resolved import Resolved, load, many, permissions

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[1] / "template"

# A resource of each type under a name that begins as the parameters' defaults have it.
ARNS = {
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:flink-a-lag",
    "AWS::CloudWatch::Dashboard": "arn:aws:cloudwatch::111122223333:dashboard/flink-a-eu-west-1",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:111122223333:table/flink-a",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/flink-stack/flink-a",
    "AWS::Kinesis::Stream": "arn:aws:kinesis:eu-west-1:111122223333:stream/flink-a",
    "AWS::KinesisAnalyticsV2::Application": "arn:aws:kinesisanalytics:eu-west-1:111122223333:application/flink-a",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/kinesis-analytics/flink-a",
    "AWS::Logs::LogStream": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/kinesis-analytics/flink-a:log-stream:s",
}
# Without handlers in the registry: what the service's API asks for.
BY_HAND = {
    "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption": {
        operation: [f"kinesisanalytics:{name}" for name in ("DescribeApplication", change)]
        for operation, change in (("create", "AddApplicationCloudWatchLoggingOption"), ("update", "UpdateApplication"),
                                  ("delete", "DeleteApplicationCloudWatchLoggingOption"))},
}
# Who deploys, and which handlers are called with its permissions; `list` is called by no one who deploys.
DEPLOYERS = {
    "StackRole": ("create", "read", "update", "delete"),
    "RollbackUnstickerRole": ("read", "update"),
}


def listed(kind, operations):
    """The permissions that these handlers of a type list, and its tagging where it is taggable."""
    if kind.startswith("Custom::"):
        return {"lambda:InvokeFunction"}
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    handlers = BY_HAND.get(kind) or {name: handler["permissions"] for name, handler in schema["handlers"].items()}
    tagging = schema.get("tagging") or {}
    tagged = tagging.get("permissions", []) if tagging.get("taggable") and "update" in operations else []
    return {action for operation in operations for action in handlers.get(operation, [])} | set(tagged)


def allowed(statements, action, kind):
    """Whether these statements let a role do this to a resource of this type."""
    own = ARNS.get(kind, "")
    forms = formats(action)
    if not forms:
        wanted = ["*"]
    else:
        wanted = [each for each in (own, f"{own}:*") if own and any(meets(tokens(form), each) for form in forms)]
    matches = (not wanted or any(fnmatch.fnmatchcase(each, resource) for each in wanted for resource in resources)
               for actions, resources in statements if action in actions)
    return any(matches)


def granted(resolved, role):
    """The statements of a role as the actions that they come to, and their resources."""
    return [({exact for pattern in many(statement["Action"]) for exact in expanded(pattern)}, many(statement["Resource"]))
            for statement in permissions(resolved, role)]


def problems_of(access, templates, excused):
    """Permissions that a handler lists and the role has not, and reasons for what it has or no handler lists."""
    kinds = sorted({resource["Type"] for template in templates for resource in template["Resources"].values()})
    resolved, found = Resolved(access, {**GIVEN, "BoundaryArn": ""}), []
    for role, operations in DEPLOYERS.items():
        statements = granted(resolved, role)
        reasons = {(reason["type"], action) for reason in excused[role] for action in reason["actions"]}
        missing = {(kind, action) for kind in kinds for action in listed(kind, operations)
                   if not allowed(statements, action, kind)}
        found += [f"{role}: {action}, which the handlers of {kind} list, is not granted" for kind, action in sorted(missing - reasons)]
        found += [f"{role}: handlers.json gives a reason for {action} of {kind}, which is granted or not listed"
                  for kind, action in sorted(reasons - missing)]
    return found


def without(access, action, resource):
    """The access template whose statements grant all but this action, where their resources speak of this one."""
    template = copy.deepcopy(access)

    def drop(value):
        if isinstance(value, list):
            value = [drop(each) for each in value]
        elif isinstance(value, dict):
            value = {key: drop(inner) for key, inner in value.items()}
            if resource in json.dumps(value.get("Resource", "")) and isinstance(value.get("Action"), list):
                value["Action"] = [each for each in value["Action"] if each != action]
        return value
    template["Resources"] = drop(template["Resources"])
    return template


# An action, and the resource on which it is not granted.
PLANTED = [("cloudwatch:TagResource", "dashboard/"), ("iam:UpdateRole", "role/"), ("iam:ListRoleTags", "role/"),
           ("kinesis:AddTagsToStream", "stream/"), ("kinesis:UpdateStreamMode", "*"), ("logs:DescribeIndexPolicies", "*"),
           ("kinesisanalytics:CreateApplication", "*"), ("kinesisanalytics:AddApplicationCloudWatchLoggingOption", "application/")]


def main(paths):
    access, templates = load(TEMPLATES / "access.template.json"), [load(path) for path in paths]
    excused = json.loads((HERE / "handlers.json").read_text())
    problems = problems_of(access, templates, excused)
    for action, resource in PLANTED:
        new = problems_of(without(access, action, resource), templates, excused)
        if not any(action in problem and "is not granted" in problem for problem in new):
            problems.append(f"that {action} is not granted on {resource} is not found")
    reasons = sum(len(reason["actions"]) for role in excused.values() for reason in role)
    print("\n".join(problems) or f"what the handlers of the application templates list is granted, or excused ({reasons}); "
          f"{len(PLANTED)} planted defects found", file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
