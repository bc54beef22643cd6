"""Leagues, kinds of game, sites: the vocabulary that every other module uses."""

from __future__ import annotations

from enum import StrEnum


class League(StrEnum):
    """A league is a range of team ids: 1000-1999 men, 3000-3999 women."""

    MEN = "M"
    WOMEN = "W"

    @property
    def team_ids(self) -> range:
        return range(1000, 2000) if self is League.MEN else range(3000, 4000)

    @property
    def label(self) -> str:
        return "Men" if self is League.MEN else "Women"


class Kind(StrEnum):
    """What a game counts for. The dates of the three overlap, so every game carries its kind."""

    REGULAR = "regular"
    NCAA = "ncaa"
    SECONDARY = "secondary"


# Where a game is played, as seen by its first team: +1 at home, 0 on neutral ground, -1 away.
HOME, NEUTRAL, AWAY = 1, 0, -1
SITE_OF_LOC = {"H": HOME, "N": NEUTRAL, "A": AWAY}

LAST_DAY = 200  # a season's day number is 0-200; the men's final is day 154
SELECTION_SUNDAY = 132
