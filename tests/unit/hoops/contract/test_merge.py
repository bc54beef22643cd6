"""Many statements about games become what holds."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest

from hoops.contract import parse, read
from hoops.contract.merge import ReferenceStatement, Statement, merge, merge_reference, open_fixtures
from hoops.games.identity import keys
from hoops.schemas import BOX_COLUMNS, FIXTURES, GAMES

OLD, NEW, NEWEST = "20240101T000000Z", "20240102T000000Z", "20240103T000000Z"
KEY = pa.schema([GAMES.field(name) for name in ("season", "day", "team1_id", "team2_id")])


def game(day: int = 10, score: tuple[int, int] = (70, 60), *, box: int | None = None, **more: object) -> dict:
    row = dict.fromkeys(GAMES.names)
    row.update(season=2024, day=day, kind="regular", team1_id=1101, team2_id=1102, site=1, num_ot=0)
    row.update(team1_score=score[0], team2_score=score[1])
    if box is not None:
        row.update({f"team{side}_{column}": box for side in (1, 2) for column in BOX_COLUMNS})
    return row | more


def said(version: str, *rows: dict, content: str = "a") -> Statement:
    return Statement(version, content, games=pa.Table.from_pylist(list(rows), GAMES))


def retracted(version: str, *days: int, content: str = "r") -> Statement:
    rows = [{"season": 2024, "day": day, "team1_id": 1101, "team2_id": 1102} for day in days]
    return Statement(version, content, retractions=pa.Table.from_pylist(rows, KEY))


def scores(*statements: Statement) -> list[tuple[int, int, int | None]]:
    table = merge(statements)
    assert table.schema.equals(GAMES)
    table.validate(full=True)
    return [(r["team1_score"], r["team2_score"], r["team1_fgm"]) for r in table.to_pylist()]


def test_nothing_said_is_an_empty_table() -> None:
    assert merge([]).equals(GAMES.empty_table())
    assert merge([retracted(OLD, 10)]).equals(GAMES.empty_table())


def test_newest_statement_wins_even_when_it_changes_the_winner() -> None:
    old, new = said(OLD, game(score=(70, 60))), said(NEW, game(score=(60, 70)))
    assert scores(old, new) == scores(new, old) == scores(new, old, new) == [(60, 70, None)]


def test_content_decides_between_equal_versions() -> None:
    a, b = said(OLD, game(score=(70, 60)), content="a"), said(OLD, game(score=(71, 60)), content="b")
    assert scores(a, b) == scores(b, a) == [(71, 60, None)]


def test_retraction_removes_a_game_until_it_is_stated_again() -> None:
    first, taken, again = said(OLD, game()), retracted(NEW, 10), said(NEWEST, game(score=(80, 60)))
    assert scores(first, taken) == scores(taken, first) == []
    assert scores(taken, again, first) == [(80, 60, None)]


def test_retraction_beats_a_game_of_the_same_version() -> None:
    assert scores(said(OLD, game(), content="z"), retracted(OLD, 10, content="a")) == []


def test_retraction_of_a_game_never_stated_changes_nothing() -> None:
    assert scores(said(OLD, game()), retracted(NEW, 11)) == [(70, 60, None)]


def test_compact_after_detailed_keeps_the_box_score() -> None:
    detailed, compact = said(OLD, game(box=25)), said(NEW, game(num_ot=1))
    assert scores(detailed, compact) == [(70, 60, 25)]
    assert merge([detailed, compact])["num_ot"].to_pylist() == [1]


def test_compact_that_changes_the_score_erases_the_box_score() -> None:
    assert scores(said(OLD, game(box=25)), said(NEW, game(score=(72, 60)))) == [(72, 60, None)]


def test_box_score_comes_from_the_newest_statement_with_the_score_that_holds() -> None:
    detailed, wrong, right = said(OLD, game(box=25)), said(NEW, game(score=(1, 0), box=3)), said(NEWEST, game())
    assert scores(right, wrong, detailed) == [(70, 60, 25)]
    older = said("20230101T000000Z", game(box=11))
    assert scores(older, right, detailed) == [(70, 60, 25)]


def test_box_score_from_before_a_retraction_is_gone() -> None:
    assert scores(said(OLD, game(box=25)), retracted(NEW, 10), said(NEWEST, game())) == [(70, 60, None)]


def test_detailed_beats_compact_of_the_same_version() -> None:
    detailed, compact = said(OLD, game(box=25), content="a"), said(OLD, game(score=(99, 1)), content="b")
    assert scores(detailed, compact) == [(70, 60, 25)]


def test_same_bytes_under_two_names_do_not_depend_on_order() -> None:
    regular, secondary = said(OLD, game()), said(OLD, game(kind="secondary"))
    assert merge([regular, secondary]).equals(merge([secondary, regular]))


def test_games_are_sorted_by_day_and_pair() -> None:
    rows = [game(12), game(3, team2_id=1200), game(3), game(3, season=2023)]
    table = merge([said(OLD, *rows)])
    assert list(zip(*(table[name].to_pylist() for name in KEY.names), strict=True)) == [
        (2023, 3, 1101, 1102), (2024, 3, 1101, 1102), (2024, 3, 1101, 1200), (2024, 12, 1101, 1102),
    ]  # fmt: skip


def seeds(version: str, *rows: tuple[int, str, int], content: str = "a") -> ReferenceStatement:
    lines = ["Season,Seed,TeamID", *(f"{s},{seed},{team}" for s, seed, team in rows)]
    return ReferenceStatement(version, content, read(parse("MNCAATourneySeeds.csv"), "\n".join(lines).encode()).table)


def test_newer_seeds_replace_a_season_whole() -> None:
    old = seeds(OLD, (2023, "W01", 1101), (2024, "W01", 1101), (2024, "W02", 1102))
    new = seeds(NEW, (2024, "W01", 1103))
    for order in ([old, new], [new, old], [new, old, new, old]):
        merged = merge_reference("NCAATourneySeeds", order)
        assert merged.to_pylist() == [
            {"season": 2023, "seed": "W01", "team_id": 1101},
            {"season": 2024, "seed": "W01", "team_id": 1103},
        ]


def test_newer_names_replace_only_the_teams_they_name() -> None:
    def teams(version: str, text: str) -> ReferenceStatement:
        table = read(parse("MTeams.csv"), f"TeamID,TeamName\n{text}\n".encode()).table
        return ReferenceStatement(version, "c", table)

    merged = merge_reference("Teams", [teams(NEW, "1102,New Name"), teams(OLD, "1101,Abilene Chr\n1102,Air Force")])
    assert merged["team_name"].to_pylist() == ["Abilene Chr", "New Name"]


def test_entries_from_before_a_column_came_have_none_of_it() -> None:
    def cities(version: str, header: str, text: str) -> ReferenceStatement:
        return ReferenceStatement(version, "c", read(parse("Cities.csv"), f"{header}\n{text}\n".encode()).table)

    old = cities(OLD, "CityID,City,State", "4001,Abilene,TX\n4002,Akron,OH")
    old = ReferenceStatement(OLD, "c", old.table.select(["city_id", "city", "state"]))
    new = cities(NEW, "CityID,City,State,Lat,Lon", "4002,Akron,OH,41.1,-81.5")
    merged = merge_reference("Cities", [old, new])
    assert merged.to_pylist() == [
        {"city_id": 4001, "city": "Abilene", "state": "TX", "latitude": None, "longitude": None},
        {"city_id": 4002, "city": "Akron", "state": "OH", "latitude": 41.1, "longitude": -81.5},
    ]


def test_dataset_without_unit_is_replaced_whole() -> None:
    def slots(version: str, text: str) -> ReferenceStatement:
        header = "Seed,GameRound,GameSlot,EarlyDayNum,LateDayNum\n"
        return ReferenceStatement(
            version, "c", read(parse("MNCAATourneySeedRoundSlots.csv"), (header + text).encode()).table
        )

    old, new = slots(OLD, "W01,1,R1W1,136,137\nW02,1,R1W2,136,137\n"), slots(NEW, "W01,1,R1W1,138,139\n")
    assert merge_reference("NCAATourneySeedRoundSlots", [new, old])["early_day"].to_pylist() == [138]


def test_no_reference_statement_is_an_empty_table() -> None:
    assert merge_reference("Teams", []).num_rows == 0


def fixtures(version: str, *rows: tuple[int, int], content: str = "f") -> Statement:
    table = pa.Table.from_pylist(
        [{"season": s, "day": d, "team1_id": 1101, "team2_id": 1102, "site": 0} for s, d in rows], FIXTURES
    )
    return Statement(version, content, games=table)


def open_days(*statements: Statement) -> list[tuple[int, int]]:
    table = open_fixtures(statements)
    assert table.schema.equals(FIXTURES)
    return list(zip(table["season"].to_pylist(), table["day"].to_pylist(), strict=True))


def test_newest_fixtures_file_of_a_season_is_its_whole_list() -> None:
    old, new = fixtures(OLD, (2023, 5), (2024, 5), (2024, 6)), fixtures(NEW, (2024, 7))
    assert open_days(old, new) == open_days(new, old) == [(2023, 5), (2024, 7)]


@pytest.mark.parametrize(
    ("version", "left"), [(OLD, [(2024, 5), (2024, 6)]), (NEW, [(2024, 6)]), (NEWEST, [(2024, 6)])]
)
def test_fixture_retracted_since_its_list_is_gone(version: str, left: list) -> None:
    assert open_days(fixtures(NEW, (2024, 5), (2024, 6)), retracted(version, 5)) == left


def test_no_fixtures_is_an_empty_table() -> None:
    assert open_days() == open_days(retracted(OLD, 5)) == []


def many(games: int, version: str, content: str, *, seed: int = 0) -> Statement:
    random = np.random.default_rng(seed)
    team1 = random.integers(1101, 1290, games)
    table = pa.Table.from_pylist([game(box=20)], GAMES).take(np.zeros(games, int))
    columns = dict(zip(table.column_names, table.columns, strict=True))
    columns["season"] = pa.array(random.integers(1985, 2025, games), pa.int16())
    columns["day"] = pa.array(random.integers(0, 133, games), pa.int16())
    columns["team1_id"] = pa.array(team1, pa.int32())
    columns["team2_id"] = pa.array(team1 + random.integers(1, 200, games), pa.int32())
    return Statement(version, content, games=pa.table(columns, schema=GAMES))


@pytest.mark.slow
def test_every_game_ever_merges_in_a_second() -> None:
    statements = [many(190_000, version, version) for version in (OLD, NEW, NEWEST)]
    start = time.perf_counter()
    merged = merge(statements)
    assert time.perf_counter() - start < 5  # about half a second; the limit leaves room for a busy machine
    assert (np.diff(keys(merged)) > 0).all()
