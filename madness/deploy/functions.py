"""The functions of a stage: what its settings want, what Lambda has, and what differs.

Lambda changes a function while we look: a new one is Pending, a changed one InProgress, and refuses another change
meanwhile. So every change here waits for the one before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from hoops.errors import MadnessError
from lake.training_jobs import OUTPUT
from madness.deploy.policies import FOLDERS
from madness.deploy.releases import Function
from operate.aws import Clients
from operate.stage import CONFIG, FUNCTIONS, PYTHON, SCHEDULED, Stage, StageError, project_root

T = TypeVar("T")
Sleep = Callable[[float], None]

RUNTIME = f"python{PYTHON[0]}.{PYTHON[1]}"
SCHEDULE = "rate(5 minutes)"
# Whose schedule is a setting of the stage.
_SCHEDULES = {"start_training": "MADNESS_TRAINING_SCHEDULE", "watch_forecasts": "MADNESS_WATCH_SCHEDULE"}
_PATIENCE = 300.0  # seconds without an end of one change
_BUSY = ("ResourceConflictException", "ResourceInUseException", "TooManyRequestsException")
# Who may see the dashboard (dashboard/door.py): on the function and nowhere else, since some of it is secret.
KEPT = ("MADNESS_DASHBOARD_LOGIN", "MADNESS_DASHBOARD_ALLOW", "MADNESS_DASHBOARD_ORIGIN_SECRET")
# What is deployed of a function's configuration, as Lambda calls it in a request.
_SETTINGS = ("Runtime", "Handler", "MemorySize", "Timeout", "Layers", "Environment")


class FunctionError(MadnessError):
    """Lambda did not take a change; the text says which function, and why."""


@dataclass(frozen=True)
class Wanted:
    """A function as the stage's settings want it."""

    name: str
    configuration: dict[str, Any]
    policy: dict[str, Any]
    runs_on: str
    log_days: int | None


def wanted(stage: Stage, root: Path | None = None) -> list[Wanted]:
    """Every function of a stage, from `.chalice/config.json` as Chalice reads it.

    Raises
    ------
    StageError
        The stage there is of an earlier version, with fewer functions or settings.
    """
    from chalice.config import Config

    root = root or project_root()
    disk = json.loads((root / CONFIG).read_text())
    found = []
    for name in FUNCTIONS:
        config = Config(chalice_stage=stage.name, function_name=name, config_from_disk=disk)
        variables = dict(config.environment_variables)
        if config.iam_policy_file is None or _SCHEDULES.get(name, "MADNESS_STAGE") not in variables:
            raise StageError(
                f"stages.{stage.name} of {root / CONFIG} is from before there was {name}: `madness configure --stage "
                f"{stage.name}` adds what it lacks, from the stage dev."
            )
        policy = json.loads((root / CONFIG.parent / config.iam_policy_file).read_text())
        configuration = {
            "Runtime": RUNTIME,
            "Handler": f"pipeline_app.handlers.{name}",
            "MemorySize": config.lambda_memory_size,
            "Timeout": config.lambda_timeout,
            "Layers": list(config.layers),
            "Environment": {"Variables": variables},
        }
        calls = runs_on(stage, name, variables)
        found.append(Wanted(name, configuration, policy, calls, config.log_retention_in_days))
    return found


def uploads(stage: Stage) -> dict[str, tuple[str, str]]:
    """Bucket and prefix of the objects that call a function, by its name."""
    accepted = {name: (stage.source, f"{folder}/") for name, folder in FOLDERS.items()}
    return accepted | {"promote_model": (stage.models, OUTPUT)}


def schedule(name: str, variables: Mapping[str, str]) -> str:
    """When the clock calls a function that has these variables."""
    return variables[_SCHEDULES[name]] if name in _SCHEDULES else SCHEDULE


def runs_on(stage: Stage, name: str, variables: Mapping[str, str]) -> str:
    """What calls a function, in words."""
    if name in uploads(stage):
        bucket, prefix = uploads(stage)[name]
        return f"an upload below s3://{bucket}/{prefix}"
    return schedule(name, variables) if name in SCHEDULED else f"up to 10 messages of {stage.queue}"


def live(clients: Clients, name: str) -> Function | None:
    """A function as it is on AWS, None if there is none."""
    aws = clients("lambda")
    try:
        found = aws.get_function_configuration(FunctionName=name)
    except aws.exceptions.ResourceNotFoundException:
        return None
    return Function(configuration(found), found["CodeSha256"])


def configuration(found: dict[str, Any]) -> dict[str, Any]:
    """What of Lambda's answer can be asked for again, without the variables of `KEPT`."""
    settings = {key: found[key] for key in _SETTINGS if key in found}
    layers = [layer["Arn"] for layer in found.get("Layers") or []]
    told = {name: value for name, value in variables(found).items() if name not in KEPT}
    return settings | {"Layers": layers, "Environment": {"Variables": told}}


def variables(found: dict[str, Any]) -> dict[str, str]:
    """The environment of a function, of Lambda's answer."""
    return found.get("Environment", {}).get("Variables", {})


def change(aws: Any, name: str, asked: dict[str, Any], sleep: Sleep = time.sleep) -> None:
    """Give a function settings, and wait until it has them; variables of `KEPT` that are not asked for stay."""
    if "Environment" in asked:
        there = variables(aws.get_function_configuration(FunctionName=name))
        kept = {one: value for one, value in there.items() if one in KEPT}
        asked = asked | {"Environment": {"Variables": kept | asked["Environment"]["Variables"]}}
    patiently(lambda: aws.update_function_configuration(FunctionName=name, **asked), sleep)
    settle(aws, name, sleep)


def policy(clients: Clients, stage: Stage, name: str) -> dict[str, Any] | None:
    """The policy that Chalice gave a function's role, which has the function's name."""
    iam, role = clients("iam"), stage.function(name)
    try:
        return iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        return None


def differences(stage: Stage, clients: Clients, root: Path | None = None) -> list[str]:
    """What of the functions on AWS is not as the settings want it, in words; their code aside."""
    told, asked = [], wanted(stage, root)
    for one in asked:
        found = live(clients, stage.function(one.name))
        if found is None:
            told.append(f"{one.name} is not there")
            continue
        told += different(one.name, found.configuration, one.configuration)
        if policy(clients, stage, one.name) != one.policy:
            told.append(
                f"{one.name}: its role has another policy than {CONFIG.parent}/policy-{stage.name}-{one.name}.json"
            )
    return told or _triggers(stage, clients, asked)


def different(name: str, found: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """The settings that differ; of variables only their names, since some are secrets."""
    told = []
    for key, value in asked.items():
        has = found.get(key)
        if has == value:
            continue
        if key == "Environment":
            here, there = (side["Variables"] for side in (value, has or {"Variables": {}}))
            names = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
            told.append(f"{name}: other variables ({', '.join(names)})")
        else:
            told.append(f"{name}: {key} is {_text(has)}, wanted is {_text(value)}")
    return told


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _triggers(stage: Stage, clients: Clients, asked: list[Wanted]) -> list[str]:
    told, s3, events = [], clients("s3"), clients("events")
    there = {
        (bucket, one["LambdaFunctionArn"].rpartition(":")[2], rule["Value"])
        for bucket in (stage.source, stage.models)
        for one in s3.get_bucket_notification_configuration(Bucket=bucket).get("LambdaFunctionConfigurations", [])
        for rule in one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
        if rule["Name"].lower() == "prefix"
    }
    for name, (bucket, prefix) in uploads(stage).items():
        if (bucket, stage.function(name), prefix) not in there:
            told.append(f"{name}: uploads below {prefix} do not call it")
    for one in asked:
        if one.name not in SCHEDULED:
            continue
        try:
            rule = events.describe_rule(Name=f"{stage.function(one.name)}-event")
            state, when = rule.get("State"), rule.get("ScheduleExpression")
            if (state, when) != ("ENABLED", one.runs_on):
                told.append(f"{one.name}: its schedule is {state}, {when}; wanted is {one.runs_on}")
        except events.exceptions.ResourceNotFoundException:
            told.append(f"{one.name}: no schedule calls it")
    return told


def bring(clients: Clients, stage: Stage, root: Path | None = None, sleep: Sleep = time.sleep) -> None:
    """Give each function the settings that it is to have; Chalice gives some of them to new functions only."""
    aws = clients("lambda")
    for one in wanted(stage, root):
        name = stage.function(one.name)
        settle(aws, name, sleep)
        found = live(clients, name)
        if found is not None and found.configuration != one.configuration:
            change(aws, name, one.configuration, sleep)


def put_back(
    clients: Clients,
    name: str,
    was: Function,
    bucket: str,
    key: str,
    role: str | None = None,
    sleep: Sleep = time.sleep,
) -> bool:
    """Give a function the code, settings and policy that it had; False if it has them.

    Parameters
    ----------
    bucket, key
        Where its package lies.
    role
        The role that `was.policy` belongs to.

    Raises
    ------
    FunctionError
        Lambda refused, the package is another one than it was, or the function is gone.
    """
    aws = clients("lambda")
    settle(aws, name, sleep)
    found = live(clients, name)
    if found is None:
        raise FunctionError(f"The function {name} is gone: `madness deploy` makes it anew.")
    changed = False
    if role and was.policy is not None:
        iam = clients("iam")
        if iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"] != was.policy:
            iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=json.dumps(was.policy))
            changed = True
    if found.code != was.code:
        patiently(lambda: aws.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=key), sleep)
        settle(aws, name, sleep)
        changed = True
    if found.configuration != was.configuration:
        change(aws, name, was.configuration, sleep)
        changed = True
    now = live(clients, name)
    if changed and (now is None or now.code != was.code):
        raise FunctionError(f"The function {name} runs another package than {key} of {bucket} was: deploy anew.")
    return changed


def settle(aws: Any, name: str, sleep: Sleep = time.sleep) -> None:
    """Wait until a function is active and its last change done; raise `FunctionError` if that failed."""
    waited, pause = 0.0, 0.2
    while True:
        try:
            found = aws.get_function_configuration(FunctionName=name)
        except aws.exceptions.ResourceNotFoundException:
            return
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        if "Failed" in (state, update):
            reason = found.get("LastUpdateStatusReason") or found.get("StateReason") or "no reason given"
            raise FunctionError(f"Lambda could not change {name}: {reason}")
        if state != "Pending" and update != "InProgress":
            return
        if waited > _PATIENCE:
            raise FunctionError(f"{name} is still {state}, {update} after {waited:.0f} seconds. Look at it, try again.")
        sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 5.0)


def patiently(call: Callable[[], T], sleep: Sleep = time.sleep) -> T:
    """Ask again while AWS is busy with an earlier change of the same thing."""
    waited, pause = 0.0, 0.5
    while True:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _BUSY or waited > _PATIENCE:
                raise
        sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 5.0)
