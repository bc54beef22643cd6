"""How good several ways to have a bracket's odds were, on tournaments that were played.

odds by method on an evening, what came of it ──► Evening ─┬─► scores ── log loss of reached rounds, of the champion
                                                           └─► titles ── chances of the title beside titles won
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from hoops.arrays import Bools, Floats
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import Decided, odds
from hoops.brackets.tree import Bracket
from hoops.evaluation import metrics
from hoops.evaluation.backtest import spans
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League

# After which rounds odds are compared; with two teams left both ways say the same.
SINCE = ("Selection Sunday", "the round of 64", "the round of 32", "the Sweet 16", "the Elite 8")
TITLES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 1.0)


@dataclass(frozen=True, eq=False)
class Evening:
    """Odds of one evening and what came of them.

    since: of `SINCE`. reach: chances by method, (n, 7) each. came: whether each team reached each stage, (n, 7).
    unsaid: which of these the facts of the evening left open, (n, 7); the round of 64 is not among them.
    """

    league: League
    season: int
    since: str
    reach: Mapping[str, Floats]
    came: Bools
    unsaid: Bools

    def log_loss(self, method: str) -> float:
        """Of the rounds that each team might have reached, mean (nats)."""
        return metrics.log_loss(self.reach[method][self.unsaid], self.came[self.unsaid])

    def champion(self, method: str) -> float:
        """Of the team that won the title: minus the logarithm of its chance (nats)."""
        return -float(np.log(self.reach[method][self.came[:, -1], -1]).sum())


@dataclass(frozen=True)
class Score:
    """Mean losses of two methods over evenings, one a season, and the range of the second's less the first's in 95 of
    100 paired resamples of the seasons.

    loss: either `log_loss` or `champion` of `Evening`.
    """

    league: League
    span: str
    since: str
    loss: str
    seasons: int
    first: float
    second: float
    low: float
    high: float


@dataclass(frozen=True)
class Titles:
    """Teams whose chance of the title lay from low to below high: how many, titles expected of them, and won."""

    low: float
    high: float
    teams: int
    expected: float
    won: int


def evenings(bracket: Bracket, games: pa.Table) -> Iterator[tuple[str, Facts]]:
    """What was known on the evenings on which odds are compared, by `SINCE`; none if the tournament was not ended.

    games: `hoops.schemas.GAMES` of the season.
    """
    last = facts(bracket, games, LAST_DAY)
    if len(last.won) < len(bracket.slots):
        return
    yield SINCE[0], facts(bracket, games, SELECTION_SUNDAY)
    day = SELECTION_SUNDAY
    for round_, name in enumerate(SINCE[1:], 1):
        slots = {slot.name for slot in bracket.slots if slot.round <= round_}
        while not slots <= (known := facts(bracket, games, day)).won.keys():
            day += 1
        yield name, known


def evening(bracket: Bracket, since: str, told: Facts, last: Decided, reach: Mapping[str, Floats]) -> Evening:
    """An evening's odds beside what came of them. last: winner (id) of every slot in the end."""
    now, then = (odds(bracket, np.full(len(bracket.games), 0.5), won).reach for won in (told.won, last))
    unsaid = (now > 0.0) & (now < 1.0) & bracket.plays
    unsaid[:, 0] = False
    return Evening(bracket.league, bracket.season, since, reach, then == 1.0, unsaid)


def scores(found: Sequence[Evening], methods: tuple[str, str]) -> Iterator[Score]:
    """By league, evening, loss, and span of seasons: all, those that chose settings, later ones."""
    for league in sorted({one.league for one in found}):
        for since in [name for name in SINCE if any(one.since == name for one in found)]:
            of_evening = [one for one in found if (one.league, one.since) == (league, since)]
            for span, inside in spans(sorted({one.season for one in of_evening})).items():
                chosen = [one for one in of_evening if one.season in inside]
                for loss in ("log_loss", "champion"):
                    lost = np.array([[getattr(one, loss)(method) for method in methods] for one in chosen])
                    first, second = lost.mean(axis=0).tolist()
                    ((low, high),) = metrics.bootstrap(lost[:, 1:] - lost[:, :1])
                    yield Score(league, span, since, loss, len(chosen), first, second, low, high)


def titles(found: Iterable[Evening], method: str, since: str = SINCE[0]) -> list[Titles]:
    """Chances of the title beside titles won, in bins of chances."""
    chosen = [one for one in found if one.since == since]
    chance = np.concatenate([one.reach[method][:, -1] for one in chosen])
    won = np.concatenate([one.came[:, -1] for one in chosen])
    bins = np.digitize(chance, TITLES[1:-1])
    return [
        Titles(low, high, int((bins == place).sum()), float(chance[bins == place].sum()), int(won[bins == place].sum()))
        for place, (low, high) in enumerate(pairwise(TITLES))
    ]
