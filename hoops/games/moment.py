"""Moments of a league: a season and a day of it, and how much time lies between two of them."""

from __future__ import annotations

Moment = tuple[int, int]  # (season, day)
START: Moment = (0, -1)  # before every game


def elapsed(since: Moment, now: Moment) -> tuple[int, int]:
    """Summers between two moments, and days of the later one's season: all of them if a summer lies between.

    Raises
    ------
    ValueError
        If `now` lies before `since`.

    Examples
    --------
    >>> elapsed((2023, 100), (2023, 103)), elapsed((2023, 100), (2024, 5))
    ((0, 3), (1, 5))
    """
    if now < since:
        raise ValueError(f"the clock stands at {since[0]} day {since[1]}: it cannot go back to {now[0]} day {now[1]}")
    summers = now[0] - since[0]
    return summers, now[1] if summers else now[1] - since[1]
