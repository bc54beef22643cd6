"""What of a folder or a zip is taken: near misses are named, zips are read within limits."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from corpus.hard_files import compact, text

from hoops.contract import Rejected
from hoops.contract.payload import MAX_BYTES
from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake import contents as limits
from lake.contents import contents
from lake.folder import filtered, read_folder, seasons_in

RESULTS = "MRegularSeasonCompactResults.csv"
TEAMS = text("TeamID,TeamName", "1101,Ash", "1102,Birch")


def write(folder: Path, *names: str, body: bytes = TEAMS) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(compact() if "Results" in name else body)


def zipped(path: Path, *names: str, body: bytes = TEAMS) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, compact() if "Results" in name else body)
    return path


def stating(path: Path, size: int) -> Path:
    """A zip whose directory says another size of a file of 100,000 bytes."""
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 100_000), struct.pack("<L", size)))
    return path


def names(path: Path) -> list[str]:
    return sorted(file.name for file in contents(path).files)


@pytest.mark.parametrize(("file", "name", "slip"), [
    ("mteams.csv", "MTeams.csv", "upper and lower case differ"),
    ("MTeams.CSV", "MTeams.csv", "upper and lower case differ"),
    ("MTeams.csv.csv", "MTeams.csv", "it ends in .csv.csv"),
    ("MNCAATourneyCompactResults (1).csv", "MNCAATourneyCompactResults.csv", "its name is that of a copy"),
    ("Copy of MTeams.csv", "MTeams.csv", "its name is that of a copy"),
    ("MTeams - Copy (2).csv", "MTeams.csv", "its name is that of a copy"),
    ("mteams_20240315t0600.csv", "MTeams_20240315T0600.csv", "upper and lower case differ"),
    ("mevents2018.csv", "MEvents2018.csv", "upper and lower case differ"),
    ("MEvents_2018.csv", "MEvents2018.csv", "there is '_' before its season"),
    ("MEvents2018 (1).csv.gz", "MEvents2018.csv.gz", "its name is that of a copy"),
])  # fmt: skip
def test_what_can_mean_one_thing_only_is_taken_and_said(tmp_path: Path, file: str, name: str, slip: str) -> None:
    write(tmp_path, RESULTS, file)
    assert names(tmp_path) == sorted([RESULTS, name])
    assert contents(tmp_path).remarks == (f"{file} is taken for {name}: {slip}",)


@pytest.mark.parametrize(("file", "word"), [
    ("MTeams.txt", "rename it to MTeams.csv"),
    ("MTeams.xlsx", "save it as comma-separated text, MTeams.csv"),
    ("MTeams.csv.zip", "unzip it"),
    ("MTeams.csv.crdownload", "download it again"),
    ("MTeams", "it has no ending"),
    ("MTeam.csv", "MTeams.csv is the nearest"),
    ("MTeams_final.csv", "there is '_final' after MTeams"),
    ("MTeams_20241399.csv", "its timestamp is no date"),
    ("Teams.csv", "name it MTeams.csv or WTeams.csv"),
    ("TourneySeeds.csv", "rename it to MNCAATourneySeeds.csv if these are the men's"),
    ("Events_2018.csv", "name it MEvents2018.csv or WEvents2018.csv"),
    ("Events.csv", "name it MEventsYYYY.csv or WEventsYYYY.csv"),
    ("MEvents.csv", "its name has no season"),
    ("MEvents1899.csv", "its season is none of 1980-2100"),
    ("MEvents2018_final.csv", "there is '_final' after MEvents2018"),
    ("MEvent2018.csv", "MEvents2018.csv is the nearest"),
])  # fmt: skip
def test_other_near_misses_are_named_with_what_to_do(tmp_path: Path, file: str, word: str) -> None:
    write(tmp_path, RESULTS, file)
    assert names(tmp_path) == [RESULTS]
    (remark,) = contents(tmp_path).remarks
    assert remark.startswith(f"{file} is not read: ") and word in remark


def test_of_a_file_and_its_copies_the_file_is_taken(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "MTeams.csv", "MTeams (1).csv", "mteams.csv")
    assert names(tmp_path) == [RESULTS, "MTeams.csv"]
    assert contents(tmp_path).remarks == (
        "MTeams (1).csv is not read: MTeams.csv is there and is taken",
        "mteams.csv is not read: MTeams.csv is there and is taken",
    )


def test_of_two_copies_without_a_file_neither_is_taken(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "MTeams (1).csv", "MTeams (2).csv")
    assert names(tmp_path) == [RESULTS]
    (remark,) = contents(tmp_path).remarks
    assert (
        remark == "MTeams (1).csv, MTeams (2).csv are not read: each may be MTeams.csv; give that name to the right one"
    )


def test_files_of_players_are_read(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "MPlayers.csv", "WPlayers.csv")
    assert sorted(names(tmp_path)) == sorted(["MPlayers.csv", RESULTS, "WPlayers.csv"])
    assert contents(tmp_path).remarks == ()


def test_other_files_are_counted_on_one_line(tmp_path: Path) -> None:
    others = ["CasesSeeds.csv", "MMasseyOrdinals.csv", "SampleSubmissionStage1.csv", "WTeamBoxScores.csv"]
    write(tmp_path, RESULTS, *others, "README.md")
    assert contents(tmp_path).remarks == (
        f"4 other files are none of the contract's and left out: {', '.join(others[:3])} and 1 more",
    )


def test_a_file_in_the_wrong_folder_of_the_contract_is_read_and_named(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "results/MTeams.csv")
    assert names(tmp_path) == [RESULTS, "MTeams.csv"]
    (remark,) = contents(tmp_path).remarks
    assert remark == "results/MTeams.csv is read as if it lay in reference/, where its name belongs"


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_files_in_a_folder_below_are_found(tmp_path: Path, kind: str) -> None:
    inside = [f"Kaggle/MDataFiles_Stage1/{name}" for name in (RESULTS, "MTeams.csv")]
    if kind == "zip":
        path = zipped(tmp_path / "march.zip", *inside, "__MACOSX/._MTeams.csv")
    else:
        path = tmp_path / "march"
        write(path, *inside)
    assert names(path) == [RESULTS, "MTeams.csv"]
    (remark,) = contents(path).remarks
    assert remark == f"Kaggle/MDataFiles_Stage1/ of {path.name} is read"
    assert seasons_in(path) == [2024]
    assert read_folder(path, [League.MEN]).leagues[League.MEN].games.num_rows == 3


def test_folders_that_do_not_contradict_each_other_are_read_together(tmp_path: Path) -> None:
    write(tmp_path, f"men/{RESULTS}", "men/Cities.csv", f"women/W{RESULTS[1:]}", "women/Cities.csv")
    assert names(tmp_path) == ["Cities.csv", RESULTS, f"W{RESULTS[1:]}"]
    assert contents(tmp_path).remarks == (f"men/, women/ of {tmp_path.name} are read",)


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize(("results", "plays", "read"), [
    ("", "PlayByPlay_2018", "PlayByPlay_2018/ of march{} is read"),
    ("MDataFiles_Stage1", "MPlayByPlay_Stage1", "MDataFiles_Stage1/, MPlayByPlay_Stage1/ of march{} are read"),
    ("MDataFiles_Stage1", "MDataFiles_Stage1/PlayByPlay_2018",
     "MDataFiles_Stage1/, MDataFiles_Stage1/PlayByPlay_2018/ of march{} are read"),
    ("Kaggle", "events", "Kaggle/, events/ of march{} are read"),
    ("", "events", None),
    ("results", "events", None),
])  # fmt: skip
def test_folders_of_play_by_play_are_read_with_what_they_lie_in_or_beside(
    tmp_path: Path, kind: str, results: str, plays: str, read: str | None
) -> None:
    inside = [f"{results}/{RESULTS}".lstrip("/"), f"{plays}/MEvents2018.csv", f"{plays}/Events_2017.csv"]
    path = tmp_path / ("march.zip" if kind == "zip" else "march")
    zipped(path, *inside) if kind == "zip" else write(path, *inside)
    assert names(path) == ["MEvents2018.csv", RESULTS]
    *said, remark = contents(path).remarks
    assert said == ([read.format(".zip" if kind == "zip" else "")] if read else [])
    assert remark.startswith(f"{plays}/Events_2017.csv is not read: its name has no letter for the league")
    assert read_folder(path, [League.MEN]).leagues[League.MEN].games.num_rows == 3, "plays are passed over"


def test_plays_alone_are_found_where_they_lie(tmp_path: Path) -> None:
    write(tmp_path, "deep/PlayByPlay_2018/MEvents2018.csv", "deep/PlayByPlay_2017/MEvents2017.csv")
    assert names(tmp_path) == ["MEvents2017.csv", "MEvents2018.csv"]


def test_large_files_of_one_name_are_compared_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_PART", 7)
    write(tmp_path, f"men/{RESULTS}", "a/MEvents2018.csv", "b/MEvents2018.csv", body=TEAMS * 9)
    assert names(tmp_path) == ["MEvents2018.csv", RESULTS]
    write(tmp_path, "b/MEvents2018.csv", body=TEAMS * 8 + TEAMS.lower())
    with pytest.raises(MadnessError, match=r"has MEvents2018\.csv twice"):
        contents(tmp_path)


def test_a_file_and_another_of_its_name_in_its_folder_of_the_contract_are_refused(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "MTeams.csv", "MTeams (1).csv", "reference/MTeams.csv")
    assert contents(tmp_path).remarks == ("MTeams (1).csv is not read: MTeams.csv is there and is taken",)
    write(tmp_path, "reference/MTeams.csv", body=TEAMS + b"1103,Cedar\n")
    with pytest.raises(MadnessError, match=r"has MTeams\.csv twice, MTeams\.csv and reference/MTeams\.csv"):
        contents(tmp_path)


def test_a_member_of_a_zip_can_be_read_from_any_place_and_again(tmp_path: Path) -> None:
    body = bytes(range(256)) * 9_000
    (file,) = contents(zipped(tmp_path / "a.zip", "MEvents2018.csv", body=body)).files
    assert file.size == len(body)
    with file.open() as unpacked:
        assert (unpacked.read(10), unpacked.tell()) == (body[:10], 10)
        assert (unpacked.seek(0, io.SEEK_END), unpacked.read()) == (len(body), b"")
        assert (unpacked.seek(-4, io.SEEK_END), unpacked.read()) == (len(body) - 4, body[-4:])
        assert (unpacked.seek(0), unpacked.read()) == (0, body)
        assert (unpacked.seek(2_000_000), unpacked.read(5)) == (2_000_000, body[2_000_000:2_000_005])
        assert (unpacked.seek(3, io.SEEK_CUR), unpacked.read(1)) == (2_000_008, body[2_000_008:2_000_009])
    assert file.read_bytes() == body


def test_plays_in_a_zip_may_be_larger_than_other_files(tmp_path: Path) -> None:
    path = stating(zipped(tmp_path / "a.zip", RESULTS, "MEvents2018.csv", body=bytes(100_000)), MAX_BYTES + 1)
    (file, _) = contents(path).files
    assert (file.name, file.size) == ("MEvents2018.csv", MAX_BYTES + 1)
    with pytest.raises(Rejected, match="at most 1,073,741,824 bytes"):
        contents(stating(zipped(tmp_path / "b.zip", "MEvents2018.csv", body=bytes(100_000)), 2**30 + 1))


def test_two_of_one_name_are_refused_by_their_places(tmp_path: Path) -> None:
    write(tmp_path, f"Stage1/{RESULTS}", "Stage1/MTeams.csv")
    write(tmp_path, "Stage2/MTeams.csv", body=TEAMS + b"1103,Cedar\n")
    with pytest.raises(
        MadnessError, match=r"has MTeams\.csv twice, Stage1/MTeams\.csv and Stage2/MTeams\.csv.*name one of"
    ):
        contents(tmp_path)


def test_files_below_others_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, RESULTS, "old/MTeams.csv")
    assert names(tmp_path) == [RESULTS]
    (remark,) = contents(tmp_path).remarks
    assert remark.startswith(f"old/ of {tmp_path.name} has files of the contract too, which are not read")


def test_a_zip_that_lies_in_the_folder_is_pointed_to(tmp_path: Path) -> None:
    zipped(tmp_path / "march-machine-learning-mania-2025.zip", RESULTS)
    with pytest.raises(
        MadnessError, match=r"mania-2025\.zip lies there, unzip it or give it to --data itself; expected"
    ):
        contents(tmp_path)


def test_a_folder_with_near_misses_only_names_them(tmp_path: Path) -> None:
    write(tmp_path, "MTeams.xlsx")
    with pytest.raises(MadnessError, match=r"no file of the contract: MTeams\.xlsx is not read: .*save it as"):
        contents(tmp_path)


def test_a_member_of_a_zip_is_cut_to_seasons(tmp_path: Path) -> None:
    (file,) = contents(zipped(tmp_path / "a.zip", RESULTS)).files
    assert filtered(file, [2024]) == compact() and filtered(file, [1999]) == b""


@pytest.mark.parametrize(
    "name", ["../MTeams.csv", "/MTeams.csv", "a/../../MTeams.csv", "..\\MTeams.csv", "C:\\MTeams.csv"]
)
def test_a_zip_that_would_reach_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MadnessError, match="would lie outside of it"):
        contents(zipped(tmp_path / "a.zip", RESULTS, name))


def test_a_bomb_is_refused_by_the_size_it_states(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", RESULTS, "MTeams.csv", body=bytes(MAX_BYTES + 1))
    assert path.stat().st_size < 2**20
    with pytest.raises(Rejected, match=r"a\.zip/MTeams\.csv: .*134,217,729 bytes; allowed: at most 134,217,728 bytes"):
        contents(path)


def test_a_bomb_that_lies_about_its_size_is_unpacked_no_further(tmp_path: Path) -> None:
    (file,) = contents(stating(zipped(tmp_path / "a.zip", "MTeams.csv", body=bytes(100_000)), 2_000)).files
    with file.open() as unpacked, pytest.raises(MadnessError, match=r"MTeams\.csv in .* is damaged"):
        unpacked.read()


def test_many_files_that_are_too_much_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", RESULTS, "MTeams.csv")
    monkeypatch.setattr(limits, "MOST_FULL", 1e-7)
    with pytest.raises(MadnessError, match="would unpack to"):
        contents(path)
    monkeypatch.setattr(limits, "MAX_MEMBERS", 1)
    with pytest.raises(MadnessError, match="has 2 files, and at most 1"):
        contents(path)


def test_a_damaged_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", RESULTS, "MTeams.csv")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MadnessError, match="damaged zip file: download it again"):
        contents(path)
    broken = bytearray(whole)
    broken[60:70] = b"\xff" * 10
    path.write_bytes(broken)
    with pytest.raises(MadnessError, match=r"is damaged .* download it again"):
        for file in contents(path).files:
            file.read_bytes()
    (tmp_path / "a.csv").write_bytes(TEAMS)
    with pytest.raises(MadnessError, match="neither a folder nor a zip file"):
        contents(tmp_path / "a.csv")


def test_a_link_in_a_zip_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(RESULTS, compact())
        link = zipfile.ZipInfo("MTeams.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Rejected, match=r"MTeams\.csv"):
        read_folder(path, [League.MEN])
