"""The tables of an evening before Selection Sunday: the projected field, conferences, what the next games are worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.games.reference import Reference
from hoops.selection.projection import Projection
from hoops.selection.simulation import FINAL_FOUR, TITLE
from hoops.tables.columns import table_of

_LEAST = 0.0005  # chance to be in, from which a team that is not in the projected field has a row


def projection_tables(found: Projection, reference: Reference) -> dict[str, pa.Table]:
    """Every table of a projection, by name."""
    return {
        "projected_field": projected_field(found, reference),
        "conference_odds": conference_odds(found, reference),
        "game_worth": game_worth(found, reference),
    }


def projected_field(found: Projection, reference: Reference) -> pa.Table:
    """The field as projected, then everybody else who may be in, by rank."""
    season = found.season
    seed_of = {row: seed for seed, row in found.seeds.items()}
    order = np.argsort(found.rank)
    rows = np.array([row for row in order.tolist() if row in seed_of or found.bid[row] >= _LEAST], np.intp)
    conference = reference.conferences(season.season)
    return table_of(
        "projected_field",
        **_evening(found, reference, len(rows)),
        **_team(found, reference, rows),
        conference=[conference.get(team) for team in season.teams[rows].tolist()],
        bid=found.bid[rows],
        automatic=found.automatic[rows],
        seed=[seed_of.get(row) for row in rows.tolist()],
        rank=found.rank[rows],
        expected_line=_or_null(found.expected_line[rows]),
        final_four=found.reach[rows, FINAL_FOUR],
        title=found.reach[rows, TITLE],
    )


def conference_odds(found: Projection, reference: Reference) -> pa.Table:
    """Every team of a conference, by conference and expected wins."""
    season = found.season
    won, lost = season.record
    names = reference.conferences(season.season)
    conference = [names.get(team, "") for team in season.teams.tolist()]
    inside = np.flatnonzero(season.conference >= 0)
    by_name = np.array([conference[row] for row in inside.tolist()], np.str_)
    rows = inside[np.lexsort((inside, -found.expected_wins[inside], by_name))]
    return table_of(
        "conference_odds",
        **_evening(found, reference, len(rows)),
        **_team(found, reference, rows),
        conference=[conference[row] for row in rows.tolist()],
        wins=won[rows].astype(np.int16),
        losses=lost[rows].astype(np.int16),
        expected_wins=found.expected_wins[rows],
        season_title=found.season_title[rows],
        tournament_title=_or_null(found.tournament_title[rows]),
    )


def game_worth(found: Projection, reference: Reference) -> pa.Table:
    """The games of the next days, the lower id first."""
    season, worth = found.season, found.worth
    games = worth.games
    reach = {
        f"team{number}_{stage}_if_{result}": worth.reach[:, side, place, lost]
        for side, number in enumerate((1, 2))
        for place, stage in enumerate(("final_four", "title"))
        for lost, result in enumerate(("won", "lost"))
    }
    return table_of(
        "game_worth",
        day=np.full(len(games), season.as_of, np.int16),
        game_day=games.day,
        game_date=reference.dates(season.season, games.day.tolist()),
        team1_id=season.teams[games.one],
        team1_name=reference.names(season.teams[games.one].tolist()),
        team2_id=season.teams[games.other],
        team2_name=reference.names(season.teams[games.other].tolist()),
        probability=worth.chance,
        **reach,
    )


def _evening(found: Projection, reference: Reference, rows: int) -> dict[str, object]:
    season = found.season
    return {
        "day": np.full(rows, season.as_of, np.int16),
        "date": reference.dates(season.season, [season.as_of]) * rows,
    }


def _team(found: Projection, reference: Reference, rows: npt.NDArray[np.intp]) -> dict[str, object]:
    teams = found.season.teams[rows]
    return {"team_id": teams, "team_name": reference.names(teams.tolist())}


def _or_null(values: npt.NDArray[np.float64]) -> pa.Array:
    return pa.array(values, from_pandas=True)
