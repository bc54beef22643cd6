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
LAYER = "AWSSDKPandas-Python312:27"
_LAYER_ACCOUNT = "336392948345"
ZAPPA = Path("zappa_settings.json")
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")
_ACCOUNT = re.compile(r"[0-9]{12}")


def named(
    config: dict[str, Any],
    name: str,
    *,
    region: str | None = None,
    account: str | None = None,
    buckets: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The settings with a stage in a region, its buckets named after an account: names of buckets are global.

    A stage that is not there yet begins as a copy of dev. buckets: their names, for a stage that has them already.

    Raises
    ------
    StageError
        A value is not of the kind that AWS takes.
    """
    if not _NAME.fullmatch(name):
        raise StageError(f"stage {name!r}: lower-case letters and digits, 2 to 12, a letter first")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise StageError(f"account {account!r}: twelve digits")
    if name == LOCAL and (region or account):
        raise StageError("The stage local is on this machine: it has no account, and its region changes nothing.")
    config = copy.deepcopy(config)
    stages = config["stages"]
    if name not in stages:
        stages[name] = _as_new(stages["dev"], name)
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
        stages[name]["layers"] = [layer_arn(stage)]
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
    root: Path | None = None,
) -> tuple[Stage, list[Path]]:
    """Settle where a stage is and what its buckets are called; gives it and the files that changed."""
    config, zappa = read(root)
    changed = write(files(named(config, name, region=region, account=account, buckets=buckets), zappa), root)
    return load_stage(name, root), changed


def layer_arn(stage: Stage) -> str:
    return f"arn:{stage.partition}:lambda:{stage.region}:{_LAYER_ACCOUNT}:layer:{LAYER}"


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
