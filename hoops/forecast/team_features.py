"""What is known of single teams on the morning of a day, as columns; `features` takes the differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.forecast.excerpt import Teams
from hoops.games.results import FREE_THROW_TRIP
from hoops.knowledge import efficiency
from hoops.knowledge.sums import LOST, STATISTICS, WITH_BOX, WON, Totals, split
from hoops.schemas import BOX_COLUMNS

_BOXED = STATISTICS.index("fga")  # a statistic of every game that has a box score
REST = 10  # days; a team that has not played this season is as rested


@dataclass(frozen=True, eq=False)
class Side:
    """Teams, such as those of one side of games.

    efficiency : float64 (m, 3): offence, defence, tempo. rest : float64 (m, 46), NaN where not known. missing : bool
    (m, 3): no box score, none of a win, none of a loss. games : float64 (m,), played this season. boxed : float64 (m,),
    share of their games, decayed, that have a box score. absent : float64 (m, 2), what is lacking of who is out.
    """

    efficiency: Floats
    rest: Floats
    missing: npt.NDArray[np.bool_]
    games: Floats
    boxed: Floats
    absent: Floats

    def rows(self, chosen: slice) -> Side:
        return Side(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def side_of(teams: Teams) -> Side:
    """Columns of teams; never-seen ones take the newcomers' values."""
    recent, league = split(teams.recent), split(teams.mornings.sums)
    boxed = _boxed(recent, league, teams.morning)
    found = efficiency.rated(teams.channels, teams.sums, teams.mornings.league, teams.morning)
    season, ever = (one[:, :, 0].astype(np.float64) for one in (teams.season, teams.ever))
    games, rest = season.sum(axis=1), _rest(teams)
    shared = [
        teams.long_run,
        teams.conference,
        teams.conference * 3.0 / (3.0 + games),
        (ever.sum(axis=1) == games).astype(np.float64),
        np.log1p(games),
        rest,
        (rest <= 1.0).astype(np.float64),
        *((won_lost[:, WON] + 1.0) / (won_lost.sum(axis=1) + 2.0) for won_lost in (season, recent.games, ever)),
    ]
    with_box = teams.ever[:, :, WITH_BOX]
    beyond = [_beyond(rates, recent, league, teams.morning, boxed) for rates in (_factors, _means)]
    return Side(
        np.column_stack([found.offence, found.defence, found.tempo]),
        np.column_stack([*shared, *beyond]),
        np.column_stack([with_box.sum(axis=1) == 0, with_box == 0]),
        games,
        boxed,
        teams.absent,
    )


def _beyond(
    rates: Callable[[Totals], Floats], recent: Totals, league: Totals, morning: npt.NDArray[np.intp], share: Floats
) -> Floats:
    """Rates of teams less the league's, times the share of the teams' games that have a box score, (m, k).

    Rates stay what they are when box scores stop. So they fade to the league's, which is 0, as games without go by.
    """
    beyond = rates(recent) - rates(league)[morning]
    return share[:, None] * np.where(np.isnan(beyond), 0.0, beyond)


def _boxed(recent: Totals, league: Totals, morning: npt.NDArray[np.intp]) -> Floats:
    """Share of teams' games that have a box score, decayed, with one game more that has one as often as the league's;
    (m,)."""
    (games, with_box), (all_games, all_with_box) = (
        (one.games.sum(axis=1), one.counted[:, :, _BOXED].sum(axis=1)) for one in (recent, league)
    )
    usual = all_with_box / np.where(all_games > 0.0, all_games, 1.0)
    share: Floats = (with_box + usual[morning]) / (games + 1.0)
    return share


def _factors(recent: Totals) -> Floats:
    """Dean Oliver's four factors (2004) of teams and of their opponents, (m, 8)."""
    parts = {}
    for side, by_result in (("own", recent.own), ("allowed", recent.against)):
        sums = by_result[:, WON] + by_result[:, LOST]  # faster than `sum` over two
        parts[side] = {name: sums[:, STATISTICS.index(name)] for name in BOX_COLUMNS}
    columns = []
    for side, other in (("own", "allowed"), ("allowed", "own")):
        mine, theirs = parts[side], parts[other]
        possessions = mine["fga"] - mine["or"] + mine["to"] + FREE_THROW_TRIP * mine["fta"]
        columns += [
            _ratio(mine["fgm"] + 0.5 * mine["fgm3"], mine["fga"]),
            _ratio(mine["to"], possessions),
            _ratio(mine["or"], mine["or"] + theirs["dr"]),
            _ratio(mine["ftm"], mine["fga"]),
        ]
    return np.column_stack(columns)


def _means(recent: Totals) -> Floats:
    """What teams had more than their opponents, a game won and a game lost, (m, 28); NaN without such a game."""
    kept = [place for place, name in enumerate(STATISTICS) if name != "num_ot"]
    means = _ratio(recent.own - recent.against, recent.counted)
    return np.column_stack([means[:, WON][:, kept], means[:, LOST][:, kept]])


def _rest(teams: Teams) -> Floats:
    """Days since each team's latest game of the season, (m,)."""
    mornings, morning = teams.mornings, teams.morning
    played = teams.last_season == mornings.season[morning]
    return np.where(played, np.minimum(mornings.day[morning] - teams.last_day, REST), REST).astype(np.float64)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Their ratio, NaN where there is nothing to divide by (a decayed count fades but never reaches 0)."""
    counted = denominator > 0.0
    ratio: Floats = np.where(counted, numerator, np.nan) / np.where(counted, denominator, 1.0)
    return ratio
