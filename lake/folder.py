"""A folder or zip of the contract's files on disk, such as Kaggle's download: what is in it, read and merged.

lake.contents -> hoops.contract.read -> hoops.contract.merge -> Folder
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract import DATASETS, SourceName, WholeName, parse, read
from hoops.contract.columns import FIXTURES_FOLDER, PLAYERS_FOLDER, REFERENCE, RESULTS, RETRACTIONS_FOLDER
from hoops.contract.header import BLANK, header_line
from hoops.contract.merge import (
    ReferenceStatement,
    Statement,
    merge,
    merge_players,
    merge_reference,
    open_fixtures,
)
from hoops.contract.payload import MAX_LINE, text_of
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.players import Squads
from lake.contents import Readable, contents, expected
from lake.players import OF_SEASONS

UNDATED = "19700101T000000Z"  # version of a file whose name has no timestamp: any other file is newer


@dataclass(frozen=True)
class LeagueFiles:
    """What a folder says about one league.

    games: schema `hoops.schemas.GAMES`, what holds of all results and retractions.
    fixtures: schema `hoops.schemas.FIXTURES`; some of them may have been played.
    reference: one table for each reference dataset of the league, empty where the folder has no file of it.
    players: likewise for each dataset of players; totals and rosters of all seasons, whichever were asked for, as each
    rests on those before it.
    """

    league: League
    games: pa.Table
    fixtures: pa.Table
    reference: dict[str, pa.Table]
    players: dict[str, pa.Table]

    @cached_property
    def squads(self) -> Squads:
        """Who is on a team, what they did before, and who appeared in which game."""
        return Squads.of(self.players["PlayerSeasons"], self.players["Rosters"], self.players["PlayerGames"])

    @property
    def seeds(self) -> pa.Table:
        """NCAA tournament seeds: season, seed, team_id."""
        return self.reference["NCAATourneySeeds"]


@dataclass(frozen=True)
class Folder:
    """All that was read. shared: the datasets of both leagues (Cities, Conferences). warnings: what was put right in
    its files. remarks: which files are nearly of the contract, as in `lake.contents.Contents`.
    """

    path: Path
    leagues: dict[League, LeagueFiles]
    shared: dict[str, pa.Table]
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]

    def squads(self, league: League) -> Squads:
        """What its files of players say of a league; nothing where there are none."""
        return self.leagues[league].squads


def read_folder(path: Path, leagues: Iterable[League], seasons: Collection[int] | None = None) -> Folder:
    """Read the files of a folder or zip and merge them; every file is read whole, then only `seasons` are kept.

    Of players' totals and rosters all seasons are kept, since each rests on those before it.
    Play-by-play is passed over: it is read as a stream, where somebody wants it.

    Raises
    ------
    MadnessError
        As `lake.contents.contents` does; or there are no results of one of the leagues.
    Rejected
        One of its files is bad.
    """
    wanted = tuple(leagues)
    read_in: list[tuple[SourceName, Statement | ReferenceStatement]] = []
    warnings: list[str] = []
    found = contents(path)
    for file in found.files:
        name = parse(file.name)
        if isinstance(name, WholeName) and (name.league is None or name.league in wanted):
            data = file.read_bytes()
            accepted = read(name, data)
            table = accepted.table
            if seasons is not None and name.dataset not in OF_SEASONS:
                table = _of_seasons(table, seasons)
            read_in.append((name, _statement(name, hashlib.sha256(data).hexdigest(), table)))
            warnings += [f"{file.name}: {warning}" for warning in accepted.warnings]
    for league in wanted:
        if not any(name.league is league and name.folder == RESULTS for name, _ in read_in):
            raise MadnessError(f"{path} has no {league.label.lower()}'s results: {expected(league.value)}")
    return Folder(
        path,
        {league: _league_files(league, [(n, s) for n, s in read_in if n.league is league]) for league in wanted},
        {name: _reference(name, read_in) for name, dataset in DATASETS.items() if not dataset.by_league},
        tuple(warnings),
        found.remarks,
    )


def seasons_in(path: Path, leagues: Iterable[League] = tuple(League)) -> list[int]:
    """Seasons that a folder's results files have, ascending; rows that cannot be read are passed over."""
    wanted = tuple(leagues)
    found: set[int] = set()
    for file in contents(path).files:
        name = parse(file.name)
        if name.folder == RESULTS and name.league in wanted:
            found.update(season for _, season in _rows(file.name, _plain(file)) if season is not None)
    return sorted(found)


def filtered(path: Readable, seasons: Collection[int]) -> bytes:
    """The bytes of a file with only the rows of some seasons; header, other bytes and line ends are kept.

    A file without a Season column is unchanged. A row whose season cannot be read is kept, for the reader to report.
    Empty if no row is left: there is nothing to upload. A gzip file gives gzip, the same bytes every time.
    """
    whole = path.read_bytes()
    plain = _plain(path)
    body = header_line(path.name, plain).body
    if _season_place(path.name, plain) is None:
        return whole
    rows = list(_rows(path.name, plain))
    kept = [line for line, season in rows if season is None or season in seasons]
    if not any(line.strip(BLANK + b"\r\n") for line in kept):
        return b""
    if len(kept) == len(rows):
        return whole
    text = b"".join([plain[:body], *kept])
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def _statement(name: SourceName, content: str, table: pa.Table) -> Statement | ReferenceStatement:
    version = name.timestamp or UNDATED
    if name.folder in (REFERENCE, PLAYERS_FOLDER):
        return ReferenceStatement(version, content, table)
    if name.folder == RETRACTIONS_FOLDER:
        return Statement(version, content, retractions=table)
    return Statement(version, content, games=table)


def _league_files(league: League, read_in: list[tuple[SourceName, Statement | ReferenceStatement]]) -> LeagueFiles:
    by_folder = {
        folder: [s for name, s in read_in if name.folder == folder and isinstance(s, Statement)]
        for folder in (RESULTS, FIXTURES_FOLDER, RETRACTIONS_FOLDER)
    }
    retractions = by_folder[RETRACTIONS_FOLDER]
    return LeagueFiles(
        league,
        merge([*by_folder[RESULTS], *retractions]),
        open_fixtures([*by_folder[FIXTURES_FOLDER], *retractions]),
        {
            name: _reference(name, read_in)
            for name, dataset in DATASETS.items()
            if dataset.folder == REFERENCE and dataset.by_league
        },
        {
            name: merge_players(name, _said(name, read_in))
            for name, dataset in DATASETS.items()
            if dataset.folder == PLAYERS_FOLDER
        },
    )


def _reference(dataset: str, read_in: list[tuple[SourceName, Statement | ReferenceStatement]]) -> pa.Table:
    return merge_reference(dataset, _said(dataset, read_in))


def _said(dataset: str, read_in: list[tuple[SourceName, Statement | ReferenceStatement]]) -> list[ReferenceStatement]:
    return [s for name, s in read_in if name.dataset == dataset and isinstance(s, ReferenceStatement)]


def _of_seasons(table: pa.Table, seasons: Collection[int]) -> pa.Table:
    if "season" not in table.column_names:
        return table
    return table.filter(pc.is_in(table["season"], pa.array(sorted(seasons), pa.int16())))


def _plain(path: Readable) -> bytes:
    """Content of a file, unpacked; raises Rejected if it cannot be, or is beyond the contract's limits."""
    data = path.read_bytes()
    if path.suffix != ".gz":
        return data
    text, _ = text_of(path.name, data, gzipped=True)
    return text


def _season_place(file: str, text: bytes) -> int | None:
    header = header_line(file, text)
    line = text[header.start : header.end].decode("utf-8-sig", "replace")
    titles = [title.strip().strip('"').strip().casefold() for title in line.split(",")]
    return titles.index("season") if "season" in titles else None


def _rows(file: str, text: bytes) -> Iterator[tuple[bytes, int | None]]:
    """Every line after the header with its season; None where that cannot be read."""
    place = _season_place(file, text)
    if place is None:
        return
    known: dict[bytes, int | None] = {}
    for line in text[header_line(file, text).body :].splitlines(keepends=True):
        if b'"' in line and len(line) <= MAX_LINE:
            cells = next(csv.reader([line.decode("utf-8", "replace")]), [])
            cell = cells[place].encode() if len(cells) > place else b""
        else:
            parts = line.split(b",", place + 1)
            cell = parts[place] if len(parts) > place else b""
        if cell not in known:
            known[cell] = _year(cell)
        yield line, known[cell]


def _year(cell: bytes) -> int | None:
    text = cell.decode("utf-8", "replace").strip()
    whole, _, fraction = text.partition(".")
    return int(whole) if whole.isascii() and whole.isdigit() and not fraction.strip("0") and len(whole) < 5 else None
