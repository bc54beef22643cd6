"""Every two teams of a league on neutral ground at once, from what is known on one morning.

    what is known -> of each team: what features are the differences of -+
                  -> of every two: margin, standard deviation -----------+-> the scorer's network -> probability (n, n)

These are `match.forecast`'s probabilities to 1e-7, in a fraction of the time: a feature is the difference of two teams'
numbers, divided by the standard deviation of their margin or not, so that teams are described once and not once a game;
and what the network adds to the state-space model is computed in single precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops import knowledge
from hoops.arrays import Floats, Ids, find
from hoops.forecast import excerpt
from hoops.forecast.feature_list import NAMES, columns_of
from hoops.forecast.model import Model
from hoops.forecast.scorer import Wide
from hoops.forecast.team_features import Side, side_of
from hoops.games.leagues import NEUTRAL
from hoops.games.surroundings import Conferences
from hoops.knowledge import Knowledge, efficiency, statespace
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import State

_BLOCK = 1024  # games at a time: what the network makes of them stays in the processor's cache
_LOGIT, _BY_BOX = NAMES.index("logit"), NAMES.index("adjusted_logit")
_OF_TEAMS = ("history", "schedule", "record", "factors", "sums")  # groups of features, as `Side.rest` has them


@dataclass(frozen=True, eq=False)
class Pairs:
    """Chances of teams against each other on neutral ground; the arrays are read-only.

    teams : int32 (n,), ascending. probability : float64 (n, n), that the row's team beats the column's: the two of a
    pair add up to 1, and a team against itself has 0.5.
    """

    teams: Ids
    probability: Floats

    def __post_init__(self) -> None:
        self.teams.flags.writeable = self.probability.flags.writeable = False

    def of(self, team1: Ids, team2: Ids) -> Floats:
        """Chance of team 1 against team 2, (m,).

        Raises
        ------
        KeyError
            A team is none of these.
        """
        (one, has_one), (other, has_other) = find(self.teams, team1), find(self.teams, team2)
        if missing := sorted({*team1[~has_one].tolist(), *team2[~has_other].tolist()}):
            raise KeyError(f"no team {missing[0]} among these {len(self.teams)}")
        chances: Floats = self.probability[one, other]
        return chances


def all_pairs(before: Knowledge, teams: Ids, model: Model, past: bool | None = None) -> Pairs:
    """Forecast every two of some teams on the day that `before` was advanced to; never-seen ones are newcomers.

    past: whether without what rosters said; left out, `statespace.past_rosters` tells.
    """
    season, day = before.now
    parameters, teams = model.parameters, np.unique(teams).astype(np.int32)
    if _is_past(day, past):
        before = knowledge.without_rosters(before, parameters)
    own = efficiency.constants(parameters)
    found = excerpt.of_teams(before, teams, parameters, Conferences())
    sides, shooting = side_of(found), found.mornings.league.shooting
    offset, _ = _by_margin(before.strength, season, teams, parameters)
    by_box, sd = _by_margin(before.adjusted.base, season, teams, own)
    plain, scaled = _of_teams(sides, found.channels, efficiency.without_luck(found.channels, shooting))
    played, pace = np.log1p(sides.games), found.sums[:, 0]
    one, other = _every_two(len(teams))
    network, log_odds = Wide(model.scorer), np.empty(len(one))
    tables, f = np.hstack([plain[:, network.seen], scaled[:, network.seen]]), len(network.seen)
    for start in range(0, len(one), _BLOCK):
        rows = slice(start, start + _BLOCK)
        i, j, spread = one[rows], other[rows], own.scale * sd[rows]
        both = tables[i] - tables[j]
        values = both[:, :f] + both[:, f:] / spread[:, None]
        values[:, network.seen == _LOGIT], values[:, network.seen == _BY_BOX] = offset[rows, None], by_box[rows, None]
        context = np.column_stack(
            [
                np.full(len(i), day / 132.0 - 0.5),
                np.log(spread / 12.0),
                (pace[i] + pace[j]) / 5.0,
                np.ones(len(i)),
                np.minimum(played[i], played[j]) / 3.0,
                0.5 * (sides.boxed[i] + sides.boxed[j]),
            ]
        )
        log_odds[rows] = network.log_odds(offset[rows], values, context)
    return _mirrored(teams, log_odds)


def by_strength(before: Knowledge, teams: Ids, parameters: Parameters, past: bool | None = None) -> Pairs:
    """The same from the state-space model alone."""
    teams = np.unique(teams).astype(np.int32)
    season, day = before.now
    state = statespace.without_rosters(before.strength) if _is_past(day, past) else before.strength
    log_odds, _ = _by_margin(state, season, teams, parameters)
    return _mirrored(teams, log_odds)


def _is_past(day: int, asked: bool | None) -> bool:
    return bool(statespace.past_rosters(day, NEUTRAL)) if asked is None else asked


def _every_two(n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Places of the lower and of the higher id of every two of n teams, (m,) each."""
    lower, higher = np.triu_indices(n, 1)
    return lower, higher


def _by_margin(state: State, season: int, teams: Ids, parameters: Parameters) -> tuple[Floats, Floats]:
    """Log-odds of every two teams by a filter of margins, and the standard deviation of what counts, (m,) each."""
    counted, sd = (one[_every_two(len(teams))] for one in statespace.between(state, season, teams, parameters))
    probability = statespace.chance(counted / sd)
    return np.log(probability) - np.log1p(-probability), sd


def _of_teams(sides: Side, channels: Floats, regressed: Floats) -> tuple[Floats, Floats]:
    """By team and `NAMES`: what features are the differences of, plain and to be divided by a standard deviation.

    channels: float64 (n, 14), of `hoops.knowledge.efficiency`. regressed: float64 (n,), points per 40 minutes, of them.

    What belongs to two teams at once (log-odds) or to no neutral ground (home, travel) stays 0.
    """
    plain, scaled = np.zeros((2, len(sides.games), len(NAMES)))
    plain[:, columns_of(("efficiency",))] = sides.efficiency
    plain[:, columns_of(_OF_TEAMS)] = np.nan_to_num(sides.rest)
    plain[:, columns_of(("missing",))] = sides.missing
    plain[:, columns_of(("absences",))] = sides.absent
    scaled[:, columns_of(("adjusted",))] = np.column_stack([channels, regressed])
    return plain, scaled


def _mirrored(teams: Ids, log_odds: Floats) -> Pairs:
    """The pairs of teams from the log-odds of every two."""
    lower, higher = _every_two(len(teams))
    probability = np.full((len(teams), len(teams)), 0.5)
    probability[lower, higher] = chances = 1.0 / (1.0 + np.exp(-log_odds))
    probability[higher, lower] = 1.0 - chances
    return Pairs(teams, probability)
