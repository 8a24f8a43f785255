"""What the probes of witness.py stand on: clients, names of their own, and what a service said."""

import json
import time

from botocore.exceptions import ClientError

GROUP = {"PropertyGroupId": "FlinkApplicationProperties", "PropertyMap": {"stream.name": "in", "table.name": "out"}}
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "kinesisanalytics.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRANSIENT = ("STARTING", "STOPPING", "UPDATING", "FORCE_STOPPING", "ROLLING_BACK", "DELETING")


def said(call, **members):
    """OK, or the error as the service says it."""
    try:
        call(**members)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "OK"


def code(call, **members):
    """OK, or the error's code."""
    return said(call, **members).split(":")[0]


class World:
    """Clients, and what a job needs: role, jar, stream and table."""

    def __init__(self, client):
        self.client, self.count = client, 0
        self.flink = client("kinesisanalyticsv2")
        self.role = client("iam").create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        client("iam").put_role_policy(RoleName="job", PolicyName="all", PolicyDocument=json.dumps(ALL))
        client("s3").create_bucket(Bucket="jars", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client("s3").put_object(Bucket="jars", Key="job.jar", Body=b'{"job": "counter", "version": "1"}')
        client("kinesis").create_stream(StreamName="in", ShardCount=1)
        client("dynamodb").create_table(
            TableName="out", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("key", "featureName")],
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}, {"AttributeName": "featureName", "KeyType": "RANGE"}])

    def name(self, prefix):
        self.count += 1
        return f"{prefix}-{self.count}"

    def created(self, **configuration):
        """A new application's name."""
        name = self.name("app")
        code_content = {"S3ContentLocation": {"BucketARN": "arn:aws:s3:::jars", "FileKey": "job.jar"}}
        self.flink.create_application(
            ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=self.role,
            ApplicationConfiguration={
                "ApplicationCodeConfiguration": {"CodeContent": code_content, "CodeContentType": "ZIPFILE"},
                "EnvironmentProperties": {"PropertyGroups": [GROUP]}, **configuration})
        return name

    def running(self):
        """A new application that runs, with snapshots."""
        name = self.created(ApplicationSnapshotConfiguration={"SnapshotsEnabled": True})
        self.flink.start_application(ApplicationName=name)
        self.rests(name)
        return name

    def detail(self, name):
        return self.flink.describe_application(ApplicationName=name)["ApplicationDetail"]

    def rests(self, name):
        """Its status once it is none that passes."""
        for _ in range(100):
            status = self.detail(name)["ApplicationStatus"]
            if status not in TRANSIENT:
                break
            time.sleep(0.05)
        return status

    def snapshots(self, name):
        return self.flink.list_application_snapshots(ApplicationName=name)["SnapshotSummaries"]
