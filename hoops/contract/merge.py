"""What holds, from many statements: the newest statement about a game wins.

Statements are a set: their order, repeats and how they are split into parts change nothing, so a late or repeated
delivery cannot bring an old score back. Of two statements about a game the newer is

1. the one with the later version;
2. at equal versions, a retraction before a game, and a game with a box score before one without;
3. then the one whose content hash is greater (and of equal contents under two names, the later kind of game).

A game whose newest statement has no box score keeps the box score of the newest older statement with the same score,
unless a retraction lies between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.columns import DATASETS
from hoops.contract.order import ascend, codes_of
from hoops.games.identity import keys as keys_of
from hoops.games.leagues import Kind
from hoops.schemas import BOX_COLUMNS, FIXTURES, GAMES, completed

_BOX = tuple(f"team{side}_{column}" for side in (1, 2) for column in BOX_COLUMNS)
_KINDS = pa.array([*Kind])


@dataclass(frozen=True)
class Statement:
    """What one file, or a part of it such as one day, says.

    version: YYYYMMDDTHHMMSSZ of the file, and .001, .002, ... behind it for the next ones of one second; the later one
        in alphabetical order is the newer statement.
    content: hash of the content of the file or part; within a file a game stands once.
    games: rows in the schema GAMES (for `open_fixtures`: FIXTURES).
    retractions: rows (season, day, team1_id, team2_id) of games taken back.
    """

    version: str
    content: str
    games: pa.Table | None = None
    retractions: pa.Table | None = None


@dataclass(frozen=True)
class ReferenceStatement:
    """What one reference file says: version and content as in `Statement`, rows in the dataset's schema."""

    version: str
    content: str
    table: pa.Table


def merge(statements: Sequence[Statement]) -> pa.Table:
    """Games that hold.

    Returns
    -------
    pa.Table
        Schema GAMES, one row a game, sorted by season, day, team1_id, team2_id.
    """
    stated = [s for s in statements if s.games is not None and s.games.num_rows]
    retracted = [s for s in statements if s.retractions is not None and s.retractions.num_rows]
    if not stated:
        return GAMES.empty_table()
    games = pa.concat_tables([s.games for s in stated]).select(GAMES.names).combine_chunks()
    keys = keys_of(games)
    if not retracted and (np.diff(keys) > 0).all():
        return games.cast(GAMES)
    has_box = np.asarray(games["team1_fgm"].combine_chunks().is_valid())
    keys, rows = _newest_last(stated, retracted, games, keys, has_box)
    return _taken(games, *_winners(keys, rows, games, has_box)).combine_chunks().cast(GAMES)


def merge_reference(dataset: str, statements: Sequence[ReferenceStatement]) -> pa.Table:
    """Rows of a reference dataset that hold.

    A newer statement replaces all older rows of each unit that it names (`Dataset.unit`: a season's seeds, a team's
    name); a dataset without unit is replaced whole.

    Returns
    -------
    pa.Table
        Schema `DATASETS[dataset].schema`, sorted by the dataset's key.
    """
    spec = DATASETS[dataset]
    newest = sorted(statements, key=lambda s: (s.version, s.content), reverse=True)
    if spec.unit is None:
        newest = [s for s in newest if (s.version, s.content) == (newest[0].version, newest[0].content)]
    kept: list[pa.Table] = []
    settled: pa.Array | None = None
    at = 0
    while at < len(newest):
        file = [s for s in newest[at:] if (s.version, s.content) == (newest[at].version, newest[at].content)]
        at += len(file)
        rows = pa.concat_tables([completed(s.table, spec.schema) for s in file]).combine_chunks()
        if spec.unit is not None:
            units = rows[spec.unit].combine_chunks()
            if settled is not None:
                rows = rows.filter(pc.invert(pc.is_in(units, settled)))
            settled = pc.unique(units if settled is None else pa.concat_arrays([settled, units]))
        kept.append(rows)
    if not kept:
        return spec.schema.empty_table()
    every = pa.concat_tables(kept)
    if len(newest) > 1:
        every = every.group_by(every.column_names, use_threads=False).aggregate([])
    return every.sort_by([(name, "ascending") for name in spec.key]).combine_chunks().cast(spec.schema)


def merge_players(dataset: str, statements: Sequence[ReferenceStatement]) -> pa.Table:
    """Rows of players' files that hold: of each team in each season, or on each day of players' games, those of the
    newest statement that names it.

    Returns
    -------
    pa.Table
        Schema `DATASETS[dataset].schema`, sorted by the dataset's key.
    """
    spec = DATASETS[dataset]
    if not statements:
        return spec.schema.empty_table()
    ages = {said: age for age, said in enumerate(sorted({(one.version, one.content) for one in statements}))}
    rows = pa.concat_tables([completed(one.table, spec.schema) for one in statements]).combine_chunks()
    if len(statements) > 1:
        age = np.repeat(
            [ages[one.version, one.content] for one in statements], [one.table.num_rows for one in statements]
        )
        _, team = np.unique(_packed(rows, spec.key[:-1]), return_inverse=True)
        newest = np.zeros(len(team), np.intp)
        np.maximum.at(newest, team, age)
        rows = rows.filter(pa.array(age == newest[team]))
        rows = rows.group_by(rows.column_names, use_threads=False).aggregate([])  # a statement can come twice
    if ascend([codes_of(rows[name]) for name in spec.key]):
        return rows.cast(spec.schema)
    return rows.sort_by([(name, "ascending") for name in spec.key]).combine_chunks().cast(spec.schema)


def _packed(rows: pa.Table, names: Sequence[str]) -> np.ndarray:
    """One number for the whole numbers below 2^16 of some columns, ordered as they are, (m,)."""
    codes = np.zeros(rows.num_rows, np.int64)
    for name in names:
        codes = codes * 2**16 + rows[name].to_numpy()
    return codes


def open_fixtures(statements: Sequence[Statement]) -> pa.Table:
    """Games to come: for each season the newest list, less what was retracted since.

    Returns
    -------
    pa.Table
        Schema FIXTURES, sorted by season, day, team1_id, team2_id. Games that were played meanwhile are still in it.
    """
    lists = [ReferenceStatement(s.version, s.content, s.games) for s in statements if s.games is not None]
    fixtures = merge_reference("Fixtures", lists)
    retracted = [s for s in statements if s.retractions is not None and s.retractions.num_rows]
    if not retracted or not fixtures.num_rows:
        return fixtures
    version_of: dict[int, str] = {}
    for each in lists:
        for season in pc.unique(each.table["season"]).to_pylist():
            version_of[season] = max(version_of.get(season, ""), each.version)
    keys = keys_of(fixtures)
    gone = np.zeros(len(keys), bool)
    for statement in retracted:
        assert statement.retractions is not None
        since = [season for season, version in version_of.items() if version <= statement.version]
        taken = statement.retractions.filter(pc.is_in(statement.retractions["season"], pa.array(since, pa.int16())))
        gone |= np.isin(keys, keys_of(taken))
    return fixtures.filter(pa.array(~gone)).cast(FIXTURES)


def _newest_last(
    stated: Sequence[Statement], retracted: Sequence[Statement], games: pa.Table, keys: np.ndarray, has_box: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Games and retractions sorted by identity and then age.

    Returns
    -------
    keys: identities in order, shape (n games + m retractions,).
    rows: index of the row of `games`, or -1 for a retraction.
    """
    versions = {version: rank for rank, version in enumerate(sorted({s.version for s in (*stated, *retracted)}))}
    contents = {content: rank for rank, content in enumerate(sorted({s.content for s in stated}))}
    sizes = [s.games.num_rows for s in stated if s.games is not None]
    age = 2 * np.repeat([versions[s.version] for s in stated], sizes)
    tie = (has_box * len(contents) + np.repeat([contents[s.content] for s in stated], sizes)) * len(_KINDS)
    tie += pc.fill_null(pc.index_in(games["kind"].combine_chunks(), _KINDS), 0).to_numpy(zero_copy_only=False)
    taken = [(keys_of(s.retractions), 2 * versions[s.version] + 1) for s in retracted if s.retractions is not None]
    keys = np.concatenate([keys, *(each for each, _ in taken)])
    age = np.concatenate([age, *(np.full(len(each), rank) for each, rank in taken)])
    tie = np.concatenate([tie, np.zeros(len(keys) - len(tie), tie.dtype)])
    rows = np.concatenate([np.arange(len(has_box)), np.full(len(keys) - len(has_box), -1)])
    order = np.lexsort([age * (1 + tie.max()) + tie, keys])
    return keys[order], rows[order]


def _winners(keys: np.ndarray, rows: np.ndarray, games: pa.Table, has_box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row of `games` that holds for each game, and the row whose box score holds, both in order of identity."""
    new_game = np.diff(keys, prepend=-1) != 0
    game = np.cumsum(new_game) - 1
    newest = rows[np.append(np.flatnonzero(new_game)[1:], len(keys)) - 1]
    box = newest.copy()
    bare = (newest >= 0) & ~has_box[newest]
    older = np.flatnonzero(bare[game] & (rows >= 0) & has_box[rows])
    if len(older):
        retraction = np.full(len(newest), -1)
        np.maximum.at(retraction, game[rows < 0], np.flatnonzero(rows < 0))
        older = older[older > retraction[game[older]]]
        for name in ("team1_score", "team2_score"):
            score = games[name].to_numpy()
            older = older[score[rows[older]] == score[newest[game[older]]]]
        last = older[np.diff(game[older], append=-1) != 0]
        box[game[last]] = rows[last]
    holds = newest >= 0
    return newest[holds], box[holds]


def _taken(games: pa.Table, rows: np.ndarray, boxes: np.ndarray) -> pa.Table:
    rest, with_box = games.drop_columns(_BOX).take(rows), games.select(_BOX).take(boxes)
    return pa.table([(with_box if name in _BOX else rest)[name] for name in GAMES.names], schema=GAMES)
