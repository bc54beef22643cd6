"""Where teams are at home, learned from where they play, and how far they travel to a game.

initial -> update with the games of a day (their cities, where known) -> ...
              `- home of any team, before the day: the city in which it has played most
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats, Ids, ReadOnly, find, grown, look_up, merged, pack, unpack
from hoops.games.identity import rows_of
from hoops.games.matchups import Matchups
from hoops.games.surroundings import Places

UNKNOWN = -1  # stands for a city that is not known
_BITS = 32  # of a city in a pair of team and city
_VERSION = 2
_ARRAYS = ("team_city", "games")


@dataclass(frozen=True, eq=False)
class Homes(ReadOnly):
    """Games played by team and city, each (k,); the arrays are read-only.

    team_city : int64, ascending, team times 2^32 plus city. games : int32.
    """

    team_city: npt.NDArray[np.int64]
    games: Ids


def located(games: pa.Table, cities: pa.Table | None) -> pa.Table:
    """Games with a column city_id from rows of the dataset GameCities; null where the city is not known."""
    if cities is None or cities.num_rows == 0:
        return games
    row = rows_of(games, cities)
    city = pa.array(cities["city_id"].to_numpy()[row], pa.int32(), mask=row < 0)
    return games.append_column("city_id", city)


def initial() -> Homes:
    """Before a league's first game."""
    return Homes(np.empty(0, np.int64), np.empty(0, np.int32))


def update(before: Homes, games: Matchups) -> Homes:
    """Count where the games of a day, or of many days, were; the order of rows changes nothing."""
    if games.city is None or (games.city == UNKNOWN).all():
        return before
    told = games.city != UNKNOWN
    city = games.city[told]
    played = np.concatenate([one[told].astype(np.int64) << _BITS | city for one in (games.team1, games.team2)])
    _, known = find(before.team_city, played)
    if known.all():
        team_city, number = before.team_city, before.games.copy()
    else:
        team_city, places = merged(before.team_city, np.unique(played[~known]))
        number = grown(before.games, places, 0)
    np.add.at(number, team_city.searchsorted(played), 1)
    return Homes(team_city, number)


def home_of(homes: Homes, teams: Ids) -> Ids:
    """City in which each team has played most (of equals the lowest id), int32 (m,); `UNKNOWN` for a team without."""
    team, city = homes.team_city >> _BITS, homes.team_city & ((1 << _BITS) - 1)
    rows = np.flatnonzero(find(np.unique(teams), team)[1])
    rows = rows[np.lexsort((city[rows], -homes.games[rows], team[rows]))]
    playing, first = np.unique(team[rows], return_index=True)
    best: Ids = look_up(playing, city[rows][first], teams, UNKNOWN).astype(np.int32)
    return best


def distances(homes: Homes, games: Matchups, places: Places) -> tuple[Floats, Floats]:
    """How far each team's home is from the game, (m,) and (m,), km; NaN where a city or its place is not known."""
    if games.city is None or len(homes.team_city) == 0 or len(places.city) == 0:
        return np.full(len(games), np.nan), np.full(len(games), np.nan)
    one, two = (places.distance(home_of(homes, team), games.city) for team in (games.team1, games.team2))
    return one, two


def to_bytes(homes: Homes) -> bytes:
    return pack(_VERSION, {name: getattr(homes, name) for name in _ARRAYS})


def from_bytes(content: bytes) -> Homes:
    """What `to_bytes` wrote, bit for bit; raises ValueError if the bytes are something else."""
    return Homes(**unpack(content, "homes", _VERSION, _ARRAYS))
