"""One game, forecast from what was known before it.

folder: its files -> every day before the game, folded ------------------+
stage:  the newest state before the game -> days of the ledger since ----+-> hoops.forecast.match.predict_match
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hoops import knowledge
from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.errors import MadnessError
from hoops.forecast.match import MatchForecast, predict_match
from hoops.forecast.model import Model
from hoops.games.leagues import AWAY, HOME, LAST_DAY, NEUTRAL, League
from hoops.games.moment import Moment
from hoops.games.reference import Reference
from hoops.games.surroundings import Surroundings
from hoops.games.team_names import TeamNames
from hoops.games.team_names import plain as _plain
from hoops.knowledge import Knowledge, efficiency, statespace
from hoops.knowledge.homes import UNKNOWN
from operate.sources import Progress, Source

SITES = {"neutral": NEUTRAL, "home": HOME, "away": AWAY}


class PredictError(MadnessError):
    """A game that cannot be forecast as it was asked for; the text says what is allowed."""


@dataclass(frozen=True)
class Asked:
    """A game as a person names it.

    team1, team2: id or any spelling. league: None to tell it by the ids, else men. site: of team 1. season, day: None
    for the day after the last one known. city: id or name. as_of: last day whose games may be known; None for all
    before the game's.
    """

    team1: str
    team2: str
    league: League | None = None
    site: str = "neutral"
    season: int | None = None
    day: int | None = None
    city: str | None = None
    as_of: int | None = None


def league_of(asked: Asked) -> League:
    """The league that is meant: the one named, else that of a team id, else men."""
    if asked.league is not None:
        return asked.league
    ids = [int(text) for text in (asked.team1, asked.team2) if text.strip().isdecimal()]
    return next((league for league in League for one in ids if one in league.team_ids), League.MEN)


def predict(asked: Asked, source: Source, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Forecast a game, as plain values fit for JSON.

    Raises
    ------
    MadnessError
        A team, city, site or day is not to be had; the text says what is.
    """
    league = league_of(asked)
    tables = source.reference()
    names = TeamNames(Reference(tables), league)
    site = next((name for name in SITES if asked.site.strip().lower() in (name, name[0])), None)
    if site is None:
        raise PredictError(f"unknown site {asked.site!r}; allowed: {', '.join(SITES)} (of the first team)")
    last = source.last()
    if last is None:
        raise PredictError(
            f"no {league.label.lower()}'s game has a result here: add results first, or name a folder by --data"
        )
    team1, team2 = names.find(asked.team1), names.find(asked.team2)
    if team1 == team2:
        raise PredictError(f"{asked.team1!r} and {asked.team2!r} are one team: {Reference(tables).team_name(team1)}")
    city = _city(asked.city, tables.get("Cities"))
    timestamp, through = _moments(asked, last)
    model = source.model_on(timestamp)
    known = source.known(through, progress)
    squads = source.squads() if known.is_before(timestamp[0]) else None
    found = predict_match(known, team1, team2, SITES[site], timestamp, model, city, Surroundings.of(tables), squads)
    if found.known_through is None:
        raise PredictError(
            f"no game before day {timestamp[1]} of {timestamp[0]} is known here: a forecast would be a coin"
        )
    before = knowledge.advance(known, *timestamp, model.parameters, squads)
    return _answer(found, league, site, (team1, team2), city, before, model, Reference(tables))


def _moments(asked: Asked, last: Moment) -> tuple[Moment, Moment]:
    """Season and day of the game, and the last ones whose games may be known."""
    season = last[0] if asked.season is None else asked.season
    if asked.day is not None:
        day = asked.day
    elif season == last[0]:
        day = min(last[1] + 1, LAST_DAY)
    else:
        raise PredictError(
            f"which day of season {season}? --day is needed: the last games are those of day {last[1]} of {last[0]}"
        )
    if not FIRST_SEASON <= season <= LAST_SEASON:
        raise PredictError(f"{season} is no season: allowed are {FIRST_SEASON} to {LAST_SEASON}")
    if not 0 <= day <= LAST_DAY:
        raise PredictError(f"day {day} is no day of a season: allowed are 0 to {LAST_DAY}")
    if asked.as_of is not None and not 0 <= asked.as_of < day:
        raise PredictError(
            f"--as-of {asked.as_of} is no day before the game's day {day}: forecasts know earlier days of its season"
        )
    return (season, day), (season, day - 1 if asked.as_of is None else asked.as_of)


def _city(text: str | None, cities: pa.Table | None) -> int:
    if text is None:
        return UNKNOWN
    rows = [] if cities is None else cities.to_pylist()
    if text.strip().isdecimal():
        number = int(text)
        if rows and number not in {row["city_id"] for row in rows}:
            raise PredictError(f"no city has the id {number}: Cities has {rows[0]['city_id']} to {rows[-1]['city_id']}")
        return number
    if not rows:
        raise PredictError(f"city {text!r} cannot be looked up: there is no Cities file; give its id, or leave it out")
    wanted = _plain(text)
    named = {
        row["city_id"]: ", ".join(filter(None, (row["city"], row["state"])))
        for row in rows
        if wanted in (_plain(row["city"]), _plain(f"{row['city']} {row['state'] or ''}"))
    }
    if len(named) != 1:
        found = "; ".join(f"{name} ({city})" for city, name in named.items())
        raise PredictError(f"{text!r} may be {found}: give the id" if named else f"Cities has no city called {text!r}")
    return int(next(iter(named)))


def _answer(
    found: MatchForecast,
    league: League,
    site: str,
    teams: tuple[int, int],
    city: int,
    before: Knowledge,
    model: Model,
    reference: Reference,
) -> dict[str, Any]:
    season, day = before.now
    (date,) = reference.dates(season, [day])
    sides = [
        _side(team, far, before, model, reference)
        | {"roster": None if roster is None else asdict(roster), "absent": asdict(absent)}
        | {"seen": team not in found.new_teams}
        for team, far, roster, absent in zip(teams, found.distances, found.rosters, found.absent, strict=True)
    ]
    last_season, last_day = found.known_through or (None, None)
    return {
        "league": league.value,
        "season": season,
        "day": day,
        "date": date.isoformat() if date else None,
        "site": site,
        "city": None if city == UNKNOWN else {"id": city, "name": reference.city_name(city)},
        "team1": sides[0],
        "team2": sides[1],
        "probability": found.probability,
        "margin": found.margin,
        "margin_sd": found.margin_sd,
        "neutral_probability": found.neutral_probability,
        "drivers": [asdict(driver) for driver in found.drivers],
        "known_through": {"season": last_season, "day": last_day},
        "model": model.id,
        "trained_through": dict(zip(("season", "day"), model.trained_through, strict=True)),
        "out_of_sample": before.now > model.trained_through,
    }


def _side(team: int, kilometres: float, before: Knowledge, model: Model, reference: Reference) -> dict[str, Any]:
    season, _ = before.now
    ratings = statespace.ratings(before.strength, season, model.parameters)
    (place,) = np.flatnonzero(ratings.team == team)[:1].tolist() or (None,)
    adjusted = efficiency.efficiencies(before.adjusted, season, np.array([team], np.int32), model.parameters)
    boxed = before.adjusted.league_games > 0
    return {
        "id": team,
        "name": reference.team_name(team),
        "rating": None if place is None else float(ratings.rating[place]),
        "rating_sd": None if place is None else float(ratings.rating_sd[place]),
        "rank": None if place is None else int(1 + np.sum(ratings.rating > ratings.rating[place])),
        "offence": float(adjusted.offence[0]) if boxed else None,
        "defence": float(adjusted.defence[0]) if boxed else None,
        "tempo": float(adjusted.tempo[0]) if boxed else None,
        "kilometres": None if math.isnan(kilometres) else round(kilometres),
    }
