"""Team names as people write them, to team ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.reference import Reference

_NOT_IN_KEYS = re.compile(r"[^a-z0-9]")
SUGGESTED = 5


class TeamError(MadnessError):
    """No team, or more than one, is meant; the text names those that come near."""


class TeamNames:
    """A league's names and spellings; capitals, accents, spaces and punctuation make no difference.

    >>> import pyarrow as pa
    >>> teams = pa.table({"team_id": [1388], "team_name": ["St Mary's CA"]})
    >>> TeamNames(Reference({"Teams": teams}), League.MEN).team("ST. MARYS (CA)")
    1388
    """

    def __init__(self, reference: Reference, league: League) -> None:
        self._league = league
        names = _entries(reference, "Teams", "team_name")
        self._name = {team: name for name, team in names}
        self._team = _unambiguous(_entries(reference, "TeamSpellings", "spelling")) | _unambiguous(names)

    def __bool__(self) -> bool:
        return bool(self._team)

    def team(self, name: str) -> int | None:
        """The team's id; None if no team has the name, or several have."""
        return self._team.get(plain(name))

    def find(self, text: str) -> int:
        """The team that a person means by an id or any spelling.

        Raises
        ------
        TeamError
            If it is no team of the league; near misses are suggested.
        """
        if text.strip().isdecimal():
            return self._by_id(int(text))
        team = self.team(text)
        if team is not None:
            return team
        if not self:
            example = self._league.team_ids.start + 181
            raise TeamError(f"{text!r} cannot be looked up: no names of teams are here; give an id, such as {example}")
        near = self._near(text)
        hint = f"; did you mean {', '.join(near[:-1])}{' or ' if near[:-1] else ''}{near[-1]}?" if near else ""
        raise TeamError(f"no {self._league.label.lower()}'s team is called {text!r}{hint}")

    def _by_id(self, team: int) -> int:
        ids = self._league.team_ids
        if team not in ids:
            raise TeamError(
                f"{team} is no id of a {self._league.label.lower()}'s team: those are {ids.start} to {ids.stop - 1}"
            )
        if self._name and team not in self._name:
            raise TeamError(f"no {self._league.label.lower()}'s team has the id {team}")
        return team

    def _near(self, text: str) -> list[str]:
        """Names of teams with a spelling like the text, or that begin with it, the most alike first."""
        key = plain(text)
        found = get_close_matches(key, self._team, n=3 * SUGGESTED, cutoff=0.72)
        found += [one for one in sorted(self._team) if len(key) >= 3 and one.startswith(key)]
        teams = dict.fromkeys(self._team[one] for one in found)
        return [self._name.get(team, str(team)) for team in teams][:SUGGESTED]


def _entries(reference: Reference, dataset: str, column: str) -> list[tuple[str, int]]:
    table = reference.tables.get(dataset)
    if table is None:
        return []
    return list(zip(table[column].to_pylist(), table["team_id"].to_pylist(), strict=True))


def _unambiguous(entries: Iterable[tuple[str, int]]) -> dict[str, int]:
    teams: dict[str, set[int]] = {}
    for name, team in entries:
        teams.setdefault(plain(name), set()).add(team)
    return {key: next(iter(found)) for key, found in teams.items() if key and len(found) == 1}


def plain(name: str) -> str:
    """Letters and digits alone, small and without accents.

    >>> plain("St. Mary's (CA)")
    'stmarysca'
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    return _NOT_IN_KEYS.sub("", letters)
