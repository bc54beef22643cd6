"""Games as plain arrays in the order they were played, one day after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.statespace import Matchups, Outcomes

_ORDER = ("season", "day", "team1_id", "team2_id")


@dataclass(frozen=True, eq=False)
class Played:
    """One league's games, all arrays (m,), sorted by season, day and teams; margins are those of team 1 (points)."""

    season: npt.NDArray[np.int16]
    day: npt.NDArray[np.int16]
    kind: npt.NDArray[np.str_]
    team1: npt.NDArray[np.int32]
    team2: npt.NDArray[np.int32]
    site: npt.NDArray[np.int8]
    margin: npt.NDArray[np.float64]
    num_ot: npt.NDArray[np.int8]

    @classmethod
    def of(cls, games: pa.Table) -> Played:
        """The games of a table with (at least) the columns of `hoops.schemas.GAMES` before the box scores."""
        games = games.select(
            [*_ORDER, "kind", "site", "team1_score", "team2_score", "num_ot"]
        ).sort_by([(name, "ascending") for name in _ORDER])  # fmt: skip
        column = {name: games[name].to_numpy() for name in games.column_names}
        return cls(
            season=column["season"],
            day=column["day"],
            kind=column["kind"].astype(np.str_),
            team1=column["team1_id"],
            team2=column["team2_id"],
            site=column["site"],
            margin=column["team1_score"].astype(np.float64) - column["team2_score"],
            num_ot=column["num_ot"],
        )

    def __len__(self) -> int:
        return len(self.season)

    @property
    def won(self) -> npt.NDArray[np.bool_]:
        """Whether team 1 won."""
        return self.margin > 0

    def through(self, season: int) -> Played:
        """The games up to and including a season."""
        return self.where(self.season <= season)

    def since(self, season: int) -> Played:
        """The games of a season and of those after it."""
        return self.where(self.season >= season)

    def where(self, kept: npt.NDArray[np.bool_]) -> Played:
        """The games of some rows."""
        return Played(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})

    def days(self) -> Iterator[tuple[int, int, slice]]:
        """Season, day and rows of every day with games, in order."""
        if len(self) == 0:
            return
        changes = (np.diff(self.season) != 0) | (np.diff(self.day) != 0)
        starts = np.flatnonzero(np.concatenate([[True], changes])).tolist()
        for start, stop in zip(starts, [*starts[1:], len(self)], strict=True):
            yield int(self.season[start]), int(self.day[start]), slice(start, stop)

    def matchups(self, rows: slice) -> Matchups:
        return Matchups(self.team1[rows], self.team2[rows], self.site[rows])

    def outcomes(self, rows: slice) -> Outcomes:
        return Outcomes(self.matchups(rows), self.margin[rows], self.num_ot[rows])
