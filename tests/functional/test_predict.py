"""A single game, forecast from a folder and from a stage: the same numbers, and those that were published."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.forecast.model import shipped
from hoops.games.leagues import League
from madness.printed.match import render_match
from operate.predict import Asked, PredictError, predict
from operate.sources import FolderSource, LakeSource
from tests.fakes import Stage
from tests.functional.test_engines import Upgraded


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample league's files, with places for its cities."""
    place = tmp_path_factory.mktemp("league")
    for key, body in files.items():
        (place / key.split("/")[1]).write_bytes(body)
    (place / "Cities.csv").write_bytes(_with_places(files["reference/Cities.csv"]))
    return place


def _with_places(cities: bytes) -> bytes:
    header, *rows = cities.decode().split()[0], *cities.decode().splitlines()[1:]
    lines = [f"{row},{30 + place % 15}.5,{-120 + place % 40}.25" for place, row in enumerate(rows)]
    return "\n".join([f"{header},Lat,Lon", *lines]).encode() + b"\n"


def published(stage: Stage, season: int) -> list[dict]:
    return stage.lake.published.read(f"forecasts/league=M/season={season}/part.parquet").to_pylist()


def asked(row: dict, season: int, **more: object) -> Asked:
    site = {1: "home", 0: "neutral", -1: "away"}[row["site"]]
    return Asked(row["team1_name"], str(row["team2_id"]), League.MEN, site, season, row["day"], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("season", [2023, 2024])
def test_a_stage_gives_what_it_published_before_the_game(full_stage: Stage, season: int) -> None:
    rows = [row for row in published(full_stage, season) if row["known_through_day"] is not None]
    source = LakeSource(full_stage.new_process(), League.MEN)
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        found = predict(asked(row, season), source)
        assert (found["probability"], found["margin"]) == (row["team1_probability"], row["team1_margin"])
        known = (found["known_through"]["season"], found["known_through"]["day"])
        assert known == (row["known_through_season"], row["known_through_day"])
        assert found["team1"]["id"] == row["team1_id"] and found["date"] == str(row["date"])


def test_a_folder_gives_what_a_stage_gives(full_stage: Stage, folder: Path) -> None:
    full_stage.upload("reference/Cities.csv", (folder / "Cities.csv").read_bytes())
    row = published(full_stage, 2024)[-1]
    city = full_stage.lake.ledger.read(full_stage.lake.ledger.reference(League.MEN)["GameCities"])[0]["city_id"][0]
    one, other = (
        predict(asked(row, 2024, city=str(city)), source)
        for source in (FolderSource(folder, League.MEN), LakeSource(full_stage.lake, League.MEN))
    )
    assert one == other
    assert one["city"]["id"] == city.as_py()
    assert all(one[side]["kilometres"] is not None for side in ("team1", "team2"))


def test_as_of_an_earlier_day_less_is_known(full_stage: Stage) -> None:
    source = LakeSource(full_stage.lake, League.MEN)
    row = published(full_stage, 2024)[-1]
    early = predict(asked(row, 2024, as_of=row["day"] - 30), source)
    late = predict(asked(row, 2024), source)
    assert early["known_through"]["day"] <= row["day"] - 30 < late["known_through"]["day"] < row["day"]
    assert early["probability"] != late["probability"] and early["margin_sd"] > late["margin_sd"]


def test_what_was_stated_since_the_state_was_made_counts(full_stage: Stage) -> None:
    head = full_stage.lake.folded(League.MEN).head
    row = next(r for r in published(full_stage, 2024) if r["day"] < head.day - 20)
    one, other = row["team1_id"], row["team2_id"]
    question = Asked(str(one), str(other), League.MEN, season=2024, day=head.day + 1)
    source = LakeSource(full_stage.lake, League.MEN)
    before = predict(question, source)["probability"]
    winner, loser = (other, one) if row["team1_won"] else (one, other)
    header = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"
    corrected = f"{header}\n2024,{row['day']},{winner},99,{loser},50,N,0\n".encode()
    full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", corrected)
    waiting = predict(question, source)["probability"]
    full_stage.drain()
    assert before != waiting == predict(question, LakeSource(full_stage.new_process(), League.MEN))["probability"]


def test_while_a_new_engine_catches_up_the_ledger_says_which_day_comes_next(full_stage: Stage) -> None:
    head = full_stage.lake.folded(League.MEN).head
    row = published(full_stage, 2024)[-1]
    question = Asked(str(row["team1_id"]), str(row["team2_id"]), League.MEN)
    expected = predict(question, LakeSource(full_stage.lake, League.MEN))
    for listed in full_stage.lake.models.listing("state/"):
        full_stage.lake.models.delete([listed.key])
    found = predict(question, LakeSource(full_stage.new_process(), League.MEN))
    assert found == expected and (found["season"], found["day"]) == (head.season, head.day + 1)


def test_cities_go_by_name_with_and_without_a_state(full_stage: Stage) -> None:
    rows = "CityID,City,State\n4998,Sainte-Anne,\n4997,Springfield,MA\n4996,Springfield,OH\n"
    full_stage.upload("reference/Cities_20260102.csv", rows.encode())
    row = published(full_stage, 2024)[-1]
    source = LakeSource(full_stage.lake, League.MEN)
    for text, city in (("sainte anne", 4998), ("Springfield, MA", 4997), ("4996", 4996)):
        assert predict(asked(row, 2024, city=text), source)["city"]["id"] == city
    with pytest.raises(PredictError, match=r"Springfield, OH \(4996\); Springfield, MA \(4997\): give the id"):
        predict(asked(row, 2024, city="Springfield"), source)


def test_without_a_day_it_is_the_day_after_the_last_one(full_stage: Stage) -> None:
    head = full_stage.lake.folded(League.MEN).head
    row = published(full_stage, 2024)[-1]
    found = predict(Asked(row["team1_name"].upper(), row["team2_name"]), LakeSource(full_stage.lake, League.MEN))
    assert (found["season"], found["day"]) == (head.season, head.day + 1)
    assert found["known_through"] == {"season": head.season, "day": head.day}


def retract(stage: Stage, name: str, games: list[tuple[int, int, int, int]]) -> None:
    key, rows = f"retractions/MRetractions_{name}.csv", "\n".join(",".join(map(str, game)) for game in games)
    stage.upload(key, f"Season,DayNum,Team1ID,Team2ID\n{rows}\n".encode())
    assert stage.lake.receipts.rejection(key) is None


def games_of(stage: Stage, season: int, since: int = 0) -> list[tuple[int, int, int, int]]:
    rows = [row for row in published(stage, season) if row["day"] >= since]
    return [(season, row["day"], row["team1_id"], row["team2_id"]) for row in rows]


def last_of(stage: Stage) -> tuple[int, int] | None:
    return LakeSource(stage.new_process(), League.MEN).last()


@pytest.mark.parametrize("drained", [False, True])
def test_seasons_and_days_that_hold_retractions_only_are_none(full_stage: Stage, drained: bool) -> None:
    row = published(full_stage, 2024)[-1]
    question = Asked(str(row["team1_id"]), str(row["team2_id"]), League.MEN)
    before = predict(question, LakeSource(full_stage.lake, League.MEN))
    retract(full_stage, "20260102", [(2034, 12, 1101, 1102), (2024, row["day"] + 20, 1101, 1102)])
    if drained:
        full_stage.drain()
    assert predict(question, LakeSource(full_stage.new_process(), League.MEN)) == before


def test_the_last_day_is_one_of_which_a_game_still_holds(full_stage: Stage) -> None:
    days = sorted({row["day"] for row in published(full_stage, 2024)})
    retract(full_stage, "20260102", games_of(full_stage, 2024, since=days[-2]))
    assert last_of(full_stage) == (2024, days[-3])
    early = games_of(full_stage, 2024)
    retract(full_stage, "20260102T1200", early)
    last_season, last_day = 2023, max(row["day"] for row in published(full_stage, 2023))
    assert last_of(full_stage) == (last_season, last_day)
    _, _, one, other = early[-1]
    found = predict(Asked(str(one), str(other), League.MEN), LakeSource(full_stage.new_process(), League.MEN))
    assert (found["season"], found["day"]) == (last_season, last_day + 1)
    assert found["known_through"] == {"season": last_season, "day": last_day}


def test_a_season_emptied_in_the_middle_is_not_known(full_stage: Stage) -> None:
    row = published(full_stage, 2024)[-1]
    question = asked(row, 2024)
    retract(full_stage, "20260102", games_of(full_stage, 2023))
    waiting = predict(question, LakeSource(full_stage.new_process(), League.MEN))
    full_stage.drain()
    folded = predict(question, LakeSource(full_stage.new_process(), League.MEN))
    assert waiting == folded
    assert published(full_stage, 2024)[-1]["team1_probability"] == folded["probability"] != row["team1_probability"]


def test_without_a_result_it_says_so(stage: Stage, files: dict[str, bytes]) -> None:
    for key in ("reference/MTeams.csv", "fixtures/MFixtures.csv"):
        stage.upload(key, files[key])
    retract(stage, "20260102", [(2034, 12, 1101, 1102)])
    stage.drain()
    with pytest.raises(PredictError, match="no men's game has a result here: add results first"):
        predict(Asked("1101", "1102"), LakeSource(stage.lake, League.MEN))


def test_a_stage_forecasts_with_the_model_in_charge_and_a_folder_with_the_one_that_ships(
    full_stage: Stage, folder: Path
) -> None:
    row = published(full_stage, 2024)[-1]
    question = asked(row, 2024)
    upgraded = Upgraded(*full_stage.stores)
    found = predict(question, LakeSource(upgraded, League.MEN))
    assert found["model"] == upgraded.shipped(League.MEN).id != shipped(League.MEN).id
    assert found["probability"] != row["team1_probability"]
    assert predict(question, FolderSource(folder, League.MEN))["model"] == shipped(League.MEN).id


def test_it_names_the_rosters_as_they_are_published(full_stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    row, source = published(full_stage, 2024)[-1], LakeSource(full_stage.lake, League.MEN)
    found = predict(asked(row, 2024), source)
    summers = {one["team_id"]: one for one in full_stage.lake.published.read(
        "preseason/league=M/season=2024/part.parquet").to_pylist()}  # fmt: skip
    render_match(found)
    told = capsys.readouterr().out
    for side in ("team1", "team2"):
        roster, summer = found[side]["roster"], summers[found[side]["id"]]
        assert (roster["returning"], roster["shift"]) == pytest.approx((summer["returning"], summer["shift"]))
        assert 0.0 < abs(roster["still"]) < abs(roster["shift"])
        assert f"{found[side]['name']} returns {100 * roster['returning']:.0f} % of its minutes" in told
    assert "players" in {driver["name"] for driver in found["drivers"]}
    first = predict(asked(published(full_stage, 2024)[0], 2024, as_of=None), source)
    assert first["team1"]["roster"]["still"] == pytest.approx(first["team1"]["roster"]["shift"])
