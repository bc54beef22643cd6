"""Where teams are at home, learned from where they play, and how far they travel to a game.

initial -> update with the games of a day (their cities, where known) -> ...
              `- home of any team, before the day: the city in which it has played most
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats, Ids, find, look_up, pack, unpack
from hoops.games.identity import rows_of
from hoops.games.matchups import Matchups
from hoops.games.surroundings import Places

UNKNOWN = -1  # stands for a city that is not known
_BITS = 32  # of a city in a pair of team and city
_VERSION = 1
_ARRAYS = ("team", "city", "games")


@dataclass(frozen=True, eq=False)
class Homes:
    """Games played by team and city: each int32 (k,), ascending by team, then city; the arrays are read-only."""

    team: Ids
    city: Ids
    games: Ids

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False


def located(games: pa.Table, cities: pa.Table | None) -> pa.Table:
    """Games with a column city_id from rows of the dataset GameCities; null where the city is not known."""
    if cities is None or cities.num_rows == 0:
        return games
    row = rows_of(games, cities)
    city = pa.array(cities["city_id"].to_numpy()[row], pa.int32(), mask=row < 0)
    return games.append_column("city_id", city)


def initial() -> Homes:
    """Before a league's first game."""
    return Homes(*(np.empty(0, np.int32) for _ in _ARRAYS))


def update(before: Homes, games: Matchups) -> Homes:
    """Count where the games of a day, or of many days, were; the order of rows changes nothing."""
    if games.city is None or (games.city == UNKNOWN).all():
        return before
    told = games.city != UNKNOWN
    teams = np.concatenate([games.team1[told], games.team2[told]])
    pairs, count = np.unique(_pair(teams, np.tile(games.city[told], 2)), return_counts=True)
    known = _pair(before.team, before.city)
    _, old = find(known, pairs)
    place, new = known.searchsorted(pairs), ~old
    total = before.games.copy()
    total[place[old]] += count[old].astype(np.int32)
    if not new.any():
        return Homes(before.team, before.city, total)
    return Homes(
        np.insert(before.team, place[new], pairs[new] >> _BITS),
        np.insert(before.city, place[new], pairs[new] & ((1 << _BITS) - 1)),
        np.insert(total, place[new], count[new]),
    )


def _pair(team: Ids, city: Ids) -> npt.NDArray[np.int64]:
    return team.astype(np.int64) << _BITS | city


def home_of(homes: Homes, teams: Ids) -> Ids:
    """City in which each team has played most (of equals the lowest id), int32 (m,); `UNKNOWN` for a team without."""
    rows = np.flatnonzero(find(np.unique(teams), homes.team)[1])
    rows = rows[np.lexsort((homes.city[rows], -homes.games[rows], homes.team[rows]))]
    team, first = np.unique(homes.team[rows], return_index=True)
    best: Ids = look_up(team, homes.city[rows][first], teams, UNKNOWN).astype(np.int32)
    return best


def distances(homes: Homes, games: Matchups, places: Places) -> tuple[Floats, Floats]:
    """How far each team's home is from the game, (m,) and (m,), km; NaN where a city or its place is not known."""
    if games.city is None or len(homes.team) == 0 or len(places.city) == 0:
        return np.full(len(games), np.nan), np.full(len(games), np.nan)
    one, two = (places.distance(home_of(homes, team), games.city) for team in (games.team1, games.team2))
    return one, two


def to_bytes(homes: Homes) -> bytes:
    return pack(_VERSION, {name: getattr(homes, name) for name in _ARRAYS})


def from_bytes(content: bytes) -> Homes:
    """What `to_bytes` wrote, bit for bit; raises ValueError if the bytes are something else."""
    return Homes(**unpack(content, "homes", _VERSION, _ARRAYS))
