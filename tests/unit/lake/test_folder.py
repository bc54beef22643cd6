"""A folder of Kaggle files: what is found, read, merged and filtered."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from corpus.hard_files import COMPACT_HEADER, COMPACT_ROWS, DETAILED_ROW, compact, detailed, text

from hoops.contract import Rejected
from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.contents import contents
from lake.folder import filtered, read_folder, seasons_in

MEN = [League.MEN]
OLD_ROW = "2023,50,1101,70,1102,60,H,0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "MRegularSeasonCompactResults.csv").write_bytes(compact(OLD_ROW, *COMPACT_ROWS))
    (tmp_path / "MRegularSeasonDetailedResults.csv.gz").write_bytes(gzip.compress(detailed()))
    (tmp_path / "MNCAATourneySeeds.csv").write_bytes(text("Season,Seed,TeamID", "2023,W01,1101", "2024,W01,1102"))
    (tmp_path / "MTeams.csv").write_bytes(text("TeamID,TeamName", "1101,Abilene Chr"))
    (tmp_path / "Cities.csv").write_bytes(text("CityID,City,State", "4001,Abilene,TX"))
    (tmp_path / "MMasseyOrdinals.csv").write_text("not of the contract")
    return tmp_path


def days(path: Path, **more: list[int]) -> list[tuple[int, int]]:
    games = read_folder(path, MEN, **more).leagues[League.MEN].games
    return list(zip(games["season"].to_pylist(), games["day"].to_pylist(), strict=True))


def test_results_are_merged(folder: Path) -> None:
    games = read_folder(folder, MEN).leagues[League.MEN].games
    assert games["season"].to_pylist() == [2023, 2024, 2024, 2024]
    assert games["team1_fgm"].to_pylist() == [None, 25, None, None]


def test_reference_is_typed_and_complete(folder: Path) -> None:
    read = read_folder(folder, MEN)
    men = read.leagues[League.MEN]
    assert men.seeds.to_pylist() == [
        {"season": 2023, "seed": "W01", "team_id": 1101},
        {"season": 2024, "seed": "W01", "team_id": 1102},
    ]
    assert men.reference["Teams"]["team_name"].to_pylist() == ["Abilene Chr"]
    assert men.reference["TeamCoaches"].num_rows == men.fixtures.num_rows == 0
    assert read.shared["Cities"]["city"].to_pylist() == ["Abilene"]
    assert read.shared["Conferences"].num_rows == 0


def test_players_are_merged_and_kept_whatever_seasons_are_asked_for(folder: Path) -> None:
    assert not read_folder(folder, MEN).squads(League.MEN)
    (folder / "players").mkdir()
    listed = {"MRosters.csv": ["2023,1101,8,Al Ash,Fr", "2023,1101,9,Bo Elm,Fr", "2024,1101,8,Al Ash,So"],
              "MRosters_20231101.csv": ["2024,1101,90,Bo Elm,So"], "WRosters.csv": ["2024,3101,7,,"]}  # fmt: skip
    for name, rows in listed.items():
        (folder / "players" / name).write_bytes(text("Season,TeamID,PlayerID,PlayerName,Class", *rows))
    totals = "Season,TeamID,PlayerID,PlayerName,Games,Minutes"
    (folder / "MPlayerSeasons.csv").write_bytes(text(totals, "2022,1101,8,Al Ash,9,90", "2024,1101,8,Al Ash,9,90"))
    played = "Season,DayNum,TeamID,PlayerID,Minutes"
    (folder / "MPlayerGames.csv").write_bytes(
        text(played, *(f"{season},{day},1101,8,30" for season in (2023, 2024) for day in (50, 100)), "2024,50,1104,3,9")
    )
    (folder / "MPlayerGames_20240101.csv").write_bytes(text(played, "2024,50,1101,9,31", "2024,50,1101,7,2"))
    squads = read_folder(folder, MEN, [2024]).squads(League.MEN)
    # Of the team of 2024 the newer file holds whole, and its player is known by his name.
    assert squads.rosters["player_id"].to_pylist() == [8, 9, 9]
    assert squads.before(2024).seasons["season"].to_pylist() == [2022]
    assert squads.before(2023).rosters["season"].to_pylist() == [2023, 2023]
    # Of players' games the seasons asked for, and of a team's day the newest file whole.
    games = squads.games.on((2024, 50))
    assert list(zip(games.team.tolist(), games.player.tolist(), strict=True)) == [(1101, 7), (1101, 9), (1104, 3)]
    assert squads.games.season.tolist() == [2024] * 4 and len(squads.games.on((2024, 99))) == 0


def test_only_the_seasons_asked_for_are_kept(folder: Path) -> None:
    assert days(folder, seasons=[2023]) == [(2023, 50)]
    assert read_folder(folder, MEN, [2024]).leagues[League.MEN].seeds["season"].to_pylist() == [2024]


def test_a_dated_file_corrects_an_undated_one_and_a_retraction_takes_back(folder: Path) -> None:
    correction = compact("2024,100,1102,71,1101,70,H,0")
    (folder / "MRegularSeasonCompactResults_20240315.csv").write_bytes(correction)
    (folder / "retractions").mkdir()
    (folder / "retractions" / "MRetractions_20240316.csv").write_bytes(
        text("Season,DayNum,Team1ID,Team2ID", "2024,101,1104,1101")
    )
    games = read_folder(folder, MEN).leagues[League.MEN].games.to_pylist()
    assert [(g["day"], g["team1_score"], g["team1_fgm"]) for g in games] == [
        (50, 70, None), (100, 70, None), (100, 80, None),
    ]  # fmt: skip


def test_fixtures_are_open_unless_retracted(folder: Path) -> None:
    rows = ("2024,130,1101,1102,H", "2024,131,1101,1102,N")
    (folder / "MFixtures_20240301.csv").write_bytes(text("Season,DayNum,Team1ID,Team2ID,Loc", *rows))
    retracted = text("Season,DayNum,Team1ID,Team2ID", "2024,130,1102,1101")
    (folder / "MRetractions_20240302.csv").write_bytes(retracted)
    assert read_folder(folder, MEN).leagues[League.MEN].fixtures["day"].to_pylist() == [131]


def test_a_bad_file_is_rejected(folder: Path) -> None:
    (folder / "MNCAATourneyCompactResults.csv").write_bytes(compact("2024,136,1101,x,1102,60,N,0"))
    with pytest.raises(Rejected, match=r"MNCAATourneyCompactResults\.csv: row 2, column WScore"):
        read_folder(folder, MEN)


def test_warnings_name_the_file(folder: Path) -> None:
    (folder / "MTeams.csv").write_bytes("TeamID,TeamName\n1101,San José\n".encode("latin-1"))
    (warning,) = read_folder(folder, MEN).warnings
    assert warning.startswith("MTeams.csv: read as Latin-1")


def test_a_folder_without_files_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(MadnessError, match=f"{tmp_path} has no file of the contract: .*RegularSeasonCompactResults"):
        read_folder(tmp_path, MEN)
    with pytest.raises(MadnessError, match="is not a folder"):
        contents(tmp_path / "nowhere")


def test_a_league_without_results_is_an_error(folder: Path) -> None:
    with pytest.raises(MadnessError, match=r"no women's results: .*WRegularSeasonCompactResults"):
        read_folder(folder, list(League))


def test_seasons_in_the_results(folder: Path) -> None:
    (folder / "WRegularSeasonCompactResults.csv").write_bytes(text(COMPACT_HEADER, "2020.0,1,3101,2,3102,1,H,0", "x"))
    assert seasons_in(folder) == [2020, 2023, 2024]
    assert seasons_in(folder, MEN) == [2023, 2024]


def test_filtering_keeps_header_line_ends_and_rows_of_the_seasons(tmp_path: Path) -> None:
    path = tmp_path / "MRegularSeasonCompactResults.csv"
    path.write_bytes(b"\xef\xbb\xbf" + compact(OLD_ROW, *COMPACT_ROWS).replace(b"\n", b"\r\n"))
    assert filtered(path, [2024]) == b"\xef\xbb\xbf" + compact().replace(b"\n", b"\r\n")
    assert filtered(path, [2023, 2024]) == path.read_bytes()
    assert filtered(path, [1999]) == b""


@pytest.mark.parametrize("before", [b"sep=,\n", b"\xef\xbb\xbfsep=,\r\n", b"\n\n", b",,,,,,,\n", b'"SEP=,",,,\n\n'])
def test_filtering_finds_the_header_as_the_reader_does(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "MRegularSeasonCompactResults.csv"
    path.write_bytes(before + compact(OLD_ROW, ",,,,,,,", *COMPACT_ROWS))
    assert seasons_in(tmp_path) == [2023, 2024]
    assert filtered(path, [2024]) == before + compact(",,,,,,,", *COMPACT_ROWS)
    assert filtered(path, [1999]) == b"", "blank rows alone are nothing to upload"
    assert read_folder(tmp_path, MEN, [2024]).leagues[League.MEN].games.num_rows == len(COMPACT_ROWS)


def test_a_folder_says_which_file_is_separated_by_semicolons(tmp_path: Path) -> None:
    (tmp_path / "MRegularSeasonCompactResults.csv").write_bytes(b"sep=;\n" + compact().replace(b",", b";"))
    with pytest.raises(Rejected, match=r"MRegularSeasonCompactResults.csv: row 1: found a line 'sep=;'"):
        seasons_in(tmp_path)


def test_filtering_a_gzip_file_gives_gzip(tmp_path: Path) -> None:
    path = tmp_path / "MRegularSeasonDetailedResults.csv.gz"
    path.write_bytes(gzip.compress(detailed(DETAILED_ROW, DETAILED_ROW.replace("2024", "2023", 1))))
    assert gzip.decompress(filtered(path, [2024])) == detailed()
    assert filtered(path, [2024]) == filtered(path, [2024])


def test_filtering_leaves_files_without_seasons_alone(folder: Path) -> None:
    assert filtered(folder / "MTeams.csv", [1999]) == (folder / "MTeams.csv").read_bytes()


def test_filtering_finds_the_season_in_any_column_and_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "MNCAATourneySeeds.csv"
    path.write_bytes(b'"Seed" , "season",TeamID\n"W,1",2023,1\n"W,1",2024,1\nW01,"2023.0",1\nW01,20x4,1\nshort\n')
    assert filtered(path, [2024]) == b'"Seed" , "season",TeamID\n"W,1",2024,1\nW01,20x4,1\nshort\n'
