"""The head of a league: one small object that says which state is the truth now.

    state/<engine>/league=M/head.json                                                   replaced, with If-Match
    state/<engine>/league=M/{snapshots,predicted,rated,pending}/<generation>-<content>  immutable, written first

Whoever replaces the head has committed; whoever finds it changed starts over. Objects that no head names any more are
deleted after the commit.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa

from hoops import knowledge
from hoops.games.leagues import League
from hoops.knowledge import Knowledge
from lake import parquet
from lake.ledger import digest
from lake.store import Conflict, Store

CACHED = 24  # objects kept in memory: states, rows and forecasts of both leagues' last commits


class Expired(Conflict):
    """An object that an older head named is gone: the head has moved on since it was read."""


@dataclass(frozen=True)
class SeasonHead:
    """What was folded of one season.

    digest: of all its days' digests. predicted, rated: keys of its rows. snapshot: key of the state after its last
    folded day. games, kinds (games by kind), first_day, last_day, champion: its facts. teams: the ids that played, as
    `pack_teams` packs them.
    """

    digest: str
    snapshot: str
    predicted: str
    rated: str
    games: int
    first_day: int
    last_day: int
    champion: int | None
    teams: str
    kinds: dict[str, int]


@dataclass(frozen=True)
class Head:
    """Where a league's state stands.

    season, day: the last day folded, None before the first. generation: grows by one with every commit.
    days: digest of every folded day of the running season. snapshots: keys of states after days of the running season.
    seasons: folded up to here. stale: later seasons that a correction in the past has put behind and that wait to be
    folded again. empty: digest by season and day of days whose every game was retracted: they are no days of their
    season. pending: key of the forecasts of games to come; pending_inputs: digest of
    what they were made from. fingerprint: the environment that folded, whose equal bytes can be expected.
    """

    league: str
    engine: str
    generation: int = 0
    season: int | None = None
    day: int | None = None
    days: dict[int, str] = field(default_factory=dict)
    snapshots: dict[int, str] = field(default_factory=dict)
    seasons: dict[int, SeasonHead] = field(default_factory=dict)
    stale: dict[int, SeasonHead] = field(default_factory=dict)
    empty: dict[int, dict[int, str]] = field(default_factory=dict)
    pending: str | None = None
    pending_inputs: str = ""
    fingerprint: dict[str, str] = field(default_factory=dict)

    @property
    def position(self) -> tuple[int, int] | None:
        """(season, day) of the last day folded."""
        return None if self.season is None or self.day is None else (self.season, self.day)

    def unlike(self, season: int, listed: Mapping[int, str]) -> set[int]:
        """Days of a season whose ledger digests (listed: by day) are not those that were folded."""
        without_games = self.empty.get(season, {})
        listed = {day: one for day, one in listed.items() if without_games.get(day) != one}
        if self.season is None or season > self.season:
            return set(listed)
        if season < self.season:
            known = self.seasons.get(season)
            return set() if known and known.digest == season_digest(listed) else set(listed)
        return {day for day in {*listed, *self.days} if listed.get(day) != self.days.get(day)}

    def keys(self) -> set[str]:
        """Every object that this head needs."""
        of_seasons = {key for s in (*self.seasons.values(), *self.stale.values())
                      for key in (s.snapshot, s.predicted, s.rated)}  # fmt: skip
        return of_seasons | set(self.snapshots.values()) | ({self.pending} if self.pending else set())


class Heads:
    """Heads, and the immutable objects they name, of one engine."""

    def __init__(self, models: Store, engine: str) -> None:
        self._models, self._engine = models, engine
        self._cache: OrderedDict[str, Any] = OrderedDict()

    def read(self, league: League) -> tuple[Head, str | None]:
        """The head and its ETag; an empty head and None before the first commit."""
        stored = self._models.get(self._key(league))
        if stored is None:
            return Head(league.value, self._engine), None
        fields = json.loads(stored.body)
        for name in ("days", "snapshots"):
            fields[name] = {int(day): value for day, value in fields[name].items()}
        for name in ("seasons", "stale"):
            fields[name] = {int(season): SeasonHead(**value) for season, value in fields[name].items()}
        fields["empty"] = {
            int(season): {int(day): digest for day, digest in days.items()} for season, days in fields["empty"].items()
        }
        return Head(**fields), stored.etag

    def commit(self, league: League, head: Head, etag: str | None) -> Head:
        """Replace the head that was read with `etag`, one generation on; raise `Conflict` if it changed meanwhile."""
        head = replace(head, generation=head.generation + 1)
        body = json.dumps(asdict(head), separators=(",", ":")).encode()
        self._models.put(self._key(league), body, if_match=etag, if_absent=etag is None)
        return head

    def expire(self, keys: Iterable[str]) -> None:
        """Delete objects that the committed head no longer names."""
        self._models.delete(sorted(keys))

    def write_known(self, head: Head, known: Knowledge) -> str:
        """Write a snapshot of what is known for the head that will replace `head`, and return its key."""
        return self._write(head, "snapshots", ".npz", knowledge.to_bytes(known), known)

    def write_rows(self, head: Head, name: str, table: pa.Table) -> str:
        """Write rows (name: predicted, rated or pending) for the head that will replace `head`; return their key."""
        table = table.combine_chunks()
        return self._write(head, name, ".parquet", parquet.encode(table, table.schema), table)

    def read_known(self, key: str) -> Knowledge:
        return self._read(key, knowledge.from_bytes)

    def read_rows(self, key: str) -> pa.Table:
        return self._read(key, parquet.decode)

    def _write(self, head: Head, folder: str, suffix: str, body: bytes, value: Any) -> str:
        # The generation keeps a key from coming back after it was expired, when the same content does.
        content = f"{head.generation + 1:06d}-{hashlib.sha256(body).hexdigest()[:32]}"
        key = f"state/{self._engine}/league={head.league}/{folder}/{content}{suffix}"
        self._models.put(key, body)
        self._remember(key, value)
        return key

    def _read(self, key: str, decode: Any) -> Any:
        if key not in self._cache:
            stored = self._models.get(key)
            if stored is None:
                raise Expired(f"{key} was expired by a newer commit")
            self._remember(key, decode(stored.body))
        self._cache.move_to_end(key)
        return self._cache[key]

    def _remember(self, key: str, value: Any) -> None:
        self._cache[key] = value
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)

    def _key(self, league: League) -> str:
        return f"state/{self._engine}/league={league}/head.json"


def season_digest(days: Mapping[int, str]) -> str:
    """Digest of a season from those of its days."""
    return digest(f"{day}:{one}" for day, one in sorted(days.items()))


def pack_teams(teams: Iterable[int]) -> str:
    """A set of team ids as a hex bitmap over 0-3999: short, and equal for equal sets.

    >>> unpack_teams(pack_teams([3101, 1101]))
    (1101, 3101)
    """
    return f"{sum(1 << team for team in set(teams)):x}"


def unpack_teams(packed: str) -> tuple[int, ...]:
    """The ids that `pack_teams` packed, ascending."""
    bits = bin(int(packed, 16))[:1:-1]
    return tuple(team for team, bit in enumerate(bits) if bit == "1")
