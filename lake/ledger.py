"""The ledger: what accepted files said, one immutable object a league-day, a grow-only set.

    ledger/league=M/season=2024/day=012/20240315T060000Z-<content>-games.parquet
    ledger/league=M/season=2024/day=012/20240316T060000Z-<content>-retractions.parquet
    ledger/league=M/season=2024/day=012/20240316T060000Z-<content>-appearances.parquet
    ledger/league=M/fixtures/season=2024/20240315T060000Z-<content>.parquet
    ledger/league=M/reference/Teams/20240315T060000Z-<content>.parquet
    ledger/league=M/plays/season=2024/20240401T060000Z-<content>.parquet
    ledger/league=M/players/season=2024/20240401T060000Z-<content>-seasons.parquet
    ledger/league=M/players/season=2024/20231101T060000Z-<content>-rosters.parquet

Nothing is read before it is written and nothing is overwritten: two writers cannot disturb each other, and the same
file twice writes the same keys. The names alone tell what changed: a day's digest is the hash of its entry names.

The content in a name is a hash of the rows, so that another version of Arrow gives the same file the same names.
(Entries from before that hold a hash of their bytes. They stay under these names, and nothing is folded again.)
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from hoops.contract.columns import (
    EVENTS_FOLDER,
    FIXTURES_FOLDER,
    PLAYERS_FOLDER,
    REFERENCE,
    RESULTS,
    RETRACTIONS_FOLDER,
)
from hoops.contract.merge import ReferenceStatement, Statement, merge, merge_players, merge_reference
from hoops.contract.names import EventsName, parse
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.schemas import GAMES as PLAYED
from hoops.schemas import PLAYER_GAMES
from lake import parquet
from lake.content import bytes_digest, rows_digest, rows_named
from lake.entries import APPEARANCES as APPEARANCES
from lake.entries import GAMES as GAMES
from lake.entries import DayEntries as DayEntries
from lake.entries import Entry as Entry
from lake.entries import digest as digest
from lake.entries import entry_of
from lake.parquet import Unreadable
from lake.players import SORTS, Players
from lake.plays import Games, SeasonOfPlays
from lake.ranged import Ranged
from lake.store import Store

RETRACTIONS = "retractions"
PLAYS = "plays"
WRITERS = 16  # requests at a time
CACHED = 1024  # entries kept in memory, each a day's games
PART = 2**23  # bytes of a season of plays that are fetched at once


class DamagedEntry(MadnessError):
    """An entry that cannot be read: what it said is told by the uploaded file alone."""


class Ledger:
    """Entries of the models bucket below `ledger/`.

    files_of: source keys of the files that were taken with a version; asked only where an entry is damaged.
    """

    def __init__(self, models: Store, files_of: Callable[[str], list[str]] = lambda version: []) -> None:
        self._models, self._files_of = models, files_of
        self._cache: OrderedDict[str, pa.Table] = OrderedDict()
        self._games: dict[str, Games] = {}  # of seasons of plays
        self._players: dict[League, Players] = {}  # as last listed

    def write_days(
        self, league: League, sort: str, version: str, days: Mapping[tuple[int, int], pa.Table]
    ) -> dict[Entry, bool]:
        """Write the rows of each (season, day); sound entries that are there already are left as they are.

        Gives every entry with whether it is new.
        """
        return self._write({f"{_day(league, *day)}{{}}-{sort}.parquet": table for day, table in days.items()}, version)

    def write_fixtures(self, league: League, version: str, seasons: Mapping[int, pa.Table]) -> dict[Entry, bool]:
        tables = {f"{_fixtures(league)}season={season}/{{}}.parquet": table for season, table in seasons.items()}
        return self._write(tables, version)

    def write_reference(self, league: League, dataset: str, version: str, table: pa.Table) -> dict[Entry, bool]:
        return self._write({f"{_reference(league)}{dataset}/{{}}.parquet": table}, version)

    def write_plays(
        self, league: League, season: int, version: str, content: str, file: BinaryIO
    ) -> tuple[Entry, bool]:
        """Write a season of plays from an open file, over what may be damaged; the entry, and whether it is new."""
        key = f"{_plays(league)}season={season}/{version}-{content}.parquet"
        is_new = self._models.stat(key) is None
        self._models.put(key, file)
        return entry_of(key), is_new

    def write_players(
        self, league: League, dataset: str, version: str, seasons: Mapping[int, pa.Table]
    ) -> dict[Entry, bool]:
        """Write the rows of each season of a players' file (dataset: PlayerSeasons or Rosters; games are of days)."""
        of = f"{{}}-{SORTS[dataset]}.parquet"
        return self._write({f"{_players(league)}season={one}/{of}": table for one, table in seasons.items()}, version)

    def seasons(self, league: League) -> list[int]:
        """Seasons with entries, in order."""
        names = self._models.folders(f"ledger/league={league}/")
        return sorted(int(name.removeprefix("season=")) for name in names if name.startswith("season="))

    def days(self, league: League, season: int, players: Players | None = None) -> list[DayEntries]:
        """What the ledger holds of a season, by day; players: if they are listed already."""
        return self._by_day(f"{_seasons(league)}{season}/", players or self.players(league)).get(season, [])

    def history(self, league: League) -> dict[int, list[DayEntries]]:
        """What the ledger holds of every season, by day; one listing instead of one a season."""
        return self._by_day(_seasons(league), self.players(league))

    def players(self, league: League) -> Players:
        """What players' files say of a league, as the ledger has them now. What was read is kept until they change."""
        entries = tuple(sorted(self._entries(_players(league))))
        if league not in self._players or self._players[league].entries != entries:
            self._players[league] = Players(entries, self.read)
        return self._players[league]

    def _by_day(self, prefix: str, players: Players) -> dict[int, list[DayEntries]]:
        found: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        for entry in self._entries(prefix):
            found[entry.season, entry.day].append(entry)
        seasons: dict[int, list[DayEntries]] = {}
        for (season, day), entries in sorted(found.items()):
            seasons.setdefault(season, []).append(DayEntries(season, day, tuple(sorted(entries))))
        return {season: _beginning_with(players.digest(season), days) for season, days in seasons.items()}

    def fixtures(self, league: League) -> dict[int, Entry]:
        """The newest fixtures entry of each season."""
        return {season: entries[-1] for season, entries in self.fixture_lists(league).items()}

    def fixture_lists(self, league: League) -> dict[int, list[Entry]]:
        """Every fixtures entry of each season, oldest first."""
        lists: dict[int, list[Entry]] = defaultdict(list)
        for entry in sorted(self._entries(_fixtures(league))):
            lists[entry.season].append(entry)
        return dict(lists)

    def plays(self, league: League) -> dict[int, list[Entry]]:
        """Every season of plays, oldest entry first: the last one holds, whole."""
        found: dict[int, list[Entry]] = defaultdict(list)
        for entry in sorted(self._entries(_plays(league))):
            found[entry.season].append(entry)
        return dict(found)

    def games_of_plays(self, entry: Entry) -> Games:
        """Which games a season of plays has, read from its footer; raise `DamagedEntry` as `read_plays` does."""
        if entry.key not in self._games:
            found = self._sound(entry, lambda one: self._season_of_plays(one, self._ranged(one)))
            self._games[entry.key] = found.games
        return self._games[entry.key]

    def read_plays(self, entry: Entry, into: Path) -> SeasonOfPlays:
        """A season of plays, fetched to a file on disk.

        Raises
        ------
        DamagedEntry
            It is gone or another one lies there, and no other entry says the same.
        """

        def fetched(one: Entry) -> SeasonOfPlays:
            source = self._ranged(one)
            with into.open("wb") as file:
                while part := source.read(PART):
                    file.write(part)
            return self._season_of_plays(one, into)

        return self._sound(entry, fetched)

    def damaged_plays(self, entry: Entry, why: object) -> DamagedEntry:
        """What to raise where plays turn out to be others than were written."""
        return DamagedEntry(f"ledger entry {entry.key} is damaged: {why}. {self._remedy(entry.key)}")

    def _sound(self, entry: Entry, look: Callable[[Entry], SeasonOfPlays]) -> SeasonOfPlays:
        """What an entry says; if it is damaged, what another one of the same content does."""
        try:
            return look(entry)
        except DamagedEntry:
            for other in self._entries(f"{entry.key.rpartition('/')[0]}/"):
                if other.content == entry.content and other.key != entry.key:
                    with suppress(DamagedEntry):
                        return look(other)
            raise

    def _ranged(self, entry: Entry) -> Ranged:
        found = self._models.stat(entry.key)
        if found is None:
            raise DamagedEntry(f"ledger entry {entry.key} is gone. {self._remedy(entry.key)}")
        return Ranged(self._models, found)

    def _season_of_plays(self, entry: Entry, file: Any) -> SeasonOfPlays:
        try:
            plays = SeasonOfPlays(file)
        except Unreadable as error:
            raise self.damaged_plays(entry, error) from error
        if (plays.content, plays.season) != (entry.content, entry.season):
            raise self.damaged_plays(entry, f"it holds {plays.content} of {plays.season}")
        return plays

    def reference(self, league: League) -> dict[str, list[Entry]]:
        """Reference entries by dataset, oldest first."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(self._entries(_reference(league))):
            found[entry.key.split("/")[-2]].append(entry)
        return dict(found)

    def read(self, entries: Iterable[Entry]) -> list[pa.Table]:
        """The rows of entries, in the order given. Entries never change, so the last ones read are kept in memory.

        Raises
        ------
        DamagedEntry
            One of them is gone or is not what its name says, and no other entry says the same.
        """
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
        try:
            return _rows(key, None if stored is None else stored.body)
        except DamagedEntry as damage:
            said_again = self._said_again(key)
            if said_again is not None:
                return said_again
            raise DamagedEntry(f"{damage}. {self._remedy(key)}") from damage

    def _said_again(self, key: str) -> pa.Table | None:
        """The rows of a damaged entry, if the same file was uploaded again: from another entry with these very rows."""
        folder = key.rpartition("/")[0]
        lost = entry_of(key)
        others = [one for one in self._entries(f"{folder}/") if one.sort == lost.sort and one.key != key]
        for one in others:
            stored = self._models.get(one.key)
            rows = None if stored is None else rows_named(one.content, stored.body)
            if rows is not None and lost.content in (rows_digest(rows), bytes_digest(parquet.encode_few(rows))):
                return rows
        return None

    def _remedy(self, key: str) -> str:
        league, what = (part.rpartition("=")[2] for part in key.split("/")[1:3])
        lost = entry_of(key)
        by_sort = {GAMES: RESULTS, APPEARANCES: PLAYERS_FOLDER}.get(lost.sort, RETRACTIONS_FOLDER)
        same = {one: one for one in (FIXTURES_FOLDER, REFERENCE, PLAYERS_FOLDER)}
        folder = ({PLAYS: EVENTS_FOLDER} | same).get(what, by_sort)
        named = [(file, parse(file)) for file in self._files_of(lost.version)]
        files = [
            file
            for file, name in named
            if (name.folder, name.league or league) == (folder, league)
            and (folder != REFERENCE or name.dataset == key.split("/")[-2])
            and (folder != PLAYERS_FOLDER or SORTS[name.dataset] == lost.sort)
            and (not isinstance(name, EventsName) or name.season == lost.season)
        ]
        upload = " and ".join(files) or f"the file of {folder}/ that speaks as of {lost.version}"
        return f"Only the file knows what it said: upload {upload} again; if this stays, delete the entry first"

    def _each(self, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Map over items, several at a time: S3 takes milliseconds for each and minds no company."""
        if len(items) <= 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="ledger") as pool:
            return list(pool.map(work, items))

    def _entries(self, prefix: str) -> list[Entry]:
        return [entry_of(row.key) for row in self._models.listing(prefix)]

    def _write(self, tables: Mapping[str, pa.Table], version: str) -> dict[Entry, bool]:
        def write(item: tuple[str, pa.Table]) -> tuple[Entry, bool]:
            pattern, table = item
            key, body = pattern.format(f"{version}-{rows_digest(table)}"), parquet.encode_few(table)
            if self._models.put_new(key, body):
                return entry_of(key), True
            there = self._models.get(key)
            if there is None or rows_named(entry_of(key).content, there.body) is None:
                self._models.put(key, body)
            return entry_of(key), False

        return dict(self._each(write, list(tables.items())))


def _rows(key: str, body: bytes | None) -> pa.Table:
    if body is None:
        raise DamagedEntry(f"ledger entry {key} is gone: the ledger must only grow")
    rows = rows_named(entry_of(key).content, body)
    if rows is None:
        raise DamagedEntry(f"ledger entry {key} is damaged: its {len(body):,} bytes are not the rows of its name")
    return rows


def statements(ledger: Ledger, entries: Sequence[Entry]) -> list[Statement]:
    """What day entries say of games, for `hoops.contract.merge`."""
    entries = [entry for entry in entries if entry.sort != APPEARANCES]
    return [
        Statement(
            entry.version,
            entry.content,
            games=rows if entry.sort == GAMES else None,
            retractions=rows if entry.sort == RETRACTIONS else None,
        )
        for entry, rows in zip(entries, ledger.read(entries), strict=True)
    ]


def player_games(ledger: Ledger, entries: Iterable[Entry]) -> pa.Table:
    """Who appeared by what day entries say: schema `hoops.schemas.PLAYER_GAMES`, sorted by its key."""
    stated = [entry for entry in entries if entry.sort == APPEARANCES]
    rows = zip(stated, ledger.read(stated), strict=True)
    said = [ReferenceStatement(entry.version, entry.content, table) for entry, table in rows]
    return merge_players("PlayerGames", said)


def all_games(ledger: Ledger, league: League) -> pa.Table:
    """All games of a league that hold, by one listing: schema `hoops.schemas.GAMES`, sorted as `merge` has them."""
    # A season at a time: every entry is a table of its own, and those of thousands of days are a lot of memory.
    seasons = [
        merge(statements(ledger, [entry for day in days for entry in day.entries]))
        for _, days in sorted(ledger.history(league).items())
    ]
    return pa.concat_tables([PLAYED.empty_table(), *seasons])


def all_player_games(ledger: Ledger, league: League) -> pa.Table:
    """Who appeared in all games of a league: schema `hoops.schemas.PLAYER_GAMES`, sorted by its key."""
    seasons = [
        player_games(ledger, [entry for day in days for entry in day.entries])
        for _, days in sorted(ledger.history(league).items())
    ]
    return pa.concat_tables([PLAYER_GAMES.empty_table(), *seasons])


def reference_tables(ledger: Ledger, entries: Mapping[str, Sequence[Entry]]) -> dict[str, pa.Table]:
    """What holds of reference datasets, by name, from the entries of each."""
    tables = {}
    for dataset, stated in entries.items():
        rows = zip(stated, ledger.read(stated), strict=True)
        said = [ReferenceStatement(entry.version, entry.content, table) for entry, table in rows]
        tables[dataset] = merge_reference(dataset, said)
    return tables


def _beginning_with(players: str, days: list[DayEntries]) -> list[DayEntries]:
    """Days of a season, the first one that has games with the digest of what players' files say."""
    first = next((place for place, day in enumerate(days) if day.has_games), None)
    if not players or first is None:
        return days
    return [replace(day, players=players) if place == first else day for place, day in enumerate(days)]


def _day(league: League, season: int, day: int) -> str:
    return f"{_seasons(league)}{season}/day={day:03d}/"


def _seasons(league: League) -> str:
    return f"ledger/league={league}/season="


def _fixtures(league: League) -> str:
    return f"ledger/league={league}/fixtures/"


def _plays(league: League) -> str:
    return f"ledger/league={league}/{PLAYS}/"


def _players(league: League) -> str:
    return f"ledger/league={league}/{PLAYERS_FOLDER}/"


def _reference(league: League) -> str:
    return f"ledger/league={league}/reference/"
