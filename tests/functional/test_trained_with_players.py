"""A training is given what its games' seasons may know of players, and its model is judged with the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.fold import days_of
from hoops.games.results import Results
from hoops.players import Squads
from hoops.schemas import GAMES, completed
from lake.ledger import APPEARANCES
from lake.training import channel, players_digest
from lake.training_jobs import REFUSED, Launch, TrainingRecordError, archive_key
from pipeline_app.judge import Refused
from tests.archives import model_files, packed, true_report
from tests.functional.test_promote_model import BEFORE, GOOD, JOB, MEN, Judged
from tests.functional.test_start_training import SEASON, TEAMS, Place, place, session
from tests.unit.hoops.fabricated_games import a_table
from tests.unit.hoops.fabricated_players import a_cast, who_played
from tests.unit.hoops.fabricated_results import a_league

__all__ = ["place", "session"]

THREE = completed(a_table(np.random.default_rng(3), [2022, 2023, 2024], teams=70, days=10), GAMES)
CAST = a_cast(THREE)
TABLES = {"PlayerSeasons": CAST.seasons, "Rosters": CAST.rosters, "PlayerGames": who_played(THREE)}


@pytest.fixture
def judged() -> Iterator[Judged]:
    made = Judged()
    gate = int(np.count_nonzero(~Results.of(THREE).before(BEFORE)))
    made.stage.lake.training_jobs.add(
        Launch(JOB, MEN, BEFORE, (2024, 41), THREE.num_rows, gate, "0a1b2c3d", "code", "schedule", "weekly", "now",
               players=players_digest(TABLES)),
        channel(THREE, TABLES),
    )  # fmt: skip
    yield made


def archive(squads: Squads) -> bytes:
    return packed(model_files(GOOD, true_report(GOOD, THREE, BEFORE, squads)))


def test_a_model_is_judged_with_the_players_of_its_channel(judged: Judged) -> None:
    verdict = judged.deliver(archive(CAST))
    assert verdict and verdict.outcome != REFUSED and verdict.comparison
    assert verdict.comparison["games"] == 353


def test_a_report_made_without_them_is_not_true(judged: Judged) -> None:
    with pytest.raises(Refused, match="its report says log_loss"):
        judged.deliver(archive(Squads.empty()))


@pytest.mark.parametrize("name", ["PlayerSeasons", "Rosters", "PlayerGames"])
def test_where_they_are_gone_nobody_is_judged_without_them(judged: Judged, name: str) -> None:
    key = f"training/input/{JOB}/{name}.parquet"
    body = judged.stage.lake.models.get(key).body  # type: ignore[union-attr]
    judged.stage.lake.models.delete([key])
    judged.stage.lake.models.put(archive_key(JOB), archive(CAST))
    with pytest.raises(TrainingRecordError, match="are not those that the job was given"):
        judged.deliver()
    judged.stage.lake.models.put(key, body)
    assert (verdict := judged.deliver()) and verdict.outcome != REFUSED


def test_the_channel_has_what_its_newest_season_may_know_and_nothing_else_makes_another_job(place: Place) -> None:
    games = a_league(seasons=(SEASON - 1, SEASON), teams=TEAMS, boxless=1.0)
    place.play(games)
    cast, ledger = a_cast(games), place.lake.ledger
    bare = place.launched()
    place.ended(bare)

    def enter(dataset: str, table: pa.Table, season: int, version: str = "20400101T000000Z") -> None:
        rows = table.filter(pa.compute.equal(table["season"], season))
        ledger.write_players(MEN, dataset, version, {season: rows})

    # What comes in summer, totals of the season and rosters of the next one, no game of it may know.
    enter("PlayerSeasons", cast.seasons, SEASON)
    coming = cast.rosters.set_column(
        0, cast.rosters.field(0), pa.compute.add(cast.rosters["season"], pa.scalar(1, pa.int16()))
    )
    enter("Rosters", coming, SEASON + 1)
    (answer,) = place.launch()
    assert not answer["started"] and answer["job"] == bare
    enter("PlayerSeasons", cast.seasons, SEASON - 1)
    enter("Rosters", cast.rosters, SEASON)
    appeared = who_played(games.filter(pa.compute.equal(games["season"], SEASON - 1)))
    ledger.write_days(MEN, APPEARANCES, "20400101T000000Z", {day.timestamp: day.games for day in days_of(appeared)})
    job = place.launched()
    record, known = place.lake.training_jobs.launch(job), cast.before(SEASON)
    rosters = known.rosters.filter(pa.compute.equal(known.rosters["season"], SEASON))
    held = {row.key.rpartition("/")[2] for row in place.lake.models.listing(record.channel)}
    assert held == {"games.parquet", "PlayerSeasons.parquet", "Rosters.parquet", "PlayerGames.parquet"}
    tables = {"PlayerSeasons": known.seasons, "Rosters": rosters, "PlayerGames": appeared}
    assert record.players == players_digest(tables) != players_digest(tables | {"PlayerGames": appeared.slice(0, 0)})
    first = place.lake.training_jobs.launch(bare)
    assert first.players == "" and first.digest == record.digest and first.learned != record.learned
