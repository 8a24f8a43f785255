"""Runs ministack, with the few things that it does not do and the incident needs.

ministack is MIT-licensed, comes from PyPI, and is only run as a process of its own: nothing of it is in this project.
Where it differs from AWS so that a job that cannot be snapshotted would go unnoticed, its behaviour is put right here,
never in our templates. Each deviation says what AWS does (sections of semantics.md, the project's reference on AWS).

The control file named by E2E_FAILING_JOB is a job that loops on an exception: while it is there and the application
is RUNNING, nothing that needs a snapshot is accepted.
"""

import os
import sys

from ministack.services import kinesisanalyticsv2 as flink
from ministack.services.cloudformation import _stack_events, _stacks, changesets, engine, handlers, provisioners, stacks

SNAPSHOT_FAILURE = (
    "Failed to take snapshot for the application {} at this moment. The application is currently experiencing downtime. "
    "Please check the application's CloudWatch metrics or CloudWatch logs for any possible errors and retry the request. "
    "You can also retry the request after disabling the snapshots in the Managed Service for Apache Flink console or by "
    "updating the ApplicationSnapshotConfiguration through the AWS SDK"
)


def job_fails(name):
    """Whether the application is RUNNING with a job that cannot be snapshotted."""
    record = flink._get(name)
    return record is not None and record["ApplicationStatus"] == "RUNNING" and os.path.exists(os.environ["E2E_FAILING_JOB"])


def rejecting(operation):
    """An operation of the API that needs a snapshot: rejected at once with status 400 (A.5, A.6)."""

    def call(data):
        name = data.get("ApplicationName")
        if job_fails(name) and not data.get("Force"):
            return flink._error("InvalidApplicationConfigurationException", SNAPSHOT_FAILURE.format(name))
        return operation(data)

    return call


def alarm_of_an_expression(record):
    """Its CloudFormation takes no metric math. Nothing here evaluates an alarm: one is recorded by the metric of its expression."""

    def call(name, properties):
        for query in properties.get("Metrics", []):
            if "MetricStat" in query:
                stat = query["MetricStat"]
                properties = {**properties, **stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"], "Metrics": None}
        return record(name, properties)

    return call


def rows(stack_id, logical_id):
    """The status and the physical ID of a resource's rows, oldest first."""
    events = _stack_events.get(stack_id, [])
    return [(row["ResourceStatus"], row["PhysicalResourceId"]) for row in events if row["LogicalResourceId"] == logical_id]


def exists(stack_id, logical_id):
    """Whether the stack has the resource: something of it was completed and not deleted since."""
    physical_ids = set()
    for status, physical_id in rows(stack_id, logical_id):
        if status == "DELETE_COMPLETE":
            physical_ids.discard(physical_id)
        elif status.endswith("_COMPLETE"):
            physical_ids.add(physical_id)
    return bool(physical_ids)


def rows_of_what_is_added(add_event):
    """Its update of a stack shows each resource as UPDATE_*. CloudFormation shows one that the update adds as CREATE_* (C.3)."""

    def call(stack_id, stack_name, logical_id, resource_type, status, *rest, **more):
        if status == "UPDATE_COMPLETE" and (stack_id, logical_id) in UNCHANGED:
            return UNCHANGED.discard((stack_id, logical_id))
        if status.startswith("UPDATE_") and not exists(stack_id, logical_id):
            status = status.replace("UPDATE_", "CREATE_", 1)
        add_event(stack_id, stack_name, logical_id, resource_type, status, *rest, **more)

    return call


# Resources of the update that goes on, (stack ID, logical ID), whose properties and tags are what they were.
UNCHANGED = set()


def without_what_is_unchanged(update):
    """Its update of a stack updates each resource. CloudFormation passes over one that is unchanged, and writes no row of it (C.3)."""

    def call(resource_type, physical_id, old, new, stack_name, logical_id, attributes):
        stack_id = _stacks[stack_name]["StackId"]
        if old != new:
            return update(resource_type, physical_id, old, new, stack_name, logical_id, attributes)
        begun = _stack_events[stack_id].pop()
        if begun["LogicalResourceId"] != logical_id:
            raise RuntimeError(f"the newest row is {begun}, not that of {logical_id}")
        UNCHANGED.add((stack_id, logical_id))
        return (physical_id, attributes), stacks._NAME_SEED.get()

    return call


def rows_of_what_is_removed(delete):
    """Its update of a stack deletes without a row. CloudFormation writes DELETE_IN_PROGRESS before it asks, and how it ended (C.3)."""

    def call(resource_type, physical_id, properties, stack_name, logical_id):
        stack_id = _stacks[stack_name]["StackId"]
        if rows(stack_id, logical_id)[-1:] == [("DELETE_IN_PROGRESS", physical_id)]:
            return delete(resource_type, physical_id, properties, stack_name, logical_id)

        def row(status):
            stacks._add_event(stack_id, stack_name, logical_id, resource_type, status, physical_id=physical_id)

        row("DELETE_IN_PROGRESS")
        # A failure's row is its own.
        answer = delete(resource_type, physical_id, properties, stack_name, logical_id)
        row("DELETE_COMPLETE")
        return answer

    return call


def conditions_that_split(evaluate):
    """Its conditions resolve no Fn::Split in an Fn::Select. CloudFormation does; cfn-lint's model of it says so too."""

    def resolved(value, params):
        selected = value.get("Fn::Select") if isinstance(value, dict) else None
        if isinstance(selected, list) and "Fn::Split" in selected[1]:
            return engine._resolve_refs(value, {}, params, {}, {}, "", "")
        if isinstance(value, dict):
            return {name: resolved(member, params) for name, member in value.items()}
        return [resolved(item, params) for item in value] if isinstance(value, list) else value

    def call(template, params):
        return evaluate({**template, "Conditions": resolved(template.get("Conditions", {}), params)}, params)

    return call


def patch():
    """Puts ministack's behaviour right. A name that is not there any more ends the run: the pinned version changed."""
    # ministack's UpdateApplication, StopApplication and CreateApplicationSnapshot never fail on a snapshot.
    for operation in ("UpdateApplication", "StopApplication", "CreateApplicationSnapshot"):
        flink._HANDLERS[operation] = rejecting(flink._HANDLERS[operation])
    flink.update_application = rejecting(flink.update_application)

    # Its CloudFormation updates the application in-process instead of calling UpdateApplication.
    replace = flink.replace_from_template

    def replace_from_template(name, properties):
        if job_fails(name):
            # The resource handler's wording (B.2).
            raise ValueError(f'Resource handler returned message: "{SNAPSHOT_FAILURE.format(name)} (Service: '
                             'KinesisAnalyticsV2, Status Code: 400)" (HandlerErrorCode: InvalidRequest)')
        replace(name, properties)

    flink.replace_from_template = replace_from_template

    provisioners._cw_metric_alarm_record = alarm_of_an_expression(provisioners._cw_metric_alarm_record)

    evaluate = conditions_that_split(engine._evaluate_conditions)
    for module in (changesets, engine, handlers, stacks):
        if hasattr(module, "_evaluate_conditions"):
            module._evaluate_conditions = evaluate

    stacks._add_event = rows_of_what_is_added(stacks._add_event)
    stacks._update_keeping_seed = without_what_is_unchanged(stacks._update_keeping_seed)
    stacks._delete_resource = rows_of_what_is_removed(stacks._delete_resource)

    # Its rollback leaves alone the resource whose own update failed, unless that is a custom resource. AWS applies the
    # old model again (B.2, C.4 step 3): that second failure is what makes UPDATE_ROLLBACK_FAILED.
    sends_back = stacks._sends_back_failed_update
    stacks._sends_back_failed_update = lambda kind: kind == "AWS::KinesisAnalyticsV2::Application" or sends_back(kind)


if __name__ == "__main__":
    patch()
    from ministack.app import main

    sys.argv[1:] = []
    main()
