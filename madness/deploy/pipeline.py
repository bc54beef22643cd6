"""The functions of a stage on AWS, as Chalice deploys them from the workshop's clean copy.

Chalice notes in `.chalice/deployed/STAGE.json` what it made. In another checkout that file is missing, or old, and the
deployment fails on what is there. So it is written anew before every run, from what is found on AWS by name: nothing
can be lost, and whoever deployed last, and with what, does not matter.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from madness.deploy import functions, tool, workshop
from madness.deploy.functions import Sleep
from madness.deploy.policies import FOLDERS
from madness.deploy.steps import Say
from operate.aws import Clients
from operate.stage import FUNCTIONS, SCHEDULED, Stage

QUEUE_FUNCTION = "apply_results"
BATCH = 10
LOGS = Path(workshop.FOLDER) / "logs"


def deploy(stage: Stage, clients: Clients, root: Path, say: Say) -> None:
    """Run `chalice deploy` from the clean copy, with the package that lies there (`packages.pipeline_package`).

    Raises
    ------
    ToolError
        Chalice failed.
    """
    folder = _ready(stage, clients, root, say)
    _chalice("deploy", stage, folder, root, say)
    # For those who deploy by hand from this checkout after us.
    _remember(root / ".chalice", stage, json.loads(_record(folder / ".chalice", stage).read_text()))


def delete(stage: Stage, clients: Clients, root: Path, say: Say) -> bool:
    """Run `chalice delete` on what there is; False if there was nothing."""
    folder = _ready(stage, clients, root, say)
    if not json.loads(_record(folder / ".chalice", stage).read_text())["resources"]:
        return False
    _chalice("delete", stage, folder, root, say)
    _record(root / ".chalice", stage).unlink(missing_ok=True)
    return True


def found(stage: Stage, clients: Clients, names: tuple[str, ...] = FUNCTIONS) -> dict[str, Any]:
    """What Chalice would remember of the stage, found on AWS by name."""
    iam, aws, logs = clients("iam"), clients("lambda"), clients("logs")
    there: list[dict[str, Any]] = []
    for name in names:
        full = stage.function(name)
        groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{full}")["logGroups"]
        if any(group["logGroupName"] == f"/aws/lambda/{full}" for group in groups):
            there.append(
                {"name": f"{name}-log-group", "resource_type": "log_group", "log_group_name": f"/aws/lambda/{full}"}
            )
        try:
            role = iam.get_role(RoleName=full)["Role"]["Arn"]
            there.append({"name": f"{name}_role", "resource_type": "iam_role", "role_arn": role, "role_name": full})
        except iam.exceptions.NoSuchEntityException:
            pass
        try:
            function = aws.get_function_configuration(FunctionName=full)
        except aws.exceptions.ResourceNotFoundException:
            continue
        arn = function["FunctionArn"]
        there.append({"name": name, "resource_type": "lambda_function", "lambda_arn": arn})
        if name in functions.uploads(stage):
            # Where it was deployed for, which is not where the settings have moved to since.
            variable = "MADNESS_SOURCE_BUCKET" if name in FOLDERS else "MADNESS_MODELS_BUCKET"
            bucket = functions.variables(function).get(variable, functions.uploads(stage)[name][0])
            if _is_notified(clients("s3"), bucket, arn):
                there.append(
                    {"name": f"{name}-s3event", "resource_type": "s3_event", "bucket": bucket, "lambda_arn": arn}
                )
        for mapping in sorted(mappings(aws, full), key=lambda one: not _is_of(stage, one))[:1]:
            queue = mapping["EventSourceArn"]
            there.append(
                {"name": f"{name}-sqs-event-source", "resource_type": "sqs_event", "queue_arn": queue,
                 "event_uuid": mapping["UUID"], "queue": queue.rpartition(":")[2], "lambda_arn": arn}
            )  # fmt: skip
    events = clients("events")
    for name in SCHEDULED:
        rule = f"{stage.function(name)}-event"
        try:
            events.describe_rule(Name=rule)
            there.append({"name": f"{name}-event", "resource_type": "cloudwatch_event", "rule_name": rule})
        except events.exceptions.ResourceNotFoundException:
            pass
    return {"resources": there, "schema_version": "2.0", "backend": "api"}


def mappings(aws: Any, function: str) -> list[dict[str, Any]]:
    """Event source mappings to a function that are not about to go, those that are on first."""
    try:
        pages = aws.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
        listed = [one for page in pages for one in page["EventSourceMappings"]]
    except aws.exceptions.ResourceNotFoundException:
        return []
    there = [one for one in listed if one["State"] != "Deleting"]
    return sorted(there, key=lambda one: (one["State"] != "Enabled", one["UUID"]))


def settle_mapping(stage: Stage, aws: Any, sleep: Sleep = time.sleep) -> list[str]:
    """See to it that one mapping, and no other, hands the queue's messages over, ten at a time; what was done for it.

    It changes in AWS's own time and refuses changes meanwhile, so every one is waited for.

    Raises
    ------
    FunctionError
        There is none of the stage's queue, or it does not come on.
    """
    there = mappings(aws, stage.function(QUEUE_FUNCTION))
    if wrong := unmapped(stage, there):
        raise functions.FunctionError(f"{wrong}: `madness deploy --stage {stage.name}` makes it.")
    did = []
    kept = next(one["UUID"] for one in there if _is_of(stage, one))
    for other in (one["UUID"] for one in there if one["UUID"] != kept):
        # Two would hand out the groups of one queue side by side: order would be lost.
        functions.patiently(lambda other=other: aws.delete_event_source_mapping(UUID=other), sleep)  # type: ignore[misc]
        did.append(f"removed the second mapping {other}")
    mapping = _at_rest(aws, kept, sleep)
    if mapping["State"] != "Enabled" or mapping.get("BatchSize") != BATCH:
        functions.patiently(lambda: aws.update_event_source_mapping(UUID=kept, Enabled=True, BatchSize=BATCH), sleep)
        did.append(f"turned it on (was {mapping['State']}, {mapping.get('BatchSize')} messages at a time)")
        mapping = _at_rest(aws, kept, sleep)
    if mapping["State"] != "Enabled":
        raise functions.FunctionError(f"The mapping {kept} of {stage.queue} stays {mapping['State']}: look at it.")
    return did


def unmapped(stage: Stage, there: list[dict[str, Any]]) -> str | None:
    """In words, that none of the mappings hands over messages of the stage's queue; None if one does."""
    if any(_is_of(stage, one) for one in there):
        return None
    others = ", ".join(one["EventSourceArn"].rpartition(":")[2] for one in there)
    return f"{stage.queue} is not mapped to {stage.function(QUEUE_FUNCTION)}" + (f", but {others} is" if others else "")


def _is_of(stage: Stage, mapping: dict[str, Any]) -> bool:
    return mapping["EventSourceArn"].rpartition(":")[2] == stage.queue


def _at_rest(aws: Any, uuid: str, sleep: Sleep) -> dict[str, Any]:
    waited = 0.0
    while True:
        mapping = aws.get_event_source_mapping(UUID=uuid)
        if mapping["State"] in ("Enabled", "Disabled"):
            return mapping
        if waited > 300.0:
            raise functions.FunctionError(f"The mapping {uuid} is still {mapping['State']} after {waited:.0f} seconds.")
        sleep(1.0)
        waited += 1.0


def _ready(stage: Stage, clients: Clients, root: Path, say: Say) -> Path:
    """The clean copy, with what Chalice is to remember."""
    folder = workshop.copy("pipeline", root)
    _remember(folder / ".chalice", stage, found(stage, clients))
    return folder


def _remember(settings: Path, stage: Stage, record: dict[str, Any]) -> None:
    place = _record(settings, stage)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(record, indent=2) + "\n")


def _record(settings: Path, stage: Stage) -> Path:
    return settings / "deployed" / f"{stage.name}.json"


def _chalice(verb: str, stage: Stage, folder: Path, root: Path, say: Say) -> None:
    place = workshop.environment("pipeline", root, say)
    what = f"chalice {verb} --stage {stage.name}"
    command: list[str | Path] = [place / "bin" / "chalice", verb, "--stage", stage.name]
    # Activated: bytecode written into the copy would make it another package than the one that lies there.
    env = tool.environment(stage) | workshop.activated(place)
    tool.run(what, command, folder, env, root / LOGS / f"{stage.name}.log", say)


def _is_notified(s3: Any, bucket: str, function: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        notified = s3.get_bucket_notification_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return False
        raise
    return any(one["LambdaFunctionArn"] == function for one in notified.get("LambdaFunctionConfigurations", []))
