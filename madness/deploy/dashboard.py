"""The dashboard of a stage on AWS: a function and a REST API, as Zappa deploys them from the workshop's package.

Zappa's own stack holds the API; the function stands beside it, its role is in the stage's stack. What Zappa cannot set,
how many requests the API lets through, is set after it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from madness.deploy import functions, tool, workshop
from madness.deploy.functions import RUNTIME, Sleep
from madness.deploy.pipeline import LOGS
from madness.deploy.provision import LEFT_OVER, Stack
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
    api = _api(cloudformation, full) if status and status not in LEFT_OVER else None
    return There(function, status, api, _throttle(stage, clients, api))


def _api(cloudformation: Any, stack: str) -> str | None:
    """The id of the API, which a stack that is being changed, or was rolled back, has as well."""
    try:
        resource = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Api")
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return resource["StackResourceDetail"].get("PhysicalResourceId") or None


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
    if found.status == "UPDATE_ROLLBACK_FAILED":
        return [f"Zappa's stack {name(stage)} is {found.status}"]
    return functions.different("dashboard", found.function.configuration, wanted(stage, root))


def limits(throttle: dict[str, Any]) -> str:
    """In words."""
    if not throttle.get("rateLimit"):
        return "everything"
    return f"{throttle['rateLimit']:g} requests a second, {throttle['burstLimit']} at once"


def deploy(stage: Stage, clients: Clients, root: Path, key: str, say: Say, sleep: Sleep) -> None:
    """Run `zappa deploy`, or `zappa update` where it is deployed, with a package that lies in the deployments bucket.

    API and function that are there stay: a new API has a new address. A function that must be made anew has the
    variables of its door from the first moment on.

    Raises
    ------
    ToolError
        Zappa failed.
    """
    stack = Stack(clients("cloudformation"), name(stage), say, sleep)
    stack.settle()
    found = there(stage, clients)
    if found.status and found.api is None:
        say(f"the stack {name(stage)} is {found.status}, without an API: deleting it and starting anew")
        stack.delete()
    if found.function and found.api is None:
        say("the function has no API, as after a deployment that was cut short: starting anew")
        _remember_door(stage, clients, root)
        clients("lambda").delete_function(FunctionName=name(stage))
    package = f"s3://{stage.deployments}/{key}"
    arguments = ["update" if found.is_whole else "deploy", stage.name, "--zip", package]
    for patience in (5.0, 15.0, 30.0, None):
        try:
            _zappa(arguments, stage, root, say, {} if found.is_whole else _remembered_door(stage, root))
            break
        except tool.ToolError as error:
            # A role that was made a moment ago is not known everywhere yet.
            if patience is None or "cannot be assumed" not in str(error):
                raise
            sleep(patience)
    functions.settle(clients("lambda"), name(stage), sleep)
    _door(stage, root).unlink(missing_ok=True)
    set_throttle(stage, clients)


def _door(stage: Stage, root: Path) -> Path:
    """Where the door of a function that is being made anew lies meanwhile; another try finds it there."""
    return root / workshop.FOLDER / f"door-{stage.name}.json"


def _remember_door(stage: Stage, clients: Clients, root: Path) -> None:
    there = functions.variables(clients("lambda").get_function_configuration(FunctionName=name(stage)))
    place = _door(stage, root)
    place.parent.mkdir(exist_ok=True)
    place.touch(mode=0o600)
    place.write_text(json.dumps({one: value for one, value in there.items() if one in functions.KEPT}))


def _remembered_door(stage: Stage, root: Path) -> dict[str, str]:
    place = _door(stage, root)
    return json.loads(place.read_text()) if place.exists() else {}


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
    before = there(stage, clients)
    stack = Stack(clients("cloudformation"), name(stage), say, sleep)
    stack.settle()
    found = there(stage, clients)
    if found.is_whole:
        _zappa(["undeploy", stage.name, "--yes"], stage, root, say)
        found = there(stage, clients)
        if found.function is None and found.status is None:
            return True
    if found.status:
        stack.delete()
    if found.function:
        clients("lambda").delete_function(FunctionName=name(stage))
    return bool(before.status or before.function)


def _zappa(
    arguments: list[str], stage: Stage, root: Path, say: Say, variables: Mapping[str, str] | None = None
) -> None:
    """Run Zappa. variables: of the function, in the settings of the copy for as long as it runs."""
    place = workshop.environment("dashboard", root, say)
    folder = workshop.copy("dashboard", root)
    env = tool.environment(stage) | workshop.activated(place)
    log = root / LOGS / f"{stage.name}.log"
    settings = folder / ZAPPA
    text = settings.read_text()
    if variables:
        told = json.loads(text)
        own = {**told["base"], **told[stage.name]}.get("aws_environment_variables", {})
        told[stage.name]["aws_environment_variables"] = {**own, **variables}
        settings.write_text(json.dumps(told))
    try:
        tool.run(" ".join(("zappa", *arguments)), [place / "bin" / "zappa", *arguments], folder, env, log, say)
    finally:
        settings.write_text(text)


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
