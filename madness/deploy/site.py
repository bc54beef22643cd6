"""The dashboard's static files, where CloudFront finds them: the stage's dashboard bucket, under `static/`.

The same files as the function serves, made by the dashboard itself (dashboard/bundle.py) in the environment and the
copy of the checkout that the function is packaged from. An address holds its content, so nothing is ever overwritten;
the bundles before stay for pages that are open and for going back.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoops.errors import MadnessError
from lake.store import Listed, S3Store
from operate.stage import Stage

PREFIX = "static"  # infra/edge.yaml reads below it, and infra/template.yaml lets it
KEPT = 4  # bundles before the one that is deployed


class SiteError(MadnessError):
    """The static files could not be made; the text holds what the dashboard said."""


@dataclass(frozen=True)
class StaticObject:
    """An object of the bucket."""

    key: str
    body: bytes
    content_type: str
    cache_control: str
    content_encoding: str


@dataclass(frozen=True)
class Uploaded:
    """What an upload did: objects written, those that were there, those of old bundles that were deleted."""

    written: int
    there: int
    deleted: int


def static_objects(stage: Stage, python: Path, checkout: Path) -> list[StaticObject]:
    """Every static file of the dashboard, as an object.

    Parameters
    ----------
    python
        Of the environment that the dashboard is packaged from.
    checkout
        The folder that it is packaged from.

    Raises
    ------
    SiteError
        The dashboard does not run there.
    """
    with tempfile.TemporaryDirectory() as into:
        command = [str(python), "-m", "dashboard", into]
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SiteError(f"The dashboard of {checkout} does not run with {python}:\n{done.stderr.strip()[-2000:]}")
        made = json.loads(done.stdout)
        return [
            StaticObject(
                f"{PREFIX}/{stage.name}/{made['folder']}/{name}",
                (Path(into) / made["folder"] / name).read_bytes(),
                content_type,
                made["headers"]["Cache-Control"],
                made["headers"]["Content-Encoding"],
            )
            for name, content_type in made["files"].items()
        ]


def upload_static(stage: Stage, s3: Any, objects: Sequence[StaticObject]) -> Uploaded:
    """Write what is not in the bucket yet, then delete all but the newest few of the bundles before.

    Parameters
    ----------
    s3
        A boto3 S3 client of the stage's account and region.
    """
    store = S3Store(s3, stage.dashboard)
    there = {row.key: row for row in store.listing(f"{PREFIX}/{stage.name}/")}
    missing = [one for one in objects if one.key not in there]
    for one in missing:
        s3.put_object(
            Bucket=stage.dashboard, Key=one.key, Body=one.body, ContentType=one.content_type,
            CacheControl=one.cache_control, ContentEncoding=one.content_encoding,
        )  # fmt: skip
    old = superseded(list(there.values()), {_folder(one.key) for one in objects})
    store.delete(old)
    return Uploaded(len(missing), len(objects) - len(missing), len(old))


def superseded(there: Sequence[Listed], current: set[str]) -> list[str]:
    """Keys of the bundles that nobody needs any more: neither deployed nor among the newest few before."""
    bundles: defaultdict[str, list[Listed]] = defaultdict(list)
    for row in there:
        bundles[_folder(row.key)].append(row)
    before = sorted(bundles.keys() - current, key=lambda folder: max(row.modified for row in bundles[folder]))
    return [row.key for folder in before[:-KEPT] for row in bundles[folder]]


def _folder(key: str) -> str:
    return key.rpartition("/")[0]
