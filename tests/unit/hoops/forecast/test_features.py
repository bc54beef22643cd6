"""What a scorer sees: antisymmetric, finite, in any order of rows, and what the names say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.feature_list import CONTEXT, FEATURES, GROUPS, NAMES, columns_of
from hoops.forecast.features import Described, describe, walk
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from hoops.games.matchups import Matchups
from hoops.games.results import Results
from hoops.games.surroundings import Conferences, Places, Surroundings
from hoops.knowledge.known import Knowledge, advance, homes, initial, to_bytes, update
from hoops.knowledge.parameters import defaults
from tests.unit.hoops.fabricated_results import a_league

PARAMETERS = defaults(League.MEN)
SURROUNDINGS = Surroundings(
    Conferences.of(
        pa.table(
            {
                "season": pa.array([2011] * 6, pa.int16()),
                "team_id": pa.array([1106, 1101, 1102, 1103, 1104, 1105], pa.int32()),
                "conference": ["b", "a", "a", "a", "b", "b"],
            }
        )
    )
)


def folded(games: pa.Table) -> Knowledge:
    known = initial(PARAMETERS)
    for day in days_of(games):
        known = update(advance(known, day.season, day.day, PARAMETERS), Results.of(day.games), PARAMETERS)
    return known


def value(described, name: str) -> np.ndarray:
    return described.values[:, NAMES.index(name)]


def games(*rows: tuple[int, int, int]) -> Matchups:
    team1, team2, site = zip(*rows, strict=True)
    return Matchups(np.array(team1, np.int32), np.array(team2, np.int32), np.array(site, np.int8))


@pytest.mark.parametrize("boxless", [0.0, 0.4, 1.0])
def test_swapping_the_teams_turns_every_value_and_leaves_the_context(boxless):
    known = advance(folded(a_league(boxless=boxless)), 2011, 70, PARAMETERS)
    asked = games((1101, 1102, 1), (1103, 1107, 0), (1104, 1999, -1), (1998, 1999, 0))
    one = describe(known, asked, PARAMETERS, SURROUNDINGS)
    other = describe(known, Matchups(asked.team2, asked.team1, -asked.site), PARAMETERS, SURROUNDINGS)
    np.testing.assert_array_equal(one.values, -other.values)
    np.testing.assert_array_equal(one.offset, -other.offset)
    np.testing.assert_array_equal(one.context, other.context)
    np.testing.assert_array_equal(one.margin, -other.margin)
    assert one.values.shape == (4, len(NAMES)) and one.context.shape == (4, len(CONTEXT))
    assert np.isfinite(one.values).all() and np.isfinite(one.context).all()


def test_a_game_looks_the_same_whatever_else_is_asked():
    known = advance(folded(a_league()), 2011, 70, PARAMETERS)
    asked = games((1101, 1102, 1), (1103, 1107, 0), (1104, 1999, -1))
    together = describe(known, asked, PARAMETERS, SURROUNDINGS)
    for row in range(3):
        alone = describe(
            known,
            Matchups(asked.team1[[row]], asked.team2[[row]], asked.site[[row]]), PARAMETERS, SURROUNDINGS,
        )  # fmt: skip
        np.testing.assert_array_equal(alone.values[0], together.values[row])


def test_before_the_first_game_nothing_is_known_and_nothing_fails():
    known = advance(initial(PARAMETERS), 2011, 0, PARAMETERS)
    seen = describe(known, games((1101, 1102, 0)), PARAMETERS, SURROUNDINGS)
    assert not seen.values.any() and seen.offset.tolist() == [0.0]


def test_missing_box_scores_are_indicated_and_leak_no_zeros():
    known = folded(a_league(boxless=1.0))
    known = advance(known, 2011, 70, PARAMETERS)
    seen = describe(known, games((1101, 1999, 0), (1101, 1102, 0)), PARAMETERS, SURROUNDINGS)
    box = columns_of(("adjusted", "factors"))
    assert not seen.values[1][box].any()
    with_box = advance(folded(a_league(boxless=0.0)), 2011, 70, PARAMETERS)
    seen = describe(with_box, games((1101, 1999, 0), (1998, 1999, 0)), PARAMETERS, SURROUNDINGS)
    assert value(seen, "no_box").tolist() == [-1.0, 0.0]
    assert not seen.values[1][columns_of(("factors",))].any()


def test_when_box_scores_stop_their_rates_fade_to_the_leagues_and_the_context_says_so():
    table = a_league(boxless=0.0, days=40)
    known = advance(folded(table), 2011, 200, PARAMETERS)
    asked = games((1101, 1102, 0))
    factors, boxed = columns_of(("factors",)), [one.name for one in CONTEXT].index("boxed")
    sizes, shares = [], []
    for day in range(12):
        seen = describe(known, asked, PARAMETERS)
        sizes.append(np.abs(seen.values[0][factors]))
        shares.append(seen.context[0, boxed])
        bare = Results.of(a_league(day, seasons=[2011], teams=8, days=1, boxless=1.0))
        known = advance(update(known, bare, PARAMETERS), 2011, 205 + 5 * day, PARAMETERS)
    assert shares[0] == 1.0 and (np.diff(shares) <= 0.0).all() and shares[-1] < 0.5
    assert sizes[0].all() and (sizes[-1] < 0.6 * sizes[0]).all()


def test_values_are_what_their_names_say():
    table = a_league(boxless=0.0)
    known = advance(folded(table), 2011, 57, PARAMETERS)
    seen = describe(known, games((1101, 1102, 1)), PARAMETERS, SURROUNDINGS)
    rows = [row for row in table.to_pylist() if row["season"] == 2011]

    def of(team: int) -> tuple[int, int, int]:
        mine = [row for row in rows if team in (row["team1_id"], row["team2_id"])]
        won = sum((row["team1_score"] > row["team2_score"]) == (row["team1_id"] == team) for row in mine)
        return len(mine), won, max((row["day"] for row in mine), default=-100)

    (games1, won1, last1), (games2, won2, last2) = of(1101), of(1102)
    assert value(seen, "site") == 1.0
    assert value(seen, "games")[0] == pytest.approx(np.log1p(games1) - np.log1p(games2))
    assert value(seen, "rest")[0] == min(57 - last1, 10) - min(57 - last2, 10)
    assert value(seen, "win_share_season")[0] == pytest.approx((won1 + 1) / (games1 + 2) - (won2 + 1) / (games2 + 2))
    strength = dict(zip(known.strength.teams.tolist(), known.strength.mean.tolist(), strict=False))
    others1, others2 = (strength[1102] + strength[1103]) / 2, (strength[1101] + strength[1103]) / 2
    assert value(seen, "conference")[0] == pytest.approx(others1 - others2)


def test_distance_counts_on_neutral_ground_and_at_home_apart():
    cities = pa.table({"city_id": pa.array([1, 2], pa.int32()), "latitude": [0.0, 0.0], "longitude": [0.0, 9.0]})
    here, there = np.array([1], np.int32), np.array([2], np.int32)
    known = folded(a_league())
    for team, city in ((1101, here), (1102, there)):
        hosted = Matchups(np.array([team], np.int32), np.array([1103], np.int32), np.array([1], np.int8), city)
        known = replace(known, homes=homes.update(known.homes, hosted))
    known = advance(known, 2011, 70, PARAMETERS)
    far = np.log1p(2 * np.pi * 6371.0 * 9 / 360 / 100)
    for site, expected in ((0, (far, 0.0)), (-1, (0.0, far))):
        asked = replace(games((1101, 1102, site)), city=there)
        seen = describe(known, asked, PARAMETERS, Surroundings(places=Places.of(cities)))
        assert (value(seen, "travel_neutral")[0], value(seen, "travel_hosted")[0]) == pytest.approx(expected)
        without = describe(known, asked, PARAMETERS)
        assert not without.values[0][columns_of(("travel",))].any()


def test_every_feature_has_a_name_of_its_own_and_a_group():
    assert len(set(NAMES)) == len(NAMES)
    assert columns_of(GROUPS) == list(range(len(FEATURES)))
    assert all(feature.description for feature in (*FEATURES, *CONTEXT))
    with pytest.raises(ValueError, match="no group of features luck"):
        columns_of(("luck",))


def test_no_games_give_no_rows():
    played, seen, known = walk(a_league().slice(0, 0), PARAMETERS)
    assert to_bytes(known) == to_bytes(initial(PARAMETERS))
    assert len(played) == len(seen.offset) == 0 and seen.values.shape == (0, len(NAMES))


@pytest.mark.parametrize("together", [1, 5, 10**6])
def test_games_described_many_days_at_once_are_to_the_last_bit_what_they_are_alone(together, monkeypatch):
    monkeypatch.setattr("hoops.forecast.features._TOGETHER", together)
    games, known, alone = a_league(boxless=0.3), initial(PARAMETERS), []
    for day in days_of(games):
        known, played = advance(known, day.season, day.day, PARAMETERS), Results.of(day.games)
        alone += [
            describe(known, played.matchups.rows(slice(row, row + 1)), PARAMETERS, SURROUNDINGS)
            for row in range(len(played))
        ]
        known = update(known, played, PARAMETERS)
    one = Described.joined(alone)
    for since in (2010, 2011):
        played, made, in_the_end = walk(games, PARAMETERS, SURROUNDINGS, since=since)
        for name in ("offset", "values", "context", "margin", "margin_sd"):
            np.testing.assert_array_equal(getattr(one, name)[-len(made) :], getattr(made, name))
        assert len(made) == len(played) and to_bytes(in_the_end) == to_bytes(known)
    assert 0 < len(made) < len(one)


def test_a_walk_goes_on_from_what_is_known():
    games = a_league()
    first = games.slice(0, next(i for i, day in enumerate(games["day"].to_pylist()) if day > 20))
    whole, described, known = walk(games, PARAMETERS)
    before, shown_before, so_far = walk(first, PARAMETERS)
    later, shown, in_the_end = walk(games.slice(first.num_rows), PARAMETERS, known=so_far)
    assert len(before) + len(later) == len(whole) and len(later)
    np.testing.assert_array_equal(np.concatenate([shown_before.values, shown.values]), described.values)
    assert to_bytes(in_the_end) == to_bytes(known)
