"""The time between two moments of a league."""

import pytest

from hoops.games.moment import START, elapsed


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        ((2023, 100), (2023, 100), (0, 0)),
        ((2023, 100), (2023, 103), (0, 3)),
        ((2023, 154), (2024, 0), (1, 0)),
        ((2023, 10), (2024, 100), (1, 100)),
        ((2023, 150), (2026, 7), (3, 7)),
    ],
)
def test_days_count_from_the_last_summer(since, now, expected):
    assert elapsed(since, now) == expected


@pytest.mark.parametrize("now", [(2023, 99), (2022, 100), (2022, 154)])
def test_time_does_not_go_back(now):
    with pytest.raises(ValueError, match=f"stands at 2023 day 100: it cannot go back to {now[0]} day {now[1]}"):
        elapsed((2023, 100), now)


def test_the_start_is_before_every_game():
    assert START < (1985, 0) and START < (0, 0)
