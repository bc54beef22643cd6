"""Forecasts of games by a model, from what is known before them.

what is known on the morning of the day + pairings -> features -> scorer -> probability, margin

What a game's forecast owes to who left and who came is what it would be less without: the same state, as the same games
would have left it if no players' file had said anything of the season, forecasts the same game on neutral ground.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoops import knowledge
from hoops.arrays import Floats, find
from hoops.forecast import scorer
from hoops.forecast.feature_list import GROUP_TITLES
from hoops.forecast.features import describe
from hoops.forecast.model import Model
from hoops.games.matchups import Matchups
from hoops.games.moment import Moment
from hoops.games.results import REGULATION
from hoops.games.surroundings import Surroundings
from hoops.knowledge import Knowledge, absences, homes, statespace
from hoops.knowledge.homes import UNKNOWN
from hoops.knowledge.state import Forecast
from hoops.players import Squads


@dataclass(frozen=True)
class Driver:
    """What moves a forecast: by how much the log-odds of team 1 would be less without it."""

    name: str
    title: str
    log_odds: float


@dataclass(frozen=True)
class Roster:
    """What players' files say of a team of the season.

    returning: share of last season's minutes whose players are back, 0-1. shift: points by which the roster moved its
    strength before the season. still: how much of that the game is forecast with; games make it less, and neutral
    ground after Selection Sunday makes it 0.
    """

    returning: float
    shift: float
    still: float


@dataclass(frozen=True)
class Absent:
    """Regulars of a team who are out (`hoops.knowledge.absences`).

    players: how many. minutes: that they usually play together, of the team's 200 in a game.
    """

    players: int
    minutes: float


@dataclass(frozen=True)
class MatchForecast:
    """A forecast of one game, as seen by team 1.

    Attributes
    ----------
    probability : float
        That team 1 wins, 0-1.
    margin, margin_sd : float
        Expected score of team 1 minus team 2, and its standard deviation (points).
    neutral_probability : float
        The same on neutral ground, the teams as strong as in this game.
    drivers : tuple of Driver
        `strength` and the other groups of features, and `site`; the strongest first. `players` only where rosters have
        moved a strength this season and count in the game, `absences` only where somebody is out.
    rosters : pair of Roster or None
        Of each team; None where players' files say nothing of it this season.
    absent : pair of Absent
        Of each team: nobody, too, where no file tells who plays.
    distances : (float, float)
        From each team's home to the game (km); NaN where a city or its place is not known.
    known_through : (season, day) or None
        Last day whose games the forecast knows.
    new_teams : tuple of int
        Those of the two that have never played; the forecast takes the newcomers' prior for them.
    """

    probability: float
    margin: float
    margin_sd: float
    neutral_probability: float
    drivers: tuple[Driver, ...]
    distances: tuple[float, float]
    rosters: tuple[Roster | None, Roster | None]
    absent: tuple[Absent, Absent]
    known_through: Moment | None
    new_teams: tuple[int, ...]


PLAYERS, ABSENCES = "players", "absences"  # drivers; the second is a group of features as well
_TITLES = GROUP_TITLES | {PLAYERS: "who left and who came"}


def forecast(before: Knowledge, games: Matchups, model: Model) -> Forecast:
    """Forecast games of the day that `before` was advanced to.

    A game's forecast depends on nothing but the state and that game, to the last bit, and the same game with its teams
    swapped gets the mirrored one.
    """
    described = describe(before, games, model.parameters)
    scored = scorer.score(model.scorer, described)
    return Forecast(probability=scored.probability, margin=scored.margin, margin_sd=described.margin_sd)


def owed_to_absences(before: Knowledge, games: Matchups, model: Model) -> Floats:
    """What who is out adds to the log-odds of team 1, (m,): the driver `absences` of `predict_match`.

    NaN where nobody of the two teams is out, or the model does not see who is.
    """
    owed = np.full(len(games), np.nan)
    if ABSENCES in scorer.groups(model.scorer):
        teams = np.unique(absences.out(before.absences).team)
        rows = np.flatnonzero(np.isin(games.team1, teams) | np.isin(games.team2, teams))
        found = games.rows(rows)
        past = statespace.past_rosters(before.now[1], found.site)
        neutral = describe(before, replace(found, site=np.zeros_like(found.site)), model.parameters, past=past)
        owed[rows] = scorer.drivers(model.scorer, neutral, [ABSENCES])[ABSENCES]
    return owed


def predict_match(
    known: Knowledge,
    team1: int,
    team2: int,
    site: int,
    timestamp: Moment,
    model: Model,
    city: int = UNKNOWN,
    surroundings: Surroundings | None = None,
    squads: Squads | None = None,
) -> MatchForecast:
    """Forecast one game and say what drives the forecast.

    Parameters
    ----------
    known : Knowledge
        What all days before the game have told.
    site : int
        +1 at team 1's home, 0 neutral, -1 at team 2's.
    timestamp : (season, day)
        Of the game.
    city : int
        Where it is; with the places in `surroundings` it gives distances.
    squads : Squads, optional
        What players' files say, for a game of a season that has not begun in `known`.

    Raises
    ------
    ValueError
        If the teams are the same, or the day lies before the clock of `known`.
    """
    before = knowledge.advance(known, *timestamp, model.parameters, squads)
    surroundings = surroundings or Surroundings()
    one, two, where = (np.array([number], np.int32) for number in (team1, team2, city))
    here, neutral = (Matchups(one, two, np.array([place], np.int8), where) for place in (site, 0))
    # Drivers are told of neutral ground, with what is known of the teams as it counts in the game itself.
    past = bool(statespace.past_rosters(timestamp[1], site))
    described, elsewhere = (
        describe(before, games, model.parameters, surroundings, np.array([past])) for games in (here, neutral)
    )
    far = homes.distances(before.homes, here, surroundings.places)
    scored, at_neutral = (scorer.score(model.scorer, games) for games in (described, elsewhere))
    groups = scorer.drivers(model.scorer, elsewhere)
    if before.strength.from_rosters.any() and not past:
        without = describe(knowledge.without_rosters(before, model.parameters), neutral, model.parameters, surroundings)
        moved = at_neutral.log_odds - scorer.score(model.scorer, without).log_odds
        groups["strength"] = groups["strength"] - moved  # what rosters move comes by the strength
        groups[PLAYERS] = moved
    absent = _absent(before, team1), _absent(before, team2)
    if not any(one.players for one in absent):
        groups.pop(ABSENCES, None)
    drivers = [Driver(name, _TITLES[name], float(moved[0])) for name, moved in groups.items()]
    if site:
        drivers.append(Driver("site", "home court", float((scored.log_odds - at_neutral.log_odds)[0])))
    return MatchForecast(
        probability=float(scored.probability[0]),
        margin=float(scored.margin[0]),
        margin_sd=float(described.margin_sd[0]),
        neutral_probability=float(at_neutral.probability[0]),
        drivers=tuple(sorted(drivers, key=lambda driver: -abs(driver.log_odds))),
        distances=(float(far[0][0]), float(far[1][0])),
        rosters=(_roster(before, team1, past), _roster(before, team2, past)),
        absent=absent,
        known_through=known.clock,
        new_teams=tuple(team for team in (team1, team2) if team not in known.strength.teams),
    )


def _absent(before: Knowledge, team: int) -> Absent:
    found = absences.out(before.absences)
    share = found.share[found.team == team]
    return Absent(len(share), REGULATION * float(share.sum()))


def _roster(before: Knowledge, team: int, past: bool) -> Roster | None:
    learned, state = before.preseason, before.strength
    at, is_rostered = (one[0] for one in find(learned.rostered, np.array([team], np.int32)))
    if not is_rostered or learned.season != before.season:
        return None
    still = 0.0 if past else state.from_rosters[np.searchsorted(state.teams, team)]
    return Roster(float(learned.returning[at]), float(learned.shift[at]), float(still))
