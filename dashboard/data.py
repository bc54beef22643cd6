"""Published tables, as the manifests name them.

A manifest is read again after a few seconds; a table is kept under its key and ETag, so it is fetched once for as long
as it does not change. A table that changed between the two reads sends the reader back for the manifest. While the
pipeline is publishing, tables are newer than any manifest: they are taken as they are, since each is whole in itself.
Of tables with a row for each play only the rows of a game are fetched; these have to be of one edition.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hoops.errors import MadnessError, Retryable
from hoops.games.leagues import League
from hoops.schemas import PUBLISHED, completed
from lake.published import manifest_key, table_key
from lake.rows import RowReader
from lake.store import Conflict, Store

BUCKET_VARIABLE = "MADNESS_DASHBOARD_BUCKET"
NOTE_VARIABLE = "MADNESS_DASHBOARD_NOTE"
MANIFEST_SECONDS = 3.0
CACHE_BYTES = 192 * 2**20
READERS = 8
Game = tuple[int, int, int]  # day, team 1, team 2
_GAME = ("day", "team1_id", "team2_id")
_IDENTITY = (*_GAME, "play")


class Unreadable(MadnessError):
    """What is published is not what this dashboard can read."""


@dataclass(frozen=True)
class Edition:
    """What is published for a league. day: last day applied of `season`; model: the one that forecasts
    the next day. etags: by key of the bucket.
    """

    league: League
    generation: int
    season: int | None
    day: int | None
    engine: str
    model: str
    published_at: datetime
    seasons: tuple[int, ...]
    etags: Mapping[str, str]

    @classmethod
    def parse(cls, league: League, body: bytes) -> Edition:
        try:
            raw = json.loads(body)
            return cls(
                league,
                int(raw["generation"]),
                raw.get("season"),
                raw.get("day"),
                str(raw.get("engine", "")),
                str(raw.get("model", "")),
                datetime.fromisoformat(raw["published_at"]),
                tuple(sorted(raw["seasons"])),
                {key: entry["etag"] for key, entry in raw["tables"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"{manifest_key(league)} cannot be read: {error!r}") from error


class Tables:
    """Reads the dashboard bucket. Safe to share between threads.

    Parameters
    ----------
    open_store
        Gives the bucket; called once, on the first read, so that building the app connects to nothing.
    clock
        Seconds on any steady clock.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        *,
        clock: Callable[[], float] = time.monotonic,
        manifest_seconds: float = MANIFEST_SECONDS,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._clock = clock
        self._manifest_seconds = manifest_seconds
        self._cache_bytes = cache_bytes
        self._lock = threading.Lock()
        self._rows: RowReader | None = None
        self._manifests: dict[League, tuple[float, Edition | None]] = {}
        self._cache: OrderedDict[tuple[str, str, tuple[str, ...]], pa.Table] = OrderedDict()

    def manifest(self, league: League, *, fresh: bool = False) -> Edition | None:
        """What is published for the league, at most a few seconds old; None if nothing is.

        Raises `MadnessError` if the bucket is missing, cannot be reached or holds something else.
        """
        with self._lock:
            read_at, manifest = self._manifests.get(league, (float("-inf"), None))
        if not fresh and self._clock() - read_at < self._manifest_seconds:
            return manifest
        stored = self._open().get(manifest_key(league))
        manifest = Edition.parse(league, stored.body) if stored else None
        with self._lock:
            self._manifests[league] = (self._clock(), manifest)
        return manifest

    def table(self, name: str, league: League, season: int | None = None, columns: Sequence[str] = ()) -> pa.Table:
        """A published table, with the types of its schema; no rows if it is not published.

        Parameters
        ----------
        columns
            Only these, in this order; all when empty.

        Raises
        ------
        Unreadable
            A column is missing or has another type.
        Retryable
            The table is gone although the manifest names it.
        """
        schema = PUBLISHED[name].schema
        wanted = tuple(columns) or tuple(schema.names)
        schema = pa.schema([schema.field(column) for column in wanted])
        key = table_key(name, league, season)
        for fresh in (False, True):
            manifest = self.manifest(league, fresh=fresh)
            etag = manifest.etags.get(key) if manifest else None
            if etag is None:
                return schema.empty_table()
            table = self._read(key, etag, schema, strict=not fresh)
            if table is not None:
                return table
        raise Retryable(f"{key} is in the manifest but not in the bucket")

    def tables(
        self, name: str, league: League, seasons: Iterable[int], columns: Sequence[str] = ()
    ) -> dict[int, pa.Table]:
        """The same table of many seasons, read side by side."""
        seasons = list(seasons)
        with ThreadPoolExecutor(READERS) as pool:
            return dict(zip(seasons, pool.map(lambda s: self.table(name, league, s, columns), seasons), strict=True))

    def ahead(self, names: Iterable[str], league: League, season: int) -> None:
        """Read whole tables of a season side by side: columns that are asked for later are taken from them."""
        self.manifest(league)
        with ThreadPoolExecutor(READERS) as pool:
            for _ in pool.map(lambda name: self.table(name, league, season), names):
                pass

    def game_rows(self, name: str, league: League, season: int, game: Game, columns: Sequence[str] = ()) -> pa.Table:
        """The rows of one game of a table that has a row for each play; no rows if the game has no plays.

        Only the part of the table in which they lie is fetched.

        Parameters
        ----------
        name
            `plays`, or `play_chances`.
        columns
            Only these, in this order; all when empty.

        Raises
        ------
        Unreadable
            A column is missing or has another type.
        Retryable
            The table is gone, or it and `play_games` are of two editions although they were asked for again.
        """
        whole = PUBLISHED[name].schema
        schema = pa.schema([whole.field(column) for column in columns]) if columns else whole
        key = table_key(name, league, season)
        for fresh in (False, True):
            edition = self.manifest(league, fresh=fresh)
            etag = edition.etags.get(key) if edition else None
            place = self._place(league, season, game)
            if etag is None or place is None:
                return schema.empty_table()
            first, count = place
            wanted = list(dict.fromkeys((*schema.names, *_IDENTITY)))
            try:
                rows = self._rows_of(key, etag, first, count, wanted)
                rows = completed(rows, pa.schema([whole.field(column) for column in wanted]))
            except Conflict:
                continue
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, KeyError) as error:
                raise Unreadable(f"{key} does not have the columns this dashboard reads: {error}") from error
            if _is_of(rows, game, count):
                return rows.select(schema.names)
        raise Retryable(f"{key} is being replaced, or it is not the one that belongs to the other tables of plays")

    def _place(self, league: League, season: int, game: Game) -> tuple[int, int] | None:
        """First row of a game and its number of rows, in tables that have a row for each play; None if it has none."""
        games = self.table("play_games", league, season, ("day", "team1_id", "team2_id", "first_row", "plays"))
        found = np.flatnonzero(
            np.logical_and.reduce(
                [games[column].to_numpy() == value for column, value in zip(_GAME, game, strict=True)]
            )
        )
        if not len(found):
            return None
        row = int(found[0])
        return games["first_row"][row].as_py(), games["plays"][row].as_py()

    def _rows_of(self, key: str, etag: str, first: int, count: int, columns: Sequence[str]) -> pa.Table:
        with self._lock:
            rows = self._rows
        if rows is None:
            rows = RowReader(self._open())
            with self._lock:
                self._rows = rows
        return rows.read(key, etag, first, count, columns)

    def _read(self, key: str, etag: str, schema: pa.Schema, *, strict: bool) -> pa.Table | None:
        """The table as it was under that ETag, else, unless strict, as it is now; None if it is gone."""
        whole = tuple(PUBLISHED[key.split("/")[0]].schema.names)
        with self._lock:
            for columns in (tuple(schema.names), whole):
                found = self._cache.get((key, etag, columns))
                if found is not None:
                    self._cache.move_to_end((key, etag, columns))
                    return found if columns == tuple(schema.names) else found.select(schema.names)
        stored = self._open().get(key)
        if stored is None or (strict and stored.etag != etag):
            return None
        try:
            file = pq.ParquetFile(pa.BufferReader(stored.body))
            table = completed(file.read([name for name in schema.names if name in file.schema_arrow.names]), schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, KeyError) as error:
            raise Unreadable(f"{key} does not have the columns this dashboard reads: {error}") from error
        with self._lock:
            self._cache[key, stored.etag, tuple(schema.names)] = table
            while len(self._cache) > 1 and sum(t.nbytes for t in self._cache.values()) > self._cache_bytes:
                self._cache.popitem(last=False)
        return table

    def _open(self) -> Store:
        with self._lock:
            if self._store is None:
                self._store = self._open_store()
            return self._store


def _is_of(rows: pa.Table, game: Game, count: int) -> bool:
    """Whether rows are all the plays of a game, in order."""
    own = all(pc.all(pc.equal(rows[column], value)).as_py() for column, value in zip(_GAME, game, strict=True))
    return own and rows.num_rows == count and bool(np.all(rows["play"].to_numpy() == np.arange(1, count + 1)))


def bucket_name(environment: Mapping[str, str]) -> str:
    """Name of the bucket to read; raise `MadnessError` if it is not set, saying what to write where."""
    name = environment.get(BUCKET_VARIABLE)
    if not name:
        raise MadnessError(
            f"{BUCKET_VARIABLE} is not set: it names the bucket the dashboard reads, for example "
            f"{BUCKET_VARIABLE}=madness-local-dashboard (zappa_settings.json: environment_variables)"
        )
    return name


def open_bucket(name: str) -> Store:
    """The bucket on S3, or on what AWS_ENDPOINT_URL points to."""
    import boto3
    from botocore.config import Config

    from lake.store import S3Store

    config = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 3, "mode": "standard"})
    return S3Store(boto3.client("s3", config=config), name)
