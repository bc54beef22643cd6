"""Who counts as there when a season begins."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.players import Squads
from hoops.players.squads import THERE_BY
from hoops.schemas import PLAYER_SEASONS, ROSTERS

DAY = st.none() | st.integers(0, 200)


def rosters(from_day: list[int | None], to_day: list[int | None]) -> Squads:
    """A team of 2024 in which player 1, 2, ... comes and goes on these days."""
    days = enumerate(zip(from_day, to_day, strict=True), 1)
    return squads_of(*(row(2024, player, from_day=first, to_day=last) for player, (first, last) in days))


def row(season: int, player: int, **more: object) -> dict[str, Any]:
    return {"season": season, "team_id": 1101, "player_id": player, **more}


def squads_of(*rosters: dict[str, Any], played: tuple[dict[str, Any], ...] = ()) -> Squads:
    return Squads.of(*(pa.Table.from_pylist([*rows], schema=schema)
                       for schema, rows in ((PLAYER_SEASONS, played), (ROSTERS, rosters))))  # fmt: skip


def test_who_comes_after_the_first_days_is_not_there_when_the_season_begins() -> None:
    squads = rosters([None, 0, THERE_BY, THERE_BY + 1, 60], [None] * 5)

    assert squads.roster(2024).player.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("days", "there"),
    [([23, 25, 37, 38, 60], [1, 2, 3]), ([23, None, 60], [2]), ([14, 23], [1]), ([15, 29, 30], [1, 2])],
)
def test_where_a_season_opens_late_the_days_are_counted_from_there(days: list[int | None], there: list[int]) -> None:
    """2021 began on day 23: a list of who appeared first when has nobody before."""
    other = squads_of(*(row(2021, player, from_day=day) for player, day in enumerate(days, 1)), row(2022, 9))

    assert other.roster(2021).player.tolist() == there and other.roster(2022).player.tolist() == [9]


def test_who_comes_later_is_not_even_taken_for_somebody() -> None:
    """In November nobody can tell that the name will be there twice in January."""
    was = (row(2023, 7, player_name="Al Ash", **{"class": "So", "games": 9, "minutes": 90.0}),)
    new, later = (row(2024, player, player_name="Al Ash", **{"class": "Jr"}) for player in (70, 71))

    assert squads_of(new, later | {"from_day": 60}, played=was).roster(2024).player.tolist() == [7]
    assert squads_of(new, later, played=was).roster(2024).player.tolist() == [70, 71]


@settings(deadline=None)
@given(st.lists(st.tuples(DAY, DAY, DAY), max_size=5))
def test_nobody_knows_on_the_first_day_who_will_be_hurt(days: list[tuple[int | None, int | None, int | None]]) -> None:
    came = [first for first, _, _ in days]

    healthy, hurt = (rosters(came, [one[column] for one in days]).roster(2024).player.tolist() for column in (1, 2))

    assert healthy == hurt
