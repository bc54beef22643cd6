"""Where a stage's settings stand, and everything that has to say them again.

`.chalice/config.json` is the one place. Chalice and Zappa know no variables, so the policies of the functions, the
layer and `zappa_settings.json` are derived from it: `madness configure` writes them, a test fails when one is behind.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from madness.deploy.policies import policy
from operate.stage import APP, CONFIG, FUNCTIONS, LOCAL, Stage, StageError, load_stage, project_root

# NumPy, pyarrow and pandas of the functions: AWS SDK for pandas 3.16.1 (pyarrow 22.0.0, NumPy 2.4.4, pandas 3.0.2).
# AWS publishes it, in an account of its own, in these regions and under these versions only
# (https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html); elsewhere one brings a copy (`configure --layer`).
LAYER = "336392948345:layer:AWSSDKPandas-Python312"
LAYER_VERSIONS = {"af-south-1": 26} | dict.fromkeys((
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
), 27)  # fmt: skip
_LAYER_ARN = re.compile(r"arn:aws[a-z-]*:lambda:([a-z0-9-]+):[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+")
ZAPPA = Path("zappa_settings.json")
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")
# Functions and stacks are called madness-dashboard-STAGE, madness-STAGE-edge; Zappa's settings have a part `base`.
_TAKEN = ("dashboard", "edge", "base")
_ACCOUNT = re.compile(r"[0-9]{12}")


def named(
    config: dict[str, Any],
    name: str,
    *,
    region: str | None = None,
    account: str | None = None,
    buckets: Mapping[str, str] | None = None,
    layer: str | None = None,
) -> dict[str, Any]:
    """The settings with a stage in a region, its buckets named after an account: names of buckets are global.

    A stage that is not there yet begins as a copy of dev; one from an earlier version gets from there what it lacks. A
    layer of one's own stays until the region changes.
    buckets: their names, for a stage that has them already.

    Raises
    ------
    StageError
        A value is not of the kind that AWS takes.
    """
    if not _NAME.fullmatch(name):
        raise StageError(f"stage {name!r}: lower-case letters and digits, 2 to 12, a letter first")
    if name in _TAKEN:
        raise StageError(f"stage {name!r}: madness itself uses that name; any but {', '.join(_TAKEN)} will do")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise StageError(f"account {account!r}: twelve digits")
    if name == LOCAL and (region or account or layer):
        raise StageError("The stage local is on this machine: it has no account, and its region changes nothing.")
    config = copy.deepcopy(config)
    stages = config["stages"]
    if name not in stages:
        stages[name] = _as_new(stages["dev"], name)
    stages[name] = _whole(stages[name], _as_new(stages["dev"], name))
    variables = stages[name]["environment_variables"]
    if region is not None:
        variables["MADNESS_REGION"] = region
    if account is not None:
        for bucket in ("source", "models", "dashboard", "deployments"):
            variables[f"MADNESS_{bucket.upper()}_BUCKET"] = f"{APP}-{name}-{account}-{bucket}"
    for bucket, called in (buckets or {}).items():
        variables[f"MADNESS_{bucket.upper()}_BUCKET"] = called
    stage = Stage.of(name, variables, f"stages.{name}.environment_variables of {CONFIG}")
    if not stage.is_local:
        stages[name]["layers"] = [_layer(stage, layer, stages[name].get("layers", []))]
    return config


def files(config: dict[str, Any], zappa: dict[str, Any]) -> dict[Path, str]:
    """Text of every file that says a setting, by its path below the root."""
    stages = {
        name: Stage.of(name, found["environment_variables"], str(CONFIG)) for name, found in config["stages"].items()
    }
    texts = {CONFIG: _json(config, 2)}
    for name, stage in stages.items():
        for function in FUNCTIONS:
            texts[CONFIG.parent / f"policy-{name}-{function}.json"] = _json(policy(stage, function), 2)
    told = {key: value for key, value in zappa.items() if key in stages or key == "base"}
    for name, stage in stages.items():
        if not stage.is_local:
            told[name] = _dashboard(stage, told.get(name, {}))
    texts[ZAPPA] = _json(told, 4)
    return texts


def read(root: Path | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in `.chalice/config.json` and `zappa_settings.json`."""
    root = root or project_root()
    return json.loads((root / CONFIG).read_text()), json.loads((root / ZAPPA).read_text())


def write(texts: dict[Path, str], root: Path | None = None) -> list[Path]:
    """Write the files that are not so yet; gives those that changed."""
    root = root or project_root()
    changed = [path for path, text in texts.items() if not (root / path).exists() or (root / path).read_text() != text]
    for path in changed:
        (root / path).write_text(texts[path])
    return changed


def configure(
    name: str,
    *,
    region: str | None = None,
    account: str | None = None,
    buckets: Mapping[str, str] | None = None,
    layer: str | None = None,
    root: Path | None = None,
) -> tuple[Stage, list[Path]]:
    """Settle where a stage is and what its buckets are called; gives it and the files that changed."""
    config, zappa = read(root)
    wanted = named(config, name, region=region, account=account, buckets=buckets, layer=layer)
    changed = write(files(wanted, zappa), root)
    return load_stage(name, root), changed


def layer_arn(stage: Stage) -> str:
    """The layer that AWS publishes for the stage's region.

    Raises
    ------
    StageError
        It publishes none there.
    """
    if stage.region not in LAYER_VERSIONS:
        raise StageError(
            f"AWS publishes the layer {LAYER.rpartition(':')[2]}, which the functions need, not in {stage.region} but "
            f"in {', '.join(sorted(LAYER_VERSIONS))}. Choose one of these, or publish the zip of AWS SDK for pandas "
            f"3.16.1 for Python 3.12 (x86_64, from its releases on GitHub) as a layer in {stage.region}, and name it: "
            f"madness configure --stage {stage.name} --region {stage.region} --layer ARN"
        )
    return f"arn:{stage.partition}:lambda:{stage.region}:{LAYER}:{LAYER_VERSIONS[stage.region]}"


def refuse_china(stage: Stage) -> None:
    """Raise `StageError` for a region that Zappa cannot deploy a dashboard to: its addresses of S3 are written out."""
    if stage.partition == "aws-cn":
        raise StageError(
            f"{stage.region} is in AWS China, which Zappa, the deployer of the dashboard, does not know. Choose a "
            "region outside it, as ap-northeast-1."
        )


def _layer(stage: Stage, wished: str | None, before: list[str]) -> str:
    refuse_china(stage)
    if wished is not None:
        found = _LAYER_ARN.fullmatch(wished)
        if found is None or found[1] != stage.region:
            raise StageError(
                f"layer {wished!r}: the ARN of a version in the stage's region is wanted, as "
                f"arn:{stage.partition}:lambda:{stage.region}:ACCOUNT:layer:NAME:VERSION"
            )
        return wished
    own = [one for one in before if f":{stage.region}:" in one and f":{LAYER}:" not in one]
    return own[0] if own else layer_arn(stage)


def _as_new(model: dict[str, Any], name: str) -> dict[str, Any]:
    stage = copy.deepcopy(model)
    stage["lambda_functions"] = {
        function: {**found, "iam_policy_file": f"policy-{name}-{function}.json"}
        for function, found in model["lambda_functions"].items()
    }
    variables = stage["environment_variables"]
    variables["MADNESS_STAGE"] = name
    for variable, what in (("QUEUE", "results.fifo"), ("DLQ", "results-dlq.fifo")):
        variables[f"MADNESS_{variable}"] = f"{APP}-{name}-{what}"
    for bucket in ("source", "models", "dashboard", "deployments"):
        variables[f"MADNESS_{bucket.upper()}_BUCKET"] = f"{APP}-{name}-{bucket}"
    return stage


def _whole(found: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """A stage with the variables and functions that it has not yet."""
    parts = ("environment_variables", "lambda_functions")
    lacking = {part: {name: one for name, one in model[part].items() if name not in found[part]} for part in parts}
    return {**found, **{part: {**found[part], **lacking[part]} for part in parts}}


def _dashboard(stage: Stage, found: dict[str, Any]) -> dict[str, Any]:
    return {
        **found,
        "extends": "base",
        "aws_region": stage.region,
        "s3_bucket": stage.deployments,
        "role_name": f"{APP}-{stage.name}-dashboard",
        "environment_variables": {
            **found.get("environment_variables", {}),
            "MADNESS_DASHBOARD_BUCKET": stage.dashboard,
            "DASH_REQUESTS_PATHNAME_PREFIX": f"/{stage.name}/",
        },
    }


def _json(document: dict[str, Any], indent: int) -> str:
    return json.dumps(document, indent=indent) + "\n"
