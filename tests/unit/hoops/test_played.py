import numpy as np
from fabricated_games import a_table

from hoops.played import Played


def test_days_cover_all_games_in_order_whatever_the_order_of_the_rows():
    table = a_table(np.random.default_rng(1), (2001, 2002))
    shuffled = table.take(np.random.default_rng(2).permutation(table.num_rows))
    one, other = Played.of(table), Played.of(shuffled)
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    days = list(one.days())
    assert sum(rows.stop - rows.start for _, _, rows in days) == len(one)
    assert [day[:2] for day in days] == sorted({*zip(one.season.tolist(), one.day.tolist(), strict=True)})
    for season, day, rows in days:
        assert {*one.season[rows]} == {season}
        assert {*one.day[rows]} == {day}


def test_through_keeps_seasons_up_to_one():
    played = Played.of(a_table(np.random.default_rng(1), (2001, 2002, 2003)))
    assert set(played.through(2002).season) == {2001, 2002}
    assert list(played.through(1999).days()) == []
