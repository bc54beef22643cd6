"""What is known of single teams on the morning of a day, as columns; `features` takes the differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, find, look_up
from hoops.games.leagues import SELECTION_SUNDAY
from hoops.games.moment import Moment
from hoops.games.results import FREE_THROW_TRIP
from hoops.games.surroundings import Conferences
from hoops.knowledge import Knowledge, absences, efficiency
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import State
from hoops.knowledge.sums import LOST, STATISTICS, WON, Aggregates, Totals, league_totals, totals
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


def of_teams(before: Knowledge, teams: Ids, parameters: Parameters, conferences: Conferences) -> Side:
    """Teams as they are known on the morning of a day; never-seen ones take the newcomers' values."""
    year, _ = before.now
    season, recent, ever = (totals(before.sums, teams, scope) for scope in ("season_sums", "decayed", "all_time"))
    league = league_totals(before.sums, "decayed")
    boxed = _boxed(recent, league)
    found = efficiency.efficiencies(before.adjusted, year, teams, parameters)
    games = season.games.sum(axis=1)
    conference = _conference(before.strength, year, teams, conferences)
    rest = _rest(before.sums, before.now, teams)
    shared = [
        look_up(before.strength.teams, before.strength.long_run, teams, parameters.newcomer),
        conference,
        conference * 3.0 / (3.0 + games),
        (ever.games.sum(axis=1) == games).astype(np.float64),
        np.log1p(games),
        rest,
        (rest <= 1.0).astype(np.float64),
        *((total.games[:, WON] + 1.0) / (total.games.sum(axis=1) + 2.0) for total in (season, recent, ever)),
    ]
    with_box = ever.counted[:, :, _BOXED]
    return Side(
        np.column_stack([found.offence, found.defence, found.tempo]),
        np.column_stack([*shared, *(_beyond(rates, recent, league, boxed) for rates in (_factors, _means))]),
        np.column_stack([with_box.sum(axis=1) == 0.0, with_box == 0.0]),
        games,
        boxed,
        absences.lacking(before.absences, teams),
    )


def late_rosters(before: Knowledge, teams: Ids) -> Floats:
    """How much of teams' strengths rests on players' files after Selection Sunday, (m,), points; 0 until then.

    What they said in November is worth less in the tournaments than games have left of it. How much less is learned.
    """
    _, day = before.now
    strength = before.strength
    return look_up(strength.teams, strength.from_rosters[:-1] * (day > SELECTION_SUNDAY), teams, 0.0)


def _beyond(rates: Callable[[Totals], Floats], recent: Totals, league: Totals, share: Floats) -> Floats:
    """Rates of teams less the league's, times the share of the teams' games that have a box score, (m, k).

    Rates stay what they are when box scores stop. So they fade to the league's, which is 0, as games without go by.
    """
    beyond: Floats = share[:, None] * np.nan_to_num(rates(recent) - rates(league))
    return beyond


def _boxed(recent: Totals, league: Totals) -> Floats:
    """Share of teams' games that have a box score, decayed, with one game more that has one as often as the league's;
    (m,)."""
    (games, with_box), (all_games, all_with_box) = (
        (one.games.sum(axis=1), one.counted[:, :, _BOXED].sum(axis=1)) for one in (recent, league)
    )
    usual = all_with_box / np.where(all_games > 0.0, all_games, 1.0)
    share: Floats = (with_box + usual) / (games + 1.0)
    return share


def _factors(recent: Totals) -> Floats:
    """Dean Oliver's four factors (2004) of teams and of their opponents, (m, 8)."""
    parts = {}
    for side, sums in (("own", recent.own.sum(axis=1)), ("allowed", recent.against.sum(axis=1))):
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


def _conference(state: State, season: int, teams: Ids, conferences: Conferences) -> Floats:
    """Mean strength of the other teams of each team's conference, (m,); NaN where it is not known."""
    mine = conferences.codes(season, teams)
    if not (mine >= 0).any() or len(state.teams) == 0:
        return np.full(len(teams), np.nan)
    codes = conferences.codes(season, state.teams)
    inside, strength = codes >= 0, state.mean[:-1]
    size = max(int(codes.max()), int(mine.max())) + 1
    number = np.bincount(codes[inside], minlength=size)
    total = np.bincount(codes[inside], strength[inside], minlength=size)
    place, known = find(state.teams, teams)
    present = known & (mine >= 0)
    others = number[mine] - present
    mean = (total[mine] - np.where(present, strength[place], 0.0)) / np.maximum(others, 1)
    return np.where((mine >= 0) & (others > 0), mean, np.nan)


def _rest(sums: Aggregates, now: Moment, teams: Ids) -> Floats:
    season, day = now
    played = look_up(sums.teams, sums.last_season, teams, -1) == season
    since = day - look_up(sums.teams, sums.last_day, teams, 0).astype(np.float64)
    return np.where(played, np.minimum(since, REST), float(REST))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Their ratio, NaN where there is nothing to divide by (a decayed count fades but never reaches 0)."""
    counted = denominator > 0.0
    ratio: Floats = np.where(counted, numerator, np.nan) / np.where(counted, denominator, 1.0)
    return ratio
