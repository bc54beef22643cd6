"""What a page is given: the published tables of one league and season, and the address that asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from dashboard.data import Edition, Tables
from dashboard.place import Place
from dashboard.wording import date_of, day_label
from hoops.games.leagues import League


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

    def rows(self, name: str, columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        return self.table(name, columns).to_pylist()

    def every_season(self, name: str, columns: Sequence[str] = ()) -> dict[int, pa.Table]:
        return self.tables.tables(name, self.league, self.edition.seasons, columns)

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
