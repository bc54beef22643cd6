"""Archives as a training job leaves them, and as it does not."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from hoops.evaluation import metrics
from hoops.forecast import features
from hoops.forecast import scorer as scorers
from hoops.forecast.model import Model
from hoops.games.moment import Moment
from hoops.players import Squads


def model_files(model: Model, report: Mapping[str, Any]) -> dict[str, bytes]:
    """What of a training's files serves."""
    about = {
        "league": model.league.value,
        "parameters": asdict(model.parameters),
        "trained_through": list(model.trained_through),
    }
    return {
        "parameters.json": json.dumps(about).encode(),
        "report.json": json.dumps(report).encode(),
        "scorer.npz": scorers.to_bytes(model.scorer),
    }


def true_report(model: Model, games: pa.Table, before: Moment, squads: Squads | None = None) -> dict[str, Any]:
    """What a training says of a model that was cut before a day, as far as anybody asks."""
    played, described, _ = features.walk(games, model.parameters, squads=squads)
    later = ~played.before(before)
    said, tested = scorers.score(model.scorer, described.rows(later)), played.rows(later)
    scores = asdict(metrics.score(said.probability, said.margin, tested.margin, tested.is_forfeit))
    test = {"model": "full", "pooled": {"all": {"full": scores}}}
    return {"league": model.league.value, "before": list(before), "test": test}


def packed(files: Mapping[str, bytes], *more: tarfile.TarInfo) -> bytes:
    """A tar.gz of files, then members without content."""
    return tar_of([*((tarfile.TarInfo(name), body) for name, body in files.items()), *((one, b"") for one in more)])


def tar_of(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry, body in members:
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return gzip.compress(buffer.getvalue(), 1, mtime=0)


def entry(name: str, type_: bytes, target: str = "") -> tarfile.TarInfo:
    """A member that is no file, such as a link."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = type_, target
    return made
