"""What a training leaves: a model that serves, tables that a person reads, and what another training may start from.

    model   scorer.npz         what hoops.forecast.scorer reads: all that a forecast needs beside the constants
            parameters.json    constants of the state-space model, and the last day that helped to choose the model
            report.json        settings, cut, scores beside state space, Elo, seeds and home court
            scores.parquet     the report's scores, one row a span, kind of game and forecaster
            comparison.parquet the model beside each other forecaster, with the range of the difference
            predictions.parquet every game of the test, teams in random order
    output  known.npz          strengths, adjusted box scores and sums after the last game (hoops.knowledge.known)
            checkpoint.pt      the weights as torch tensors, with the settings
            scaler.json        names and scales of the features
            run.json           device, seconds, games per second, what was resumed

Equal inputs give equal bytes of all but run.json and checkpoint.pt.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

import hoops
from hoops import knowledge
from hoops.evaluation.backtest import Backtest
from hoops.forecast.scorer import Scorer, to_bytes
from hoops.games.leagues import League
from ml_jobs.model import TrainedModel
from ml_jobs.walk_forward import FULL

MODEL = (
    "comparison.parquet", "parameters.json", "predictions.parquet", "report.json", "scorer.npz", "scores.parquet",
)  # fmt: skip
SHIPPED = Path(hoops.__file__).parent / "forecast" / "scorers"


def write(model: TrainedModel, folder: Path, output: Path, resumed: list[str]) -> None:
    """Write everything into two folders, made if need be; the scorer last, as a folder without one is no model."""
    scorer, seed = model.trained.scorer, model.report["settings"]["seed"]
    output.mkdir(parents=True, exist_ok=True)
    (output / "known.npz").write_bytes(knowledge.to_bytes(model.known))
    torch.save(_checkpoint(scorer, model.report), output / "checkpoint.pt")
    _write_json(
        output / "scaler.json",
        {"features": list(scorer.features), "scale": scorer.scale.tolist(),
         "context_mean": scorer.context_mean.tolist(), "context_scale": scorer.context_scale.tolist()},
    )  # fmt: skip
    _write_json(output / "run.json", about_run(model, resumed))
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"test": model.test, "walk forward": model.walk_forward}
    told = {part: backtest for part, backtest in parts.items() if backtest is not None}
    _write_table(folder / "scores.parquet", scores(told))
    _write_table(folder / "comparison.parquet", comparison(told))
    _write_table(folder / "predictions.parquet", predictions(model.test, seed))
    _write_json(folder / "parameters.json", _parameters(model))
    _write_json(folder / "report.json", model.report)
    (folder / "scorer.npz").write_bytes(to_bytes(scorer))


def ship(model: TrainedModel, league: League, folder: Path = SHIPPED) -> None:
    """Make a model the one that comes with the package: weights and report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{league.value}.npz").write_bytes(to_bytes(model.trained.scorer))
    _write_json(folder / f"{league.value}.json", model.report)


def pack(folder: Path, archive: Path) -> None:
    """The model in a folder as model.tar.gz, as a training job leaves it; equal files give equal bytes."""
    with (
        archive.open("wb") as sink,
        gzip.GzipFile("", "wb", fileobj=sink, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name in MODEL:
            content = (folder / name).read_bytes()
            entry = tarfile.TarInfo(name)  # without owner and time
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def about_run(model: TrainedModel, resumed: list[str]) -> dict[str, Any]:
    """How this training went: what differs from run to run."""
    return {
        "device": model.trained.device,
        "device_name": torch.cuda.get_device_name() if model.trained.device == "cuda" else "",
        "torch": torch.__version__,
        "seconds": {part: round(seconds, 2) for part, seconds in model.seconds.items()},
        "games_per_second": games_per_second(model),
        "resumed": resumed,
    }


def games_per_second(model: TrainedModel) -> float:
    """Games that were shown to the networks, over the seconds of the fit."""
    return round(model.trained.visits / max(model.seconds["fit"], 1e-9), 1)


def scores(told: Mapping[str, Backtest]) -> pa.Table:
    """Scores by part of the report, span of seasons, kind of game and forecaster."""
    return pa.Table.from_pylist(
        [
            {"part": part, "span": row.span, "kind": row.kind, "forecaster": row.forecaster, **asdict(row.scores)}
            for part, backtest in told.items()
            for row in backtest.rows
        ],
        pa.schema(
            [*((name, pa.string()) for name in ("part", "span", "kind", "forecaster")), ("games", pa.int32()),
             *((name, pa.float64()) for name in ("brier", "log_loss", "accuracy", "margin_rmse"))]
        ),
    )  # fmt: skip


def comparison(told: Mapping[str, Backtest]) -> pa.Table:
    """Log loss of the model less that of each other forecaster, with its range in 95 of 100 paired resamples."""
    return pa.Table.from_pylist(
        [{"part": part, **asdict(row)} for part, backtest in told.items() for row in backtest.differences],
        pa.schema(
            [*((name, pa.string()) for name in ("part", "span", "kind", "forecaster")), ("games", pa.int32()),
             *((name, pa.float64()) for name in ("difference", "low", "high"))]
        ),
    )  # fmt: skip


def predictions(test: Backtest | None, seed: int) -> pa.Table:
    """Every game of the test as its forecast had it, which of the two teams comes first drawn at random."""
    schema = pa.schema(
        [("season", pa.int16()), ("day", pa.int16()), ("kind", pa.string()), ("team1_id", pa.int32()),
         ("team2_id", pa.int32()), ("team1_probability", pa.float64()), ("team2_probability", pa.float64()),
         ("team1_margin", pa.float64()), ("team1_won", pa.bool_())]
    )  # fmt: skip
    if test is None:
        return schema.empty_table()
    games, forecast = test.played, test.forecasts[FULL]
    turned = np.random.default_rng(seed).random(len(games)) < 0.5
    probability = np.where(turned, 1.0 - forecast.probability, forecast.probability)
    columns = (
        games.season,
        games.day,
        games.kind,
        np.where(turned, games.team2, games.team1),
        np.where(turned, games.team1, games.team2),
        probability,
        1.0 - probability,
        np.where(turned, -forecast.margin, forecast.margin),
        games.won != turned,
    )
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


def _parameters(model: TrainedModel) -> dict[str, Any]:
    return {
        "league": model.league.value,
        "parameters": asdict(model.constants.parameters),
        "trained_through": list(model.trained_through),
    }


def _checkpoint(scorer: Scorer, report: Mapping[str, Any]) -> dict[str, object]:
    arrays = ("linear", "hidden", "bias", "out")
    return {
        "weights": {name: torch.tensor(np.array(getattr(scorer, name))) for name in arrays},
        "temperature": scorer.temperature,
        "settings": report["settings"],
    }


def _write_table(file: Path, table: pa.Table) -> None:
    pq.write_table(table, file, compression="snappy")


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
