"""Parts of a season: where in it one forecaster knows more than another.

Regular games by their days, conference tournaments where a file marks them (Kaggle does since 2001 for men and 2002 for
women; unmarked ones stay among the regular games), and what is played after Selection Sunday.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hoops.arrays import Bools
from hoops.games.identity import key_of, keys
from hoops.games.leagues import SELECTION_SUNDAY, Kind
from hoops.games.results import Results

DAYS = ((0, 21), (22, 49), (50, 77), (78, 104), (105, SELECTION_SUNDAY))  # from about the first of November on
CONFERENCE_TOURNAMENTS = "conference tournaments"
POST_SEASON = "post-season"


def parts(games: Results, marked: pa.Table | None) -> dict[str, Bools]:
    """Which of the games (m,) are of each part of their season; every game is of one.

    marked: games of conference tournaments, by the columns of `hoops.games.identity.IDENTITY`; None if nothing tells.
    """
    after = games.kind != Kind.REGULAR.value
    known = key_of(games.season, games.day, games.team1, games.team2)
    conference = ~after & (np.isin(known, keys(marked)) if marked is not None else False)
    rest = ~after & ~conference
    last = np.array([last for _, last in DAYS[:-1]])
    of_days = np.searchsorted(last, games.day)  # a regular game after Selection Sunday counts with the last ones
    found = {f"days {first}-{last}": rest & (of_days == place) for place, (first, last) in enumerate(DAYS)}
    return found | {CONFERENCE_TOURNAMENTS: conference, POST_SEASON: after}
