"""How good chances of all pairs were, as Kaggle's March Mania counts: the NCAA tournament's games, First Four excluded.

games, seeds ---------------------------> the games that count -+
chances of all pairs, frozen before them -----------------------+-> Brier score, log loss by season and league
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.arrays import Bools, Floats
from hoops.errors import MadnessError
from hoops.evaluation import metrics
from hoops.evaluation.backtest import Progress, spans
from hoops.forecast.fold import learn
from hoops.forecast.pairs import Pairs
from hoops.games.leagues import Kind, League
from hoops.games.results import Results
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import Parameters
from hoops.players import Squads

BOTH = "M+W"


@dataclass(frozen=True)
class Contest:
    """Forecasts of the games that count of one league and season: chance of team 1, and whether it won, (m,)."""

    league: League
    season: int
    chance: Floats
    won: Bools


@dataclass(frozen=True)
class Score:
    """span: a season, or a first and last one. league: M, W, or M+W for the games of both together.

    brier, log_loss: means over the games (nats).
    """

    span: str
    league: str
    games: int
    brier: float
    log_loss: float


def games_that_count(games: Results, seeds: pa.Table) -> Results:
    """The games of NCAA tournaments whose two teams do not play each other for one place of the bracket.

    seeds: season, team_id, seed (X16a and X16b play for X16).

    Raises
    ------
    MadnessError
        A team of such a game has no seed: nobody can tell whether the game counts.
    """
    place = {
        (season, team): seed[:3]
        for season, team, seed in zip(*(seeds[name].to_pylist() for name in ("season", "team_id", "seed")), strict=True)
    }
    games = games.rows(games.kind == Kind.NCAA.value)
    sides = [list(zip(games.season.tolist(), team.tolist(), strict=True)) for team in (games.team1, games.team2)]
    if missing := [one for side in sides for one in side if one not in place]:
        season, team = min(missing)
        raise MadnessError(
            f"team {team} has no seed of {season}, though it played in the NCAA tournament: without seeds nobody can "
            "tell the First Four from the games that count; add NCAATourneySeeds"
        )
    return games.rows(np.array([place[one] != place[other] for one, other in zip(*sides, strict=True)], np.bool_))


def evenings(
    games: pa.Table,
    parameters: Parameters,
    seasons: Collection[int],
    as_of: int,
    progress: Progress | None = None,
    squads: Squads | None = None,
) -> dict[int, Knowledge]:
    """What was known of each season on the evening of a day: all games (`GAMES`, in order of play) up to and with it.

    A season without a game until then is left out. squads: what players' files say.
    """
    found, done = {}, 0
    for day, known in learn(games, parameters, squads=squads):
        if day.season in seasons and day.day <= as_of:
            found[day.season] = known
        done += day.games.num_rows
        if progress is not None:
            progress(done, games.num_rows)
    return found


def contests(league: League, pairs: Mapping[int, Pairs], counted: Results) -> list[Contest]:
    """The chances of the games that count, season by season; seasons without such a game are left out."""
    found = []
    for season, one in sorted(pairs.items()):
        games = counted.rows(counted.season == season)
        if len(games):
            found.append(Contest(league, season, one.of(games.team1, games.team2), games.won))
    return found


def scores(found: Iterable[Contest]) -> list[Score]:
    """Season by season, then spans of seasons: both leagues together, if both are there, and each by itself."""
    found = list(found)
    seasons = tuple(sorted({one.season for one in found}))
    parts = {str(season): (season,) for season in seasons} | (spans(seasons) if len(seasons) > 1 else {})
    return [
        score for span, inside in parts.items() for score in _of_span(span, [c for c in found if c.season in inside])
    ]


def _of_span(span: str, found: list[Contest]) -> Iterator[Score]:
    leagues = sorted({one.league for one in found})
    for name in ([BOTH] if len(leagues) > 1 else []) + [league.value for league in leagues]:
        chosen = [one for one in found if name in (BOTH, one.league.value)]
        chance, won = (np.concatenate([getattr(one, part) for one in chosen]) for part in ("chance", "won"))
        yield Score(span, name, len(won), metrics.brier(chance, won), metrics.log_loss(chance, won))
