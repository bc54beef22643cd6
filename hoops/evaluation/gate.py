"""Which games a new model learns from, and which newer ones judge it beside the old one.

::

    season:  ----------- learned from -----------|--- the gate's: 28 days back from the newest game ---|
    summer:  ----------- learned from -----------|------------------ the last season ------------------|

Neither model has seen the gate's games in training, as long as the old one was cut before them as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.games.leagues import Kind
from hoops.games.moment import Moment

DAYS = 28  # of the running season that are the gate's
LEAST = 300  # games: fewer cannot tell two good models apart
_BRACKET = 3  # games of the smallest bracket with two rounds


@dataclass(frozen=True)
class Cut:
    """A training that learns from the games before a day, and the number of later games, which are the gate's."""

    before: Moment
    gate: int

    @property
    def is_enough(self) -> bool:
        """Whether a training pays: with fewer games to judge it by it would tell nothing."""
        return self.gate >= LEAST


def cut(games: pa.Table) -> Cut | None:
    """Where to cut a league's games (season, day, kind, team1_id, team2_id and scores, in any order) now.

    In season before the 28th day back from the newest game, and no earlier than the season; once its champion is known,
    before the season. None without games.
    """
    if games.num_rows == 0:
        return None
    season, day = (games[name].to_numpy().astype(np.int64) for name in ("season", "day"))
    now = season == season.max()
    newest = int(day[now].max())
    first = 0 if has_champion(games.filter(pa.array(now))) else max(newest - DAYS, 0)
    return Cut((int(season.max()), first), int(np.count_nonzero(now & (day >= first))))


def has_champion(season: pa.Table) -> bool:
    """Whether one team of a season's NCAA tournament is left that has not lost there.

    While it lasts, two teams or more are unbeaten: those of one round play on the same days.
    """
    bracket = season.filter(pc.equal(season["kind"], Kind.NCAA.value))
    if bracket.num_rows < _BRACKET:
        return False
    team1, team2, score1, score2 = (
        bracket[name].to_numpy() for name in ("team1_id", "team2_id", "team1_score", "team2_score")
    )
    beaten = np.where(score1 < score2, team1, team2)
    return len(np.setdiff1d(np.concatenate([team1, team2]), beaten)) == 1
