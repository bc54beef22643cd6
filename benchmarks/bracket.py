"""Exact odds of a 68-team bracket, beside other ways to have them, on the same chances in one process.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.bracket [--data KAGGLE --league M --season 2024] [--write SECTION]

With data: chances of Selection Sunday, from the season's own games; else of invented strengths. Ways that others go,
written here from their descriptions:

- a plain NumPy DP: a 64 x 64 matrix, for each round and team the sum over those who can be its opponents;
- simulation, a round of all tournaments at once, as NCAA_eval has it: 100,000 tournaments from fixed chances;
- simulation of one tournament after the other in Python, as bigdance has it.

These know no play-ins: they get the 64 teams that are left when the better of each two is taken, and so does
ours beside them. A simulation of fixed chances says what exact odds say, with noise; odds of drawn strengths say
something else, and their noise is the largest standard error of a chance of the title.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import report
from hoops.arrays import Floats
from hoops.brackets.best import most_likely, most_points
from hoops.brackets.chances import chances
from hoops.brackets.draws import BLOCKS, Doubt, doubt, drawn
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import Bracket, bracket, field_of
from hoops.forecast.model import shipped
from hoops.games.leagues import SELECTION_SUNDAY, League
from lake.contents import contents
from lake.folder import filtered
from operate.sources import FolderSource

TOURNAMENTS = 100_000
POINTS = np.array([0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, help="folder of Kaggle files")
    arguments.add_argument("--league", default="M")
    arguments.add_argument("--season", type=int, default=2024)
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    rows: list[report.Row] = []
    if given.data:
        field, chance, unsure, made = _real(given.data, League(given.league), given.season)
        rows.append(
            [f"chances of all {len(field.games):,} games that can be, from the state", f"{1e3 * made:.1f} ms", ""]
        )
    else:
        field, chance, unsure = _invented(68)
    main_field, main_chance = _without_play_ins(field, chance)
    matrix = _matrix(main_field, main_chance)
    ours = _median(lambda: odds(field, chance).reach, 400)
    known = {"R1W1": int(field.teams[0]), "R6CH": int(field.teams[-1])}
    ways: list[tuple[str, Callable[[], object], int]] = [
        ("ours, 68 teams, two slots decided", lambda: odds(field, chance, known).reach, 200),
        ("ours, 68 teams, and the chance of each pair to meet", lambda: odds(field, chance).meetings, 200),
        ("ours, 68 teams, the most likely bracket", lambda: most_likely(field, chance), 100),
        (
            "ours, 68 teams, the bracket with most expected points",
            lambda: most_points(odds(field, chance), POINTS),
            100,
        ),
        *(
            (
                f"ours, 68 teams, {2 * len(field) * blocks:,} draws of the strengths",
                partial(drawn, field, chance, unsure, blocks=blocks),
                5,
            )
            for blocks in (2, BLOCKS)
        ),
        ("ours, 64 teams", lambda: odds(main_field, main_chance).reach, 400),
        ("plain NumPy DP, 64 teams", lambda: plain(matrix), 100),
        (f"simulation of {TOURNAMENTS:,}, 64 teams, all at once", lambda: at_once(matrix, TOURNAMENTS), 3),
        ("simulation of one, 64 teams, in Python", lambda: one_by_one(matrix, 1), 50),
    ]
    rows.append(["ours, 68 teams", f"{1e3 * ours:.3f} ms", "1"])
    for name, way, times in ways:
        taken = _median(way, times)
        rows.append([name, f"{1e3 * taken:.3f} ms", f"{taken / ours:,.1f}"])
    exact = odds(main_field, main_chance).reach[:, 1:]
    rows.append(["largest difference of plain DP", f"{np.abs(plain(matrix) - exact).max():.0e}", ""])
    off = np.abs(at_once(matrix, TOURNAMENTS) - exact).max()
    rows.append([f"largest difference of {TOURNAMENTS:,} simulated", f"{off:.4f}", ""])
    for blocks in (2, BLOCKS):
        error = _title_error(field, chance, unsure, blocks)
        rows.append([f"standard error of a title, {2 * len(field) * blocks:,} draws", f"{error:.5f}", ""])
    text = report.table(["what", "CPU, median", "times ours"], rows)
    sys.stdout.write(text + "\n")
    if given.write:
        asked = f" --data KAGGLE --league {given.league} --season {given.season}" if given.data else ""
        report.write(given.write, f"OPENBLAS_NUM_THREADS=1 python -m benchmarks.bracket{asked}", text)


def plain(matrix: Floats) -> Floats:
    """Chance of 64 teams to win each of six rounds, (64, 6)."""
    teams = len(matrix)
    reach = np.ones((teams, 7))
    for round_ in range(6):
        size = 1 << round_
        for team in range(teams):
            other = ((team // size) ^ 1) * size
            rivals = slice(other, other + size)
            reach[team, round_ + 1] = reach[team, round_] * (matrix[team, rivals] @ reach[rivals, round_])
    return reach[:, 1:]


def at_once(matrix: Floats, tournaments: int) -> Floats:
    """Shares of simulated tournaments in which each team wins each round, (64, 6)."""
    rng = np.random.default_rng(0)
    teams = len(matrix)
    left = np.tile(np.arange(teams), (tournaments, 1))
    shares = []
    while left.shape[1] > 1:
        one, other = left[:, ::2], left[:, 1::2]
        left = np.where(rng.random(one.shape) < matrix[one, other], one, other)
        shares.append(np.bincount(left.ravel(), minlength=teams) / tournaments)
    return np.column_stack(shares)


def one_by_one(matrix: Floats, tournaments: int) -> list[int]:
    """Champions of tournaments that are simulated game by game."""
    rng = np.random.default_rng(0)
    champions = []
    for _ in range(tournaments):
        left = list(range(len(matrix)))
        while len(left) > 1:
            left = [one if rng.random() < matrix[one, other] else other
                    for one, other in zip(left[::2], left[1::2], strict=True)]  # fmt: skip
        champions.append(left[0])
    return champions


def _title_error(field: Bracket, chance: Floats, unsure: Doubt, blocks: int) -> float:
    """Standard deviation of the chance of the title over 20 seeds, largest of all teams'."""
    titles = [drawn(field, chance, unsure, blocks=blocks, seed=seed).reach[:, -1] for seed in range(20)]
    return float(np.std(titles, axis=0, ddof=1).max())


def _real(data: Path, league: League, season: int) -> tuple[Bracket, Floats, Doubt, float]:
    with tempfile.TemporaryDirectory(prefix="madness-bench-") as work:
        for file in contents(data).files:
            if body := filtered(file, (season,)):
                (Path(work) / file.name).write_bytes(body)
        source = FolderSource(Path(work), league)
        tables, games = source.reference(), source.games(season)
        field = field_of(tables, league, season)
        if field is None:
            raise SystemExit(f"{data} has no seeds of {season}")
        known = source.known((season, SELECTION_SUNDAY), lambda done, total: None)
    told = facts(field, games, SELECTION_SUNDAY)
    when = schedule(field, told, games, None, tables["NCAATourneySeedRoundSlots"])
    model = shipped(league)
    made = _median(lambda: chances(field, when, told, known, model), 9)
    unsure = doubt(field, when, told, known, model.parameters)
    return field, chances(field, when, told, known, model), unsure, made


def _invented(teams: int) -> tuple[Bracket, Floats, Doubt]:
    play_ins = ("W16", "X11", "Y16", "Z11")[: teams - 64]
    seeds = [f"{region}{line:02d}" for region in "WXYZ" for line in range(1, 17)]
    names = [name for seed in seeds for name in ((f"{seed}a", f"{seed}b") if seed in play_ins else (seed,))]
    field = bracket(League.MEN, 2024, zip(names, range(1101, 1101 + teams), strict=True))
    line = np.array([int(seed[1:3]) for seed in field.seeds]) + 0.01 * np.arange(teams)
    chance = 1.0 / (1.0 + np.exp(-0.17 * (line[field.games.weak] - line[field.games.strong])))
    games = len(field.games)
    return field, chance, Doubt(2.5**2 * np.eye(teams), np.arange(games), np.full(games, 11.0**2))


def _without_play_ins(field: Bracket, chance: Floats) -> tuple[Bracket, Floats]:
    """The 64 teams with the better of each two that play in, and the chances of their games."""
    reach = odds(field, chance).reach[:, 0]
    kept = reach >= 0.5
    seeds = [
        (seed[:3], team) for seed, team, stays in zip(field.seeds, field.teams.tolist(), kept, strict=True) if stays
    ]
    smaller = bracket(field.league, field.season, seeds)
    stay = kept[field.games.strong] & kept[field.games.weak]
    return smaller, chance[stay]


def _matrix(field: Bracket, chance: Floats) -> Floats:
    """Chance of each team, in the order of the bracket, to beat each other one, (n, n)."""
    games = field.games
    matrix = np.full((len(field), len(field)), 0.5)
    matrix[games.strong, games.weak] = chance
    matrix[games.weak, games.strong] = 1.0 - chance
    return matrix


def _median(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time, which other programs on the machine hardly change."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
