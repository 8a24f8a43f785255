"""A template as CloudFormation resolves it before anything exists, for the gates: parameters chosen, functions evaluated.

What only a resource knows stays an ARN of its type in AWS's form, so that a policy can be held against what its actions
take.
"""

import json
import re

from cfnlint.decode import decode

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::StackName": "stack",
          "AWS::URLSuffix": "amazonaws.com"}

# What `Ref` and `Fn::GetAtt` of a resource come to, where a policy holds them.
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:111122223333:table/{}",
    "AWS::Events::Rule": "arn:aws:events:eu-west-1:111122223333:rule/{}",
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::111122223333:policy/{}",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/{}",
    "AWS::Kinesis::Stream": "arn:aws:kinesis:eu-west-1:111122223333:stream/{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:111122223333:log-group:{}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SNS::Topic": "arn:aws:sns:eu-west-1:111122223333:{}",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-west-1:111122223333:{}",
}
REFERENCE_IS_ARN = {"AWS::IAM::ManagedPolicy", "AWS::SNS::Topic"}
EXPORTS = {
    "flink-access-boundary-arn": "arn:aws:iam::111122223333:policy/boundary",
    "flink-access-bucket": "artifacts",
    "flink-access-queue-arn": "arn:aws:sqs:eu-west-1:111122223333:queue",
    "flink-access-topic-arn": "arn:aws:sns:eu-west-1:111122223333:topic",
    **{f"flink-access-{function}-role-arn": f"arn:aws:iam::111122223333:role/{function}"
       for function in ("auto-start", "property-groups", "update-guard", "rollback-unsticker")},
}
GONE = object()


def load(path):
    """A template of JSON or YAML, short forms of functions and all."""
    template, problems = decode(str(path))
    if problems:
        raise ValueError(f"{path}: {problems}")
    return json.loads(json.dumps(template, default=str))


class Resolved:
    """A template with parameters; a parameter that is not given has its default, or `given`."""

    def __init__(self, template, parameters):
        self.template = template
        self.parameters = {}
        for name, parameter in template.get("Parameters", {}).items():
            value = str(parameters.get(name, parameter.get("Default", "given")))
            self.parameters[name] = value.split(",") if "List" in parameter["Type"] else value

    def resources(self):
        """Those whose conditions hold, with their properties resolved."""
        for name, resource in self.template["Resources"].items():
            if "Condition" not in resource or self.holds(resource["Condition"]):
                yield name, resource["Type"], self.value(resource.get("Properties", {}))

    def value(self, json_value):
        if isinstance(json_value, list):
            return [each for each in map(self.value, json_value) if each is not GONE]
        if not isinstance(json_value, dict):
            return json_value
        if len(json_value) == 1:
            (name, argument), = json_value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self.function(name, argument)
        members = ((key, self.value(inner)) for key, inner in json_value.items())
        return {key: inner for key, inner in members if inner is not GONE}

    def function(self, name, argument):
        if name == "Ref":
            return self.reference(argument)
        if name == "Fn::GetAtt":
            path = argument if isinstance(argument, list) else argument.split(".", 1)
            return self.attribute(*path)
        if name == "Fn::If":
            return self.value(argument[1] if self.holds(argument[0]) else argument[2])
        if name == "Fn::Sub":
            return self.substituted(argument)
        if name == "Fn::ImportValue":
            wanted = self.value(argument)
            return EXPORTS.get(wanted, f"arn:aws:lambda:eu-west-1:111122223333:function:{wanted}")
        if name == "Fn::Join":
            return argument[0].join(map(str, self.value(argument[1])))
        if name == "Fn::Split":
            return self.value(argument[1]).split(argument[0])
        if name == "Fn::Select":
            return self.value(argument[1])[int(argument[0])]
        raise ValueError(f"the gates do not know {name}")

    def reference(self, name):
        if name == "AWS::NoValue":
            return GONE
        if name in PSEUDO or name in self.parameters:
            return PSEUDO.get(name, self.parameters.get(name))
        kind = self.template["Resources"][name]["Type"]
        return ARNS[kind].format(name) if kind in REFERENCE_IS_ARN else name

    def attribute(self, name, attribute):
        kind = self.template["Resources"][name]["Type"]
        return ARNS[kind].format(name) if attribute in ("Arn", "StreamArn", "TopicArn") and kind in ARNS else f"{name}.{attribute}"

    def substituted(self, argument):
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def one(match):
            name = match[1]
            if name in variables:
                return str(self.value(variables[name]))
            return str(self.attribute(*name.split(".", 1)) if "." in name else self.reference(name))
        return re.sub(r"\$\{([^!}]+)\}", one, text).replace("${!", "${")

    def holds(self, condition):
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        (name, argument), = condition.items()
        return {
            "Condition": lambda: self.holds(argument),
            "Fn::Equals": lambda: self.value(argument[0]) == self.value(argument[1]),
            "Fn::Not": lambda: not self.holds(argument[0]),
            "Fn::And": lambda: all(map(self.holds, argument)),
            "Fn::Or": lambda: any(map(self.holds, argument)),
        }[name]()


def many(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def policies(resolved):
    """Every policy of a template: who it stands at, whether it belongs to a role (and not to a resource), its statements."""
    for name, kind, properties in resolved.resources():
        if kind == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                yield name, True, many(policy["PolicyDocument"]["Statement"])
        elif "PolicyDocument" in properties:
            yield name, kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"), many(properties["PolicyDocument"]["Statement"])


def permissions(resolved, role):
    """The statements of a role's policies, of policies that name it, and of this template's managed policies that it names."""
    statements = []
    resources = {name: (kind, properties) for name, kind, properties in resolved.resources()}
    attached = resources[role][1].get("ManagedPolicyArns", [])
    for name, of_role, policy in policies(resolved):
        roles = resources[name][1].get("Roles", [])
        named = name == role or role in roles or ARNS["AWS::IAM::ManagedPolicy"].format(name) in attached
        if of_role and named:
            statements += policy
    return statements
