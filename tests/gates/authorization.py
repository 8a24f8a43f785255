"""AWS's service authorization data, as policy_sentry keeps it: what an action takes, and which conditions it knows. Nothing is fetched."""

import functools
import re

from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_actions

# Newer than the data, each with its page, the form of its ARN and the condition keys of that resource.
NEWER = {
    # https://docs.aws.amazon.com/managed-flink/latest/java/security-iam-snapshots.html: "Application ARN".
    "kinesisanalytics:CreateSystemSnapshot": (
        "arn:${Partition}:kinesisanalytics:${Region}:${Account}:application/${ApplicationName}", ("aws:ResourceTag/${TagKey}",)),
}
ALL = get_all_actions()
# What the data has by now needs no exception.
assert not NEWER.keys() & set(ALL), sorted(NEWER.keys() & set(ALL))
ALL = set(ALL) | NEWER.keys()
BY_LOWER = {action.lower(): action for action in ALL}
# Variables of an ARN's form whose value may hold a slash; a colon is in none but an object's key.
WITH_SLASH = ("LogGroupName", "LogStreamName", "ObjectName")


def changes(action):
    """Whether an action does more than look."""
    if BY_LOWER[action.lower()] in NEWER:
        return True
    service, name = BY_LOWER[action.lower()].split(":")
    return get_action_data(service, name)[service][0]["access_level"] not in ("Read", "List")


@functools.cache
def known(action):
    """For each resource type that an action takes (`*`: none), the form of its ARN and the condition keys."""
    exact = BY_LOWER.get(action.lower())
    if not exact:
        return []
    if exact in NEWER:
        return [NEWER[exact]]
    service, name = exact.split(":")
    rows = get_action_data(service, name)[service]
    return [(row["resource_arn_format"], tuple(row["condition_keys"])) for row in rows]


@functools.cache
def expanded(action):
    """The actions that a pattern stands for."""
    if "*" not in action:
        return [BY_LOWER[action.lower()]] if action.lower() in BY_LOWER else []
    pattern = re.compile(re.escape(action.lower()).replace(r"\*", ".*"))
    return sorted(exact for lower, exact in BY_LOWER.items() if pattern.fullmatch(lower))


def formats(action):
    """The forms of the ARNs that an action takes; none when it takes no resource."""
    forms = [form for form, _ in known(action) if form != "*"]
    # Newer than the data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html, `ResourceARN`.
    if action in ("cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource"):
        forms.append("arn:${Partition}:cloudwatch::${Account}:dashboard/${DashboardName}")
    # A log group is asked for with `:*` behind its name, except by the tagging operations
    # (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html, `arn`); the data has the other form alone.
    return forms + [f"{form}:*" for form in forms if form.endswith(":log-group:${LogGroupName}")]


def takes(action, resource):
    """Whether a statement's resource, wildcards and all, can be what an action takes."""
    forms = formats(action)
    return resource == "*" or any(meets(tokens(form), resource) for form in forms)


def keys(action):
    """The condition keys that an action knows, whatever it acts on."""
    return {key for _, known_keys in known(action) for key in known_keys}


@functools.cache
def tokens(form):
    """The form of an ARN: its characters, and for each variable the characters that its value cannot hold."""
    found = []
    for literal, variable in re.findall(r"([^$]+)|\$\{(\w+)\}", form):
        found += [(each, None) for each in literal]
        if variable:
            found.append((None, ":" if variable.endswith(WITH_SLASH) or "Path" in variable else ":/"))
    return tuple(found)


@functools.cache
def meets(form, pattern):
    """Whether some ARN has this form and matches this pattern too."""
    if not form or not pattern:
        return not form and pattern.strip("*") == ""
    (literal, excluded), first = form[0], pattern[0]
    if first == "*":
        return meets(form, pattern[1:]) or meets(form[1:], pattern)
    if literal:
        return first in (literal, "?") and meets(form[1:], pattern[1:])
    return first not in excluded and (meets(form, pattern[1:]) or meets(form[1:], pattern[1:]))
