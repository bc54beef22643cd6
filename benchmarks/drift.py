"""How often a week of good forecasts is taken for drift, and how soon forecasts that have drifted are found.

    madness backtest --data DIR --league M --seasons 2004-2024 --predictions M.csv
    python -m benchmarks.drift --data DIR --forecasts M.csv [W.csv ...] [--write SECTION]

The forecasts are walk-forward: each season's by a model that knew none of it. They are watched as they are, which tells
of false alarms; and bent from the first day of each season on, which tells after how many weeks that is found::

    surer      log-odds times 1.5         shifted    0.5 more log-odds for the team at home
    less sure  log-odds over 1.5          mixed up   a tenth of the games have the chances of their teams swapped

The limit was chosen on seasons to 2018; later ones stand apart. Every season is watched by itself, as it is published.

A model's excess over what it promises could be measured before it takes over, and be expected of it from then on. The
last table tells what comes of that: measured on the four weeks by which a model is judged in season, for the rest of
that season; and on a whole season, as in summer, for the next one. With its error: it is held to be as uncertain as
it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from pyarrow import csv

from benchmarks import report
from hoops.arrays import Floats
from hoops.evaluation import drift
from hoops.evaluation.backtest import TUNED_THROUGH
from hoops.evaluation.drift import Week
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from lake.folder import read_folder

SEED = 7
GATE = slice(4, 8)  # weeks of a season on which a model is judged that forecasts from then on
Bend = Callable[[Floats, Results], Floats]  # log-odds of team 1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--forecasts", type=Path, required=True, nargs="+", help="as madness backtest writes them")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    false, found, known = [], [], []
    for file in given.forecasts:
        league, games, log_odds = read(given.data, file)
        for span, seasons in spans(games).items():
            weeks = {name: watched(games, bend(log_odds, games), seasons) for name, bend in BENDS.items()}
            false.append([league.value, span, *false_alarms(weeks[AS_THEY_ARE])])
            known.append(weeks)
            found += [[league.value, span, name, *found_after(weeks[name])] for name in BENDS if name != AS_THEY_ARE]
    head = ["league", "seasons", "weeks", "sd of the score", "excess, nats", "alone", "four together", "either"]
    text = (
        report.table(head, false)
        + "\n\n"
        + report.table(["league", "seasons", "forecasts", "found in", "median, weeks", "at most"], found)
        + "\n\n"
        + report.table(["expected excess", "weeks", "taken for drift", "bent ones found in"], with_excess(known))
    )
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, "python -m benchmarks.drift --data KAGGLE --forecasts M.csv W.csv", text)


def read(data: Path, file: Path) -> tuple[League, Results, Floats]:
    """The league of some forecasts, its games in order of play, and the log-odds of team 1 in each."""
    table = csv.read_csv(file)
    league = next(one for one in League if table["Team1ID"][0].as_py() in one.team_ids)
    games = Results.of(in_order_of_play(read_folder(data, [league]).leagues[league].games))
    games = games.rows(np.isin(games.season, table["Season"].to_numpy()))
    for name, column in (("Season", games.season), ("DayNum", games.day), ("Team1ID", games.team1)):
        if not np.array_equal(table[name].to_numpy(), column):
            raise SystemExit(f"{file}: its {name} is not that of the games of {data}; make it anew from this folder")
    probability = table["Prob1"].to_numpy()
    return league, games, np.log(probability) - np.log1p(-probability)


def spans(games: Results) -> dict[str, list[int]]:
    """Seasons that chose the limit, and later ones, by name."""
    seasons = np.unique(games.season).tolist()
    parts = ([one for one in seasons if one <= TUNED_THROUGH], [one for one in seasons if one > TUNED_THROUGH])
    return {f"{part[0]}-{part[-1]}": part for part in parts if part}


def watched(games: Results, log_odds: Floats, seasons: list[int]) -> list[list[Week]]:
    """The weeks that count of each season."""
    found = []
    for season in seasons:
        rows = games.season == season
        day, chance = games.day[rows], 1.0 / (1.0 + np.exp(-log_odds[rows]))
        none = np.full(len(day), False)
        weeks = drift.weeks(day, chance, games.won[rows], none, newest=int(day.max()))
        found.append([week for week in weeks if week.counts])
    return found


def false_alarms(seasons: list[list[Week]]) -> list[str | int]:
    """Weeks, spread of their scores, what is lost beyond the promise, and alarms by what raised them."""
    weeks = [week for season in seasons for week in season]
    games = np.array([week.games for week in weeks])
    excess = np.average([week.log_loss - week.promised for week in weeks], weights=games)
    alone = sum(abs(week.score) > drift.LIMIT for week in weeks)
    together = sum(abs(week.recent or 0.0) > drift.LIMIT for week in weeks)
    either = sum(week.has_drifted for week in weeks)
    return [len(weeks), f"{np.std([week.score for week in weeks]):.2f}", f"{excess:+.4f}", alone, together, either]


def found_after(seasons: list[list[Week]]) -> list[str]:
    """In how many seasons drift was found, and after how many weeks from their beginning."""
    first = [next((place for place, week in enumerate(weeks, 1) if week.has_drifted), None) for weeks in seasons]
    after = [place for place in first if place is not None]
    if not after:
        return [f"0 of {len(seasons)}", "-", "-"]
    return [f"{len(after)} of {len(seasons)}", f"{np.median(after):g}", f"{max(after)}"]


def with_excess(known: list[dict[str, list[list[Week]]]]) -> list[list[str | int]]:
    """False alarms, and seasons in which bent forecasts are found, by what excess is expected of a model."""
    rows: list[list[str | int]] = []
    for measured in ("four weeks", "a season"):
        for how in ("none", "as measured", "with its error"):
            weeks = false = seasons = found = 0
            for name in BENDS:
                for before, after in [pair for one in known for pair in _pairs(one, name, measured)]:
                    excess, error = (0.0, 0.0) if how == "none" else _excess(before)
                    alarms = _alarms(after, excess, error if how == "with its error" else 0.0)
                    if name == AS_THEY_ARE:
                        weeks, false = weeks + len(alarms), false + sum(alarms)
                    else:
                        seasons, found = seasons + 1, found + any(alarms)
            rows.append([f"{measured}, {how}", weeks, false, f"{found} of {seasons}"])
    return rows


def _pairs(known: dict[str, list[list[Week]]], name: str, measured: str) -> list[tuple[list[Week], list[Week]]]:
    """Weeks on which a model is measured, while it is good, and those that it forecasts then."""
    good, then = known[AS_THEY_ARE], known[name]
    if measured == "a season":
        return list(zip(good, then[1:], strict=False))
    return [(one[GATE], other[GATE.stop :]) for one, other in zip(good, then, strict=True)]


def _excess(weeks: list[Week]) -> tuple[float, float]:
    """What is lost beyond the promise, a game, and its standard deviation (nats)."""
    beyond, variance, games = _sums(weeks)
    return beyond / games, float(variance**0.5 / games)


def _alarms(weeks: list[Week], excess: float, error: float) -> list[bool]:
    def is_beyond(some: list[Week]) -> bool:
        beyond, variance, games = _sums(some)
        return abs(beyond - games * excess) > drift.LIMIT * (variance + (games * error) ** 2) ** 0.5

    together = [
        weeks[place - drift.SPAN + 1 : place + 1] if place + 1 >= drift.SPAN else [] for place in range(len(weeks))
    ]
    return [is_beyond([week]) or (bool(last) and is_beyond(last)) for week, last in zip(weeks, together, strict=True)]


def _sums(weeks: list[Week]) -> tuple[float, float, int]:
    """Of some weeks: loss beyond the promise, its variance, games."""
    return (
        sum((week.log_loss - week.promised) * week.games for week in weeks),
        sum((week.noise * week.games) ** 2 for week in weeks),
        sum(week.games for week in weeks),
    )


def _mixed_up(log_odds: Floats, games: Results) -> Floats:
    return np.where(np.random.default_rng(SEED).random(len(games)) < 0.1, -log_odds, log_odds)


AS_THEY_ARE = "as they are"
BENDS: Mapping[str, Bend] = {
    AS_THEY_ARE: lambda log_odds, games: log_odds,
    "surer": lambda log_odds, games: log_odds * 1.5,
    "less sure": lambda log_odds, games: log_odds / 1.5,
    "shifted": lambda log_odds, games: log_odds + 0.5 * games.site,
    "mixed up": _mixed_up,
}

if __name__ == "__main__":
    main()
