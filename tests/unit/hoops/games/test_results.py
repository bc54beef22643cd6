"""Games as arrays: in the order given, day by day, and never of columns that do not fit each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoops.games.identity import in_order_of_play
from hoops.games.results import BOX, Results
from tests.unit.hoops.fabricated_games import a_table
from tests.unit.hoops.fabricated_results import a_league

COLUMNS = ("season", "day", "kind", "team1", "team2", "site", "score", "margin", "won", "num_ot", "box", "has_box")


def assert_equal(one: Results, other: Results) -> None:
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_days_cover_all_games_in_order_whatever_the_order_of_the_rows():
    table = a_table(np.random.default_rng(1), (2001, 2002))
    shuffled = table.take(np.random.default_rng(2).permutation(table.num_rows))
    one, other = Results.of(in_order_of_play(table)), Results.of(in_order_of_play(shuffled))
    assert_equal(one, other)
    days = list(one.days())
    assert [rows.start for _, rows in days] == [0, *(rows.stop for _, rows in days[:-1])]
    assert days[-1][1].stop == len(one)
    assert [moment for moment, _ in days] == sorted({*zip(one.season.tolist(), one.day.tolist(), strict=True)})
    for (season, day), rows in days:
        assert {*one.season[rows]} == {season}
        assert {*one.day[rows]} == {day}


def test_games_keep_the_order_of_their_table():
    table = a_league()
    order = np.random.default_rng(2).permutation(table.num_rows)
    found = Results.of(table.take(order))
    assert_equal(found, Results.of(table).rows(order))
    for name, values in (("season", found.season), ("team1_id", found.team1), ("team2_score", found.score[:, 1])):
        assert values.tolist() == table[name].to_numpy()[order].tolist()


def test_rows_are_chosen_by_mask_slice_or_places():
    games = Results.of(in_order_of_play(a_table(np.random.default_rng(1), (2001, 2002, 2003))))
    kept = games.season <= 2002
    places = np.flatnonzero(kept)
    by_mask, by_slice, by_place = (games.rows(one) for one in (kept, slice(0, len(places)), places))
    assert set(by_mask.season) == {2001, 2002} and len(by_mask) == len(places)
    assert_equal(by_mask, by_slice)
    assert_equal(by_mask, by_place)
    none = games.rows(games.season <= 1999)
    assert len(none) == 0 and list(none.days()) == []
    assert len(none.outcomes.matchups) == 0


def test_what_is_worked_out_of_every_game_is_the_same_for_rows_of_it_and_asked_for_once():
    games, asked = Results.of(a_league(boxless=0.5)), []

    def length(of: Results) -> np.ndarray:
        asked.append(len(of))
        return of.length

    kept = games.season == games.season[-1]
    some = games.rows(kept).rows(slice(3, 9))
    assert some.each(length).tolist() == games.length[kept][3:9].tolist()
    assert (
        some.each(length) is some.each(length) and games.rows(kept).each(length).tolist() == games.length[kept].tolist()
    )
    assert asked == [len(games)]
    with pytest.raises(ValueError, match="read-only"):
        some.has_box[0] = True
    fresh = Results.of(a_league(boxless=0.5)).rows(kept)
    np.testing.assert_array_equal(some.possessions, fresh.rows(slice(3, 9)).possessions)
    turned = replace(games, matchups=games.rows(slice(None, None, -1)).matchups)  # other games know nothing of these
    assert turned.each(length) is not games.each(length) and asked == [len(games)] * 2


def test_what_is_derived_of_a_game():
    table = a_league(boxless=0.5)
    games = Results.of(table)
    rows = table.to_pylist()
    assert games.margin.tolist() == [row["team1_score"] - row["team2_score"] for row in rows]
    assert games.won.tolist() == [row["team1_score"] > row["team2_score"] for row in rows]
    assert games.length.tolist() == [1 + row["num_ot"] / 8 for row in rows]
    assert games.has_box.tolist() == [row["team1_fga"] is not None for row in rows]
    assert 0 < games.has_box.sum() < len(games)
    assert games.outcomes.matchups is games.matchups and games.outcomes.margin.tolist() == games.margin.tolist()
    for row, possessions in zip(rows, games.possessions.tolist(), strict=True):
        if row["team1_fga"] is None:
            assert np.isnan(possessions)
            continue
        ended = sum(row[f"team{side}_fga"] - row[f"team{side}_or"] + row[f"team{side}_to"] for side in (1, 2))
        throws = row["team1_fta"] + row["team2_fta"]
        assert possessions == pytest.approx((ended + 0.475 * throws) / 2)


def test_what_was_not_recorded_is_nan():
    table = a_league(boxless=0.5)
    games = Results.of(table)
    fouls = games.box[:, :, BOX["pf"]]
    for place, row in enumerate(table.to_pylist()):
        told = row["team1_pf"] is not None and (row["team1_pf"], row["team2_pf"]) != (0, 0)
        assert np.isnan(fouls[place]).tolist() == [not told] * 2
    assert np.isnan(fouls[games.has_box]).any() and not np.isnan(fouls[games.has_box]).all()
    assert np.isnan(games.box[~games.has_box]).all()
    others = [place for name, place in BOX.items() if name != "pf"]
    assert not np.isnan(games.box[games.has_box][:, :, others]).any()
    bare = table.select([name for name in table.column_names if name.removeprefix("team1_").removeprefix("team2_")
                         not in BOX])  # fmt: skip
    assert np.isnan(Results.of(bare).box).all() and len(Results.of(bare)) == len(games)


def test_the_one_order_does_not_depend_on_rows_or_teams():
    day = Results.of(a_league(3, seasons=[2010], days=1, boxless=0.0))
    again = day.rows(np.arange(len(day))[::-1])
    assert len(day) > 1
    assert_equal(day.in_order(), again.in_order())
    assert (day.in_order().team1 < day.in_order().team2).all()


def test_columns_that_do_not_fit_are_refused():
    games = Results.of(a_league())
    for name in ("season", "day", "kind", "num_ot", "score", "box"):
        with pytest.raises(ValueError, match="differ in shape"):
            replace(games, **{name: getattr(games, name)[:-1]})
    with pytest.raises(ValueError, match="differ in shape"):
        replace(games, matchups=games.matchups.rows(slice(1, None)))
    with pytest.raises(ValueError, match="differ in shape"):
        replace(games, box=games.box[:, :, :-1])
    level = games.score.copy()
    level[3] = 70.0
    with pytest.raises(ValueError, match="level"):
        replace(games, score=level)
