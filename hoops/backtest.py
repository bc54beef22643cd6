"""Walk-forward scores of the project's model beside baselines, from nothing but tables.

::

    games -> Played -> day by day: predict, then update -> probabilities -+
                    -> home court alone, seed difference, Elo ------------+-> scores a season, kind and forecaster
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hoops import baselines, scoring
from hoops.leagues import Kind, League
from hoops.parameters import Parameters, defaults
from hoops.played import Played
from hoops.statespace import advance, initial, predict, update

Progress = Callable[[int, int], None]
MODEL = "statespace"
FORECASTERS = (MODEL, "elo", "seed", "home")
ALL = "all"


@dataclass(frozen=True)
class Row:
    """One forecaster's scores on the games of one season (None: all seasons pooled) and kind ('all': every kind)."""

    season: int | None
    kind: str
    forecaster: str
    scores: scoring.Scores


@dataclass(frozen=True)
class Backtest:
    """What a backtest found.

    Attributes
    ----------
    league : League
    seasons : tuple of int, ascending
    parameters : Parameters
    rows : list of Row
        Pooled rows first, then season by season. A baseline has no row where it forecasts less than every game.
    calibration : list of hoops.scoring.Bin
        Of the model, pooled over all games scored.
    predictions : pyarrow.Table
        Season, DayNum, Team1ID, Team2ID (the higher id), Prob1 of every game scored, in order of play.
    """

    league: League
    seasons: tuple[int, ...]
    parameters: Parameters
    rows: list[Row]
    calibration: list[scoring.Bin]
    predictions: pa.Table

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: `pooled` and each of `by_season` are kind -> forecaster -> scores."""
        pooled: dict[str, Any] = {}
        by_season: dict[str, Any] = {}
        for row in self.rows:
            place = pooled if row.season is None else by_season.setdefault(str(row.season), {})
            place.setdefault(row.kind, {})[row.forecaster] = asdict(row.scores)
        return {
            "league": self.league.value,
            "seasons": list(self.seasons),
            "model": {"name": MODEL, "parameters": self.parameters.digest()},
            "pooled": pooled,
            "by_season": by_season,
            "calibration": [asdict(bin_) for bin_ in self.calibration],
        }


def run(
    games: pa.Table,
    seeds: pa.Table | None,
    league: League,
    seasons: Iterable[int],
    progress: Progress | None = None,
    parameters: Parameters | None = None,
) -> Backtest:
    """Forecast every game of some seasons from the games before its day, and score the forecasts.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES` (box scores are not read): every season of the league, also those before the first one
        scored, because the model learns from them.
    seeds : pyarrow.Table or None
        Columns season, team_id, seed (such as W01 or X16a), any order; None leaves the seed baseline out.
    seasons : iterable of int
        The seasons to score.
    progress : callable, optional
        Called with the games forecast so far and the games to forecast, after each day.
    parameters : Parameters, optional
        The model's constants; the shipped ones of the league if left out.

    Raises
    ------
    ValueError
        If a season asked for has no games.
    """
    parameters = defaults(league) if parameters is None else parameters
    wanted = tuple(sorted(set(seasons)))
    played = Played.of(games)
    missing = [season for season in wanted if season not in played.season]
    if missing or not wanted:
        raise ValueError(f"no games of season {', '.join(map(str, missing))}" if missing else "no seasons to score")
    played = played.through(wanted[-1])
    forecasts = {MODEL: walk(played, parameters, progress)}
    forecasts["elo"] = baselines.elo(played, wanted, baselines.ELO[league])
    if seeds is not None:
        forecasts["seed"] = baselines.seed_difference(played, wanted, _seeds(seeds))
    forecasts["home"] = baselines.home_only(played, wanted)
    scored = np.isin(played.season, wanted)
    probability = forecasts[MODEL].probability
    return Backtest(
        league=league,
        seasons=wanted,
        parameters=parameters,
        rows=_rows(played, wanted, forecasts),
        calibration=scoring.calibration(probability[scored], played.won[scored]),
        predictions=pa.table(
            {
                "Season": played.season[scored],
                "DayNum": played.day[scored],
                "Team1ID": played.team1[scored],
                "Team2ID": played.team2[scored],
                "Prob1": probability[scored],
            }
        ),
    )


def walk(games: Played, parameters: Parameters, progress: Progress | None = None) -> baselines.Simple:
    """The model's forecast of every game, each made from the games before its day."""
    probability, margin = np.empty(len(games)), np.empty(len(games))
    state = initial(parameters)
    for season, day, rows in games.days():
        state = advance(state, season, day, parameters)
        forecast = predict(state, games.matchups(rows), parameters)
        probability[rows], margin[rows] = forecast.probability, forecast.margin
        state = update(state, games.outcomes(rows), parameters)
        if progress is not None:
            progress(rows.stop, len(games))
    return baselines.Simple(probability, margin)


def _rows(games: Played, seasons: tuple[int, ...], forecasts: dict[str, baselines.Simple]) -> list[Row]:
    rows = []
    for season in (None, *seasons):
        in_season = np.isin(games.season, seasons) if season is None else games.season == season
        for kind in (*(kind.value for kind in Kind), ALL):
            chosen = in_season if kind == ALL else in_season & (games.kind == kind)
            margin = games.margin[chosen]
            for name, given in forecasts.items():
                probability, expected = given.probability[chosen], given.margin[chosen]
                if len(margin) and not np.isnan(probability).any():
                    rows.append(Row(season, kind, name, scoring.score(probability, expected, margin)))
    return rows


def _seeds(seeds: pa.Table) -> dict[tuple[int, int], str]:
    columns = (seeds[name].to_pylist() for name in ("season", "team_id", "seed"))
    return {(season, team): seed for season, team, seed in zip(*columns, strict=True)}
