"""Files of players: what they may hold, what is said of it, and whose rows hold."""

from __future__ import annotations

import pytest
from corpus.hard_files import text

from hoops.contract import Rejected, parse, read
from hoops.contract.merge import ReferenceStatement, merge_players
from hoops.schemas import CLASSES, PLAYER_GAMES, PLAYER_SEASONS, ROSTERS

HEADER = "Season,TeamID,PlayerID,PlayerName,Games,Minutes"
ROSTER = "Season,TeamID,PlayerID"


def seasons(*rows: str, more: str = "") -> bytes:
    return text(HEADER + more, *rows)


def test_totals_with_and_without_what_is_optional() -> None:
    bare = read(parse("MPlayerSeasons.csv"), seasons("2024,1101,9,Al Ash,10,400", "2024,1101,8,,10,395.5")).table
    assert bare.schema.equals(PLAYER_SEASONS)
    assert bare["player_id"].to_pylist() == [8, 9] and bare["minutes"].to_pylist() == [395.5, 400.0]
    assert bare["player_name"].to_pylist() == [None, "Al Ash"] and bare["rating"].null_count == 2
    more = ",Class,FGM,FGA,Points,Rating,Height"
    rows = ("2024,1101,9,Al Ash,10,400.0,Redshirt Junior,30,62,75,-16.031,79", "2024,1101,8,Bo,1,2,,,,,685.238,")
    full = read(parse("MPlayerSeasons.csv"), seasons(*rows, more=more)).table.to_pylist()
    assert [row["rating"] for row in full] == [685.238, -16.031]
    assert (full[1]["class"], full[1]["fgm"], full[1]["points"], full[1]["or"]) == ("Jr", 30, 75, None)


@pytest.mark.parametrize(
    ("word", "year"),
    [("Fr", "Fr"), ("Freshman", "Fr"), ("R-So.", "So"), ("RS Jr", "Jr"), ("Redshirt Senior", "Sr"), ("Gr.", "Gr"),
     ("graduate student", "Gr"), ("", None)],
)  # fmt: skip
def test_a_class_may_be_written_in_the_usual_ways(word: str, year: str | None) -> None:
    for cell in (word, f'"{word}"', f"{word},"):  # the fast way twice, and the careful one
        data = text(f"{ROSTER},Class", f"2024,1101,8,{cell}")
        assert read(parse("MRosters.csv"), data).table["class"].to_pylist() == [year]
    assert year is None or year in CLASSES


def test_a_roster_has_days_and_scores() -> None:
    data = text(f"{ROSTER},RecruitScore,FromDay,ToDay", "2024,3101,2459519,97.25,,60", "2024,3102,7,,12,")
    rows = read(parse("WRosters_20231101.csv"), data).table
    assert rows.schema.equals(ROSTERS)
    assert [tuple(row.values())[5:] for row in rows.to_pylist()] == [(97.25, None, 60), (None, 12, None)]


@pytest.mark.parametrize(
    ("row", "more", "column", "allowed"),
    [
        ("2024,1101,8,Al,10,751", "", "Minutes", "minutes of the season, at most 75 a game"),
        ("2024,1101,8,Al,0,1", "", "Minutes", "minutes of the season, at most 75 a game"),
        ("2024,1101,8,Al,10,3000.5", "", "Minutes", "number from 0 to 3000, whole or with a decimal point"),
        ("2024,1101,8,Al,10,-1", "", "Minutes", "number from 0 to 3000, whole or with a decimal point"),
        ("2024,1101,8,Al,10,nan", "", "Minutes", "number from 0 to 3000, whole or with a decimal point"),
        ("2024,3101,8,Al,10,1", "", "TeamID", "men's team id 1000-1999, as the file's name begins with M"),
        ("2024,1101,0,Al,10,1", "", "PlayerID", "whole number 1-999999999"),
        ("2024,1101,8,Al,61,1", "", "Games", "whole number 0-60"),
        ("2024,1101,8,Al,10,1,1000.5", ",Rating",
         "Rating", "number from -1000 to 1000, whole or with a decimal point, or empty"),
        ("2024,1101,8,Al,10,1,Third", ",Class", "Class", "Fr, So, Jr, Sr or Gr, or a usual word for it "
         "(Freshman, R-So., Redshirt Junior, Graduate Student), or empty"),
        ("2024,1101,8,Al,10,1,7,6", ",FTM,FTA", "FTM", "at most FTA"),
    ],
)  # fmt: skip
def test_what_no_player_can_have_is_rejected(row: str, more: str, column: str, allowed: str) -> None:
    with pytest.raises(Rejected) as rejection:
        read(parse("MPlayerSeasons.csv"), seasons(row, more=more))
    (problem,) = rejection.value.report.problems
    assert (problem.row, problem.column, problem.allowed) == (2, column, allowed)


def test_a_player_stands_once_on_a_team_and_may_be_on_two() -> None:
    with pytest.raises(Rejected, match="season 2024, team_id 1101, player_id 8 again, other than in row 2"):
        read(parse("MRosters.csv"), text(f"{ROSTER},Class", "2024,1101,8,Fr", "2024,1101,8,So"))
    two = read(parse("MRosters.csv"), text(ROSTER, "2024,1101,8", "2024,1102,8", "2024,1102,8"))
    assert two.table.num_rows == 2
    assert two.warnings == (
        "1 row repeated another: folded into one",
        "1 player on more than one team in a season, the first 8 in 2024: each counts for all of them",
    )
    with pytest.raises(Rejected, match="at most ToDay"):
        read(parse("MRosters.csv"), text(f"{ROSTER},FromDay,ToDay", "2024,1101,8,50,49"))


def test_the_newest_statement_about_a_team_in_a_season_holds_whole() -> None:
    def said(version: str, *rows: str) -> ReferenceStatement:
        return ReferenceStatement(version, version, read(parse("MRosters.csv"), text(ROSTER, *rows)).table)

    old = said("20230101T000000Z", "2023,1101,1", "2023,1102,2", "2024,1101,1", "2024,1101,3")
    new = said("20240101T000000Z", "2024,1101,4")
    for order in ([old, new], [new, old]):
        rows = merge_players("Rosters", order)
        assert [(row["season"], row["team_id"], row["player_id"]) for row in rows.to_pylist()] == [
            (2023, 1101, 1), (2023, 1102, 2), (2024, 1101, 4),
        ]  # fmt: skip
    assert merge_players("Rosters", []).schema.equals(ROSTERS)


PLAYED = "Season,DayNum,TeamID,PlayerID,Minutes"


def test_who_appeared_with_and_without_points() -> None:
    rows = (f"2024,12,1101,{player},40" for player in range(5))
    with pytest.raises(Rejected, match="PlayerID"):
        read(parse("MPlayerGames.csv"), text(PLAYED, *rows))
    bare = read(parse("MPlayerGames.csv"), text(PLAYED, *(f"2024,12,1101,{player},40.0" for player in (5, 4, 3, 2, 1))))
    assert bare.table.schema.equals(PLAYER_GAMES) and bare.warnings == ()
    assert bare.table["player_id"].to_pylist() == [1, 2, 3, 4, 5] and bare.table["points"].null_count == 5
    some = ("2024,12,1101,1,22.5,7", "2024,3,1101,1,10,")
    odd = read(parse("players/MPlayerGames_20240101.csv"), text(f"{PLAYED},Points", *some))
    assert odd.table["points"].to_pylist() == [None, 7] and odd.table["day"].to_pylist() == [3, 12]
    (warning,) = odd.warnings
    assert "in 2 games are far from 200" in warning and "team 1101 on day 3 of 2024 (10)" in warning


@pytest.mark.parametrize(
    ("row", "column", "allowed"),
    [
        ("2024,12,1101,8,-2,0", "Minutes", "number from 0 to 75, whole or with a decimal point"),
        ("2024,12,1101,8,156,0", "Minutes", "number from 0 to 75, whole or with a decimal point"),
        ("2024,12,1101,8,,0", "Minutes", "number from 0 to 75, whole or with a decimal point"),
        ("2024,12,1101,8,20,-3", "Points", "whole number 0-300, or empty"),
        ("2024,201,1101,8,20,3", "DayNum", "whole number 0-200"),
        ("2024,12,3101,8,20,3", "TeamID", "men's team id 1000-1999, as the file's name begins with M"),
    ],
)
def test_what_no_game_can_have_is_rejected(row: str, column: str, allowed: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read(parse("MPlayerGames.csv"), text(f"{PLAYED},Points", "2024,12,1101,9,20,3", row))
    (problem,) = rejected.value.report.problems
    assert (problem.row, problem.column, problem.allowed) == (3, column, allowed)


def test_of_players_games_a_teams_day_holds_whole_and_the_order_of_statements_does_not_matter() -> None:
    def said(version: str, *rows: str) -> ReferenceStatement:
        return ReferenceStatement(version, version, read(parse("MPlayerGames.csv"), text(PLAYED, *rows)).table)

    old = said(
        "a", "2024,12,1101,1,30", "2024,12,1101,2,31", "2024,12,1102,7,32", "2024,13,1101,1,33", "2023,12,1101,1,9"
    )
    new = said("b", "2024,12,1101,3,20")
    expected = [(2023, 12, 1101, 1), (2024, 12, 1101, 3), (2024, 12, 1102, 7), (2024, 13, 1101, 1)]
    for statements in ([old, new], [new, old], [new, old, new, old]):
        table = merge_players("PlayerGames", statements)
        columns = (table[name].to_pylist() for name in ("season", "day", "team_id", "player_id"))
        assert list(zip(*columns, strict=True)) == expected and table.schema.equals(PLAYER_GAMES)
    assert merge_players("PlayerGames", []).num_rows == 0
