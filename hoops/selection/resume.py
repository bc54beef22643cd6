"""What a selection committee sees of a team: how good it is, what it has won beyond what a bubble team would have, RPI.

wins above bubble: over all games, the result less the chance of a team that just misses the field to win it (the idea
of ESPN's strength of record and the NCAA's WAB). RPI: a quarter of the share of games won, half the opponents' and a
quarter of the opponents' opponents' (the NCAA's index to 2018 men, 2020 women), games at home and away counted alike
and a team's own games not taken out of its opponents'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.selection.season import Meetings, Reals, Season
from hoops.selection.strengths import Strengths

_BUBBLE = 45  # place in the ratings of a team that just misses the field
FEATURES = ("rating", "wins above bubble", "rpi")
_UNITS = np.array([5.0, 3.0, 0.05])  # points, games, RPI: what the weights are for


@dataclass(frozen=True, eq=False)
class Schedules:
    """What does not change with results: whom each team plays, and how hard that is.

    opponents : float64 (n, n)
        Share of the row's team's games, played and listed, that are against the column's.
    neutral : float64 (n,)
        Chance of a bubble team to beat each on neutral ground.
    """

    opponents: Floats
    neutral: Floats

    def features(self, rating: Reals, won: Reals, played: Reals, above: Reals) -> Reals:
        """`FEATURES` of each team in the units of the weights, (..., n, 3).

        rating : float64 (n,) or (..., n), points. won, played : games. above : wins above bubble. All (..., n).
        """
        share = won / np.maximum(played, 1.0)
        theirs = share @ self.opponents.T
        rpi = 0.25 * share + 0.5 * theirs + 0.25 * (theirs @ self.opponents.T)
        return np.stack([np.broadcast_to(rating, rpi.shape), above, rpi], axis=-1) / _UNITS


def schedules(season: Season, known: Strengths) -> Schedules:
    n = len(season.teams)
    met = np.zeros((n, n))
    for games in (season.played, season.to_come):
        np.add.at(met, (games.one, games.other), 1.0)
        np.add.at(met, (games.other, games.one), 1.0)
    return Schedules(met / np.maximum(met.sum(axis=1, keepdims=True), 1.0), bubble(known, known.rating, 0.0))


def bubble(known: Strengths, opponent: Floats, site: npt.NDArray[Any] | float) -> Floats:
    """Chance of a bubble team against opponents of some ratings, (m,); site as the bubble team sees it.

    A logistic curve, of the same slope at even as the normal one.
    """
    least = np.sort(known.rating)[-min(_BUBBLE, len(known.rating))]
    probits = (least - opponent + known.home * np.asarray(site)) / known.noise
    chance: Floats = 1.0 / (1.0 + np.exp(-1.6 * probits))
    return chance


def hardness(known: Strengths, games: Meetings) -> tuple[Floats, Floats]:
    """Chance of a bubble team in the place of team `one` and of the other one, (m,) each."""
    return (
        bubble(known, known.rating[games.other], games.site),
        bubble(known, known.rating[games.one], -games.site),
    )


def record(season: Season, known: Strengths) -> tuple[Floats, Floats, Floats]:
    """Of the games played: won, played and wins above bubble of each team, (n,) each."""
    games, n = season.played, len(season.teams)
    both = np.concatenate([games.one, games.other])
    won = np.concatenate([season.won, ~season.won]).astype(np.float64)
    return (
        np.bincount(both, won, n).astype(np.float64),
        np.bincount(both, minlength=n).astype(np.float64),
        np.bincount(both, won - np.concatenate(hardness(known, games)), n).astype(np.float64),
    )
