"""The state of the state-space model, its bytes, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, ReadOnly, pack, unpack

_VERSION = 6
_ARRAYS = (
    "teams", "last_season", "mean", "variance", "off_diagonal", "long_run", "own_home", "own_home_variance",
    "from_rosters",
)  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """Of team 1, each (m,): win probability (never 0 or 1), expected margin and its standard deviation (points)."""

    probability: Floats
    margin: Floats
    margin_sd: Floats


@dataclass(frozen=True)
class Ratings:
    """Teams that played this season (k,), their expected margin against the mean of them, and its sd (points)."""

    team: Ids
    rating: Floats
    rating_sd: Floats


@dataclass(frozen=True, eq=False)
class State(ReadOnly):
    """Strengths of a league at one moment (`hoops.knowledge.Knowledge` has the clock); the arrays are read-only.

    Attributes
    ----------
    teams : int32 (n,), ascending
    last_season : int16 (n,)
        Season of each team's latest game.
    mean : float64 (n + 1,)
        Strengths, then the home advantage (points).
    variance : float64 (n + 1,)
        Of each of these; a day that passes adds to it, and to no covariance of two of them.
    off_diagonal : float64 (n + 1, n + 1), exactly symmetric
        Covariance of every two of these, 0 on the diagonal.
    long_run : float64 (n,)
        Where each strength returns to between seasons (points).
    own_home, own_home_variance : float64 (n,)
        Each team's home advantage less the league's, and its variance; taken as independent of all else.
    from_rosters : float64 (n + 1,)
        How much of the mean rests on what players' files said when the season began; games make it smaller.
    """

    teams: Ids
    last_season: npt.NDArray[np.int16]
    mean: Floats
    variance: Floats
    off_diagonal: Floats
    long_run: Floats
    own_home: Floats
    own_home_variance: Floats
    from_rosters: Floats

    @property
    def covariance(self) -> Floats:
        """Covariance of `mean`, (n + 1, n + 1): put together anew each time."""
        return self.off_diagonal + np.diag(self.variance)


def to_bytes(state: State) -> bytes:
    """The state, packed: equal states give equal bytes."""
    arrays = {name: getattr(state, name) for name in _ARRAYS if name != "off_diagonal"}
    triangle = state.off_diagonal[np.tril_indices(len(state.mean), -1)]
    return pack(_VERSION, {**arrays, "triangle": triangle})


def from_bytes(content: bytes) -> State:
    """The state that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not a state, or one of another version.
    """
    arrays = unpack(content, "a state", _VERSION, ("triangle", *(name for name in _ARRAYS if name != "off_diagonal")))
    n = len(arrays["mean"])
    triangle, off_diagonal = arrays.pop("triangle"), np.zeros((n, n))
    rows, columns = np.tril_indices(n, -1)
    off_diagonal[rows, columns] = triangle
    off_diagonal[columns, rows] = triangle
    return State(off_diagonal=off_diagonal, **arrays)
