"""What became of a file among the others: how many of its rows hold, how many changed anything, and why not.

A row holds if what the merge gives agrees with it, in every cell that the row has. It makes a difference if the merge
gives something else without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.columns import DATASETS
from hoops.contract.merge import ReferenceStatement, Statement, merge, merge_reference
from hoops.games.identity import IDENTITY, rows_of
from hoops.games.identity import keys as keys_of
from hoops.schemas import completed

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Counts of a file's rows (of a reference file: of its units, such as seasons or teams).

    rows: how many there are.
    newer: those that do not hold because a newer statement says otherwise.
    level: those that do not hold because another statement of the same version says otherwise.
    won: those that hold although another statement of the same version says otherwise.
    idle: those that change nothing, though nothing contradicts them: others say the same.
    made: those that make a difference to what holds.
    unknown: those that take back a game of which nothing is known; they are idle too.
    until: the newest version of the newer statements about any of the rows; empty if there is none.
    """

    rows: int = 0
    newer: int = 0
    level: int = 0
    won: int = 0
    idle: int = 0
    made: int = 0
    unknown: int = 0
    until: str = ""

    def __add__(self, other: Standing) -> Standing:
        counts = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "until"}
        return Standing(**counts, until=max(self.until, other.until))

    @property
    def is_idle(self) -> bool:
        """Nothing would be different without the file."""
        return self.made == 0


def of_games(mine: Statement, others: Sequence[Statement]) -> Standing:
    """What became of a statement's games; `others` are all other statements about their days."""
    assert mine.games is not None
    games = mine.games
    newer, level = _by_age(mine.version, others)
    mentioned, until = _mentioned(games, newer)
    holding = merge([mine, *others])
    overruled = ~_agree(games, holding)
    won = np.zeros(games.num_rows, bool)
    for one in level:
        if one.games is not None:
            won |= _contradict(games, one.games)
    # A row that does not hold can still be where the box score comes from. And of two files of one version that say
    # the same, such as a compact and a detailed one, neither makes the other idle.
    made = ~_same(games, holding, merge(others))
    made |= ~overruled & ~_same(games, holding, merge([one for one in others if one.version != mine.version]))
    return Standing(
        rows=games.num_rows,
        newer=int(np.sum(overruled & mentioned)),
        level=int(np.sum(overruled & ~mentioned)),
        won=int(np.sum(won & ~overruled)),
        idle=int(np.sum(~overruled & ~made)),
        made=int(np.sum(made)),
        until=until,
    )


def of_retractions(mine: Statement, others: Sequence[Statement], lists: Sequence[Statement]) -> Standing:
    """What became of a statement's retractions.

    others: all other statements about their days.
    lists: the newest list of games to come of each season, played or not; a newer one is not cancelled.
    """
    assert mine.retractions is not None
    rows = mine.retractions
    newer, level = _by_age(mine.version, others)
    _, until = _mentioned(rows, newer)
    relisted, until_list = _mentioned(rows, [one for one in lists if one.version > mine.version])
    holding = merge([mine, *others])
    overruled = relisted | (rows_of(rows, holding) >= 0)
    played, _ = _mentioned(rows, others)
    listed, _ = _mentioned(rows, lists)
    won, _ = _mentioned(rows, [one for one in level if one.games is not None])
    # A cancelled fixture is no game: what other files say of the day does not tell that it is cancelled already. And a
    # retraction that a newer result overrules can still keep the box score before it away.
    made = (listed & ~overruled) | ~_same(rows, holding, merge(others))
    return Standing(
        rows=rows.num_rows,
        newer=int(np.sum(overruled)),
        won=int(np.sum(won & ~overruled)),
        idle=int(np.sum(~overruled & ~made)),
        made=int(np.sum(made)),
        unknown=int(np.sum(~played & ~listed)),
        until=max(until, until_list),
    )


def of_units(dataset: str, mine: ReferenceStatement, others: Sequence[ReferenceStatement]) -> Standing:
    """What became of the units of a reference file; `others` are all other statements of the dataset."""
    unit = DATASETS[dataset].unit
    own = _units(mine.table, unit)
    overruled = _unlike(dataset, mine.table, merge_reference(dataset, [mine, *others]))
    newer = [one for one in others if one.version > mine.version and own & _units(one.table, unit)]
    mentioned = own & set().union(*(_units(one.table, unit) for one in newer))
    elsewhere = own - _unlike(
        dataset, mine.table, merge_reference(dataset, [one for one in others if one.version != mine.version])
    )
    won: set[object] = set()
    for one in others:
        if one.version == mine.version:
            won |= own & _units(one.table, unit) & _unlike(dataset, mine.table, one.table)
    return Standing(
        rows=len(own),
        newer=len(overruled & mentioned),
        level=len(overruled - mentioned),
        won=len(won - overruled),
        idle=len(elsewhere - overruled - won),
        made=len(own - overruled - (elsewhere - won)),
        until=max((one.version for one in newer), default=""),
    )


def _by_age(version: str, others: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """The newer ones, and those of the same version."""
    return [one for one in others if one.version > version], [one for one in others if one.version == version]


def _mentioned(rows: pa.Table, statements: Sequence[Statement]) -> tuple[Mask, str]:
    """Which games other statements speak of, and the newest version of those that do."""
    keys, mentioned, until = keys_of(rows), np.zeros(rows.num_rows, bool), ""
    for one in statements:
        for table in (one.games, one.retractions):
            if table is not None and (said := np.isin(keys, keys_of(table))).any():
                mentioned, until = mentioned | said, max(until, one.version)
    return mentioned, until


def _agree(games: pa.Table, others: pa.Table) -> Mask:
    """Which games stand in another table too, and say nothing that does not stand there."""
    if not others.num_rows:
        return np.zeros(games.num_rows, bool)
    place, beside = _beside(games, others)
    agree = place & ~_contradict(games, others)
    for name in _told(games, others):
        agree &= (pc.is_valid(beside[name]).to_numpy()) | ~pc.is_valid(games[name]).to_numpy()
    return agree


def _same(games: pa.Table, one: pa.Table, other: pa.Table) -> Mask:
    """Which games are the same in two tables of what holds, or in neither."""
    if not (one.num_rows and other.num_rows):
        either = one if one.num_rows else other
        return rows_of(games, either) < 0
    (in_one, rows), (in_other, others) = _beside(games, one), _beside(games, other)
    same = in_one & in_other
    for name in one.column_names:
        equal = pc.fill_null(pc.equal(rows[name], others[name]), False).to_numpy()
        same &= equal | (pc.is_null(rows[name]).to_numpy() & pc.is_null(others[name]).to_numpy())
    return same | ~(in_one | in_other)


def _contradict(games: pa.Table, others: pa.Table) -> Mask:
    """Which games have something else in another table, in a cell that both have filled."""
    contradict = np.zeros(games.num_rows, bool)
    if not others.num_rows:
        return contradict
    place, beside = _beside(games, others)
    for name in _told(games, others):
        contradict |= pc.fill_null(pc.not_equal(games[name], beside[name]), False).to_numpy()
    return contradict & place


def _beside(games: pa.Table, others: pa.Table) -> tuple[Mask, pa.Table]:
    """Which games another table has, and its rows for them (any row where it has none)."""
    place = rows_of(games, others)
    return place >= 0, others.take(pa.array(np.maximum(place, 0)))


def _told(games: pa.Table, others: pa.Table) -> list[str]:
    """Columns in which games can be compared."""
    return [name for name in games.column_names if name not in IDENTITY and name in others.column_names
            and games[name].null_count < games.num_rows]  # fmt: skip


def _units(table: pa.Table, unit: str | None) -> set[object]:
    """Units that a table names; a dataset that is replaced whole is one unit."""
    return set(table[unit].unique().to_pylist()) if unit else {None}


def _unlike(dataset: str, mine: pa.Table, others: pa.Table) -> set[object]:
    """Units of a table whose rows are not the same in another one."""
    spec = DATASETS[dataset]
    mine, others = (completed(table, spec.schema).select(spec.schema.names) for table in (mine, others))
    if spec.unit is not None:
        others = others.filter(pc.is_in(others[spec.unit], mine[spec.unit].unique()))
    both = pa.concat_tables([mine.cast(spec.schema), others.cast(spec.schema)])
    # Neither table has a row twice, so that a row that both have counts two.
    counted = both.group_by(both.column_names, use_threads=False).aggregate([([], "count_all")])
    lone = counted.filter(pc.equal(counted["count_all"], 1))
    return _units(lone, spec.unit) if lone.num_rows else set()
