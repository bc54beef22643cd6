"""Train one league's scorer from a folder of Kaggle's files, and write everything that a model consists of.

    OPENBLAS_NUM_THREADS=1 python -m ml_jobs.train --data KAGGLE --league M --out FOLDER [--width 8 ...]

In a training job the folders come from SM_CHANNEL_TRAINING and SM_MODEL_DIR, and the hyperparameters as arguments::

    scorer.npz        what hoops.scorer reads: all that a forecast needs
    checkpoint.pt     the same weights as torch tensors, with the settings
    scaler.json       names and scales of the features
    known.npz         strengths, adjusted box scores and sums after the last game (hoops.features)
    predictions.csv   games of the test seasons, teams in random order, with win probabilities
    report.json       settings, split, scores of the test seasons beside the state-space model
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tarfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from hoops import features
from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.parameters import defaults
from hoops.played import Played
from hoops.results import Results
from hoops.scorer import Scored, Scorer, score, to_bytes
from hoops.team_features import Conferences
from ml_jobs.scorer import Games, Trained, fit
from ml_jobs.settings import Settings
from ml_jobs.walk_forward import read_league, table

log = logging.getLogger("train")


@dataclass(frozen=True, eq=False)
class Model:
    """All that training gives: the scorer, the state it ends with, test games with their forecasts, and a report."""

    trained: Trained
    known: features.Knowledge
    test: Played
    scored: Scored
    report: dict[str, object]


def train(games: pa.Table, conferences: Conferences, league: League, settings: Settings) -> Model:
    """Features, training on all seasons but the test seasons, and scores of those.

    Raises
    ------
    MadnessError
        If the games have too few seasons for the split.
    """
    started = time.perf_counter()
    parameters = defaults(league)
    games = games.sort_by([(name, "ascending") for name in ("season", "day", "team1_id", "team2_id")])
    played, described, known = features.walk(games, parameters, conferences)
    of_features = time.perf_counter() - started
    log.info("features of %d games: %.1f s", len(played), of_features)
    seasons = np.unique(played.season).tolist()
    if len(seasons) <= settings.test_seasons:
        raise MadnessError(f"{len(seasons)} seasons are too few to keep {settings.test_seasons} of them for the test")
    through = seasons[-1 - settings.test_seasons]
    every = Games.of(played, Results.of(games).has_box, described)
    trained = fit(every, settings, through)
    tested = played.since(through + 1)
    scored = score(trained.scorer, every.where(played.season > through).described)
    statespace = 1.0 / (1.0 + np.exp(-described.offset[played.season > through]))
    rows = table(tested, scored.probability, statespace, range(through + 1, seasons[-1] + 1)) if len(tested) else []
    report: dict[str, object] = {
        "league": league.value,
        "settings": asdict(settings),
        "device": trained.device,
        "trained_through": through,
        "test_seasons": seasons[len(seasons) - settings.test_seasons :],
        "epochs": trained.epochs,
        "validation_log_loss": {"linear": trained.validation_linear, "full": trained.validation},
        "temperature": trained.scorer.temperature,
        "test": [asdict(row) for row in rows if row.span == "all"],
        "seconds": {"features": round(of_features, 1), "all": round(time.perf_counter() - started, 1)},
    }
    return Model(trained, known, tested, scored, report)


def write(model: Model, folder: Path, seed: int) -> None:
    """Write a model's files into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    scorer = model.trained.scorer
    (folder / "scorer.npz").write_bytes(to_bytes(scorer))
    (folder / "known.npz").write_bytes(features.to_bytes(model.known))
    (folder / "predictions.csv").write_text(_predictions(model, seed), encoding="utf-8")
    _write_json(folder / "report.json", model.report)
    _write_json(
        folder / "scaler.json",
        {"features": list(scorer.features), "scale": scorer.scale.tolist(),
         "context_mean": scorer.context_mean.tolist(), "context_scale": scorer.context_scale.tolist()},
    )  # fmt: skip
    torch.save(_checkpoint(scorer, model.report), folder / "checkpoint.pt")


def pack(folder: Path, archive: Path) -> None:
    """The files of a folder as model.tar.gz, as a training job leaves it."""
    with tarfile.open(archive, "w:gz") as tar:
        for file in sorted(folder.iterdir()):
            tar.add(file, arcname=file.name)


def main(arguments: list[str] | None = None, environment: Mapping[str, str] = os.environ) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=environment.get("SM_CHANNEL_TRAINING"), help="folder of CSV files")
    parser.add_argument("--out", type=Path, default=environment.get("SM_MODEL_DIR"), help="folder for the model")
    parser.add_argument("--league", type=League, choices=list(League), required=True)
    parser.add_argument("--tar", type=Path, metavar="FILE", help="pack the folder into this model.tar.gz as well")
    for field in fields(Settings):
        parser.add_argument(f"--{field.name.replace('_', '-')}", f"--{field.name}", dest=field.name, metavar="VALUE",
                            help=f"default: {field.default}")  # fmt: skip
    given = parser.parse_args(arguments)
    if given.data is None or given.out is None:
        parser.error("--data and --out are needed outside a training job")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    texts = {field.name: getattr(given, field.name) for field in fields(Settings)}
    settings = Settings.of({name: text for name, text in texts.items() if text is not None})
    games, conferences = read_league(Path(given.data), given.league)
    model = train(games, conferences, given.league, settings)
    write(model, Path(given.out), settings.seed)
    if given.tar:
        pack(Path(given.out), given.tar)
    log.info("trained through %d on %s", model.trained.scorer.trained_through, model.trained.device)


def _predictions(model: Model, seed: int) -> str:
    games, probability = model.test, model.scored.probability
    turned = np.random.default_rng(seed).random(len(games)) < 0.5
    team1, team2 = np.where(turned, games.team2, games.team1), np.where(turned, games.team1, games.team2)
    win = np.where(turned, 1.0 - probability, probability)
    columns = (games.season, games.day, team1, team2, win, 1.0 - win)
    lines = ["Season,DayNum,Team1ID,Team2ID,Team1Win,Team2Win"]
    lines += [f"{s},{d},{a},{b},{p:.6f},{q:.6f}" for s, d, a, b, p, q in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def _checkpoint(scorer: Scorer, report: dict[str, object]) -> dict[str, object]:
    arrays = ("linear", "hidden", "bias", "out")
    return {
        "weights": {name: torch.tensor(np.array(getattr(scorer, name))) for name in arrays},
        "temperature": scorer.temperature,
        "settings": report["settings"],
    }


def _write_json(file: Path, content: dict[str, object]) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
