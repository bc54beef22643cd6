"""Train one league's scorer from a folder of Kaggle's files, and write everything that a model consists of.

    python -m ml_jobs.train --data KAGGLE --league M --out FOLDER [--width 8 ...]

In a training job the folders come from SM_CHANNEL_TRAINING and SM_MODEL_DIR, and the hyperparameters as arguments::

    scorer.npz        what hoops.forecast.scorer reads: all that a forecast needs
    checkpoint.pt     the same weights as torch tensors, with the settings
    scaler.json       names and scales of the features
    known.npz         strengths, adjusted box scores and sums after the last game (hoops.knowledge.known)
    predictions.csv   games of the test seasons, teams in random order, with win probabilities
    report.json       settings, split, scores of the test seasons beside state space, Elo, seeds and home court
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
import torch

import hoops
from hoops import knowledge
from hoops.errors import MadnessError
from hoops.evaluation.backtest import STATESPACE, Backtest, run
from hoops.evaluation.baselines import Simple
from hoops.forecast import features
from hoops.forecast.scorer import Scorer, score, to_bytes
from hoops.games.leagues import League
from hoops.games.moment import told
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import defaults
from ml_jobs.fit_scorer import Games, Trained, fit, mute_groups
from ml_jobs.read import LeagueGames, read_league
from ml_jobs.settings import Settings
from ml_jobs.taken_away import described_again
from ml_jobs.walk_forward import FULL

log = logging.getLogger("train")

SHIPPED = Path(hoops.__file__).parent / "forecast" / "scorers"


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """All that training gives: the scorer, what is known after the last game, forecasts of the test games, a report."""

    trained: Trained
    known: Knowledge
    backtest: Backtest
    report: dict[str, object]


def train(league: League, read: LeagueGames, settings: Settings) -> TrainedModel:
    """Features, training on all seasons but the test seasons, and scores of those.

    Raises
    ------
    MadnessError
        If the games have too few seasons for the split.
    """
    started = time.perf_counter()
    parameters = defaults(league)
    played, described, known = features.walk(read.games, parameters, read.surroundings)
    seasons = np.unique(played.season).tolist()
    if len(seasons) <= settings.test_seasons:
        raise MadnessError(f"{len(seasons)} seasons are too few to keep {settings.test_seasons} of them for the test")
    again = described_again(read.games, parameters, read.surroundings, settings)
    of_features = time.perf_counter() - started
    log.info("features of %d games: %.1f s", len(played), of_features)
    test = seasons[len(seasons) - settings.test_seasons :]
    through = seasons[-1 - settings.test_seasons]
    every = Games.of(played, played.has_box, described)
    if mute := mute_groups(every, settings):
        log.warning("nothing in these files tells anything of %s: the same in every game", ", ".join(mute))
    trained = fit(Games.joined([every, *again]), settings, through)
    found = score(trained.scorer, described)
    statespace = Simple(1.0 / (1.0 + np.exp(-described.offset)), described.margin)
    forecasts = {FULL: Simple(found.probability, found.margin), STATESPACE: statespace}
    backtest = run(read.games, read.seeds, league, test, lambda _, __: forecasts)
    report: dict[str, object] = {
        "league": league.value,
        "settings": asdict(settings),
        "device": trained.device,
        "trained_through": through,
        "test_seasons": test,
        "epochs": trained.epochs,
        "validation_log_loss": {"linear": trained.validation_linear, "full": trained.validation},
        "temperature": trained.scorer.temperature,
        "test": backtest.to_dict(),
        "seconds": {"features": round(of_features, 1), "all": round(time.perf_counter() - started, 1)},
    }
    return TrainedModel(trained, known, backtest, report)


def write(model: TrainedModel, folder: Path, seed: int) -> None:
    """Write a model's files into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    scorer = model.trained.scorer
    (folder / "scorer.npz").write_bytes(to_bytes(scorer))
    (folder / "known.npz").write_bytes(knowledge.to_bytes(model.known))
    (folder / "predictions.csv").write_text(_predictions(model.backtest, seed), encoding="utf-8")
    _write_json(folder / "report.json", model.report)
    _write_json(
        folder / "scaler.json",
        {"features": list(scorer.features), "scale": scorer.scale.tolist(),
         "context_mean": scorer.context_mean.tolist(), "context_scale": scorer.context_scale.tolist()},
    )  # fmt: skip
    torch.save(_checkpoint(scorer, model.report), folder / "checkpoint.pt")


def ship(model: TrainedModel, league: League, folder: Path = SHIPPED) -> None:
    """Make a model the one that comes with the package: weights and report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{league.value}.npz").write_bytes(to_bytes(model.trained.scorer))
    _write_json(folder / f"{league.value}.json", {name: one for name, one in model.report.items() if name != "seconds"})


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
    parser.add_argument("--ship", action="store_true", help="make it the model that comes with the package")
    for field in fields(Settings):
        parser.add_argument(f"--{field.name.replace('_', '-')}", f"--{field.name}", dest=field.name, metavar="VALUE",
                            help=f"default: {field.default}")  # fmt: skip
    given = parser.parse_args(arguments)
    if given.data is None or given.out is None:
        parser.error("--data and --out are needed outside a training job")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    torch.set_num_threads(1)  # at this size more are slower, and a CPU gives the same bits every time
    texts = {field.name: getattr(given, field.name) for field in fields(Settings)}
    settings = Settings.of({name: text for name, text in texts.items() if text is not None})
    model = train(given.league, read_league(Path(given.data), given.league), settings)
    write(model, Path(given.out), settings.seed)
    if given.tar:
        pack(Path(given.out), given.tar)
    if given.ship:
        ship(model, given.league)
    log.info("trained through %s on %s", told(model.trained.scorer.trained_through), model.trained.device)


def _predictions(backtest: Backtest, seed: int) -> str:
    games, probability = backtest.played, backtest.forecasts[FULL].probability
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
