"""Create or update a stage's CloudFormation stack: the same template for AWS and for the local stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from hoops.errors import MadnessError
from operate.stage import Stage, project_root

_PATIENCE = 600.0
_GONE = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}
_BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}


class ProvisionError(MadnessError):
    """The stack could not be brought to what the template says; the text holds CloudFormation's reasons."""


def provision(
    stage: Stage,
    cloudformation: Any,
    *,
    alarm_email: str | None = None,
    template: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Bring the stage's stack to what the template says, and wait for it.

    Parameters
    ----------
    cloudformation
        A boto3 CloudFormation client.
    alarm_email
        Who is told of alarms; None keeps what the stack has.

    Returns
    -------
    str
        `created`, `updated` or `unchanged`.

    Raises
    ------
    ProvisionError
        CloudFormation refused or rolled back.
    """
    body = (template or project_root() / "infra" / "template.yaml").read_text()
    status = _status(cloudformation, stage.stack)
    if status in _BROKEN:
        raise ProvisionError(
            f"The stack {stage.stack} is {status}: its creation failed before. Look at its events, delete it "
            f"(aws cloudformation delete-stack --stack-name {stage.stack}) and try again.\n"
            + _failures(cloudformation, stage.stack)
        )
    exists = status is not None
    request = {
        "StackName": stage.stack,
        "TemplateBody": body,
        "Parameters": _parameters(stage, alarm_email, exists),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    say(f"{'updating' if exists else 'creating'} stack {stage.stack}")
    try:
        if exists:
            cloudformation.update_stack(**request)
        else:
            cloudformation.create_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "unchanged"
        raise ProvisionError(f"CloudFormation refused the stack {stage.stack}: {error}") from error
    _wait(cloudformation, stage.stack, say, sleep)
    return "updated" if exists else "created"


def _parameters(stage: Stage, alarm_email: str | None, exists: bool) -> list[dict[str, Any]]:
    values = {
        "Stage": stage.name,
        "SourceBucket": stage.source,
        "ModelsBucket": stage.models,
        "DashboardBucket": stage.dashboard,
        "Queue": stage.queue,
        "DeadLetterQueue": stage.dead_letters,
    }
    parameters: list[dict[str, Any]] = [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]
    if alarm_email is not None:
        parameters.append({"ParameterKey": "AlarmEmail", "ParameterValue": alarm_email})
    elif exists:
        parameters.append({"ParameterKey": "AlarmEmail", "UsePreviousValue": True})
    return parameters


def _status(cloudformation: Any, stack: str) -> str | None:
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    status = found[0]["StackStatus"] if found else None
    return None if status in _GONE else status


def _wait(cloudformation: Any, stack: str, say: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    deadline = time.monotonic() + _PATIENCE
    pause = 0.1
    while True:
        status = _status(cloudformation, stack)
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}:
            return
        if status is None or not status.endswith("_IN_PROGRESS"):
            raise ProvisionError(f"The stack {stack} ended as {status}.\n{_failures(cloudformation, stack)}")
        if time.monotonic() > deadline:
            raise ProvisionError(f"The stack {stack} is still {status} after {_PATIENCE:.0f} seconds.")
        say(f"{stack}: {status}")
        sleep(pause)
        pause = min(pause * 1.5, 5.0)


def _failures(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    lines = [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}) {event['ResourceStatus']}: "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return "\n".join(reversed(lines)) or "  (no failed events)"
