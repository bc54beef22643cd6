"""Where the reader is: the page, league and season, and what the page was asked to show; an address both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from hoops.games.leagues import League

PAGES = ("", "game", "ratings", "bracket", "tournament", "quality", "team", "players", "statistics", "about")
_DIGITS = 8  # of a number that can mean anything here; int() refuses thousands of them


@dataclass(frozen=True)
class Place:
    """An address of the dashboard.

    Attributes
    ----------
    page : one of `PAGES`, or whatever stood in the address (an unknown page is for the app to answer)
    season : None when the address names none: the newest
    asked : the page's own parameters, such as day or team
    root : path under which the app is served; "/" or, under API Gateway, "/dev/"
    unread : by parameter, what stood in the address and was not taken: a league or season that is none, and of a
        parameter that is given twice all values but the last
    """

    page: str = ""
    league: League = League.MEN
    season: int | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    root: str = "/"
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, pathname: str | None, search: str | None, root: str = "/") -> Place:
        """Read an address as a browser gives it; what makes no sense in it goes to `unread`.

        >>> place = Place.parse("/dev/team", "?league=W&season=2024&team=3163", "/dev/")
        >>> place.page, place.league.label, place.season, place.asked
        ('team', 'Women', 2024, {'team': '3163'})
        >>> Place.parse("/", "?league=X&season=2024").unread
        {'league': ('X',)}
        """
        path = pathname or root
        if f"{path}/" == root:
            path = root
        page = path[len(root) :] if path.startswith(root) else path.lstrip("/")
        values = parse_qs((search or "").lstrip("?"))
        given = {name: several[-1] for name, several in values.items()}
        unread = {
            name: tuple(others)
            for name, several in values.items()
            if (others := [value for value in dict.fromkeys(several) if value != given[name]])
        }
        league, season = given.pop("league", ""), given.pop("season", "")
        if league and league not in set(League):
            unread["league"] = (*unread.get("league", ()), league)
        if season and number(season) is None:
            unread["season"] = (*unread.get("season", ()), season)
        return cls(
            page.strip("/"),
            League(league) if league in set(League) else League.MEN,
            number(season),
            given,
            root,
            unread,
        )

    def integer(self, name: str) -> int | None:
        """A parameter of the page as a number; None if it is absent or none."""
        return number(self.asked.get(name, ""))

    def parts(self, name: str) -> list[str]:
        """A parameter that is a list, such as teams=1101,1102, without repeats."""
        return list(dict.fromkeys(filter(None, map(str.strip, self.asked.get(name, "").split(",")))))

    def href(self, page: str | None = None, /, **asked: str | int) -> str:
        """Address of a page for the same league and season.

        >>> Place(season=2024).href("team", team=1181)
        '/team?league=M&season=2024&team=1181'
        """
        season = {} if self.season is None else {"season": self.season}
        query = urlencode({"league": self.league, **season, **asked})
        return f"{self.root}{self.page if page is None else page}?{query}"


def number(text: str) -> int | None:
    """What an address means by a number: plain digits, and not too many; else None.

    >>> number("2024"), number("-1"), number("1.5"), number("9" * 5000)
    (2024, None, None, None)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
