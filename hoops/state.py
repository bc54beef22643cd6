"""What goes into the state-space model and what comes out of it; the state, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.packing import pack, unpack

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

_VERSION = 3
_NEVER = -1  # stands for None among integers
_ARRAYS = ("teams", "last_season", "mean", "covariance", "long_run", "own_home", "own_home_variance")


@dataclass(frozen=True)
class Matchups:
    """What may be known before a game.

    Attributes
    ----------
    team1, team2 : int32 (m,)
    site : int8 (m,)
        +1 at team 1's home, 0 neutral, -1 at team 2's.
    city : int32 (m,) or None
        Where the game is; -1 where that is not known, None where nobody knows of any.
    """

    team1: Ids
    team2: Ids
    site: npt.NDArray[np.int8]
    city: Ids | None = None

    def __post_init__(self) -> None:
        if not len(self.team1) == len(self.team2) == len(self.site):
            raise ValueError("team1, team2 and site differ in length")
        if np.any(self.team1 == self.team2):
            raise ValueError("a team cannot play itself")

    def __len__(self) -> int:
        return len(self.team1)

    @classmethod
    def of(cls, rows: pa.Table) -> Matchups:
        """Games or fixtures with the columns team1_id, team2_id and site, and city_id if there is one."""
        city = None
        if "city_id" in rows.column_names:
            city = rows["city_id"].fill_null(-1).to_numpy().astype(np.int32)
        team1, team2, site = (rows[name].to_numpy() for name in ("team1_id", "team2_id", "site"))
        return cls(team1, team2, site, city)

    def rows(self, chosen: slice | npt.NDArray) -> Matchups:
        city = None if self.city is None else self.city[chosen]
        return Matchups(self.team1[chosen], self.team2[chosen], self.site[chosen], city)

    def lower_id_first(self) -> tuple[npt.NDArray[np.int8], Matchups]:
        """The same games with the lower id as team 1, and -1 for those that had to be turned, else 1."""
        sign = np.where(self.team1 < self.team2, 1, -1).astype(np.int8)
        first, second = np.minimum(self.team1, self.team2), np.maximum(self.team1, self.team2)
        return sign, Matchups(first, second, sign * self.site, self.city)


@dataclass(frozen=True)
class Outcomes:
    """Games played: score of team 1 minus team 2, float64 (m,), and overtime periods, int8 (m,)."""

    matchups: Matchups
    margin: Floats
    num_ot: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.matchups) == len(self.margin) == len(self.num_ot):
            raise ValueError("matchups, margin and num_ot differ in length")


@dataclass(frozen=True)
class Forecast:
    """Of team 1, each (m,): win probability (never 0 or 1), expected margin and its standard deviation (points)."""

    probability: Floats
    margin: Floats
    margin_sd: Floats


@dataclass(frozen=True)
class Ratings:
    """Teams that played this season (k,), their expected margin against the mean of them, and its sd (points)."""

    team: Ids
    rating: Floats
    rating_sd: Floats


@dataclass(frozen=True, eq=False)
class State:
    """What is known of a league at one moment; the arrays are read-only.

    Attributes
    ----------
    season, day : int or None
        The clock: the day last folded, or the day advanced to; None before the first game.
    teams : int32 (n,), ascending
    last_season : int16 (n,)
        Season of each team's latest game.
    mean : float64 (n + 1,)
        Strengths, then the home advantage (points).
    covariance : float64 (n + 1, n + 1), exactly symmetric
    long_run : float64 (n,)
        Where each strength returns to between seasons (points).
    own_home, own_home_variance : float64 (n,)
        Each team's home advantage less the league's, and its variance; taken as independent of all else.
    """

    season: int | None
    day: int | None
    teams: Ids
    last_season: npt.NDArray[np.int16]
    mean: Floats
    covariance: Floats
    long_run: Floats
    own_home: Floats
    own_home_variance: Floats

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False


def to_bytes(state: State) -> bytes:
    """The state, packed: equal states give equal bytes."""
    clock = [_NEVER if part is None else part for part in (state.season, state.day)]
    arrays = {name: getattr(state, name) for name in _ARRAYS if name != "covariance"}
    triangle = state.covariance[np.tril_indices(len(state.mean))]
    return pack(_VERSION, {"clock": np.array(clock, np.int64), **arrays, "triangle": triangle})


def from_bytes(content: bytes) -> State:
    """The state that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not a state, or one of another version.
    """
    arrays = unpack(content, "a state", _VERSION, ("clock", "triangle", *_ARRAYS[:3], *_ARRAYS[4:]))
    n = len(arrays["mean"])
    triangle, covariance = arrays.pop("triangle"), np.empty((n, n))
    rows, columns = np.tril_indices(n)
    covariance[rows, columns] = triangle
    covariance[columns, rows] = triangle
    season, day = (None if part == _NEVER else part for part in arrays.pop("clock").tolist())
    return State(season=season, day=day, covariance=covariance, **arrays)
