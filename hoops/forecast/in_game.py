"""The chance of team 1 after each play, from the score, the time left, the ball and the forecast before the game.

What the rest of a game adds to the lead is taken as normal, as Stern (1994) did: a Brownian motion whose drift is our
forecast. To it we add what the next seconds hold, which a motion does not know::

    mean      lead + possession x (who has the ball) + free throws to come + what the forecast expects of the rest
    variance  sigma^2 x share of the game left + last possession + free throws to come
    level     after the last second: overtime, in which the better team is still the better one

With the teams swapped every chance is exactly one minus what it was. It is never 0 or 1 before the end, and one of them
at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from hoops.arrays import Bools, Floats, Ints
from hoops.forecast.ball import FREE_THROW, REGULATION, Ball
from hoops.forecast.normal import phi

OVERTIME = 300  # seconds


@dataclass(frozen=True)
class InGame:
    """Constants, all chosen on the men's season 2017 (`python -m benchmarks.in_game --fit`)."""

    sigma: float = 15.9  # standard deviation of the margin of a whole game around the forecast, points
    possession: float = 0.488  # what having the ball is worth, against nobody having it, points
    last: float = 0.495  # variance that a possession adds to the last seconds, points squared
    seconds: float = 2.75  # with as many seconds left, the ball is worth 63 % of that
    slip: float = 0.00077  # share of moments in which the log, or the rest of the game, is nothing like this


PARAMETERS = InGame()


def seconds_left(elapsed: Ints) -> Ints:
    """Seconds left of regulation, or of the overtime that is played, (n,).

    >>> seconds_left(np.array([0, 2400, 2401, 2700])).tolist()
    [2400, 0, 299, 0]
    """
    left: Ints = np.where(elapsed <= REGULATION, REGULATION - elapsed, (REGULATION - elapsed) % OVERTIME)
    return left


def chances(
    lead: Floats,
    left: Floats,
    ball: Ball,
    pregame: Floats,
    ended: Bools | None = None,
    parameters: InGame = PARAMETERS,
) -> Floats:
    """The chance that team 1 wins, at n moments of games.

    Parameters
    ----------
    lead : float (n,)
        Score of team 1 less that of team 2 (points).
    left : float (n,)
        Seconds left of regulation, or of the overtime that is played (`seconds_left`).
    ball : Ball (n,)
        Who has it, and the free throws to come.
    pregame : float (n,)
        The chance of team 1 before the game, strictly between 0 and 1.
    ended : bool (n,), optional
        Moments at which the game is over: whoever leads has won.

    Raises
    ------
    ValueError
        If a forecast is 0 or 1 or beyond, a time is negative, or a game is over and level.
    """
    return chances_and_leverage(lead, left, ball, pregame, ended, parameters)[0]


def chances_and_leverage(
    lead: Floats,
    left: Floats,
    ball: Ball,
    pregame: Floats,
    ended: Bools | None = None,
    parameters: InGame = PARAMETERS,
) -> tuple[Floats, Floats]:
    """The chances, and how much two points matter, (n,) each; parameters and errors are those of `chances`.

    Leverage is the chance with a point more less that with a point less, 0-1, as if the game were not over; it is the
    same for both teams. Over its mean it is what baseball calls the leverage index (Tango, Lichtman and Dolphin, 2007),
    with the swing of one possession in place of the expected one.
    """
    if not np.all((pregame > 0.0) & (pregame < 1.0)):
        raise ValueError("a forecast is not strictly between 0 and 1")
    if np.any(left < 0):
        raise ValueError("a time left is negative")
    mean, sd, drift = _rest(lead, left, ball, pregame, parameters)
    # Seen from the team that is ahead, so that both teams see the same numbers.
    sign = np.where(mean != 0.0, np.sign(mean), np.sign(drift))
    overtime = OVERTIME / REGULATION
    better = phi(sign * drift * (overtime / np.sqrt(parameters.sigma**2 * overtime + parameters.last)))
    margin = sign * mean
    # The chance of ending above each of these: with a point less it has to be one more.
    above = [phi((margin + more) / sd) for more in (-1.5, -0.5, 0.5, 1.5)]
    less, now, more = (clear + (level - clear) * better for clear, level in pairwise(above))
    sure = 1.0 - 2.0 * parameters.slip
    behind = 1.0 - (parameters.slip + sure * now)
    chance = np.where(sign > 0.0, 1.0 - behind, np.where(sign < 0.0, behind, 0.5))
    if ended is not None:
        if np.any(ended & (lead == 0)):
            raise ValueError("a game that is over is level")
        chance = np.where(ended, lead > 0, chance)
    return chance, sure * (more - less)


def _rest(lead: Floats, left: Floats, ball: Ball, pregame: Floats, parameters: InGame) -> tuple[Floats, Floats, Floats]:
    """Mean and standard deviation of the margin after the last second, and what a whole game would add to it."""
    share = left / REGULATION
    alive = 1.0 - np.exp(-(left + 0.5) / parameters.seconds)  # half a second: a log's clock is cut to whole ones
    drift = _whole(parameters) * _probit(pregame)
    held = parameters.possession * ball.share * alive + FREE_THROW * ball.throws
    variance = parameters.sigma**2 * share + parameters.last * alive
    variance += FREE_THROW * (1.0 - FREE_THROW) * np.abs(ball.throws)
    return lead + held + share * drift, np.sqrt(variance), drift


def _whole(parameters: InGame) -> float:
    return float(np.sqrt(parameters.sigma**2 + parameters.last))


def _probit(probability: Floats) -> Floats:
    """What the normal distribution gives this probability, (n,), which is the same for all moments of a game."""
    starts = np.flatnonzero(np.diff(probability, prepend=-1.0))
    values = probability[starts]
    normal = NormalDist()
    # Of the favourite: its mirror then has the same number, with the other sign.
    probits = np.array([normal.inv_cdf(max(value, 1.0 - value)) for value in values.tolist()])
    found: Floats = np.repeat(np.where(values < 0.5, -probits, probits), np.diff(starts, append=len(probability)))
    return found
