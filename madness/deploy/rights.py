"""The policies of people, one a task: `docs/iam/TASK.json`, in which a stage's names are placeholders.

They are made from what the commands call (`make iam`), and filled in here for a stage and an account.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from madness.deploy.settings import LAYER, read
from operate.stage import APP, Stage, project_root

FOLDER = Path("docs") / "iam"
LARGEST = 6_144  # characters of a managed policy, white space not counted


def policies(stage: Stage, account: str, root: Path | None = None) -> dict[str, dict[str, Any]]:
    """The policy of every task, by the task's name."""
    root = root or project_root()
    own = read(root)[0]["stages"].get(stage.name, {}).get("layers", [])

    def text(file: Path) -> str:
        told = filled(file.read_text(), stage, account)
        for arn in own:
            told = told.replace(f"arn:{stage.partition}:lambda:{stage.region}:{LAYER}:", f"{arn.rpartition(':')[0]}:")
        return told

    return {file.stem: json.loads(text(file)) for file in sorted((root / FOLDER).glob("*.json"))}


def write(stage: Stage, account: str, folder: Path) -> list[Path]:
    """Write the policies of a stage, filled in, into a folder; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / f"madness-{stage.name}-{task}.json": one for task, one in policies(stage, account).items()}
    for path, document in made.items():
        path.write_text(as_text(document))
    return list(made)


def filled(text: str, stage: Stage, account: str) -> str:
    """A policy's text with a stage's names in place of the placeholders.

    >>> filled("arn:<PARTITION>:s3:::<SOURCE>/*", Stage("dev", "eu-west-1", "s", "m", "d", "p", "q", "l"), "1")
    'arn:aws:s3:::s/*'
    """
    for placeholder, name in _names(stage, account):
        text = text.replace(placeholder, name)
    return text


def with_placeholders(text: str, stage: Stage, account: str) -> str:
    """A policy's text with placeholders in place of a stage's names."""
    for placeholder, name in _names(stage, account):
        text = text.replace(name, placeholder)
    return text


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def size(document: dict[str, Any]) -> int:
    """Characters of a policy as AWS counts them."""
    return len("".join(json.dumps(document).split()))


def _names(stage: Stage, account: str) -> list[tuple[str, str]]:
    """(placeholder, name) in an order in which no name is part of a later one."""
    return [
        ("<SOURCE>", stage.source),
        ("<MODELS>", stage.models),
        ("<DASHBOARD>", stage.dashboard),
        ("<DEPLOYMENTS>", stage.deployments),
        ("<QUEUE>", stage.queue),
        ("<DEAD_LETTERS>", stage.dead_letters),
        (f"{APP}-dashboard-<STAGE>", f"{APP}-dashboard-{stage.name}"),
        (f"{APP}-<STAGE>", f"{APP}-{stage.name}"),
        ("<ACCOUNT>", account),
        (":<REGION>:", f":{stage.region}:"),
        ("arn:<PARTITION>:", f"arn:{stage.partition}:"),
    ]
