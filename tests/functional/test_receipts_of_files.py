"""After a file is taken its receipt says what of it does not hold, or changes nothing, and why."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from corpus.hard_files import COMPACT_HEADER, COMPACT_ROWS, DETAILED_KEY, compact, detailed, text

from hoops import contract
from hoops.contract.standing import Standing
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from lake.ledger import GAMES, Ledger, reference_tables
from lake.store import Stored
from pipeline_app import standing
from tests.fakes import Stage
from tests.memory_store import MemoryStore

UNDATED = "results/MRegularSeasonCompactResults.csv"
OLD = "results/MRegularSeasonCompactResults_20240101.csv"
NEW = "results/MRegularSeasonCompactResults_20250101.csv"
TEAMS = text("TeamID,TeamName", "1101,Ash", "1102,Birch")
FIXTURES = "Season,DayNum,Team1ID,Team2ID,Loc"
RETRACTIONS = "Season,DayNum,Team1ID,Team2ID"


def told(stage: Stage, key: str, body: bytes) -> list[str]:
    stage.upload(key, body)
    return [one for one in stage.receipt(key).warnings if "MSeasons" not in one and "MTeams" not in one]


def test_a_first_file_and_a_correction_are_silent(stage: Stage) -> None:
    assert told(stage, OLD, compact()) == []
    assert told(stage, NEW, compact("2024,100,1102,71,1101,70,H,0")) == []
    assert told(stage, DETAILED_KEY, detailed()) == [
        "changes nothing: 1 of its 1 game does not hold: newer files say otherwise (until 2025-01-01 00:00:00 UTC). A "
        "correction needs a later timestamp than that, or none and a later upload"
    ]


def test_games_that_do_not_hold_are_counted(stage: Stage) -> None:
    told(stage, NEW, compact(*COMPACT_ROWS[:2]))
    rows = [COMPACT_ROWS[0].replace(",H,", ",N,"), *COMPACT_ROWS[1:]]
    (text_,) = told(stage, OLD, compact(*rows))
    assert text_.startswith("1 of its 3 games does not hold: newer files say otherwise (until 2025-01-01 00:00:00 UTC)")


def test_an_undated_file_loses_to_a_newer_one_and_says_so(stage: Stage) -> None:
    told(stage, "results/MRegularSeasonCompactResults_20260102.csv", compact(COMPACT_ROWS[0]))
    (text_,) = told(stage, UNDATED, compact(COMPACT_ROWS[0].replace(",H,", ",N,")))
    assert text_.startswith(
        "changes nothing: 1 of its 1 game does not hold: newer files say otherwise (until 2026-01-02"
    )


def test_the_same_again_changes_nothing(stage: Stage) -> None:
    told(stage, UNDATED, compact())
    assert told(stage, UNDATED, compact() + b"\n") == ["changes nothing: its games stood like this before"]
    assert told(stage, UNDATED, compact(*COMPACT_ROWS[:1])) == ["changes nothing: its games stood like this before"]
    (text_,) = told(stage, OLD, compact())
    assert re.fullmatch(
        r"changes nothing: newer files \(until 2026-01-01 00:0.:.. UTC\) say the same of its games", text_
    )


def test_a_compact_file_after_a_detailed_one_changes_nothing_and_the_other_way_round_it_does(stage: Stage) -> None:
    told(stage, UNDATED, compact(COMPACT_ROWS[0]))
    assert told(stage, UNDATED.replace("Compact", "Detailed"), detailed()) == []
    (text_,) = told(stage, UNDATED, compact(COMPACT_ROWS[0]) + b"\n")
    assert text_ == "changes nothing: its games stood like this before"


def test_the_two_forms_of_one_statement_do_not_accuse_each_other(stage: Stage) -> None:
    assert told(stage, "results/MRegularSeasonDetailedResults_20240315.csv", detailed()) == []
    assert told(stage, "results/MRegularSeasonCompactResults_20240315.csv", compact(COMPACT_ROWS[0])) == []


def test_a_reference_file_older_than_what_is_there(stage: Stage) -> None:
    told(stage, "reference/MTeams.csv", TEAMS)
    (text_,) = told(stage, "reference/MTeams_20240901.csv", text("TeamID,TeamName", "1101,Renamed University"))
    assert text_.startswith(
        "changes nothing: 1 of its 1 team does not hold: newer files say otherwise (until 2026-01-01"
    )
    (text_,) = told(stage, "reference/MTeams_20240902.csv", text("TeamID,TeamName", "1101,Renamed", "1103,Cedar"))
    assert text_.startswith("1 of its 2 teams does not hold")
    assert told(stage, "reference/MTeams.csv", TEAMS + b"\n") == ["changes nothing: its teams stood like this before"]
    assert told(stage, "reference/MTeams.csv", TEAMS.replace(b"Ash", b"Ash State")) == []


@pytest.mark.parametrize(("key", "header", "row"), [
    ("reference/Cities", "CityID,City,State", "4001,{},TX"),
    ("reference/MNCAATourneySeedRoundSlots", "Seed,GameRound,GameSlot,EarlyDayNum,LateDayNum", "W01,1,R1W1,136,{}"),
    ("reference/MNCAATourneySeeds", "Season,Seed,TeamID", "2024,W01,{}"),
    ("reference/MPlayers", "PlayerID,LastName,FirstName,TeamID", "17,Ash,,{}"),
])  # fmt: skip
def test_every_kind_of_reference(stage: Stage, key: str, header: str, row: str) -> None:
    assert told(stage, f"{key}_20250101.csv", text(header, row.format(1101 if "Slots" not in key else 137))) == []
    older = text(header, row.format(1102 if "Slots" not in key else 138))
    (text_,) = told(stage, f"{key}_20240101.csv", older)
    assert "changes nothing: 1 of its 1" in text_ and "until 2025-01-01" in text_
    texts = told(stage, f"{key}_20250101.csv", older)
    assert len(texts) == 1 and "another file of the same moment (2025-01-01 00:00:00 UTC)" in texts[0]


def test_players_are_entered_for_their_league_and_counted_as_players(stage: Stage) -> None:
    header = "PlayerID,LastName,FirstName,TeamID"
    assert told(stage, "reference/MPlayers.csv", text(header, "17,Ash,Al,1101", "18,Oak,Bo,1102")) == []
    assert told(stage, "reference/WPlayers.csv", text(header, "17,Fir,Cy,3101")) == []
    of_both = {league: stage.lake.ledger.reference(league)["Players"] for league in League}
    assert [len(entries) for entries in of_both.values()] == [1, 1]
    tables = [reference_tables(stage.lake.ledger, {"Players": entries})["Players"] for entries in of_both.values()]
    assert [table["last_name"].to_pylist() for table in tables] == [["Ash", "Oak"], ["Fir"]]
    assert told(stage, "reference/WPlayers.csv", text(header, "17,Fir,Cy,3101", "")) == [
        "changes nothing: its players stood like this before"
    ]
    assert told(stage, "reference/WPlayers.csv", text(header, "0,Fir,Cy,1101")) == []
    assert [
        (one.row, one.column, one.allowed) for one in stage.lake.receipts.rejection("reference/WPlayers.csv").problems
    ] == [
        (2, "PlayerID", "whole number 1-9999999"),
        (2, "TeamID", "women's team id 3000-3999, as the file's name begins with W"),
    ]


def test_lists_of_games_to_come(stage: Stage) -> None:
    rows = ("2024,130,1101,1102,H", "2024,131,1101,1102,N")
    assert told(stage, "fixtures/MFixtures_20250101.csv", text(FIXTURES, *rows)) == []
    assert told(stage, "fixtures/MFixtures_20250102.csv", text(FIXTURES, *rows)) == [
        "the list of the games to come in 2024 changes nothing: it is the one that was there"
    ]
    (text_,) = told(stage, "fixtures/MFixtures_20240101.csv", text(FIXTURES, rows[0]))
    assert text_.startswith("a newer list of the games to come in 2024 was taken (2025-01-02")
    told(stage, "retractions/MRetractions_20250201.csv", text(RETRACTIONS, "2024,130,1101,1102"))
    assert told(stage, "fixtures/MFixtures_20250103.csv", text(FIXTURES, *rows, "2024,132,1101,1102,N")) == [
        "1 of its 3 games in 2024 was taken back by files of the same date or newer"
    ]


def test_retractions(stage: Stage) -> None:
    told(stage, NEW, compact())
    (text_,) = told(stage, "retractions/MRetractions_20240101.csv", text(RETRACTIONS, "2024,100,1101,1102"))
    assert text_.startswith(
        "changes nothing: 1 of its 1 row does not hold: newer files say otherwise (until 2025-01-01"
    )
    (text_,) = told(stage, "retractions/MRetractions_20250102.csv", text(RETRACTIONS, "2024,99,1101,1102"))
    assert text_ == "1 of its 1 row takes back a game that no file has: look at season, day and teams"
    assert told(stage, "retractions/MRetractions_20250103.csv", text(RETRACTIONS, "2024,100,1101,1102")) == []
    assert told(stage, "retractions/MRetractions_20250104.csv", text(RETRACTIONS, "2024,100,1101,1102")) == [
        "changes nothing: its rows stood like this before"
    ]
    told(stage, "fixtures/MFixtures_20250101.csv", text(FIXTURES, "2024,130,1101,1102,H"))
    assert told(stage, "retractions/MRetractions_20250105.csv", text(RETRACTIONS, "2024,130,1101,1102")) == []


def test_a_result_at_another_site_than_its_fixture_said(stage: Stage) -> None:
    told(stage, "fixtures/MFixtures.csv", text(FIXTURES, "2024,130,1102,1101,H", "2024,131,1101,1102,N"))
    body = text(COMPACT_HEADER, "2024,130,1101,70,1102,60,H,0", "2024,131,1101,70,1102,60,N,0")
    (text_,) = told(stage, UNDATED, body)
    assert text_.startswith(
        "1 game at another site than the list of games to come said, the first 1101 and 1102 on day 130"
    )
    body = text(COMPACT_HEADER, "2024,130,1101,71,1102,60,A,0", "2024,131,1101,70,1102,60,N,0")
    assert told(stage, UNDATED, body) == []


class Counting(MemoryStore):
    """Counts the objects that are read."""

    read = 0

    def get(self, key: str, version: str | None = None) -> Stored | None:
        self.read += 1
        return super().get(key, version)


def history(points: int) -> dict[tuple[int, int], pa.Table]:
    """More seasons than are listed one by one, and more days than would be read."""
    days = (f"{season},{day},1101,{points},1102,60,N,0" for season in range(2017, 2025) for day in range(70))
    table = contract.read(contract.parse(UNDATED), text(COMPACT_HEADER, *days)).table
    return {(day.season, day.day): day.games for day in days_of(table)}


def test_a_whole_history_reads_hardly_anything() -> None:
    store = Counting()

    def taken(version: str, points: int) -> tuple[standing.Found, int]:
        ledger, days, before = Ledger(store), history(points), store.read
        entered = ledger.write_days(League.MEN, GAMES, version, days)
        return standing.of_days(ledger, League.MEN, GAMES, entered, days), store.read - before

    assert taken("20260101T000001Z", 70) == (standing.Found(Standing(rows=560, made=560)), 0), (
        "the names tell: nobody else speaks"
    )
    again, read = taken("20260101T000002Z", 70)
    assert (again.standing.is_idle, again.is_whole, read) == (True, True, 0), "the names tell: others say the same"
    corrected, read = taken("20260101T000003Z", 71)
    assert not corrected.standing.is_idle
    assert 0 < read <= 2 * standing.FIRST, "the first days tell: something changes"
    late, read = taken("20200101T000000Z", 72)
    assert read <= standing.MOST
    assert (late.standing.rows, late.standing.newer, late.skipped) == (170, 170, 390)
    assert (late.until, late.is_whole) == ("20260101T000003Z", False)


def test_more_days_than_can_be_compared_are_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST", 1)
    told(stage, NEW, text(COMPACT_HEADER, *(f"2024,{day},1101,70,1102,60,N,0" for day in (1, 3))))
    compared, left = told(stage, OLD, text(COMPACT_HEADER, *(f"2024,{day},1101,71,1102,60,N,0" for day in (1, 3))))
    assert compared.startswith("1 of its 1 game compared does not hold")
    assert left.startswith(
        "on 1 more day newer files were taken (until 2025-01-01 00:00:00 UTC): where they have the same"
    )


def test_more_days_of_the_same_moment_than_can_be_compared_are_no_newer_ones(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST", 1)
    told(stage, NEW, text(COMPACT_HEADER, *(f"2024,{day},1101,70,1102,60,N,0" for day in (1, 3))))
    other = NEW.replace("RegularSeason", "NCAATourney")
    assert told(stage, other, text(COMPACT_HEADER, *(f"2024,{day},1103,70,1104,60,N,0" for day in (1, 3)))) == []
    assert stage.receipt(other).outcome == "accepted"
