"""Players' files of a stage reach the fold where a season begins: whenever they come, and never before they may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract import parse, read
from hoops.games.leagues import League
from lake.behind import is_folded
from operate.predict import Asked, predict
from operate.sources import FolderSource, LakeSource
from tests.fakes import Stage
from tests.functional.test_bounded_work import DAYS, FILE, SEASONS, results
from tests.unit.hoops.fabricated_players import a_cast, contract_csv, who_played

M = League.MEN
COMING = SEASONS[-1] + 1
GAMES = read(parse(FILE.format("M", "")), results()).table
PLAYED = who_played(GAMES, seed=1), who_played(GAMES, seed=2)
CAST, OTHERS = a_cast(GAMES, seed=1), a_cast(GAMES, seed=2)
FIXTURE = "fixtures/MFixtures.csv", f"Season,DayNum,Team1ID,Team2ID,Loc\n{COMING},5,1101,1105,N\n".encode()


def some(table: pa.Table, *seasons: int, columns: tuple[str, ...] = ()) -> pa.Table:
    return table.filter(pc.is_in(table["season"], pa.array(seasons, pa.int16()))).drop_columns(list(columns))


def totals(*seasons: int, version: str = "20250101", of: pa.Table = CAST.seasons) -> tuple[str, bytes]:
    return f"players/MPlayerSeasons_{version}.csv", contract_csv("PlayerSeasons", some(of, *seasons))


def rosters(*seasons: int, version: str = "20250101", of: pa.Table = CAST.rosters) -> tuple[str, bytes]:
    return f"players/MRosters_{version}.csv", contract_csv("Rosters", some(of, *seasons))


def coming_roster() -> tuple[str, bytes]:
    """Of the season without games: last season's players, without those of one team that all leave."""
    last = some(CAST.rosters, SEASONS[-1])
    years = pa.array([COMING] * last.num_rows, pa.int16())
    staying = last.set_column(0, last.schema.field(0), years).filter(pc.not_equal(last["team_id"], 1105))
    new = [{"season": COMING, "team_id": 1105, "player_id": 900_000 + place} for place in range(7)]
    table = pa.concat_tables([staying, pa.Table.from_pylist(new, schema=staying.schema)])
    return "players/MRosters_20250601.csv", contract_csv("Rosters", table)


def after(uploads: list[tuple[str, bytes]], *, each: bool = True) -> Stage:
    """A stage to which files were uploaded, each after the one before it was folded, or all at once."""
    stage = Stage()
    for key, body in uploads:
        stage.upload(key, body)
        assert stage.receipt(key), "it was taken"
        if each:
            stage.drain()
        stage.clock.now += timedelta(days=1)
    stage.drain()
    assert is_folded(stage.lake, M)
    return stage


def states(stage: Stage) -> dict[int, bytes]:
    """The state at the end of each season."""
    seasons = stage.lake.folded(M).head.seasons
    return {season: stage.lake.models.get(one.snapshot).body for season, one in seasons.items()}  # type: ignore[union-attr]


def shown(stage: Stage) -> dict[str, object]:
    """What is published, but for when the games to come were first forecast, and what they were forecast to be then."""
    tables = dict(stage.published())
    coming = stage.lake.published.read(next(key for key in tables if key.startswith("upcoming/")))
    kept = [name for name in coming.column_names if not name.startswith("issued_")]
    return {key: body for key, body in tables.items() if not key.startswith("upcoming/")} | {
        "to come": coming.select(kept).to_pylist()
    }


def appeared(*seasons: int, version: str = "20250101", of: pa.Table, days: range = range(200)) -> tuple[str, bytes]:
    rows = some(of, *seasons)
    rows = rows.filter(pc.is_in(rows["day"], pa.array(days, pa.int16())))
    return f"players/MPlayerGames_{version}.csv", contract_csv("PlayerGames", rows)


HALF = [row for row in results().decode().splitlines() if row[:4] in ("Seas", "2021", "2022")]
FILES = [
    FIXTURE,
    (FILE.format("M", "_20250101"), "\n".join(HALF).encode()),
    (FILE.format("M", "_20250102"), results()),
    totals(*SEASONS[:3], of=OTHERS.seasons),
    totals(*SEASONS, version="20250201"),  # corrects it
    rosters(2021, 2022, 2023),
    rosters(2023, 2024, version="20250301", of=OTHERS.rosters),
    rosters(2023, 2024, version="20250302"),  # corrects the one before
    coming_roster(),
    appeared(*SEASONS, of=PLAYED[1]),
    appeared(2022, 2024, version="20250401", of=PLAYED[0], days=range(5, 200)),  # corrects later days
]


@pytest.fixture(scope="module")
def fresh() -> Stage:
    """Nothing but what holds in the end."""
    last = {FIXTURE[0], *(key for key, _ in (FILES[2], FILES[4], *FILES[7:]))}
    return after([one for one in FILES if one[0] in last] + [rosters(2021, 2022)], each=False)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(len(FILES))), st.booleans())
def test_the_state_depends_on_what_the_files_say_and_not_on_when_they_came(
    fresh: Stage, order: list[int], each: bool
) -> None:
    stage = after([FILES[place] for place in order], each=each)
    assert states(stage) == states(fresh)
    assert shown(stage) == shown(fresh)


def test_who_played_is_folded_with_its_day_and_every_day_before_it_stays() -> None:
    stage = after([FILES[2], appeared(*SEASONS, of=PLAYED[0])])
    known = stage.lake.heads(stage.lake.folded(M).charge.engine)
    assert all(
        len(known.read_known(one.snapshot).absences.players) for one in stage.lake.folded(M).head.seasons.values()
    )
    before = stage.lake.folded(M).head
    stage.upload(*appeared(SEASONS[-1], version="20250501", of=PLAYED[1], days=range(20, 200)))
    stage.drain()
    now = stage.lake.folded(M).head
    assert [day for day, one in now.days.items() if before.days[day] != one] == [20, 31]
    assert [season for season in SEASONS if before.seasons[season].digest != now.seasons[season].digest] == [2024]
    stage.upload(*appeared(SEASONS[-1], version="20250601", of=PLAYED[0], days=range(20, 200)))
    stage.drain()
    assert stage.lake.models.get(now.seasons[2024].snapshot) is None, "it was another state"
    assert states(stage) == states(after([FILES[2], appeared(*SEASONS, of=PLAYED[0])]))


def test_later_players_move_no_byte_of_earlier_seasons_and_do_move_later_ones() -> None:
    stage = after([FILES[2], totals(*SEASONS), rosters(*SEASONS)])
    before = stage.published(), states(stage)
    later = [
        totals(2023, 2024, version="20250501", of=OTHERS.seasons),
        rosters(2024, version="20250501", of=OTHERS.rosters),
    ]
    for key, body in later:
        stage.upload(key, body)
        stage.drain()
    changed = {key for key, body in stage.published().items() if before[0][key] != body}
    assert {key for key in changed if any(f"season={season}" in key for season in (2021, 2022, 2023))} == set()
    assert "forecasts/league=M/season=2024/part.parquet" in changed
    assert [season for season, body in states(stage).items() if before[1][season] != body] == [2024]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("league")
    for key, body in FILES:
        (place / Path(key).name).write_bytes(body)
    return place


def test_a_game_of_a_season_to_come_knows_its_rosters_as_the_published_forecast_does(
    fresh: Stage, folder: Path
) -> None:
    (row,) = shown(fresh)["to come"]  # type: ignore[misc]
    asked = Asked("1101", "1105", M, season=COMING, day=5)
    on_stage = predict(asked, LakeSource(fresh.new_process(), M))
    assert (on_stage["probability"], on_stage["margin"]) == (row["team1_probability"], row["team1_margin"])
    assert predict(asked, FolderSource(folder, M))["probability"] == on_stage["probability"]
    for file in folder.glob("MRosters_20250601*"):
        file.rename(folder / f"not-{file.name}")
    without = predict(asked, FolderSource(folder, M))
    assert without["probability"] < on_stage["probability"] - 1e-3, "all players of the other team had left"


def test_a_game_of_the_running_season_reads_no_players_file(fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, got = fresh.new_process(), []
    fetch = lake.models.get
    monkeypatch.setattr(lake.models, "get", lambda key, version=None: (got.append(key), fetch(key, version))[1])
    asked = Asked("1101", "1102", M, season=SEASONS[-1], day=DAYS[-1] + 1)
    predict(asked, LakeSource(lake, M))
    assert got and not [key for key in got if "/players/" in key]
    predict(Asked("1101", "1102", M, season=COMING, day=5), LakeSource(lake, M))
    assert [key for key in got if "/players/" in key]
