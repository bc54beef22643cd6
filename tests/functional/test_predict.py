"""A single game, forecast from a folder and from a stage: the same numbers, and those that were published."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.leagues import League
from madness.predict import Asked, predict
from madness.sources import FolderSource, LakeSource
from tests.fakes import Stage


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
    rows = published(full_stage, season)
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


def test_without_a_day_it_is_the_day_after_the_last_one(full_stage: Stage) -> None:
    head, _ = full_stage.lake.heads(full_stage.lake.model(League.MEN)).read(League.MEN)
    row = published(full_stage, 2024)[-1]
    found = predict(Asked(row["team1_name"].upper(), row["team2_name"]), LakeSource(full_stage.lake, League.MEN))
    assert (found["season"], found["day"]) == (head.season, head.day + 1)
    assert found["known_through"] == {"season": head.season, "day": head.day}
