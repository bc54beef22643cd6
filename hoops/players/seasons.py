"""What players did in a season: their share of the team's minutes and what each was worth.

A player's worth is a box plus-minus: points a game by which a team of average players gets better if the player is one
of its five all the time. The shares (five a team) times the worths add up to the team's strength, but for what is
shrunk away, so that what box scores do not show is shared by all who played. What each column of a box score is worth
comes from regressing teams' strengths on what their players did together; a player's own lead over the team mates
counts the less, the fewer the minutes. Where a file brings a rating of its own, the two are averaged: on men's seasons
up to 2018 that was better than either alone (docs/rosters.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids
from hoops.players.squads import Squads
from hoops.schemas import BOX_COLUMNS

BOX = (*BOX_COLUMNS, "points")
LEADS = ("points", "ast", "dr", "stl", "blk")  # of which a player's share beyond the share of minutes says something
FIVE, MINUTES = 5.0, 40.0
SHRINK = 400.0  # minutes in which the team mates' average weighs as much as the player's own box score
# Of ratings that others give: widest believed, minutes and value that shrink them.
WIDEST, RATING_SHRINK, RATING_MEAN = 25.0, 80.0, -3.0


@dataclass(frozen=True, eq=False)
class PlayerSeason:
    """Players of a finished season, k of them, by team and player.

    Attributes
    ----------
    team, player : int32 (k,)
    minutes : float64 (k,)
    share : float64 (k,)
        Of the team's minutes; five a team.
    worth : float64 (k,)
        Points a game at full time.
    leads : float64 (k, 5)
        By `LEADS`: share of what the team did, less the share of its minutes.
    klass : int8 (k,)
        Place in `hoops.schemas.players.CLASSES`; 1 where it is not told, and a graduate counts as a senior.
    by_player : int32 (p,), ascending; order : intp (p,)
        Every player once, and the row: that of the team with the most minutes.
    """

    team: Ids
    player: Ids
    minutes: Floats
    share: Floats
    worth: Floats
    leads: Floats
    klass: npt.NDArray[np.int8]
    by_player: Ids
    order: npt.NDArray[np.intp]


def team_rates(squads: Squads, season: int) -> tuple[Ids, Floats]:
    """Teams of a season (t,) and what their players did in 40 minutes, by `BOX`, less the league's mean; (t, 14).

    It is 0, the mean, where nothing is told of a team: no minutes, or not one cell of a column.
    """
    rows = squads.played(season)
    teams, place = np.unique(rows.team, return_inverse=True)
    minutes = np.bincount(place, rows.minutes, len(teams))
    total = np.column_stack([np.bincount(place, column, len(teams)) for column in np.nan_to_num(rows.box).T])
    rates = FIVE * MINUTES * total / np.maximum(minutes, 1.0)[:, None]
    cells = np.column_stack([np.bincount(place, column, len(teams)) for column in ~np.isnan(rows.box).T])
    told = (minutes > 0.0)[:, None] & (cells > 0)
    usual = np.sum(rates, axis=0, where=told) / np.maximum(told.sum(axis=0), 1)
    return teams.astype(np.int32), np.where(told, rates - usual, 0.0)


def player_season(
    squads: Squads, season: int, strength: Mapping[int, float], newcomer: float, box: Floats
) -> PlayerSeason:
    """What players did in a season that is over.

    strength: of each team at its end, against the mean of all; newcomer: of a team that is not among them. box:
    float64 (14,), points of strength in each column of `BOX`.
    """
    rows = squads.played(season)
    teams, place = np.unique(rows.team, return_inverse=True)
    # Where a team's minutes are missing, games stand for them.
    minutes = rows.minutes
    timed = np.bincount(place, minutes, len(teams)) > 0.0
    weight = np.where(timed[place], minutes, rows.games * 1.0)
    total = np.maximum(np.bincount(place, weight, len(teams)), 1e-9)
    share = FIVE * weight / total[place]
    did = np.nan_to_num(rows.box)
    of_team = np.column_stack([np.bincount(place, column, len(teams)) for column in did.T])
    rate = MINUTES * did / np.maximum(minutes, 1.0)[:, None]
    usual = MINUTES * of_team / np.maximum(np.bincount(place, minutes, len(teams)), 1.0)[:, None]
    lead = (rate - usual[place]) @ box * minutes / (minutes + SHRINK)
    level = np.array([strength.get(team, newcomer) for team in teams.tolist()])
    worth = level[place] / FIVE + np.where(timed[place], lead, 0.0)
    rated = np.clip(np.nan_to_num(rows.rating), -WIDEST, WIDEST)
    rated = (rated * minutes + RATING_MEAN * RATING_SHRINK) / (minutes + RATING_SHRINK)
    worth = np.where(np.isnan(rows.rating), worth, 0.5 * (worth + rated))
    columns = [BOX.index(name) for name in LEADS]
    part = FIVE * did[:, columns] / np.maximum(of_team[place][:, columns], 1.0)
    leads = np.where(of_team[place][:, columns] > 0.0, part - share[:, None], 0.0)
    by_minutes = np.lexsort((weight, rows.player))
    ordered = rows.player[by_minutes]
    order = by_minutes[np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]]
    return PlayerSeason(rows.team, rows.player, minutes, share, worth, leads, rows.klass, rows.player[order], order)
