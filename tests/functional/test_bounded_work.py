"""Invocations that run out of time: what is left is asked for again, and ends in the bytes of the pure fold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import chain, repeat

from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.games.leagues import League
from lake.behind import is_folded
from lake.published import table_key
from pipeline_app import apply, reconcile
from pipeline_app.deadline import Deadline
from pipeline_app.publish import publish
from tests.fake_aws import HEADER
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.pure import published_bytes

FILE = "results/{}RegularSeasonCompactResults{}.csv"
SEASONS, DAYS = range(2021, 2025), (3, 4, 8, 20, 31)
ALL_DAYS = len(SEASONS) * len(DAYS)


def season_rows(season: int, first_team: int) -> Iterator[str]:
    for place, day in enumerate(DAYS):
        for game in range(3):
            one, other = first_team + game, first_team + 3 + (game + place) % 3
            yield f"{season},{day},{one},{70 + (season + 7 * place + game) % 20},{other},{60 + game},N,0"


def results(league: League = League.MEN) -> bytes:
    first_team = 1101 if league == League.MEN else 3101
    return HEADER + "\n".join(row for season in SEASONS for row in season_rows(season, first_team)).encode()


CORRECTED = HEADER + b"2021,4,1101,99,1105,60,N,0"  # a game of the second day of all
UPLOADED = {FILE.format("M", ""): results()}
WITH_CORRECTION = UPLOADED | {FILE.format("M", "_20260301"): CORRECTED}


class Ticking:
    """Seconds left until an invocation is cut off: one less whenever somebody asks."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        self.seconds -= 1
        return self.seconds


def deadlines(days: list[int]) -> Iterator[Deadline]:
    """For each invocation the time for so many days; then for just the one that each folds at least."""
    return (Deadline(Ticking(apply.FINISH + one)) for one in chain(days, repeat(0)))


def begun() -> Stage:
    """Everything is uploaded and nothing folded."""
    stage = Stage()
    for key, body in WITH_CORRECTION.items():
        stage.upload(key, body)
        stage.clock.now += timedelta(days=90)
    return stage


def corrected() -> Stage:
    """All was folded; then came a correction of the second day of all."""
    stage = Stage()
    for key, body in WITH_CORRECTION.items():
        stage.drain()
        stage.upload(key, body)
        stage.clock.now += timedelta(days=90)
    return stage


def lost() -> Stage:
    """All was folded; then the state after the first season and its rows were lost."""
    stage = begun()
    stage.drain()
    head = stage.lake.folded(League.MEN).stored
    stage.lake.models.delete(head.seasons[2021].objects())
    stage.lake = stage.new_process()
    reconcile.reconcile(stage.lake, stage.queue, stage.clock)
    return stage


def finish(stage: Stage, ends: Iterator[Deadline]) -> list[int]:
    """Deliver what waits, and let the clock ask for the rest, until nothing is left; days folded by each delivery."""
    folded = []
    for _ in range(20 * ALL_DAYS):
        if nudges := stage.queue.receive():
            before = position(stage)
            stage.deliver(nudges, next(ends))
            folded.append(abs(position(stage) - before))
            continue
        manifest, _ = stage.lake.published.manifest(League.MEN)
        if is_folded(stage.lake, League.MEN) and manifest.day == DAYS[-1] and not stage.queue.depth():
            publish(stage.lake, League.MEN, stage.clock)
            return folded
        stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
        reconcile.reconcile(stage.lake, stage.queue, stage.clock)
    raise AssertionError("it never ends")


def position(stage: Stage) -> int:
    """Days folded, or folded again."""
    head = stage.lake.folded(League.MEN).stored
    return 0 if head.season is None else len(DAYS) * (head.season - SEASONS[0]) + len(head.days)


@cache
def pure() -> dict[str, bytes]:
    return published_bytes(League.MEN, WITH_CORRECTION)


def digests(tables: dict[str, bytes]) -> dict[str, str]:
    """What a failed comparison can show."""
    return {key: hashlib.sha256(body).hexdigest()[:8] for key, body in tables.items()}


@settings(max_examples=12, deadline=None)
@given(begin=st.sampled_from([begun, corrected, lost]), days=st.lists(st.integers(0, 9), max_size=8))
def test_whatever_the_time_the_tables_are_those_of_the_pure_fold(begin: Callable[[], Stage], days: list[int]) -> None:
    stage = begin()
    finish(stage, deadlines(days))
    assert digests(stage.published()) == digests(pure())


def test_an_invocation_ends_where_its_time_does_and_is_no_failure() -> None:
    stage = corrected()
    nudges = stage.queue.receive()
    assert [nudge.target for nudge in nudges] == [(season, DAYS[-1]) for season in SEASONS]
    stage.deliver(nudges, next(deadlines([7])))
    head = stage.lake.folded(League.MEN).stored
    assert (2021, DAYS[0]) < (head.season or 0, head.day or 0) < (2024, 0)
    assert 2024 in head.stale, "what is not folded again is shown as it was"
    assert stage.lake.published.read(table_key("results", League.MEN, 2024)).num_rows == 3 * len(DAYS)
    # Nothing was raised, so that Lambda deletes the messages; whoever looks by the clock asks for what is left.
    stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile.reconcile(stage.lake, stage.queue, stage.clock)
    assert [nudge.target for nudge in stage.queue.waiting][-1] == (2024, DAYS[-1])
    assert stage.queue.depth() <= len(SEASONS)


def test_there_is_a_days_progress_however_little_time_there_is() -> None:
    stage = corrected()
    folded = finish(stage, deadlines([]))
    assert len(folded) <= ALL_DAYS + len(SEASONS), "one day each, and one look at each season that turned out done"


def test_leagues_of_one_batch_share_the_time() -> None:
    stage = Stage()
    for league in League:
        stage.upload(FILE.format(league, ""), results(league))
    nudges = [nudge for nudge in stage.queue.receive(10_000) if nudge.target == (2024, DAYS[-1])]
    assert len(nudges) == 2
    stage.deliver(nudges, Deadline(Ticking(2 * apply.FINISH + 24)))
    reached = [stage.lake.folded(league).stored.position for league in League]
    assert all(one is not None and one > (2021, DAYS[1]) for one in reached), "neither has taken all of it"
    assert any(one != (2024, DAYS[-1]) for one in reached)


def test_tables_that_do_not_fit_are_written_by_the_next_publisher() -> None:
    stage = begun()
    stage.deliver(stage.queue.receive(10_000), Deadline(Ticking(apply.FINISH + ALL_DAYS + 50)))
    manifests = {key: body for key, body in stage.lake.dashboard._objects.items() if key.startswith("manifest/")}  # type: ignore[attr-defined]
    stage.lake.dashboard.delete([*stage.published(), *manifests])
    seen = []
    while not seen or seen[-1][0] != len(pure()):
        publish(stage.lake, League.MEN, stage.clock, deadline=Deadline(Ticking(4)))
        manifest, _ = stage.lake.published.manifest(League.MEN)
        seen.append((len(manifest.tables), manifest.generation, len(manifest.seasons)))
    assert len(seen) > 4 and seen == sorted(seen)
    assert {one[1:] for one in seen[:-1]} == {(0, 0)}, "none is shown before all are there"
    head = stage.lake.folded(League.MEN).stored
    assert seen[-1][1:] == (head.generation, len(SEASONS))
    assert digests(stage.published()) == digests(pure())


def test_files_that_do_not_fit_are_left_to_the_next_run() -> None:
    stage = Stage()
    keys = [FILE.format("M", f"_2026010{day}") for day in (1, 2, 3)]
    stage.clock.now += timedelta(days=30)
    for key, body in zip(keys, (results(), CORRECTED, CORRECTED), strict=True):
        stage.lake.source.put(key, body)
    for place in range(len(keys)):
        reconcile.reconcile(stage.lake, stage.queue, stage.clock, deadline=Deadline(lambda: reconcile.LARGEST_FILE))
        assert [row.key for row in reconcile.unreceipted(stage.lake)] == keys[place + 1 :]
        stage.drain()
        assert stage.lake.published.manifest(League.MEN)[0].day == DAYS[-1], "nothing else has to wait for them"
