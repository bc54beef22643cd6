"""From a list of teams to their lines: how large the field is, who plays in, which places of the bracket they take."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Bools, Ints
from hoops.games.leagues import League

_SIZES = (64, 65, 68)
_REGIONS = 4


def field_size(league: League, season: int, tables: Mapping[str, pa.Table]) -> int:
    """Teams in the field of a season: by the NCAA's rule; of a league with other sizes, as many as the last time.

    Fewer seeds than regions, or more than any field had, are those of a file that is not whole.

    >>> field_size(League.MEN, 2005, {}), field_size(League.WOMEN, 2021, {}), field_size(League.WOMEN, 2022, {})
    (65, 64, 68)
    """
    usual = (
        68
        if season >= (2011 if league is League.MEN else 2022)
        else 65
        if league is League.MEN and season > 2000
        else 64
    )
    seeds = tables.get("NCAATourneySeeds")
    if seeds is None:
        return usual
    before = seeds.filter(pc.less(seeds["season"], season))
    if before.num_rows == 0:
        return usual
    last = pc.sum(pc.equal(before["season"], pc.max(before["season"]))).as_py()
    return int(last) if _REGIONS <= last <= max(_SIZES) and last not in _SIZES else usual


def bracket_of(size: int) -> int:
    """Places of the bracket of a field, play-ins apart.

    >>> bracket_of(68), bracket_of(64), bracket_of(10)
    (64, 64, 8)
    """
    return 1 << (size.bit_length() - 1)


def places(automatic: Bools) -> tuple[Ints, Bools]:
    """The place in the bracket, from 0, of each team of a list, and whether it is the second one there, (..., size).

    Half of the play-ins are between the last teams of the list, the other half between the last at-large teams before
    them (champions, where these are too few). Two that play in share a place, the better one's.

    automatic : bool (..., size), of the list, best team first.

    >>> place, second = places(np.array([False, False, True, False, False, True, False, False, True, True]))
    >>> place.tolist(), second.nonzero()[0].tolist()
    ([0, 1, 2, 3, 4, 5, 6, 6, 7, 7], [7, 9])
    """
    size = automatic.shape[-1]
    play_ins = size - bracket_of(size)
    bubbles = play_ins // 2
    last = 2 * (play_ins - bubbles)
    early = np.arange(size) < size - last
    at_large, champions = ~automatic & early, automatic & early
    # 1 is the last of those that play in first: at-large teams, and champions where there are too few of these.
    turn = np.where(at_large, _from_below(at_large), _from_below(champions) + at_large.sum(axis=-1, keepdims=True))
    paired = early & (turn <= 2 * bubbles)
    second = paired & (_from_below(paired) % 2 == 1)
    second[..., size - last :] = np.arange(last) % 2 == 1
    ahead = np.cumsum(~second, axis=-1) - 1  # places taken up to and with a team
    found = np.where(second, 0, ahead)
    partner = paired & ~second
    # The second of two stands where the one before it among the paired stands.
    held = np.where(partner, ahead, -1)
    held[..., size - last :] = np.where(np.arange(last) % 2 == 0, ahead[..., size - last :], -1)
    return np.where(second, np.maximum.accumulate(held, axis=-1), found), second


def _from_below(some: Bools) -> Ints:
    """How many of some teams stand on a list from each place to its end, (..., size)."""
    counts: Ints = np.cumsum(some[..., ::-1], axis=-1, dtype=np.intp)[..., ::-1]
    return counts


def lines(place: Ints) -> Ints:
    """Number of the seed of a place: 1 of the first four."""
    return place // 4 + 1


def snake(count: int) -> npt.NDArray[np.intp]:
    """Region 0-3 of each place: W X Y Z, then back.

    >>> snake(10).tolist()
    [0, 1, 2, 3, 3, 2, 1, 0, 0, 1]
    """
    turn = np.arange(count) % 8
    return np.where(turn < 4, turn, 7 - turn)
