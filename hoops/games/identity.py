"""Which game is which: a game is named by season, day and the unordered pair of its teams, and by nothing else.

The kind of a game, its site or its score may be corrected: it is still the same game.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import find

IDENTITY = ("season", "day", "team1_id", "team2_id")  # team 1 has the lower id
Keys = npt.NDArray[np.int64]


def key_of(season: npt.NDArray, day: npt.NDArray, team1: npt.NDArray, team2: npt.NDArray) -> Keys:
    """One number a game, (m,), ascending in order of play: by season, day, team 1 and team 2 (team 1 the lower id).

    >>> key_of(np.array([2024]), np.array([154]), np.array([1163]), np.array([1345])).tolist()
    [2226073035801921]
    """
    wide = (part.astype(np.int64) for part in (season, day, team1, team2))
    season, day, team1, team2 = wide
    return (season << 8 | day) << 32 | team1 << 16 | team2


def keys(games: pa.Table) -> Keys:
    """The key of each row of a table with the columns of `IDENTITY`, (m,)."""
    return key_of(*(games[name].to_numpy() for name in IDENTITY))


def in_order_of_play(games: pa.Table) -> pa.Table:
    """The same rows by season, day and teams: the same table, if they lie so already."""
    if (np.diff(keys(games)) >= 0).all():
        return games
    return games.sort_by([(name, "ascending") for name in IDENTITY])


def rows_of(games: pa.Table, others: pa.Table) -> npt.NDArray[np.intp]:
    """Row of each game in another table, in which every game stands once; -1 where it is not there, (m,)."""
    known = keys(others)
    order = np.argsort(known, kind="stable")
    place, found = find(known[order], keys(games))
    return np.where(found, order[place], -1) if len(order) else np.full(games.num_rows, -1)


def without(games: pa.Table, others: pa.Table) -> pa.Table:
    """The rows whose game is not in another table, such as the fixtures that were not played."""
    if not (games.num_rows and others.num_rows):
        return games
    return games.filter(pa.array(rows_of(games, others) < 0))
