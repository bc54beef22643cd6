"""What a stage's buckets are called: as its stack has them, for with another name comes an empty bucket.

The committed names are everybody's, and names of buckets are global. The first deployment writes the account's number
into them; a checkout that does not have those names yet takes them from the stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from hoops.errors import MadnessError
from operate.stage import APP, CONFIG, Stage

_PARAMETERS = {
    "SourceBucket": "source",
    "ModelsBucket": "models",
    "DashboardBucket": "dashboard",
    "DeploymentsBucket": "deployments",
}
# Of a creation that failed nothing is in use: its names may be what was wrong with it.
_NAMELESS = {"REVIEW_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE"}


class NamesError(MadnessError):
    """A stage is deployed with other buckets than the settings say; the text names both."""


def is_named(stack: Mapping[str, Any] | None) -> bool:
    """True if a stack, as CloudFormation describes it, is or was in use, so that its buckets may hold data."""
    return stack is not None and stack["StackStatus"] not in _NAMELESS


def of_stack(stage: Stage, stack: Mapping[str, Any] | None) -> Stage:
    """The stage with the buckets of its stack; as it is if the stack has none."""
    if stack is None or not is_named(stack):
        return stage
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
    return replace(stage, **{field: given[key] for key, field in _PARAMETERS.items() if given.get(key)})


def check(stage: Stage, stack: Mapping[str, Any] | None) -> None:
    """Look whether the settings name the buckets that the stage's stack has.

    Raises
    ------
    NamesError
        They name others: data would stay behind, and the functions would run on empty buckets.
    """
    deployed = of_stack(stage, stack)
    other = [
        f"  {field.name}: {theirs} on AWS, {ours} in {CONFIG}"
        for field in fields(stage)
        if (theirs := getattr(deployed, field.name)) != (ours := getattr(stage, field.name))
    ]
    if other:
        mend = (
            f"`madness deploy --stage {stage.name}` writes the names of AWS into the settings."
            if has_default_names(stage)
            else f"Write the names of AWS into {CONFIG} and run `madness configure --stage {stage.name}`, or give what "
            "you deploy the name of another stage."
        )
        told = "\n".join(other)
        raise NamesError(
            f"The stack {stage.stack} has other buckets than the settings, and nothing was changed:\n{told}\n"
            f"Data would stay behind in those on AWS. {mend}"
        )


def settled(stage: Stage, stack: Mapping[str, Any] | None, account: str) -> Stage:
    """The stage as it is called: after its stack, else after the account if it has the names of a fresh checkout.

    Raises
    ------
    NamesError
        The settings have names of their own, and the stack has others.
    """
    if not has_default_names(stage):
        check(stage, stack)
        return stage
    return of_stack(stage, stack) if is_named(stack) else named_after(stage, account)


def has_default_names(stage: Stage) -> bool:
    """True if the buckets are called as in a fresh checkout, as everybody's are."""
    found = buckets(stage)
    return not stage.is_local and all(name == f"{APP}-{stage.name}-{what}" for what, name in found.items())


def named_after(stage: Stage, account: str) -> Stage:
    """The stage with an account's id in the names of its buckets."""
    return replace(stage, **{what: f"{APP}-{stage.name}-{account}-{what}" for what in buckets(stage)})


def buckets(stage: Stage) -> dict[str, str]:
    """Every bucket of a stage, those of the lake and that of the deployments."""
    return {**stage.buckets(), "deployments": stage.deployments}
