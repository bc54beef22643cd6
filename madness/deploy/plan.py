"""`madness deploy --plan`: everything that a deployment would make, before anything is made.

It needs no credentials and no Python 3.12: what is missing is a finding in it. With credentials it asks AWS, by calls
that only read, what is there already and what would change.
"""

from __future__ import annotations

import os
import re
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
from operate.stage import SCHEDULED, Stage

_NOBODY = "<account>"
_EDGE = Path("infra") / "edge.yaml"
# What docs/operations.md sums up from list prices: in season, an upload a day, a training a week and league, a thousand
# page views a month.
COST = (
    "about $8 a month for a stage in season with few readers, with weekly training on spot instances, half an hour "
    "each (assumed; docs/operations.md has list prices by service)"
)


def plan(deployment: Deployment, *, with_packages: bool = True) -> dict[str, Any]:
    """What a deployment would do, as `--json` prints it. Changes nothing on AWS; packages are built in the workshop."""
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
            if one.level != checks.OK and one.subject in ("stack", "functions", "training", "mapping", "dashboard")
        ]
    is_somewhere = not any(one.level == PROBLEM and one.subject == "region" for one in findings)
    number = asker.number if asker else _account_of(named)
    if not wishes.alarm_email:
        findings.append(Finding(
            WARNING, "alarms", "no --alarm-email is given: unless the stage has an address, nobody is told of alarms",
            f"madness deploy --stage {stage.name} --alarm-email you@example.org",
        ))  # fmt: skip
    wanted = functions.wanted(stage, root)
    found: dict[str, Any] = {
        "stage": stage.name,
        "region": stage.region,
        "account": number,
        "asked_as": asker.arn if asker else None,
        "endpoint": _endpoint(),
        "buckets": {**named.buckets(), "deployments": named.deployments},
        "resources": [asdict(one) for one in template.plan(
            named, alarm_email=wishes.alarm_email or "", monthly_budget=wishes.monthly_budget)],
        "beside": list(_beside(named, wanted, wishes.dashboard)),
        "edge": _edge(named, root) if wishes.dashboard and wishes.cdn else [],
        "stack_policies": list(_stack_policies(named, number)) if is_somewhere else [],
        "functions": [_function(stage, named, one) for one in wanted] if is_somewhere else [],
        "dashboard": _dashboard(stage, named, root) if wishes.dashboard else None,
        "door": sorted(wishes.door),
        "cost": COST,
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


def _account_of(named: Stage) -> str | None:
    """The account that the buckets are named after."""
    found = re.search(r"-([0-9]{12})-", named.source)
    return found[1] if found else None


def _beside(named: Stage, wanted: list[functions.Wanted], with_dashboard: bool) -> Iterator[dict[str, str]]:
    """What Chalice and Zappa make beside the stack."""
    for one in wanted:
        full, calls = named.function(one.name), _runs_on(named, one)
        yield {"by": "Chalice", "type": "function", "name": full}
        yield {"by": "Chalice", "type": "role", "name": full}
        yield {"by": "Chalice", "type": "log group", "name": f"/aws/lambda/{full}"}
        if one.name in functions.uploads(named):
            yield {"by": "Chalice", "type": "S3 notification", "name": calls}
        elif one.name in SCHEDULED:
            yield {"by": "Chalice", "type": "schedule rule", "name": f"{full}-event: {calls}"}
        else:
            yield {"by": "Chalice", "type": "event source mapping", "name": f"{named.queue} to {full}"}
    if with_dashboard:
        for kind in ("function", "REST API", "CloudFormation stack of the API"):
            yield {"by": "Zappa", "type": kind, "name": dashboard.name(named)}


def _edge(named: Stage, root: Path) -> list[dict[str, str]]:
    """What `--cdn` makes in a stack of its own."""
    made = template.load((root / _EDGE).read_text())["Resources"]
    return [{"logical": logical, "type": one["Type"], "stack": f"{named.stack}-edge"} for logical, one in made.items()]


def _stack_policies(named: Stage, account: str | None = None) -> Iterator[dict[str, Any]]:
    """What the template's roles and policies of buckets and topics allow and deny."""
    text = _Words(named, account)
    for one in template.load(template.body(named))["Resources"].values():
        properties = one["Properties"]
        name = properties.get("RoleName") or properties.get("Bucket") or properties.get("Topics")
        for statement in _statements(properties):
            who = statement.get("Principal", {})
            yield {
                "of": text(name),
                "effect": statement["Effect"],
                "for": [text(each) for each in _list(who if isinstance(who, str) else list(who.values()))],
                "actions": _list(statement["Action"]),
                "on": [text(each) for each in _list(statement.get("Resource", []))],
                "if": [
                    f"{key} {test} {text(value)}"
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


class _Words:
    """Says a value of the template in words: its parameters and its resources by their names on AWS."""

    def __init__(self, named: Stage, account: str | None) -> None:
        self._known = template.parameters(named) | {
            "AWS::Partition": named.partition, "AWS::Region": named.region, "AWS::AccountId": account or _NOBODY,
            "AWS::URLSuffix": "amazonaws.com",
        }  # fmt: skip
        for one in template.plan(named):
            kind = one.type.split("::")[1].lower()
            arn = f"arn:{named.partition}:{kind}:{named.region}:{account or _NOBODY}:{one.name}"
            if kind == "s3":
                arn = f"arn:{named.partition}:s3:::{one.name}"
            elif kind == "iam":
                arn = f"arn:{named.partition}:iam::{account or _NOBODY}:role/{one.name}"
            elif kind == "logs":
                arn = arn.replace(f":{one.name}", f":log-group:{one.name}:*")
            self._known |= {one.logical: one.name, f"{one.logical}.Arn": arn}

    def __call__(self, value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(self(each) for each in value)
        if not isinstance(value, dict):
            return re.sub(r"\$\{([^}]+)\}", lambda found: self._known.get(found[1], found[0]), str(value))
        ((function, inner),) = value.items()
        if function in ("Ref", "Fn::GetAtt"):
            name = ".".join(inner) if isinstance(inner, list) else str(inner)
            return self._known.get(name, name)
        return self(inner)


def _runs_on(named: Stage, one: functions.Wanted) -> str:
    return functions.runs_on(named, one.name, one.configuration["Environment"]["Variables"])


def _function(stage: Stage, named: Stage, one: functions.Wanted) -> dict[str, Any]:
    settings = one.configuration
    before, after = ((*side.buckets().values(), side.deployments) for side in (stage, named))
    renamed = dict(zip(before, after, strict=True))
    variables = settings["Environment"]["Variables"]
    return {
        "name": stage.function(one.name),
        "runs_on": _runs_on(named, one),
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
