"""A head goes back, and keeps what is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.head import Head, SeasonHead, season_digest


def season(year: int, last_day: int = 154) -> SeasonHead:
    return SeasonHead(f"d{year}", f"s{year}", f"p{year}", f"r{year}", 3, 1, last_day, None, "0", {})


HEAD = Head(
    "M",
    "engine",
    season=2024,
    day=90,
    days={30: "a", 60: "b", 90: "c"},
    snapshots={30: "s30", 60: "s60", 90: "s2024"},
    seasons={2022: season(2022), 2023: season(2023), 2024: season(2024, 90)},
    pending="pending",
    pending_inputs="inputs",
)


def test_it_goes_back_to_the_newest_kept_state_before_a_day() -> None:
    head = HEAD.before(2024, 61)
    assert (head.position, head.days, head.state_key()) == ((2024, 60), {30: "a", 60: "b"}, "s60")
    assert head.shown == HEAD.shown and head.reach == HEAD.reach == (2024, 90)
    assert head.keys() == HEAD.keys()


def test_without_a_kept_state_it_goes_back_to_an_earlier_season() -> None:
    head = HEAD.before(2024, 30)
    assert (head.position, head.days, head.state_key()) == ((2023, 154), {}, "s2023")
    assert head.shown == HEAD.shown
    first = HEAD.before(2022, 5)
    assert first.position is None and first.state_key() is None and first.shown == HEAD.shown


def test_selection_sunday_is_a_state_to_go_back_to() -> None:
    days = {30: "a", 131: "b", 134: "c", 152: "d", 154: "e"}
    known = replace(season(2024), digest=season_digest(days), selection="selected")
    head = replace(HEAD, day=154, days=days, snapshots={152: "s152", 154: "s2024"}, seasons={2024: known})
    back = head.before(2024, 134)
    assert (back.position, back.days, back.state_key()) == ((2024, 131), {30: "a", 131: "b"}, "selected")
    assert head.before(2024, 153).state_key() == "s152"
    # Before it, once it is lost, and where days have been folded that the season was not written with.
    others = [head.without({"selected"}), replace(head, seasons={2024: replace(known, digest="x")})]
    for one in (head.before(2024, 131), *(other.before(2024, 134) for other in others)):
        assert one.position is None
    assert head.without({"s2024", "s152"}).state_key() == "selected"
    assert head.without({"s2024", "s152", "selected"}).position is None


def test_what_is_shown_is_not_what_was_folded_again_so_far() -> None:
    partly = replace(HEAD.before(2024, 30), season=2024, day=20, days={20: "x"}, snapshots={20: "s20"})
    partly = replace(partly, seasons={**partly.seasons, 2024: season(2024, 20)})
    for head in (partly, partly.before(2024, 20), partly.before(2023, 1)):
        assert head.shown[2024] == HEAD.seasons[2024]


@pytest.mark.parametrize(
    ("lost", "position"),
    [
        ({"s30"}, (2024, 90)),
        ({"s2024"}, (2024, 60)),
        ({"s2024", "s60"}, (2024, 30)),
        ({"s2024", "s60", "s30"}, (2023, 154)),
        ({"s2024", "s60", "s30", "s2023"}, (2022, 154)),
        ({"r2024"}, (2023, 154)),
        ({"p2023"}, (2022, 154)),
        ({"s2023"}, (2022, 154)),
        ({"r2022", "s60"}, None),
        ({"pending"}, (2024, 90)),
        ({"of nobody"}, (2024, 90)),
    ],
)
def test_without_what_is_lost_it_stands_before_it_and_names_none_of_it(
    lost: set[str], position: tuple[int, int] | None
) -> None:
    head = HEAD.without(lost)
    assert head.position == position
    assert not head.keys() & lost
    assert head.reach == HEAD.reach
    assert {year for year, one in head.shown.items() if not one.is_whole} == {
        year for year in HEAD.seasons if {f"p{year}", f"r{year}", f"s{year}"} & lost
    }
