"""The constants of the state-space model, one set a league; `parameters.json` ships the fitted ones."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

from hoops.games.leagues import League
from hoops.games.moment import Moment, end_of


@dataclass(frozen=True)
class Parameters:
    """Constants of one league's model; `docs/model.md` has the formulas. Strengths and margins are in points."""

    home: float  # home advantage before any game is known
    home_sd: float  # its standard deviation then
    home_season_sd: float  # how far it moves from one season to the next
    own_home_sd: float  # how much teams differ in home advantage
    own_home_carry: float  # share of a team's own home advantage that survives the summer, 0-1
    newcomer: float  # strength of a team never seen before, against the average team's 0
    newcomer_sd: float
    carry: float  # share of a team's distance from its long-run strength that survives the summer, 0-1
    carry_sd: float  # what the summer adds to the uncertainty of every strength
    long_run_rate: float  # share by which a finished season moves the long-run strength towards it, 0-1
    drift_sd: float  # how far a strength moves in a day, points per square root of a day
    noise_sd: float  # standard deviation of a counted margin around the difference in strength
    softness: float  # margins much smaller than this count in full, bigger ones by their logarithm
    overtime_share: float  # share of its margin that an overtime game counts, 0-1
    scale: float  # calibration: what the model says is the sd of a margin is this many times too wide

    def digest(self) -> str:
        """Short hash of the values, equal for equal constants only.

        >>> defaults(League.MEN).digest() == defaults(League.WOMEN).digest()
        False
        """
        exact = {name: float(value).hex() for name, value in sorted(asdict(self).items())}
        return hashlib.sha256(json.dumps(exact).encode()).hexdigest()[:12]


@cache
def defaults(league: League) -> Parameters:
    """The constants that ship with the project, chosen on seasons before 2011 by `ml_jobs.fit_statespace`."""
    text = resources.files("hoops.knowledge").joinpath("parameters.json").read_text(encoding="utf-8")
    return Parameters(**json.loads(text)[league.value]["parameters"])


@cache
def trained_through(league: League) -> Moment:
    """The last day whose games helped to choose the constants; forecasts of later days are out of sample."""
    text = resources.files("hoops.knowledge").joinpath("parameters.json").read_text(encoding="utf-8")
    return end_of(int(json.loads(text)[league.value].get("trained_through", 2010)))
