"""The tables of one season, from what the fold kept of it and what the reference says.

Each function takes rows of one season of one league (`PREDICTED`, `RATED` or `PENDING` of `hoops.schemas`) and gives
the table of the same name of `hoops.schemas.PUBLISHED`, sorted, so that equal inputs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.evaluation import drift, metrics
from hoops.games.leagues import AWAY, HOME, NEUTRAL, Kind
from hoops.games.reference import Reference
from hoops.games.results import is_forfeit
from hoops.knowledge.absences import Absences
from hoops.schemas import PUBLISHED
from hoops.tables.absent import absent
from hoops.tables.columns import build, first_won, of_kind, table_of
from hoops.tables.league import champion
from hoops.tables.meetings import head_to_head, team_scores


@dataclass(frozen=True)
class SeasonRows:
    """What the fold kept of one season. predicted: `PREDICTED`, rated: `RATED`, both sorted by day.

    absences: who has appeared in it. names: of its players, by id.
    """

    season: int
    predicted: pa.Table
    rated: pa.Table
    absences: Absences
    names: Mapping[int, str]


def season_tables(rows: SeasonRows, reference: Reference) -> dict[str, pa.Table]:
    """Every by-season table but `upcoming`, by name."""
    return {
        "results": results(rows, reference),
        "forecasts": forecasts(rows, reference),
        "ratings": ratings(rows, reference),
        "team_records": team_records(rows, reference),
        "tournaments": tournaments(rows, reference),
        "scores": scores(rows),
        "drift": weekly_drift(rows),
        "team_scores": team_scores(rows.predicted, rows.season, reference),
        "head_to_head": head_to_head(rows.predicted, rows.season, reference),
    }


def results(rows: SeasonRows, reference: Reference) -> pa.Table:
    games = rows.predicted
    winners_first = first_won(games)
    winner = np.where(winners_first, games["team1_id"].to_numpy(), games["team2_id"].to_numpy())
    return build("results", games, rows.season, reference, winner_id=winner, city=reference.cities(games))


def forecasts(rows: SeasonRows, reference: Reference) -> pa.Table:
    return build("forecasts", rows.predicted, rows.season, reference, team1_won=first_won(rows.predicted))


def upcoming(season: int, pending: pa.Table, reference: Reference) -> pa.Table:
    """Forecasts of a season's games to come (`PENDING` rows of that season)."""
    pending = pending.filter(pc.equal(pending["season"], season))
    city = [reference.city_name(city) for city in pending["city_id"].to_pylist()]
    return build("upcoming", pending, season, reference, city=city)


def ratings(rows: SeasonRows, reference: Reference) -> pa.Table:
    return build("ratings", rows.rated, rows.season, reference)


def team_records(rows: SeasonRows, reference: Reference) -> pa.Table:
    """Wins and losses by site, mean points, the latest rating of every team that has one, and who is out.

    A forfeit is a win and a loss; the mean points are those of the games that were played.
    """
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

    played = ~is_forfeit(scored, allowed)

    def mean(points: np.ndarray) -> np.ndarray:
        return np.bincount(row[played], points[played], minlength=len(teams)) / np.maximum(count(played), 1)

    won = scored > allowed
    columns: dict[str, Any] = {
        "wins": count(won), "losses": count(~won),
        "home_wins": count(won & (site == HOME)), "home_losses": count(~won & (site == HOME)),
        "away_wins": count(won & (site == AWAY)), "away_losses": count(~won & (site == AWAY)),
        "neutral_wins": count(won & (site == NEUTRAL)), "neutral_losses": count(~won & (site == NEUTRAL)),
        "games_played": count(played), "points_for": mean(scored), "points_against": mean(allowed),
    }  # fmt: skip
    conferences = reference.conferences(rows.season)
    columns["conference"] = [conferences.get(team) for team in teams.tolist()]
    columns |= absent(rows.absences, teams, rows.names)
    return build("team_records", rated, rows.season, reference, **columns)


def tournaments(rows: SeasonRows, reference: Reference) -> pa.Table:
    """Every team that has a seed or played an NCAA tournament game, by team id."""
    games = of_kind(rows.predicted, Kind.NCAA)
    winners_first = first_won(games)
    one, two = games["team1_id"].to_numpy(), games["team2_id"].to_numpy()
    winners, losers = np.where(winners_first, one, two).tolist(), np.where(winners_first, two, one).tolist()
    seeds = reference.seeds(rows.season)
    teams = sorted({*winners, *losers, *seeds})
    best = champion(rows.predicted)
    seed = [seeds.get(team) for team in teams]
    return table_of(
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
        games = judged if kind == "all" else of_kind(judged, kind)
        if games.num_rows:
            one, two = games["team1_score"].to_numpy(), games["team2_score"].to_numpy()
            probability, expected = games["team1_probability"].to_numpy(), games["team1_margin"].to_numpy()
            found = metrics.score(probability, expected, one.astype(float) - two, is_forfeit(one, two))
            lines.append({"kind": str(kind), **asdict(found)})
    return pa.Table.from_pylist(lines, schema=PUBLISHED["scores"].schema)


def weekly_drift(rows: SeasonRows) -> pa.Table:
    """Each week's log loss beside what the forecasts promised; of a game that was issued, what was issued counts."""
    games = rows.predicted.filter(rows.predicted["out_of_sample"])
    issued = games["issued_probability"].is_valid().to_numpy().astype(bool)
    weeks = drift.weeks(
        games["day"].to_numpy(),
        pc.coalesce(games["issued_probability"], games["team1_probability"]).to_numpy(),
        first_won(games),
        issued,
        newest=pc.max(rows.predicted["day"]).as_py() if rows.predicted.num_rows else 0,
    )
    lines = [
        {
            **asdict(one), "last_day": one.last_day, "score": one.score, "counts": one.counts,
            "drifted": one.has_drifted,
        }
        for one in weeks
    ]  # fmt: skip
    return pa.Table.from_pylist(lines, schema=PUBLISHED["drift"].schema)
