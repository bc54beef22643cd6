"""The dashboard of a stage on AWS: a function and a REST API, as Zappa deploys them from the workshop's package.

Zappa's own stack holds the API; the function stands beside it, its role is in the stage's stack. What Zappa cannot set,
how many requests the API lets through, is set after it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madness.deploy import functions, tool, workshop
from madness.deploy.functions import RUNTIME, Sleep
from madness.deploy.pipeline import LOGS
from madness.deploy.provision import Stack
from madness.deploy.settings import ZAPPA
from madness.deploy.steps import Say
from operate.aws import Clients
from operate.stage import APP, Stage

# What the whole API lets through: enough for a room of readers, and a crowd of bots costs a few dollars a day.
THROTTLE = {"rateLimit": 20, "burstLimit": 60}  # requests a second; at once
_HANDLER = "handler.lambda_handler"


def name(stage: Stage) -> str:
    """Of the function and of Zappa's stack.

    >>> name(Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo"))
    'madness-dashboard-dev'
    """
    return f"{APP}-dashboard-{stage.name}"


@dataclass(frozen=True)
class There:
    """What there is of a dashboard; api: id of its REST API; status: of Zappa's stack."""

    function: functions.Function | None
    status: str | None
    api: str | None
    throttle: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        return self.function is not None and self.api is not None


def there(stage: Stage, clients: Clients) -> There:
    """Look at AWS."""
    cloudformation, full = clients("cloudformation"), name(stage)
    function = functions.live(clients, full)
    status = Stack(cloudformation, full).status()
    api = None
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
        resource = cloudformation.describe_stack_resource(StackName=full, LogicalResourceId="Api")
        api = resource["StackResourceDetail"]["PhysicalResourceId"]
    return There(function, status, api, _throttle(stage, clients, api))


def _throttle(stage: Stage, clients: Clients, api: str | None) -> dict[str, Any]:
    if api is None:
        return {}
    gateway = clients("apigateway")
    try:
        found = gateway.get_stage(restApiId=api, stageName=stage.name)
    except gateway.exceptions.NotFoundException:
        return {}
    settings = found.get("methodSettings", {}).get("*/*", {})
    return {"rateLimit": settings.get("throttlingRateLimit"), "burstLimit": settings.get("throttlingBurstLimit")}


def wanted(stage: Stage, root: Path) -> dict[str, Any]:
    """The function's settings as `zappa_settings.json` has them; the dashboard's own variables are in its package."""
    told = json.loads((root / ZAPPA).read_text())
    settings = {**told["base"], **told[stage.name]}
    return {
        "Runtime": RUNTIME,
        "Handler": _HANDLER,
        "MemorySize": settings["memory_size"],
        "Timeout": settings["timeout_seconds"],
        "Layers": [],
        "Environment": {"Variables": settings.get("aws_environment_variables", {})},
    }


def differences(stage: Stage, found: There, root: Path) -> list[str]:
    """What of the dashboard on AWS is not as the settings want it, in words; its code aside."""
    if found.function is None:
        return ["the function is not there"]
    if found.api is None:
        return [f"its API is not there (Zappa's stack {name(stage)}: {found.status or 'none'})"]
    return functions.different("dashboard", found.function.configuration, wanted(stage, root))


def limits(throttle: dict[str, Any]) -> str:
    """In words."""
    if not throttle.get("rateLimit"):
        return "everything"
    return f"{throttle['rateLimit']:g} requests a second, {throttle['burstLimit']} at once"


def deploy(stage: Stage, clients: Clients, root: Path, key: str, say: Say, sleep: Sleep) -> None:
    """Run `zappa deploy`, or `zappa update` where it is deployed, with a package that lies in the deployments bucket.

    Raises
    ------
    ToolError
        Zappa failed.
    """
    found = there(stage, clients)
    if found.status and not found.is_whole:
        # A creation that failed cannot be updated; all that it holds is the API.
        say(f"the stack {name(stage)} is {found.status}: deleting it and starting anew")
        Stack(clients("cloudformation"), name(stage), say, sleep).delete()
    if found.function and not found.is_whole:
        say("the function has no API, as after a deployment that was cut short: starting anew")
        clients("lambda").delete_function(FunctionName=name(stage))
    package = f"s3://{stage.deployments}/{key}"
    arguments = ["update" if found.is_whole else "deploy", stage.name, "--zip", package]
    for patience in (5.0, 15.0, 30.0, None):
        try:
            _zappa(arguments, stage, root, say)
            break
        except tool.ToolError as error:
            # A role that was made a moment ago is not known everywhere yet.
            if patience is None or "cannot be assumed" not in str(error):
                raise
            sleep(patience)
    functions.settle(clients("lambda"), name(stage), sleep)
    set_throttle(stage, clients)


def set_throttle(stage: Stage, clients: Clients) -> None:
    found = there(stage, clients)
    if found.throttle == THROTTLE:
        return
    operations = [
        {"op": "replace", "path": f"/*/*/throttling/{limit}", "value": str(value)} for limit, value in THROTTLE.items()
    ]
    clients("apigateway").update_stage(restApiId=found.api, stageName=stage.name, patchOperations=operations)


def delete(stage: Stage, clients: Clients, root: Path, say: Say, sleep: Sleep) -> bool:
    """Remove API and function; False if there was neither."""
    found = there(stage, clients)
    if found.is_whole:
        _zappa(["undeploy", stage.name, "--yes"], stage, root, say)
        found = there(stage, clients)
        if found.function is None and found.status is None:
            return True
    if found.status:
        Stack(clients("cloudformation"), name(stage), say, sleep).delete()
    if found.function:
        clients("lambda").delete_function(FunctionName=name(stage))
    return bool(found.status or found.function)


def _zappa(arguments: list[str], stage: Stage, root: Path, say: Say) -> None:
    place = workshop.environment("dashboard", root, say)
    folder = workshop.copy("dashboard", root)
    env = tool.environment(stage) | workshop.activated(place)
    log = root / LOGS / f"{stage.name}.log"
    tool.run(" ".join(("zappa", *arguments)), [place / "bin" / "zappa", *arguments], folder, env, log, say)


def url(stage: Stage, api: str, endpoint: str | None = None) -> str:
    """Where the dashboard is, on AWS or behind another endpoint."""
    if endpoint:
        return f"{endpoint}/restapis/{api}/{stage.name}/_user_request_/"
    suffix = "amazonaws.com.cn" if stage.partition == "aws-cn" else "amazonaws.com"
    return f"https://{api}.execute-api.{stage.region}.{suffix}/{stage.name}/"


def answers(address: str, timeout: float = 40.0) -> str | None:
    """What is wrong with what a dashboard answers, None if nothing is.

    With a wrong path prefix it answers HTML where the page asks for its layout.
    """
    try:
        with urllib.request.urlopen(f"{address}_dash-layout", timeout=timeout) as answer:
            kind = answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            return None  # a login or an allow-list stands before it
        return f"it answers {error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return f"it does not answer: {error}"
    return None if kind == "application/json" else f"it answers {kind} where JSON belongs: its path prefix is wrong"
