"""Who played in which game, and for how long: the rows of players' games as arrays, and those of a day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats, Ids, runs
from hoops.games.moment import Moment
from hoops.schemas import PLAYER_GAMES


@dataclass(frozen=True, eq=False)
class Appearances:
    """Rows of `PLAYER_GAMES`, (k,): sorted by season, day, team and player. What is not told of points is NaN."""

    season: npt.NDArray[np.int16]
    day: npt.NDArray[np.int16]
    team: Ids
    player: Ids
    minutes: Floats
    points: Floats

    @classmethod
    def of(cls, rows: pa.Table) -> Appearances:
        """rows: schema `PLAYER_GAMES`, sorted by its key."""
        named = {"team": "team_id", "player": "player_id"}
        columns = {one.name: rows[named.get(one.name, one.name)] for one in fields(cls)}
        columns["points"] = columns["points"].cast(pa.float64())
        return cls(**{name: column.to_numpy() for name, column in columns.items()})

    @classmethod
    def empty(cls) -> Appearances:
        """Of a league without such files."""
        return cls.of(PLAYER_GAMES.empty_table())

    def __len__(self) -> int:
        return len(self.team)

    def rows(self, chosen: slice | npt.NDArray) -> Appearances:
        return Appearances(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def on(self, moment: Moment) -> Appearances:
        """Those of a day."""
        return self.rows(self._days.get(moment, slice(0, 0)))

    @cached_property
    def _days(self) -> dict[Moment, slice]:
        """The rows of each day."""
        days = runs(self.season, self.day)
        return {(int(self.season[rows.start]), int(self.day[rows.start])): rows for rows in days}
