"""The sample's files are what the file contract and Kaggle's own files say they are, byte for byte every time."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hoops.contract import parse, read
from hoops.games.leagues import League
from lake.folder import read_folder
from sample import SMALL, generate, generate_small, write
from sample.files import day_zero
from sample.names import CONFERENCES, NAME_LENGTH, PLACES
from tests.unit.sample.sample_tables import table

pytestmark = pytest.mark.xdist_group("sample")  # the full league is made once
DATA = Path(__file__).parents[3] / "../shared/data"
KAGGLE = DATA / "kaggle"
LEAGUE_FILES = (
    "Teams", "Seasons", "TeamConferences", "ConferenceTourneyGames", "GameCities", "NCAATourneySeeds",
    "NCAATourneySlots", "RegularSeasonCompactResults", "RegularSeasonDetailedResults", "NCAATourneyCompactResults",
    "NCAATourneyDetailedResults", "Fixtures", "Players", "PlayerSeasons", "Rosters", "PlayerGames",
)  # fmt: skip

# python -c "from sample import generate_small; print(generate_small().digest())"
SMALL_DIGEST = "34d1f5f383752985ca38dfdbec39a7c1478428773691db71fe8363350878cdce"
# The same of a league without players and plays, whose other files are as they were before there were any.
WITHOUT_PLAYERS = "48f5f59cb979df32c7b273e108a15a09ab3bbb81cbe21f7b13620f5da0f7cdef"


def test_files_of_both_leagues(small):
    expected = {f"{league}{name}.csv" for league in "MW" for name in LEAGUE_FILES} | {"Cities.csv", "Conferences.csv"}
    assert set(small.files) == expected
    assert set(small.truth) == {"MTruth.csv", "WTruth.csv"}


@pytest.mark.parametrize("which", ["small", "full"])
def test_the_contract_accepts_every_file(which, request):
    sample = request.getfixturevalue(which)
    for name, data in sample.files.items():
        accepted = read(parse(name), data)
        assert accepted.table.num_rows == data.count(b"\n") - 1
        assert accepted.warnings == ()


def test_the_contract_accepts_a_league_at_every_stage():
    for stop_day in (0, 60, 132, None):
        for name, data in generate_small(seasons=1, stop_day=stop_day).files.items():
            read(parse(name), data)


@pytest.mark.skipif(not KAGGLE.is_dir(), reason="Kaggle's files are not beside the checkout")
def test_headers_are_kaggles(small):
    for name, data in (small.files | small.plays).items():
        if not name.endswith(("Fixtures.csv", "PlayerSeasons.csv", "Rosters.csv", "PlayerGames.csv")):
            in_events = {"MPlayers.csv": "MPlayers.csv", "WPlayers.csv": "MPlayers.csv"}
            in_events |= dict.fromkeys(small.plays, "MEvents2018_small.csv")
            with (DATA / "events" / in_events[name] if name in in_events else KAGGLE / name).open() as lines:
                assert data.decode().splitlines()[0] == lines.readline().strip(), name


@pytest.mark.skipif(not KAGGLE.is_dir(), reason="Kaggle's files are not beside the checkout")
def test_no_name_is_a_real_one(full):
    def lowered(name, column, encoding="utf-8"):
        lines = (KAGGLE / name).read_text(encoding=encoding).lower().splitlines()[1:]
        return {line.split(",")[column] for line in lines}

    schools = lowered("MTeams.csv", 1) | lowered("MTeamSpellings.csv", 0, "latin-1")
    cities, conferences = lowered("Cities.csv", 1), lowered("Conferences.csv", 1)
    places = {place.lower() for group in PLACES.values() for place in group}
    assert not places & (schools | cities)
    assert not {name.lower() for name in table(full, "MTeams").TeamName} & (schools | cities)
    assert not {name.lower() for _, name, _ in CONFERENCES} & conferences


def test_names_fit_a_table_and_stand_once(full):
    names = table(full, "MTeams").TeamName
    assert names.is_unique
    assert names.str.len().max() <= NAME_LENGTH
    assert sum(map(len, PLACES.values())) == len({place for group in PLACES.values() for place in group})


def test_a_school_has_one_name_in_both_leagues(full):
    men, women = table(full, "MTeams"), table(full, "WTeams")
    assert women.TeamID.tolist() == (men.TeamID + 2000).tolist()
    assert women.TeamName.tolist() == men.TeamName.tolist()
    assert men.TeamID.min() == 1101


@pytest.mark.parametrize(
    ("season", "monday"),
    # The real calendars.
    [(2021, date(2020, 11, 2)), (2022, date(2021, 11, 1)), (2023, date(2022, 10, 31)), (2024, date(2023, 11, 6))],
)
def test_day_zero_is_kaggles(season, monday):
    assert day_zero(season) == monday
    assert day_zero(season).weekday() == 0


def test_the_same_arguments_give_the_same_bytes(small):
    assert generate_small() == small
    assert generate_small(seed=7).files["MTeams.csv"] != small.files["MTeams.csv"]


def test_bytes_are_pinned(small):
    """Equal on Python 3.11-3.13 and NumPy 2.0-2.5, with and without AVX; a change here is a new sample league."""
    assert small.digest() == SMALL_DIGEST
    others = {name: data for name, data in small.files.items() if "Player" not in name and "Rosters" not in name}
    assert replace(small, files=others, plays={}).digest() == WITHOUT_PLAYERS


def test_a_league_does_not_depend_on_the_other(small):
    women = generate_small(leagues=(League.WOMEN,))
    assert women.files == {name: data for name, data in small.files.items() if not name.startswith("M")}
    assert women.truth == {"WTruth.csv": small.truth["WTruth.csv"]}


def test_progress_counts_league_seasons():
    steps = []
    generate(shape=SMALL, seasons=2, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_write_keeps_the_truth_apart(small, tmp_path):
    paths = write(tmp_path / "sample", small)
    assert {path.name: path.read_bytes() for path in paths} == small.files | small.plays
    assert {path.name for path in (tmp_path / "sample").iterdir()} == {*small.files, *small.plays, "truth"}
    assert {path.name: path.read_bytes() for path in (tmp_path / "sample/truth").iterdir()} == small.truth


def test_a_written_sample_is_a_folder_of_games(small, tmp_path):
    write(tmp_path, small)
    folder = read_folder(tmp_path, list(League))
    assert folder.warnings == ()
    for league, files in folder.leagues.items():
        kinds = ("RegularSeasonCompactResults", "NCAATourneyCompactResults")
        assert files.games.num_rows == sum(len(table(small, f"{league}{kind}")) for kind in kinds)
        assert files.fixtures.num_rows == len(table(small, f"{league}Fixtures"))


@pytest.mark.parametrize(
    "arguments",
    [{"seed": -1}, {"seasons": 0}, {"first_season": 1950}, {"stop_day": 133}, {"stop_day": -1}, {"leagues": ("X",)}],
)
def test_refuses_arguments_out_of_range(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments)) if "leagues" not in arguments else "not a valid League"):
        generate(**arguments)
