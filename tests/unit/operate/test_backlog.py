"""Waiting for the pipeline: how far it is, and what is done when it stops."""

from __future__ import annotations

import pytest

from hoops.games.leagues import League
from operate.backlog import Backlog, StalledError, wait_until_published
from operate.status import status
from operate.summary import count_games
from tests.fake_aws import HEADER, NAMES, FakeAws
from tests.made_plays import events

KEY = "results/MRegularSeasonCompactResults_20240101.csv"
EVENTS = "events/MEvents2024.csv"
PLAY_GAMES = "play_games/league=M/season=2024/part.parquet"
DAYS = HEADER + b"".join(f"2024,{day},1101,70,1102,60,H,0\n".encode() for day in range(3, 33))


def loaded(**options: bool) -> FakeAws:
    aws = FakeAws(**options)
    aws.stage.upload(KEY, DAYS)
    return aws


def wait(aws: FakeAws, leagues: tuple[League, ...] = tuple(League)) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    wait_until_published(
        aws.stage.lake, NAMES, aws.clients, leagues,
        progress=lambda done, total: seen.append((done, total)), clock=aws.clock, sleep=aws.sleep,
    )  # fmt: skip
    return seen


def test_progress_counts_league_days() -> None:
    seen = wait(loaded())
    assert seen[0] == (0, 30) and seen[-1] == (30, 30)
    assert seen == sorted(seen)


def test_a_stage_without_games_is_done_at_once() -> None:
    assert wait(FakeAws()) in ([(0, 0)], [(0, 0)] * 2, [(0, 0)] * 3)


def test_a_league_with_retractions_only_is_done_at_once() -> None:
    aws = FakeAws()
    aws.stage.upload("retractions/WRetractions_20240101.csv", b"Season,DayNum,Team1ID,Team2ID\n2024,3,3101,3102\n")
    assert {total for _, total in wait(aws)} == {0}


def test_lost_messages_are_healed_by_reconcile() -> None:
    aws = loaded()
    aws.stage.queue = aws.functions.forget_messages()
    assert wait(aws)[-1] == (30, 30)
    assert set(aws.functions.invoked) == {"madness-local-reconcile"}


def test_dead_letters_end_the_wait() -> None:
    aws = loaded()
    aws.functions.enabled = False
    sleep = aws.sleep

    def fail(seconds: float) -> None:
        aws.sqs.dead = 1
        sleep(seconds)

    aws.sleep = fail  # type: ignore[method-assign]
    with pytest.raises(StalledError, match=r"results-dlq\.fifo.*apply_results"):
        wait(aws)


def test_no_progress_ends_the_wait() -> None:
    aws = loaded()
    aws.functions.enabled = False
    with pytest.raises(StalledError, match="30 of 30 days wait"):
        wait(aws)


def test_the_standing_of_a_league() -> None:
    aws = loaded()
    standing = Backlog(aws.stage.lake, [League.MEN]).look(League.MEN)
    assert (standing.days, standing.waiting, standing.is_published) == (30, 30, False)
    wait(aws)
    standing = Backlog(aws.stage.lake, [League.MEN]).look(League.MEN)
    assert (standing.waiting, standing.is_published) == (0, True)


def test_play_by_play_that_came_before_its_results_is_waited_for() -> None:
    aws = FakeAws()
    aws.stage.upload(EVENTS, events(DAYS, 2024))
    aws.stage.upload(KEY, DAYS)
    assert Backlog(aws.stage.lake, [League.MEN]).look(League.MEN).plays_waiting == (), "results come first"
    wait(aws)
    standing = Backlog(aws.stage.lake, [League.MEN]).look(League.MEN)
    assert (standing.plays, standing.plays_waiting) == ((2024,), ())
    assert aws.stage.lake.published.read(PLAY_GAMES).num_rows == 30
    assert aws.functions.invoked == ["madness-local-reconcile"], "at once, and once"


def test_play_by_play_whose_function_died_is_shown_by_reconcile() -> None:
    aws = loaded()
    wait(aws)
    aws.functions.invoked.clear()
    aws.stage.lake.source.put(EVENTS, events(DAYS, 2024))
    aws.stage.accept(EVENTS)
    assert Backlog(aws.stage.lake, [League.MEN]).look(League.MEN).plays_waiting == (2024,)
    before = aws.now
    wait(aws)
    assert aws.stage.lake.published.read(PLAY_GAMES).num_rows == 30
    assert aws.functions.invoked == ["madness-local-reconcile"]
    assert aws.now - before > 50, "its function is given the time to show them"


def test_play_by_play_without_results_keeps_nobody_waiting() -> None:
    aws = FakeAws()
    aws.stage.upload(EVENTS, events(DAYS, 2024))
    assert wait(aws)[-1] == (0, 0)
    assert Backlog(aws.stage.lake, [League.MEN]).look(League.MEN).plays == (2024,)


def test_play_by_play_that_cannot_be_read_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = loaded()
    wait(aws)
    aws.stage.upload(EVENTS, events(DAYS, 2024))
    (entry,) = aws.stage.lake.ledger.plays(League.MEN)[2024]
    aws.stage.lake.models.put(entry.key, b"")
    aws.stage.lake.dashboard.delete([PLAY_GAMES])
    aws.stage.lake = aws.stage.new_process()
    monkeypatch.setattr(aws.functions, "invoke", lambda **_: None)
    with pytest.raises(StalledError, match=r"Play-by-play of 1 season is not shown.*reconcile"):
        wait(aws)


def test_games_are_counted_from_what_is_published() -> None:
    aws = loaded()
    wait(aws)
    found = {
        "games": 30, "secondary_games": 0, "games_by_kind": {"regular": 30, "ncaa": 0, "secondary": 0}, "days": 30,
    }  # fmt: skip
    assert count_games(aws.stage.lake) == found | {"plays": 0, "games_with_plays": 0}
    plays = events(DAYS, 2024)
    aws.stage.upload(EVENTS, plays)
    assert count_games(aws.stage.lake) == found | {"plays": len(plays.splitlines()) - 1, "games_with_plays": 30}


def test_status_is_plain_values(monkeypatch) -> None:
    aws = loaded()
    wait(aws)
    monkeypatch.setattr("operate.status.open_lake", lambda stage, clients: aws.stage.lake)
    found = status(NAMES, aws.clients)
    men, women = found["leagues"]["M"], found["leagues"]["W"]
    assert (men["season"], men["day"], men["days_waiting"]) == (2024, 32, 0)
    assert men["model"].startswith("full-") and men["published_seconds_ago"] is not None
    assert (women["season"], women["days"]) == (None, 0)
    assert (men["plays"], men["plays_waiting"]) == ([], [])
    assert found["queue"] == {"name": "results.fifo", "messages": 0}
