"""`chalice deploy --stage local`, in a copy of the project that belongs to one home.

A copy, so that what Chalice remembers of one home never mixes with another's and the checkout stays clean. The copy is
deployed again only when its content, the settings or the tools changed, or when a function is missing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botocore

from madness.deploy import tool, workshop
from madness.local.environment import environment
from madness.local.home import Home
from madness.local.ministack import Endpoint
from operate.stage import FUNCTIONS, Stage

_POLICIES = ".chalice/policy-{stage}-*.json"


def deploy(
    home: Home, stage: Stage, root: Path, endpoint: Endpoint, clients: Callable[[str], Any], say: Callable[[str], None]
) -> bool:
    """Bring the functions of the local AWS to the checkout's code; False if they were already there.

    Parameters
    ----------
    clients
        Makes a boto3 client of the local AWS from a service's name.

    Raises
    ------
    ToolError
        Chalice failed, or left a package without its dependencies.
    """
    fingerprint = _fingerprint(root, stage)
    lambda_client = clients("lambda")
    complete = _is_complete(lambda_client, stage)
    if complete and home.settings().get("deployed") == fingerprint:
        return False
    home.remember(deployed=None)
    _copy(root, stage, home.chalice)
    record = home.chalice / ".chalice" / "deployed" / f"{stage.name}.json"
    if not complete:
        record.unlink(missing_ok=True)
    if not record.exists():
        _remove_mappings(lambda_client, stage)
    _run_chalice(home, stage, endpoint, say)
    home.remember(deployed=fingerprint)
    return True


def mappings(lambda_client: Any, stage: Stage) -> list[dict[str, Any]]:
    """Event source mappings from the stage's queue to its function."""
    found = lambda_client.list_event_source_mappings(FunctionName=stage.function("apply_results"))
    return found["EventSourceMappings"]


def _is_complete(lambda_client: Any, stage: Stage) -> bool:
    pages = lambda_client.get_paginator("list_functions").paginate()
    present = {function["FunctionName"] for page in pages for function in page["Functions"]}
    wanted = {stage.function(name) for name in FUNCTIONS}
    return wanted <= present and len(mappings(lambda_client, stage)) == 1


def _remove_mappings(lambda_client: Any, stage: Stage) -> None:
    # A deploy that was cut short left a mapping that Chalice does not know of; with two, order would be lost.
    try:
        left = mappings(lambda_client, stage)
    except lambda_client.exceptions.ResourceNotFoundException:
        return
    for mapping in left:
        lambda_client.delete_event_source_mapping(UUID=mapping["UUID"])


def _packaged(root: Path, stage: Stage) -> Iterator[tuple[Path, Path]]:
    """(file of the checkout, its place in the copy), links followed: what goes to AWS, for this stage.

    Without requirements.txt: like layers, what it asks for is in the interpreter that runs the functions here.
    """
    for place, file in workshop.files("pipeline", root):
        of_others = place.match(_POLICIES.format(stage="*")) and not place.match(_POLICIES.format(stage=stage.name))
        if place.name != "requirements.txt" and not of_others:
            yield file, place


def _fingerprint(root: Path, stage: Stage) -> str:
    digest = hashlib.sha256()
    for name in ("chalice", "ministack"):
        digest.update(f"{name} {version(name)} {sys.version_info[:2]} ".encode())
    for file, place in _packaged(root, stage):
        digest.update(f"{place}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _copy(root: Path, stage: Stage, target: Path) -> None:
    shutil.rmtree(target / "vendor", ignore_errors=True)
    for file, place in _packaged(root, stage):
        copy = target / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _run_chalice(home: Home, stage: Stage, endpoint: Endpoint, say: Callable[[str], None]) -> None:
    what = ["deploy", "--stage", stage.name]
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())", *what]
    env = environment() | endpoint.environment() | {"AWS_DATA_PATH": str(impatient_waiters(home))}
    tool.run(f"chalice {' '.join(what)}", command, home.chalice, env, home.logs / "deploy.log", say)


def impatient_waiters(home: Home) -> Path:
    """A botocore data folder whose Lambda waiters look every 0.1 seconds; the built-in ones look every 5."""
    model = Path(botocore.__file__).parent / "data" / "lambda" / "2015-03-31" / "waiters-2.json"
    folder = home.root / "botocore"
    if model.exists():
        waiters = json.loads(model.read_text())
        for waiter in waiters["waiters"].values():
            waiter["maxAttempts"] = round(waiter["maxAttempts"] * waiter["delay"] / 0.1)
            waiter["delay"] = 0.1
        target = folder / "lambda" / "2015-03-31" / "waiters-2.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(waiters))
    return folder
