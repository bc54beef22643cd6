"""What players' files say of seasons, as the ledger holds it: which of it a season may know, and under which digest.

A season's roster is known when the season begins, its totals when it is over. So a change of a roster changes its
season and all later ones, a change of totals only the later ones. Players' games are entries of their days, as results
are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import pyarrow as pa

from hoops.contract import DATASETS
from hoops.contract.columns import LAST_SEASON, PLAYERS_FOLDER
from hoops.contract.merge import ReferenceStatement, merge_players
from hoops.players import Squads
from hoops.players.identity import Links, linked
from hoops.players.squads import at_first
from lake.entries import APPEARANCES, Entry, digest

OF_SEASONS = {"PlayerSeasons": "seasons", "Rosters": "rosters"}
SORTS = OF_SEASONS | {"PlayerGames": APPEARANCES}
assert SORTS.keys() == {name for name, dataset in DATASETS.items() if dataset.folder == PLAYERS_FOLDER}


class Players:
    """entries: of players' files, oldest first. read: gives the rows of entries."""

    def __init__(self, entries: Sequence[Entry], read: Callable[[Iterable[Entry]], list[pa.Table]]) -> None:
        self.entries = tuple(entries)
        self._read = read
        self._names: dict[int, dict[int, str]] = {}  # of seasons

    def digest(self, season: int) -> str:
        """Changes when a file adds something that a season may know; empty where nothing is known.

        Of each season's statements the contents count, in the order of their versions, and a content that follows on
        itself counts once: saying the same again changes nothing.
        """
        said: dict[tuple[int, str], list[str]] = {}
        for entry in self.entries:
            if first_touched(entry) <= season:
                contents = said.setdefault((entry.season, entry.sort), [])
                if contents[-1:] != [entry.content]:
                    contents.append(entry.content)
        return digest(f"{one} {sort} {' '.join(said[one, sort])}" for one, sort in sorted(said)) if said else ""

    @property
    def stated(self) -> str:
        """Changes when a file adds something; empty where nothing is known."""
        return self.digest(LAST_SEASON + 1)

    def before(self, season: int) -> Squads:
        """All that a forecast of a season may know."""
        return self.squads.before(season)

    def tables_before(self, season: int) -> dict[str, pa.Table]:
        """The rows of `tables` that a season may know."""
        known = Squads(self.tables["PlayerSeasons"], self.tables["Rosters"]).before(season)
        return {"PlayerSeasons": known.seasons, "Rosters": known.rosters}

    def names(self, season: int) -> dict[int, str]:
        """The newest name that a season and the one before it have of each player, by the ids of the files.

        Of a season, totals are newer than rosters: they are known when it is over.
        """
        return self._names_of(season - 1) | self._names_of(season)

    def names_digest(self, season: int) -> str:
        """Changes when a file adds something that `names` is made of; empty where nothing is known."""
        return self._of(season - 1, season).stated

    def _names_of(self, season: int) -> dict[int, str]:
        if season not in self._names:
            tables = self._of(season).tables
            self._names[season] = {
                player: name
                for rows in (tables["Rosters"], tables["PlayerSeasons"])
                for player, name in zip(*(rows[one].to_pylist() for one in ("player_id", "player_name")), strict=True)
                if name
            }
        return self._names[season]

    def _of(self, *seasons: int) -> Players:
        return Players([entry for entry in self.entries if entry.season in seasons], self._read)

    @property
    def squads(self) -> Squads:
        """All that is known."""
        seasons, rosters, late, _ = self._linked
        return Squads(seasons, rosters, late=late)

    @property
    def links(self) -> Links:
        """How many players were known again by name."""
        return self._linked[3]

    @cached_property
    def _linked(self) -> tuple[pa.Table, pa.Table, pa.Table, Links]:
        tables = self.tables
        there, late = at_first(tables["Rosters"])
        seasons, rosters, links = linked(tables["PlayerSeasons"], there)
        return seasons, rosters, late, links

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        """What holds, by dataset, with all rows and the ids of the files; read at the first call."""
        tables = {}
        for dataset, sort in OF_SEASONS.items():
            stated = [entry for entry in self.entries if entry.sort == sort]
            rows = zip(stated, self._read(stated), strict=True)
            tables[dataset] = merge_players(
                dataset, [ReferenceStatement(entry.version, entry.content, table) for entry, table in rows]
            )
        return tables


def first_touched(entry: Entry) -> int:
    """The first season that may know an entry of players' files."""
    return entry.season + (entry.sort == SORTS["PlayerSeasons"])
