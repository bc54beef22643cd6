"""Rosters as tables: who is what, that each number is the projection's, and what a season may not know."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from hoops import knowledge, tables
from hoops.forecast.fold import learn
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge, preseason
from hoops.players import Squads
from hoops.schemas import PLAYER_SEASONS, PUBLISHED, ROSTERS
from hoops.tables.rosters import BACK, LEFT, NEWCOMER, OUT, PAUSED, TRANSFER
from tests.unit.hoops.fabricated_results import a_league
from tests.unit.hoops.fabricated_squads import NEXT, ONE, OTHER, TEAMS, rostered, squads, totals

PARAMETERS = shipped(League.MEN).parameters
GAMES = a_league(days=20)
REFERENCE = Reference({"Teams": pa.table({"team_id": pa.array([ONE], pa.int32()), "team_name": ["Oneville"]})})


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return [after for _, after in learn(GAMES, PARAMETERS, squads=squads())][-1]


@pytest.fixture(scope="module")
def made(known: Knowledge) -> dict[str, pa.Table]:
    return tables.roster_tables(known, NEXT, squads(), REFERENCE, PARAMETERS)


def of(table: pa.Table, team: int) -> list[dict[str, Any]]:
    return [row for row in table.to_pylist() if row["team_id"] == team]


def test_everybody_is_back_new_or_gone_and_said_from_where(made: dict[str, pa.Table]) -> None:
    for name, table in made.items():
        assert table.schema.equals(PUBLISHED[name].schema, check_metadata=True)
    rows = {row["player_id"]: row for row in of(made["rosters"], ONE)}
    status = {player: row["status"] for player, row in rows.items()}
    assert status == {10 * ONE: LEFT, **{10 * ONE + place: BACK for place in range(1, 6)},
                      10 * ONE + 7: PAUSED, 77: NEWCOMER}  # fmt: skip
    gone, new = rows[10 * ONE], rows[77]
    assert (gone["to_team_id"], gone["class"], gone["adds"]) == (OTHER, "So", None)
    assert (new["player_name"], new["last_share"], new["from_team_id"]) == ("Player 77", None, None)
    (moved,) = [row for row in of(made["rosters"], OTHER) if row["status"] == TRANSFER]
    assert (moved["player_id"], moved["from_team_name"]) == (10 * ONE, "Oneville")
    assert moved["last_share"] == gone["last_share"] == pytest.approx(5 * 400 / 1650)
    assert all(row["to_team_id"] is None for row in of(made["rosters"], OTHER))  # graduated, or on no roster


def test_the_numbers_are_those_of_the_seasons_first_day(known: Knowledge, made: dict[str, pa.Table]) -> None:
    first = knowledge.advance(known, NEXT, 0, PARAMETERS, squads()).preseason
    summer = {row["team_id"]: row for row in made["preseason"].to_pylist()}
    assert [summer[team]["shift"] for team in first.rostered.tolist()] == first.shift.tolist()
    assert [summer[team]["returning"] for team in first.rostered.tolist()] == pytest.approx(first.returning.tolist())
    assert sorted(row["rank"] for row in summer.values()) == list(range(1, len(TEAMS) + 1))
    best = max(summer.values(), key=lambda row: row["shift"])
    assert best["rank"] == 1 and best["sd"] > 0.0
    found = preseason.project(first, NEXT, squads().before(NEXT), PARAMETERS.newcomer)
    rows = {(row["team_id"], row["player_id"]): row for row in made["rosters"].to_pylist() if row["status"] != LEFT}
    for team, player, share, worth in zip(
        found.careers.team.tolist(), found.careers.player.tolist(), found.share.tolist(), found.worth.tolist(),
        strict=True,
    ):  # fmt: skip
        row = rows.pop((team, player))
        assert (row["expected_share"], row["expected_worth"]) == (share, worth)
    assert not rows
    for team in TEAMS:
        players = [row for row in of(made["rosters"], team) if row["adds"] is not None]
        assert sum(row["expected_share"] for row in players) == pytest.approx(5.0)
        assert sum(row["adds"] for row in players) == pytest.approx(summer[team]["talent"])


def test_who_was_there_and_comes_later_is_out_and_not_gone(known: Knowledge, made: dict[str, pa.Table]) -> None:
    # Player 0 of each team has no row of the new season, but 30 comes back in January, and 40 under a new id.
    third, fourth = TEAMS[2:4]
    hurt = rostered(NEXT, third, 10 * third) | {"from_day": 60}
    renamed = rostered(NEXT, fourth, 4_000_000) | {"from_day": 65, "player_name": f"PA Q{fourth}"}
    elsewhere = rostered(NEXT, fourth, 10 * ONE) | {"from_day": 70}  # was never there
    found = tables.roster_tables(known, NEXT, squads(hurt, renamed, elsewhere), REFERENCE, PARAMETERS)
    out = {row["player_id"]: row for row in found["rosters"].to_pylist() if row["status"] == OUT}
    assert {player: (row["team_id"], row["from_day"]) for player, row in out.items()} == {
        10 * third: (third, 60), 10 * fourth: (fourth, 65)
    }  # fmt: skip
    assert all(row["adds"] is None and row["to_team_id"] is None and row["last_share"] > 0 for row in out.values())
    before = {(row["team_id"], row["player_id"]): row for row in made["rosters"].to_pylist()}
    for row in found["rosters"].to_pylist():
        told = before.pop((row["team_id"], row["player_id"]))
        assert row == told or (told["status"] == LEFT and row["status"] == OUT)
    assert not before and found["preseason"].equals(made["preseason"])


def test_a_roster_that_was_cut_short_is_none(known: Knowledge) -> None:
    # With three more a team, all but ONE's have nine players and more.
    more = [rostered(NEXT, team, 100 * team + place) for team in TEAMS if team != ONE for place in range(4)]
    found = tables.roster_tables(known, NEXT, squads(*more), REFERENCE, PARAMETERS)
    assert not of(found["preseason"], ONE) and len(of(found["preseason"], OTHER)) == 1
    later = squads(*more, rostered(NEXT, ONE, 78) | {"from_day": 60})  # in January they are eight
    assert not of(tables.roster_tables(known, NEXT, later, REFERENCE, PARAMETERS)["preseason"], ONE)
    whole = squads(*more, rostered(NEXT, ONE, 78))
    assert len(of(tables.roster_tables(known, NEXT, whole, REFERENCE, PARAMETERS)["preseason"], ONE)) == 1
    first = knowledge.advance(known, NEXT, 0, PARAMETERS, squads(*more)).preseason
    assert first.rostered.tolist() == [team for team in TEAMS if team != ONE]


def test_what_comes_later_is_not_seen(known: Knowledge, made: dict[str, pa.Table]) -> None:
    later = squads(rostered(NEXT + 1, ONE, 78))
    more = pa.concat_tables([later.seasons, pa.Table.from_pylist([totals(NEXT, ONE, 1, 9.0)], PLAYER_SEASONS)])
    again = tables.roster_tables(known, NEXT, Squads(more, later.rosters), REFERENCE, PARAMETERS)
    assert all(again[name].equals(made[name]) for name in made)


def test_a_team_that_has_never_played_has_its_roster_and_no_shift(known: Knowledge) -> None:
    found = tables.roster_tables(known, NEXT, squads(rostered(NEXT, 1999, 80)), REFERENCE, PARAMETERS)
    (row,) = of(found["preseason"], 1999)
    assert (row["shift"], row["rank"], row["sd"], row["returning"]) == (None, None, None, 0.0)
    assert [one["status"] for one in of(found["rosters"], 1999)] == [NEWCOMER]


def test_a_team_without_a_roster_has_no_rows(known: Knowledge) -> None:
    whole = squads()
    rows = [row for row in whole.rosters.to_pylist() if (row["season"], row["team_id"]) != (NEXT, OTHER)]
    some = Squads(whole.seasons, pa.Table.from_pylist(rows, ROSTERS))
    found = tables.roster_tables(known, NEXT, some, REFERENCE, PARAMETERS)
    assert not of(found["rosters"], OTHER) and not of(found["preseason"], OTHER)
    assert [row["to_team_id"] for row in of(found["rosters"], ONE) if row["status"] == LEFT] == [None]
