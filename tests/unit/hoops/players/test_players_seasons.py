"""What players did in a season: shares of minutes, worths, and what is done where a column is missing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.players import Squads
from hoops.players.seasons import BOX, LEADS, RATING_MEAN, RATING_SHRINK, PlayerSeason, player_season, team_rates
from hoops.schemas import BOX_COLUMNS, PLAYER_SEASONS, ROSTERS

WORTH_A_POINT = np.array([1.0 if name == "points" else 0.0 for name in BOX])
STRENGTH = {1101: 12.0, 1102: -3.0}
NEWCOMER = -8.0


def squads_of(*rows: dict) -> Squads:
    table = pa.Table.from_pylist([{"season": 2020, "games": 10, "minutes": 0.0} | row for row in rows], PLAYER_SEASONS)
    key = [(name, "ascending") for name in ("season", "team_id", "player_id")]
    return Squads(table.sort_by(key).combine_chunks(), ROSTERS.empty_table())


def one(team: int, player: int, minutes: float, **more: object) -> dict:
    return {"team_id": team, "player_id": player, "minutes": minutes, **more}


def did(*rows: dict, box: np.ndarray = WORTH_A_POINT) -> PlayerSeason:
    return player_season(squads_of(*rows), 2020, STRENGTH, NEWCOMER, box)


def of_team(found: PlayerSeason, team: int) -> float:
    here = found.team == team
    return float(found.share[here] @ found.worth[here])


TEAM = [one(1101, player, 300.0, points=20 * player) for player in range(1, 11)]


def test_shares_are_five_a_team_and_worths_add_up_to_its_strength() -> None:
    found = did(*TEAM, one(1102, 21, 100.0), one(1102, 22, 300.0), one(1103, 31, 50.0))
    for team, strength in (STRENGTH | {1103: NEWCOMER}).items():
        assert found.share[found.team == team].sum() == pytest.approx(5.0, abs=1e-12)
        assert of_team(found, team) == pytest.approx(strength, abs=1e-12)
    assert found.share[found.team == 1102].tolist() == [1.25, 3.75]
    assert np.all(np.diff(found.worth[found.team == 1101]) > 0.0), "who scores more is worth more"


def test_a_lead_counts_the_less_the_fewer_the_minutes() -> None:
    def lead(minutes: float) -> float:
        star = one(1101, 99, minutes, points=int(minutes))  # a point a minute, however many
        found = did(*(one(1101, player, 4000.0, points=1600) for player in range(1, 6)), star)
        return float(found.worth[found.player == 99][0] - STRENGTH[1101] / 5.0)

    leads = [lead(minutes) for minutes in (5.0, 50.0, 400.0)]
    assert 0.0 < leads[0] < leads[1] < leads[2] < 24.0  # 40 points a game are 24 more than the others' 16


def test_where_a_teams_minutes_are_missing_games_stand_for_them() -> None:
    found = did(
        one(1101, 1, 0.0, games=30, points=600), one(1101, 2, 0.0, games=10), *(r | {"team_id": 1102} for r in TEAM)
    )
    here = found.team == 1101
    assert found.share[here].tolist() == [3.75, 1.25]
    assert found.worth[here].tolist() == [STRENGTH[1101] / 5.0] * 2, "nobody knows whose points came fast"
    assert np.ptp(found.worth[~here]) > 0.0


def test_what_is_missing_of_a_box_score_counts_nothing() -> None:
    bare, empty = (
        did(*(one(1101, player, 300.0, **more) for player in (1, 2))) for more in ({}, dict.fromkeys(BOX, 0))
    )
    for found in (bare, empty):
        assert found.worth.tolist() == [STRENGTH[1101] / 5.0] * 2
        assert not found.leads.any()
    some = did(one(1101, 1, 300.0, points=90), one(1101, 2, 300.0, points=30, ast=20))
    assert some.leads[:, LEADS.index("points")].tolist() == [1.25, -1.25]
    assert some.leads[:, LEADS.index("ast")].tolist() == [-2.5, 2.5]
    assert np.isfinite(some.worth).all() and np.isfinite(some.leads).all()


@pytest.mark.parametrize(("rating", "believed"), [(6.0, 6.0), (685.0, 25.0), (-99.0, -25.0)])
def test_a_rating_of_the_files_own_is_averaged_with_ours_and_shrunk(rating: float, believed: float) -> None:
    without = did(*TEAM)
    rated = did(*TEAM[:-1], TEAM[-1] | {"rating": rating})
    assert rated.worth[:-1].tolist() == without.worth[:-1].tolist()
    theirs = (believed * 300.0 + RATING_MEAN * RATING_SHRINK) / (300.0 + RATING_SHRINK)
    assert rated.worth[-1] == pytest.approx(0.5 * (without.worth[-1] + theirs))
    few = did(*TEAM[:-1], one(1101, 10, 1.0, rating=rating))
    assert abs(few.worth[-1]) < 5.0, "of one minute nothing wild is believed"


def test_a_player_of_two_teams_counts_for_the_one_with_more_minutes() -> None:
    found = did(one(1101, 7, 40.0), one(1101, 8, 200.0), one(1102, 7, 60.0), one(1102, 9, 50.0))
    assert found.by_player.tolist() == [7, 8, 9]
    assert found.team[found.order].tolist() == [1102, 1101, 1102]


def test_rates_of_teams_are_of_forty_minutes_and_less_the_leagues_mean() -> None:
    rows = [one(1101, player, 200.0, points=100, ast=20) for player in range(5)]
    rows += [one(1102, player, 200.0, points=60, ast=0) for player in range(10, 15)]
    teams, rates = team_rates(squads_of(*rows, one(1103, 20, 0.0, points=50)), 2020)
    assert teams.tolist() == [1101, 1102, 1103]
    assert rates[:, BOX.index("points")].tolist() == pytest.approx([20.0, -20.0, 0.0])
    assert rates[:, BOX.index("ast")].tolist() == pytest.approx([10.0, -10.0, 0.0])
    assert not rates[2].any() and rates.shape == (3, len(BOX_COLUMNS) + 1)


def test_of_a_team_whose_column_is_empty_nothing_is_learned() -> None:
    """It did not score no points: nobody told."""
    rows = [one(1101, 1, 200.0, points=100, ast=10), one(1102, 2, 200.0, points=60, ast=5), one(1103, 3, 200.0, ast=0)]
    _, rates = team_rates(squads_of(*rows), 2020)
    assert rates[:, BOX.index("points")].tolist() == pytest.approx([20.0, -20.0, 0.0])
    assert rates[:, BOX.index("ast")].tolist() == pytest.approx([5.0, 0.0, -5.0])


def test_of_a_season_without_files_there_is_nobody() -> None:
    found = player_season(Squads.empty(), 2020, STRENGTH, NEWCOMER, WORTH_A_POINT)
    assert len(found.team) == len(found.by_player) == len(found.order) == 0 and found.leads.shape == (0, len(LEADS))
    assert team_rates(Squads.empty(), 2020)[1].shape == (0, len(BOX))
