"""However a play-by-play file is cut, and in whatever order its day's games stand, its tables are the same."""

from __future__ import annotations

import pyarrow as pa
from corpus.mutations import changed
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract import Rejected
from hoops.plays.vocabulary import DETAIL_CODES, EVENT_CODES
from tests.unit.hoops.plays.invented_plays import BLOCK, Play, game, known, season, tables, text
from tests.unit.hoops.plays.invented_plays import days as read_days

PAIRS = ((1101, 1102), (1102, 1103), (1104, 1101), (1105, 1104))


def plays(winner: int, loser: int) -> st.SearchStrategy[list[Play]]:
    return st.lists(
        st.tuples(
            st.integers(0, 2700), st.sampled_from((winner, loser)), st.integers(0, 9),
            st.sampled_from((*EVENT_CODES, "shove")), st.sampled_from((*DETAIL_CODES, "hard")),
        ),
        min_size=1, max_size=12,
    )  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> list[list[list[str]]]:
    """Rows by game and day."""
    return [
        [
            game(day, *pair, draw(plays(*pair)))
            for pair in draw(st.lists(st.sampled_from(PAIRS), min_size=1, unique=True))
        ]
        for day in sorted(draw(st.sets(st.integers(0, 200), min_size=1, max_size=3)))
    ]


def plain(made: dict[str, pa.Table]) -> dict[str, list]:
    return {name: table.to_pylist() for name, table in made.items()}


@settings(max_examples=60, deadline=None)
@given(days(), st.integers(1, 4000))
def test_cuts_do_not_matter(played: list[list[list[str]]], block: int) -> None:
    data = text(row for day in played for rows in day for row in rows)
    assert plain(tables(data, block=block)) == plain(tables(data, block=BLOCK))


@settings(max_examples=30, deadline=None)
@given(days(), st.randoms())
def test_the_order_of_a_days_games_does_not_matter(played: list[list[list[str]]], random: st.random.Random) -> None:
    data = text(row for day in played for rows in day for row in rows)
    for day in played:
        random.shuffle(day)
    shuffled = text(row for day in played for rows in day for row in rows)
    made, other = plain(tables(data)), plain(tables(shuffled))
    # Codes that are not known are counted in the order in which they come.
    for one in (made, other):
        for name in ("event_counts", "team_event_counts", "event_days"):
            one[name].sort(key=str)
    assert made == other


@settings(max_examples=60, deadline=None)
@given(days(), st.data())
def test_games_that_are_not_in_the_results_change_nothing_of_the_others(
    played: list[list[list[str]]], data: st.DataObject
) -> None:
    games = [rows for day in played for rows in day]
    known_ones = data.draw(st.lists(st.booleans(), min_size=len(games), max_size=len(games)))
    inside = [rows for rows, is_in in zip(games, known_ones, strict=True) if is_in]
    stray = sum(len(rows) for rows in games) - sum(len(rows) for rows in inside)
    results = known(read_days(text(row for rows in inside for row in rows)) if inside else [])
    made = plain(tables(text(row for rows in games for row in rows), games=results))
    assert len(made.pop("stray_plays")) == stray
    if inside:
        alone = plain(tables(text(row for rows in inside for row in rows)))
        assert not alone.pop("stray_plays")
        for one in (made, alone):  # codes that are not known are counted in the order in which they come
            for name in ("event_counts", "team_event_counts", "event_days"):
                one[name].sort(key=str)
        assert made == alone
    else:
        assert not any(made.values())


def outcome(data: bytes, block: int) -> dict[str, list] | None:
    """The tables of a file, or None if it is rejected."""
    try:
        return plain(tables(data, block=block))
    except Rejected:
        return None


@settings(max_examples=200, deadline=None)
@given(changed(text(season())), st.integers(1, 4000))
def test_changed_files_are_read_or_rejected_however_they_are_cut(data: bytes, block: int) -> None:
    assert outcome(data, block) == outcome(data, BLOCK)


@settings(max_examples=60, deadline=None)
@given(days())
def test_all_that_is_counted_is_in_the_plays(played: list[list[list[str]]]) -> None:
    rows = [row for day in played for rows in day for row in rows]
    made = tables(text(rows))
    assert made["plays"].num_rows == len(rows)
    for name in ("event_counts", "team_event_counts", "event_days"):
        assert sum(made[name]["count"].to_pylist()) == len(rows)
    points = sum(made["plays"]["points"].to_pylist())
    assert sum(made["play_games"][f"team{side}_points"].to_pylist()[i] for side in (1, 2)
               for i in range(made["play_games"].num_rows)) == points  # fmt: skip
