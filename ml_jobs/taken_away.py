"""Games as they would look if files were missing: what a scorer is trained on besides what there is.

Seasons to train on may have every box score, and tonight's teams none. So the games are described once more, or several
times, by walks through the same history in which seasons have lost box scores, each season in a way drawn at random,
and in which no players' file was ever sent.

    games -> lost: which of them lose their box score -> without them -> hoops.forecast.features.walk -> described again

Before the first season with a box score nothing is taken away, and all walks share the way to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Bools
from hoops.forecast.features import Described, walk
from hoops.games.identity import in_order_of_play
from hoops.games.results import Results
from hoops.games.surroundings import Surroundings
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import Parameters
from hoops.players import Squads
from hoops.schemas import BOX_COLUMNS
from ml_jobs.games import Games, features_of
from ml_jobs.memory import give_back
from ml_jobs.settings import Settings

# How likely a season loses the box scores of all games, of a random half, of half of the teams, of the games from some
# day on; the others lose none.
WAYS = (0.4, 0.2, 0.2, 0.1)
_DAYS = 133  # of a regular season


@dataclass(frozen=True, eq=False)
class Seen:
    """Games as they looked before they were played, with the features that a scorer sees.

    games: all that were described, in order of play, and after them the same as walks saw them in which box scores were
    taken away; those count as having the box scores that they have, and by `taken_away_weight`. real: how many of them
    are the games as they were. known: what is known after the last one.
    """

    games: Games
    real: int
    known: Knowledge

    @property
    def every(self) -> Games:
        """Each game once, as it was: a view."""
        return self.games.where(slice(self.real))


def described(
    games: pa.Table,
    parameters: Parameters,
    surroundings: Surroundings,
    settings: Settings,
    squads: Squads | None = None,
    progress: Callable[[int, int], None] | None = None,
    since: int = 0,
) -> Seen:
    """Describe games (`GAMES`, in order of play), and once more for each walk without some of their box scores.

    progress: told how many games were walked through, in all walks. since: games of earlier seasons are not described.
    """
    games = in_order_of_play(games)
    season, has_box, names = games["season"].to_numpy(), Results.of(games).has_box, features_of(settings)
    start = int(np.searchsorted(season, season[has_box][0])) if has_box.any() else len(season)
    early, late = games.slice(0, start), games.slice(start)
    walks = settings.taken_away if late.num_rows else 0
    total, done = start + (1 + walks) * late.num_rows, 0
    first, real = int((season[:start] >= since).sum()), int((season >= since).sum())
    room = Described.room((1 + walks) * real, names)

    def walked(
        part: pa.Table, known: Knowledge | None, at: int, squads: Squads | None, boxed: Bools
    ) -> tuple[Games, Knowledge]:
        nonlocal done
        before, done = done, done + part.num_rows
        on_game = progress and (lambda at, _: progress(before + at, total))
        kept = part["season"].to_numpy() >= since
        here = room.rows(slice(at, at + int(kept.sum())))
        played, shown, known = walk(part, parameters, surroundings, on_game, known, squads, since, names, here)
        found = Games.of(played, boxed[kept], shown)
        give_back()
        return found, known

    shared, known = walked(early, None, 0, squads, has_box[:start])
    if not late.num_rows:
        return Seen(shared, real, known)
    as_it_was, after = walked(late, known, first, squads, has_box[start:])
    parts = [shared, as_it_was]
    for step in range(walks):
        at = (1 + step) * real
        room.put(at, shared.described)
        fewer = without(late, lost(late, settings.seed + step))
        again, _ = walked(fewer, known, at + first, None, has_box[start:])
        parts += [one.weighing(settings.taken_away_weight) for one in (shared, again)]
    return Seen(Games.joined(parts, room), real, after)


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
