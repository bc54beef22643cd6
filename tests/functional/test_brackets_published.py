"""The bracket's tables from upload to bucket, through the tournament of the small league's first season."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest

from hoops.games.leagues import League
from hoops.schemas import BRACKET_TABLES
from lake.published import table_key
from operate.bracket import Asked, bracket
from operate.sources import LakeSource
from pipeline_app.brackets import OF_A_BRACKET, OF_THE_NEWEST, kept_evenings
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_fixtures import RESULT_HEADER, listing, rows_of
from tests.memory_store import MemoryStore
from tests.pure import published_bytes

M = League.MEN
SEASON = 2023
DAYS = (134, 135, 145, 146, 152, 154)  # of the men's tournament
SEEDS = "reference/MNCAATourneySeeds.csv"
NCAA = "results/MNCAATourneyCompactResults.csv"
LEFT = (64, 32, 16, 8, 4, 2, 1)


def of_days(files: dict[str, bytes], first: int, last: int, suffix: str = "") -> dict[str, bytes]:
    """The men's results of some days of the season, in files of their own."""
    found = {}
    for key, body in files.items():
        if key.startswith("results/M") and "Compact" in key:
            header, rows = rows_of(body)
            kept = [row for row in rows if int(row[0]) == SEASON and first <= int(row[1]) <= last]
            if kept:
                found[key.replace(".csv", f"{suffix}.csv")] = listing(header, kept)
    return found


def up_to(files: dict[str, bytes], day: int) -> dict[str, bytes]:
    """The men's files of the season on the evening of a day."""
    reference = {key: body for key, body in files.items() if key.startswith(("reference/M", "reference/C"))}
    return reference | of_days(files, 0, day)


def upload(stage: Stage, files: dict[str, bytes]) -> Stage:
    for key, body in files.items():
        stage.upload(key, body)
    stage.drain()
    return stage


def settle(stage: Stage) -> None:
    for _ in range(4):
        stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
        reconcile(stage.lake, stage.queue, stage.clock)
        stage.drain()


def of_bracket(stage: Stage) -> dict[str, bytes]:
    """Of the season whose field is named; the one that has only begun has a projected one."""
    mine = {key: body for key, body in stage.published().items() if f"/season={SEASON}/" in key}
    return {key: body for key, body in mine.items() if key.split("/")[0] in BRACKET_TABLES}


def rows(stage: Stage, name: str, season: int = SEASON) -> list[dict]:
    return stage.lake.published.read(table_key(name, M, season)).to_pylist()


@pytest.fixture(scope="module")
def _dancing(files: dict[str, bytes]) -> Stage:
    return upload(Stage(), up_to(files, 135))


@pytest.fixture
def dancing(_dancing: Stage) -> Stage:
    """A stage on the evening of the play-ins."""
    return _dancing.copy()


def test_evening_by_evening_ends_in_what_the_pure_fold_says(dancing: Stage, files: dict[str, bytes]) -> None:
    assert {row["day"] for row in rows(dancing, "bracket_odds")} == {132, 134, 135}
    told, new = up_to(files, 135), []
    kept_evenings.clear()
    for day in (day for day in DAYS if day > 135):
        before = set(kept_evenings)
        told |= (today := of_days(files, day, day, f"_20260102T10{day - 130:02d}"))
        upload(dancing, today)
        assert set(dancing.published()) == set(published_bytes(M, told))
        assert of_bracket(dancing).items() <= published_bytes(M, told).items()
        evenings = {row["day"] for row in rows(dancing, "bracket_picks")}
        assert evenings == {132, *(one for one in DAYS if one <= day)}
        new.append(len(kept_evenings.keys() - before))
    # All of the process's first publication; all again as day 146 turns out to be that of two regional finals, which
    # every evening's chances are made for; then that of the day alone.
    assert new == [4, 4, 1, 1]
    (champion,) = (row["winner_id"] for row in rows(dancing, "bracket_slots") if row["slot"] == "R6CH")
    last = [row for row in rows(dancing, "bracket_odds") if row["day"] == 154]
    assert {row["team_id"]: row["reach_1"] for row in last if row["reach_1"] > 0.0} == {champion: 1.0}
    assert all(row[f"drawn_{left}"] == row[f"reach_{left}"] for row in last for left in LEFT)
    assert rows(dancing, "game_worth") == []


def test_what_is_published_is_what_the_command_says(dancing: Stage) -> None:
    source = LakeSource(dancing.lake, M)
    for day in (132, 134, 135):
        said = {team["team_id"]: team["reach"] for team in bracket(Asked(M, SEASON, day), source)["teams"]}
        shown = {row["team_id"]: [row[f"reach_{left}"] for left in LEFT]
                 for row in rows(dancing, "bracket_odds") if row["day"] == day}  # fmt: skip
        assert shown == said
        np.testing.assert_allclose(np.sum([*shown.values()], axis=0), [8, 8, 8, 8, 4, 2, 1], atol=1e-9)


def test_the_worth_of_a_game_adds_up_to_the_odds(dancing: Stage) -> None:
    """What a team's chances are with either result, weighted by who wins, is what they are."""
    today = {row["team_id"]: row for row in rows(dancing, "bracket_odds") if row["day"] == 135}
    games = rows(dancing, "game_worth")
    assert len(games) == 4 and {game["day"] for game in games} == {135}
    for game in games:
        for team, wins in ((1, game["probability"]), (2, 1.0 - game["probability"])):
            for worth, column in (("final_four", "reach_4"), ("title", "reach_1")):
                won, lost = (game[f"team{team}_{worth}_if_{result}"] for result in ("won", "lost"))
                expected = today[game[f"team{team}_id"]][column]
                assert wins * won + (1.0 - wins) * lost == pytest.approx(expected, abs=1e-12)
                assert lost == 0.0 < won


def test_a_correction_before_selection_sunday_changes_every_evening(dancing: Stage, files: dict[str, bytes]) -> None:
    before = of_bracket(dancing)
    selection = dancing.lake.folded(M).head.seasons[SEASON].selection
    (results,) = of_days(files, 100, 100, "_20260102").items()
    header, played = rows_of(results[1])
    played[0][3] = str(int(played[0][3]) + 30)
    corrected = {results[0]: listing(header, played)}
    upload(dancing, corrected)
    assert dancing.lake.folded(M).head.seasons[SEASON].selection != selection
    after = of_bracket(dancing)
    assert after.items() <= published_bytes(M, up_to(files, 135) | corrected).items()
    assert after[table_key("bracket_odds", M, SEASON)] != before[table_key("bracket_odds", M, SEASON)]


def test_a_late_correction_is_folded_from_selection_sunday(
    dancing: Stage, files: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Of the season no other state is kept from before the play-ins."""
    later = of_days(files, 136, 154, "_20260102")
    upload(dancing, later)
    assert min(dancing.lake.folded(M).head.snapshots) > 134
    (results,) = of_days(files, 134, 134, "_20260102T120000").items()
    header, played = rows_of(results[1])
    played[0][3] = str(int(played[0][3]) + 30)
    corrected = {results[0]: listing(header, played)}
    caplog.clear()
    upload(dancing, corrected)
    applied = [record for record in caplog.records if record.message == "applied"]
    assert {day for record in applied for _, day, _ in record.folded} == set(DAYS)  # type: ignore[attr-defined]
    assert set(dancing.lake.folded(M).head.seasons) == {SEASON}
    pure = published_bytes(M, up_to(files, 135) | later | corrected)
    assert {key: body for key, body in dancing.published().items() if key in pure} == pure


@pytest.mark.parametrize("kept", ["", "lost"])
def test_without_the_state_of_selection_sunday_it_is_learned_again(dancing: Stage, kept: str) -> None:
    """A head of a program that kept none; and one of which it was lost."""
    before = dancing.published()
    head = dancing.lake.folded(M).head
    key, selection = f"state/{head.engine}/league=M/head.json", head.seasons[SEASON].selection
    assert selection != head.seasons[SEASON].snapshot
    if kept:
        dancing.lake.models.delete([selection])
    else:
        fields = json.loads(dancing.lake.models.get(key).body)  # type: ignore[union-attr]
        del fields["seasons"][str(SEASON)]["selection"]
        dancing.lake.models.put(key, json.dumps(fields).encode())
    dancing.lake.dashboard.delete([table_key(name, M, SEASON) for name in OF_A_BRACKET])
    dancing.lake = dancing.new_process()
    settle(dancing)
    assert dancing.published() == before
    assert dancing.lake.folded(M).head.seasons[SEASON].selection == ""


class Dying(MemoryStore):
    """Dies at the write of one table, after it took effect."""

    def __init__(self, inner: MemoryStore, table: str) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._table = inner._objects, table

    def put(self, key: str, body: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
        if key.startswith(f"{self._table}/"):
            raise KeyboardInterrupt(key)
        return etag


@pytest.mark.parametrize("table", ["bracket_slots", "game_worth"])
def test_who_dies_between_two_tables_leaves_the_rest_to_the_next(
    dancing: Stage, files: dict[str, bytes], table: str
) -> None:
    today = of_days(files, 145, 145, "_20260102")
    sound, (source, models, dashboard) = dancing.lake, dancing.stores
    dancing.lake = type(sound)(source, models, Dying(dashboard, table))
    with pytest.raises(KeyboardInterrupt):
        upload(dancing, today)
    dancing.lake = sound
    dancing.lake = dancing.new_process()
    settle(dancing)
    assert of_bracket(dancing).items() <= published_bytes(M, up_to(files, 135) | today).items()


def test_a_season_that_is_no_longer_the_newest_keeps_selection_sunday(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    assert {row["day"] for row in rows(full_stage, "bracket_odds")} == {132}
    assert all(row["winner_id"] for row in rows(full_stage, "bracket_slots"))
    there = {key.split("/")[0] for key in of_bracket(full_stage)}
    assert there == set(OF_A_BRACKET)
    step_by_step = upload(Stage(), up_to(files, 154))
    assert table_key("game_worth", M, SEASON) in of_bracket(step_by_step)
    upload(step_by_step, {key: body for key, body in files.items() if "/W" not in key})
    mine = {key: body for key, body in of_bracket(full_stage).items() if "league=M" in key}
    assert of_bracket(step_by_step) == mine


def test_they_are_made_again_only_when_something_of_theirs_changes(full_stage: Stage, files: dict[str, bytes]) -> None:
    def written() -> dict[str, object]:
        return {row.key: row.modified for row in full_stage.lake.dashboard.listing("") if row.key in keys}

    keys = of_bracket(full_stage)
    before = written()
    new = listing(RESULT_HEADER, [["2024", "101", "1101", "80", "1102", "70", "N", "0"]])
    upload(full_stage, {"results/MRegularSeasonCompactResults_20260102.csv": new})
    header, teams = rows_of(files["reference/MTeams.csv"])
    field = {str(row["team_id"]) for row in rows(full_stage, "bracket_odds")}
    for number, is_of_field in enumerate((False, True)):
        team = next(team for team in teams if (team[0] in field) is is_of_field)
        team[1] = f"New {team[1]}"
        upload(full_stage, {f"reference/MTeams_20260102T120{number}.csv": listing(header, teams)})
        assert (written() != before) is is_of_field
    names = {row["team_name"] for row in rows(full_stage, "bracket_odds")}
    assert len([name for name in names if name.startswith("New ")]) == 1


def test_seeds_that_contradict_the_results_leave_no_bracket_and_all_else(
    dancing: Stage, files: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    before = dancing.published()
    header, seeds = rows_of(files[SEEDS])
    field = {row[2] for row in seeds}
    play_in = next(row for row in seeds if len(row[1]) == 4)
    play_in[2] = next(team for team, *_ in rows_of(files["reference/MTeams.csv"])[1] if team not in field)
    upload(dancing, {"reference/MNCAATourneySeeds_20260102.csv": listing(header, seeds)})
    assert {name: len(rows(dancing, name)) for name in OF_THE_NEWEST} == dict.fromkeys(OF_THE_NEWEST, 0)
    assert play_in[2] in {str(row["team_id"]) for row in rows(dancing, "tournaments")}
    (said,) = (record for record in caplog.records if record.message == "no bracket")
    assert said.levelname == "WARNING" and str(SEASON) in said.why  # type: ignore[attr-defined]
    upload(dancing, {"reference/MNCAATourneySeeds_20260102T1200.csv": files[SEEDS]})
    assert dancing.published() == before


def test_without_seeds_there_is_no_bracket(stage: Stage, files: dict[str, bytes]) -> None:
    upload(stage, {key: body for key, body in up_to(files, 135).items() if key != SEEDS})
    assert of_bracket(stage) == {}
    upload(stage, {SEEDS: files[SEEDS]})
    assert set(of_bracket(stage)) == {table_key(name, M, SEASON) for name in OF_THE_NEWEST}
