"""Runs ministack, with the few things that it does not do and the incident needs.

ministack is MIT-licensed, comes from PyPI, and is only run as a process of its own: nothing of it is in this project.
Where it differs from AWS so that a job that cannot be snapshotted would go unnoticed, its behaviour is put right here,
never in our templates. Each deviation says what AWS does (sections of semantics.md, the project's reference on AWS).

The control file named by E2E_FAILING_JOB is a job that loops on an exception: while the file is there and the application
is RUNNING, nothing that needs a snapshot is accepted.
"""

import os
import sys

from ministack.services import kinesisanalyticsv2 as flink
from ministack.services.cloudformation import provisioners, stacks

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

    # Its rollback leaves alone the resource whose own update failed, unless that is a custom resource. AWS applies the old
    # model again (B.2, C.4 step 3): that second failure is what makes UPDATE_ROLLBACK_FAILED.
    sends_back = stacks._sends_back_failed_update
    stacks._sends_back_failed_update = lambda kind: kind == "AWS::KinesisAnalyticsV2::Application" or sends_back(kind)


if __name__ == "__main__":
    patch()
    from ministack.app import main

    sys.argv[1:] = []
    main()
