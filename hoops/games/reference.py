"""What is known about teams, seasons, seeds and places. All of it may be missing: nothing fails, names fall back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from hoops.games.identity import rows_of

# The datasets that published tables are made of; a change in any of them republishes the league.
USED = (
    "Teams", "Seasons", "NCAATourneySeeds", "NCAATourneySlots", "NCAATourneySeedRoundSlots", "TeamConferences",
    "ConferenceTourneyGames", "ConferenceTourneySeeds", "ConferenceTourneySlots", "Conferences", "Cities", "GameCities",
)  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """Reference tables of one league by dataset name, as `hoops.contract` types them."""

    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def team_name(self, team: int) -> str:
        return self._names.get(team) or f"Team {team}"

    def names(self, teams: Iterable[int]) -> list[str]:
        return [self.team_name(team) for team in teams]

    def day_zero(self, season: int) -> date | None:
        return self._day_zeros.get(season)

    def dates(self, season: int, days: Iterable[int]) -> list[date | None]:
        zero = self.day_zero(season)
        return [zero + timedelta(days=day) if zero else None for day in days]

    def seeds(self, season: int) -> dict[int, str]:
        """Seed by team, such as W01 or X16a."""
        return dict(self._of_season("NCAATourneySeeds", season, "team_id", "seed"))

    def region(self, season: int, seed: str) -> str | None:
        """Name of the region whose letter begins the seed."""
        return self._regions.get((season, seed[0]))

    def conferences(self, season: int) -> dict[int, str]:
        """Conference by team: its full name where known, else its abbreviation."""
        rows = self._of_season("TeamConferences", season, "team_id", "conference")
        return {team: self._conference_names.get(conference, conference) for team, conference in rows}

    def cities(self, games: pa.Table) -> list[str | None]:
        """Name of the city of each game, where known."""
        table = self.tables.get("GameCities")
        if table is None:
            return [None] * games.num_rows
        row = rows_of(games, table)
        return [self.city_name(city) for city in table["city_id"].take(pa.array(row, mask=row < 0)).to_pylist()]

    def city_name(self, city: int | None) -> str | None:
        return self._city_names.get(city) if city is not None else None

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(self._rows("Teams", "team_id", "team_name"))

    @cached_property
    def _day_zeros(self) -> dict[int, date]:
        return dict(self._rows("Seasons", "season", "day_zero"))

    @cached_property
    def _regions(self) -> dict[tuple[int, str], str]:
        rows = self._rows("Seasons", "season", "region_w", "region_x", "region_y", "region_z")
        return {(season, letter): name for season, *names in rows for letter, name in zip("WXYZ", names, strict=True)}

    @cached_property
    def _conference_names(self) -> dict[str, str]:
        return dict(self._rows("Conferences", "conference", "description"))

    @cached_property
    def _city_names(self) -> dict[int, str]:
        return {city: f"{name}, {state}" if state else name
                for city, name, state in self._rows("Cities", "city_id", "city", "state")}  # fmt: skip

    def _of_season(self, dataset: str, season: int, *columns: str) -> list[tuple]:
        table = self.tables.get(dataset)
        if table is None:
            return []
        return _rows(table.filter(pc.equal(table["season"], season)), columns)

    def _rows(self, dataset: str, *columns: str) -> list[tuple]:
        table = self.tables.get(dataset)
        return [] if table is None else _rows(table, columns)


def _rows(table: pa.Table, columns: tuple[str, ...]) -> list[tuple]:
    return list(zip(*(table[name].to_pylist() for name in columns), strict=True))
