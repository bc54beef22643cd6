"""Which leagues and seasons go in: what people write, what is taken without a wish, and what cannot be had."""

import pytest

from hoops.games.leagues import League
from madness.selection import SelectionError, choose_seasons, parse_leagues, parse_seasons, uploads

BOTH = (League.MEN, League.WOMEN)
HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n"


@pytest.fixture
def folder(tmp_path):
    """Men 2018-2024 without 2021, women 2024 alone, and a file that is none of the contract's."""
    men = "".join(f"{season},10,1101,70,1102,60,H,0\n" for season in (2018, 2019, 2020, 2022, 2023, 2024))
    (tmp_path / "MRegularSeasonCompactResults.csv").write_text(HEADER + men)
    (tmp_path / "WRegularSeasonCompactResults.csv").write_text(HEADER + "2024,10,3101,70,3102,60,H,0\n")
    (tmp_path / "MTeams.csv").write_text("TeamID,TeamName\n1101,Ash\n1102,Birch\n")
    (tmp_path / "Cities.csv").write_text("CityID,City,State\n4001,Ash,AA\n")
    (tmp_path / "cities_latlon.csv").write_text("x\n1\n")
    return tmp_path


@pytest.mark.parametrize("text", ["", "X", "M;W", "men"])
def test_a_league_that_is_none(text) -> None:
    with pytest.raises(SelectionError, match="allowed: M"):
        parse_leagues(text)


@pytest.mark.parametrize("text", ["", "24", "2024-2022", "2022--2024", "last", "2022-2024-2025"])
def test_seasons_that_are_none(text) -> None:
    with pytest.raises(SelectionError, match="allowed: a year"):
        parse_seasons(text)


@pytest.mark.parametrize(("text", "seasons"), [
    ("2024", (2024,)), (" 2022 - 2024 ", (2022, 2023, 2024)), ("2011,2013-2014", (2011, 2013, 2014)), ("ALL", None),
])  # fmt: skip
def test_seasons_as_people_write_them(text, seasons) -> None:
    assert parse_seasons(text) == seasons


def test_the_last_three_seasons_by_default(folder) -> None:
    assert choose_seasons(folder, BOTH, None) == (2022, 2023, 2024)
    assert choose_seasons(folder, [League.WOMEN], None) == (2024,)
    assert choose_seasons(folder, BOTH, "all") == (2018, 2019, 2020, 2022, 2023, 2024)


def test_a_season_that_is_missing_says_which_there_are(folder) -> None:
    with pytest.raises(SelectionError, match="no season 2021; it has 2018-2020, 2022-2024"):
        choose_seasons(folder, BOTH, "2020-2022")


def test_files_are_cut_to_leagues_and_seasons(folder) -> None:
    found = {upload.key: upload.body.decode() for upload in uploads(folder, [League.MEN], [2024])}
    assert set(found) == {"results/MRegularSeasonCompactResults.csv", "reference/MTeams.csv", "reference/Cities.csv"}
    assert found["results/MRegularSeasonCompactResults.csv"] == HEADER + "2024,10,1101,70,1102,60,H,0\n"
    assert "results/WRegularSeasonCompactResults.csv" not in {u.key for u in uploads(folder, BOTH, [2018])}


def test_plays_go_as_they_are_and_those_of_other_seasons_are_left_out_and_said_once(folder) -> None:
    for name in ("MEvents2022.csv", "MEvents2023.csv.gz", "MEvents2024.csv.gz", "WEvents2024.csv", "WEvents2022.csv"):
        (folder / name).write_bytes(b"not looked into")
    said: list[str] = []
    found = {upload.key: upload for upload in uploads(folder, [League.MEN], [2024], said.append)}
    assert {key for key in found if key.startswith("events/")} == {"events/MEvents2024.csv.gz"}
    with found["events/MEvents2024.csv.gz"].open() as file:
        assert file.read() == b"not looked into"
    (remark,) = said
    assert remark.startswith(
        "MEvents2022.csv, MEvents2023.csv.gz are left out: seasons 2022-2023 are none of those asked"
    )
    said.clear()
    assert len(uploads(folder, [League.MEN], [2022, 2024], said.append)) == len(found) + 1
    assert said == ["MEvents2023.csv.gz is left out: season 2023 is none of those asked for, 2022, 2024 (--seasons)"]
    said.clear()
    uploads(folder, BOTH, [2022, 2023, 2024], said.append)
    assert said == []
