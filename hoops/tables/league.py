"""The tables of a whole league, made of a few facts of each season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.games.leagues import Kind
from hoops.games.reference import Reference
from hoops.tables.columns import first_won, of_kind, table_of

CHAMPION_WINS = 3


@dataclass(frozen=True)
class SeasonSummary:
    """The few facts of a season that the tables of the whole league need. teams: sorted ids that played in it."""

    season: int
    games: int
    first_day: int
    last_day: int
    champion: int | None
    teams: tuple[int, ...]


def summary(season: int, games: pa.Table) -> SeasonSummary:
    """The facts of a season (games: `PREDICTED`) that the league's tables need; one without games has day 0 to 0."""
    days = games["day"].to_numpy()
    teams = np.unique(np.concatenate([games["team1_id"].to_numpy(), games["team2_id"].to_numpy()]))
    return SeasonSummary(
        season, games.num_rows, int(days.min(initial=200)) if len(days) else 0, int(days.max(initial=0)),
        champion(games), tuple(int(team) for team in teams),
    )  # fmt: skip


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
    return table_of(
        "teams",
        team_id=known,
        team_name=reference.names(known),
        first_season=[first[team] for team in known],
        last_season=[last[team] for team in known],
        conference=[conferences.get(team) for team in known],
    )


def seasons(summaries: list[SeasonSummary], reference: Reference) -> pa.Table:
    rows = sorted(summaries, key=lambda one: one.season)
    return table_of(
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
    ncaa = of_kind(games, Kind.NCAA)
    if not ncaa.num_rows:
        return None
    winners_first = first_won(ncaa)
    one, two = ncaa["team1_id"].to_numpy(), ncaa["team2_id"].to_numpy()
    winners, losers = np.where(winners_first, one, two).tolist(), np.where(winners_first, two, one).tolist()
    undefeated = set(winners) - set(losers)
    if len(undefeated) != 1:
        return None
    (best,) = undefeated
    return best if winners.count(best) >= CHAMPION_WINS else None
