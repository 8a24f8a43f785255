"""`make gates`: every statement of every committed policy, against AWS's service authorization data. Nothing is fetched.

    policies.py template/*.template.json tests/adoption/*/*.yaml

An action exists; an action that takes no resource is granted on `*`, since on an ARN it never matches; any other takes
one of the statement's resources, and each resource is taken by one of its actions; every action knows the keys of the
statement's conditions. A caller that changes roles does so only where the role has the boundary, by every action that
knows `iam:PermissionsBoundary`; a caller that grants a key does so for AWS's services alone. What is newer than the
data stands in authorization.py with its page. Then the gate itself is tried with defects that it has to find.
"""

import json
import re
import sys
from pathlib import Path

from authorization import changes, expanded, formats, keys, takes
from resolved import Resolved, load, many, policies

TEMPLATES = Path(__file__).resolve().parents[2] / "template"

# Known to every service (IAM guide, global condition context keys), unlike aws:ResourceTag, aws:RequestTag and
# aws:TagKeys.
GLOBAL = {"aws:sourcearn", "aws:sourceaccount", "aws:securetransport", "aws:principalarn", "aws:principalaccount"}
BOUNDARY, GRANT = "iam:PermissionsBoundary", "kms:GrantIsForAWSResource"

# What may be left empty, given: with every default, and with all of these, each branch of a condition is looked at.
GIVEN = {
    "ApplicationNamePrefix": "flink-,orders.,team_",
    "BoundaryArn": "arn:aws:iam::111122223333:policy/administrators-own",
    "ContinueWithOwnRole": "true",
    "DataNamePrefix": "flink-,orders.,team_",
    "FunctionBoundaryArn": "arn:aws:iam::111122223333:policy/administrators-own",
    "FunctionsInVpc": "true",
    "FurtherBuckets": "arn:aws:s3:::lake,arn:aws:s3:::lake-2",
    "FurtherKeys": "arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-3333-4444-555555555555",
    "FurtherStreams": "arn:aws:kinesis:eu-west-1:444455556666:stream/orders,arn:aws:kinesis:eu-west-1:444455556666:stream/clicks",
    "FurtherTables": "arn:aws:dynamodb:eu-west-1:444455556666:table/orders,arn:aws:dynamodb:eu-west-1:444455556666:table/clicks",
    "IgnoreConsentTag": "true",
    "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    "SecurityGroupIds": "sg-0123456789abcdef0",
    "SubnetIds": "subnet-0123456789abcdef0",
    "Tracing": "Active",
}


def statement_problems(statement):
    """What the data says against one statement."""
    actions, resources = many(statement.get("Action", [])), many(statement.get("Resource", []))
    found = [f"there is no action {action}" for action in actions if not expanded(action)]
    for action in actions:
        each = expanded(action)
        if each and not any(takes(exact, resource) for exact in each for resource in resources):
            kind = "takes no resource, so it is granted on * or not at all" if not any(map(formats, each)) else "takes none of"
            found.append(f"{action} {kind}: {', '.join(resources)}")
    for resource in resources:
        if actions and not any(takes(exact, resource) for action in actions for exact in expanded(action)):
            found.append(f"no action of the statement takes {resource}")
    used = [key for tests in statement.get("Condition", {}).values() for key in tests]
    for action in actions:
        known = {re.sub(r"\$\{\w+\}", "", key).lower() for exact in expanded(action) for key in keys(exact)}
        for key in used:
            stem = f"{key.split('/')[0]}/" if "/" in key else key
            if expanded(action) and stem.lower() not in known | GLOBAL:
                found.append(f"{action} does not know the condition key {key}")
    return found


def unconditional(statement):
    """What changes roles or grants keys without the condition that the action knows."""
    conditions = {key for tests in statement.get("Condition", {}).values() for key in tests}
    if statement["Effect"] != "Allow":
        return []
    exact = {each for action in many(statement.get("Action", [])) for each in expanded(action)}
    # A look is asked for a role that is not there, too, and then there is no boundary.
    bounded = {each for each in exact if each.startswith("iam:") and BOUNDARY in keys(each) and changes(each)}
    needed = [(action, BOUNDARY) for action in bounded] + [(action, GRANT) for action in exact & {"kms:CreateGrant"}]
    return [f"{action} is granted without the condition {key}" for action, key in needed if key not in conditions]


def problems_of(template):
    """What is found in a template, with every default and with all that may be left empty given."""
    found = set()
    for parameters in ({}, GIVEN):
        for name, of_role, statements in policies(Resolved(template, parameters)):
            for statement in statements:
                problems = statement_problems(statement) + (unconditional(statement) if of_role else [])
                found |= {f"{name}: {problem}" for problem in problems}
    return sorted(found)


def granting(actions, resource, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def arn(service, rest):
    return f"arn:aws:{service}:eu-west-1:111122223333:{rest}"


ROLES = "arn:aws:iam::111122223333:role/flink-stack/*"
# What a finding has to say, and a statement that has to be found.
PLANTED = [
    ("there is no action kinesis:GetRecord", granting("kinesis:GetRecord", arn("kinesis", "stream/s"))),
    ("there is no action kinesis:Fetch*", granting("kinesis:Fetch*", arn("kinesis", "stream/s"))),
    ("kinesisanalytics:CreateApplication takes no resource", granting("kinesisanalytics:CreateApplication", arn("kinesisanalytics", "application/a*"))),
    ("logs:DescribeIndexPolicies takes no resource", granting("logs:DescribeIndexPolicies", arn("logs", "log-group:/aws/*"))),
    ("logs:DescribeLogGroups takes no resource", granting(["logs:DescribeLogGroups", "logs:PutLogEvents"], arn("logs", "log-group:*"))),
    ("kinesisanalytics:CreateSystemSnapshot takes none of", granting("kinesisanalytics:CreateSystemSnapshot", arn("kinesisanalytics", "snapshot/s"))),
    ("kinesis:UpdateStreamMode takes no resource", granting("kinesis:UpdateStreamMode", arn("kinesis", "stream/s"))),
    ("kinesis:ListStreams takes no resource", granting("kinesis:ListStreams", arn("kinesis", "stream/s"))),
    ("cloudwatch:PutDashboard takes none of", granting("cloudwatch:PutDashboard", arn("cloudwatch", "alarm:a*"))),
    ("s3:ListBucket takes none of", granting("s3:ListBucket", "arn:aws:s3:::bucket/*")),
    ("no action of the statement takes", granting("dynamodb:PutItem", [arn("dynamodb", "table/t"), arn("kinesis", "stream/s")])),
    ("does not know the condition key cloudformation:RoleArn", granting(
        "cloudformation:DescribeStacks", arn("cloudformation", "stack/*/*"), Condition={"Null": {"cloudformation:RoleArn": "true"}})),
    ("does not know the condition key aws:TagKeys", granting(
        "kinesisanalytics:StopApplication", arn("kinesisanalytics", "application/a*"), Condition={"Null": {"aws:TagKeys": "false"}})),
    ("iam:DeleteRole is granted without the condition iam:PermissionsBoundary", granting("iam:DeleteRole", ROLES)),
    ("kms:CreateGrant is granted without the condition kms:GrantIsForAWSResource", granting("kms:CreateGrant", arn("kms", "key/k"))),
    ("iam:AttachRolePolicy is granted without the condition iam:PermissionsBoundary", granting(
        "iam:AttachRolePolicy", ROLES, Condition={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/p"}})),
]


def main(paths):
    templates = {path: load(path) for path in paths}
    problems = [f"{path}: {problem}" for path, template in templates.items() for problem in problems_of(template)]
    access = json.loads((TEMPLATES / "access.template.json").read_text())
    clean = set(problems_of(access))
    own = access["Resources"]["StackRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    for expected, statement in PLANTED:
        own.append(statement)
        new = set(problems_of(access)) - clean
        if not any(expected in problem for problem in new):
            problems.append(f"a planted statement is not found: {expected}; found: {sorted(new)}")
        own.pop()
    resolved = (Resolved(template, GIVEN) for template in templates.values())
    many_statements = sum(len(each) for one in resolved for _, _, each in policies(one))
    print("\n".join(problems) or f"{many_statements} statements of {len(templates)} templates are as AWS's authorization data says; "
          f"{len(PLANTED)} planted defects found", file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
