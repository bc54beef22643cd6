"""Names of files: what they mean, and what is said about one outside the contract."""

from __future__ import annotations

import pytest
from corpus.hard_files import BAD_KEYS

from hoops.contract import DATASETS, EventsName, Rejected, WholeName, folder_of, parse
from hoops.contract.columns import FOLDERS
from hoops.contract.names import allowed_names
from hoops.games.leagues import Kind, League


def test_a_key_says_everything() -> None:
    key = "results/WSecondaryTourneyDetailedResults_20240315T0600.csv.gz"
    assert parse(key) == WholeName(
        folder="results",
        dataset="SecondaryTourneyDetailedResults",
        league=League.WOMEN,
        kind=Kind.SECONDARY,
        detailed=True,
        timestamp="20240315T060000Z",
        gzipped=True,
        file="WSecondaryTourneyDetailedResults_20240315T0600.csv.gz",
    )
    assert parse(key).key == key


def test_play_by_play_says_its_season() -> None:
    key = "events/WEvents2019_20190401T0600.csv.gz"
    assert parse(key) == EventsName(
        folder="events",
        dataset="Events",
        league=League.WOMEN,
        timestamp="20190401T060000Z",
        gzipped=True,
        file="WEvents2019_20190401T0600.csv.gz",
        season=2019,
    )
    assert parse(key).limits.bytes > parse("MTeams.csv").limits.bytes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("_20240315", "20240315T000000Z"),
        ("_20240315T0607", "20240315T060700Z"),
        ("_20240229T235959", "20240229T235959Z"),
        ("", None),
    ],
)
def test_timestamps_are_normalised(written: str, meant: str | None) -> None:
    assert parse(f"MFixtures{written}.csv").timestamp == meant


@pytest.mark.parametrize("name", allowed_names())
def test_every_name_of_the_contract_belongs_to_one_folder(name: str) -> None:
    source = parse(name)
    assert source.folder == folder_of(name)
    assert parse(source.key) == source
    if isinstance(source, WholeName):
        assert DATASETS[source.dataset].folder == source.folder
        assert (source.kind is None) == (source.folder != "results")
    for folder in set(FOLDERS) - {source.folder}:
        with pytest.raises(Rejected, match=f"{source.folder}/{name}, where this file belongs"):
            parse(f"{folder}/{name}")


def test_files_of_both_leagues_have_no_league() -> None:
    assert parse("Cities.csv").league is None
    assert parse("reference/Conferences_20240101.csv").league is None


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_name_outside_the_contract_is_rejected(key: str) -> None:
    with pytest.raises(Rejected) as rejection:
        parse(key)
    report = rejection.value.report
    assert report.count == 1
    assert report.text().count("\n") == 1
    assert report.text().replace("\n", "").isprintable()
    assert len(report.text()) < 2000


@pytest.mark.parametrize(
    ("key", "found", "allowed"),
    [
        ("events/MEvents.csv", "no season after MEvents", "MEvents and a season, such as MEvents2018.csv"),
        ("MEvents_2018.csv", "no season after MEvents", "rename it to MEvents2018.csv"),
        ("MEvents_20180401.csv", "no season after MEvents", "name it MEventsYYYY.csv"),
        ("MEvents1899.csv", "the season 1899", "a season 1980-2100, the year in which it ends"),
        ("MEvents2018_final.csv", "'_final' after MEvents2018", "name it MEvents2018.csv, or MEvents2018_YYYYMMDD.csv"),
        ("MEvents2018 (1).csv", "' (1)' after MEvents2018", "rename it to MEvents2018.csv"),
        ("MEvents20189.csv", "'9' after MEvents2018", "nothing, or _YYYYMMDD"),
        ("mevents2018.csv", "the name 'mevents2018.csv'", "rename it to MEvents2018.csv"),
        ("MEvents2018.csv.zip", "the name 'MEvents2018.csv.zip'", "unzip it: what is read is MEvents2018.csv"),
        ("Events_2018.csv", "the name 'Events_2018.csv'", "name it MEvents2018.csv or WEvents2018.csv: men's files"),
        ("events/Events.csv", "the name 'Events.csv'", "name it MEventsYYYY.csv or WEventsYYYY.csv: men's files"),
        ("MEvent2018.csv", "the name 'MEvent2018.csv'", "MEvents2018.csv is the nearest"),
        ("MEvents2018_20180231.csv", "the timestamp 20180231", "_YYYYMMDD"),
        ("results/MEvents2018.csv", "the folder 'results'", "events/MEvents2018.csv, where this file belongs"),
        ("MTeams2018.csv", "'2018' after MTeams", "nothing, or _YYYYMMDD"),
    ],
)
def test_what_is_wrong_with_a_season_in_a_name_is_told(key: str, found: str, allowed: str) -> None:
    with pytest.raises(Rejected) as rejection:
        parse(key)
    (problem,) = rejection.value.report.problems
    assert problem.found == found and allowed in problem.allowed


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("RegularSeasonCompactResults.csv", "MRegularSeasonCompactResults"),
        ("RegularSeasonDetailedResults_20180315.csv.gz", "MRegularSeasonDetailedResults"),
        ("TourneyCompactResults.csv", "MNCAATourneyCompactResults"),
        ("TourneySeeds.csv", "MNCAATourneySeeds"),
        ("NCAATourneySlots.csv", "MNCAATourneySlots"),
        ("Teams.csv", "MTeams"),
        ("reference/Seasons.csv", "MSeasons"),
        ("TeamSpellings.csv", "MTeamSpellings"),
        ("Stage2RegularSeasonCompactResults.csv", "MRegularSeasonCompactResults"),
        ("Stage2_NCAATourneySeeds.csv", "MNCAATourneySeeds"),
        ("Prelim2019_RegularSeasonDetailedResults.csv", "MRegularSeasonDetailedResults"),
        ("RegularSeasonDetailedResults_Prelim2018.csv", "MRegularSeasonDetailedResults"),
        ("NCAATourneySeeds_SampleTourney2018.csv", "MNCAATourneySeeds"),
        ("regular_season_results.csv", "MRegularSeasonCompactResults"),
        ("tourney_seeds.csv", "MNCAATourneySeeds"),
        ("teams.csv", "MTeams"),
    ],
)
def test_a_name_from_before_2019_is_told_the_mens_file(old: str, today: str) -> None:
    with pytest.raises(Rejected) as rejection:
        parse(old)
    assert rejection.value.report.problems[0].allowed.startswith(f"{today}.csv if these are the men's")


@pytest.mark.parametrize("name", ["WRegularSeasonResults.csv", "MCities.csv", "WTeams_PrelimData2018.csv"])
def test_a_name_with_its_letter_is_no_old_one(name: str) -> None:
    with pytest.raises(Rejected) as rejection:
        parse(name)
    assert "if these are the men's" not in rejection.value.report.problems[0].allowed


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(Rejected, match=r"MRegularSeasonDetailedResults.csv is the nearest"):
        parse("results/MRegularSeasonDetailResults_20240315.csv")
