"""Which games count, and that their scores are those of the chances given."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.errors import MadnessError
from hoops.evaluation.kaggle import BOTH, Contest, contests, evenings, games_that_count, scores
from hoops.forecast.pairs import Pairs
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge import to_bytes
from hoops.knowledge.parameters import defaults
from hoops.schemas import GAMES
from tests.unit.hoops.fabricated_results import a_league


def games(*rows: tuple[int, str, int, int, int]) -> Results:
    """Rows of day, kind, team 1, team 2, margin."""
    made = [
        {"season": 2024, "day": day, "kind": kind, "team1_id": one, "team2_id": other, "team1_score": 70 + margin,
         "team2_score": 70, "site": 0, "num_ot": 0}
        for day, kind, one, other, margin in rows
    ]  # fmt: skip
    return Results.of(pa.Table.from_pylist(made, schema=GAMES))


def seeds(**by_team: str) -> pa.Table:
    teams = [int(name[1:]) for name in by_team]
    return pa.table({"season": [2024] * len(teams), "team_id": teams, "seed": list(by_team.values())})


SEEDS = seeds(t1101="W01", t1102="W16a", t1103="W16b", t1104="X16")


def test_games_for_one_place_of_the_bracket_and_other_tournaments_do_not_count() -> None:
    played = games(
        (120, "regular", 1101, 1104, 3),
        (134, "ncaa", 1102, 1103, -2),
        (135, "secondary", 1105, 1106, 1),
        (136, "ncaa", 1101, 1103, 20),
        (138, "ncaa", 1101, 1104, -1),
    )
    counted = games_that_count(played, SEEDS)
    assert list(zip(counted.team1.tolist(), counted.team2.tolist(), strict=True)) == [(1101, 1103), (1101, 1104)]


def test_a_team_without_a_seed_is_named() -> None:
    with pytest.raises(MadnessError, match="team 1107 has no seed of 2024"):
        games_that_count(games((136, "ncaa", 1101, 1107, 9)), SEEDS)
    assert len(games_that_count(games((120, "regular", 1101, 1107, 9)), SEEDS)) == 0


def test_scores_are_means_over_the_games_of_both_leagues_and_of_each() -> None:
    men = Contest(League.MEN, 2018, np.array([0.8, 0.6]), np.array([True, False]))
    women = Contest(League.WOMEN, 2018, np.array([0.9]), np.array([True]))
    later = Contest(League.MEN, 2019, np.array([0.5]), np.array([False]))
    found = {(one.span, one.league): one for one in scores([women, later, men])}
    assert found["2018", BOTH].brier == pytest.approx((0.04 + 0.36 + 0.01) / 3)
    assert found["2018", "M"].log_loss == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert (found["2018", "W"].games, found["2018", "W"].brier) == (1, pytest.approx(0.01))
    assert ("2019", BOTH) not in found and found["2019", "M"].brier == 0.25
    assert found["2018-2019", BOTH].games == 4 and found["2018-2019", "M"].games == 3
    assert found["2018-2019", BOTH].brier == pytest.approx((0.04 + 0.36 + 0.01 + 0.25) / 4)


def test_chances_are_those_of_the_games_that_count() -> None:
    counted = games((136, "ncaa", 1101, 1103, 20), (138, "ncaa", 1101, 1104, -1))
    chance = np.array([[0.5, 0.9, 0.7], [0.1, 0.5, 0.2], [0.3, 0.8, 0.5]])
    pairs = Pairs(np.array([1101, 1103, 1104], np.int32), chance)
    (found,) = contests(League.MEN, {2024: pairs, 2020: pairs}, counted)
    assert found.chance.tolist() == [0.9, 0.7] and found.won.tolist() == [True, False]


def test_an_evening_knows_its_day_and_nothing_later() -> None:
    table, parameters = a_league(days=12), defaults(League.MEN)
    day = table["day"].to_numpy()
    season = table["season"].to_numpy()
    until = table.filter(pa.array((season < 2011) | (day <= 30)))
    assert until.num_rows < table.num_rows
    (known,) = evenings(table, parameters, {2011}, 30).values()
    (alone,) = evenings(until, parameters, {2011}, 30).values()
    assert to_bytes(known) == to_bytes(alone) and known.day == day[(season == 2011) & (day <= 30)].max()
    earlier = evenings(table, parameters, {2010, 2011, 2019}, 30)
    assert set(earlier) == {2010, 2011} and earlier[2010].season == 2010
    assert evenings(table, parameters, {2010}, -1) == {}
