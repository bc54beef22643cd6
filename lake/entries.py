"""An object of the ledger, by its name, and what the ledger holds of a day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

GAMES = "games"
APPEARANCES = "appearances"


@dataclass(frozen=True, order=True)
class Entry:
    """An object of the ledger. version: of the source file, sortable; content: hash of its rows."""

    version: str
    content: str
    sort: str
    key: str

    @property
    def season(self) -> int:
        """Season of an entry of days, fixtures, plays or players."""
        return int(_part(self.key, "season="))

    @property
    def day(self) -> int:
        """Day of an entry of days."""
        return int(_part(self.key, "day="))


@dataclass(frozen=True)
class DayEntries:
    """What the ledger holds of one league-day, oldest entry first.

    players: of the first day of a season that has games, the digest of what players' files say that the season may
    know; else empty, as it is where there are none.
    """

    season: int
    day: int
    entries: tuple[Entry, ...]
    players: str = ""

    @property
    def digest(self) -> str:
        """Changes exactly when an entry is added, or players' files say something else that the season may know."""
        keys = [entry.key for entry in self.entries]
        return digest([*keys, self.players] if self.players else keys)

    @property
    def has_games(self) -> bool:
        """A day on which only retractions were filed is not a day of the season."""
        return any(entry.sort == GAMES for entry in self.entries)


def digest(parts: Iterable[str]) -> str:
    """Short hash of a sequence of strings."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def entry_of(key: str) -> Entry:
    """The entry that has a key."""
    version, content, *sort = key.split("/")[-1].removesuffix(".parquet").split("-")
    return Entry(version, content, sort[0] if sort else "", key)


def _part(key: str, prefix: str) -> str:
    return next(part for part in key.split("/") if part.startswith(prefix)).removeprefix(prefix)
