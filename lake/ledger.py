"""The ledger: what accepted files said, one immutable object a league-day, a grow-only set.

    ledger/league=M/season=2024/day=012/20240315T060000Z-<content>-games.parquet
    ledger/league=M/season=2024/day=012/20240316T060000Z-<content>-retractions.parquet
    ledger/league=M/fixtures/season=2024/20240315T060000Z-<content>.parquet
    ledger/league=M/reference/Teams/20240315T060000Z-<content>.parquet

Nothing is read before it is written and nothing is overwritten: two writers cannot disturb each other, and the same
file twice writes the same keys. The names alone tell what changed: a day's digest is the hash of its entry names.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from hoops.contract.merge import ReferenceStatement, Statement, merge_reference
from hoops.games.leagues import League
from lake import parquet
from lake.store import Store

GAMES, RETRACTIONS = "games", "retractions"
WRITERS = 16  # requests at a time
CACHED = 1024  # entries kept in memory, each a day's games


@dataclass(frozen=True, order=True)
class Entry:
    """An object of the ledger. version: of the source file, sortable; content: hash of its rows."""

    version: str
    content: str
    sort: str
    key: str

    @property
    def season(self) -> int:
        """Season of an entry of days or fixtures."""
        return int(_part(self.key, "season="))

    @property
    def day(self) -> int:
        """Day of an entry of days."""
        return int(_part(self.key, "day="))


@dataclass(frozen=True)
class DayEntries:
    """What the ledger holds of one league-day, oldest entry first."""

    season: int
    day: int
    entries: tuple[Entry, ...]

    @property
    def digest(self) -> str:
        """Changes exactly when an entry is added."""
        return digest(entry.key for entry in self.entries)

    @property
    def has_games(self) -> bool:
        """A day on which only retractions were filed is not a day of the season."""
        return any(entry.sort == GAMES for entry in self.entries)


def digest(parts: Iterable[str]) -> str:
    """Short hash of a sequence of strings."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


class Ledger:
    """Entries of the models bucket below `ledger/`."""

    def __init__(self, models: Store) -> None:
        self._models = models
        self._cache: OrderedDict[str, pa.Table] = OrderedDict()

    def write_days(
        self, league: League, sort: str, version: str, days: Mapping[tuple[int, int], pa.Table]
    ) -> dict[Entry, bool]:
        """Write the rows of each (season, day); entries that are there already are left as they are.

        Gives every entry with whether it is new.
        """
        return self._write({f"{_day(league, *day)}{{}}-{sort}.parquet": table for day, table in days.items()}, version)

    def write_fixtures(self, league: League, version: str, seasons: Mapping[int, pa.Table]) -> dict[Entry, bool]:
        tables = {f"{_fixtures(league)}season={season}/{{}}.parquet": table for season, table in seasons.items()}
        return self._write(tables, version)

    def write_reference(self, league: League, dataset: str, version: str, table: pa.Table) -> dict[Entry, bool]:
        return self._write({f"{_reference(league)}{dataset}/{{}}.parquet": table}, version)

    def seasons(self, league: League) -> list[int]:
        """Seasons with entries, in order."""
        names = self._models.folders(f"ledger/league={league}/")
        return sorted(int(name.removeprefix("season=")) for name in names if name.startswith("season="))

    def days(self, league: League, season: int) -> list[DayEntries]:
        """What the ledger holds of a season, by day."""
        return self._by_day(f"{_seasons(league)}{season}/").get(season, [])

    def history(self, league: League) -> dict[int, list[DayEntries]]:
        """What the ledger holds of every season, by day; one listing instead of one a season."""
        return self._by_day(_seasons(league))

    def _by_day(self, prefix: str) -> dict[int, list[DayEntries]]:
        found: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        for entry in self._entries(prefix):
            found[entry.season, entry.day].append(entry)
        seasons: dict[int, list[DayEntries]] = {}
        for (season, day), entries in sorted(found.items()):
            seasons.setdefault(season, []).append(DayEntries(season, day, tuple(sorted(entries))))
        return seasons

    def fixtures(self, league: League) -> dict[int, Entry]:
        """The newest fixtures entry of each season."""
        return {season: entries[-1] for season, entries in self.fixture_lists(league).items()}

    def fixture_lists(self, league: League) -> dict[int, list[Entry]]:
        """Every fixtures entry of each season, oldest first."""
        lists: dict[int, list[Entry]] = defaultdict(list)
        for entry in sorted(self._entries(_fixtures(league))):
            lists[entry.season].append(entry)
        return dict(lists)

    def reference(self, league: League) -> dict[str, list[Entry]]:
        """Reference entries by dataset, oldest first."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(self._entries(_reference(league))):
            found[entry.key.split("/")[-2]].append(entry)
        return dict(found)

    def read(self, entries: Iterable[Entry]) -> list[pa.Table]:
        """The rows of entries, in the order given. Entries never change, so the last ones read are kept in memory."""
        keys = [entry.key for entry in entries]
        missing = [key for key in keys if key not in self._cache]
        for key, rows in zip(missing, self._each(self._fetch, missing), strict=True):
            self._cache[key] = rows
        tables = [self._cache[key] for key in keys]
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return tables

    def _fetch(self, key: str) -> pa.Table:
        stored = self._models.get(key)
        if stored is None:
            raise FileNotFoundError(f"ledger entry {key} was deleted: the ledger must only grow")
        return parquet.decode(stored.body)

    def _each(self, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Map over items, several at a time: S3 takes milliseconds for each and minds no company."""
        if len(items) <= 1:
            return [work(item) for item in items]
        return list(self._workers.map(work, items))

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(WRITERS, thread_name_prefix="ledger")

    def _entries(self, prefix: str) -> list[Entry]:
        return [_entry(row.key) for row in self._models.listing(prefix)]

    def _write(self, tables: Mapping[str, pa.Table], version: str) -> dict[Entry, bool]:
        def write(item: tuple[str, pa.Table]) -> tuple[Entry, bool]:
            pattern, table = item
            body = parquet.encode_few(table)
            content = hashlib.sha256(body).hexdigest()[:32]
            key = pattern.format(f"{version}-{content}")
            return _entry(key), self._models.put_new(key, body)

        return dict(self._each(write, list(tables.items())))


def statements(ledger: Ledger, entries: Sequence[Entry]) -> list[Statement]:
    """What day entries say, for `hoops.contract.merge`."""
    return [
        Statement(
            entry.version,
            entry.content,
            games=rows if entry.sort == GAMES else None,
            retractions=rows if entry.sort == RETRACTIONS else None,
        )
        for entry, rows in zip(entries, ledger.read(entries), strict=True)
    ]


def reference_tables(ledger: Ledger, entries: Mapping[str, Sequence[Entry]]) -> dict[str, pa.Table]:
    """What holds of reference datasets, by name, from the entries of each."""
    tables = {}
    for dataset, stated in entries.items():
        rows = zip(stated, ledger.read(stated), strict=True)
        said = [ReferenceStatement(entry.version, entry.content, table) for entry, table in rows]
        tables[dataset] = merge_reference(dataset, said)
    return tables


def _entry(key: str) -> Entry:
    version, content, *sort = key.split("/")[-1].removesuffix(".parquet").split("-")
    return Entry(version, content, sort[0] if sort else "", key)


def _part(key: str, prefix: str) -> str:
    return next(part for part in key.split("/") if part.startswith(prefix)).removeprefix(prefix)


def _day(league: League, season: int, day: int) -> str:
    return f"{_seasons(league)}{season}/day={day:03d}/"


def _seasons(league: League) -> str:
    return f"ledger/league={league}/season="


def _fixtures(league: League) -> str:
    return f"ledger/league={league}/fixtures/"


def _reference(league: League) -> str:
    return f"ledger/league={league}/reference/"
