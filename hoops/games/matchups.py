"""Games as they look before they are played: who meets whom, and where; and their outcomes, apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats, Ids


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
        if (self.team1 == self.team2).any():
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

    @cached_property
    def is_in_order(self) -> bool:
        """True if the lower id is team 1 in every game, and the games are sorted by teams, each pair once."""
        if not (self.team1 < self.team2).all():
            return False
        pairs = self.team1.astype(np.int64) << 32 | self.team2
        return bool((pairs[1:] > pairs[:-1]).all())

    def lower_id_first(self) -> tuple[npt.NDArray[np.int8], Matchups]:
        """The same games with the lower id as team 1, and -1 for those that had to be turned, else 1."""
        if self.is_in_order:
            return np.ones(len(self), np.int8), self
        sign = np.where(self.team1 < self.team2, 1, -1).astype(np.int8)
        first, second = np.minimum(self.team1, self.team2), np.maximum(self.team1, self.team2)
        return sign, Matchups(first, second, sign * self.site, self.city)


@dataclass(frozen=True)
class Outcomes:
    """What came of games: score of team 1 minus team 2, float64 (m,), NaN of a forfeit; overtimes, int8 (m,).

    noise_sd: of each game, float64 (m,) (points); that of the parameters if None.
    """

    matchups: Matchups
    margin: Floats
    num_ot: npt.NDArray[np.int8]
    noise_sd: Floats | None = None

    def __post_init__(self) -> None:
        if not len(self.matchups) == len(self.margin) == len(self.num_ot):
            raise ValueError("matchups, margin and num_ot differ in length")
        if self.noise_sd is not None and len(self.noise_sd) != len(self.margin):
            raise ValueError("margin and noise_sd differ in length")

    def rows(self, chosen: slice | npt.NDArray) -> Outcomes:
        noise_sd = None if self.noise_sd is None else self.noise_sd[chosen]
        return Outcomes(self.matchups.rows(chosen), self.margin[chosen], self.num_ot[chosen], noise_sd)
