"""What each player of a season did: the most and the least frequent move, totals, shooting and means per game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import find

# What a profile counts: the codes of the events, and of their kinds where only some count.
_SUMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fgm2": (("made2",), ()), "fga2": (("made2", "miss2"), ()),
    "fgm3": (("made3",), ()), "fga3": (("made3", "miss3"), ()),
    "ftm": (("made1",), ()), "fta": (("made1", "miss1"), ()),
    "offensive_rebounds": (("reb",), ("off", "offdb")), "defensive_rebounds": (("reb",), ("def", "defdb")),
    "rebounds": (("reb",), ()), "assists": (("assist",), ()), "steals": (("steal",), ()), "blocks": (("block",), ()),
    "turnovers": (("turnover",), ()), "fouls": (("foul",), ()), "fouls_drawn": (("fouled",), ()),
}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """Columns of the profiles of players, (p,) each.

    numbers: by column of `player_profiles`.
    most_frequent, least_frequent: numbers of event codes.
    """

    numbers: dict[str, npt.NDArray]
    most_frequent: npt.NDArray[np.int64]
    least_frequent: npt.NDArray[np.int64]


def profiles(
    team: npt.NDArray,
    player: npt.NDArray,
    games: npt.NDArray,
    counted: Sequence[npt.NDArray],
    count: npt.NDArray,
    events: Sequence[str],
    details: Sequence[str],
) -> Profile:
    """Profiles of players, (p,), ascending by team and player.

    Where two events are even, the one whose code comes first in the alphabet is the most, and the least, frequent.

    games: in which each player did something, (p,).
    counted, count: team, player, event, detail and how often, (c,) each, as `Tally.counted` gives them; players
        that are not asked for are left out.
    events, details: the codes by their number.
    """
    keys = team.astype(np.int64) << 24 | player
    of_team, of_player, event, detail = counted
    row, known = find(keys, of_team << 24 | of_player)
    row, event, detail, count = row[known], event[known], detail[known], count[known]
    # Events in the order of their codes, so that the first of the even ones is the first of the alphabet.
    order = np.argsort(np.array(events), kind="stable")
    rank = np.argsort(order)
    matrix = np.zeros((len(keys), len(events)), np.int64)
    np.add.at(matrix, (row, rank[event]), count)
    most = matrix.argmax(axis=1)
    least = np.where(matrix == 0, np.iinfo(np.int64).max, matrix).argmin(axis=1)
    players = np.arange(len(keys))
    numbers: dict[str, npt.NDArray] = {
        "total": matrix.sum(axis=1),
        "most_frequent_count": matrix[players, most],
        "least_frequent_count": matrix[players, least],
    }
    for name, (codes, kinds) in _SUMS.items():
        counts = np.isin(event, [events.index(code) for code in codes])
        if kinds:
            counts &= np.isin(detail, [details.index(kind) for kind in kinds])
        numbers[name] = np.bincount(row[counts], weights=count[counts], minlength=len(keys)).astype(np.int64)
    numbers["points"] = 2 * numbers["fgm2"] + 3 * numbers["fgm3"] + numbers["ftm"]
    for name in ("points", "rebounds", "assists"):
        numbers[f"{name}_per_game"] = numbers[name] / games
    numbers["plays_per_game"] = numbers["total"] / games
    return Profile(numbers, order[most], order[least])
