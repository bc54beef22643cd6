"""The head of a league: one small object that says which state is the truth now.

    state/<engine>/league=M/head.json                                                   replaced, with If-Match
    state/<engine>/league=M/{snapshots,predicted,rated,pending}/<generation>-<content>  immutable, written first

Whoever replaces the head has committed; whoever finds it changed starts over. Objects that no head names any more are
deleted after the commit. The content in a name is the MD5 of the bytes, which S3 gives back as their ETag: a listing
alone tells what was damaged. (It may well differ between versions of Arrow: nothing compares these names.)

All of it can be made again from the ledger. An object that is gone, damaged or of another layout is `Lost`, and
whoever folds goes back to before it.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, TypeVar

import pyarrow as pa

from hoops import knowledge
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.knowledge import Knowledge
from hoops.schemas import PENDING, PREDICTED, RATED
from lake import parquet
from lake.head import Head, SeasonHead, pack_teams, season_digest, unpack_teams
from lake.store import Conflict, Store

__all__ = ["Expired", "Head", "Heads", "Lost", "SeasonHead", "pack_teams", "season_digest", "unpack_teams"]

CACHED = 24  # objects kept in memory: states, rows and forecasts of both leagues' last commits
_ROWS = {"predicted": PREDICTED, "rated": RATED, "pending": PENDING}
T = TypeVar("T")


class Expired(Conflict):
    """An object that a head names is not to be had: the head has moved on since it was read, or the object is lost."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key} {why}")
        self.key, self.why = key, why


class Lost(MadnessError):
    """An object that the newest head names cannot be read, whoever tries; it can be made again from the ledger."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key} {why}: it is made again from the ledger when the league's next message is applied")
        self.key, self.why = key, why


class Heads:
    """Heads, and the immutable objects they name, of one engine."""

    def __init__(self, models: Store, engine: str) -> None:
        self._models, self._engine = models, engine
        self._cache: OrderedDict[str, Any] = OrderedDict()
        self._sound: set[tuple[str, str]] = set()  # key and ETag of objects with old names that were read and compared

    def read(self, league: League) -> tuple[Head, str | None]:
        """The head and its ETag; an empty head and None before the first commit.

        A head that cannot be read is an empty one too, with the ETag by which it can be replaced; `catching_up` says
        what is wrong with it.
        """
        key = self._key(league)
        stored = self._models.get(key)
        if stored is None:
            return Head(league.value, self._engine), None
        try:
            return _parse(stored.body, league, self._engine), stored.etag
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            why = f"{key} cannot be read ({len(stored.body):,} bytes: {error!r})"
            return Head(league.value, self._engine, catching_up=why), stored.etag

    def commit(self, league: League, head: Head, etag: str | None) -> Head:
        """Replace the head that was read with `etag`, one generation on; raise `Conflict` if it changed meanwhile."""
        head = replace(head, generation=head.generation + 1)
        fields = asdict(head)
        if not head.catching_up:
            del fields["catching_up"]  # a version from before the field could not read it
        body = json.dumps(fields, separators=(",", ":")).encode()
        self._models.put(self._key(league), body, if_match=etag, if_absent=etag is None)
        return head

    def expire(self, keys: Iterable[str]) -> None:
        """Delete objects that the committed head no longer names."""
        self._models.delete(sorted(keys))

    @contextmanager
    def as_of(self, league: League, etag: str | None) -> Iterator[None]:
        """Reading for the head that has this ETag: what cannot be read although it is still the newest is `Lost`."""
        try:
            yield
        except Expired as missing:
            now = self._models.stat(self._key(league))
            if (now.etag if now else None) == etag:
                raise Lost(missing.key, missing.why) from missing
            raise

    def lost(self, head: Head) -> dict[str, str]:
        """Objects of a head that are gone, or are not the bytes that were written: what is wrong with each, by key."""
        etags = {row.key: row.etag for row in self._models.listing(f"state/{self._engine}/league={head.league}/")}
        found = {}
        for key in sorted(head.keys()):
            etag = etags.get(key, "")
            if _content(key) != etag and (key, etag) not in self._sound:
                try:
                    self._fetch(key)
                    self._sound.add((key, etag))
                except Expired as missing:
                    found[key] = missing.why
        return found

    def write_known(self, head: Head, known: Knowledge) -> str:
        """Write a snapshot of what is known for the head that will replace `head`, and return its key."""
        return self._write(head, "snapshots", ".npz", knowledge.to_bytes(known), known)

    def write_rows(self, head: Head, name: str, table: pa.Table) -> str:
        """Write rows (name: predicted, rated or pending) for the head that will replace `head`; return their key."""
        table = table.combine_chunks()
        return self._write(head, name, ".parquet", parquet.encode(table, table.schema), table)

    def read_known(self, key: str) -> Knowledge:
        """A snapshot; raise `Expired` if it is gone, damaged or of another layout."""
        return self._read(key, knowledge.from_bytes)

    def read_rows(self, key: str) -> pa.Table:
        """Rows; raise `Expired` if they are gone, damaged or have other columns than today's."""
        schema = _ROWS[key.split("/")[-2]]
        return self._read(key, lambda body: _with_columns(parquet.decode(body), schema))

    def _write(self, head: Head, folder: str, suffix: str, body: bytes, value: Any) -> str:
        # The generation keeps a key from coming back after it was expired, when the same content does.
        content = f"{head.generation + 1:06d}-{hashlib.md5(body, usedforsecurity=False).hexdigest()}"
        key = f"state/{self._engine}/league={head.league}/{folder}/{content}{suffix}"
        self._models.put(key, body)
        self._remember(key, value)
        return key

    def _read(self, key: str, decode: Callable[[bytes], T]) -> T:
        if key not in self._cache:
            body = self._fetch(key)
            try:
                value = decode(body)
            except (ValueError, parquet.Unreadable) as error:
                raise Expired(key, f"has another layout ({error})") from error
            self._remember(key, value)
        self._cache.move_to_end(key)
        return self._cache[key]

    def _fetch(self, key: str) -> bytes:
        stored = self._models.get(key)
        if stored is None:
            raise Expired(key, "is gone")
        if _content(key) not in _names(stored.body):
            raise Expired(key, f"is damaged (its {len(stored.body):,} bytes are not those that were written)")
        return stored.body

    def _remember(self, key: str, value: Any) -> None:
        self._cache[key] = value
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)

    def _key(self, league: League) -> str:
        return f"state/{self._engine}/league={league}/head.json"


def _parse(body: bytes, league: League, engine: str) -> Head:
    fields = json.loads(body)
    for name in ("days", "snapshots"):
        fields[name] = {int(day): value for day, value in fields[name].items()}
    for name in ("seasons", "stale"):
        fields[name] = {int(season): SeasonHead(**value) for season, value in fields[name].items()}
    fields["empty"] = {
        int(season): {int(day): digest for day, digest in days.items()} for season, days in fields["empty"].items()
    }
    head = Head(**fields)
    if (head.league, head.engine) != (league, engine):
        raise ValueError(f"it is that of {head.league} of {head.engine}")
    return head


def _with_columns(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    if not rows.schema.equals(schema):
        unlike = sorted(map(str, {*rows.schema} ^ {*schema}))
        raise ValueError(f"columns that differ from today's: {', '.join(unlike)}")
    return rows


def _content(key: str) -> str:
    """The hash in an object's name."""
    return key.rpartition("-")[2].partition(".")[0]


def _names(body: bytes) -> tuple[str, str]:
    """The hash that names bytes, and the one that did so before."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest(), hashlib.sha256(body).hexdigest()[:32]
