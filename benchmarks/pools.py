"""What pools would have paid: the bracket with the highest expected payout beside those of favourites.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.pools --data KAGGLE [--seasons 2011-2024] [--entrants 10,100,1000]
        [--public DIR] [--write]

Each season's brackets are filled in on Selection Sunday, from the state-space model and the games until then. They are
scored on what came, beside opponents drawn from the public: a payout is the mean over 40 groups of them, so that only
the tournament itself is a matter of luck. Points are ESPN's, the winner takes all. With --public, files such as
M2019.csv (Team,R64,R32,S16,E8,F4,NCG) say what the public of a season picked; else, and without a file, the model does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import report
from hoops.arrays import Floats
from hoops.brackets.chances import to_come
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import CANCELLED, Bracket, field_of
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.reference import Reference
from hoops.games.results import Results
from hoops.games.team_names import TeamNames
from hoops.knowledge import preseason, statespace
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import defaults
from hoops.pools import public
from hoops.pools.payouts import Prizes, against
from hoops.pools.pool import FAVOURITES, Effort, Pool, search, tried
from hoops.pools.scoring import scoring
from hoops.pools.sheet import sheet_of
from lake.folder import LeagueFiles, read_folder
from madness.selection import parse_leagues, parse_seasons
from operate.pool_files import read_public

EFFORT = Effort(coarse=6_000, fine=30_000, tried=30_000, champions=10, sharpened=6, finalists=3)
NAMES = ("best", *FAVOURITES)
DOCUMENT = Path(__file__).parents[1] / "docs" / "brackets.md"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--leagues", default="M,W")
    arguments.add_argument("--seasons", default="2011-2024")
    arguments.add_argument("--entrants", default="10,100,1000")
    arguments.add_argument("--public", type=Path, help="folder of what the public picked, such as M2019.csv")
    arguments.add_argument("--write", action="store_true", help="replace the sections of pools of docs/brackets.md")
    given = arguments.parse_args()
    sizes = [int(one) for one in given.entrants.split(",")]
    asked = f" --seasons {given.seasons} --entrants {given.entrants}" + (" --public DIR" if given.public else "")
    for league in parse_leagues(given.leagues):
        paid: dict[int, Floats] = {}
        promised: dict[int, Floats] = {}
        for season, field, chances, truth, names in _seasons(given.data, league, parse_seasons(given.seasons) or ()):
            file = given.public / f"{league}{season}.csv" if given.public else None
            shares = None
            if file is not None and file.exists():
                shares = read_public(file.name, file.read_bytes(), sheet_of(field), names)
            parts = [_pool(field, chances, truth, size, shares) for size in sizes]
            paid[season], promised[season] = (np.array(one) for one in zip(*parts, strict=True))
            sys.stderr.write(f"{league.label}, {season}: {np.round(paid[season][:, 0], 2).tolist()}\n")
        for name, text in (("seasons", _by_season(paid, sizes)), ("means", _means(paid, promised, sizes))):
            sys.stdout.write(f"{league.label}, {name}\n{text}\n\n")
            if given.write:
                command = f"OPENBLAS_NUM_THREADS=1 python -m benchmarks.pools --data KAGGLE{asked}"
                report.write(f"pools-{league.label.lower()}-{name}", command, text, DOCUMENT)


def _pool(
    field: Bracket, chances: Floats, truth: dict[str, int], entrants: int, given: Floats | None
) -> tuple[Floats, Floats]:
    """What `NAMES` were paid, and what they were to be paid on average by our own odds, in entry fees, (4,) each."""
    sheet, rng = sheet_of(field), np.random.default_rng((field.season, entrants))
    shares = public.of_seeds(sheet, chances) if given is None else given
    nobody = np.empty((0, len(sheet.slots)), np.uint8)
    pool = Pool(sheet, odds(field, chances), shares, scoring("espn"), Prizes(entrants), nobody)
    found = search(pool, rng, EFFORT)
    sheets = np.stack([found.best.filled, *found.favourites.values()])
    promised = tried(pool, sheets, rng, EFFORT).paid.mean(axis=1)
    real = np.repeat(sheet.of(truth)[None], EFFORT.groups, axis=0)
    pay = against(sheet, real, pool.scoring.worth(sheet, real), pool.opponents(EFFORT, rng), pool.prizes)
    return pay.of(pay.scores(sheets)).mean(axis=1), promised


def _seasons(
    data: Path, league: League, seasons: tuple[int, ...]
) -> Iterator[tuple[int, Bracket, Floats, dict[str, int], TeamNames]]:
    """Season, field, chances as of Selection Sunday, true winners by slot, and names of teams."""
    files: LeagueFiles = read_folder(data, (league,)).leagues[league]
    parameters, told, since = defaults(league), set(CANCELLED), None
    state, summers, results = statespace.initial(parameters), preseason.initial(), Results.of(files.games)
    names = TeamNames(Reference(files.reference), league)
    for now, rows in results.days():
        season = now[0]
        since = since or now
        while since[0] < season:
            state, summers, _ = strength_over_summer(state, summers, since, parameters, files.squads)
            since = (since[0] + 1, 0)
        if now[1] > SELECTION_SUNDAY and season not in told:
            told.add(season)
            field = field_of(files.reference, league, season)
            if field is not None and season in seasons:
                known = facts(field, files.games, SELECTION_SUNDAY)
                when = schedule(field, known, files.games, None, files.reference.get("NCAATourneySeedRoundSlots"))
                chances = np.full(len(field.games), 0.5)
                for part in to_come(field, when, known):
                    before = statespace.advance(state, since, (season, part.day), parameters)
                    chances[part.rows] = statespace.predict(before, season, part.matchups, parameters).probability
                yield season, field, chances, dict(facts(field, files.games, LAST_DAY).won), names
        state = statespace.advance(state, since, now, parameters)
        state, since = statespace.update(state, season, results.rows(rows).outcomes, parameters), now


def _by_season(paid: dict[int, Floats], sizes: list[int]) -> str:
    """What each bracket was paid in each season, in the order of `NAMES`."""
    head = ["season", *(f"{size:,} entrants: {' / '.join(NAMES)}" for size in sizes)]
    rows: list[report.Row] = [
        [str(season), *(" / ".join(f"{one:.2f}" for one in of_size) for of_size in of_season)]
        for season, of_season in paid.items()
    ]
    return report.table(head, rows)


def _means(paid: dict[int, Floats], promised: dict[int, Floats], sizes: list[int]) -> str:
    """Mean over the seasons with its standard error, the best less the favourites, and what was promised."""
    real, own = np.array(list(paid.values())), np.array(list(promised.values()))
    rows: list[report.Row] = []
    for column, size in enumerate(sizes):
        for row, name in enumerate(NAMES):
            less = _mean(real[:, column, 0] - real[:, column, row]) if row else ""
            rows.append([size, name, _mean(real[:, column, row]), less, f"{own[:, column, row].mean():.2f}"])
    return report.table(["entrants", "bracket", "paid a season", "best less this", "by our odds"], rows)


def _mean(values: Floats) -> str:
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{values.mean():.2f} ± {error:.2f}"


if __name__ == "__main__":
    main()
