"""A pool: what tournaments may come, what others fill in, how it scores and pays; and how sheets do in it.

All is drawn from one seed. Sheets are searched on some tournaments, and tried on others, in groups that each have
opponents of their own: errors are those of the groups' means, and so are of both draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.brackets.best import most_likely
from hoops.brackets.odds import Odds, odds
from hoops.brackets.simulate import given, played
from hoops.pools.payouts import Payouts, Prizes, against, among
from hoops.pools.public import drawn
from hoops.pools.scoring import Scoring
from hoops.pools.search import Found, best
from hoops.pools.sheet import Picks, Sheet
from hoops.pools.starts import chalk, most, with_champions

Progress = Callable[[int, int], None]

FAVOURITES = ("most likely", "most points", "better seeds")


@dataclass(frozen=True)
class Effort:
    """How much is drawn.

    coarse, fine, tried: tournaments that sheets are searched on from all starts, from the best, and tried on. groups:
    of opponents, among whom these are divided. opponents: of a group at least, where none is known. champions,
    sharpened: starts of a search, two of each champion. finalists: sheets that are searched on from.
    """

    coarse: int = 8_000
    fine: int = 40_000
    tried: int = 40_000
    groups: int = 40
    opponents: int = 1_000
    champions: int = 12
    sharpened: int = 8
    finalists: int = 4


@dataclass(frozen=True, eq=False)
class Pool:
    """A pool on a bracket.

    Attributes
    ----------
    sheet : Sheet
    found : Odds
        Of what may become of the bracket.
    shares : float64 (e, depths)
        Of the public that picks each entry to win each depth.
    scoring : Scoring
    prizes : Prizes
    known : uint8 (k, slots)
        Sheets that others have handed in; all other opponents are drawn from the public.
    """

    sheet: Sheet
    found: Odds
    shares: Floats
    scoring: Scoring
    prizes: Prizes
    known: Picks

    @property
    def reach(self) -> Floats:
        """Chance of each entry to win each depth, (e, depths)."""
        return self.sheet.by_entry(_mean(self.found.reach, 2))

    def opponents(self, effort: Effort, rng: np.random.Generator) -> Picks:
        """Groups of sheets of all opponents of one entrant, or of more if all are drawn, (groups, m, slots)."""
        pool = self.prizes.entrants - 1
        return self.filled_up(pool if len(self.known) else max(pool, effort.opponents), effort, rng)

    def filled_up(self, size: int, effort: Effort, rng: np.random.Generator) -> Picks:
        """Groups of so many sheets, those that are known first, (groups, size, slots)."""
        public = drawn(self.sheet, self.shares, effort.groups * (size - len(self.known)), rng)
        public = public.reshape(effort.groups, -1, len(self.sheet) - 1)
        return np.concatenate([np.broadcast_to(self.known, (effort.groups, *self.known.shape)), public], axis=1)

    def tournaments(self, number: int, rng: np.random.Generator) -> tuple[Picks, npt.NDArray[np.int32]]:
        """Tournaments, and the units that the winners of slots count, (number, slots) each."""
        filled = self.sheet.filled(played(self.found, number, rng))
        return filled, self.scoring.worth(self.sheet, filled)


@dataclass(frozen=True, eq=False)
class Trial:
    """How sheets did.

    Attributes
    ----------
    pool : Pool
    filled : uint8 (n, slots)
        The tournaments, group by group of opponents.
    paid, first : float64 (k, n)
        What each sheet is paid, in entry fees; and its chance to be first (1 / m of m that are level).
    points : float64 (k, n)
    groups : int
    """

    pool: Pool
    filled: Picks
    paid: Floats
    first: Floats
    points: Floats
    groups: int

    def mean(self, values: Floats) -> tuple[float, float]:
        """Mean of values (n,) over the tournaments, and its standard error: that of the groups' means."""
        by_group = values.reshape(self.groups, -1).mean(axis=1)
        return float(by_group.mean()), float(by_group.std(ddof=1) / np.sqrt(self.groups))


def favourites(pool: Pool, gain: Floats) -> dict[str, Picks]:
    """The sheets of those who think of no opponents; gain: expected units of each pick, (e, depths)."""
    chances = _mean(given(pool.found), 1)
    likely = most_likely(pool.found.bracket, chances, pool.found.decided)
    sheets = (pool.sheet.of(likely), most(pool.sheet, gain), chalk(pool.sheet, pool.reach))
    return dict(zip(FAVOURITES, sheets, strict=True))


@dataclass(frozen=True, eq=False)
class Searched:
    """The best sheet that was found, the favourites' ones, and how many sheets the search began from."""

    best: Found
    favourites: dict[str, Picks]
    starts: int


def search(
    pool: Pool, rng: np.random.Generator, effort: Effort, progress: Progress = lambda done, total: None
) -> Searched:
    """The sheet with the highest expected prize."""
    coarse, fine = (
        against(pool.sheet, *pool.tournaments(number, rng), pool.opponents(effort, rng), pool.prizes)
        for number in (effort.coarse, effort.fine)
    )
    gain = fine.right.mean(axis=1, dtype=np.float64).reshape(pool.sheet.depths, -1).T
    plain = favourites(pool, gain)
    starts = [
        *plain.values(),
        *with_champions(pool.sheet, gain, pool.shares, pool.reach[:, -1], effort.champions),
        *drawn(pool.sheet, _sharpened(pool), effort.sharpened, rng),
    ]
    return Searched(best(coarse, fine, starts, effort.finalists, rng, progress), plain, len(starts))


def tried(pool: Pool, sheets: Picks, rng: np.random.Generator, effort: Effort) -> Trial:
    """How sheets (k, slots) do, each by itself beside the pool's opponents."""
    filled, worth = pool.tournaments(effort.tried, rng)
    others = pool.opponents(effort, rng)
    return _tried(pool, sheets, filled, effort, lambda prizes: against(pool.sheet, filled, worth, others, prizes))


def standing(pool: Pool, rng: np.random.Generator, effort: Effort) -> Trial:
    """How those do whose sheets are known, all in one pool, whose other entrants are drawn."""
    filled, worth = pool.tournaments(effort.tried, rng)
    entered = pool.filled_up(pool.prizes.entrants, effort, rng)
    return _tried(pool, pool.known, filled, effort, lambda prizes: among(pool.sheet, filled, worth, entered, prizes))


def _tried(pool: Pool, sheets: Picks, filled: Picks, effort: Effort, pay: Callable[[Prizes], Payouts]) -> Trial:
    found = pay(pool.prizes)
    scores = found.scores(sheets)
    paid = found.of(scores)
    alone = Prizes(pool.prizes.entrants)
    won = paid if pool.prizes == alone else pay(alone).of(scores)
    points = scores.astype(np.float64) * float(pool.scoring.unit)
    return Trial(pool, filled, paid, won / pool.prizes.entrants, points, effort.groups)


def _sharpened(pool: Pool) -> Floats:
    """Chances of entries, were all games twice as sure (in log-odds)."""
    chances = np.clip(_mean(given(pool.found), 1), 1e-6, 1.0 - 1e-6)
    twice = chances**2 / (chances**2 + (1.0 - chances) ** 2)
    return pool.sheet.by_entry(odds(pool.found.bracket, twice, pool.found.decided).reach)


def _mean(values: Floats, kept: int) -> Floats:
    """Mean over draws, the axes before the last ones."""
    mean: Floats = values.reshape(-1, *values.shape[values.ndim - kept :]).mean(axis=0)
    return mean
