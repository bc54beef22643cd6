"""The names and dates that stand in tables of play-by-play, and which of them a season's tables have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.games.leagues import League
from hoops.games.player_names import display_name
from hoops.games.reference import Reference
from lake.ledger import Entry, Ledger, digest, reference_tables
from lake.plays import Games

DATASETS = ("Teams", "Seasons", "Players")


@dataclass(frozen=True, eq=False)
class Names:
    """What is known of a league's teams, seasons and players.

    players: names as people read them. entries: digest of the reference entries that say so.
    """

    reference: Reference
    players: Mapping[int, str]
    entries: str

    def of(self, games: Games) -> str:
        """Digest of the names and the date that stand in tables of some games; those of others do not change it."""
        teams = np.union1d(games.team1, games.team2).tolist()
        named = [self.players.get(player, "") for player in games.players.tolist()]
        return digest([str(self.reference.day_zero(games.season)), *self.reference.names(teams), *named])


class NamesInPlays:
    """The names that hold, by league; the last ones are kept."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[League, Names] = {}

    def now(self, league: League) -> Names:
        entries = self._ledger.reference(league)
        used: dict[str, list[Entry]] = {name: entries[name] for name in DATASETS if name in entries}
        stated = digest(entry.key for of_dataset in used.values() for entry in of_dataset)
        if league not in self._kept or self._kept[league].entries != stated:
            tables = reference_tables(self._ledger, used)
            self._kept[league] = Names(Reference(tables), _players(tables.get("Players")), stated)
        return self._kept[league]


def _players(rows: pa.Table | None) -> dict[int, str]:
    """Names of players that are known."""
    if rows is None:
        return {}
    named = zip(*(rows[name].to_pylist() for name in ("player_id", "first_name", "last_name")), strict=True)
    shown = ((player, display_name(first, last)) for player, first, last in named)
    return {player: name for player, name in shown if name}
