"""Score the scorer walk-forward: for each season, train on earlier seasons only, then forecast it.

    OPENBLAS_NUM_THREADS=1 python -m ml_jobs.walk_forward --data KAGGLE --league M [--seasons 2011-2024] [--set width=8]

Beside it the state-space model on the same games. Prints one table, or with --json all figures.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.contract import parse, read
from hoops.errors import MadnessError
from hoops.features import walk
from hoops.leagues import Kind, League
from hoops.merge import Statement, merge
from hoops.parameters import defaults
from hoops.played import Played
from hoops.results import Results
from hoops.scorer import score
from hoops.team_features import Conferences
from ml_jobs.scorer import Games, fit
from ml_jobs.settings import Settings

log = logging.getLogger("walk_forward")

Floats = npt.NDArray[np.float64]
TUNED_THROUGH = 2018  # architecture and settings were chosen on seasons up to this one
BINS = 15
DRAWS = 2000


@dataclass(frozen=True)
class Row:
    """Log loss of both on the games of one kind and span; low and high bound the difference in 95 of 100 resamples."""

    span: str
    kind: str
    games: int
    statespace: float
    full: float
    low: float
    high: float
    calibration_error: float


def forecasts(games: Games, seasons: range, settings: Settings) -> tuple[Floats, Floats]:
    """Probability and margin of every game of the seasons, NaN for the others."""
    probability, margin = np.full(len(games), np.nan), np.full(len(games), np.nan)
    for season in seasons:
        rows = games.season == season
        if not rows.any():
            continue
        started = time.perf_counter()
        trained = fit(games, settings, season - 1)
        found = score(trained.scorer, games.where(rows).described)
        probability[rows], margin[rows] = found.probability, found.margin
        log.info(
            "%d: %d epochs, validation log loss %s (%s without networks), temperature %.3f, %.1f s on %s",
            season, trained.epochs, trained.validation, trained.validation_linear, trained.scorer.temperature,
            time.perf_counter() - started, trained.device,
        )  # fmt: skip
    return probability, margin


def table(played: Played, full: Floats, statespace: Floats, seasons: range) -> list[Row]:
    """Scores by span of seasons and kind of game."""
    spans = {
        "tuned on": (played.season >= seasons.start) & (played.season <= TUNED_THROUGH),
        "later": (played.season > TUNED_THROUGH) & (played.season < seasons.stop),
        "all": (played.season >= seasons.start) & (played.season < seasons.stop),
    }
    rows = []
    for span, inside in spans.items():
        for kind in Kind:
            chosen = inside & (played.kind == kind.value) & ~np.isnan(full)
            if chosen.any():
                won = played.won[chosen]
                one, other = _losses(full[chosen], won), _losses(statespace[chosen], won)
                low, high = _resampled(one - other)
                rows.append(
                    Row(
                        span, kind.value, len(won), other.mean(), one.mean(), low, high, _calibration(full[chosen], won)
                    )
                )
    return rows


def read_league(folder: Path, league: League) -> tuple[pa.Table, Conferences]:
    """Games and conferences of a folder of Kaggle's files.

    Raises
    ------
    MadnessError
        The folder has no results of the league, or a bad file.
    """
    statements = []
    for file in sorted(folder.glob(f"{league.value}*Results*.csv*")):
        accepted = read(parse(file.name), file.read_bytes())
        statements.append(Statement(accepted.name.timestamp or "", file.name, games=accepted.table))
    if not statements:
        raise MadnessError(f"{folder} has no {league.label.lower()}'s results")
    known = folder / f"{league.value}TeamConferences.csv"
    conferences = read(parse(known.name), known.read_bytes()).table if known.is_file() else None
    return merge(statements), Conferences.of(conferences)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Kaggle's files")
    parser.add_argument("--league", type=League, choices=list(League), required=True)
    parser.add_argument("--seasons", default="2011-2024", help="seasons to score (default: 2011-2024)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the training")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")
    parser.add_argument("--out", type=Path, help="CSV file for every forecast")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("scorer").setLevel(logging.WARNING)

    settings = Settings.of(dict(one.split("=", 1) for one in given.set))
    first, last = (int(year) for year in given.seasons.split("-"))
    seasons = range(first, last + 1)
    started = time.perf_counter()
    table_of_games, conferences = read_league(given.data, given.league)
    played, described, _ = walk(table_of_games, defaults(given.league), conferences)
    log.info("features of %d games: %.1f s", len(played), time.perf_counter() - started)
    games = Games.of(played, Results.of(_in_order(table_of_games)).has_box, described)
    full, margin = forecasts(games, seasons, settings)
    rows = table(played, full, 1.0 / (1.0 + np.exp(-described.offset)), seasons)
    scored = ~np.isnan(full)
    rmse = {
        name: float(np.sqrt(np.mean((one[scored] - played.margin[scored]) ** 2)))
        for name, one in (("statespace", described.margin), ("full", margin))
    }
    if given.out:
        columns = (played.season, played.day, played.team1, played.team2, full, margin, described.offset)
        np.savetxt(
            given.out, np.column_stack(columns)[scored], delimiter=",", comments="",
            header="Season,DayNum,Team1ID,Team2ID,Prob1,Margin1,StatespaceLogOdds", fmt="%d,%d,%d,%d,%.9f,%.4f,%.6f",
        )  # fmt: skip
    if given.json:
        figures = {"settings": asdict(settings), "rows": [asdict(row) for row in rows], "margin_rmse": rmse}
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
        return
    sys.stdout.write("span      kind        games  statespace    full  difference (95%)       calibration error\n")
    for row in rows:
        sys.stdout.write(
            f"{row.span:9s} {row.kind:9s} {row.games:7d}  {row.statespace:10.4f}  {row.full:.4f}  "
            f"{row.full - row.statespace:+.4f} ({row.low:+.4f} to {row.high:+.4f})  {row.calibration_error:.4f}\n"
        )
    sys.stdout.write(f"margin RMSE: state space {rmse['statespace']:.3f}, full {rmse['full']:.3f}\n")


def _in_order(games: pa.Table) -> pa.Table:
    return games.sort_by([(name, "ascending") for name in ("season", "day", "team1_id", "team2_id")])


def _losses(probability: Floats, won: npt.NDArray[np.bool_]) -> Floats:
    return -np.where(won, np.log(probability), np.log1p(-probability))


def _resampled(difference: Floats) -> tuple[float, float]:
    """Bounds of the mean difference in 95 of 100 paired resamples of the games (Efron's bootstrap, 1979)."""
    rng = np.random.default_rng(1)
    m = len(difference)
    means = [difference[rng.integers(0, m, m)].mean() for _ in range(DRAWS if m < 5000 else DRAWS // 10)]
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return low, high


def _calibration(probability: Floats, won: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error of the favourite: 15 bins of equal count, mean forecast against share won."""
    favourite = np.maximum(probability, 1.0 - probability)
    right = np.where(probability >= 0.5, won, ~won)
    bins = np.array_split(np.argsort(favourite, kind="stable"), BINS)
    gaps = [len(rows) * abs(favourite[rows].mean() - right[rows].mean()) for rows in bins if len(rows)]
    return float(sum(gaps) / len(favourite))


if __name__ == "__main__":
    main()
