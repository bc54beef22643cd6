"""Reconcile is asked for at once, and again only where nothing moves."""

from __future__ import annotations

from operate.reconcile import Asking


def test_a_run_that_makes_progress_is_not_joined_by_others() -> None:
    now = 0.0
    asked: list[float] = []
    asking = Asking(lambda: asked.append(now), 60.0, lambda: now)
    for second in range(600):
        now = float(second)
        asking.look(20 - second // 50)  # a large file takes 50 seconds
    assert asked == [0.0]


def test_where_nothing_moves_it_is_asked_again_ever_more_rarely_and_the_silence_is_told() -> None:
    now = 0.0
    asked: list[float] = []
    asking = Asking(lambda: asked.append(now), 60.0, lambda: now)
    for second in range(500):
        now = float(second)
        silence = asking.look(3)
    assert asked == [0.0, 60.0, 180.0, 420.0] and silence == 499.0
    now = 500.0
    assert asking.look(2) == 0.0
    now = 560.0
    asking.look(2)
    assert asked[-1] == 560.0, "patience begins anew with progress"
