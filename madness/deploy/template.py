"""`infra/template.yaml` as it stands for one stage: its parameters, its text, what it makes. No AWS call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from operate.stage import Stage, project_root

TEMPLATE = Path("infra") / "template.yaml"
# CloudFormation has no budgets elsewhere (cfn-lint's lists of types; a test compares), and refuses a template with a
# type that it does not know, even where its condition is false.
BUDGETS = frozenset({
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "cn-north-1",
    "cn-northwest-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2",
    "us-west-1", "us-west-2",
})  # fmt: skip
_BUDGET = re.compile(r"^  Budget:\n(?:(?:    .*)?\n)*", re.MULTILINE)
# The properties that name a thing, by its type; what is kept when the stack goes is adopted by the next one under it.
_NAMES = {
    "AWS::Budgets::Budget": "Budget.BudgetName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::Subscription": "Endpoint",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SNS::TopicPolicy": "Topics.0",
    "AWS::SQS::Queue": "QueueName",
}
_ADOPTED = re.compile(r"^(      (?:BucketName|LogGroupName): )(!.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Planned:
    """A resource of a stage's stack.

    Attributes
    ----------
    logical : its name in the template
    type : as CloudFormation calls it
    name : as the service calls it; of a policy its bucket or topic, of a subscription its address
    is_kept : it stays when the stack is deleted
    """

    logical: str
    type: str
    name: str
    is_kept: bool


def plan(stage: Stage, *, alarm_email: str = "", monthly_budget: float | None = None) -> list[Planned]:
    """Every resource that the template makes for a stage, in its order.

    >>> plan(Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo"))[0]
    Planned(logical='Source', type='AWS::S3::Bucket', name='s', is_kept=True)
    """
    template = load(body(stage))
    values = _values(stage, template, alarm_email, monthly_budget)
    made = []
    for logical, resource in template["Resources"].items():
        if "Condition" in resource and not _holds({"Condition": resource["Condition"]}, template, values):
            continue
        name: Any = resource["Properties"]
        for part in _NAMES[resource["Type"]].split("."):
            name = name[int(part)] if isinstance(name, list) else name[part]
        kept = str(resource.get("DeletionPolicy", "Delete")).startswith("Retain")
        made.append(Planned(logical, resource["Type"], _resolved(name, template, values), kept))
    return made


def parameters(stage: Stage) -> dict[str, str]:
    """Those parameters of the template that the stage's settings give."""
    return {
        "Stage": stage.name,
        "SourceBucket": stage.source,
        "ModelsBucket": stage.models,
        "DashboardBucket": stage.dashboard,
        "DeploymentsBucket": stage.deployments,
        "Queue": stage.queue,
        "DeadLetterQueue": stage.dead_letters,
    }


def body(stage: Stage, path: Path | None = None) -> str:
    """The template's text for a stage.

    Names of what is kept are written out, since CloudFormation adopts nothing whose name is a `!Ref`; the budget is
    left out where CloudFormation has none.
    """
    text = (path or project_root() / TEMPLATE).read_text()
    values = parameters(stage)
    text = _ADOPTED.sub(lambda found: found[1] + json.dumps(_resolved(load(found[2]), {}, values)), text)
    return text if stage.region in BUDGETS else _BUDGET.sub("", text)


class _Loader(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _function)


def load(text: str) -> Any:
    """A template, or a piece of one, its short forms (`!Ref`) written as the long ones."""
    return yaml.load(text, _Loader)


def _values(
    stage: Stage, template: Mapping[str, Any], alarm_email: str, monthly_budget: float | None
) -> dict[str, str]:
    defaults = {name: str(found["Default"]) for name, found in template["Parameters"].items() if "Default" in found}
    budget = {} if monthly_budget is None else {"MonthlyBudget": f"{monthly_budget:g}"}
    return defaults | parameters(stage) | {"AlarmEmail": alarm_email} | budget


def _resolved(value: Any, template: Mapping[str, Any], values: Mapping[str, str]) -> str:
    """A value of the template as text, as far as parameters and names of its own resources give it."""
    if not isinstance(value, dict):
        return str(value)
    ((function, argument),) = value.items()
    if function == "Fn::Sub":
        return re.sub(r"\$\{([^}]+)\}", lambda found: values.get(found[1], found[0]), argument)
    if function == "Ref" and argument in values:
        return values[argument]
    resource = template["Resources"][argument]
    return _resolved(resource["Properties"][_NAMES[resource["Type"]]], template, values)


def _holds(condition: Any, template: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    ((function, argument),) = condition.items()
    if function == "Condition":
        return _holds(template["Conditions"][argument], template, values)
    if function == "Fn::Not":
        return not _holds(argument[0], template, values)
    if function == "Fn::And":
        return all(_holds(one, template, values) for one in argument)
    left, right = (_resolved(side, template, values) for side in argument)
    return left == right
