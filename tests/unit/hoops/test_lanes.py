"""The thread beside the caller's: order, errors, an end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hoops.lanes import WriteBehind, read_ahead


def lanes() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith(("read-ahead", "write-behind"))]


def test_all_items_come_in_order() -> None:
    with read_ahead(range(100)) as numbers:
        assert list(numbers) == list(range(100))
    assert not lanes()


def test_no_more_is_made_than_may_wait_and_a_source_that_is_left_is_closed() -> None:
    made, closed = [], []

    def source() -> Iterator[int]:
        try:
            for number in range(100):
                made.append(number)
                yield number
        finally:
            closed.append(threading.current_thread().name)

    with read_ahead(source(), most=3) as numbers:
        assert next(numbers) == 0
    assert len(made) <= 4 and closed and not lanes()


def test_an_error_of_the_source_comes_where_its_item_was_to_come() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise OSError("the wire is cut")

    with pytest.raises(OSError, match="the wire is cut"), read_ahead(source()) as numbers:
        assert next(numbers) == 1
        next(numbers)
    assert not lanes()


def test_calls_are_made_one_after_the_other_on_another_thread() -> None:
    made: list[int] = []
    with WriteBehind() as behind:
        for number in range(50):
            behind(made.append, number)
        behind(lambda: made.append(threading.current_thread() is not threading.main_thread()))
    assert made == [*range(50), True] and not lanes()


def test_no_call_is_made_after_one_that_failed() -> None:
    made: list[int] = []

    def fail() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"), WriteBehind(most=4) as behind:
        behind(fail)
        for number in range(50):
            behind(made.append, number)
    assert not made and not lanes()


def test_the_last_call_may_fail_too() -> None:
    with pytest.raises(ZeroDivisionError), WriteBehind() as behind:
        behind(lambda: 1 / 0)


def test_what_waits_is_dropped_where_the_caller_fails() -> None:
    made: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go_on.wait(10)
        made.append(0)

    with pytest.raises(KeyError), WriteBehind(most=8) as behind:
        behind(slow)
        behind(made.append, 1)
        begun.wait(10)
        threading.Timer(0.05, go_on.set).start()
        raise KeyError
    assert made == [0] and not lanes()
