"""How numbers, days and teams are put into words, the same on every page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hoops.games.leagues import SELECTION_SUNDAY, Kind

KIND_LABELS = {
    "all": "All games",
    Kind.REGULAR: "Regular season",
    Kind.NCAA: "NCAA tournament",
    Kind.SECONDARY: "Other tournaments",
}
MINUS = "\N{MINUS SIGN}"


def season_label(season: int) -> str:
    """The two years a season spans.

    >>> season_label(2024)
    '2023–24'
    """
    return f"{season - 1}–{season % 100:02d}"


def date_of(day_zero: date | None, day: int) -> date | None:
    return None if day_zero is None else day_zero + timedelta(days=day)


def day_label(day: int, when: date | None, *, year: bool = False) -> str:
    """A day as its date where the calendar is known.

    >>> day_label(100, None), day_label(100, date(2024, 2, 14)), day_label(100, date(2024, 2, 14), year=True)
    ('Day 100', 'Wed 14 Feb', 'Wed 14 Feb 2024')
    """
    if when is None:
        return f"Day {day}" + (" (Selection Sunday)" if day == SELECTION_SUNDAY else "")
    return f"{when:%a} {when.day} {when:%b}" + (f" {when.year}" if year else "")


def percent(probability: float) -> str:
    """A probability for people: certainty is never claimed.

    >>> percent(0.874), percent(0.999), percent(0.0004)
    ('87%', '>99%', '<1%')
    """
    if probability > 0.99:
        return ">99%"
    if probability < 0.01:
        return "<1%"
    return f"{probability * 100:.0f}%"


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, and a real minus.

    >>> signed(3.14), signed(-2), signed(-0.01)
    ('+3.1', '−2.0', '0.0')
    """
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{'+' if rounded > 0 else MINUS}{abs(rounded):.{digits}f}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, roughly.

    >>> ago(datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 2, 1, 0, 5, tzinfo=UTC))
    '5 minutes ago'
    """
    seconds = max((now - then).total_seconds(), 0)
    if seconds >= 7 * 86400:
        return f"on {utc(then)}"
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


def utc(when: datetime) -> str:
    """A moment, spelled out: 15 Feb 2024, 06:03 UTC."""
    when = when.astimezone(UTC)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def plural(count: int, one: str, many: str | None = None) -> str:
    """
    >>> plural(1, "game"), plural(5674, "game"), plural(2, "match", "matches")
    ('1 game', '5,674 games', '2 matches')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 22, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd', '113th']
    """
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
