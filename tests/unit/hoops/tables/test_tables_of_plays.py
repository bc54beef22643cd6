"""The tables of a season, by hand."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from hoops.games.reference import Reference
from hoops.schemas import PLAY_TABLES
from tests.unit.hoops.plays.invented_plays import PLAYS, Play, game, season, tables, text


@pytest.fixture(scope="module")
def made() -> dict[str, pa.Table]:
    return tables(text(season()), players={150: "Ann Hand", 148: "Bo Pass"})


def test_every_table_has_its_schema(made: dict[str, pa.Table]) -> None:
    assert made.keys() == PLAY_TABLES.keys()
    for name, table in made.items():
        table.validate(full=True)
        assert table.schema.equals(PLAY_TABLES[name].schema, check_metadata=True)
        for field in table.schema:
            assert field.metadata[b"description"]
            assert field.nullable or table[field.name].null_count == 0, f"{name}.{field.name}"


def test_plays_are_in_order_and_in_words(made: dict[str, pa.Table]) -> None:
    plays = made["plays"]
    assert plays.num_rows == 36
    order = list(zip(*(plays[name].to_pylist() for name in ("day", "team1_id", "team2_id", "play")), strict=True))
    assert order == sorted(order)
    first = plays.slice(0, 4).to_pylist()
    assert first[0] == {
        "day": 11, "date": None, "team1_id": 1104, "team1_name": "Team 1104", "team2_id": 1272,
        "team2_name": "Team 1272", "play": 1, "seconds": 15, "period": "1st half", "team_id": 1104,
        "team_name": "Team 1104", "player_id": 150, "player_name": "Ann Hand", "event": "three-pointer made",
        "detail": "jump shot", "area": None, "x": None, "y": None, "points": 3, "team1_score": 3, "team2_score": 0,
        "site": "home",
    }  # fmt: skip
    assert (first[1]["event"], first[1]["detail"]) == ("assist", None)
    assert (first[2]["player_name"], first[2]["event"]) == ("Player 7303", "two-pointer missed")
    assert (first[3]["player_id"], first[3]["player_name"], first[3]["detail"]) == (None, None, "offensive")
    assert plays["detail"][4].as_py() == "unspecified"
    # Of the game of 1300 and 1200 the winner is team 2.
    last = plays.slice(35).to_pylist()[0]
    assert (last["team1_id"], last["team1_score"], last["team2_score"]) == (1200, 5, 8)


def test_games_with_leads_and_runs(made: dict[str, pa.Table]) -> None:
    first, _, third = made["play_games"].to_pylist()
    assert first == {
        "day": 11, "date": None, "team1_id": 1104, "team1_name": "Team 1104", "team2_id": 1272,
        "team2_name": "Team 1272", "kind": "regular", "team1_site": "home", "first_row": 0,
        "plays": 12, "team1_score": 8, "team2_score": 5, "team1_points": 8,
        "team2_points": 5, "complete": True, "agrees": True, "truncated": True,
        "jumps": 0, "steps_back": 0, "last_seconds": 2400,
        "overtimes": 0, "lead_changes": 2, "ties": 1, "team1_largest_lead": 3, "team2_largest_lead": 2,
        "team1_best_run": 5, "team2_best_run": 5,
    }  # fmt: skip
    assert (third["team1_largest_lead"], third["team2_largest_lead"]) == (2, 3)


def test_score_timeline(made: dict[str, pa.Table]) -> None:
    line = made["score_timeline"].slice(0, 6)
    columns = ("seconds", "team1_score", "team2_score", "points", "lead_change")
    assert list(zip(*(line[name].to_pylist() for name in columns), strict=True)) == [
        (15, 3, 0, 3, False), (50, 3, 2, 2, False), (70, 3, 3, 1, False), (90, 3, 5, 2, True), (1300, 6, 5, 3, True),
        (2400, 8, 5, 2, False),
    ]  # fmt: skip


def test_counts(made: dict[str, pa.Table]) -> None:
    counted = {
        (row["team_id"], row["player_id"], row["event"], row["detail"]): row["count"]
        for row in made["event_counts"].to_pylist()
    }
    assert counted[1104, 150, "three-pointer made", "jump shot"] == 2  # two games
    assert counted[1272, None, "rebound", "offensive"] == 1
    assert sum(counted.values()) == 36
    teams = {(row["team_id"], row["event"]): row["count"] for row in made["team_event_counts"].to_pylist()}
    assert teams[1104, "three-pointer made"] == 4
    days = {(row["day"], row["event"], row["detail"]): row["count"] for row in made["event_days"].to_pylist()}
    assert days[12, "three-pointer made", "jump shot"] == 4
    assert sum(days.values()) == 36


def test_profiles(made: dict[str, pa.Table]) -> None:
    profiles = {(row["team_id"], row["player_id"]): row for row in made["player_profiles"].to_pylist()}
    assert len(profiles) == 3 * 5 - 3  # 1104 plays twice, with the same three
    ann = profiles[1104, 150]
    assert (ann["player_name"], ann["games"], ann["total"], ann["points"], ann["points_per_game"]) == (
        "Ann Hand", 2, 4, 10, 5.0,
    )  # fmt: skip
    # Even: the one whose code comes first.
    assert (ann["most_frequent"], ann["most_frequent_count"]) == ("two-pointer made", 2)
    assert (ann["least_frequent"], ann["least_frequent_count"]) == ("two-pointer made", 2)
    other = profiles[1272, 7303]
    assert [other[name] for name in ("fgm2", "fga2", "ftm", "fta", "total", "games")] == [0, 1, 1, 2, 3, 1]
    assert profiles[1104, 146]["defensive_rebounds"] == 2


def test_networks_and_areas(made: dict[str, pa.Table]) -> None:
    (first, *_) = made["assist_networks"].to_pylist()
    assert (first["from_name"], first["to_name"], first["assists"], first["threes"], first["points"]) == (
        "Bo Pass", "Ann Hand", 2, 2, 6,
    )  # fmt: skip
    areas = made["shot_areas"].to_pylist()
    whole = {(row["team_id"], row["value"]): row for row in areas if row["player_id"] is None}
    assert (whole[1104, 3]["made"], whole[1104, 3]["attempted"]) == (4, 4)
    assert (whole[1272, 2]["made"], whole[1272, 2]["attempted"], whole[1272, 2]["area"]) == (2, 3, None)
    of_players = [row for row in areas if row["player_id"] is not None]
    assert sum(row["attempted"] for row in of_players) == sum(row["attempted"] for row in whole.values()) == 18


def test_a_shot_with_a_place() -> None:
    rows = game(11, 1104, 1272, PLAYS)
    rows[0] = rows[0].removesuffix("0,0,0") + "92,48,10"
    rows[5] = rows[5].removesuffix("0,0,0") + "50,50,2"  # a foul is no shot
    made = tables(text(rows))
    (shot,) = made["shot_locations"].to_pylist()
    assert [shot[name] for name in ("x", "y", "area", "points")] == [92, 48, "outside centre", 3]
    placed = [row for row in made["shot_areas"].to_pylist() if row["area"]]
    assert [(row["player_id"], row["area"], row["value"], row["made"], row["attempted"]) for row in placed] == [
        (None, "outside centre", 3, 1, 1), (150, "outside centre", 3, 1, 1),
    ]  # fmt: skip


def test_runs() -> None:
    nine: list[Play] = [(100 + i, 1104, 1, "made3", "jump") for i in range(3)]
    made = tables(text(game(11, 1104, 1272, [*PLAYS[:10], *nine, (200, 1272, 2, "made1", "1of1")], final="12,6")))
    (run,) = made["scoring_runs"].to_pylist()
    assert [run[name] for name in ("team_id", "points", "first_seconds", "last_seconds")] == [1104, 9, 100, 102]
    assert (run["team1_score"], run["team2_score"]) == (12, 5)


@pytest.mark.parametrize(
    ("stated", "jumps", "back"),
    [({}, 0, 0), ({4: "5,2"}, 1, 1), ({10: "7,5"}, 2, 0), ({9: "3,2"}, 1, 1), ({0: "0,0"}, 1, 0), ({11: "0,0"}, 0, 0)],
)
def test_a_stated_score_that_cannot_be_right(stated: dict[int, str], jumps: int, back: int) -> None:
    rows = game(11, 1104, 1272, PLAYS)
    for row, score in stated.items():
        cells = rows[row].split(",")
        cells[7:9] = score.split(",")
        rows[row] = ",".join(cells)
    (one,) = tables(text(rows))["play_games"].to_pylist()
    assert (one["jumps"], one["steps_back"], one["complete"]) == (jumps, back, True)


def test_a_log_that_is_not_whole() -> None:
    (one,) = tables(text(game(11, 1104, 1272, PLAYS[:3])))["play_games"].to_pylist()
    assert (one["complete"], one["team1_points"], one["team1_score"], one["team2_best_run"]) == (False, 3, 8, 0)
    (one,) = tables(text(game(11, 1104, 1272, [(9, 1104, 3, "steal", "")])))["play_games"].to_pylist()
    assert (one["complete"], one["truncated"], one["team1_points"], one["ties"]) == (False, True, 0, 0)


@pytest.mark.parametrize(
    ("plays", "networks"),
    [
        ([(5, 1104, 1, "assist", ""), (5, 1104, 2, "made2", "lay")], [(1, 2)]),  # the play after it
        ([(5, 1104, 3, "made2", "lay"), (5, 1104, 1, "assist", ""), (5, 1104, 2, "made2", "lay")], [(1, 3)]),
        ([(5, 1104, 1, "made2", "lay"), (5, 1104, 1, "assist", "")], []),  # of one's own shot
        ([(5, 1272, 2, "made2", "lay"), (5, 1104, 1, "assist", "")], []),  # of the other team's
        ([(5, 1104, 2, "made1", "1of1"), (5, 1104, 1, "assist", "")], []),  # of a free throw
        ([(5, 1104, 2, "made2", "lay"), (5, 1104, 0, "assist", "")], []),  # of nobody
    ],
)
def test_who_assisted_whom(plays: list[Play], networks: list[tuple[int, int]]) -> None:
    made = tables(text(game(11, 1104, 1272, plays)))["assist_networks"]
    assert list(zip(made["from_id"].to_pylist(), made["to_id"].to_pylist(), strict=True)) == networks


def test_names_and_dates_of_the_reference() -> None:
    reference = Reference({
        "Teams": pa.table({"team_id": [1104], "team_name": ["Alabama"]}),
        "Seasons": pa.table({"season": [2018], "day_zero": [date(2017, 10, 30)]}),
    })  # fmt: skip
    made = tables(text(season()), reference=reference)
    first = made["plays"].slice(0, 1).to_pylist()[0]
    assert (first["team1_name"], first["team_name"], first["date"]) == ("Alabama", "Alabama", date(2017, 11, 10))
    assert made["event_days"]["date"][0].as_py() == date(2017, 11, 10)


@pytest.mark.parametrize(
    ("name", "period"),
    [("MEvents2018.csv", "2nd half"), ("WEvents2015.csv", "2nd half"), ("WEvents2018.csv", "3rd quarter")],
)
def test_periods_of_the_leagues(name: str, period: str) -> None:
    rows = "\n".join(game(11, 1104, 1272, PLAYS)).replace("2018", name[7:11])
    if name.startswith("W"):
        rows = rows.replace("1104", "3104").replace("1272", "3272")
    assert tables(text([rows]), name)["plays"]["period"][10].as_py() == period
