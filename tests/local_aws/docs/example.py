"""Tests a custom resource written in Python on the local AWS: `python example.py path/to/local-aws`.

The standard library and botocore; any language with an HTTP client and an AWS SDK does the same.
"""

import io
import json
import subprocess
import sys
import urllib.request
import zipfile

import botocore.session

# The resource under test: Lambda's Runtime API on one side, the ResponseURL on the other.
FUNCTION = f"""#!{sys.executable}
import json, os, urllib.request as http
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = http.urlopen(api + "next")
    asked = json.load(event)
    answer = {{key: asked[key] for key in ("StackId", "RequestId", "LogicalResourceId")}}
    answer |= {{"Status": "SUCCESS", "PhysicalResourceId": "greeting"}}
    answer["Data"] = {{"Text": "Hello " + asked["ResourceProperties"]["Name"]}}
    http.urlopen(http.Request(asked["ResponseURL"], json.dumps(answer).encode(), {{"Content-Type": ""}}, method="PUT"))
    http.urlopen(http.Request(api + event.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", b"null"))
"""
LAMBDA = {"Service": "lambda.amazonaws.com"}
TRUST = {"Statement": [{"Effect": "Allow", "Principal": LAMBDA, "Action": "sts:AssumeRole"}]}


def package():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bootstrap", FUNCTION)
    return content.getvalue()


def story(endpoint):
    def client(service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
        return botocore.session.Session().create_client(service, endpoint_url=endpoint, **keys)

    def control(command):
        request = urllib.request.Request(endpoint + "/_local-aws/do", json.dumps(command).encode())
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request)

    def ends(change, waits_for, name):
        greeting = {"Type": "Custom::Greeting", "Properties": {"ServiceToken": function, "Name": name}}
        text = {"Value": {"Fn::GetAtt": ["Greeting", "Text"]}}
        change(StackName="s", TemplateBody=json.dumps({"Resources": {"Greeting": greeting}, "Outputs": {"Text": text}}))
        stacks.get_waiter(waits_for).wait(StackName="s", WaiterConfig={"Delay": 1})
        stack = stacks.describe_stacks(StackName="s")["Stacks"][0]
        return stack["StackStatus"], stack["Outputs"][0]["OutputValue"]

    role = client("iam").create_role(RoleName="greets", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    function = client("lambda").create_function(FunctionName="greets", Runtime="provided.al2023", Handler="bootstrap",
                                                Role=role, Code={"ZipFile": package()}, Timeout=30)["FunctionArn"]
    stacks = client("cloudformation")
    assert ends(stacks.create_stack, "stack_create_complete", "Ada") == ("CREATE_COMPLETE", "Hello Ada")
    # CloudFormation's patience ends before the answer: the update fails, and its way back asks once more.
    control({"Expire": {"LogicalId": "Greeting"}})
    assert ends(stacks.update_stack, "stack_rollback_complete", "Bob") == ("UPDATE_ROLLBACK_COMPLETE", "Hello Ada")
    with urllib.request.urlopen(endpoint + "/_local-aws/responses") as responses:
        texts = [json.loads(one["Body"])["Data"]["Text"] for one in json.load(responses)["Responses"]]
    # The answer that came too late may be the last one.
    assert texts[0] == "Hello Ada" and "Hello Ada" in texts[1:], texts
    print("the custom resource was created, and brought back after an update that CloudFormation gave up")


if __name__ == "__main__":
    world = subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE, text=True)
    try:
        story(world.stdout.readline().strip())
    finally:
        world.terminate()
        world.wait()
