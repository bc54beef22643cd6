"""Walk-forward scores of the project's models beside baselines, from nothing but tables.

::

    games -> Results -> a forecaster: day by day, season by season --> probabilities -+
                    -> home court alone, seed difference, Elo ------> probabilities -+-> scores, calibration,
                    -> other people's forecasts of the same games ------------------+    differences and their range
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools
from hoops.evaluation import baselines, metrics
from hoops.evaluation.baselines import Simple
from hoops.evaluation.parts import parts
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import Kind, League
from hoops.games.moment import START, Moment
from hoops.games.results import Results
from hoops.knowledge import preseason
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import Parameters, defaults
from hoops.knowledge.statespace import advance, initial, past_rosters, predict, update
from hoops.players import Squads

Progress = Callable[[int, int], None]
# Forecasts by name, those of the model first, of every game of a table (`hoops.schemas.GAMES`, in order of play) that
# belongs to one of the seasons; each made from nothing later than the day before.
Forecaster = Callable[[pa.Table, tuple[int, ...]], Mapping[str, Simple]]
STATESPACE = "statespace"
ALL = "all"
TUNED_THROUGH = 2018  # architecture, features and settings were chosen on seasons up to this one


@dataclass(frozen=True)
class Row:
    """One forecaster's scores on the games of a span of seasons and a kind ('all': every kind).

    span: one season, such as 2014, or the first and last, such as 2011-2018.
    """

    span: str
    kind: str
    forecaster: str
    scores: metrics.Scores


@dataclass(frozen=True)
class Difference:
    """Log loss of the model less that of another forecaster on the same games; low, high: its range in 95 of 100
    paired resamples of the games."""

    span: str
    kind: str
    forecaster: str
    games: int
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Backtest:
    """What a backtest found.

    Attributes
    ----------
    league : League
    seasons : tuple of int, ascending
    model : str
        The forecaster that is judged; the others are beside it.
    rows : list of Row
        The whole span first, then the seasons that chose the settings and the later ones if both are there, then
        season by season. A forecaster has no row where it forecasts less than every game.
    differences : list of Difference
        Not season by season.
    calibration : dict of str to list of hoops.evaluation.metrics.Bin
        Of the model, by kind, over the whole span.
    predictions : pyarrow.Table
        Season, DayNum, Team1ID, Team2ID (the higher id), Prob1 of every game scored, in order of play.
    played : Results
        The games scored.
    forecasts : dict of str to Simple
        Of these games.
    parts : dict of str to boolean array
        Which of these games are of each part of their season.
    """

    league: League
    seasons: tuple[int, ...]
    model: str
    rows: list[Row]
    differences: list[Difference]
    calibration: dict[str, list[metrics.Bin]]
    predictions: pa.Table
    played: Results
    forecasts: dict[str, Simple]
    parts: dict[str, Bools]

    @property
    def spans(self) -> list[str]:
        """The spans of several seasons, the whole one first."""
        return list(spans(self.seasons))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: `pooled`, each of `by_span` and of `by_season` are kind -> forecaster -> scores.

        `calibration_error` is by kind; `calibration` has the bins of the regular season.
        """
        by_span: dict[str, Any] = {}
        for row in self.rows:
            by_span.setdefault(row.span, {}).setdefault(row.kind, {})[row.forecaster] = asdict(row.scores)
        seasons = {str(season): by_span.pop(str(season)) for season in self.seasons if str(season) in by_span}
        pooled = by_span.pop(self.spans[0]) if len(self.seasons) > 1 else seasons[str(self.seasons[0])]
        return {
            "league": self.league.value,
            "seasons": list(self.seasons),
            "model": self.model,
            "pooled": pooled,
            "by_span": by_span,
            "by_season": seasons,
            "differences": [asdict(one) for one in self.differences],
            "calibration_error": {kind: metrics.calibration_error(bins) for kind, bins in self.calibration.items()},
            "calibration": [asdict(bin_) for bin_ in self.calibration.get(Kind.REGULAR.value, [])],
        }


def run(
    games: pa.Table,
    seeds: pa.Table | None,
    league: League,
    seasons: Iterable[int],
    forecaster: Forecaster | None = None,
    since: Moment = START,
    conference_games: pa.Table | None = None,
) -> Backtest:
    """Forecast every game of some seasons from the games before its day, and score the forecasts.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES`: every season of the league, also those before the first one scored, because models learn
        from them.
    seeds : pyarrow.Table or None
        Columns season, team_id, seed (such as W01 or X16a), any order; None leaves the seed baseline out.
    seasons : iterable of int
        The seasons to score.
    forecaster : callable, optional
        The model, first, and what it brings to stand beside it; the state-space model if left out.
    since : (season, day)
        Of the first season, only the games from this day on are scored.
    conference_games : pyarrow.Table, optional
        Which games belong to conference tournaments (`hoops.games.identity.IDENTITY`).

    Raises
    ------
    ValueError
        If a season asked for has no games, or none from `since` on.
    """
    wanted = tuple(sorted(set(seasons)))
    games = learned_from(games, wanted)
    forecasts = dict((forecaster or StateSpace(league))(games, wanted))
    played = Results.of(games, boxed=False)
    model = next(iter(forecasts))
    forecasts["elo"] = baselines.elo(played, wanted, baselines.ELO[league])
    if seeds is not None:
        forecasts["seed"] = baselines.seed_difference(played, wanted, _seeds(seeds))
    forecasts["home"] = baselines.home_only(played, wanted)
    scored = np.isin(played.season, wanted) & ~played.before(since)
    if not scored.any():
        raise ValueError(f"no games from {since[0]} day {since[1]} on")
    played = played.rows(scored)
    forecasts = {name: Simple(one.probability[scored], one.margin[scored]) for name, one in forecasts.items()}
    return Backtest(
        league=league,
        seasons=wanted,
        model=model,
        rows=_rows(played, wanted, forecasts),
        differences=_differences(played, wanted, forecasts),
        calibration={
            kind: metrics.calibration(forecasts[model].probability[chosen], played.won[chosen])
            for kind, chosen in _kinds(played).items()
            if chosen.any()
        },
        predictions=pa.table(
            {
                "Season": played.season,
                "DayNum": played.day,
                "Team1ID": played.team1,
                "Team2ID": played.team2,
                "Prob1": forecasts[model].probability,
            }
        ),
        played=played,
        forecasts=forecasts,
        parts=parts(played, conference_games),
    )


def learned_from(games: pa.Table, seasons: Collection[int]) -> pa.Table:
    """The games (`hoops.schemas.GAMES`) up to the last of some seasons, in order of play.

    Raises
    ------
    ValueError
        If a season has no games, or there is no season.
    """
    present = set(games["season"].to_pylist())
    missing = sorted(set(seasons) - present)
    if missing or not seasons:
        raise ValueError(f"no games of season {', '.join(map(str, missing))}" if missing else "no seasons to score")
    if max(present) > max(seasons):  # most often all are wanted, and they are many to copy
        games = games.filter(np.less_equal(games["season"].to_numpy(), max(seasons)))
    return in_order_of_play(games)


@dataclass(frozen=True)
class StateSpace:
    """The state-space model as a forecaster. parameters: the shipped ones of the league if left out."""

    league: League
    parameters: Parameters | None = None
    progress: Progress | None = None
    squads: Squads = field(default_factory=Squads.empty)

    def __call__(self, games: pa.Table, seasons: tuple[int, ...]) -> dict[str, Simple]:
        parameters = self.parameters or defaults(self.league)
        return {STATESPACE: walk(Results.of(games), parameters, self.progress, self.squads)}


def walk(
    games: Results, parameters: Parameters, progress: Progress | None = None, squads: Squads | None = None
) -> Simple:
    """The state-space model's forecast of every game, each made from the games before its day."""
    probability, margin = np.empty(len(games)), np.empty(len(games))
    state, summers, squads = initial(parameters), preseason.initial(), squads or Squads.empty()
    since = None
    for now, rows in games.days():
        season, today = now[0], games.rows(rows)
        since = since or now
        while since[0] < season:
            state, summers, _ = strength_over_summer(state, summers, since, parameters, squads)
            since = (since[0] + 1, 0)
        state = advance(state, since, now, parameters)
        past = past_rosters(now[1], today.matchups.site)
        forecast = predict(state, season, today.matchups, parameters, past)
        probability[rows], margin[rows] = forecast.probability, forecast.margin
        state, since = update(state, season, today.outcomes, parameters), now
        if progress is not None:
            progress(rows.stop, len(games))
    return Simple(probability, margin)


def spans(seasons: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Spans of more than one season, by name: all of them; those that chose the settings, and later ones, if both are.

    >>> list(spans((2017, 2018, 2019, 2020)))
    ['2017-2020', '2017-2018', '2019-2020']
    """
    tuned = tuple(season for season in seasons if season <= TUNED_THROUGH)
    later = tuple(season for season in seasons if season > TUNED_THROUGH)
    parts = [tuple(seasons), *([tuned, later] if tuned and later else [])]
    return {f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]): part for part in parts}


def _kinds(games: Results) -> dict[str, Bools]:
    return {kind.value: games.kind == kind.value for kind in Kind} | {ALL: np.full(len(games), True)}


def _rows(games: Results, seasons: tuple[int, ...], forecasts: Mapping[str, Simple]) -> list[Row]:
    rows = []
    for span, inside in (spans(seasons) | {str(season): (season,) for season in seasons}).items():
        in_span = np.isin(games.season, inside)
        for kind, of_kind in _kinds(games).items():
            chosen = in_span & of_kind
            margin, forfeit = games.margin[chosen], games.is_forfeit[chosen]
            for name, given in forecasts.items():
                probability, expected = given.probability[chosen], given.margin[chosen]
                if len(margin) and not np.isnan(probability).any():
                    rows.append(Row(span, kind, name, metrics.score(probability, expected, margin, forfeit)))
    return rows


def _differences(games: Results, seasons: tuple[int, ...], forecasts: Mapping[str, Simple]) -> list[Difference]:
    found = []
    for span, inside in spans(seasons).items():
        in_span = np.isin(games.season, inside)
        for kind, of_kind in _kinds(games).items():
            chosen = in_span & of_kind
            if chosen.any():
                given = {name: one.probability[chosen] for name, one in forecasts.items()}
                compared = against(given, games.won[chosen])
                found += [Difference(span, kind, name, int(chosen.sum()), *one) for name, one in compared.items()]
    return found


def against(forecasts: Mapping[str, npt.NDArray[np.float64]], won: Bools) -> dict[str, tuple[float, float, float]]:
    """Mean log loss of the first forecaster less that of each other one on m > 0 games, with its range.

    Forecasters that forecast less than every game are left out.
    """
    model, *others = (name for name, one in forecasts.items() if not np.isnan(one).any())
    if not others:
        return {}
    own = metrics.losses(forecasts[model], won)
    lost = np.column_stack([own - metrics.losses(forecasts[name], won) for name in others])
    means = lost.mean(axis=0).tolist()
    return {
        name: (mean, low, high) for name, mean, (low, high) in zip(others, means, metrics.bootstrap(lost), strict=True)
    }


def _seeds(seeds: pa.Table) -> dict[tuple[int, int], str]:
    columns = (seeds[name].to_pylist() for name in ("season", "team_id", "seed"))
    return {(season, team): seed for season, team, seed in zip(*columns, strict=True)}
