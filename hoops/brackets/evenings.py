"""A bracket evening by evening: from what was known on Selection Sunday, learning a day at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Floats
from hoops.brackets.chances import chances
from hoops.brackets.draws import doubt, drawn
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import Odds, odds
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import Bracket
from hoops.forecast.fold import learn
from hoops.forecast.model import Model
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY
from hoops.games.moment import Moment
from hoops.knowledge import Knowledge


@dataclass(frozen=True, eq=False)
class Evening:
    """What was known of a bracket on the evening of a day, and what could become of it.

    chances: of each game of `Bracket.games`, (m,), as `hoops.brackets.chances.chances` has them. drawn: chance of each
    team to reach each of `hoops.brackets.tree.STAGES`, (n, 7), over strengths drawn from what is known of them.
    """

    told: Facts
    when: Schedule
    chances: Floats
    odds: Odds
    drawn: Floats

    @property
    def day(self) -> int:
        return self.told.as_of

    @property
    def is_over(self) -> bool:
        """True if every slot has been won."""
        return len(self.told.won) == len(self.odds.bracket.slots)


# Gives the evening of a day, of a schedule and a model (its id): as it was kept, or made.
Keep = Callable[[int, Schedule, str, Callable[[], Evening]], Evening]


def made_anew(day: int, when: Schedule, model: str, make: Callable[[], Evening]) -> Evening:
    """Keeps nothing."""
    return make()


def evenings(
    field: Bracket,
    selected: Knowledge,
    games: pa.Table,
    in_charge: Callable[[Moment], Model],
    fixtures: pa.Table | None = None,
    days: pa.Table | None = None,
    through: int = LAST_DAY,
    keep: Keep = made_anew,
) -> Iterator[Evening]:
    """Selection Sunday, then every later day with games up to the one that ends the tournament, in order.

    Parameters
    ----------
    selected : Knowledge
        On the evening of Selection Sunday.
    games : pyarrow.Table
        `hoops.schemas.GAMES` of the season, sorted by day.
    in_charge : callable
        The model that forecasts a day. All of them have the same constants.
    fixtures, days : pyarrow.Table, optional
        As `hoops.brackets.schedule.schedule` takes them.
    through : int
        The last evening that is wanted.
    keep : callable
        May give an evening that was made from the same field, state, games, schedule and model.

    Raises
    ------
    BadBracket
        Results contradict the bracket, or nobody has played before: a forecast would be a coin.
    """
    if selected.season != field.season:
        raise field.wrong(f"no game up to day {SELECTION_SUNDAY} is known")
    later = games.filter(pc.and_(pc.greater(games["day"], SELECTION_SUNDAY), pc.less_equal(games["day"], through)))
    parameters = in_charge((field.season, SELECTION_SUNDAY + 1)).parameters
    learned = learn(later, parameters, selected)
    for day, known in chain([(SELECTION_SUNDAY, selected)], ((one.day, after) for one, after in learned)):
        told, model = facts(field, games, day), in_charge((field.season, day + 1))
        when = schedule(field, told, games, fixtures, days)
        evening = keep(day, when, model.id, partial(_evening, field, told, when, known, model))
        yield evening
        if evening.is_over:
            return


def _evening(field: Bracket, told: Facts, when: Schedule, known: Knowledge, model: Model) -> Evening:
    chance = chances(field, when, told, known, model)
    over_draws = drawn(field, chance, doubt(field, when, told, known, model.parameters), told.won)
    return Evening(told, when, chance, odds(field, chance, told.won), over_draws.reach)
