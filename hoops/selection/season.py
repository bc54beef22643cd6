"""A season on an evening before Selection Sunday: what was played, what is to come, and which games count for what.

Who meets whom, when and where is schedule; nobody's score of a later day is read. Where past seasons have no fixtures,
the games that were played afterwards are the schedule, but for those of conference tournaments: who plays in them tells
who has won.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Bools, Floats, Ids, find
from hoops.games.identity import IDENTITY
from hoops.games.leagues import NEUTRAL, SELECTION_SUNDAY, Kind, League

INDEPENDENT = "ind"  # Kaggle's name for teams without a conference: no standings, no bid
EARLIEST_TOURNAMENT = (
    110  # games of a conference on neutral ground are its tournament's from this day on, if none is marked
)
Places = npt.NDArray[np.intp]
Reals = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Meetings:
    """Games without their results, (m,).

    one, other : places in `Season.teams`. site : +1 at one's home, 0 neutral, -1 at the other's. inside : conference of
    both (place in `Season.conferences`), -1 of a game between two. tournament : whether it is of the conference's
    tournament.
    """

    one: Places
    other: Places
    site: npt.NDArray[np.int8]
    day: npt.NDArray[np.int16]
    inside: Places
    tournament: Bools

    def __len__(self) -> int:
        return len(self.one)

    def rows(self, chosen: npt.NDArray) -> Meetings:
        return Meetings(
            *(getattr(self, name)[chosen] for name in ("one", "other", "site", "day", "inside", "tournament"))
        )

    @property
    def standing(self) -> Bools:
        """Which of them count in a conference's standings, (m,)."""
        counts: Bools = (self.inside >= 0) & ~self.tournament
        return counts


@dataclass(frozen=True, eq=False)
class Season:
    """A league's season on an evening.

    Attributes
    ----------
    league : League
    season, as_of : int
        The games of the day `as_of` are known, no later ones.
    teams : int32 (n,), ascending
        Those that have played or will.
    conferences : tuple of str
    conference : intp (n,)
        Place among the conferences; -1 of a team that is in none.
    played, to_come : Meetings
    won : bool (m,)
        Of each game played: whether team `one` has won.
    """

    league: League
    season: int
    as_of: int
    teams: Ids
    conferences: tuple[str, ...]
    conference: Places
    played: Meetings
    won: Bools
    to_come: Meetings

    def members(self, conference: int) -> Places:
        """Places of a conference's teams."""
        return np.flatnonzero(self.conference == conference)

    @cached_property
    def record(self) -> tuple[Floats, Floats]:
        """Games of the conference won and lost so far, its tournament left out, (n,) each."""
        games, won = self.played.rows(self.played.standing), self.won[self.played.standing]
        winner, loser = np.where(won, games.one, games.other), np.where(won, games.other, games.one)
        n = len(self.teams)
        return np.bincount(winner, minlength=n).astype(np.float64), np.bincount(loser, minlength=n).astype(np.float64)


def season_of(
    league: League,
    season: int,
    as_of: int,
    games: pa.Table,
    tables: Mapping[str, pa.Table],
    fixtures: pa.Table | None = None,
) -> Season:
    """A season on the evening of a day.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES`; of days after the evening only day, teams and site are read.
    tables : mapping
        Reference tables by dataset: TeamConferences, ConferenceTourneyGames; all may be missing.
    fixtures : pyarrow.Table, optional
        `hoops.schemas.FIXTURES`; those that are among the games, or not after the evening, are passed over.
    """
    rows = games.filter(
        pc.and_(
            pc.and_(pc.equal(games["season"], season), pc.equal(games["kind"], Kind.REGULAR.value)),
            pc.less_equal(games["day"], SELECTION_SUNDAY),
        )
    )
    before = rows.filter(pc.less_equal(rows["day"], as_of))
    plan = [rows.filter(pc.greater(rows["day"], as_of)).select([*IDENTITY, "site"])]
    if fixtures is not None:
        open_ = pc.and_(pc.equal(fixtures["season"], season), pc.greater(fixtures["day"], as_of))
        plan.append(fixtures.filter(open_).select([*IDENTITY, "site"]))
    after = _once(pa.concat_tables(plan))
    after = after.filter(pc.less_equal(after["day"], SELECTION_SUNDAY))
    teams = np.unique(np.concatenate([one[name].to_numpy() for one in (before, after) for name in IDENTITY[2:]]))
    names, conference = _conferences(tables.get("TeamConferences"), season, teams.astype(np.int32))
    marked = _marked(tables.get("ConferenceTourneyGames"), season)
    played = _meetings(before, teams, conference, marked, set())
    begun = set(played.inside[played.tournament].tolist())
    won = before["team1_score"].to_numpy() > before["team2_score"].to_numpy()
    return Season(
        league, season, as_of, teams.astype(np.int32), names, conference, played, won,
        _meetings(after, teams, conference, marked, begun),
    )  # fmt: skip


def _once(rows: pa.Table) -> pa.Table:
    """The first row of each game, in order of play."""
    keys = list(zip(*(rows[name].to_pylist() for name in IDENTITY), strict=True))
    first = {key: row for row, key in reversed(list(enumerate(keys)))}
    return rows.take(pa.array([first[key] for key in sorted(first)], pa.int64()))


def _conferences(table: pa.Table | None, season: int, teams: Ids) -> tuple[tuple[str, ...], Places]:
    found = np.full(len(teams), -1, np.intp)
    if table is None:
        return (), found
    rows = table.filter(pc.and_(pc.equal(table["season"], season), pc.not_equal(table["conference"], INDEPENDENT)))
    names = tuple(sorted(set(rows["conference"].to_pylist())))
    place, there = find(teams, rows["team_id"].to_numpy().astype(np.int32))
    code = np.array([names.index(one) for one in rows["conference"].to_pylist()], np.intp)
    found[place[there]] = code[there]
    return names, found


def _marked(table: pa.Table | None, season: int) -> set[tuple[int, int, int]]:
    """Games of conference tournaments as a file marks them: day and teams."""
    if table is None:
        return set()
    rows = table.filter(pc.equal(table["season"], season))
    return set(zip(*(rows[name].to_pylist() for name in IDENTITY[1:]), strict=True))


def _meetings(
    rows: pa.Table, teams: npt.NDArray, conference: Places, marked: set[tuple[int, int, int]], begun: set[int]
) -> Meetings:
    """begun: conferences whose tournament has begun; whatever they play now is of it."""
    one, other = (np.searchsorted(teams, rows[name].to_numpy()) for name in IDENTITY[2:])
    day, site = rows["day"].to_numpy(), rows["site"].to_numpy()
    inside = np.where(conference[one] == conference[other], conference[one], -1)
    keys = zip(*(rows[name].to_pylist() for name in IDENTITY[1:]), strict=True)
    tournament = np.fromiter((key in marked for key in keys), np.bool_, len(day))
    unmarked = max((key[0] for key in marked), default=EARLIEST_TOURNAMENT - 1)
    tournament |= (inside >= 0) & (site == NEUTRAL) & (day > unmarked)
    tournament |= np.isin(inside, sorted(begun)) & (inside >= 0)
    return Meetings(one, other, site.astype(np.int8), day.astype(np.int16), inside, tournament & (inside >= 0))
