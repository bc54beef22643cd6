"""The ledger's season of play-by-play: one immutable Parquet object, written and read a day at a time.

    days ─► write ─► one row group a day, games in the footer ─► read ─► the same days

A row is a play. What is the same in all plays of a game stands once, in the footer, and so do the players: which games
and whose names a season has is known without reading its plays. Events and their kinds are written by their codes and
not by numbers, which depend on the order of a file's rows.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hoops.games.identity import Keys, key_of
from hoops.lanes import read_ahead
from hoops.plays.stretch import Stretch
from hoops.plays.vocabulary import DETAIL_CODES, EVENT_CODES, Codes
from lake.content import LENGTH
from lake.parquet import Unreadable

_CODE = pa.dictionary(pa.int32(), pa.string())
_NUMBERS = {
    "seconds": np.int16, "side": np.int8, "player": np.int32, "area": np.int8, "x": np.int8, "y": np.int8,
}  # fmt: skip
_CODES = ("event", "detail")
_STATED = ("team1_stated", "team2_stated")
_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.from_numpy_dtype(kind), nullable=False) for name, kind in _NUMBERS.items()),
        *(pa.field(name, _CODE, nullable=False) for name in _CODES),
        *(pa.field(name, pa.int16(), nullable=False) for name in _STATED),
    ]
)
_PACKING: dict[str, Any] = {  # by differences it takes less time than by dictionary, and no more room
    "use_dictionary": [*_CODES],
    "column_encoding": dict.fromkeys((*_NUMBERS, *_STATED), "DELTA_BINARY_PACKED"),
}
_GAME = ("day", "team1", "team2", "plays", "final1", "final2")
_FOOTER = b"madness"  # under which the footer has what is not in the rows


class Plays(Protocol):
    """A season of plays: a file that is read (`hoops.plays.reader.PlayByPlay`), or one that was written here."""

    @property
    def season(self) -> int: ...

    @property
    def events(self) -> Codes: ...

    @property
    def details(self) -> Codes: ...

    def __iter__(self) -> Iterator[Stretch]: ...


@dataclass(frozen=True)
class Games:
    """The games of a season of plays, (g,): keys as `hoops.games.identity.key_of` makes them, ascending.

    plays: of each, (g,). final: scores that the file states, by side, points, (2, g).
    players: all who are named in them, ascending, (p,).
    """

    season: int
    day: npt.NDArray[np.int32]
    team1: npt.NDArray[np.int32]
    team2: npt.NDArray[np.int32]
    plays: npt.NDArray[np.int32]
    final: npt.NDArray[np.int32]
    players: npt.NDArray[np.int32]

    @property
    def keys(self) -> Keys:
        return key_of(np.full(len(self), self.season), self.day, self.team1, self.team2)

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True)
class Written:
    """rows, days: how many. content: hash of the plays, in whatever order a day's games stood."""

    rows: int
    days: int
    games: Games
    content: str


def write(file: BinaryIO | Path, plays: Plays) -> Written:
    """Write a season as Parquet, a day at a time.

    Raises
    ------
    Rejected
        As going over a file of plays does; what is written by then is of no use.
    """
    content = hashlib.sha256(f"{plays.season}".encode())
    games: list[npt.NDArray[np.int32]] = []
    named: list[pa.Array] = []
    with (
        pq.ParquetWriter(file, _SCHEMA, compression="snappy", write_statistics=False, **_PACKING) as writer,
        read_ahead(plays) as days,
    ):
        for day in days:
            _hash(content, day, plays)
            games.append(_games_of(day))
            named.append(pa.array(day.player).unique())
            writer.write_table(_table(day, plays), row_group_size=day.size)
        matrix = np.concatenate(games, axis=1)
        name = content.hexdigest()[:LENGTH]
        players = np.unique(np.concatenate(named)).astype(np.int32)
        players = players[players != 0]
        footer = {
            "season": plays.season,
            "games": _text(matrix),
            "players": _text(players),
            "events": _unknown(plays.events),
            "details": _unknown(plays.details),
            "content": name,
        }
        footer["sum"] = _sum_of(footer)
        writer.add_key_value_metadata({_FOOTER: json.dumps(footer).encode()})
    found = _Found(plays.season, matrix, players)
    return Written(int(matrix[_GAME.index("plays")].sum()), len(games), found.games, name)


class SeasonOfPlays:
    """A season as it was written; going over it once gives its days, in bounded memory.

    A code that is not known may have another number than its file's reader gave it: they are numbered by the alphabet,
    so that equal plays give equal days.

    content: hash of the plays, as `Written` has it.

    Raises
    ------
    Unreadable
        At once, if it is no season of plays; while going over it, if the plays are not those that were written.
    """

    def __init__(self, file: BinaryIO | Path) -> None:
        try:
            self._parquet = pq.ParquetFile(file)
            footer = json.loads((self._parquet.metadata.metadata or {})[_FOOTER])
            if footer.pop("sum", None) not in (None, _sum_of(footer)):  # None: written before there was one
                raise ValueError("what is said of its plays is not what was written")
            self.season: int = footer["season"]
            self.content: str = footer["content"]
            self.events = _codes(EVENT_CODES, footer["events"])
            self.details = _codes(DETAIL_CODES, footer["details"])
            self._found = _Found(
                self.season, _of_text(footer["games"]).reshape(len(_GAME), -1), _of_text(footer["players"])
            )
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"it is no season of plays, or not all of one: {error!r}") from error

    @property
    def games(self) -> Games:
        return self._found.games

    @property
    def keys(self) -> Keys:
        return self.games.keys

    @property
    def rows(self) -> int:
        return int(self.games.plays.sum())

    def __iter__(self) -> Iterator[Stretch]:
        content = hashlib.sha256(f"{self.season}".encode())
        for place, games in enumerate(self._found.by_day()):
            try:
                day = self._day(self._parquet.read_row_group(place, use_threads=False), games)
                _hash(content, day, self)
            except (pa.ArrowException, OSError, ValueError, IndexError, KeyError) as error:
                raise Unreadable(f"its plays of day {games[0, 0]} cannot be read: {error!r}") from error
            yield day
        if content.hexdigest()[:LENGTH] != self.content:
            raise Unreadable("its plays are not those that were written")

    def _day(self, table: pa.Table, games: npt.NDArray[np.int32]) -> Stretch:
        of = dict(zip(_GAME, games, strict=True))
        if int(of["plays"].sum()) != table.num_rows:
            raise ValueError(f"{table.num_rows} plays instead of {of['plays'].sum()}")
        return Stretch(
            season=self.season,
            day=of["day"],
            team1=of["team1"],
            team2=of["team2"],
            starts=np.concatenate([[0], np.cumsum(of["plays"], dtype=np.intp)]),
            final=np.stack([of["final1"], of["final2"]]),
            stated=np.stack([_numbers(table[name]).astype(np.int32) for name in _STATED]),
            event=self.events.numbers(_array(table["event"])),
            detail=self.details.numbers(_array(table["detail"])),
            **{name: _numbers(table[name]) for name in _NUMBERS},
        )


def read(file: BinaryIO | Path) -> SeasonOfPlays:
    """A season that `write` wrote, from its path or a file that can seek."""
    return SeasonOfPlays(file)


@dataclass(frozen=True)
class _Found:
    """Games as the footer has them: a row a number, a column a game, in the order of their days."""

    season: int
    matrix: npt.NDArray[np.int32]
    players: npt.NDArray[np.int32]

    @property
    def games(self) -> Games:
        day, team1, team2, plays, *final = self.matrix
        return Games(self.season, day, team1, team2, plays, np.stack(final), self.players)

    def by_day(self) -> Iterator[npt.NDArray[np.int32]]:
        cuts = np.flatnonzero(np.diff(self.matrix[0])) + 1
        yield from np.split(self.matrix, cuts, axis=1)


def _games_of(day: Stretch) -> npt.NDArray[np.int32]:
    return np.stack([day.day, day.team1, day.team2, np.diff(day.starts), *day.final]).astype(np.int32)


def _table(day: Stretch, plays: Plays) -> pa.Table:
    columns: dict[str, Any] = {name: getattr(day, name) for name in _NUMBERS}
    for name, codes in (("event", plays.events), ("detail", plays.details)):
        places = pa.array(getattr(day, name).astype(np.int32))
        columns[name] = pa.DictionaryArray.from_arrays(places, pa.array(codes.names, pa.string()))
    columns |= {name: pa.array(day.stated[side], pa.int16()) for side, name in enumerate(_STATED)}
    return pa.table([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)


def _hash(content: Any, day: Stretch, plays: Plays) -> None:
    """Add a day to what is hashed: its games, and its plays with their codes by the alphabet."""
    parts = [_games_of(day).astype("<i4").tobytes(), day.stated.astype("<i4").tobytes()]
    for numbers, codes in ((day.event, plays.events), (day.detail, plays.details)):
        met = np.flatnonzero(np.bincount(numbers, minlength=len(codes.names)))
        words = sorted(codes.names[number] for number in met)
        rank = np.zeros(len(codes.names), np.uint8)
        rank[met] = [words.index(codes.names[number]) for number in met]
        parts += ["\n".join(words).encode(), rank[numbers].tobytes()]
    parts += [getattr(day, name).astype(np.dtype(kind).newbyteorder("<")).tobytes() for name, kind in _NUMBERS.items()]
    for part in parts:
        content.update(len(part).to_bytes(8, "little"))  # where a part ends belongs to what is hashed
        content.update(part)


def _sum_of(footer: dict[str, Any]) -> str:
    """Hash of what a footer says; that of the plays does not see how their codes are numbered."""
    return hashlib.sha256(json.dumps(footer, sort_keys=True).encode()).hexdigest()[:LENGTH]


def _text(numbers: npt.NDArray[np.int32]) -> str:
    return base64.b64encode(numbers.astype("<i4").tobytes()).decode()


def _of_text(text: str) -> npt.NDArray[np.int32]:
    return np.frombuffer(base64.b64decode(text), "<i4")


def _unknown(codes: Codes) -> list[str]:
    return sorted(codes.names[len(codes.known) :])


def _codes(known: tuple[str, ...], unknown: list[str]) -> Codes:
    codes = Codes(known)
    codes.numbers(pa.array(unknown, pa.string()))
    return codes


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return _array(column).to_numpy()
