"""Games as they would look if box scores were missing: what a scorer is trained on besides what there is.

Seasons to train on may have every box score, and tonight's teams none. So the games are described once more, or several
times, by walks through the same history in which seasons have lost box scores, each season in a way drawn at random.

    games -> lost: which of them lose their box score -> without them -> hoops.forecast.features.walk -> described again
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.forecast.features import walk
from hoops.games.results import Results
from hoops.games.surroundings import Surroundings
from hoops.knowledge.parameters import Parameters
from hoops.players import Squads
from hoops.schemas import BOX_COLUMNS
from ml_jobs.fit_scorer import Games
from ml_jobs.settings import Settings

# How likely a season loses the box scores of all games, of a random half, of half of the teams, of the games from some
# day on; the others lose none.
WAYS = (0.4, 0.2, 0.2, 0.1)
_DAYS = 133  # of a regular season


def described_again(
    games: pa.Table,
    parameters: Parameters,
    surroundings: Surroundings,
    settings: Settings,
    squads: Squads | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Games]:
    """The games (`GAMES`, in order of play) as walks see them in which box scores were taken away; none if none can be.

    They count as having the box scores that they have, and by `taken_away_weight` in training.
    """
    has_box = Results.of(games).has_box
    if not has_box.any():
        return []
    again = []
    for step in range(settings.taken_away):
        bare = without(games, lost(games, settings.seed + step))
        played, described, _ = walk(bare, parameters, surroundings, progress, squads=squads)
        again.append(Games.of(played, has_box, described, settings.taken_away_weight))
    return again


def lost(games: pa.Table, seed: int) -> npt.NDArray[np.bool_]:
    """Which games (`GAMES`, in order of play) lose their box score, (m,).

    What a season loses depends on the seed, the season and its games up to each, and on nothing later.
    """
    season, day, team1, team2 = (games[name].to_numpy() for name in ("season", "day", "team1_id", "team2_id"))
    gone = np.zeros(len(season), bool)
    for one in np.unique(season).tolist():
        rows = np.flatnonzero(season == one)
        rng = np.random.default_rng([seed, one])
        way = int(np.searchsorted(np.cumsum(WAYS), rng.random(), side="right"))
        if way == 0:
            gone[rows] = True
        elif way == 1:
            gone[rows] = rng.random(len(rows)) < 0.5
        elif way == 2:
            # By id, so that a team's lot does not depend on which others play.
            bare = rng.random(int(max(team1[rows].max(), team2[rows].max())) + 1) < 0.5
            gone[rows] = bare[team1[rows]] | bare[team2[rows]]
        elif way == 3:
            gone[rows] = day[rows] >= rng.integers(_DAYS)
    return gone


def without(games: pa.Table, gone: npt.NDArray[np.bool_]) -> pa.Table:
    """The games (`GAMES`), those of some rows without their box scores."""
    kept = pa.array(~gone)
    for side in (1, 2):
        for name in BOX_COLUMNS:
            place = games.schema.get_field_index(f"team{side}_{name}")
            if place >= 0:
                field = games.schema.field(place)
                games = games.set_column(place, field, pc.if_else(kept, games[field.name], pa.scalar(None, field.type)))
    return games
