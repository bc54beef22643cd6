"""Games to come: forecast when they are announced and after every day, gone when played, moved or cancelled."""

from __future__ import annotations

import pyarrow as pa

from hoops.games.leagues import League
from lake.published import table_key
from tests.fakes import Stage

FIXTURES = "fixtures/MFixtures.csv"
COMPACT = "results/MRegularSeasonCompactResults.csv"


def upcoming(stage: Stage) -> pa.Table:
    return stage.lake.published.read(table_key("upcoming", League.MEN, 2024))


def games(table: pa.Table) -> set[tuple[int, int, int]]:
    return set(zip(*(table[name].to_pylist() for name in ("day", "team1_id", "team2_id")), strict=True))


def rows_of(body: bytes) -> tuple[str, list[list[str]]]:
    header, *rows = body.decode().splitlines()
    return header, [row.split(",") for row in rows]


def listing(header: str, rows: list[list[str]]) -> bytes:
    return "\n".join([header, *(",".join(row) for row in rows)]).encode()


def played(fixture: list[str], home_points: int, away_points: int) -> str:
    """A result row of a fixture; Loc of a fixture is that of its Team1."""
    season, day, one, two, loc, *_ = fixture
    winner_loc = {"H": "A", "A": "H", "N": "N"}[loc] if home_points < away_points else loc
    if home_points > away_points:
        return f"{season},{day},{one},{home_points},{two},{away_points},{winner_loc},0"
    return f"{season},{day},{two},{away_points},{one},{home_points},{winner_loc},0"


RESULT_HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"


def test_every_fixture_is_forecast_as_soon_as_it_arrives(stage: Stage, files: dict[str, bytes]) -> None:
    stage.upload(COMPACT, files[COMPACT])
    stage.drain()
    assert table_key("upcoming", League.MEN, 2024) not in stage.published()
    stage.upload(FIXTURES, files[FIXTURES])
    stage.drain()
    _, fixtures = rows_of(files[FIXTURES])
    table = upcoming(stage)
    assert table.num_rows == len(fixtures)
    assert table["issued_at"].null_count == 0
    assert table["team1_probability"].to_pylist() == table["issued_probability"].to_pylist()


def test_fixtures_before_any_result_are_forecast_too(stage: Stage, files: dict[str, bytes]) -> None:
    stage.upload(FIXTURES, files[FIXTURES])
    stage.drain()
    assert all(abs(p - 0.5) < 0.2 for p in upcoming(stage)["team1_probability"].to_pylist())


def test_a_played_fixture_moves_to_the_forecasts_with_what_was_issued(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    before = upcoming(full_stage)
    first_day = min(int(row[1]) for row in fixtures)
    today = [row for row in fixtures if int(row[1]) == first_day]
    result = "\n".join([RESULT_HEADER, *(played(row, 80, 70) for row in today)]).encode()
    full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", result)
    full_stage.drain()
    after = upcoming(full_stage)
    assert games(after) == {one for one in games(before) if one[0] > first_day}
    forecasts = full_stage.lake.published.read(table_key("forecasts", League.MEN, 2024))
    played_rows = [row for row in forecasts.to_pylist() if row["day"] == first_day]
    issued = {(r["team1_id"], r["team2_id"]): r for r in before.to_pylist() if r["day"] == first_day}
    assert len(played_rows) == len(today)
    for row in played_rows:
        earlier = issued[(row["team1_id"], row["team2_id"])]
        assert row["issued_at"] == earlier["issued_at"]
        assert row["issued_probability"] == earlier["team1_probability"] == row["team1_probability"]
    # The games to come are forecast again, with the new results known.
    assert set(after["known_through_day"].to_pylist()) == {first_day}
    assert after["issued_at"].to_pylist()[0] > before["issued_at"].to_pylist()[0]


def test_what_was_issued_stays_when_a_correction_refolds_the_past(full_stage: Stage, files: dict[str, bytes]) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    fixture = min(fixtures, key=lambda row: int(row[1]))
    result = f"{RESULT_HEADER}\n{played(fixture, 80, 70)}\n".encode()
    full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", result)
    full_stage.drain()
    key = table_key("forecasts", League.MEN, 2024)
    before = full_stage.lake.published.read(key)
    header, rows = rows_of(files[COMPACT])
    old = rows[3]
    old[3] = str(int(old[3]) + 20)
    full_stage.upload("results/MRegularSeasonCompactResults_20260102T1200.csv", listing(header, [old]))
    full_stage.drain()
    after = full_stage.lake.published.read(key)
    assert before["issued_probability"].drop_null().to_pylist() == after["issued_probability"].drop_null().to_pylist()
    assert before["issued_at"].drop_null().length() == 1
    assert before["team1_probability"].to_pylist() != after["team1_probability"].to_pylist()


def test_a_partly_played_day_keeps_its_other_fixtures_with_the_forecast_from_before_it(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    day = next(d for d in sorted({r[1] for r in fixtures}, key=int) if sum(r[1] == d for r in fixtures) > 1)
    earlier = [row for row in fixtures if int(row[1]) < int(day)]
    today = [row for row in fixtures if row[1] == day]
    rows = [RESULT_HEADER, *(played(row, 80, 70) for row in earlier)]
    if earlier:
        full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", "\n".join(rows).encode())
        full_stage.drain()
    before = {(r["day"], r["team1_id"], r["team2_id"]): r for r in upcoming(full_stage).to_pylist()}
    body = f"{RESULT_HEADER}\n{played(today[0], 95, 60)}\n".encode()
    full_stage.upload("results/MRegularSeasonCompactResults_20260102T1200.csv", body)
    full_stage.drain()
    waiting = [row for row in upcoming(full_stage).to_pylist() if row["day"] == int(day)]
    assert len(waiting) == len(today) - 1
    for row in waiting:
        earlier_row = before[(row["day"], row["team1_id"], row["team2_id"])]
        assert row["team1_probability"] == earlier_row["team1_probability"]
        assert row["issued_at"] == earlier_row["issued_at"]


def test_a_newer_list_replaces_the_older_one(full_stage: Stage, files: dict[str, bytes]) -> None:
    header, fixtures = rows_of(files[FIXTURES])
    moved = [str(int(fixtures[0][1]) + 9) if place == 1 else cell for place, cell in enumerate(fixtures[0])]
    full_stage.upload("fixtures/MFixtures_20260102.csv", listing(header, [moved, *fixtures[2:]]))
    full_stage.drain()
    now = games(upcoming(full_stage))
    assert len(now) == len(fixtures) - 1
    assert (int(moved[1]), *sorted(int(team) for team in moved[2:4])) in now


def test_a_retraction_cancels_a_fixture(full_stage: Stage, files: dict[str, bytes]) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    position = full_stage.lake.published.manifest(League.MEN)[0].day
    body = "Season,DayNum,Team1ID,Team2ID\n" + ",".join(fixtures[-1][:4]) + "\n"
    full_stage.upload("retractions/MRetractions_20260102.csv", body.encode())
    full_stage.drain()
    assert len(games(upcoming(full_stage))) == len(fixtures) - 1
    assert full_stage.lake.published.manifest(League.MEN)[0].day == position


def test_fixtures_that_are_all_gone_leave_an_empty_table(full_stage: Stage, files: dict[str, bytes]) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    body = "Season,DayNum,Team1ID,Team2ID\n" + "\n".join(",".join(row[:4]) for row in fixtures) + "\n"
    full_stage.upload("retractions/MRetractions_20260102.csv", body.encode())
    full_stage.drain()
    assert upcoming(full_stage).num_rows == 0


def test_a_fixture_without_a_result_is_shown_for_a_week_with_its_last_forecast(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    _, fixtures = rows_of(files[FIXTURES])
    days = sorted({int(row[1]) for row in fixtures})
    missing = next(row for row in fixtures if int(row[1]) == days[0])
    identity = (int(missing[1]), *sorted((int(missing[2]), int(missing[3]))))
    before = next(r for r in upcoming(full_stage).to_pylist() if (r["day"], r["team1_id"], r["team2_id"]) == identity)

    def play(through: int) -> None:
        rows = [row for row in fixtures if int(row[1]) <= through and row != missing]
        body = "\n".join([RESULT_HEADER, *(played(row, 80, 70) for row in rows)]).encode()
        full_stage.upload(f"results/MRegularSeasonCompactResults_20260102T{through:04d}.csv", body)
        full_stage.drain()

    play(days[2])
    assert days[2] - days[0] <= 7
    late = [row for row in upcoming(full_stage).to_pylist() if row["day"] <= days[2]]
    assert [(row["day"], row["team1_id"], row["team2_id"]) for row in late] == [identity]
    assert late[0]["team1_probability"] == before["team1_probability"]
    assert late[0]["issued_at"] == before["issued_at"]
    play(next(day for day in days if day > days[0] + 7))
    assert identity not in games(upcoming(full_stage))
