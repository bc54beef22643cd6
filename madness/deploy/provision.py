"""Create or update a stage's CloudFormation stack: the same template for AWS and for the local stack.

    buckets ours? -> stack at rest? -> what an earlier failure left -> change set -> executed -> followed to its end

CloudFormation does all of it while we look: a stack or change set is asked for until it has come to rest. A change
set, not `create_stack`, because only that adopts what is there: a bucket that an earlier stack left with its data.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from hoops.errors import MadnessError
from madness.deploy import names
from madness.deploy.template import BUDGETS, body, parameters
from operate.aws import Clients
from operate.stage import Stage

T = TypeVar("T")
Say = Callable[[str], None]
Sleep = Callable[[float], None]

_PATIENCE = 1800.0  # seconds without an end of one operation
# A creation that failed, or a deletion that did: what is kept stays, what is not must go before the name is free again.
LEFT_OVER = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
_DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
# A stack that says CREATE_FAILED or UPDATE_FAILED is about to roll back.
_UNDONE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_BECOMES = {
    "CREATE_COMPLETE": "created",
    "UPDATE_COMPLETE": "updated",
    "IMPORT_COMPLETE": "adopted",
    "DELETE_COMPLETE": "deleted",
    "DELETE_SKIPPED": "kept",
}


class ProvisionError(MadnessError):
    """The stack could not be brought to what the template says; the text holds AWS's reasons."""


def provision(
    stage: Stage,
    clients: Clients,
    *,
    alarm_email: str | None = None,
    monthly_budget: float | None = None,
    template: Path | None = None,
    say: Say = lambda _: None,
    sleep: Sleep = time.sleep,
) -> str:
    """Bring the stage's stack to what the template says, and wait for it.

    Parameters
    ----------
    alarm_email
        Who is told of alarms; None keeps what the stack has.
    monthly_budget
        Dollars a month above which that address is told, 0 for no budget; None keeps what the stack has.

    Returns
    -------
    str
        `created`, `updated` or `unchanged`.

    Raises
    ------
    ProvisionError
        A bucket belongs to somebody else; CloudFormation refused or rolled back.
    NamesError
        The stack has other buckets than the settings.
    """
    if not stage.is_local:
        check_buckets(stage, clients("s3"), clients("sts").get_caller_identity()["Account"])
    if stage.region not in BUDGETS:
        say(f"CloudFormation has no budgets in {stage.region}: make one by hand (Billing, Budgets)")
    stack = Stack(clients("cloudformation"), stage.stack, say, sleep)
    before = stack.at_rest()
    if not stage.is_local:
        names.check(stage, before)
    found = stack.settle()
    optional = {
        "AlarmEmail": alarm_email,
        "MonthlyBudget": None if monthly_budget is None else f"{monthly_budget:g}",
    }
    request = {
        "TemplateBody": body(stage, template),
        "Parameters": request_parameters(parameters(stage), optional, before),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        # MiniStack's validation takes what is adopted for a name that is taken.
        "DisableValidation": stage.is_local or "MADNESS_AWS_ENDPOINT" in os.environ,
    }
    # What is adopted stays as it was, until another change set gives it the settings of the template.
    settings = {"DeploymentMode": "REVERT_DRIFT"}
    mended = None
    if found and stack.has_just_adopted(found["StackId"]):
        say(f"stack {stage.stack} has adopted something: looking whether it has the template's settings")
        as_it_is = {key: value for key, value in request.items() if key != "TemplateBody"} | {
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": key, "UsePreviousValue": True} for key in _given(found)],
        }
        mended = stack.change("UPDATE", as_it_is | settings)
    changes = stack.change("UPDATE" if found else "CREATE", request | {"ImportExistingResources": True})
    if any(change["Action"] == "Import" for change in changes or []):
        stack.change("UPDATE", request | settings)
    if changes is None and mended is None:
        return "unchanged"
    return "updated" if found else "created"


def check_buckets(stage: Stage, s3: Any, account: str) -> None:
    """Look whether the stage's bucket names, which are global, are free or ours.

    Raises
    ------
    ProvisionError
        A bucket belongs to another account, or is in another region.
    """
    problems = []
    for bucket in (*stage.buckets().values(), stage.deployments):
        try:
            region = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account).get("BucketRegion", stage.region)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "404":
                continue
            if code != "403":
                raise
            problems.append(
                f"{bucket} belongs to another account, or your credentials lack s3:ListBucket on it (account {account})"
            )
        else:
            if region != stage.region:
                problems.append(f"{bucket} is in {region}, and the stage {stage.name} in {stage.region}")
    if problems:
        raise ProvisionError(
            "Nothing was changed, because of these buckets:\n"
            + "\n".join(f"  {problem}" for problem in problems)
            + f"\nNames of buckets are global. `madness configure --stage {stage.name} --account {account}` chooses "
            "names with the account's number in them."
        )


def request_parameters(
    values: dict[str, str], optional: dict[str, str | None], before: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Values of the template's parameters. An optional one that is not given stays as the stack has or had it."""
    kept = {key: value for key, value in _given(before).items() if key in optional}
    given = kept | values | {key: value for key, value in optional.items() if value is not None}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]


def _given(stack: dict[str, Any] | None) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in (stack or {}).get("Parameters", [])}


class Stack:
    """One stack, and the patience to see what becomes of it."""

    def __init__(self, cloudformation: Any, name: str, say: Say = lambda _: None, sleep: Sleep = time.sleep) -> None:
        self._aws = cloudformation
        self._name = name
        self._say = say
        self._sleep = sleep

    def look(self) -> dict[str, Any] | None:
        """As CloudFormation describes it; None if there is no such stack."""
        try:
            (stack,) = self._aws.describe_stacks(StackName=self._name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack if stack["StackStatus"] != "DELETE_COMPLETE" else None

    def status(self) -> str | None:
        """Of the stack; None if there is none."""
        stack = self.look()
        return stack["StackStatus"] if stack else None

    def delete(self) -> bool:
        """Delete it and wait until it is gone, but for what it retains; False if there was none."""
        stack = self.at_rest()
        if stack is None:
            return False
        self._say(f"deleting stack {self._name}")
        self._operate(self._aws.delete_stack, stack["StackId"], "DELETE_COMPLETE", StackName=stack["StackId"])
        return True

    def settle(self) -> dict[str, Any] | None:
        """The stack when nobody changes it any more and it can be updated; None if it is to be created.

        A stack whose creation failed is deleted: it cannot be updated, and holds nothing that is not kept.
        """
        stack = self.at_rest()
        status = stack["StackStatus"] if stack else None
        if stack is None or status == "REVIEW_IN_PROGRESS":  # a change set that was never executed: nothing is in it
            return None
        if status in LEFT_OVER:
            self._say(
                f"stack {self._name} is {status}: deleting it, buckets that hold anything stay, and starting anew"
            )
            self._operate(self._aws.delete_stack, stack["StackId"], "DELETE_COMPLETE", StackName=stack["StackId"])
            return None
        if status == "UPDATE_ROLLBACK_FAILED":
            self._say(f"stack {self._name} is {status}: ending that roll-back first")
            self._operate(
                self._aws.continue_update_rollback,
                stack["StackId"],
                "UPDATE_ROLLBACK_COMPLETE",
                StackName=stack["StackId"],
            )
        return stack

    def has_just_adopted(self, stack_id: str) -> bool:
        """Whether the last operation that was not rolled back adopted anything, which no later one has changed."""
        token = None
        for page in self._aws.get_paginator("describe_stack_events").paginate(StackName=stack_id):
            for event in page["StackEvents"]:
                status, is_stack = event["ResourceStatus"], event.get("PhysicalResourceId") == stack_id
                if token is None:
                    token = event.get("ClientRequestToken", "") if is_stack and status in _DONE else None
                elif event.get("ClientRequestToken", "") != token:
                    return False  # newest come first: what follows is older
                elif status == "IMPORT_COMPLETE" and not is_stack:
                    return True
        return False

    def change(self, kind: str, request: dict[str, Any]) -> list[dict[str, Any]] | None:
        """Make a change set and execute it; gives its changes of resources, None if there was nothing to do."""
        name = f"madness-{uuid.uuid4().hex}"
        try:
            made = self._aws.create_change_set(StackName=self._name, ChangeSetName=name, ChangeSetType=kind, **request)
        except ClientError as error:
            raise ProvisionError(f"CloudFormation refused the stack {self._name}: {error}") from error
        ready = self._wait(lambda: self._change_set(made["Id"]), f"The change set {name} of stack {self._name}")
        if ready["Status"] == "FAILED":
            reason = ready.get("StatusReason", "no reason given")
            nothing_to_do = "didn't contain changes" in reason or "No updates are to be performed" in reason
            reasons = [] if nothing_to_do else [f"  {reason}", *self._validations(made["Id"])]
            self._aws.delete_change_set(ChangeSetName=made["Id"])
            if nothing_to_do:
                return None
            told = "\n".join(reasons)
            raise ProvisionError(f"CloudFormation refused the stack {self._name}, and changed nothing:\n{told}")
        pages = self._aws.get_paginator("describe_change_set").paginate(ChangeSetName=made["Id"])
        changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
        adopted = [change["LogicalResourceId"] for change in changes if change["Action"] == "Import"]
        self._say(
            f"{'creating' if kind == 'CREATE' else 'updating'} stack {self._name}: {len(changes)} resources"
            + (f", of which {', '.join(adopted)} are there and adopted" if adopted else "")
        )
        self._operate(
            self._aws.execute_change_set, made["StackId"], *_DONE, ChangeSetName=made["Id"], DisableRollback=False
        )
        return changes

    def _operate(self, call: Callable[..., Any], stack_id: str, *wanted: str, **request: Any) -> None:
        """Start an operation and follow its events to the end; raise `ProvisionError` if that is not a wanted one."""
        token = f"madness-{uuid.uuid4().hex}"
        try:
            call(ClientRequestToken=token, **request)
        except ClientError as error:
            raise ProvisionError(f"CloudFormation refused the stack {self._name}: {error}") from error
        seen: set[str] = set()
        failures: list[str] = []

        def look() -> str | None:
            ended = None
            for event in self._news(stack_id, token, seen):
                status, logical = event["ResourceStatus"], event["LogicalResourceId"]
                is_stack = event.get("PhysicalResourceId") == stack_id
                if status.endswith("_FAILED"):
                    reason = event.get("ResourceStatusReason") or "no reason given"
                    failures.append(f"  {logical} ({event['ResourceType']}) {status}: {reason}")
                    self._say(failures[-1])
                if is_stack and (status in wanted or status.endswith(_UNDONE)):
                    ended = status
                elif not is_stack and status in _BECOMES:
                    self._say(f"  {logical} ({event['ResourceType']}) {_BECOMES[status]}")
            return ended

        status = self._wait(look, f"The stack {self._name}")
        if status not in wanted:
            raise ProvisionError("\n".join([f"The stack {self._name} ended as {status}.", *failures]))

    def _news(self, stack_id: str, token: str, seen: set[str]) -> Iterator[dict[str, Any]]:
        """Events of one operation that were not seen yet, oldest first."""
        new = []
        for page in self._aws.get_paginator("describe_stack_events").paginate(StackName=stack_id):
            events = page["StackEvents"]
            new += [e for e in events if e.get("ClientRequestToken") == token and e["EventId"] not in seen]
            if any(e.get("ClientRequestToken") != token or e["EventId"] in seen for e in events):
                break  # newest come first: what follows is older
        seen.update(event["EventId"] for event in new)
        return reversed(new)

    def _validations(self, change_set: str) -> list[str]:
        """What CloudFormation found wrong before it changed anything; a change set itself says only that it did."""
        try:
            pages = self._aws.get_paginator("describe_events").paginate(
                ChangeSetName=change_set, Filters={"FailedEvents": True}
            )
            events = [event for page in pages for event in page["OperationEvents"]]
        except ClientError as error:
            return [f"  (what it found is in its events, which could not be read: {error})"]
        return [
            f"  {event.get('LogicalResourceId', self._name)}: {event['ValidationStatusReason']}"
            for event in events
            if event.get("ValidationStatusReason")
        ]

    def at_rest(self) -> dict[str, Any] | None:
        """The stack when nobody changes it any more; None if there is none."""
        told: set[str] = set()

        def look() -> tuple[dict[str, Any] | None] | None:
            try:
                (stack,) = self._aws.describe_stacks(StackName=self._name)["Stacks"]
            except ClientError as error:
                if "does not exist" in str(error):
                    return (None,)
                raise
            status = stack["StackStatus"]
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return (stack if status != "DELETE_COMPLETE" else None,)
            if status not in told:
                self._say(f"stack {self._name} is {status}: waiting for the end of that")
                told.add(status)
            return None

        (stack,) = self._wait(look, f"The stack {self._name}")
        return stack

    def _change_set(self, change_set: str) -> dict[str, Any] | None:
        found = self._aws.describe_change_set(ChangeSetName=change_set)
        return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

    def _wait(self, look: Callable[[], T | None], what: str) -> T:
        waited, pause = 0.0, 0.1
        while (found := look()) is None:
            if waited > _PATIENCE:
                raise ProvisionError(f"{what} has not come to rest after {waited:.0f} seconds. Look at it, try again.")
            self._sleep(pause)
            waited += pause
            pause = min(pause * 1.5, 5.0)
        return found
