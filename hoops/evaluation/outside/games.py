"""Rows of a file that name a game by season, day and two team ids, matched to the games that were played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats
from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.evaluation.outside.forecasts import Ints, Said, find
from hoops.evaluation.outside.sheet import Sheet
from hoops.games.leagues import LAST_DAY, League
from hoops.games.results import Results

IDS = ("Season", "DayNum")
_SOURCES = ("src", "source")


@dataclass(frozen=True)
class Named:
    """The games that a file's rows name, arrays (n,) with one element a row.

    first, second: ids of the two teams, in the file's order.
    mine: whether they are of the league wanted.
    source: who says so: the cell under `src` or `source`, else the file's name without its endings.
    """

    file: str
    season: Ints
    day: Ints
    first: Ints
    second: Ints
    mine: Bools
    source: npt.NDArray[np.str_]

    def said(
        self, name: str, note: str, value: Floats, turned: Floats, played: Results, remarks: Mapping[str, Bools],
        points: bool = False,
    ) -> Said | None:  # fmt: skip
        """What is said of the games that were played; None if no row of the league says anything.

        value: of the first team (n,), NaN where nothing is said. turned: the same of the second one. remarks: rows
        (n,) to be counted, by what is said of them.
        """
        kept = self.mine & ~np.isnan(value)
        if not kept.any():
            return None
        first, second = self.first[kept], self.second[kept]
        season, day, team1, team2 = (
            self.season[kept],
            self.day[kept],
            np.minimum(first, second),
            np.maximum(first, second),
        )
        row = find(played, season, day, team1, team2)
        found = row >= 0
        missing = np.stack([season, day, team1, team2])[:, ~found]
        return Said(
            name=name,
            file=self.file,
            note=note,
            row=row[found],
            value=np.where(first < second, value[kept], turned[kept])[found],
            source=self.source[kept][found],
            points=points,
            remarks={told: int(np.sum(rows & self.mine)) for told, rows in remarks.items()},
            unplayed=np.unique(missing, axis=1).shape[1],
        )


def read_games(sheet: Sheet, league: League, first: str, second: str) -> Named:
    """The games by the titles of the two teams' columns; bad cells are noted in the sheet."""
    ids = range(League.MEN.team_ids.start, League.WOMEN.team_ids.stop)
    one, other = (sheet.whole(title, ids, "team id") for title in (first, second))
    of_league = {each: _within(one, each.team_ids) & _within(other, each.team_ids) for each in League}
    good = (of_league[League.MEN] | of_league[League.WOMEN]) & (one != other)
    unread = (one == 0) | (other == 0)  # noted already
    sheet.problems.add_rows(
        np.array(sheet.lines), ~good & ~unread, None,
        lambda place: f"team {one[place]} against team {other[place]}",
        "two different teams, both men's (1000-1999) or both women's (3000-3999)",
    )  # fmt: skip
    season = sheet.whole("Season", range(FIRST_SEASON, LAST_SEASON + 1))
    day = sheet.whole("DayNum", range(LAST_DAY + 1))
    return Named(sheet.file, season, day, one, other, of_league[league], _sources(sheet))


def stem(file: str) -> str:
    """A file's name without its endings.

    >>> stem("trank_pregame_men.csv.gz")
    'trank_pregame_men'
    """
    return PurePath(file.removesuffix(".gz")).stem


def _sources(sheet: Sheet) -> npt.NDArray[np.str_]:
    otherwise = stem(sheet.file)
    title = next((title for title in _SOURCES if sheet.has(title)), None)
    given = [""] * len(sheet.lines) if title is None else sheet.cells(title)
    return np.array([one or otherwise for one in given], np.str_)


def _within(ids: Ints, allowed: range) -> Bools:
    return (ids >= allowed.start) & (ids < allowed.stop)
