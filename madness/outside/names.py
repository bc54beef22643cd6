"""Team names as people write them, to team ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.reference import Reference

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]")


class TeamNames:
    """A league's names and spellings; capitals, accents, spaces and punctuation make no difference.

    >>> import pyarrow as pa
    >>> teams = pa.table({"team_id": [1388], "team_name": ["St Mary's CA"]})
    >>> TeamNames(Reference({"Teams": teams}), League.MEN, "made-up.csv").team("ST. MARYS (CA)")
    1388
    """

    def __init__(self, reference: Reference, league: League, file: str) -> None:
        self._team = _unambiguous(_entries(reference, "TeamSpellings", "spelling"))
        self._team |= _unambiguous(_entries(reference, "Teams", "team_name"))
        if not self._team:
            raise MadnessError(
                f"{file} names teams, and the data have no names of {league.label.lower()}'s teams: "
                f"{league}Teams.csv or {league}TeamSpellings.csv is needed beside the results"
            )

    def team(self, name: str) -> int | None:
        """The team's id; None if no team has the name, or several have."""
        return self._team.get(_key(name))


def _entries(reference: Reference, dataset: str, column: str) -> list[tuple[str, int]]:
    table = reference.tables.get(dataset)
    if table is None:
        return []
    return list(zip(table[column].to_pylist(), table["team_id"].to_pylist(), strict=True))


def _unambiguous(entries: Iterable[tuple[str, int]]) -> dict[str, int]:
    teams: dict[str, set[int]] = {}
    for name, team in entries:
        teams.setdefault(_key(name), set()).add(team)
    return {key: next(iter(found)) for key, found in teams.items() if key and len(found) == 1}


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return _NOT_IN_KEYS.sub("", plain)
