"""Which games a home holds: real ones and made-up ones never mix, whatever was cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.errors import MadnessError
from madness.console import Silent
from madness.local.games import Wishes, choose, files_of
from madness.local.home import Home, LocalError
from madness.local.up import up
from operate.stage import load_stage
from sample import generate_small, write

HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n"


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def real(tmp_path) -> Path:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "MRegularSeasonCompactResults.csv").write_text(HEADER + "2024,10,1101,70,1102,60,H,0\n")
    return folder


@pytest.fixture(scope="module")
def made_up(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made-up")
    write(folder, generate_small())
    return folder


def uploaded(home: Home) -> None:
    """What an `up` that was cut short before anything was remembered left in the source bucket."""
    file = home.objects / "000000000000" / load_stage("local").source / "results" / "M.csv"
    file.parent.mkdir(parents=True)
    file.write_text(HEADER)


def test_a_new_home_takes_what_is_asked_for(home, real) -> None:
    assert choose(home, Wishes()) == {"kind": "sample"}
    assert choose(home, Wishes(data=real)) == {"kind": "folder", "path": str(real), "made_up": False}


def test_what_a_home_holds_goes_on(home, real) -> None:
    home.remember(data=choose(home, Wishes(data=real)))
    assert choose(home, Wishes()) == choose(home, Wishes(data=real))


def test_real_games_do_not_join_the_sample_league(home, real) -> None:
    home.remember(data={"kind": "sample"})
    with pytest.raises(LocalError, match=r"holds the sample league.*madness reset"):
        choose(home, Wishes(data=real))


def test_a_made_up_folder_and_a_real_one_do_not_mix(home, real, made_up) -> None:
    home.remember(data=choose(home, Wishes(data=made_up)))
    with pytest.raises(LocalError, match=r"holds made-up games, and .* has real ones"):
        choose(home, Wishes(data=real))
    home.remember(data=choose(Home(home.root.with_name("other")), Wishes(data=real)))
    with pytest.raises(LocalError, match=r"holds real games, and .* has made-up ones"):
        choose(home, Wishes(data=made_up))


def test_a_home_from_before_folders_were_looked_into_takes_its_own_again(home, made_up) -> None:
    home.remember(data={"kind": "folder", "path": str(made_up)})
    assert choose(home, Wishes(data=made_up))["made_up"]


def test_objects_without_settings_are_not_joined_by_the_sample_league(home, real) -> None:
    uploaded(home)
    with pytest.raises(LocalError, match="Name the folder with --data"):
        choose(home, Wishes())
    assert choose(home, Wishes(data=real))["kind"] == "folder"


def test_objects_of_the_sample_league_without_settings_are_not_joined_by_real_games(home, real) -> None:
    uploaded(home)
    home.sample.mkdir()
    assert choose(home, Wishes()) == {"kind": "sample"}
    with pytest.raises(LocalError, match="holds the sample league"):
        choose(home, Wishes(data=real))


def test_the_sample_league_lies_in_the_home_wherever_that_was_moved(home, tmp_path) -> None:
    write(home.sample, generate_small())
    (home.sample / ".complete").touch()
    home.root.rename(tmp_path / "moved")
    moved = Home(tmp_path / "moved")
    source = {"kind": "sample", "path": str(home.sample)}  # as it was noted once
    assert files_of(moved, Wishes(), source, Silent())
    assert not home.root.exists()


def test_the_source_is_remembered_before_anything_is_uploaded(home, real, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("madness.local.up.start_stack", interrupted)
    with pytest.raises(KeyboardInterrupt):
        up(home, Wishes(data=real, once=True), Silent())
    assert choose(home, Wishes())["path"] == str(real)


def test_a_folder_without_games_is_not_remembered(home, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MadnessError, match="no file of the contract"):
        up(home, Wishes(data=tmp_path / "empty", once=True), Silent())
    assert choose(home, Wishes()) == {"kind": "sample"}
