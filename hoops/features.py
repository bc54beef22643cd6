"""What a scorer sees of a game: differences of the two teams, from the state before the day and nothing else.

    initial -> advance to a day -> describe its games
                                -> update with its games -> advance to the next day -> ...

`describe` sees a state and pairings, `update` a state and results: no function takes both and could peek. Every value
changes its sign, exactly, when the teams are swapped; the context of a game is the same either way. What is not known
of either team leaves a difference of 0, which is neutral, and an indicator says on whose side it is missing.

There is no distance travelled: nothing that users upload has coordinates (`Cities` has names and states only). How
often a team had played in the city or state before was tried instead, and told nothing (`docs/features.md`).
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops import aggregates, efficiency, statespace
from hoops.aggregates import Aggregates
from hoops.efficiency import Adjusted
from hoops.feature_list import CONTEXT, NAMES, columns_of
from hoops.parameters import Parameters
from hoops.played import Played
from hoops.results import Results
from hoops.state import Floats, Matchups, State
from hoops.team_features import Conferences, at, of_teams


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that is known of a league at one moment: strengths, adjusted box scores, plain sums; one clock."""

    strength: State
    adjusted: Adjusted
    sums: Aggregates

    def __post_init__(self) -> None:
        if not _clock(self.strength) == _clock(self.adjusted.base) == _clock(self.sums):
            raise ValueError("the parts of what is known stand at different days")


@dataclass(frozen=True, eq=False)
class Described:
    """Games as a scorer sees them.

    offset : float64 (m,), log-odds of team 1 by the state-space model. values : float64 (m, len(NAMES)).
    context : float64 (m, len(CONTEXT)). margin : float64 (m,), expected by the state-space model (points).
    """

    offset: Floats
    values: Floats
    context: Floats
    margin: Floats

    def columns(self, groups: tuple[str, ...]) -> Floats:
        """The values of some groups of features."""
        return self.values[:, columns_of(groups)]


def initial(parameters: Parameters) -> Knowledge:
    """Before a league's first game."""
    return Knowledge(statespace.initial(parameters), efficiency.initial(parameters), aggregates.initial())


def advance(known: Knowledge, season: int, day: int, parameters: Parameters) -> Knowledge:
    """Move the clock to the morning of a day; raises ValueError if it lies before the clock."""
    return Knowledge(
        statespace.advance(known.strength, season, day, parameters),
        efficiency.advance(known.adjusted, season, day, parameters),
        aggregates.advance(known.sums, season, day),
    )


def update(before: Knowledge, results: Results, parameters: Parameters) -> Knowledge:
    """Fold all games of the day at once; the order of rows and of teams changes no bit of the result."""
    return Knowledge(
        statespace.update(before.strength, results.outcomes, parameters),
        efficiency.update(before.adjusted, results, parameters),
        aggregates.update(before.sums, results),
    )


def describe(before: Knowledge, matchups: Matchups, parameters: Parameters, conferences: Conferences) -> Described:
    """Games as they look before they are played; each depends on nothing but the state and that game."""
    # As seen by the lower id, and then turned: swapped teams get the mirrored numbers to the last bit.
    sign = np.where(matchups.team1 < matchups.team2, 1, -1).astype(np.int8)
    games = Matchups(
        np.minimum(matchups.team1, matchups.team2), np.maximum(matchups.team1, matchups.team2), sign * matchups.site
    )
    forecast = statespace.predict(before.strength, games, parameters)
    expected = efficiency.compare(before.adjusted, games, parameters)
    site = games.site.astype(np.float64)
    first, second = (
        of_teams(before.strength, before.adjusted, before.sums, team, parameters, conferences)
        for team in (games.team1, games.team2)
    )
    offset = _logit(forecast.probability)
    host = np.where(site > 0, games.team1, games.team2)
    values = np.column_stack(
        [
            offset,
            _logit(expected.margin.probability),
            expected.channels / expected.sd[:, None],
            expected.regressed / expected.sd,
            first.efficiency - second.efficiency,
            site,
            site * at(before.strength, before.strength.own_home, host, 0.0),
            _difference(first.rest, second.rest),
            _indicator(first.missing) - _indicator(second.missing),
        ]
    )
    context = np.column_stack(
        [
            np.full(len(games), (before.sums.day or 0) / 132.0 - 0.5),
            np.log(expected.sd / 12.0),
            (expected.sums[:, 0] - before.adjusted.league[0]) / 5.0,
            site == 0.0,
            np.log1p(np.minimum(first.games, second.games)) / 3.0,
        ]
    )
    return Described(sign * offset, sign[:, None] * values, context, sign * forecast.margin)


def walk(
    games: pa.Table,
    parameters: Parameters,
    conferences: Conferences | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Played, Described, Knowledge]:
    """Every game of a league (`GAMES`) as it looked before its day, in order of play; and what is known after all."""
    games = games.sort_by([(name, "ascending") for name in ("season", "day", "team1_id", "team2_id")])
    played, results = Played.of(games), Results.of(games)
    conferences = conferences or Conferences()
    known, parts = initial(parameters), []
    for season, day, rows in played.days():
        known = advance(known, season, day, parameters)
        parts.append(describe(known, played.matchups(rows), parameters, conferences))
        known = update(known, results.rows(rows), parameters)
        if progress is not None:
            progress(rows.stop, len(played))
    empty = Described(np.empty(0), np.empty((0, len(NAMES))), np.empty((0, len(CONTEXT))), np.empty(0))
    described = Described(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts or [empty]]) for f in fields(Described)}
    )
    return played, described, known


def to_bytes(known: Knowledge) -> bytes:
    """What is known as an uncompressed npz without pickles: equal states give equal bytes."""
    parts: dict[str, Any] = {
        "strength": np.frombuffer(statespace.to_bytes(known.strength), np.uint8),
        "adjusted": np.frombuffer(efficiency.to_bytes(known.adjusted), np.uint8),
        "sums": np.frombuffer(aggregates.to_bytes(known.sums), np.uint8),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **parts)
    return buffer.getvalue()


def from_bytes(content: bytes) -> Knowledge:
    """What `to_bytes` wrote, bit for bit; raises ValueError if the bytes are something else."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise ValueError("not the bytes of what is known")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            parts = {name: arrays[name].tobytes() for name in ("strength", "adjusted", "sums")}
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError("not the bytes of what is known") from error
    return Knowledge(
        statespace.from_bytes(parts["strength"]),
        efficiency.from_bytes(parts["adjusted"]),
        aggregates.from_bytes(parts["sums"]),
    )


def _difference(first: Floats, second: Floats) -> Floats:
    """First less second, 0 where either is not known."""
    known = ~(np.isnan(first) | np.isnan(second))
    return np.where(known, first, 0.0) - np.where(known, second, 0.0)


def _indicator(flags: npt.NDArray[np.bool_]) -> Floats:
    return flags.astype(np.float64)


def _logit(probability: Floats) -> Floats:
    # The math module sees one number at a time: NumPy's vector kernels may round by position in the array.
    return np.array([math.log(p) - math.log1p(-p) for p in probability.tolist()])


def _clock(state: State | Aggregates) -> tuple[int | None, int | None]:
    return state.season, state.day
