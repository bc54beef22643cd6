"""Games that arithmetic cannot take, and games that nobody played, on their way through the pipeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from corpus.hard_files import DETAILED_ROW, NO_POSSESSIONS, detailed

from hoops.games.leagues import League
from hoops.schemas import BOX_COLUMNS
from lake.ledger import GAMES
from lake.published import table_key
from pipeline_app.apply import ApplyFailed
from pipeline_app.reconcile import reconcile
from tests.fakes import Stage
from tests.functional.test_fixtures import RESULT_HEADER

DAY = 150  # after every game of the sample league
TEAMS = (1101, 1102)
KEY = "results/MRegularSeasonDetailedResults_20260102T0{}00.csv"


def table(stage: Stage, name: str) -> pa.Table:
    return stage.lake.published.read(table_key(name, League.MEN, 2024))


def settle(stage: Stage) -> None:
    stage.clock.now += timedelta(minutes=6)
    reconcile(stage.lake, stage.queue, stage.clock)
    stage.drain()


def let_in(stage: Stage, games: pa.Table) -> None:
    """Write an entry that the contract of today would not let in, as one of an earlier version has it."""
    numbers = [int(cell) for cell in NO_POSSESSIONS.split(",")]
    names = [f"team{side}_{name}" for side in (1, 2) for name in BOX_COLUMNS]
    row = games.to_pylist()[0] | dict(zip(names, numbers, strict=True))
    bad = pa.Table.from_pylist([row], schema=games.schema)
    stage.lake.ledger.write_days(League.MEN, GAMES, "20260102T000000Z", {(2024, DAY): bad})


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_a_game_that_makes_nonsense_halts_its_day_until_it_is_corrected(
    full_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage = full_stage
    row = DETAILED_ROW.replace("2024,100", f"2024,{DAY}")
    other = Stage()
    other.upload(KEY.format(1), detailed(row))
    (entry,) = other.lake.ledger.days(League.MEN, 2024)[0].entries
    let_in(stage, other.lake.ledger.read([entry])[0])
    before = {key: body for key, body in stage.kept().items() if "/ledger/" not in key}
    with pytest.raises(ApplyFailed, match="could not apply league M"):
        settle(stage)
    failed: Any = next(record for record in caplog.records if record.message == "failed")
    assert f"Men, season 2024, day {DAY}: the game 1101 against 1102 (70-60) would make" in failed.error
    assert {key: body for key, body in stage.kept().items() if "/ledger/" not in key} == before

    stage.upload(KEY.format(2), detailed(row))
    settle(stage)
    assert pc.max(table(stage, "ratings")["day"]).as_py() == DAY
    for name in ("forecasts", "ratings"):
        for column in table(stage, name).columns:
            if pa.types.is_floating(column.type):
                assert np.isfinite(column.drop_null().to_numpy()).all()


def test_a_forfeit_is_published_and_moves_nothing(full_stage: Stage) -> None:
    stage, teams = full_stage, TEAMS
    records, ratings = table(stage, "team_records"), table(stage, "ratings")
    last = pc.max(ratings["day"]).as_py()
    rows = f"2024,{last},{teams[0]},2,1999,0,H,0\n2024,{last},1998,1,{teams[1]},0,N,0\n"
    stage.upload("results/MRegularSeasonCompactResults_20260102.csv", f"{RESULT_HEADER}\n{rows}".encode())
    stage.drain()
    assert table(stage, "results").num_rows == table(stage, "forecasts").num_rows
    games = table(stage, "results").filter(pc.greater_equal(table(stage, "results")["team2_id"], 1998))
    assert sorted(games["winner_id"].to_pylist()) == [teams[0], 1998]

    def of(rows: pa.Table, team: int) -> dict:
        return rows.filter(pc.equal(rows["team_id"], team)).to_pylist()[0]

    after = table(stage, "team_records")
    for team, change in zip(teams, ((1, 0), (0, 1)), strict=True):
        old, new = of(records, team), of(after, team)
        assert (new["wins"] - old["wins"], new["losses"] - old["losses"]) == change
        assert (new["points_for"], new["points_against"]) == (old["points_for"], old["points_against"])
    # Two teams more move the mean against which all are rated, and nothing else.
    difference = [of(after, row["team_id"])["rating"] - row["rating"] for row in records.to_pylist()]
    assert np.ptp(difference) < 0.5 and of(after, 1999)["wins"] == 0 and of(after, 1998)["wins"] == 1
