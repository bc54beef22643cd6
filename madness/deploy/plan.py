"""`madness deploy --plan`: everything that a deployment would make, before anything is made.

It needs no credentials and no Python 3.12: what is missing is a finding in it. With credentials it asks AWS, by calls
that only read, what is there already and what would change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hoops.errors import MadnessError
from madness.deploy import checks, dashboard, functions, names, packages, template
from madness.deploy.checks import PROBLEM, WARNING, Finding
from madness.deploy.deploy import Deployment
from madness.deploy.policies import policy
from operate.aws import Clients, explain
from operate.stage import Stage

_NOBODY = "<account>"


def plan(deployment: Deployment, *, with_packages: bool = True) -> dict[str, Any]:
    """What a deployment would do, as `--json` prints it. Changes nothing, but for files in the workshop."""
    stage, root, wishes = deployment.stage, deployment.root, deployment.wishes
    findings = [*checks.machine(root), *checks.checkout(root), *checks.place(stage)]
    clients, asker = _reach(deployment, findings)
    if clients is not None and asker is not None:
        try:
            named = deployment.planned(asker.number, clients)
        except names.NamesError as error:
            named = stage
            findings.append(Finding(PROBLEM, "names", str(error)))
    else:
        named = names.settled(stage, None, _NOBODY)
    differences: list[str] | None = None
    if clients is not None and asker is not None:
        findings += [*checks.identity(stage, asker), *checks.quotas(named, clients, root)]
        differences = [
            one.text
            for one in checks.stage_on_aws(named, clients, root)
            if one.level != checks.OK and one.subject in ("stack", "functions", "mapping", "dashboard")
        ]
    found: dict[str, Any] = {
        "stage": stage.name,
        "region": stage.region,
        "account": asker.number if asker else None,
        "asked_as": asker.arn if asker else None,
        "endpoint": _endpoint(),
        "buckets": {**named.buckets(), "deployments": named.deployments},
        "resources": [asdict(one) for one in template.plan(
            named, alarm_email=wishes.alarm_email or "", monthly_budget=wishes.monthly_budget)],
        "stack_policies": list(_stack_policies(named)),
        "functions": [_function(stage, named, one) for one in functions.wanted(stage, root)],
        "dashboard": _dashboard(stage, named, root) if wishes.dashboard else None,
        "packages": dict(_packages(deployment, findings)) if with_packages else {},
        "steps": [{"title": one.title, "does": one.does, "undo": one.undo, "commands": list(one.commands)}
                  for one in deployment.steps()],
        "differences": differences,
    }  # fmt: skip
    return found | {"findings": [asdict(one) for one in findings]}


def _reach(deployment: Deployment, findings: list[Finding]) -> tuple[Clients | None, checks.Account | None]:
    if any(one.level == PROBLEM and one.subject in ("endpoint", "region") for one in findings):
        return None, None
    try:
        clients = deployment.connect(deployment.stage)
        return clients, checks.account(clients)
    except (ClientError, BotoCoreError, MadnessError) as error:
        told = str(error) if isinstance(error, MadnessError) else explain(error)
        findings.append(
            Finding(WARNING, "account", f"unknown, shown as {_NOBODY}, and nothing is compared with AWS: {told}")
        )
        return None, None


def _endpoint() -> str:
    return os.environ.get("MADNESS_AWS_ENDPOINT") or "AWS"


def _stack_policies(named: Stage) -> Iterator[dict[str, Any]]:
    """What the template's roles and policies of buckets and topics allow and deny."""
    for one in template.load(template.body(named))["Resources"].values():
        properties = one["Properties"]
        name = properties.get("RoleName") or properties.get("Bucket") or properties.get("Topics")
        for statement in _statements(properties):
            who = statement.get("Principal", {})
            yield {
                "of": _text(name, named),
                "effect": statement["Effect"],
                "for": [_text(each, named) for each in _list(who if isinstance(who, str) else list(who.values()))],
                "actions": _list(statement["Action"]),
                "on": [_text(each, named) for each in _list(statement.get("Resource", []))],
                "if": [
                    f"{key} {test} {_text(value, named)}"
                    for test, found in statement.get("Condition", {}).items()
                    for key, value in found.items()
                ],
            }


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Statement" in value:
            yield from value["Statement"]
        else:
            for inner in value.values():
                yield from _statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements(inner)


def _list(value: Any) -> list[Any]:
    return [inner for each in value for inner in _list(each)] if isinstance(value, list) else [value]


def _text(value: Any, named: Stage) -> str:
    """A value of the template in words: `!Sub` and `!GetAtt` as they stand there, but for the stage's name."""
    if isinstance(value, list):
        return ", ".join(_text(each, named) for each in value)
    if isinstance(value, dict):
        ((_, inner),) = value.items()
        return _text(inner, named)
    return str(value).replace("${Stage}", named.name)


def _function(stage: Stage, named: Stage, one: functions.Wanted) -> dict[str, Any]:
    settings = one.configuration
    before, after = ((*side.buckets().values(), side.deployments) for side in (stage, named))
    renamed = dict(zip(before, after, strict=True))
    variables = settings["Environment"]["Variables"]
    return {
        "name": stage.function(one.name),
        "runs_on": functions.runs_on(named, one.name),
        "runtime": settings["Runtime"],
        "memory_mb": settings["MemorySize"],
        "timeout_s": settings["Timeout"],
        "layers": settings["Layers"],
        "log_days": one.log_days,
        "variables": {name: renamed.get(value, value) for name, value in variables.items()},
        "may": [
            {"actions": statement["Action"], "on": statement["Resource"]}
            for statement in policy(named, one.name)["Statement"]
        ],
    }


def _dashboard(stage: Stage, named: Stage, root: Path) -> dict[str, Any]:
    settings = dashboard.wanted(stage, root)
    return {
        "name": dashboard.name(stage),
        "runs_on": f"requests to its REST API, path /{stage.name}/: at most {dashboard.limits(dashboard.THROTTLE)}",
        "runtime": settings["Runtime"],
        "memory_mb": settings["MemorySize"],
        "timeout_s": settings["Timeout"],
        "role": f"{stage.stack}-dashboard, of the stack: it reads s3://{named.dashboard} and nothing else",
    }


def _packages(deployment: Deployment, findings: list[Finding]) -> Iterator[tuple[str, dict[str, Any]]]:
    made = [("pipeline", packages.pipeline_package)]
    if deployment.wishes.dashboard:
        made.append(("dashboard", packages.dashboard_package))
    for name, make in made:
        try:
            package = make(deployment.stage.name, deployment.root, deployment.say)
            yield name, {
                "zipped": package.zipped, "unzipped": package.unzipped, "content": package.content,
                "distributions": package.distributions,
            }  # fmt: skip
        except MadnessError as error:
            findings.append(Finding(PROBLEM, "packages", f"the package of the {name} cannot be made here", str(error)))
