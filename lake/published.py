"""The dashboard bucket: Parquet tables under stable keys, and one manifest a league that says what they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from lake import parquet
from lake.store import Conflict, Store


@dataclass(frozen=True)
class TableEntry:
    """A published table: its ETag, the digest of what it was made from, and its number of rows."""

    etag: str
    inputs: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What the tables of a league show.

    version: of the program's tables (`hoops.tables.VERSION`), empty in a manifest of a program that named none.
    generation: of the head they were made from. model: the one that forecasts the next day. decisions: how many the
    head had heard of. reference: digest of the reference entries. players: of what players' files say, empty where
    there are none. models: digest of the log of models, empty in a manifest of a program that published no table of
    them. season, day: last day applied. seasons: those with
    tables. published_at: UTC time of the last change.
    """

    league: str
    version: str = ""
    generation: int = 0
    engine: str = ""
    model: str = ""
    decisions: int = 0
    reference: str = ""
    players: str = ""
    models: str = ""
    season: int | None = None
    day: int | None = None
    published_at: str = ""
    seasons: list[int] = field(default_factory=list)
    tables: dict[str, TableEntry] = field(default_factory=dict)

    @property
    def reach(self) -> tuple[int, int] | None:
        """(season, day) of the last day that is shown."""
        return None if self.season is None or self.day is None else (self.season, self.day)


class PublishedTables:
    """Tables and manifests of the dashboard bucket."""

    def __init__(self, dashboard: Store) -> None:
        self._dashboard = dashboard

    def manifest(self, league: League) -> tuple[Manifest, str | None]:
        """The manifest and its ETag; an empty one and None before the first publication.

        One that cannot be read is an empty one too, with the ETag by which it can be replaced.
        """
        stored = self._dashboard.get(manifest_key(league))
        if stored is None:
            return Manifest(league.value), None
        try:
            fields = json.loads(stored.body)
            fields["tables"] = {key: TableEntry(**entry) for key, entry in fields["tables"].items()}
            return Manifest(**fields), stored.etag
        except (ValueError, TypeError, KeyError, AttributeError):
            return Manifest(league.value), stored.etag

    def adopted(self, league: League) -> dict[str, TableEntry]:
        """What a manifest that was lost may have named: the tables that are there, made from nobody knows what."""
        return {key: TableEntry(etag, "", 0) for key, etag in self.etags(league).items()}

    def write_manifest(self, league: League, manifest: Manifest, etag: str | None) -> None:
        """Replace the manifest that was read with `etag`; raise `Conflict` if another publisher was faster."""
        body = json.dumps(asdict(manifest), separators=(",", ":")).encode()
        self._dashboard.put(manifest_key(league), body, if_match=etag, if_absent=etag is None)

    def write_table(self, key: str, table: pa.Table, recorded: TableEntry | None, inputs: str) -> TableEntry:
        """Write a table in place of the recorded one.

        If the object is not the recorded one, a publisher died between its tables and its manifest, or another is at
        work: raise `Conflict`; `adopt` tells the two apart.
        """
        body = parquet.encode(table, PUBLISHED[key.split("/")[0]].schema)
        etag = self._dashboard.put(
            key, body, if_match=recorded.etag if recorded else None, if_absent=recorded is None
        )  # fmt: skip
        return TableEntry(etag, inputs, table.num_rows)

    def write_file(self, key: str, file: Path, rows: int, recorded: TableEntry | None, inputs: str) -> TableEntry:
        """Write a table that lies on disk in place of the recorded one; raise `Conflict` as `write_table` does."""
        with file.open("rb") as body:
            etag = self._dashboard.put(
                key, body, if_match=recorded.etag if recorded else None, if_absent=recorded is None
            )  # fmt: skip
        return TableEntry(etag, inputs, rows)

    def write_over(
        self, league: League, manifest_etag: str | None, key: str, recorded: TableEntry | None,
        write: Callable[[TableEntry | None], TableEntry],
    ) -> TableEntry:  # fmt: skip
        """Write a table in place of the recorded one, or of what a publisher left that died before its manifest.

        write: does it, in place of the one that it is given. Raises `Conflict` if a later publication is recorded than
        the manifest that was read with `manifest_etag`.
        """
        try:
            return write(recorded)
        except Conflict:
            present = self.present(key)
            if self.manifest(league)[1] != manifest_etag:
                raise
            return write(present)

    def record(
        self, league: League, was: Manifest, written: Mapping[str, TableEntry], gone: Collection[str], at: str
    ) -> None:
        """Have the manifest name some tables and others no more, whatever else was published since it was read.

        Raises
        ------
        Conflict
            One of these tables was published since, or the manifest is gone.
        """
        mine = {*written, *gone}
        while True:
            manifest, etag = self.manifest(league)
            if etag is None or any(manifest.tables.get(key) != was.tables.get(key) for key in mine):
                raise Conflict(f"tables of league {league} were published by another")
            tables = {key: entry for key, entry in {**manifest.tables, **written}.items() if key not in gone}
            with suppress(Conflict):  # another table was
                self.write_manifest(league, replace(manifest, tables=tables, published_at=at), etag)
                return

    def etags(self, league: League) -> dict[str, str]:
        """ETag by key of every table of a league that is there now."""
        mine = tuple(f"{table}/league={league}/" for table in PUBLISHED)
        return {row.key: row.etag for row in self._dashboard.listing("") if row.key.startswith(mine)}

    def present(self, key: str) -> TableEntry | None:
        """The table that lies at a key, whoever wrote it; its inputs and rows are unknown."""
        found = self._dashboard.stat(key)
        return TableEntry(found.etag, "", 0) if found else None

    def remove(self, keys: Iterable[str]) -> None:
        """Delete tables that the manifest no longer has."""
        self._dashboard.delete(keys)

    def read(self, key: str) -> pa.Table:
        stored = self._dashboard.get(key)
        if stored is None:
            raise Conflict(f"{key} is not published")
        return parquet.decode(stored.body)


def manifest_key(league: League) -> str:
    return f"manifest/league={league}.json"


def is_of_plays(key: str) -> bool:
    """Whether a key is that of a table of play-by-play, which is published by itself."""
    table = PUBLISHED.get(key.split("/")[0])
    return table is not None and table.of_plays


def season_of(key: str) -> int | None:
    """The season in the key of a table, if there is one.

    >>> season_of("results/league=M/season=2024/part.parquet")
    2024
    """
    _, _, rest = key.partition("season=")
    return int(rest.split("/")[0]) if rest else None


def table_key(table: str, league: League, season: int | None = None) -> str:
    """Stable key of a table, in the partition folders that Athena, DuckDB, Spark and pandas understand.

    >>> table_key("results", League.MEN, 2024)
    'results/league=M/season=2024/part.parquet'
    """
    partition = f"/season={season}" if PUBLISHED[table].by_season else ""
    return f"{table}/league={league}{partition}/part.parquet"
