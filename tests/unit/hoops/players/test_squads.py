"""Who counts as there when a season begins."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hoops.players import Squads
from hoops.players.squads import THERE_BY
from hoops.schemas import PLAYER_SEASONS, ROSTERS

DAY = st.none() | st.integers(0, 200)


def rosters(from_day: list[int | None], to_day: list[int | None]) -> Squads:
    """A team of 2024 in which player 1, 2, ... comes and goes on these days."""
    rows = [
        {"season": 2024, "team_id": 1101, "player_id": player, "from_day": first, "to_day": last}
        for player, (first, last) in enumerate(zip(from_day, to_day, strict=True), 1)
    ]
    return Squads(PLAYER_SEASONS.empty_table(), pa.Table.from_pylist(rows, schema=ROSTERS))


def test_who_comes_after_the_first_days_is_not_there_when_the_season_begins() -> None:
    squads = rosters([None, 0, THERE_BY, THERE_BY + 1, 60], [None] * 5)

    assert squads.roster(2024).player.tolist() == [1, 2, 3]


@given(st.lists(st.tuples(DAY, DAY, DAY), max_size=5))
def test_nobody_knows_on_the_first_day_who_will_be_hurt(days: list[tuple[int | None, int | None, int | None]]) -> None:
    came = [first for first, _, _ in days]

    healthy, hurt = (rosters(came, [one[column] for one in days]).roster(2024).player.tolist() for column in (1, 2))

    assert healthy == hurt
