"""Players of a league by season: what they did, and who is on a team."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Floats, Ids
from hoops.players.appearances import Appearances
from hoops.players.identity import linked
from hoops.schemas import BOX_COLUMNS, PLAYER_SEASONS, ROSTERS
from hoops.schemas.players import CLASSES

FEWEST = 8  # players of a roster, where most have as many; of 2003-2024 the shortest has 9 (men) and 8 (women)
THERE_BY = 14  # day of the season; most begin on day 0 to 11, and only that of 2021 later, on day 23


@dataclass(frozen=True, eq=False)
class Squads:
    """What players' files say of a league.

    seasons: schema `PLAYER_SEASONS`, what players did in each season. It is known when the season is over.
    rosters: schema `ROSTERS`, who is on a team when each season begins; that is when it is known.
    games: who appeared in the games of each day. It is known when the day is over.
    late: schema `ROSTERS`, who comes only later, with the ids of the files. No forecast looks at them.

    The tables are sorted by season, team_id and player_id. A player has one id in seasons and rosters, through seasons
    and transfers, where `of` could tell; in games it is the file's.
    """

    seasons: pa.Table
    rosters: pa.Table
    games: Appearances = field(default_factory=Appearances.empty)
    late: pa.Table = field(default_factory=ROSTERS.empty_table)

    @classmethod
    def of(cls, seasons: pa.Table, rosters: pa.Table, games: pa.Table | None = None) -> Squads:
        """Of what the files say, all of it: who is in it under several ids is known again by name."""
        there, late = at_first(rosters)
        named, listed, _ = linked(seasons, there)
        appearances = Appearances.empty() if games is None else Appearances.of(games)
        return cls(named, listed, appearances, late)

    @classmethod
    def empty(cls) -> Squads:
        """Of a league without such files."""
        return cls(PLAYER_SEASONS.empty_table(), ROSTERS.empty_table())

    def before(self, season: int) -> Squads:
        """All that a season may know when it begins: totals of seasons before it, rosters up to it."""
        return Squads(
            self.seasons.filter(pc.less(self.seasons["season"], season)),
            self.rosters.filter(pc.less_equal(self.rosters["season"], season)),
            late=self.late.filter(pc.less_equal(self.late["season"], season)),
        )

    def __bool__(self) -> bool:
        return bool(self.seasons.num_rows or self.rosters.num_rows or len(self.games))

    def played(self, season: int) -> Played:
        """What players did in a season."""
        rows = _of_season(self.seasons, season)
        box = [_numbers(rows, name) for name in (*BOX_COLUMNS, "points")]
        return Played(
            team=_ids(rows, "team_id"),
            player=_ids(rows, "player_id"),
            klass=_classes(rows),
            games=_numbers(rows, "games"),
            minutes=np.nan_to_num(_numbers(rows, "minutes")),
            box=np.column_stack(box),
            rating=_numbers(rows, "rating"),
        )

    def roster(self, season: int) -> Roster:
        """Who is on the teams of a season when it begins, in the order of `listed`."""
        rows = self.listed(season)
        return Roster(_ids(rows, "team_id"), _ids(rows, "player_id"), _numbers(rows, "recruit_score"))

    def listed(self, season: int) -> pa.Table:
        """The rows of `rosters` that are of a season, but for teams whose roster is cut short."""
        rows = _of_season(self.rosters, season)
        teams = _ids(rows, "team_id")
        short = cut_short(teams)
        return rows.filter(pa.array(~np.isin(teams, short))) if len(short) else rows


def cut_short(teams: Ids) -> Ids:
    """Teams with fewer players than a team can have, where most have as many: somebody cut the list.

    teams: int32 (k,), of each player of a season's roster.

    >>> cut_short(np.repeat([1, 2, 3], [13, 7, 12])).tolist(), cut_short(np.repeat([1, 2, 3], [5, 4, 5])).tolist()
    ([2], [])
    """
    named, players = np.unique(teams, return_counts=True)
    short: Ids = named[(players < FEWEST) & (np.median(players) >= FEWEST)] if len(named) else named
    return short


def at_first(rosters: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of `ROSTERS` whose players are there when their season begins, and those of who comes later.

    Who can appear only after `THERE_BY` is not. Nothing of such a row is looked at: who comes in January does not even
    make a name ambiguous in November. In a season of which no row is of an earlier day, the days are counted from its
    first. Until when a player will stay, nobody knows on the first day: `to_day` is not looked at.
    """
    day = pc.fill_null(rosters["from_day"], 0).to_numpy()
    seasons, place = np.unique(rosters["season"].to_numpy(), return_inverse=True)
    opening = np.full(len(seasons), np.iinfo(day.dtype).max, day.dtype)
    np.minimum.at(opening, place, day)
    opening[opening <= THERE_BY] = 0
    is_there = day - opening[place] <= THERE_BY
    return rosters.filter(pa.array(is_there)), rosters.filter(pa.array(~is_there))


@dataclass(frozen=True, eq=False)
class Played:
    """Rows of `PLAYER_SEASONS` of one season as arrays, (k,): box float64 (k, 14) by `BOX_COLUMNS` and points; what is
    not told is NaN. klass: place in `CLASSES`, 1 where it is not told."""

    team: Ids
    player: Ids
    klass: npt.NDArray[np.int8]
    games: Floats
    minutes: Floats
    box: Floats
    rating: Floats


@dataclass(frozen=True, eq=False)
class Roster:
    """Rows of `ROSTERS` of one season as arrays, (k,); what is not told is NaN."""

    team: Ids
    player: Ids
    recruit_score: Floats


def _of_season(table: pa.Table, season: int) -> pa.Table:
    seasons = table["season"].to_numpy()
    start, stop = np.searchsorted(seasons, [season, season + 1])
    return table.slice(start, stop - start)


def _ids(rows: pa.Table, name: str) -> Ids:
    found: Ids = rows[name].to_numpy()
    return found


def _numbers(rows: pa.Table, name: str) -> Floats:
    found: Floats = rows[name].cast(pa.float64()).to_numpy()
    return found


def _classes(rows: pa.Table) -> npt.NDArray[np.int8]:
    places = pc.fill_null(pc.index_in(rows["class"], pa.array(CLASSES)), 1)
    found: npt.NDArray[np.int8] = np.minimum(places.to_numpy(), CLASSES.index("Sr")).astype(np.int8)
    return found
