"""`make requests`: what the scenarios asked of the local AWS, against what others say about it.

    requests.py RECORDED

RECORDED is the folder that LOCAL_AWS_RECORD named while the scenarios ran. Each request that came over the wire is held
against botocore's service models: the operation exists, its members are known, their types, enums, patterns and lengths
hold. Each call is held against the committed policies: whatever a role is granted was used by a scenario, or stands in
unused.json with its reason; whatever was allowed is granted. At last the check itself is tried with defects that it has
to find.
"""

import json
import re
import sys
import urllib.parse
from pathlib import Path

import botocore.session
import regex

HERE = Path(__file__).resolve().parent
ACCESS = HERE.parents[1] / "template/access.template.json"

# ---- botocore --------------------------------------------------------------------------------------------------------

SESSION = botocore.session.Session()
MODELS = {name: SESSION.get_service_model(name) for name in ("cloudformation", "kinesisanalyticsv2", "lambda", "sts")}


def problems_of(request):
    """What botocore's model of the service says against a request; nothing when it validates."""
    headers = request["headers"]
    if "x-amz-target" in headers:
        return json_problems(MODELS["kinesisanalyticsv2"], headers, request["body"])
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        # Who a role is, the local AWS's own tests ask; each service has an API version of its own.
        name = "sts" if f"Version={MODELS['sts'].metadata['apiVersion']}" in request["body"] else "cloudformation"
        return query_problems(MODELS[name], request["body"])
    return invoke_problems(MODELS["lambda"], request)


def json_problems(model, headers, body):
    prefix, operation = headers["x-amz-target"].rsplit(".", 1)
    if prefix != model.metadata["targetPrefix"] or operation not in model.operation_names:
        return [f"no operation {headers['x-amz-target']}"]
    kind = f"application/x-amz-json-{model.metadata['jsonVersion']}"
    found = [] if headers.get("content-type") == kind else [f"content-type {headers.get('content-type')}, not {kind}"]
    return found + against(model.operation_model(operation).input_shape, json.loads(body), operation)


def query_problems(model, body):
    form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
    operation, version = form.pop("Action", None), form.pop("Version", None)
    if operation not in model.operation_names:
        return [f"no operation {operation}"]
    found = [] if version == model.api_version else [f"version {version}"]
    shape = model.operation_model(operation).input_shape
    try:
        return found + against(shape, unflattened(shape, form), operation)
    except KeyError as unknown:
        return [*found, f"{operation}: no member {unknown}"]


def unflattened(shape, form):
    """`Tags.member.1.Key=..` back into what it was: a text for a scalar, a list, a structure."""
    if shape.type_name == "structure":
        names = {key.split(".", 1)[0] for key in form}
        return {name: unflattened(shape.members[name], below(form, name)) for name in names}
    if shape.type_name == "list":
        items = sorted({int(key.split(".")[1]) for key in form})
        return [unflattened(shape.member, below(form, f"member.{item}")) for item in items]
    text = form[""]
    return {"boolean": {"true": True, "false": False}.get(text, text), "integer": int(text) if text.isdigit() else text}.get(
        shape.type_name, text)


def below(form, name):
    return {key[len(name):].removeprefix("."): value for key, value in form.items() if key == name or key.startswith(f"{name}.")}


def invoke_problems(model, request):
    """Lambda's one operation that functions call: themselves, asynchronously."""
    operation = model.operation_model("Invoke")
    path = re.sub(r"\{\w+\}", "([^/]+)", operation.http["requestUri"])
    match = re.fullmatch(path, request["path"])
    if request["method"] != operation.http["method"] or not match:
        return [f"no operation {request['method']} {request['path']}"]
    members = {"FunctionName": match[1], "InvocationType": request["headers"].get("x-amz-invocation-type")}
    return against(operation.input_shape, members, "Invoke")


TYPES = {"string": str, "character": str, "boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float),
         "timestamp": (int, float), "list": list, "map": dict, "structure": dict}


def against(shape, value, path):
    """What a model says against a value."""
    wanted = TYPES[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        return [f"{path} is {type(value).__name__}, not {shape.type_name}"]
    found = constraints(shape, value, path)
    if shape.type_name == "structure":
        found += [f"{path} has no {name}" for name in shape.required_members if name not in value]
        for name, inner in value.items():
            found += against(shape.members[name], inner, f"{path}.{name}") if name in shape.members else [
                f"{path} takes no {name}"]
    if shape.type_name == "list":
        for item in value:
            found += against(shape.member, item, f"{path}[]")
    if shape.type_name == "map":
        for key, inner in value.items():
            found += against(shape.key, key, f"{path} key") + against(shape.value, inner, f"{path}.{key}")
    return found


def constraints(shape, value, path):
    limits, found = shape.metadata, []
    size = value if isinstance(value, (int, float)) else len(value)
    if not isinstance(value, bool):
        found += [f"{path} is {size}, less than {limits['min']}"] if size < limits.get("min", size) else []
        found += [f"{path} is {size}, more than {limits['max']}"] if size > limits.get("max", size) else []
    if isinstance(value, str):
        found += [f"{path} is none of {limits['enum']}"] if limits.get("enum") and value not in limits["enum"] else []
        pattern = shape._shape_model.get("pattern")  # botocore keeps it to itself
        found += [f"{path} does not match {pattern}"] if pattern and not regex.fullmatch(pattern, value) else []
    return found


# ---- least privilege -------------------------------------------------------------------------------------------------


def granted():
    """Each role of the access stack with the actions of its own policies and of the managed ones that it names. What is there only under a condition is not counted."""
    resources = json.loads(ACCESS.read_text())["Resources"]
    roles = {name: role["Properties"] for name, role in resources.items() if role["Type"] == "AWS::IAM::Role"}
    documents = {name: [policy["PolicyDocument"] for policy in role["Policies"]] + [
        resources[policy["Ref"]]["Properties"]["PolicyDocument"] for policy in role.get("ManagedPolicyArns", []) if "Ref" in policy]
        for name, role in roles.items()}
    return {name: {action for document in policies for statement in document["Statement"] for action in many(statement.get("Action", []))}
            for name, policies in documents.items()}


def many(one_or_many):
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def used(calls, roles):
    """The actions that each role was allowed, by logical ID: the physical one is `<stack>-<logical ID>-<random>`."""
    actions = {name: set() for name in roles}
    for call in calls:
        logical_id = call["role"].removeprefix("flink-access-").rsplit("-", 1)[0]
        if logical_id in actions and call["refused"] in (None, "ReplyLost"):
            actions[logical_id].add(call["action"])
    return actions


def privileges(calls, roles, excused):
    """Grants that no scenario used and no one excused, excuses that are not needed."""
    found = []
    for name, actions in used(calls, roles).items():
        idle = roles[name] - actions
        excuses = {action for reason in excused.get(name, []) for action in reason["actions"]}
        found += [f"{name} is granted {action}, and no scenario uses it" for action in sorted(idle - excuses)]
        found += [f"{name}: {action} is excused in unused.json, and is used or not granted" for action in sorted(excuses - idle)]
    return found


# ---- both ------------------------------------------------------------------------------------------------------------


def lines(file):
    with file.open(encoding="utf-8") as opened:
        return [json.loads(line) for line in opened]


def flink(operation, body, target="KinesisAnalytics_20180523"):
    headers = {"x-amz-target": f"{target}.{operation}", "content-type": "application/x-amz-json-1.1"}
    return {"method": "POST", "path": "/", "headers": headers, "body": json.dumps(body)}


def stack(body):
    return {"method": "POST", "path": "/", "headers": {"content-type": "application/x-www-form-urlencoded"}, "body": body}


def invoke(kind):
    path = "/2015-03-31/functions/flink-auto-start/invocations"
    return {"method": "POST", "path": path, "headers": {"x-amz-invocation-type": kind}, "body": "{}"}


# What the check has to find: an unknown operation, member, enum; a missing member; a type, a length, a pattern.
PLANTED = [
    flink("RestartApplication", {}),
    flink("StartApplication", {"ApplicationName": "a"}, "KinesisAnalytics_20150814"),
    flink("StartApplication", {"ApplicationName": "a", "Restore": "LATEST"}),
    flink("StartApplication", {"ApplicationName": "a", "RunConfiguration": {
        "ApplicationRestoreConfiguration": {"ApplicationRestoreType": "LATEST"}}}),
    flink("StopApplication", {"Force": True}),
    flink("StopApplication", {"ApplicationName": "a", "Force": "true"}),
    flink("CreateApplicationSnapshot", {"ApplicationName": "a", "SnapshotName": "s" * 257}),
    flink("CreateApplicationSnapshot", {"ApplicationName": "a", "SnapshotName": "a b"}),
    stack("Action=ContinueRollback&Version=2010-05-15&StackName=s"),
    stack("Action=ContinueUpdateRollback&Version=2010-05-15&StackName=s&Token=t"),
    stack("Action=ContinueUpdateRollback&Version=2010-05-15&StackName=s&ClientRequestToken=-t"),
    stack("Action=ContinueUpdateRollback&Version=2010-05-15&StackName=s&ResourcesToSkip.member.1=a/b"),
    stack("Action=DescribeStackEvents&Version=2010-05-15"),
    invoke("Later"),
]


def main(folder):
    requests, calls = lines(folder / "requests.jsonl"), lines(folder / "calls.jsonl")
    roles, excused = granted(), json.loads((HERE / "unused.json").read_text())
    problems = sorted({problem for request in requests for problem in problems_of(request)})
    problems += privileges(calls, roles, excused)
    problems += [f"a planted request is not found: {request}" for request in PLANTED if not problems_of(request)]
    without = [call for call in calls if call["action"] != "cloudformation:ContinueUpdateRollback"]
    if not any("ContinueUpdateRollback" in problem for problem in privileges(without, roles, excused)):
        problems.append("a grant that nothing uses is not found")
    print("\n".join(problems) or f"{len(requests)} requests validate, {sum(map(len, roles.values()))} grants are used or excused; "
          f"{len(PLANTED) + 1} planted defects found", file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
