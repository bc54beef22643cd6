"""Games played, with scores and box scores, as arrays: what everything sequential learns from.

A box score that is missing is NaN, never zero. Fouls that are zero for both teams were not recorded (thousands of games
of 2021 are like that), and count as missing.

A score of 2-0 or 1-0 is a forfeit: nobody played. It is a result like any other in records, tables and scores of
forecasts, and says nothing of how good the teams are: it has no margin, no box score, no points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Floats, Ids, runs
from hoops.games.matchups import Matchups, Outcomes
from hoops.games.moment import Moment
from hoops.schemas import BOX_COLUMNS

REGULATION, OVERTIME = 40.0, 5.0  # minutes
FREE_THROW_TRIP = 0.475  # possessions that a free throw ends, college basketball's customary figure
BOX = {name: place for place, name in enumerate(BOX_COLUMNS)}
_T = TypeVar("_T", bound=np.generic)
FORFEIT = 2  # points of the winner at most; since 1985 no winner had fewer than 30


def is_forfeit(one: npt.NDArray, other: npt.NDArray) -> Bools:
    """Whether games with these scores (m,) were forfeited, 2-0 or 1-0 for either side.

    >>> is_forfeit(np.array([2, 0, 2]), np.array([0, 1, 1])).tolist()
    [True, True, False]
    """
    forfeit: Bools = (np.minimum(one, other) == 0) & (np.maximum(one, other) <= FORFEIT)
    return forfeit


def possessions(fga: npt.NDArray, offensive: npt.NDArray, turnovers: npt.NDArray, fta: npt.NDArray) -> Floats:
    """Possessions of a team, from field goals attempted, offensive rebounds, turnovers and free throws attempted."""
    return fga - offensive + turnovers + FREE_THROW_TRIP * fta


@dataclass(frozen=True, eq=False)
class Results:
    """One league's games, of one day or of many.

    Attributes
    ----------
    season, day : int16 (m,)
    kind : str (m,)
        `hoops.games.leagues.Kind`.
    matchups : Matchups (m,)
    score : float64 (m, 2)
        Of team 1 and team 2.
    num_ot : int8 (m,)
    box : float64 (m, 2, 13)
        By team and `hoops.schemas.BOX_COLUMNS`; NaN where not recorded.
    """

    season: npt.NDArray[np.int16]
    day: npt.NDArray[np.int16]
    kind: npt.NDArray[np.str_]
    matchups: Matchups
    score: Floats
    num_ot: npt.NDArray[np.int8]
    box: Floats
    _worked: dict[Callable[[Results], npt.NDArray[Any]], npt.NDArray[Any]] = field(
        init=False, repr=False, default_factory=dict
    )
    _rows_of: tuple[Results, slice | npt.NDArray[Any]] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        m = len(self.matchups)
        columns = (self.season, self.day, self.kind, self.num_ot)
        shaped = self.score.shape == (m, 2) and self.box.shape == (m, 2, len(BOX))
        if not shaped or {m} != {len(one) for one in columns}:
            raise ValueError("the columns of the games differ in shape")
        if (self.score[:, 0] == self.score[:, 1]).any():
            raise ValueError("a game cannot end level")

    @classmethod
    def of(cls, games: pa.Table, boxed: bool = True) -> Results:
        """Games (`hoops.schemas.GAMES`), in the table's order; box scores may be left out, city_id may be added.

        boxed: if not, no game has a box score, whatever the table says: of many games they take most of the memory.
        """
        games = games.combine_chunks()
        score = np.column_stack([games[f"team{side}_score"].to_numpy().astype(np.float64) for side in (1, 2)])
        box = _box_of(games, score) if boxed else np.broadcast_to(np.nan, (games.num_rows, 2, len(BOX)))
        return cls(
            games["season"].to_numpy(),
            games["day"].to_numpy(),
            games["kind"].to_numpy().astype(np.str_),
            Matchups.of(games),
            score,
            games["num_ot"].to_numpy(),
            box,
        )

    def __len__(self) -> int:
        return len(self.matchups)

    @property
    def team1(self) -> Ids:
        return self.matchups.team1

    @property
    def team2(self) -> Ids:
        return self.matchups.team2

    @property
    def site(self) -> npt.NDArray[np.int8]:
        """+1 at team 1's home, 0 neutral, -1 at team 2's, (m,)."""
        return self.matchups.site

    @property
    def margin(self) -> Floats:
        """Score of team 1 less that of team 2 (points), (m,)."""
        margin: Floats = self.score[:, 0] - self.score[:, 1]
        return margin

    @property
    def won(self) -> Bools:
        """Whether team 1 won, (m,)."""
        return self.margin > 0

    def each(self, work: Callable[[Results], npt.NDArray[_T]]) -> npt.NDArray[_T]:
        """What a function makes of every game by itself, (m, ...), worked out once; of rows of other results, for all
        of those: a season takes little more time than a day."""
        found = self._worked.get(work)
        if found is None:
            found = work(self) if self._rows_of is None else self._rows_of[0].each(work)[self._rows_of[1]]
            found.flags.writeable = False
            self._worked[work] = found
        return found

    @property
    def has_box(self) -> Bools:
        """Whether a game has a box score (personal fouls apart), (m,)."""
        return self.each(_has_box)

    @property
    def is_forfeit(self) -> Bools:
        """Whether nobody played, (m,)."""
        return self.each(_is_forfeit)

    @cached_property
    def outcomes(self) -> Outcomes:
        return Outcomes(self.matchups, np.where(self.is_forfeit, np.nan, self.margin), self.num_ot)

    @property
    def possessions(self) -> Floats:
        """Possessions of a team in the game, (m,): FGA - OR + TO + 0.475 FTA, the mean of both; NaN without box."""
        return self.each(_possessions)

    @property
    def length(self) -> Floats:
        """Length of the game in regulation games, (m,): 1, and an eighth more for each overtime."""
        return 1.0 + OVERTIME / REGULATION * self.num_ot.astype(np.float64)

    def before(self, moment: Moment) -> Bools:
        """Which games lie before a moment's day, (m,)."""
        season, day = moment
        return (self.season < season) | ((self.season == season) & (self.day < day))

    def rows(self, chosen: slice | npt.NDArray) -> Results:
        """The games of some rows, by a slice, a mask or places, which must not change any more."""
        rows: Results = object.__new__(Results)  # nothing that is checked in them could have changed
        columns = {name: getattr(self, name)[chosen] for name in ("season", "day", "kind", "score", "num_ot", "box")}
        vars(rows).update(columns, matchups=self.matchups.rows(chosen), _worked={}, _rows_of=(self, chosen))
        return rows

    def days(self) -> Iterator[tuple[Moment, slice]]:
        """Every day with games and its rows, in order, of games that are in order of play."""
        for rows in runs(self.season, self.day):
            yield (int(self.season[rows.start]), int(self.day[rows.start])), rows

    def in_order(self) -> Results:
        """The same games, the lower id first and sorted by teams: the one order that does not depend on the rows'.

        Two teams meet once a day at most, so there is nothing more to sort by.
        """
        if self.matchups.is_in_order:
            return self
        sign, games = self.matchups.lower_id_first()
        turned = sign < 0
        one = replace(
            self,
            matchups=games,
            score=np.where(turned[:, None], self.score[:, ::-1], self.score),
            box=np.where(turned[:, None, None], self.box[:, ::-1], self.box),
        )
        return one.rows(np.lexsort((games.team2, games.team1)))


def _box_of(games: pa.Table, score: Floats) -> Floats:
    box = np.full((games.num_rows, 2, len(BOX)), np.nan)
    for side in (1, 2):
        for name, place in BOX.items():
            if f"team{side}_{name}" in games.column_names:
                box[:, side - 1, place] = games[f"team{side}_{name}"].cast(pa.float64()).to_numpy()
    box[np.isnan(box).any(axis=(1, 2))] = np.nan
    box[(box[:, :, BOX["pf"]] == 0.0).all(axis=1), :, BOX["pf"]] = np.nan
    box[is_forfeit(score[:, 0], score[:, 1])] = np.nan
    return box


def _has_box(games: Results) -> Bools:
    return ~np.isnan(games.box[:, 0, BOX["fga"]])


def _is_forfeit(games: Results) -> Bools:
    return is_forfeit(games.score[:, 0], games.score[:, 1])


def _possessions(games: Results) -> Floats:
    by_team = possessions(*(games.box[:, :, BOX[name]] for name in ("fga", "or", "to", "fta")))
    mean: Floats = 0.5 * (by_team[:, 0] + by_team[:, 1])
    return mean
