"""Who is who: players known again by name, and never by what came later."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.players import Squads
from hoops.players.identity import Links, _folded, folded_name, linked
from hoops.schemas import CLASSES, PLAYER_SEASONS, ROSTERS

Row = tuple[int, int, int, str | None, str | None]  # season, team, player, name, class
NONE = ROSTERS.empty_table()


def table(schema: pa.Schema, rows: list[Row]) -> pa.Table:
    names = ("season", "team_id", "player_id", "player_name", "class")
    told: dict[str, Any] = {"games": 10, "minutes": 100.0} if schema is PLAYER_SEASONS else {}
    made = [dict(zip(names, row, strict=True)) | told for row in sorted(rows, key=lambda row: row[:3])]
    return pa.Table.from_pylist(made, schema=schema)


def ids(made: pa.Table, season: int) -> list[int]:
    return made.filter(pc.equal(made["season"], season))["player_id"].to_pylist()


def found(before: list[Row], after: list[Row]) -> tuple[list[int], Links]:
    """Ids of a roster of 2024, after totals of earlier seasons."""
    _, rosters, links = linked(table(PLAYER_SEASONS, before), table(ROSTERS, after))
    return ids(rosters, 2024), links


ASH = (2023, 1101, 7, "Al Ash", "So")


@pytest.mark.parametrize(
    ("before", "after", "who"),
    [
        ([ASH], (2024, 1101, 70, "AL ASH Jr.", "Jr"), 7),  # on the same team
        ([ASH], (2024, 1102, 70, "Ash, Al", "Jr"), 7),  # on another
        ([ASH], (2024, 1101, 70, "Al Ash", "So"), 7),  # a season without games
        ([ASH], (2024, 1101, 70, "Al Ash", None), 7),
        ([ASH], (2024, 1102, 70, "Al Ash", None), 70),  # a name alone is not enough
        ([ASH], (2024, 1102, 70, "Al Ash", "So"), 70),
        ([ASH], (2024, 1101, 70, "Al Ash", "Fr"), 70),  # nobody goes back
        ([ASH], (2024, 1101, 70, "Al Ash", "Sr"), 70),  # or two years on in one
        ([ASH], (2024, 1101, 70, "Bo Ash", "Jr"), 70),
        ([ASH], (2024, 1101, 70, None, "Jr"), 70),
        ([(2022, *ASH[1:])], (2024, 1101, 70, "Al Ash", "Sr"), 7),
        ([(2021, *ASH[1:])], (2024, 1101, 70, "Al Ash", "Sr"), 70),  # too long ago
        ([ASH, (2023, 1103, 8, "Al Ash", "So")], (2024, 1101, 70, "Al Ash", "Jr"), 7),  # his team goes before
        ([ASH, (2023, 1103, 8, "Al Ash", "So")], (2024, 1102, 70, "Al Ash", "Jr"), 70),  # could be both
        ([ASH, (2023, 1101, 8, "Al Ash", "So")], (2024, 1101, 70, "Al Ash", "Jr"), 70),
        ([ASH, (2022, 1103, 70, "Al Ash", "Sr")], (2024, 1101, 70, "Al Ash", "Jr"), 70),  # no new id
    ],
)
def test_who_is_known_again(before: list[Row], after: Row, who: int) -> None:
    listed, links = found(before, [after])
    assert listed == [who]
    assert sum((links.same_team + links.other_team).values()) == (who == 7)


def test_who_is_listed_himself_is_nobody_else() -> None:
    assert found([ASH], [(2024, 1101, 7, "Al Ash", "Jr"), (2024, 1102, 70, "Al Ash", "Jr")])[0] == [7, 70]


def test_two_who_could_be_one_stay_apart_and_are_counted() -> None:
    listed, links = found([ASH], [(2024, 1101, 70, "Al Ash", "Jr"), (2024, 1101, 71, "Al Ash", "Jr")])
    assert listed == [70, 71] and links.apart == {2024: 2}


def test_a_new_id_stays_the_same_player_until_the_old_one_comes_back() -> None:
    rosters = [(2023, 1101, 7, "Al Ash", "Fr"), (2024, 1102, 70, "Al Ash", "So"), (2025, 1102, 70, "Al Ash", "Jr"),
               (2026, 1102, 70, "Al Ash", "Sr"), (2026, 1101, 7, "Al Ash", "Sr")]  # fmt: skip
    _, made, _ = linked(PLAYER_SEASONS.empty_table(), table(ROSTERS, rosters))
    assert [ids(made, season) for season in range(2023, 2027)] == [[7], [7], [7], [7, 70]]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Taévaunn Prince", "TAEVAUNN PRINCE"), ("C. J. Reed", "CJ Reed"), ("D’Mya O'Neal-Fox", "D'mya ONeal Fox"),
     ("Bauer, Brooke", "Brooke Bauer"), ("Reed, Jr.", "Reed"), ("Andrew Jones III", "Andrew Jones"),
     ("Barry Honoré", "Barry HonorÃ©")],
)  # fmt: skip
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other) != ""


_ROW = st.tuples(
    st.integers(2020, 2024), st.integers(1101, 1103), st.integers(1, 6), st.sampled_from(["Al Ash", "Bo Elm", None]),
    st.sampled_from([*CLASSES[:4], None]),
)  # fmt: skip
_ROWS = st.lists(_ROW, max_size=14, unique_by=lambda row: row[:3])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(_ROWS, _ROWS, _ROWS, _ROWS, st.integers(2020, 2025))
def test_what_a_season_may_know_never_depends_on_later_files(seasons, rosters, later, listed_later, season) -> None:
    """Everything that comes later is another, totals of the season itself too."""
    first = Squads.of(table(PLAYER_SEASONS, seasons), table(ROSTERS, rosters)).before(season)
    other = Squads.of(
        table(PLAYER_SEASONS, [row for row in seasons if row[0] < season] + [r for r in later if r[0] >= season]),
        table(ROSTERS, [row for row in rosters if row[0] <= season] + [r for r in listed_later if r[0] > season]),
    ).before(season)
    assert first.seasons.equals(other.seasons) and first.rosters.equals(other.rosters)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(_ROWS, _ROWS)
def test_rows_stay_apart_and_keep_what_they_say(seasons, rosters) -> None:
    made = linked(table(PLAYER_SEASONS, seasons), table(ROSTERS, rosters))[:2]
    for mine, rows in zip(made, (seasons, rosters), strict=True):
        keys = list(zip(*(mine[name].to_pylist() for name in ("season", "team_id", "player_id")), strict=True))
        assert keys == sorted(set(keys))
        named = zip(*(mine[name].to_pylist() for name in ("season", "team_id", "player_name", "class")), strict=True)
        assert sorted(map(str, named)) == sorted(str((row[0], row[1], *row[3:])) for row in rows)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(_ROWS, _ROWS, _ROWS)
def test_who_shares_no_name_changes_nothing(seasons, rosters, others) -> None:
    strangers = [
        (season, team, player + 10, f"Cy {'ABCDEF'[player - 1]}", year) for season, team, player, _, year in others
    ]
    alone = linked(table(PLAYER_SEASONS, seasons), table(ROSTERS, rosters))
    among = linked(table(PLAYER_SEASONS, seasons + strangers), table(ROSTERS, rosters + strangers))
    assert among[2] == alone[2]
    for one, other in zip(among[:2], alone[:2], strict=True):
        assert one.filter(pc.less(one["player_id"], 10)).equals(other)


def test_nothing_is_known_where_there_are_no_files() -> None:
    assert not Squads.empty() and not Squads.of(PLAYER_SEASONS.empty_table(), NONE)


WORDS = ["Bob", "Jr", "Sr", "Iii", "Ii", "V", "Mc", "Al", "JR", "III", "DeAndre", "AJ"]


@settings(deadline=None)
@given(
    st.from_regex(r"[A-Z][A-Za-z]{0,6}([ -][A-Z][A-Za-z]{0,6}){0,2}", fullmatch=True)
    | st.builds(str.join, st.sampled_from([" ", "-", ""]), st.lists(st.sampled_from(WORDS)))
)
def test_a_name_with_nothing_to_put_right_is_folded_as_any_other(name: str) -> None:
    assert folded_name(name) == _folded(name)
