"""Probes of Flink's control plane: each makes its calls and says what it saw in a line."""

import time

from botocore.exceptions import ClientError

from witness_world import code, said


def creation(w):
    detail = w.detail(w.created())
    return f"{detail['ApplicationStatus']} {detail['ApplicationVersionId']}, token: {'ConditionalToken' in detail}"


def snapshots_by_default(w):
    given = w.detail(w.created())["ApplicationConfigurationDescription"]
    return given.get("ApplicationSnapshotConfigurationDescription", {}).get("SnapshotsEnabled")


def start(w):
    name = w.created()
    answer = w.flink.start_application(ApplicationName=name)
    seen = [w.detail(name)["ApplicationStatus"], w.rests(name)]
    return f"{' '.join(seen)}, version {w.detail(name)['ApplicationVersionId']}, operation: {'OperationId' in answer}"


def start_of_running(w):
    return said(w.flink.start_application, ApplicationName=w.running())


def graceful_stop(w):
    name = w.running()
    w.flink.stop_application(ApplicationName=name)
    seen = [w.detail(name)["ApplicationStatus"], w.rests(name)]
    return f"{' '.join(seen)}, {len(w.snapshots(name))} snapshot"


def forced_stop(w):
    name = w.running()
    w.flink.stop_application(ApplicationName=name, Force=True)
    seen = [w.detail(name)["ApplicationStatus"], w.rests(name)]
    return f"{' '.join(seen)}, {len(w.snapshots(name))} snapshots"


def graceful_stop_of_ready(w):
    return said(w.flink.stop_application, ApplicationName=w.created())


def forced_stop_of_ready(w):
    return said(w.flink.stop_application, ApplicationName=w.created(), Force=True)


def run_configuration_when_stopped(w):
    name = w.running()
    w.flink.stop_application(ApplicationName=name, Force=True)
    w.rests(name)
    return "RunConfigurationDescription" in w.detail(name)["ApplicationConfigurationDescription"]


def update_of_ready(w):
    name = w.created()
    w.flink.update_application(ApplicationName=name, CurrentApplicationVersionId=1, ApplicationDescriptionUpdate="d",
                               ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": []}})
    status = w.rests(name)
    detail = w.detail(name)
    groups = "EnvironmentPropertyDescriptions" in detail["ApplicationConfigurationDescription"]
    return f"{status} {detail['ApplicationVersionId']}, groups: {groups}"


def stale_version(w):
    return code(w.flink.update_application, ApplicationName=w.created(), CurrentApplicationVersionId=7)


def stale_token(w):
    return code(w.flink.update_application, ApplicationName=w.created(), ConditionalToken="stale")


def update_without_version_or_token(w):
    return code(w.flink.update_application, ApplicationName=w.created(), ServiceExecutionRoleUpdate=w.role)


def update_of_running(w):
    name = w.running()
    w.flink.update_application(ApplicationName=name, CurrentApplicationVersionId=1, ServiceExecutionRoleUpdate=w.role)
    seen = [w.detail(name)["ApplicationStatus"], w.rests(name)]
    names = [one["SnapshotName"].split("-")[0] for one in w.snapshots(name)]
    return f"{' '.join(seen)} {w.detail(name)['ApplicationVersionId']}, snapshots: {names}"


def run_configuration_update_of_ready(w):
    return code(w.flink.update_application, ApplicationName=w.created(), CurrentApplicationVersionId=1,
                RunConfigurationUpdate={"FlinkRunConfiguration": {"AllowNonRestoredState": True}})


def fifty_one_groups(w):
    groups = [{"PropertyGroupId": f"g{number}", "PropertyMap": {"k": "v"}} for number in range(51)]
    return code(w.flink.update_application, ApplicationName=w.created(), CurrentApplicationVersionId=1,
                ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": groups}})


def a_group_twice(w):
    groups = [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}] * 2
    return code(w.flink.update_application, ApplicationName=w.created(), CurrentApplicationVersionId=1,
                ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": groups}})


def snapshot_of_ready(w):
    return said(w.flink.create_application_snapshot, ApplicationName=w.created(), SnapshotName="s")


def snapshot_of_running(w):
    name = w.running()
    w.flink.create_application_snapshot(ApplicationName=name, SnapshotName="s")
    for _ in range(100):
        detail = w.flink.describe_application_snapshot(ApplicationName=name, SnapshotName="s")["SnapshotDetails"]
        if detail["SnapshotStatus"] != "CREATING":
            break
        time.sleep(0.05)
    return f"{detail['SnapshotStatus']}; again: {code(w.flink.create_application_snapshot, ApplicationName=name, SnapshotName='s')}"


def unknown_snapshot(w):
    restore = {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "none"}
    return said(w.flink.start_application, ApplicationName=w.created(),
                RunConfiguration={"ApplicationRestoreConfiguration": restore})


def snapshots_of_unknown(w):
    return code(w.flink.list_application_snapshots, ApplicationName="none")


def unknown_application(w):
    return said(w.flink.describe_application, ApplicationName="none")


def rollback_of_ready(w):
    return code(w.flink.rollback_application, ApplicationName=w.created(), CurrentApplicationVersionId=1)


def operations(w):
    name = w.running()
    rows = w.flink.list_application_operations(ApplicationName=name)["ApplicationOperationInfoList"]
    return [(row["Operation"], row["OperationStatus"]) for row in rows]


def delete_at_another_time(w):
    name = w.created()
    stamp = w.detail(name)["CreateTimestamp"].timestamp() - 100
    return code(w.flink.delete_application, ApplicationName=name, CreateTimestamp=stamp)


def delete_of_running(w):
    name = w.running()
    w.flink.delete_application(ApplicationName=name, CreateTimestamp=w.detail(name)["CreateTimestamp"])
    try:
        w.rests(name)
    except ClientError as error:
        return f"gone: {error.response['Error']['Code']}"
    return w.detail(name)["ApplicationStatus"]


def second_logging_option(w):
    name = w.created()
    w.client("logs").create_log_group(logGroupName=name)
    w.client("logs").create_log_stream(logGroupName=name, logStreamName="s")
    arn = f"arn:aws:logs:eu-west-1:{w.role.split(':')[4]}:log-group:{name}:log-stream:s"
    answers = []
    for version in (1, 2):
        answers.append(code(w.flink.add_application_cloud_watch_logging_option, ApplicationName=name,
                            CurrentApplicationVersionId=version, CloudWatchLoggingOption={"LogStreamARN": arn}))
        w.rests(name)
    options = w.detail(name).get("CloudWatchLoggingOptionDescriptions", [])
    return f"{answers}, {[one['CloudWatchLoggingOptionId'] for one in options]}"


def jar_that_is_not_there(w):
    location = {"BucketARN": "arn:aws:s3:::jars", "FileKey": "none.jar"}
    return code(w.flink.create_application, ApplicationName=w.name("app"), RuntimeEnvironment="FLINK-1_20",
                ServiceExecutionRole=w.role, ApplicationConfiguration={"ApplicationCodeConfiguration": {
                    "CodeContent": {"S3ContentLocation": location}, "CodeContentType": "ZIPFILE"}})


def name_twice(w):
    name = w.created()
    return code(w.flink.create_application, ApplicationName=name, RuntimeEnvironment="FLINK-1_20",
                ServiceExecutionRole=w.role)


def unknown_runtime(w):
    return code(w.flink.create_application, ApplicationName=w.name("app"), RuntimeEnvironment="FLINK-9_9",
                ServiceExecutionRole=w.role)


EVERY = [
    creation, snapshots_by_default, start, start_of_running, graceful_stop, forced_stop, graceful_stop_of_ready,
    forced_stop_of_ready, run_configuration_when_stopped, update_of_ready, stale_version, stale_token,
    update_without_version_or_token, update_of_running, run_configuration_update_of_ready, fifty_one_groups,
    a_group_twice, snapshot_of_ready, snapshot_of_running, unknown_snapshot, snapshots_of_unknown, unknown_application,
    rollback_of_ready, operations, delete_at_another_time, delete_of_running, second_logging_option,
    jar_that_is_not_there, name_twice, unknown_runtime,
]
