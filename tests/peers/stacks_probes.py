"""Probes of CloudFormation and what is around it: each makes its calls and says what it saw in a line."""

import json
import time

from witness_world import ALL, TRUST, code, said

GOING = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "ROLLBACK_IN_PROGRESS",
         "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS")


def group(name, days=1):
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": days}}


def template(**resources):
    return json.dumps({"Resources": resources})


def ended(w, name):
    """The stack's status once nothing goes on."""
    stacks = w.client("cloudformation")
    for _ in range(200):
        status = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if status not in GOING:
            break
        time.sleep(0.05)
    return status


def rows(w, stack):
    """The rows of its resources since its newest operation began, oldest first."""
    events = w.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    seen = []
    for row in events:
        if row["ResourceType"] == "AWS::CloudFormation::Stack":
            if row["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                break
            continue
        seen.append(f"{row['LogicalResourceId']} {row['ResourceStatus']}")
    return ", ".join(reversed(seen))


def made(w, **resources):
    name = w.name("stack")
    w.client("cloudformation").create_stack(StackName=name, TemplateBody=template(**resources))
    return name, ended(w, name)


def updated(w, name, **resources):
    w.client("cloudformation").update_stack(StackName=name, TemplateBody=template(**resources))
    return ended(w, name)


def creation_of_a_stack(w):
    name, status = made(w, A=group(w.name("group")))
    return f"{status}: {rows(w, name)}"


def update_that_changes_one_of_two(w):
    first, second = w.name("group"), w.name("group")
    name, _ = made(w, A=group(first), B=group(second))
    return f"{updated(w, name, A=group(first, 3), B=group(second))}: {rows(w, name)}"


def update_that_adds_one(w):
    first = w.name("group")
    name, _ = made(w, A=group(first))
    return f"{updated(w, name, A=group(first), B=group(w.name('group')))}: {rows(w, name)}"


def update_that_removes_one(w):
    first = w.name("group")
    name, _ = made(w, A=group(first), B=group(w.name("group")))
    return f"{updated(w, name, A=group(first))}: {rows(w, name)}"


def update_that_changes_nothing(w):
    resource = group(w.name("group"))
    name, _ = made(w, A=resource)
    return said(w.client("cloudformation").update_stack, StackName=name, TemplateBody=template(A=resource))


def change_set_without_changes(w):
    resource = group(w.name("group"))
    name, _ = made(w, A=resource)
    stacks = w.client("cloudformation")
    stacks.create_change_set(StackName=name, ChangeSetName="c", TemplateBody=template(A=resource))
    for _ in range(100):
        found = stacks.describe_change_set(StackName=name, ChangeSetName="c")
        if not found["Status"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.05)
    return f"{found['Status']} {found['ExecutionStatus']}: {found.get('StatusReason')}"


def creation_that_fails(w):
    first = w.name("group")
    w.client("logs").create_log_group(logGroupName=first)
    name, status = made(w, A=group(first))
    return f"{status}: {rows(w, name)}"


def update_of_a_creation_that_failed(w):
    first = w.name("group")
    w.client("logs").create_log_group(logGroupName=first)
    name, _ = made(w, A=group(first))
    refused = code(w.client("cloudformation").update_stack, StackName=name, TemplateBody=template(A=group(first, 3)))
    return refused


def continued_without_a_failure(w):
    name, _ = made(w, A=group(w.name("group")))
    return said(w.client("cloudformation").continue_update_rollback, StackName=name)


def cancelled_without_an_update(w):
    name, _ = made(w, A=group(w.name("group")))
    return said(w.client("cloudformation").cancel_update_stack, StackName=name)


def creation_twice(w):
    resource = group(w.name("group"))
    name, _ = made(w, A=resource)
    return code(w.client("cloudformation").create_stack, StackName=name, TemplateBody=template(A=resource))


def unknown_stack(w):
    return said(w.client("cloudformation").describe_stacks, StackName="none")


def update_of_an_unknown_stack(w):
    return said(w.client("cloudformation").update_stack, StackName="none", TemplateBody=template(A=group("g")))


def deletion_of_an_unknown_stack(w):
    return said(w.client("cloudformation").delete_stack, StackName="none")


def template_without_resources(w):
    return code(w.client("cloudformation").create_stack, StackName=w.name("stack"), TemplateBody="{}")


def role_without_a_capability(w):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    return code(w.client("cloudformation").create_stack, StackName=w.name("stack"), TemplateBody=template(R=role))


def parameter_that_is_missing(w):
    body = json.dumps({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": group("g")}})
    return said(w.client("cloudformation").create_stack, StackName="missing", TemplateBody=body)


def export_in_use(w):
    stacks, exported = w.client("cloudformation"), w.name("export")
    body = {"Resources": {"A": group(w.name("group"))}, "Outputs": {"O": {"Value": "v", "Export": {"Name": exported}}}}
    exporter = w.name("stack")
    stacks.create_stack(StackName=exporter, TemplateBody=json.dumps(body))
    ended(w, exporter)
    importing = group({"Fn::Sub": [w.name("group") + "${V}", {"V": {"Fn::ImportValue": exported}}]})
    made(w, A=importing)
    refused = code(stacks.delete_stack, StackName=exporter)
    return f"{refused} {ended(w, exporter)}"


def event_pattern_that_is_none(w):
    return code(w.client("events").put_rule, Name="r", EventPattern='{"source": "aws"}')


def schedule_that_is_none(w):
    return code(w.client("events").put_rule, Name="r", ScheduleExpression="rate(15 minute)")


def queue_attribute_that_is_none(w):
    return code(w.client("sqs").create_queue, QueueName=w.name("queue"), Attributes={"Lifetime": "1"})


def role_with_policies_is_deleted(w):
    name = w.name("role")
    w.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    w.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(ALL))
    return code(w.client("iam").delete_role, RoleName=name)


def policy_that_is_none(w):
    return code(w.client("iam").put_role_policy, RoleName="job", PolicyName="p", PolicyDocument='{"Statement": 1}')


EVERY = [
    creation_of_a_stack, update_that_changes_one_of_two, update_that_adds_one, update_that_removes_one,
    update_that_changes_nothing, change_set_without_changes, creation_that_fails, update_of_a_creation_that_failed,
    continued_without_a_failure, cancelled_without_an_update, creation_twice, unknown_stack, update_of_an_unknown_stack,
    deletion_of_an_unknown_stack, template_without_resources, role_without_a_capability, parameter_that_is_missing,
    export_in_use, event_pattern_that_is_none, schedule_that_is_none, queue_attribute_that_is_none,
    role_with_policies_is_deleted, policy_that_is_none,
]
