"""A season's games from the side of each team, added up as it goes, and by pair of teams.

A forfeit is a win and a loss of a game; it has no points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.games.reference import Reference
from hoops.games.results import is_forfeit
from hoops.tables.columns import build

_SITES = pa.array(["away", "neutral", "home"])  # of -1, 0 and +1


def team_scores(games: pa.Table, season: int, reference: Reference) -> pa.Table:
    """Every game of each team (games: `PREDICTED`), by team and day, and what it has done until then."""
    side = [_side(games, 1), _side(games, 2)]
    both = [np.concatenate(pair) for pair in zip(*side, strict=True)]
    day, team, opponent = both[:3]
    order = np.lexsort((opponent, day, team))
    day, team, opponent, points, against, won, site = (column[order] for column in both)
    starts = np.flatnonzero(np.diff(team, prepend=-1))
    rows = pa.table({"day": day, "team_id": team, "opponent_id": opponent})
    return build(
        "team_scores", rows, season, reference,
        site=_SITES.take(pa.array(site + 1)),
        points=points, points_against=against,
        games=np.arange(len(team)) - np.repeat(starts, np.diff(starts, append=len(team))) + 1,
        wins=_so_far(won, starts),
        points_total=_so_far(points, starts), points_against_total=_so_far(against, starts),
    )  # fmt: skip


def head_to_head(games: pa.Table, season: int, reference: Reference) -> pa.Table:
    """Every pair of teams that met (games: `PREDICTED`), by team 1 and team 2."""
    day, team1, team2, points1, points2, won, _ = _side(games, 1)
    order = np.lexsort((day, team2, team1))
    day, team1, team2, points1, points2, won = (one[order] for one in (day, team1, team2, points1, points2, won))
    starts = np.flatnonzero(np.diff(team1.astype(np.int64) << 32 | team2, prepend=-1))
    last = np.append(starts[1:], len(day))[: len(starts)] - 1
    rows = pa.table({"team1_id": team1[starts], "team2_id": team2[starts], "last_day": day[last]})
    return build(
        "head_to_head", rows, season, reference,
        games=last - starts + 1,
        team1_wins=_sums(won, starts), team1_points=_sums(points1, starts), team2_points=_sums(points2, starts),
        last_winner_id=np.where(won[last], team1[starts], team2[starts]),
    )  # fmt: skip


def _side(games: pa.Table, side: int) -> tuple[npt.NDArray, ...]:
    """Day, team, opponent, points of both, whether the team won and where it played, (m,) each."""
    other = 3 - side
    team, opponent = (games[f"team{one}_id"].to_numpy() for one in (side, other))
    points, against = (games[f"team{one}_score"].to_numpy() for one in (side, other))
    played = ~is_forfeit(points, against)
    site = games["site"].to_numpy() * (1 if side == 1 else -1)
    return games["day"].to_numpy(), team, opponent, points * played, against * played, points > against, site


def _so_far(values: npt.NDArray, starts: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Sum of the values from the start of their group to their own, (n,)."""
    total = np.cumsum(values, dtype=np.int64)
    before = total[starts] - values[starts]
    return total - np.repeat(before, np.diff(starts, append=len(values)))


def _sums(values: npt.NDArray, starts: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    return np.add.reduceat(values.astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
