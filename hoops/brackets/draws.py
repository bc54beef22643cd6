"""Odds of a bracket that know what they do not know: a team that wins three games is better than was thought.

known on the evening ─► doubt: covariance of the strengths, noise of each game ─┐
chances of the games ────────────────────────────────────────────────────────────┴─► drawn: mean of exact odds

A game's chance p already contains how little is known of both strengths. Given how far strengths lie from what is
expected of them, d, only the game's own noise r^2 is left, and with v the variance of d_i - d_j

    p(d) = Phi((Phi^-1(p) sqrt(v + r^2) + d_i - d_j) / r),        whose mean over d is p.

Strengths are drawn, never games: the odds of each draw are exact, and so the mean over the draws has hardly any noise.
Games played are facts in every draw, as the covariance of the evening knows them; a draw counts by how likely it
makes the picks. What strengths drift between the games to come is noise of the later one.

Draws come in blocks of twice as many as there are teams: orthogonal directions, which are a random basis (Stewart
1980), each with its opposite and a length of its own. Every draw is normal as it should be, and a block by itself
averages out all that is linear in d and nearly all that is quadratic.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.brackets.chances import to_come
from hoops.brackets.facts import Facts
from hoops.brackets.odds import NOTHING, Decided, odds
from hoops.brackets.schedule import Schedule
from hoops.brackets.tree import Bracket
from hoops.forecast.normal import phi
from hoops.knowledge import Knowledge, statespace
from hoops.knowledge.parameters import Parameters

BLOCKS = 8
_SEED = 1


@dataclass(frozen=True, eq=False)
class Doubt:
    """How little is known of a field on an evening, in counted points squared.

    covariance: of the strengths of `Bracket.teams` on the morning of the first game to come, (n, n). rows: places in
    `Bracket.games` of the games that can still be, (k,). noise: variance of each of these once strengths are given,
    (k,).
    """

    covariance: Floats
    rows: npt.NDArray[np.intp]
    noise: Floats


@dataclass(frozen=True, eq=False)
class Drawn:
    """reach: chance of each team to reach each of `hoops.brackets.tree.STAGES`, (n, 7). error: standard error of each,
    from how much the blocks of draws differ."""

    reach: Floats
    error: Floats


def doubt(bracket: Bracket, when: Schedule, told: Facts, known: Knowledge, parameters: Parameters) -> Doubt:
    """How little is known of a field on the evening of `told.as_of`, of which `known` is.

    That of home advantages is left to the noise, of which it is a hundredth.
    """
    parts = list(to_come(bracket, when, told))
    first = min((part.day for part in parts), default=told.as_of)
    strength = statespace.advance(known.strength, known.now, (bracket.season, first), parameters)
    _, covariance = statespace.joint(strength, bracket.season, bracket.teams, parameters)
    rows = [part.rows for part in parts]
    noise = [np.full(len(part.rows), parameters.noise_sd**2 + 2.0 * parameters.drift_sd**2 * (part.day - first))
             for part in parts]  # fmt: skip
    return Doubt(covariance, np.concatenate([np.empty(0, np.intp), *rows]), np.concatenate([np.empty(0), *noise]))


def drawn(
    bracket: Bracket,
    chances: Floats,
    unsure: Doubt,
    decided: Decided = NOTHING,
    blocks: int = BLOCKS,
    seed: int = _SEED,
) -> Drawn:
    """The mean of a bracket's exact odds over draws of the strengths; the same every time.

    Parameters
    ----------
    chances : float64 (m,)
        Of each game of `Bracket.games`, over all that its teams' strengths may be.
    decided : mapping of slot to team (id)
        Games played, which `unsure` knows, and picks, which it does not.
    blocks : int
        Of 2 n draws each, at least 2.

    Raises
    ------
    BadBracket
        The decisions cannot all be, or their probability is 0.
    """
    given = Given(bracket, chances, unsure)
    rng = np.random.default_rng(seed)
    reach, log_weight = [], []
    for _ in range(blocks):
        found = odds(bracket, given.chances(_block(len(bracket), rng)), decided)
        reach.append(found.reach)
        log_weight.append(found.log_likelihood)
    weight = np.exp(np.array(log_weight) - np.max(log_weight))  # (blocks, draws)
    share = weight.sum(axis=1) / weight.sum()
    of_block = np.stack([np.tensordot(one, rows, 1) for one, rows in zip(weight, reach, strict=True)])
    mean = of_block.sum(axis=0) / weight.sum()
    # Of a ratio of two means (Cochran 1977): what each block adds to the sum beyond its share.
    off = of_block / weight.sum() - share[:, None, None] * mean
    return Drawn(mean, np.sqrt(blocks / (blocks - 1.0) * (off**2).sum(axis=0)))


class Given:
    """The chances of a bracket's games once strengths are given; parameters as of `drawn`."""

    def __init__(self, bracket: Bracket, chances: Floats, unsure: Doubt) -> None:
        self._all, self._rows, games = chances, unsure.rows, bracket.games
        self._strong, self._weak = games.strong[unsure.rows], games.weak[unsure.rows]
        self._root = np.linalg.cholesky(unsure.covariance)
        variance = unsure.covariance.diagonal()
        apart = variance[self._strong] + variance[self._weak] - 2.0 * unsure.covariance[self._strong, self._weak]
        probit = np.array([NormalDist().inv_cdf(one) for one in chances[unsure.rows].tolist()])
        self._noise_sd = np.sqrt(unsure.noise)
        self._expected = probit * np.sqrt(apart + unsure.noise)

    def chances(self, standard: Floats) -> Floats:
        """Of each game of `Bracket.games`, (..., m), in each draw of standard normal numbers (..., n)."""
        off = standard @ self._root.T
        found = np.broadcast_to(self._all, (*standard.shape[:-1], len(self._all))).copy()
        found[..., self._rows] = phi((self._expected + off[..., self._strong] - off[..., self._weak]) / self._noise_sd)
        return found


def _block(n: int, rng: np.random.Generator) -> Floats:
    """Standard normal numbers, (2n, n): orthogonal directions and their opposites."""
    basis, triangle = np.linalg.qr(rng.standard_normal((n, n)))
    # Every basis is as likely as every other, and does not depend on how the factorisation chooses signs.
    directions = (basis * np.sign(triangle.diagonal())).T
    half = directions * np.sqrt(rng.chisquare(n, n))[:, None]
    return np.concatenate([half, -half])
