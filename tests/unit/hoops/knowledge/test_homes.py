"""Where teams are at home is learned from where they play, and distances are those on a globe."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.games.matchups import Matchups
from hoops.games.surroundings import Places, Surroundings
from hoops.knowledge.homes import UNKNOWN, Homes, distances, from_bytes, home_of, initial, located, to_bytes, update

NEW_YORK, BOSTON, LOS_ANGELES, NOWHERE = 4001, 4002, 4003, 4004
CITIES = pa.table(
    {
        "city_id": pa.array([LOS_ANGELES, NEW_YORK, BOSTON, NOWHERE], pa.int32()),
        "latitude": [34.0522, 40.7128, 42.3601, None],
        "longitude": [-118.2437, -74.0060, -71.0589, None],
    }
)
PLACES = Places.of(CITIES)


def games(*rows: tuple[int, int, int, int]) -> Matchups:
    """Rows of (team 1, team 2, site, city)."""
    team1, team2, site, city = (np.array(column) for column in zip(*rows, strict=True))
    return Matchups(*(one.astype(np.int32) for one in (team1, team2)), site.astype(np.int8), city.astype(np.int32))


def ids(*teams: int) -> np.ndarray:
    return np.array(teams, np.int32)


def learned(*days: Matchups) -> Homes:
    homes = initial()
    for day in days:
        homes = update(homes, day)
    return homes


PLAYED = learned(
    games((1101, 1102, 1, BOSTON), (1103, 1104, -1, LOS_ANGELES)),
    games((1101, 1103, 1, NEW_YORK), (1102, 1104, 0, LOS_ANGELES)),
    games((1101, 1105, 1, NEW_YORK), (1106, 1107, 1, UNKNOWN)),
)


def test_a_team_is_at_home_where_it_has_played_most():
    assert home_of(PLAYED, ids(1101, 1104)).tolist() == [NEW_YORK, LOS_ANGELES]


def test_without_a_game_in_a_known_city_no_home_is_known():
    assert home_of(PLAYED, ids(1106, 1107, 1999)).tolist() == [UNKNOWN] * 3
    assert home_of(initial(), ids(1101)).tolist() == [UNKNOWN]
    assert learned(Matchups(ids(1101), ids(1102), np.array([1], np.int8))).team_city.tolist() == []


def test_of_equally_many_games_the_lower_city_is_home():
    homes = learned(games((1101, 1102, 1, LOS_ANGELES)), games((1101, 1102, 1, BOSTON)))
    assert home_of(homes, ids(1101)).tolist() == [BOSTON]


def test_the_order_of_rows_and_of_teams_changes_no_bit():
    day = games((1101, 1102, 1, BOSTON), (1103, 1104, -1, LOS_ANGELES), (1105, 1106, 1, BOSTON))
    order = np.array([2, 0, 1])
    turned = Matchups(day.team2, day.team1, -day.site, day.city)
    assert to_bytes(learned(day)) == to_bytes(learned(day.rows(order))) == to_bytes(learned(turned))
    assert to_bytes(from_bytes(to_bytes(PLAYED))) == to_bytes(PLAYED)
    with pytest.raises(ValueError, match="homes"):
        from_bytes(b"something else")


def test_distances_are_those_on_a_globe():
    one, two = distances(
        PLAYED, games((1101, 1104, 0, BOSTON), (1101, 1999, 0, BOSTON), (1101, 1104, 1, NOWHERE)), PLACES
    )
    assert one[:2] == pytest.approx([306, 306], abs=2)  # New York to Boston
    assert two[0] == pytest.approx(4170, abs=10)  # Los Angeles to Boston
    assert np.isnan([two[1], one[2], two[2]]).all()


def test_without_places_or_cities_nothing_is_known_and_nothing_fails():
    neutral = Matchups(ids(1101), ids(1104), np.zeros(1, np.int8))
    for asked, places in ((neutral, PLACES), (games((1101, 1104, 0, BOSTON)), Surroundings.of({}).places)):
        assert np.isnan(distances(PLAYED, asked, places)).all()
    assert len(Places.of(CITIES.select(["city_id"])).city) == 0


def test_cities_are_joined_to_games_by_season_day_and_pair():
    def table(rows: list[tuple[int, int, int, int]], **more: list[int]) -> pa.Table:
        names = ("season", "day", "team1_id", "team2_id")
        columns = dict(zip(names, (pa.array(column) for column in zip(*rows, strict=True)), strict=True))
        return pa.table(columns | {name: pa.array(values, pa.int32()) for name, values in more.items()})

    played = table([(2024, 3, 1101, 1102), (2024, 4, 1101, 1102), (2023, 3, 1101, 1102)])
    cities = table([(2024, 4, 1101, 1102), (2024, 3, 1101, 1102), (2024, 3, 1101, 1103)], city_id=[BOSTON, NEW_YORK, 9])
    assert located(played, cities)["city_id"].to_pylist() == [NEW_YORK, BOSTON, None]
    assert located(played, None).column_names == played.column_names
    assert Matchups.of(located(played, cities).append_column("site", pa.array([0, 0, 0], pa.int8()))).city.tolist() == [
        NEW_YORK, BOSTON, UNKNOWN,
    ]  # fmt: skip
