"""Uploaded files: read to the letter, with grace, or rejected whole with a report."""

from __future__ import annotations

import time

import pytest
from corpus.hard_files import (
    COMPACT_HEADER,
    COMPACT_KEY,
    COMPACT_ROWS,
    DETAILED_HEADER,
    DETAILED_KEY,
    DETAILED_ROW,
    FIXTURES_KEY,
    GRACEFUL,
    L_BOX,
    REJECTED,
    W_BOX,
    Bad,
    Odd,
    compact,
    detailed,
    text,
)

from hoops.contract import Rejected, Report, parse, read, refuse_too_large
from hoops.contract.payload import MAX_BYTES
from hoops.schemas import BOX_COLUMNS, FIXTURES, GAMES


def rejected(key: str, data: bytes) -> Report:
    with pytest.raises(Rejected) as rejection:
        read(parse(key), data)
    return rejection.value.report


@pytest.mark.parametrize("bad", REJECTED, ids=lambda bad: bad.name)
def test_bad_file_is_rejected_with_what_is_wrong(bad: Bad) -> None:
    report = rejected(bad.key, bad.make())
    first = report.problems[0]
    assert (report.file, first.row, first.column) == (bad.key, bad.row, bad.column)
    assert bad.found in first.found
    assert bad.allowed in first.allowed
    assert report.count == bad.count
    assert Report.from_dict(report.to_dict()) == report


@pytest.mark.parametrize("odd", GRACEFUL, ids=lambda odd: odd.name)
def test_odd_file_reads_like_the_plain_one(odd: Odd) -> None:
    accepted = read(parse(odd.key), odd.make())
    assert accepted.table.equals(read(parse(odd.key.removesuffix(".gz")), odd.plain()).table)
    if odd.warning is None:
        assert accepted.warnings == ()
    else:
        (warning,) = accepted.warnings
        assert odd.warning in warning


def test_compact_games_are_canonical() -> None:
    table = read(parse(COMPACT_KEY), compact()).table
    assert table.schema.equals(GAMES)
    table.validate(full=True)
    first, second, third = table.to_pylist()
    assert {name: first[name] for name in GAMES.names[:10]} == {
        "season": 2024, "day": 100, "kind": "regular", "team1_id": 1101, "team2_id": 1102, "site": 1,
        "team1_score": 70, "team2_score": 60, "num_ot": 0, "tournament": None,
    }  # fmt: skip
    assert all(first[f"team{side}_{column}"] is None for side in (1, 2) for column in BOX_COLUMNS)
    # 1104 won away at 1103: team 1 is 1103, at home.
    assert (second["team1_id"], second["team1_score"], second["team2_score"], second["site"]) == (1103, 80, 81, 1)
    assert (third["site"], third["day"]) == (0, 101)


def test_box_scores_follow_their_team() -> None:
    lower_won = read(parse(DETAILED_KEY), detailed()).table.to_pylist()[0]
    upper_won = detailed(f"2024,100,1102,70,1101,60,H,0,{W_BOX},{L_BOX}")
    lower_lost = read(parse(DETAILED_KEY), upper_won).table.to_pylist()[0]
    for side, other, box in ((1, 2, W_BOX), (2, 1, L_BOX)):
        numbers = [int(cell) for cell in box.split(",")]
        assert [lower_won[f"team{side}_{column}"] for column in BOX_COLUMNS] == numbers
        assert [lower_lost[f"team{other}_{column}"] for column in BOX_COLUMNS] == numbers
    assert (lower_lost["site"], lower_lost["team1_score"]) == (-1, 60)


@pytest.mark.parametrize("score", ["2,1102,0", "1,1102,0"])
def test_a_forfeit_has_no_box_score(score: str) -> None:
    forfeit = f"2024,100,1101,{score},H,0"
    data = detailed(forfeit + ",0" * 26, DETAILED_ROW.replace("2024,100", "2024,101"))
    first, second = read(parse(DETAILED_KEY), data).table.to_pylist()
    assert first == read(parse(COMPACT_KEY), compact(forfeit)).table.to_pylist()[0]
    assert second["team1_fgm"] == 25


def test_the_same_game_on_the_next_day_is_told() -> None:
    evening = ("2024,184,1417,81,1211,78,H,0", "2024,185,1417,81,1211,78,H,0")
    accepted = read(parse(COMPACT_KEY), compact(*evening, *COMPACT_ROWS))
    assert accepted.table.num_rows == 5
    assert accepted.warnings == (
        "1 game stands on two days in a row, with the same score: 1211 and 1417 on days 184 and 185 of 2024 (78-81); "
        "if it was played once, and one day is that of a date in UTC, take that one back with a retraction",
    )
    five = [row.replace("184", str(day)) for day in range(5) for row in evening[:1]]
    (warning,) = read(parse(COMPACT_KEY), compact(*five)).warnings
    assert warning.startswith("4 games stand on two days") and "on days 2 and 3 of 2024 (78-81) and 1 more;" in warning


@pytest.mark.parametrize(
    "other",
    ["2024,185,1417,81,1211,77,H,0", "2024,185,1211,81,1417,78,H,0", "2024,186,1417,81,1211,78,H,0",
     "2025,185,1417,81,1211,78,H,0", "2024,185,1417,81,1211,78,A,0", "2024,185,1417,81,1210,78,H,0"],
)  # fmt: skip
def test_another_game_on_the_next_day_is_not_told(other: str) -> None:
    assert read(parse(COMPACT_KEY), compact("2024,184,1417,81,1211,78,H,0", other)).warnings == ()


def test_teams_that_meet_twice_with_one_score_and_other_box_scores_are_not_told() -> None:
    again = DETAILED_ROW.replace("2024,100", "2024,101")
    assert len(read(parse(DETAILED_KEY), detailed(DETAILED_ROW, again)).warnings) == 1
    assert read(parse(DETAILED_KEY), detailed(DETAILED_ROW, again.removesuffix("19") + "20")).warnings == ()


def test_secondary_tournaments_keep_their_name() -> None:
    rows = ("2024,140,1101,70,1102,60,H,0,NIT", "2024,140,1103,70,1104,60,H,0,")
    table = read(parse("MSecondaryTourneyCompactResults.csv"), text(COMPACT_HEADER + ",SecondaryTourney", *rows)).table
    assert table["tournament"].to_pylist() == ["NIT", None]
    assert table["kind"].to_pylist() == ["secondary"] * 2


def test_fixtures_are_canonical() -> None:
    rows = ("2024,130,1102,1101,H,4001", "2024,129,1103,1104,N,")
    accepted = read(parse(FIXTURES_KEY), text("Season,DayNum,Team1ID,Team2ID,Loc,CityID", *rows))
    assert accepted.table.schema.equals(FIXTURES)
    assert accepted.table.to_pylist() == [
        {"season": 2024, "day": 129, "team1_id": 1103, "team2_id": 1104, "site": 0, "city_id": None},
        {"season": 2024, "day": 130, "team1_id": 1101, "team2_id": 1102, "site": -1, "city_id": 4001},
    ]


def test_retractions_are_canonical() -> None:
    data = text("Season,DayNum,Team1ID,Team2ID", "2024,9,3102,3101", "2024,9,3101,3102")
    accepted = read(parse("retractions/WRetractions.csv"), data)
    assert accepted.table.to_pylist() == [{"season": 2024, "day": 9, "team1_id": 3101, "team2_id": 3102}]
    assert accepted.warnings == ("1 row repeated another: folded into one",)


def test_game_cities_follow_the_pair_whoever_won() -> None:
    data = text("Season,DayNum,WTeamID,LTeamID,CRType,CityID", "2024,9,1102,1101,Regular,4001")
    assert read(parse("MGameCities.csv"), data).table.to_pylist() == [
        {"season": 2024, "day": 9, "team1_id": 1101, "team2_id": 1102, "kind": "regular", "city_id": 4001}
    ]


def test_cities_may_say_where_they_lie() -> None:
    rows = ("4001,Abilene,TX,32.4487,-99.7331", "4002,Akron,OH,,", "4003,Albany,NY,+42,-73.75")
    table = read(parse("Cities.csv"), text("CityID,City,State,Lat,Lon", *rows)).table
    assert table["latitude"].to_pylist() == [32.4487, None, 42.0]
    assert table["longitude"].to_pylist() == [-99.7331, None, -73.75]
    assert read(parse("Cities.csv"), text("CityID,City,State", "4001,Abilene,TX")).table["latitude"].null_count == 1


def test_cities_that_stand_twice_are_folded_whatever_their_degrees() -> None:
    rows = ("4001,Abilene,TX,32.4487,-0", "4002,Akron,OH,,", "4001,Abilene,TX,32.44870,0.0", "4002,Akron,OH,,")
    accepted = read(parse("Cities.csv"), text("CityID,City,State,Lat,Lon", *rows))
    assert accepted.warnings == ("2 rows repeated another: folded into one",)
    assert accepted.table.equals(read(parse("Cities.csv"), text("CityID,City,State,Lat,Lon", *reversed(rows))).table)
    report = rejected("Cities.csv", text("CityID,City,State,Lat,Lon", rows[0], "4001,Abilene,TX,32.4486,0"))
    assert "again, other than in row 2" in report.problems[0].found


@pytest.mark.parametrize("latitude", ["91", "-90.5", "north", "1e1", "nan", "0x10", "32,5"])
def test_a_place_off_the_globe_is_named(latitude: str) -> None:
    row = f'4001,Abilene,TX,"{latitude}",10'
    with pytest.raises(Rejected) as caught:
        read(parse("Cities.csv"), text("CityID,City,State,Lat,Lon", row))
    (problem,) = caught.value.report.problems
    assert (problem.row, problem.column, problem.found) == (2, "Lat", f"'{latitude}'")
    assert problem.allowed.startswith("degrees from -90 to 90")


PLAYERS = "PlayerID,LastName,FirstName,TeamID"


def test_players_keep_the_names_of_the_source() -> None:
    data = text(PLAYERS, "9,Ash\t,Al ,3101", "7,Loyola,,3102", "8,,Bo,3101", "9,Ash,Al,3101")
    accepted = read(parse("reference/WPlayers_20240901.csv"), data)
    assert accepted.table.to_pylist() == [
        {"player_id": 7, "last_name": "Loyola", "first_name": None, "team_id": 3102},
        {"player_id": 8, "last_name": None, "first_name": "Bo", "team_id": 3101},
        {"player_id": 9, "last_name": "Ash", "first_name": "Al", "team_id": 3101},
    ]
    assert accepted.warnings == ("1 row repeated another: folded into one",)


def test_a_player_stands_once_and_is_of_the_league() -> None:
    report = rejected("MPlayers.csv", text(PLAYERS, "7,Ash,Al,1101", "7,Ash,Al,1102", "x,Fir,Cy,3101"))
    assert [str((one.row, one.column, one.found, one.allowed)) for one in report.problems] == [
        "(3, None, 'player_id 7 again, other than in row 2', 'each entry once (equal rows are folded into one)')",
        "(4, 'PlayerID', \"'x'\", 'whole number 1-9999999')",
        "(4, 'TeamID', \"'3101'\", \"men's team id 1000-1999, as the file's name begins with M\")",
    ]


def test_columns_that_a_league_lacks_become_null() -> None:
    table = read(parse("WTeams.csv"), text("TeamID,TeamName", "3101,Abilene Chr")).table
    assert table.to_pylist() == [
        {"team_id": 3101, "team_name": "Abilene Chr", "first_d1_season": None, "last_d1_season": None}
    ]


def test_every_bad_row_is_named() -> None:
    lines = ["2024,10,1101,70,1102,60,H,0"] * 3
    lines[0] = "2024,x,1101,70,1102,60,H,0"
    lines[2] = "2024,10,1101,60,1103,60,Q,0"
    report = rejected(COMPACT_KEY, text(COMPACT_HEADER, *lines[:2], "", *lines[2:], "1,2"))
    assert [(p.row, p.column) for p in report.problems] == [(2, "DayNum"), (5, "WLoc"), (6, None)]


def test_first_hundred_rows_are_shown_and_all_are_counted() -> None:
    bad = "2024,10,1101,60,1102,60,H,x"
    report = rejected(COMPACT_KEY, text(COMPACT_HEADER, *[bad] * 30_000))
    assert report.count == 30_000
    assert [problem.row for problem in report.problems] == list(range(2, 102))
    sentence = "found 'x'; allowed: "  # said once
    assert f"  rows 2, 3, 4, 5, 6 and 95 more, column NumOT: {sentence}" in report.text()
    assert report.text().count(sentence) == 1 and report.text().endswith("... and 29,900 more")


def test_what_is_wrong_in_some_rows_is_said_once_and_other_things_beside_it() -> None:
    bad = ["2024,10,1101,60,1102,50,H,x", "2024,11,1101,60,1102,50,H,y", "2024,12,1101,60,1102,50,H,x"]
    first, second, *rest = rejected(COMPACT_KEY, text(COMPACT_HEADER, *bad)).text().splitlines()[1:]
    assert first.startswith("  rows 2, 4, column NumOT: found 'x'; ") and second.startswith(
        "  row 3, column NumOT: found 'y'; "
    )
    assert not rest


def test_problems_of_two_kinds_come_in_order_of_rows() -> None:
    ties = [f"2024,{day},1101,60,1102,60,H,0" for day in range(150)]
    report = rejected(COMPACT_KEY, text(COMPACT_HEADER, *ties, "2024,300,1101,70,1102,60,H,0"))
    assert report.count == 151
    assert report.problems[0].row == 2
    assert report.problems[-1].row == 101


def test_row_numbers_are_an_editors() -> None:
    plain = text(COMPACT_HEADER, "2024,10,1101,70,1102,60,H,0", "", "2024,10,1103,60,1104,60,H,0")
    for data in (plain, b"\n\n" + plain, plain.replace(b"\n", b"\r\n"), plain.replace(b",60,H", b',"60",H')):
        lines = data.decode().splitlines()
        (problem,) = rejected(COMPACT_KEY, data).problems
        assert problem.row == next(i for i, line in enumerate(lines, 1) if "1103" in line)


def test_a_line_that_is_nearly_too_long_is_read() -> None:
    note = "x" * 16_000
    data = text(COMPACT_HEADER + ",Note", *(f"2024,{day},1101,70,1102,60,H,0,{note}" for day in range(200)))
    assert read(parse(COMPACT_KEY), data).table.num_rows == 200


def test_an_upload_can_be_refused_before_it_is_read() -> None:
    refuse_too_large("a.csv", MAX_BYTES)
    with pytest.raises(Rejected, match="2,147,483,648 bytes"):
        refuse_too_large("a.csv", 2**31)
    assert rejected(COMPACT_KEY, b"a,b\n" * (MAX_BYTES // 4 + 1)).count == 1


@pytest.mark.slow
def test_every_box_score_ever_is_read_in_a_second() -> None:
    rows = [
        f"{season},{day},{1101 + game},70,{1300 + game},60,H,0,{W_BOX},{L_BOX}"
        for season in range(1985, 2025) for day in range(100) for game in range(48)
    ]  # fmt: skip
    data = text(DETAILED_HEADER, *rows)
    start = time.perf_counter()
    assert read(parse(DETAILED_KEY), data).table.num_rows == 192_000
    assert time.perf_counter() - start < 5  # about 0.4 seconds; the limit leaves room for a busy machine
