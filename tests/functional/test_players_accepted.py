"""Files of players from upload to the fold: late, corrected, repeated, bad, and in any order."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, permutations

import pytest

from hoops.games.leagues import League
from lake.behind import is_folded
from lake.lake import Lake
from lake.ledger import all_player_games, digest
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_bounded_work import DAYS, FILE, SEASONS, results
from tests.pure import published_bytes

M = League.MEN
TEAMS = range(1101, 1107)
SEASONS_FILE, ROSTERS_FILE, GAMES_FILE = (
    f"players/M{name}{{}}.csv" for name in ("PlayerSeasons", "Rosters", "PlayerGames")
)


def name(team: int, place: int) -> str:
    return f"Al {chr(team - TEAMS[0] + ord('A'))}sh{chr(place + ord('a'))}"


def totals(*seasons: int, minutes: int = 400, players: int = 5) -> bytes:
    """Every team's players, whose ids are the team's and a digit."""
    rows = [f"{season},{team},{10 * team + place},{name(team, place)},10,{minutes},So"
            for season in seasons for team in TEAMS for place in range(players)]  # fmt: skip
    return "\n".join(["Season,TeamID,PlayerID,PlayerName,Games,Minutes,Class", *rows]).encode()


def rosters(*seasons: int, ids: range = range(1, 6)) -> bytes:
    rows = [f"{season},{team},{10 * team + place},Jr,"
            for season in seasons for team in TEAMS for place in ids]  # fmt: skip
    return "\n".join(["Season,TeamID,PlayerID,Class,RecruitScore", *rows]).encode()


def settled(uploads: list[tuple[str, bytes]]) -> Stage:
    """A stage to which files were uploaded, each after the one before it was folded."""
    stage = Stage()
    for key, body in uploads:
        stage.upload(key, body)
        stage.drain()
        stage.clock.now += timedelta(days=1)
    assert is_folded(stage.lake, M)
    return stage


def days_of(stage: Stage) -> dict[int, str]:
    """Digest of each season's days as they are folded."""
    return {season: one.digest for season, one in stage.lake.folded(M).head.seasons.items()}


def folded_anew(before: dict[int, str], after: dict[int, str]) -> list[int]:
    return [season for season in sorted(after) if before.get(season) != after[season]]


@pytest.fixture(scope="module")
def _played() -> Stage:
    return settled([(FILE.format("M", ""), results())])


@pytest.fixture
def played(_played: Stage) -> Stage:
    """Four seasons are folded, without players."""
    return _played.copy()


@pytest.mark.parametrize(
    ("key", "body", "anew"),
    [
        (SEASONS_FILE.format(""), totals(2022), [2023, 2024]),  # totals are known when their season is over
        (ROSTERS_FILE.format(""), rosters(2022), [2022, 2023, 2024]),
        (SEASONS_FILE.format(""), totals(2024), []),
        (ROSTERS_FILE.format(""), rosters(2025), []),
        (SEASONS_FILE.format(""), totals(2010), [2021, 2022, 2023, 2024]),
    ],
)
def test_a_late_file_folds_again_the_seasons_that_may_know_it(played, key, body, anew) -> None:
    before, generation = days_of(played), played.lake.folded(M).head.generation
    shown = played.published()
    played.upload(key, body)
    played.drain()
    assert is_folded(played.lake, M)
    assert folded_anew(before, days_of(played)) == anew
    assert (played.lake.folded(M).head.generation > generation) == bool(anew)
    assert played.published().keys() == shown.keys()
    if anew:  # the first day alone carries it
        carried = [day.players for day in played.lake.ledger.days(M, 2024)]
        assert carried == [played.lake.ledger.players(M).digest(2024), *([""] * (len(DAYS) - 1))]


def test_without_players_digests_are_those_of_before(played: Stage) -> None:
    for days in played.lake.ledger.history(M).values():
        for day in days:
            assert day.digest == digest(entry.key for entry in day.entries)


def test_the_order_of_arrival_does_not_matter() -> None:
    files = [
        (FILE.format("M", "_20240101"), results()),
        (SEASONS_FILE.format("_20240101"), totals(2021, 2022)),
        (SEASONS_FILE.format("_20240201"), totals(2022, minutes=390, players=4)),
        (ROSTERS_FILE.format("_20240101"), rosters(2022, 2023)),
    ]
    stages = [settled(list(order)) for order in islice(permutations(files), 0, None, 7)]
    one, *others = [(days_of(stage), stage.published(), stage.lake.ledger.players(M)) for stage in stages]
    rows = one[2].squads.seasons
    assert rows.num_rows == len(TEAMS) * (5 + 4) and rows["minutes"].to_pylist().count(390.0) == len(TEAMS) * 4
    pure = published_bytes(M, dict(files))
    assert {key: body for key, body in one[1].items() if not key.startswith("upcoming/")} == pure
    assert any(pure[key] != body for key, body in published_bytes(M, dict(files[:1])).items())
    for days, tables, players in others:
        assert days == one[0]
        assert tables == one[1]
        assert players.squads.seasons.equals(rows) and players.squads.rosters.equals(one[2].squads.rosters)


def test_a_newer_file_takes_the_place_of_a_teams_players_and_of_no_others(played: Stage) -> None:
    played.upload(ROSTERS_FILE.format("_20240101"), rosters(2023, 2024))
    newer = b"Season,TeamID,PlayerID,PlayerName\n2024,1101,11011,Al Ash\n"
    played.upload(ROSTERS_FILE.format("_20240102"), newer)
    played.upload(ROSTERS_FILE.format("_20231231"), rosters(2024, ids=range(7, 9)))  # older: nothing of it holds
    table = played.lake.ledger.players(M).squads.rosters
    of = {(season, team): [] for season in (2023, 2024) for team in TEAMS}
    for season, team, player in zip(*(table[name].to_pylist() for name in table.column_names[:3]), strict=True):
        of[season, team].append(player)
    assert of.pop((2024, 1101)) == [11011]
    assert all(len(players) == 5 for players in of.values())
    (warning,) = [text for text in played.receipt(ROSTERS_FILE.format("_20231231")).warnings if "hold" in text]
    assert warning.startswith("changes nothing: 6 of its 6 teams do not hold: newer files say otherwise")


def test_a_bad_file_changes_nothing_and_a_repeated_event_neither(played: Stage) -> None:
    key = SEASONS_FILE.format("")
    played.upload(key, totals(2022))
    played.drain()
    kept = played.kept()
    played.deliver_event(key)
    bad = totals(2022).replace(b",400,", b",4000,", 1).replace(b"2022,1102,", b"2022,3102,", 1)
    played.upload(SEASONS_FILE.format("_20250101"), bad)
    played.drain()
    assert played.kept() == kept
    report = played.lake.receipts.rejection(SEASONS_FILE.format("_20250101"))
    assert report is not None
    assert [(one.row, one.column) for one in report.problems] == [(2, "Minutes"), (7, "TeamID")]


def test_the_same_again_folds_nothing_again(played: Stage) -> None:
    played.upload(SEASONS_FILE.format("_20240101"), totals(2021, 2022))
    played.drain()
    head = played.lake.folded(M).head
    key = SEASONS_FILE.format("_20240108")  # a week later, with one season more
    played.upload(key, totals(2021, 2022, 2023))
    assert [(nudge.season, nudge.day) for nudge in played.queue.waiting] == [(2024, DAYS[-1]), (None, None)]
    played.drain()
    assert folded_anew({one: each.digest for one, each in head.seasons.items()}, days_of(played)) == [2024]
    assert is_folded(played.lake, M)


def test_a_lost_event_and_a_lost_message_are_made_up_for_by_the_clock(played: Stage) -> None:
    expected = played.copy()
    expected.upload(ROSTERS_FILE.format("_20240101"), rosters(2022))
    expected.drain()
    played.lake.source.put(ROSTERS_FILE.format("_20240101"), rosters(2022))
    reconcile(played.lake, played.queue, played.clock)  # accepts it
    played.queue.waiting.clear()
    played.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile(played.lake, played.queue, played.clock)
    played.drain()
    assert is_folded(played.lake, M) and days_of(played) == days_of(expected)


def test_rosters_of_a_season_to_come_have_its_fixtures_forecast_anew(played: Stage) -> None:
    played.upload("fixtures/MFixtures.csv", b"Season,DayNum,Team1ID,Team2ID,Loc\n2025,5,1101,1102,N\n")
    played.drain()
    inputs = played.lake.folded(M).head.pending_inputs
    played.upload(ROSTERS_FILE.format(""), rosters(2025))
    assert not is_folded(played.lake, M)
    played.drain()
    assert played.lake.folded(M).head.pending_inputs != inputs and is_folded(played.lake, M)
    played.upload(SEASONS_FILE.format(""), totals(2025))  # 2025 may not know it
    assert is_folded(played.lake, M)


def test_a_first_day_that_comes_late_carries_the_players(played: Stage) -> None:
    played.upload(ROSTERS_FILE.format(""), rosters(2023))
    played.drain()
    earlier = b"Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n2023,1,1101,70,1102,60,N,0\n"
    played.upload(FILE.format("M", "_20240501"), earlier)
    played.drain()
    carrying = [day.day for day in played.lake.ledger.days(M, 2023) if day.players]
    assert carrying == [1] and DAYS[0] > 1
    played.upload("retractions/MRetractions_20240601.csv", b"Season,DayNum,Team1ID,Team2ID\n2023,1,1101,1102\n")
    played.drain()
    assert is_folded(played.lake, M)
    assert list(days_of(played)) == list(SEASONS)


def test_what_looks_mistaken_is_said(played: Stage) -> None:
    key = SEASONS_FILE.format("_20240101")
    played.upload(key, totals(2022, minutes=80))
    (odd,) = played.receipt(key).warnings
    assert odd.startswith("the minutes of 6 teams are far from 200 a game, five players' 40: 1101 in 2022 (400 in 10")
    key = ROSTERS_FILE.format("_20240101")
    without = b"\n".join(row for row in rosters(2023).splitlines() if b",1104," not in row)
    played.upload(key, without)
    (missing,) = played.receipt(key).warnings
    assert missing.startswith("1 team has no players in a season in which the others have: 1104 in 2023; it is")


def without(body: bytes, team: int, *places: int) -> bytes:
    gone = tuple(f",{team},{10 * team + place}," for place in places)
    return "\n".join(row for row in body.decode().splitlines() if not any(one in row for one in gone)).encode()


def test_a_list_that_was_cut_short_is_said_and_not_believed(played: Stage) -> None:
    key = SEASONS_FILE.format("_20240101")
    played.upload(key, without(totals(2022, players=9, minutes=250), 1105, 7, 8))
    (short,) = played.receipt(key).warnings
    assert short == (
        "1 team has fewer than 8 players, where others have more: 1105 in 2022 (7); what they did is taken for all "
        "that the team did"
    )
    key = ROSTERS_FILE.format("_20240101")
    played.upload(key, without(rosters(2023, ids=range(9)), 1104, 0, 1))
    (short,) = played.receipt(key).warnings
    assert short == (
        "1 team has fewer than 8 players, where others have more: 1104 in 2023 (7); so short a roster is not "
        "believed: it is forecast without"
    )
    roster = Lake(*played.stores).ledger.players(M).squads.roster(2023)
    assert sorted({*roster.team.tolist()}) == [team for team in TEAMS if team != 1104]


def test_a_team_of_which_nobody_is_back_is_said(played: Stage) -> None:
    played.upload(SEASONS_FILE.format(""), totals(2022, players=9))
    key = ROSTERS_FILE.format("")
    played.upload(key, rosters(2023, ids=range(9)).replace(b"2023,1103,", b"2023,1103,77"))
    (new,) = played.receipt(key).warnings
    assert new == (
        "1 team has nobody of last season on the roster, where others have 5 and more: 1103 in 2023; are the PlayerIDs "
        "those of last season?"
    )


def appearances(*days: int, season: int = 2024, minutes: int = 40, teams: range = TEAMS) -> bytes:
    rows = [f"{season},{day},{team},{10 * team + place},{minutes},{place}"
            for day in days for team in teams for place in range(5)]  # fmt: skip
    return "\n".join(["Season,DayNum,TeamID,PlayerID,Minutes,Points", *rows]).encode()


def test_players_games_are_entries_of_their_days_and_fold_again_from_there(played: Stage) -> None:
    before, days = played.lake.folded(M).head, DAYS[2:4]
    played.upload(GAMES_FILE.format("_20240401"), appearances(*days))
    assert [(nudge.season, nudge.day) for nudge in played.queue.waiting] == [(2024, DAYS[-1])]
    played.drain()
    after = played.lake.folded(M).head
    assert [day for day in DAYS if before.days[day] != after.days[day]] == list(days)
    key = GAMES_FILE.format("_20240301")  # older, with a day more
    played.upload(key, appearances(*days, DAYS[4], minutes=39))
    played.drain()
    warnings = played.receipt(key).warnings
    assert any(text.startswith("12 of its 18 line-ups do not hold: newer files say otherwise") for text in warnings)
    assert played.receipt(key).days == 3
    rows = all_player_games(played.lake.ledger, M)
    assert set(zip(rows["day"].to_pylist(), rows["minutes"].to_pylist(), strict=True)) == {
        (days[0], 40.0), (days[1], 40.0), (DAYS[4], 39.0)
    }  # fmt: skip
    played.upload(GAMES_FILE.format("_20240501"), appearances(days[0]))
    assert played.receipt(GAMES_FILE.format("_20240501")).warnings == (
        "changes nothing: its line-ups stood like this before",
    )


def test_games_without_results_wait_for_them_and_odd_minutes_are_said(played: Stage) -> None:
    before = days_of(played)
    key = GAMES_FILE.format("")
    played.upload(key, appearances(5, DAYS[0], minutes=20, teams=range(1101, 1108)))
    odd, strays = played.receipt(key).warnings
    assert odd.startswith("the minutes of a team in 14 games are far from 200, five players' 40, and 25 an overtime: ")
    assert strays.startswith("8 of its 14 teams' games are not in the results, the first of team 1107 on day 3 of 2024")
    played.drain()
    assert folded_anew(before, days_of(played)) == [2024] and is_folded(played.lake, M)
    late = b"Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n2024,5,1101,70,1102,60,N,0\n"
    played.upload(FILE.format("M", "_20240501"), late)
    played.drain()
    assert is_folded(played.lake, M)
    folded = played.lake.folded(M)
    known = folded.heads.read_known(folded.head.seasons[2024].snapshot).absences
    assert dict(zip(known.teams.tolist(), known.games.tolist(), strict=True)) == {
        1101: 2, 1102: 2, 1103: 1, 1104: 1, 1105: 1, 1106: 1
    }  # fmt: skip


def test_teams_and_seasons_that_nobody_knows_are_said(stage: Stage) -> None:
    stage.upload("reference/MTeams.csv", b"TeamID,TeamName\n1101,Ash\n")
    key = ROSTERS_FILE.format("")
    stage.upload(key, b"Season,TeamID,PlayerID\n2094,1101,1\n2094,1102,2\n")
    assert stage.receipt(key).warnings == (
        "team 1102 is not in MTeams: shown by its number until a newer one names it",
    )
    stage.upload("reference/MSeasons.csv", b"Season,DayZero\n2024,11/06/2023\n")
    stage.upload(key, b"Season,TeamID,PlayerID\n2094,1101,1\n")
    assert stage.receipt(key).warnings[0] == "season 2094 is not in MSeasons"


def test_who_has_a_new_id_is_known_again_by_name_and_counted(played: Stage) -> None:
    played.upload(SEASONS_FILE.format(""), totals(2022))
    key = ROSTERS_FILE.format("")
    moved = "Season,TeamID,PlayerID,PlayerName,Class\n2023,1101,77,AL  Asha,Jr\n2023,1106,78,al eshb,Jr\n"
    played.upload(key, (moved + "2023,1102,11021,Al Bshb,Jr\n").encode())
    played.drain()
    (told,) = [text for text in played.receipt(key).warnings if "known again" in text]
    assert told == (
        "2 players with a new PlayerID are known again by name (1 on the same team, 1 on another); 0 who could be "
        "several stay apart"
    )
    squads = Lake(*played.stores).ledger.players(M).before(2023)
    assert squads.rosters["player_id"].to_pylist() == [11010, 11021, 11051]
    assert set(squads.seasons["season"].to_pylist()) == {2022}
    assert not played.lake.ledger.players(M).before(2022)
