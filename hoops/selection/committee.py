"""The selection committee's list: an index of what it sees, with weights fitted to the seeds that it gave.

Of two teams the one with the better index is the higher with a chance that is logistic in the difference (Bradley and
Terry, 1952): the weights are those under which the true orders of seasons to 2010 are most likely. A draw of the list
adds to each index a deviate of Gumbel, which has the same chances (Luce, 1959): a committee is not wholly predictable.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np

from hoops.arrays import Bools, Floats, Ints
from hoops.games.leagues import League
from hoops.selection.season import Reals

_PENALTY, _STEPS = 1.0, 25
_CONSIDERED = 100  # teams left out are compared if they are among so many by index of the first feature but rating


@cache
def weights(league: League) -> tuple[float, ...]:
    """The weights that ship, by `hoops.selection.resume.FEATURES`; `benchmarks.projected_field` fits them."""
    text = resources.files("hoops.selection").joinpath("committee.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)[league.value]["weights"])


def index(features: Reals, league: League) -> Floats:
    """How high teams are on the list, (..., n), from their features (..., n, 3)."""
    found: Floats = features @ np.array(weights(league))
    return found


def comparisons(features: Floats, line: Ints, automatic: Bools) -> Floats:
    """Differences of features (m, 3) of pairs of a season's teams, the higher one first.

    line : (n,), 1-16, 17 of teams left out. automatic : (n,), champions: that one is in says nothing of those left out.
    """
    considered = np.argsort(-features[:, 1])[:_CONSIDERED]
    left_out = considered[line[considered] == 17]
    parts = []
    for team in np.flatnonzero(line < 17):
        lower = np.flatnonzero((line > line[team]) & (line < 17))
        parts.append(features[team] - features[lower])
        if not automatic[team]:
            parts.append(features[team] - features[left_out])
    return np.concatenate(parts)


def fitted(differences: Floats) -> Floats:
    """Weights under which the pairs are likeliest, (3,), by Newton's method, with a small penalty on their squares."""
    found = np.zeros(differences.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-differences @ found))
        slope = differences.T @ (1.0 - chance) - _PENALTY * found
        curve = (differences * (chance * (1.0 - chance))[:, None]).T @ differences + _PENALTY * np.eye(len(found))
        found = found + np.linalg.solve(curve, slope)
    return found
