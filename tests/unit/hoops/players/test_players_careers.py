"""What is known of the players of a roster: who stayed, came back, moved or is new."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.players import Squads
from hoops.players.careers import FEATURES, NO_TEAM, Careers, careers
from hoops.players.seasons import BOX, PlayerSeason, player_season
from hoops.schemas import PLAYER_SEASONS, ROSTERS

STRENGTH = {1101: 10.0, 1102: -10.0}
NEWCOMER = -8.0
STAYS, MOVES, PAUSED, NEW, SENIOR = 1, 2, 3, 4, 5
BOX_WORTH = np.full(len(BOX), 0.1)


def played(season: int, team: int, player: int, minutes: float, **more: object) -> dict:
    return {"season": season, "team_id": team, "player_id": player, "games": 30, "minutes": minutes, **more}


TOTALS = [
    played(2018, 1101, PAUSED, 600.0, **{"class": "So"}), played(2018, 1101, STAYS, 600.0),
    played(2018, 1102, 90, 600.0),
    played(2019, 1101, STAYS, 900.0, points=500, **{"class": "So"}), played(2019, 1101, 91, 300.0),
    played(2019, 1102, MOVES, 300.0, **{"class": "Fr"}), played(2019, 1102, SENIOR, 900.0, **{"class": "Gr"}),
]  # fmt: skip
ROSTER = [(1101, STAYS, None), (1101, MOVES, None), (1101, PAUSED, None), (1101, NEW, 97.0), (1102, SENIOR, None),
          (1102, 6, None)]  # fmt: skip


def squads() -> Squads:
    listed = [
        {"season": 2020, "team_id": team, "player_id": who, "recruit_score": score} for team, who, score in ROSTER
    ]
    return Squads(pa.Table.from_pylist(TOTALS, PLAYER_SEASONS), pa.Table.from_pylist(listed, ROSTERS))


def season(year: int) -> PlayerSeason:
    return player_season(squads(), year, STRENGTH, NEWCOMER, BOX_WORTH)


@pytest.fixture(scope="module")
def found() -> Careers:
    return careers(squads(), 2020, season(2019), season(2018), STRENGTH, NEWCOMER)


def of(found: Careers, player: int) -> dict[str, float]:
    (row,) = found.features[found.player == player]
    return dict(zip(FEATURES, row.tolist(), strict=True))


def test_everybody_of_the_roster_has_a_row(found: Careers) -> None:
    assert list(zip(found.team.tolist(), found.player.tolist(), strict=True)) == [row[:2] for row in ROSTER]
    assert found.features.shape == (len(ROSTER), len(FEATURES)) and np.isfinite(found.features).all()
    assert found.last_team.tolist() == [1101, 1102, NO_TEAM, NO_TEAM, 1102, NO_TEAM]
    assert found.returns.tolist() == [True, False, False, False, True, False]
    assert found.is_known.tolist() == [True, True, True, False, True, False]


def test_who_stays_has_last_seasons_share_and_worth_and_how_they_changed(found: Careers) -> None:
    last, before, mine = season(2019), season(2018), of(found, STAYS)
    now, then = (one.worth[one.player == STAYS][0] for one in (last, before))
    assert (mine["share"], mine["share_squared"]) == (3.75, 3.75**2) and found.last_share[0] == 3.75
    assert mine["worth"] == pytest.approx(now / 10.0) and found.last_worth[0] == now
    assert mine["worth_the_year_before"] == pytest.approx((then - now) / 10.0)
    assert mine["share_the_year_before"] == pytest.approx(2.5 - 3.75)
    assert (mine["known"], mine["back_after_a_year"], mine["newcomer"], mine["sophomore"]) == (1.0, 0.0, 0.0, 1.0)
    assert (mine["up"], mine["known_x_strength"]) == (0.0, 1.0) and mine["lead_in_points"] > 0.0


def test_who_moves_up_is_told_from_who_stays(found: Careers) -> None:
    mine = of(found, MOVES)
    assert (mine["up"], mine["up_x_share"], mine["share"]) == (2.0, 2.5, 1.25)
    assert (mine["sophomore"], mine["junior"], mine["senior"]) == (0.0, 0.0, 0.0)


def test_who_comes_back_after_a_year_has_the_year_before_it(found: Careers) -> None:
    mine = of(found, PAUSED)
    assert (mine["known"], mine["back_after_a_year"], mine["share"]) == (1.0, 1.0, 2.5)
    assert mine["worth"] == pytest.approx(season(2018).worth[0] / 10.0) and found.last_share[2] == 0.0


def test_who_is_new_has_what_recruiters_said_and_the_team(found: Careers) -> None:
    mine, unrated = of(found, NEW), of(found, 6)
    assert (mine["newcomer"], mine["known"], mine["share"], mine["worth"]) == (1.0, 0.0, 0.0, 0.0)
    assert (mine["recruit"], mine["top_recruit"], mine["no_recruit_score"]) == (0.97, 0.7, 0.0)
    assert (unrated["recruit"], unrated["top_recruit"], unrated["no_recruit_score"]) == (0.0, 0.0, 1.0)
    assert (mine["newcomer_x_strength"], unrated["newcomer_x_strength"]) == (1.0, -1.0)


def test_a_graduate_is_a_senior(found: Careers) -> None:
    assert of(found, SENIOR)["senior"] == 1.0


def test_without_earlier_seasons_everybody_is_new() -> None:
    nothing = player_season(Squads.empty(), 2019, {}, NEWCOMER, BOX_WORTH)
    found = careers(squads(), 2020, nothing, nothing, {}, NEWCOMER)
    assert not found.is_known.any() and not found.returns.any() and np.isfinite(found.features).all()
    assert found.features[:, FEATURES.index("newcomer_x_strength")].tolist() == [NEWCOMER / 10.0] * len(ROSTER)
