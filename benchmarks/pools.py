"""What pools would have paid: the bracket with the highest expected payout beside that of the favourites.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.pools --data KAGGLE [--leagues M,W] [--seasons 2011-2024]
        [--drawn] [--public DIR] [--write]

Each season's brackets are filled in on Selection Sunday, from the state-space model and the games until then. They are
scored on what came, beside opponents drawn from the public: a payout is the mean over groups of them, so that only the
tournament itself is a matter of luck. How much luck that is, our own odds say: the same brackets in tournaments drawn
from them. With --drawn, these and those of the search are of strengths that are drawn. The winner takes
all. With --public, files such as M2019.csv (Team,R64,R32,S16,E8,F4,NCG) say what the public of a season picked; else,
and without a file, the model does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import report
from hoops.arrays import Floats
from hoops.brackets.chances import to_come
from hoops.brackets.draws import Doubt, Given, doubt
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import Bracket, field_of
from hoops.evaluation.kaggle import evenings
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.reference import Reference
from hoops.games.team_names import TeamNames
from hoops.knowledge import statespace
from hoops.knowledge.parameters import defaults
from hoops.pools import public
from hoops.pools.payouts import Prizes, against
from hoops.pools.pool import Effort, Pool, search, tried
from hoops.pools.scoring import Scoring, scoring
from hoops.pools.sheet import sheet_of
from lake.folder import read_folder
from madness.selection import parse_leagues, parse_seasons
from operate.pool_files import read_public

# Less than `madness pool` takes, for hundreds of searches.
EFFORT = Effort(coarse=2_000, fine=6_000, tried=12_000, groups=20, opponents=500, champions=8, sharpened=2, finalists=1)
DRAWS = 500  # of the strengths
POOLS: dict[str, tuple[int, Scoring]] = {
    "10, seed difference": (10, scoring("yahoo", bonus="difference:1")),
    "100, ESPN": (100, scoring("espn")),
}
AGAINST = ("most likely", "most points")
CHOSEN, COMPARED = 2010, 2018  # last seasons that chose the model's constants, and what is shown
RESAMPLES = 20_000
DOCUMENT = Path(__file__).parents[1] / "docs" / "brackets.md"


@dataclass(frozen=True, eq=False)
class Selected:
    """A season on Selection Sunday, and its winners by slot."""

    field: Bracket
    chances: Floats
    unsure: Doubt
    truth: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Paid:
    """What a season's brackets were paid in one pool, in entry fees.

    best: the one that was searched. others: those of `AGAINST`, (2,). more: what the best is paid more than each of
    them in tournaments by our odds, float32 (2, tried).
    """

    season: int
    best: float
    others: Floats
    more: npt.NDArray[np.float32]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--leagues", default="M,W")
    arguments.add_argument("--seasons", default="2011-2024")
    arguments.add_argument("--drawn", action="store_true", help="tournaments of drawn strengths")
    arguments.add_argument("--public", type=Path, help="folder of what the public picked, such as M2019.csv")
    arguments.add_argument("--write", action="store_true", help="replace the sections of pools of docs/brackets.md")
    given = arguments.parse_args()
    for league in parse_leagues(given.leagues):
        paid: dict[str, list[Paid]] = {name: [] for name in POOLS}
        for one, names in _seasons(given.data, league, parse_seasons(given.seasons) or ()):
            shares = _shares(given.public, one.field, names)
            for name, (entrants, points) in POOLS.items():
                paid[name].append(_pool(one, entrants, points, shares, given.drawn))
            text = "; ".join(f"{of[-1].best:.2f} {of[-1].others.round(2)}" for of in paid.values())
            sys.stderr.write(f"{league.label}, {one.field.season}: {text}\n")
        for name, text in (("spans", _by_span(paid)), ("seasons", _by_season(paid))):
            sys.stdout.write(f"{league.label}, {name}\n{text}\n\n")
            if given.write:
                asked = f" --leagues {league} --seasons {given.seasons}"
                asked += " --drawn" * given.drawn + " --public DIR" * bool(given.public)
                command = f"OPENBLAS_NUM_THREADS=1 python -m benchmarks.pools --data KAGGLE{asked}"
                report.write(f"pools-{league.label.lower()}-{name}", command, text, DOCUMENT)


def _pool(one: Selected, entrants: int, points: Scoring, given: Floats | None, drawn: bool) -> Paid:
    sheet, rng = sheet_of(one.field), np.random.default_rng((one.field.season, entrants))
    shares, chances = public.of_seeds(sheet, one.chances) if given is None else given, one.chances
    if drawn:
        chances = Given(one.field, chances, one.unsure).chances(rng.standard_normal((DRAWS, len(one.field))))
    nobody = np.empty((0, len(sheet.slots)), np.uint8)
    pool = Pool(sheet, odds(one.field, chances), shares, points, Prizes(entrants), nobody)
    found = search(pool, rng, EFFORT)
    sheets = np.stack([found.best.filled, *(found.favourites[name] for name in AGAINST)])
    best, *others = tried(pool, sheets, rng, EFFORT).paid
    real = np.repeat(sheet.of(one.truth)[None], EFFORT.groups, axis=0)
    pay = against(sheet, real, points.worth(sheet, real), pool.opponents(EFFORT, rng), pool.prizes)
    came = pay.of(pay.scores(sheets)).mean(axis=1)
    return Paid(one.field.season, float(came[0]), came[1:], (best - np.stack(others)).astype(np.float32))


def _seasons(data: Path, league: League, seasons: tuple[int, ...]) -> Iterator[tuple[Selected, TeamNames]]:
    files = read_folder(data, (league,)).leagues[league]
    parameters, names = defaults(league), TeamNames(Reference(files.reference), league)
    days = files.reference.get("NCAATourneySeedRoundSlots")
    for season, known in evenings(files.games, parameters, seasons, SELECTION_SUNDAY, squads=files.squads).items():
        field = field_of(files.reference, league, season)
        if field is None:
            continue
        told, came = (facts(field, files.games, day) for day in (SELECTION_SUNDAY, LAST_DAY))
        if not came.won:
            continue  # cancelled
        when = schedule(field, told, files.games, None, days)
        chances = np.full(len(field.games), 0.5)
        for part in to_come(field, when, told):
            before = statespace.advance(known.strength, known.now, (season, part.day), parameters)
            past = statespace.past_rosters(part.day, part.matchups.site)
            chances[part.rows] = statespace.predict(before, season, part.matchups, parameters, past).probability
        yield Selected(field, chances, doubt(field, when, told, known, parameters), came.won), names


def _shares(folder: Path | None, field: Bracket, names: TeamNames) -> Floats | None:
    """What the public picked, if a file says so."""
    file = folder / f"{field.league}{field.season}.csv" if folder else None
    if file is None or not file.exists():
        return None
    return read_public(file.name, file.read_bytes(), sheet_of(field), names)


def _by_span(paid: Mapping[str, list[Paid]]) -> str:
    """By pool and span of seasons: what came of the searched brackets, and what our odds promised."""
    rows: list[report.Row] = []
    for name, seasons in paid.items():
        spans = [list(group) for _, group in groupby(seasons, lambda one: (one.season > CHOSEN, one.season > COMPARED))]
        for row, against_ in enumerate(AGAINST):
            for span in [*spans, seasons] if len(spans) > 1 else spans:
                real = np.array([one.best - one.others[row] for one in span])
                promised, spread, so_low = _by_our_odds(real, np.stack([one.more[row] for one in span]))
                rows.append([
                    f"{name}: {against_}", f"{span[0].season}-{span[-1].season}", len(span),
                    f"{np.mean([one.others[row] for one in span]):.2f}", _ranged(real), f"{promised:+.2f}",
                    f"{spread:.1f}", f"{100 * so_low:.0f} %", _needed(promised, spread),
                ])  # fmt: skip
    head = ["entrants, points: against", "seasons", "number", "that bracket is paid", "searched, more", "promised",
            "spread of a season", "as low by luck", "seasons to show it"]  # fmt: skip
    return report.table(head, rows)


def _by_our_odds(real: Floats, of_season: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """Mean that the searched bracket is paid more (seasons, tried), its standard deviation in a season, and the chance
    that the mean of the seasons is no more than that of the real ones (seasons,)."""
    rng = np.random.default_rng(0)
    drawn = np.mean([rng.choice(one, RESAMPLES) for one in of_season], axis=0)
    return float(of_season.mean()), float(np.sqrt(of_season.var(axis=1).mean())), float((drawn <= real.mean()).mean())


def _needed(promised: float, spread: float) -> str:
    """Seasons after which, were our odds right, four times in five the mean is two standard errors above 0."""
    needed = ((1.96 + 0.84) * spread / promised) ** 2 if promised > 0.0 else np.inf
    return f"{int(np.ceil(needed)):,}" if needed <= 10_000 else "over 10,000"


def _ranged(values: Floats) -> str:
    """A mean, and its range in 95 of 100 resamples of the seasons."""
    rows = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[rows].mean(axis=1), (2.5, 97.5))
    return f"{values.mean():+.2f} ({low:+.2f} to {high:+.2f})"


def _by_season(paid: Mapping[str, list[Paid]]) -> str:
    """What brackets were paid in each season since those that chose the constants."""
    rows: list[report.Row] = [
        [str(of_pools[0].season), *(" / ".join(f"{x:.2f}" for x in (one.best, *one.others)) for one in of_pools)]
        for of_pools in zip(*paid.values(), strict=True) if of_pools[0].season > CHOSEN
    ]  # fmt: skip
    return report.table(["season", *(f"{name}: {' / '.join(('searched', *AGAINST))}" for name in paid)], rows)


if __name__ == "__main__":
    main()
