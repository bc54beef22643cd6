"""Where the reader is: the page, league and season, and what the page was asked to show; an address both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from hoops.games.leagues import League

PAGES = ("", "ratings", "tournament", "quality", "team", "about")


@dataclass(frozen=True)
class Place:
    """An address of the dashboard.

    Attributes
    ----------
    page : one of `PAGES`, or whatever stood in the address (an unknown page is for the app to answer)
    season : None when the address names none: the newest
    asked : the page's own parameters, such as day or team
    root : path under which the app is served; "/" or, under API Gateway, "/dev/"
    """

    page: str = ""
    league: League = League.MEN
    season: int | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    root: str = "/"

    @classmethod
    def parse(cls, pathname: str | None, search: str | None, root: str = "/") -> Place:
        """Read an address as a browser gives it; what makes no sense in it is left out.

        >>> Place.parse("/dev/team", "?league=W&season=2024&team=3163", "/dev/")
        Place(page='team', league=<League.WOMEN: 'W'>, season=2024, asked={'team': '3163'}, root='/dev/')
        """
        path = pathname or root
        page = path[len(root) :] if path.startswith(root) else path.lstrip("/")
        given = {name: values[-1] for name, values in parse_qs((search or "").lstrip("?")).items()}
        league = given.pop("league", "")
        season = given.pop("season", "")
        return cls(
            page.strip("/"),
            League(league) if league in set(League) else League.MEN,
            int(season) if season.isdecimal() else None,
            given,
            root,
        )

    def integer(self, name: str) -> int | None:
        """A parameter of the page as a number; None if it is absent or none."""
        value = self.asked.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 9 else None

    def integers(self, name: str) -> list[int]:
        """A parameter that is a list, such as teams=1101,1102."""
        return [int(value) for value in self.asked.get(name, "").split(",") if value.isdecimal() and len(value) < 9]

    def href(self, page: str | None = None, /, **asked: str | int) -> str:
        """Address of a page for the same league and season.

        >>> Place(season=2024).href("team", team=1181)
        '/team?league=M&season=2024&team=1181'
        """
        season = {} if self.season is None else {"season": self.season}
        query = urlencode({"league": self.league, **season, **asked})
        return f"{self.root}{self.page if page is None else page}?{query}"
