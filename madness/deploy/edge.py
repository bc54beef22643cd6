"""Who may see a stage's dashboard, and CloudFront before it: what is set after Zappa has deployed it.

Login, networks and CloudFront's secret (dashboard/door.py) are variables of the function and stand nowhere else; Zappa
leaves variables alone that it does not know. CloudFront is a stack of its own (infra/edge.yaml), since it needs the id
of Zappa's API.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from dashboard.door import SECRET_VARIABLE, Door
from hoops.errors import MadnessError
from madness.deploy.dashboard import name as function
from madness.deploy.provision import Sleep, Stack
from operate.aws import Clients
from operate.stage import Stage, project_root

_WAIT = {"Delay": 15, "MaxAttempts": 80}  # CloudFront takes minutes


class EdgeError(MadnessError):
    """The dashboard is not there yet, or CloudFormation failed; the text says what to do."""


def variables(stage: Stage, clients: Clients) -> dict[str, str]:
    """The variables of the dashboard's function; raise `EdgeError` if it is not deployed."""
    return _configuration(stage, clients).get("Environment", {}).get("Variables", {})


def set_variables(stage: Stage, clients: Clients, changes: Mapping[str, str | None]) -> bool:
    """Set variables of the door, or remove those that are None, and wait for it; False if they were so already.

    Raises
    ------
    DoorError
        A setting makes no sense; nothing was changed.
    EdgeError
        The dashboard is not deployed.
    """
    found = _configuration(stage, clients)
    before = found.get("Environment", {}).get("Variables", {})
    after = {name: value for name, value in {**before, **changes}.items() if value is not None}
    Door.from_environment(after)
    if after == before:
        return False
    client = clients("lambda")
    client.update_function_configuration(
        FunctionName=function(stage), Environment={"Variables": after}, RevisionId=found["RevisionId"]
    )
    client.get_waiter("function_updated_v2").wait(FunctionName=function(stage))
    return True


def put_edge(
    stage: Stage,
    clients: Clients,
    *,
    domain: str | None = None,
    certificate: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    sleep: Sleep = time.sleep,
) -> str:
    """Put CloudFront before the dashboard, or bring it to what the template says; gives the address.

    The function learns the secret when CloudFront sends it: at no moment is the dashboard out of reach.

    Parameters
    ----------
    domain, certificate
        A name of one's own, and the ARN of its certificate in us-east-1; None keeps what there is.

    Raises
    ------
    EdgeError
        The dashboard is not deployed, or CloudFormation failed.
    """
    secret = variables(stage, clients).get(SECRET_VARIABLE) or secrets.token_urlsafe(36)
    cloudformation, name = clients("cloudformation"), f"{stage.stack}-edge"
    # What somebody else began ends first; a stack that can never be updated makes room for a new one.
    exists = Stack(cloudformation, name, say, sleep).settle() is not None
    values = {
        "Stage": stage.name,
        "DashboardBucket": stage.dashboard,
        "ApiId": _api(stage, clients),
        "OriginSecret": secret,
        "Domain": domain,
        "CertificateArn": certificate,
    }
    request: dict[str, Any] = {
        "StackName": name,
        "TemplateBody": (project_root() / "infra" / "edge.yaml").read_text(),
        "Parameters": [
            {"ParameterKey": key, "UsePreviousValue": True}
            if value is None
            else {"ParameterKey": key, "ParameterValue": value}
            for key, value in values.items()
            if exists or value is not None
        ],
    }
    say(f"{'updating' if exists else 'creating'} stack {name}: CloudFront takes some minutes")
    try:
        if exists:
            cloudformation.update_stack(**request)
            cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=_WAIT)
        else:
            cloudformation.create_stack(**request, OnFailure="DELETE")
            cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=_WAIT)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise EdgeError(f"CloudFormation refused the stack {name}: {error}") from error
    except WaiterError as error:
        raise EdgeError(
            f"The stack {name} failed; `aws cloudformation describe-stack-events --stack-name {name}` says why. "
            "A stack that could not be created is gone again, and the next try starts anew."
        ) from error
    set_variables(stage, clients, {SECRET_VARIABLE: secret})
    outputs = (_stack(cloudformation, name) or {}).get("Outputs", [])
    return next(one["OutputValue"] for one in outputs if one["OutputKey"] == "Url")


def remove_edge(stage: Stage, clients: Clients) -> bool:
    """Take CloudFront away again; False if there was none. The API's own address works from the first moment on."""
    cloudformation, name = clients("cloudformation"), f"{stage.stack}-edge"
    with contextlib.suppress(EdgeError):  # the dashboard may be gone already, and its variables with it
        set_variables(stage, clients, {SECRET_VARIABLE: None})
    if _stack(cloudformation, name) is None:
        return False
    cloudformation.delete_stack(StackName=name)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=_WAIT)
    except WaiterError as error:
        raise EdgeError(f"The stack {name} could not be deleted; its events say why. Try again.") from error
    return True


def _configuration(stage: Stage, clients: Clients) -> dict[str, Any]:
    client = clients("lambda")
    try:
        return client.get_function_configuration(FunctionName=function(stage))
    except client.exceptions.ResourceNotFoundException as error:
        raise EdgeError(
            f"There is no function {function(stage)}: deploy the dashboard of {stage.name} first."
        ) from error


def _api(stage: Stage, clients: Clients) -> str:
    try:
        found = clients("cloudformation").describe_stack_resource(StackName=function(stage), LogicalResourceId="Api")
    except ClientError as error:
        raise EdgeError(f"Zappa's stack {function(stage)} has no API: deploy the dashboard first. ({error})") from error
    return found["StackResourceDetail"]["PhysicalResourceId"]


def _stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
