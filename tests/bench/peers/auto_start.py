"""The auto-start handler with boto3 and urllib3, making the calls that ours makes.

What it does not do, and ours does: plan from the last operation's outcome, restore choices, StabilizeSeconds,
OnDelete, handing over before Lambda's deadline, answering after a panic or at the deadline, the 4,096-byte rule,
retries of the PUT, looking at the ResponseURL before using it, noticing a superseded stack, a second delivery of one
request, metrics, refusals with a remedy.
"""

import json
import os
import time

import boto3
import urllib3
from botocore.config import Config

config = Config(retries={"total_max_attempts": 1})
flink = boto3.client("kinesisanalyticsv2", config=config)
cloudformation = boto3.client("cloudformation", config=config)
http = urllib3.PoolManager(ca_certs=os.environ["AWS_CA_BUNDLE"])
wait = int(os.environ.get("POLL_INTERVAL_MS", "5000")) / 1000


def look_at_stack(stack):
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    cloudformation.describe_stack_events(StackName=stack)
    return described["StackStatus"]


def look(name):
    detail = flink.describe_application(ApplicationName=name)["ApplicationDetail"]
    if detail["ApplicationStatus"] in ("READY", "RUNNING"):
        flink.list_tags_for_resource(ResourceARN=detail["ApplicationARN"])
        flink.list_application_snapshots(ApplicationName=name, Limit=50)
        flink.list_application_operations(ApplicationName=name, Limit=50)
    return detail


def start(event):
    name = event["ResourceProperties"]["ApplicationName"]
    look_at_stack(event["StackId"])
    resources = cloudformation.list_stack_resources(StackName=event["StackId"])["StackResourceSummaries"]
    if name not in [row["PhysicalResourceId"] for row in resources]:
        raise ValueError(f"{name} is not this stack's")
    while True:
        detail = look(name)
        status = detail["ApplicationStatus"]
        if status == "RUNNING":
            return {"ApplicationStatus": status, "ApplicationVersionId": str(detail["ApplicationVersionId"])}
        if status == "READY":
            look_at_stack(event["StackId"])
            restore = {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}
            flink.start_application(ApplicationName=name, RunConfiguration={
                "FlinkRunConfiguration": {"AllowNonRestoredState": False},
                "ApplicationRestoreConfiguration": restore})
        else:
            time.sleep(wait)


def handler(event, _context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId")}
    try:
        answer |= {"Status": "SUCCESS", "Data": start(event)}
    except Exception as error:
        answer |= {"Status": "FAILED", "Reason": str(error)}
    http.request("PUT", event["ResponseURL"], body=json.dumps(answer).encode(), headers={"content-type": ""})
