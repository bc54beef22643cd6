"""What it is worth to know who has stopped playing; men.

    python -m benchmarks.absences --data DIR --tables TABLES [--forecasts M.csv] [--seasons 2013-2018] [--write SECTION]

A regular has played in three games and in six of ten since his first one, and is absent if he missed the team's latest
game. Of each team, as it stands before a game::

    minutes   usual shares of the team's minutes of its absent regulars, five a team, added up
    points    the same of points, less minutes

The state-space model's log-odds, or those of `madness backtest --predictions`, stay as they are; beside them, what team
1 lacks more than team 2 has two coefficients, learned from all earlier seasons with players' games. Instead of who is
absent are taken: "absent for long", the regulars who missed the latest three games; "arrived", who first played after
the team's fourth game, in one of its latest six; "foreknown", the regulars who miss the game that is forecast, which
nobody can know for sure: a bound; "for good", who have played their last game of the season, known from the day after
it: what `ToDay` of a roster could tell at best.

DIR: Kaggle's files, with players/MPlayerSeasons.csv and players/MRosters.csv beside them, which the state-space model
then knows. TABLES: as in `benchmarks.rosters`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import report
from benchmarks.rosters import NAMES, SHOWN, interval
from hoops.arrays import Bools, Floats
from hoops.evaluation.backtest import walk
from hoops.evaluation.parts import parts
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from hoops.players import Squads
from lake.folder import read_folder
from madness.selection import parse_seasons
from ml_jobs.fit_absences import beside

KINDS = ("absent", "absent for long", "arrived", "foreknown", "for good")
GAMES, PART, SHARE = 3, 0.6, 0.3  # of a regular: games, part of the games since his first, share of minutes
AWHILE, LONG, RECENT = 3, 5, 6  # games: absent for long; missed at the end of a season; how long one is an arrival
PENALTY = 1.0
FIRST, LAST = 2000, 2018  # seasons that the state-space model walks


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle and players' files")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the tables of players' games")
    arguments.add_argument("--seasons", default="2013-2018", help="seasons that are scored")
    arguments.add_argument("--forecasts", type=Path, help="what `madness backtest --league M --predictions` wrote")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/rosters.md to replace")
    given = arguments.parse_args()
    scored = parse_seasons(given.seasons)
    if scored is None:
        raise SystemExit("name the seasons")
    files = read_folder(given.data, [League.MEN]).leagues[League.MEN]
    games = Results.of(in_order_of_play(files.games))
    games = games.rows((games.season >= FIRST) & (games.season <= LAST))
    lacked = lacking(given.tables)
    first = int(lacked.index.get_level_values("season").min())
    probability = {"state space": walk(games, defaults(League.MEN), squads=files.squads or Squads.empty()).probability}
    if given.forecasts:
        probability["full model"] = _read(given.forecasts, games)
    rows: list[report.Row] = []
    for model, prob in probability.items():
        told = np.isfinite(prob) & (games.season >= first)
        chosen = told & np.isin(games.season, scored) & (games.kind == "regular")
        rows.append([model, "nothing", *_cells(_loss(prob, games), games, chosen), "", ""])
        for kind in KINDS:
            corrected, coefficients = _corrected(prob, games, lacked, kind, told, scored)
            loss, change = _loss(corrected, games), _loss(corrected, games) - _loss(prob, games)
            low, high = interval(change, games, chosen)
            noise = f"{change[chosen].mean():+.4f} ({low:+.4f} to {high:+.4f})"
            rows.append([model, kind, *_cells(loss, games, chosen), noise, _words(coefficients)])
    head = ["model", "who is out", "all", *SHOWN, "against nothing (95 %)", "coefficients of the last season"]
    text = report.table(head, rows)
    sys.stdout.write(text + "\n")
    if given.write:
        command = "python -m benchmarks.absences --data DIR --tables TABLES --forecasts M.csv"
        report.write(given.write, command, text, report.DOCUMENT.with_name("rosters.md"))


def lacking(tables: Path) -> pd.DataFrame:
    """What each team lacks before each of its games: columns (kind, 'minutes' or 'points'), index season, team_id, day.

    Of a team's day nothing is used but the games before it, except by 'foreknown' and 'for good', which say so.
    """
    played = pd.read_csv(tables / "player_minutes_by_game_men_2010_2018.csv.gz").rename(columns=NAMES)
    keys, rows = [], []
    for (season, team), games in played.groupby(["season", "team_id"]):
        minutes, points = (
            games.pivot_table(index="day", columns="player_id", values=name, aggfunc="sum").fillna(0.0)
            for name in ("minutes", "points")
        )
        told = of_team(minutes.to_numpy(), points.to_numpy())
        keys += [(season, team, day) for day in minutes.index]
        rows.append(told)
    columns = pd.MultiIndex.from_product([KINDS, ("minutes", "points")])
    index = pd.MultiIndex.from_tuples(keys, names=["season", "team_id", "day"])
    return pd.DataFrame(np.concatenate(rows), index, columns)


def of_team(minutes: Floats, points: Floats) -> Floats:
    """What a team lacks before each of its n games; minutes and points of k players: (n, k) -> (n, 10).

    >>> five = np.full((5, 5), 40.0)
    >>> five[3:, 0] = 0.0  # hurt after three games
    >>> of_team(five, five)[:, 0].tolist()
    [0.0, 0.0, 0.0, 0.0, 1.0]
    """
    n, _ = minutes.shape
    there = minutes > 0.0
    share = 5.0 * minutes / np.maximum(minutes.sum(axis=1, keepdims=True), 1.0)
    scored = 5.0 * points / np.maximum(points.sum(axis=1, keepdims=True), 1.0)
    count, minutes_so_far, points_so_far = (np.cumsum(one, axis=0) for one in (there, share, scored))
    number = np.arange(n)[:, None]
    latest = np.maximum.accumulate(np.where(there, number, -1), axis=0)
    first, last = np.argmax(there, axis=0), n - 1 - np.argmax(there[::-1], axis=0)
    found = np.zeros((n, 2 * len(KINDS)))
    for game in range(1, n):
        before = game - 1
        games = np.maximum(latest[before] - first + 1, 1)
        usual, usual_points = minutes_so_far[before] / games, points_so_far[before] / games
        regular = (count[before] >= GAMES) & (count[before] >= PART * games) & (usual >= SHARE)
        chosen = (
            regular & (latest[before] < before),
            regular & (latest[before] <= before - AWHILE),
            (latest[before] == before) & (first > GAMES) & (first >= game - RECENT),
            regular & ~there[game],
            regular & (last < game) & (last < n - LONG),
        )
        found[game] = np.concatenate([[usual[who].sum(), (usual_points - usual)[who].sum()] for who in chosen])
    return found


def _corrected(
    prob: Floats, games: Results, lacked: pd.DataFrame, kind: str, told: Bools, scored: tuple[int, ...]
) -> tuple[Floats, Floats]:
    by_team = [
        lacked[kind].reindex(pd.MultiIndex.from_arrays([games.season, team, games.day])).fillna(0.0).to_numpy()
        for team in (games.team1, games.team2)
    ]
    lacks = by_team[0] - by_team[1]
    offset = np.log(np.where(told, prob, 0.5)) - np.log1p(-np.where(told, prob, 0.5))
    found, coefficients = prob.copy(), np.zeros(lacks.shape[1])
    for season in scored:
        before, now = told & (games.season < season), told & (games.season == season)
        coefficients = beside(offset[before], lacks[before], games.won[before], PENALTY)
        found[now] = 1.0 / (1.0 + np.exp(-offset[now] - lacks[now] @ coefficients))
    return found, coefficients


def _loss(prob: Floats, games: Results) -> Floats:
    return -np.log(np.where(games.won, prob, 1.0 - prob))


def _cells(loss: Floats, games: Results, chosen: Bools) -> list[str]:
    of_part = parts(games, None)
    return [f"{loss[where].mean():.4f}" for where in (chosen, *(chosen & of_part[name] for name in SHOWN))]


def _words(coefficients: Floats) -> str:
    return f"{coefficients[0]:+.2f} minutes, {coefficients[1]:+.2f} points"


def _read(path: Path, games: Results) -> Floats:
    """The full model's probability of each game; NaN where the file has none."""
    told = pd.read_csv(path).set_index(["Season", "DayNum", "Team1ID", "Team2ID"])["Prob1"]
    wanted = pd.MultiIndex.from_arrays([games.season, games.day, games.team1, games.team2])
    return told.reindex(wanted).to_numpy(np.float64)


if __name__ == "__main__":
    main()
