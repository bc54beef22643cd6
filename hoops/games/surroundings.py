"""What is known of teams and cities that no game tells: conferences by season, where cities lie. All may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats, Ids, look_up

EARTH = 6371.0  # mean radius, km


@dataclass(frozen=True, eq=False)
class Conferences:
    """Conference of each team by season; a season without any says nothing, and costs nothing."""

    by_season: Mapping[int, tuple[Ids, npt.NDArray[np.intp]]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pa.Table | None) -> Conferences:
        """Rows of the dataset TeamConferences: season, team_id, conference."""
        if table is None or table.num_rows == 0:
            return cls()
        names = sorted(set(table["conference"].to_pylist()))
        code = np.searchsorted(np.array(names), np.array(table["conference"].to_pylist()))
        season, team = table["season"].to_numpy(), table["team_id"].to_numpy().astype(np.int32)
        known = {}
        for one in np.unique(season).tolist():
            rows = np.flatnonzero(season == one)
            rows = rows[np.argsort(team[rows], kind="stable")]
            known[one] = (team[rows], code[rows])
        return cls(known)

    def codes(self, season: int | None, teams: Ids) -> npt.NDArray[np.intp]:
        """A number for the conference of each team, -1 where it is not known."""
        told = self.by_season.get(season or 0)
        return np.full(len(teams), -1) if told is None else np.asarray(look_up(*told, teams, -1))


@dataclass(frozen=True, eq=False)
class Places:
    """Where cities lie: city int32 (k,), ascending; latitude, longitude float64 (k,), in radians."""

    city: Ids
    latitude: Floats
    longitude: Floats

    @classmethod
    def of(cls, table: pa.Table | None) -> Places:
        """Rows of the dataset Cities: city_id, latitude, longitude (degrees), which may be null."""
        if table is None or "latitude" not in table.column_names:
            return cls(np.empty(0, np.int32), np.empty(0), np.empty(0))
        city = table["city_id"].to_numpy().astype(np.int32)
        degrees = np.column_stack([table[name].cast(pa.float64()).to_numpy() for name in ("latitude", "longitude")])
        rows = np.flatnonzero(~np.isnan(degrees).any(axis=1))
        rows = rows[np.argsort(city[rows], kind="stable")]
        return cls(city[rows], *np.radians(degrees[rows]).T)

    def distance(self, one: Ids, other: Ids) -> Floats:
        """Great-circle distance of cities (m,), km; NaN where either is not known. (The haversine formula.)

        >>> table = pa.table({"city_id": [1, 2], "latitude": [0.0, 0.0], "longitude": [0.0, 90.0]})
        >>> Places.of(table).distance(np.array([1, 1]), np.array([2, 3])).round().tolist()
        [10008.0, nan]
        """
        (lat1, lon1), (lat2, lon2) = self._at(one), self._at(other)
        half = np.sin((lat2 - lat1) / 2.0) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2.0) ** 2
        kilometres: Floats = 2.0 * EARTH * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        return kilometres

    def _at(self, city: Ids) -> tuple[Floats, Floats]:
        latitude, longitude = (look_up(self.city, one, city, np.nan) for one in (self.latitude, self.longitude))
        return latitude, longitude


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Conferences and places; features made of what is missing are 0 for every game."""

    conferences: Conferences = field(default_factory=Conferences)
    places: Places = field(default_factory=lambda: Places.of(None))

    @classmethod
    def of(cls, reference: Mapping[str, pa.Table]) -> Surroundings:
        """From reference tables by dataset name: TeamConferences and Cities."""
        return cls(Conferences.of(reference.get("TeamConferences")), Places.of(reference.get("Cities")))
