"""The published tables as functions of what the fold kept and what the reference says.

Each function takes rows of one season of one league (`PREDICTED`, `RATED` or `PENDING` of `hoops.schemas`) and gives
the table of the same name of `hoops.schemas.PUBLISHED`, sorted, so that equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops import scoring
from hoops.leagues import AWAY, HOME, NEUTRAL, Kind
from hoops.reference import Reference
from hoops.schemas import PUBLISHED

CHAMPION_WINS = 3


@dataclass(frozen=True)
class SeasonRows:
    """What the fold kept of one season. predicted: `PREDICTED`, rated: `RATED`, both sorted by day."""

    season: int
    predicted: pa.Table
    rated: pa.Table


@dataclass(frozen=True)
class SeasonSummary:
    """The few facts of a season that the tables of the whole league need. teams: sorted ids that played in it."""

    season: int
    games: int
    first_day: int
    last_day: int
    champion: int | None
    teams: tuple[int, ...]


def season_tables(rows: SeasonRows, reference: Reference) -> dict[str, pa.Table]:
    """Every by-season table but `upcoming`, by name."""
    return {
        "results": results(rows, reference),
        "forecasts": forecasts(rows, reference),
        "ratings": ratings(rows, reference),
        "team_records": team_records(rows, reference),
        "tournaments": tournaments(rows, reference),
        "scores": scores(rows),
    }


def summary(rows: SeasonRows) -> SeasonSummary:
    """The facts of a season that the league's tables need; a season without games has day 0 to 0."""
    games = rows.predicted
    days = games["day"].to_numpy()
    teams = np.unique(np.concatenate([games["team1_id"].to_numpy(), games["team2_id"].to_numpy()]))
    return SeasonSummary(
        rows.season, games.num_rows, int(days.min(initial=200)) if len(days) else 0, int(days.max(initial=0)),
        champion(games), tuple(int(team) for team in teams),
    )  # fmt: skip


def results(rows: SeasonRows, reference: Reference) -> pa.Table:
    games = rows.predicted
    first_won = _first_won(games)
    winner = np.where(first_won, games["team1_id"].to_numpy(), games["team2_id"].to_numpy())
    cities = reference.cities(rows.season)
    places = zip(*(games[name].to_pylist() for name in ("day", "team1_id", "team2_id")), strict=True)
    city = [reference.city_name(cities.get(place)) for place in places]
    return _build("results", games, rows.season, reference, winner_id=winner, city=city)


def forecasts(rows: SeasonRows, reference: Reference) -> pa.Table:
    return _build("forecasts", rows.predicted, rows.season, reference, team1_won=_first_won(rows.predicted))


def upcoming(season: int, pending: pa.Table, reference: Reference) -> pa.Table:
    """Forecasts of a season's games to come (`PENDING` rows of that season)."""
    pending = pending.filter(pc.equal(pending["season"], season))
    city = [reference.city_name(city) for city in pending["city_id"].to_pylist()]
    return _build("upcoming", pending, season, reference, city=city)


def ratings(rows: SeasonRows, reference: Reference) -> pa.Table:
    return _build("ratings", rows.rated, rows.season, reference)


def team_records(rows: SeasonRows, reference: Reference) -> pa.Table:
    """Wins and losses by site, mean points, and the latest rating of every team that has one."""
    rated = rows.rated
    if rated.num_rows:
        rated = rated.filter(pc.equal(rated["day"], pc.max(rated["day"])))
    rated = rated.sort_by("team_id")
    teams = rated["team_id"].to_numpy()
    games = rows.predicted
    sides = [[games[f"team{side}_{what}"].to_numpy() for what in ("id", "score")] for side in (1, 2)]
    # Every game twice, once from each team's side.
    team = np.concatenate([sides[0][0], sides[1][0]])
    scored, allowed = np.concatenate([sides[0][1], sides[1][1]]), np.concatenate([sides[1][1], sides[0][1]])
    site = games["site"].to_numpy()
    site = np.concatenate([site, -site])
    row = np.searchsorted(teams, team)

    def count(mask: np.ndarray) -> np.ndarray:
        return np.bincount(row[mask], minlength=len(teams))

    def mean(points: np.ndarray) -> np.ndarray:
        return np.bincount(row, points, minlength=len(teams)) / np.maximum(count(np.ones(len(row), bool)), 1)

    won = scored > allowed
    columns: dict[str, Any] = {
        "wins": count(won), "losses": count(~won),
        "home_wins": count(won & (site == HOME)), "home_losses": count(~won & (site == HOME)),
        "away_wins": count(won & (site == AWAY)), "away_losses": count(~won & (site == AWAY)),
        "neutral_wins": count(won & (site == NEUTRAL)), "neutral_losses": count(~won & (site == NEUTRAL)),
        "points_for": mean(scored), "points_against": mean(allowed),
    }  # fmt: skip
    conferences = reference.conferences(rows.season)
    columns["conference"] = [conferences.get(team) for team in teams.tolist()]
    return _build("team_records", rated, rows.season, reference, **columns)


def tournaments(rows: SeasonRows, reference: Reference) -> pa.Table:
    """Every team that has a seed or played an NCAA tournament game, by team id."""
    games = _of_kind(rows.predicted, Kind.NCAA)
    first_won = _first_won(games)
    one, two = games["team1_id"].to_numpy(), games["team2_id"].to_numpy()
    winners, losers = np.where(first_won, one, two).tolist(), np.where(first_won, two, one).tolist()
    seeds = reference.seeds(rows.season)
    teams = sorted({*winners, *losers, *seeds})
    best = champion(rows.predicted)
    seed = [seeds.get(team) for team in teams]
    return _table(
        "tournaments",
        team_id=teams,
        team_name=reference.names(teams),
        seed=seed,
        region=[reference.region(rows.season, one) if one else None for one in seed],
        wins=[winners.count(team) for team in teams],
        losses=[losers.count(team) for team in teams],
        champion=[team == best for team in teams],
    )


def scores(rows: SeasonRows) -> pa.Table:
    """How good the out-of-sample forecasts were, by kind of game and for all; kinds without games are left out."""
    judged = rows.predicted.filter(rows.predicted["out_of_sample"])
    lines = []
    for kind in (*Kind, "all"):
        games = judged if kind == "all" else _of_kind(judged, kind)
        if games.num_rows:
            margin = games["team1_score"].to_numpy().astype(float) - games["team2_score"].to_numpy()
            probability = games["team1_probability"].to_numpy()
            lines.append({
                "kind": str(kind),
                "games": games.num_rows,
                "log_loss": scoring.log_loss(probability, margin > 0),
                "brier": scoring.brier(probability, margin > 0),
                "accuracy": scoring.accuracy(probability, margin > 0),
                "margin_rmse": scoring.margin_rmse(games["team1_margin"].to_numpy(), margin),
            })  # fmt: skip
    return pa.Table.from_pylist(lines, schema=PUBLISHED["scores"].schema)


def teams(seasons: list[SeasonSummary], reference: Reference) -> pa.Table:
    """Every team that has played in any of the seasons, by id."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for season in sorted(seasons, key=lambda one: one.season):
        for team in season.teams:
            first.setdefault(team, season.season)
            last[team] = season.season
    conferences: dict[int, str] = {}
    for season in sorted(seasons, key=lambda one: one.season):
        conferences.update(reference.conferences(season.season))
    known = sorted(first)
    return _table(
        "teams",
        team_id=known,
        team_name=reference.names(known),
        first_season=[first[team] for team in known],
        last_season=[last[team] for team in known],
        conference=[conferences.get(team) for team in known],
    )


def seasons(summaries: list[SeasonSummary], reference: Reference) -> pa.Table:
    rows = sorted(summaries, key=lambda one: one.season)
    return _table(
        "seasons",
        season=[one.season for one in rows],
        day_zero=[reference.day_zero(one.season) for one in rows],
        first_day=[one.first_day for one in rows],
        last_day=[one.last_day for one in rows],
        games=[one.games for one in rows],
        champion_id=[one.champion for one in rows],
        champion_name=[reference.team_name(one.champion) if one.champion else None for one in rows],
    )


def champion(games: pa.Table) -> int | None:
    """Winner of the NCAA final, or None while it is not played.

    The final is recognised by the results alone, since seeds may be missing and days vary: once it is played, exactly
    one team of the field is undefeated. The first game of a tournament leaves one undefeated team too, therefore a
    champion needs `CHAMPION_WINS`.
    """
    ncaa = _of_kind(games, Kind.NCAA)
    if not ncaa.num_rows:
        return None
    first_won = _first_won(ncaa)
    one, two = ncaa["team1_id"].to_numpy(), ncaa["team2_id"].to_numpy()
    winners, losers = np.where(first_won, one, two).tolist(), np.where(first_won, two, one).tolist()
    undefeated = set(winners) - set(losers)
    if len(undefeated) != 1:
        return None
    (best,) = undefeated
    return best if winners.count(best) >= CHAMPION_WINS else None


def _of_kind(games: pa.Table, kind: str) -> pa.Table:
    return games.filter(pc.equal(games["kind"], kind))


def _first_won(games: pa.Table) -> np.ndarray:
    return games["team1_score"].to_numpy() > games["team2_score"].to_numpy()


def _build(name: str, rows: pa.Table, season: int, reference: Reference, **columns: Any) -> pa.Table:
    """A published table from rows that have most of its columns; names and dates come from the reference."""
    available: dict[str, Any] = {column: rows[column] for column in rows.schema.names}
    for team in ("team", "team1", "team2"):
        if f"{team}_id" in available:
            available[f"{team}_name"] = _looked_up(rows[f"{team}_id"], reference.names, pa.string())
    if "day" in available:
        available["date"] = _looked_up(rows["day"], partial(reference.dates, season), pa.date32())
    return _table(name, **{**available, **columns})


def _looked_up(keys: pa.ChunkedArray, look_up: Callable[[list], list], type_: pa.DataType) -> pa.Array:
    """A column looked up by key, each key once: tables have tens of thousands of rows and few teams or days."""
    encoded = keys.combine_chunks().dictionary_encode()
    return pa.array(look_up(encoded.dictionary.to_pylist()), type_).take(encoded.indices)


def _table(name: str, **columns: Any) -> pa.Table:
    schema = PUBLISHED[name].schema
    return pa.Table.from_arrays([_array(columns, field) for field in schema], schema=schema)


def _array(columns: Mapping[str, Any], field: pa.Field) -> pa.Array:
    column = columns[field.name]
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks().cast(field.type)
    return pa.array(column, field.type)
