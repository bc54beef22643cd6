"""Moments of a league: a season and a day of it, and how much time lies between two of them."""

from __future__ import annotations

from hoops.games.leagues import LAST_DAY

Moment = tuple[int, int]  # (season, day)
START: Moment = (0, -1)  # before every game


def end_of(season: int) -> Moment:
    """The last moment of a season.

    >>> (2022, 154) < end_of(2022) < (2023, 0)
    True
    """
    return season, LAST_DAY


def day_after(moment: Moment) -> Moment:
    """The first moment that is later."""
    season, day = moment
    return season, day + 1


def day_before(moment: Moment) -> Moment:
    """The last moment that is earlier.

    >>> day_before((2024, 60)), day_before((2024, 0)) == end_of(2023)
    ((2024, 59), True)
    """
    season, day = moment
    return (season, day - 1) if day else end_of(season - 1)


def told(moment: Moment) -> str:
    """A moment in words.

    >>> told((2022, LAST_DAY)), told((2024, 60))
    ('the end of 2022', 'day 60 of 2024')
    """
    season, day = moment
    return f"the end of {season}" if day >= LAST_DAY else f"day {day} of {season}"


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
