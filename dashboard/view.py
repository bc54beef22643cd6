"""What a page is given: the published tables of one league and season, and the address that asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.data import Edition, Tables
from dashboard.place import Place
from dashboard.wording import date_of, day_label
from hoops.games.leagues import League
from lake.published import table_key


def only(table: pa.Table, **where: int | str | None) -> pa.Table:
    """The rows in which columns have these values; None: no value."""
    for name, value in where.items():
        table = table.filter(pc.is_null(table[name]) if value is None else pc.equal(table[name], value))
    return table


def values(table: pa.Table, name: str) -> list[Any]:
    """The values of a column; a word of a dictionary-encoded one is looked up at once, not row by row."""
    column = table[name]
    return (column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column).to_pylist()


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    names = table.column_names
    return [dict(zip(names, row, strict=True)) for row in zip(*(values(table, name) for name in names), strict=True)]


@dataclass(frozen=True)
class View:
    """One league's season, as published. season: the one asked for, or the newest."""

    tables: Tables
    place: Place
    edition: Edition
    season: int
    now: datetime

    @property
    def league(self) -> League:
        return self.edition.league

    def table(self, name: str, columns: Sequence[str] = ()) -> pa.Table:
        return self.tables.table(name, self.league, self.season, columns)

    def rows(self, name: str, columns: Sequence[str] = (), **where: int | str | None) -> list[dict[str, Any]]:
        """Rows of a table; where: values that columns must have, such as team_id=1181."""
        return rows(only(self.table(name, columns), **where))

    def every_season(self, name: str, columns: Sequence[str] = ()) -> dict[int, pa.Table]:
        return self.tables.tables(name, self.league, self.edition.seasons, columns)

    def seasons_with(self, name: str) -> list[int]:
        """Seasons for which a table is published."""
        keys = {season: table_key(name, self.league, season) for season in self.edition.seasons}
        return [season for season, key in keys.items() if key in self.edition.etags]

    @cached_property
    def seasons(self) -> Mapping[int, dict[str, Any]]:
        """Rows of the `seasons` table by season."""
        return {row["season"]: row for row in self.tables.table("seasons", self.league).to_pylist()}

    @cached_property
    def day_zero(self) -> date | None:
        return self.seasons.get(self.season, {}).get("day_zero")

    def date(self, day: int) -> date | None:
        return date_of(self.day_zero, day)

    def day(self, day: int, *, year: bool = False) -> str:
        """A day of this season in words."""
        return day_label(day, self.date(day), year=year)

    @property
    def is_newest(self) -> bool:
        return self.season == self.edition.seasons[-1]

    def team_href(self, team: int | str) -> str:
        """Address of a team's page; with an empty string, what stands before the id."""
        return self.place.href("team", team=team)

    def player_href(self, player: int | str) -> str:
        """Address of a player's page; with an empty string, what stands before the id."""
        return self.place.href("players", player=player)

    def game_href(self, game: str) -> str:
        """Address of a game's page, such as 132-1181-1314: day and teams; with an empty string, what stands before."""
        return self.place.href("game", game=game)

    @cached_property
    def _ratings(self) -> tuple[np.ndarray, pa.Table]:
        table = self.table("ratings", ("day", "team_id", "rank", "rating"))
        return table["day"].to_numpy(), table

    def standings_before(self, day: int | None = None) -> dict[int, tuple[int, float]]:
        """Rank and rating by team after the last rated day before `day` (None: the newest); empty if there is none."""
        days, table = self._ratings
        known = days if day is None else days[days < day]
        if not len(known):
            return {}
        rows = table.filter(pa.array(days == known.max()))
        pairs = zip(rows["rank"].to_pylist(), rows["rating"].to_pylist(), strict=True)
        return dict(zip(rows["team_id"].to_pylist(), pairs, strict=True))
