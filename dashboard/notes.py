"""What an address asked for that is not there, and what is shown instead: the notes at the top of a page.

Nothing that stands in an address is passed over without a word: whoever was sent a link would take what is shown for
what was meant. Leagues, seasons and names of parameters are judged here, values of parameters by their pages.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from dashboard.data import Edition
from dashboard.place import Place, number
from dashboard.wording import season_label
from hoops.games.leagues import League

_LONGEST = 40  # characters of an address that are quoted


@dataclass(frozen=True)
class Note:
    """What was asked for and is not there. links: (words, address) of what is shown instead, or of where it is."""

    text: str
    links: tuple[tuple[str, str], ...] = ()


def quoted(value: str) -> str:
    """A piece of an address as a reader can take it: cut where it is long, without what cannot be printed.

    >>> quoted("soon"), quoted("9" * 5000), quoted("a\\x00b")
    ('“soon”', '“9999999999999999999999999999999999999999…”', '“a·b”')
    """
    shown = "".join(letter if letter.isprintable() else "·" for letter in value[:_LONGEST])
    return f"“{shown}{'…' if len(value) > _LONGEST else ''}”"


def of_address(place: Place, known: Collection[str]) -> list[Note]:
    """Notes on the league and on parameters that the page does not know (known: those it does) or that come twice."""
    made = [_league(place, value) for value in place.unread.get("league", ())]
    own = {name: value for name, value in place.asked.items() if name in known}
    for name, others in place.unread.items():
        if name in own:
            passed = ", ".join(map(quoted, others))
            text = f"The address gives {name} more than once: {quoted(own[name])} is taken, {passed} is not."
            made.append(Note(text, (("This page with one", place.href(None, **own)),)))
    unknown = [f"{name}={value}" for name, value in place.asked.items() if name not in known]
    if unknown:
        text = f"This page does not know {', '.join(map(quoted, unknown[:3]))}"
        text += f" and {len(unknown) - 3} more parameters of the address." if len(unknown) > 3 else "."
        made.append(Note(text, (("This page without it", place.href(None, **own)),)))
    return made


def of_season(place: Place, edition: Edition, shown: int) -> list[Note]:
    """Notes on seasons that the address names and that are not the one shown."""
    asked = list(place.unread.get("season", ()))
    if place.season is not None and place.season != shown:
        asked.append(str(place.season))
    spans = f"{season_label(edition.seasons[0])} to {season_label(edition.seasons[-1])}"
    there = replace(place, season=shown).href(None, **place.asked)
    return [
        Note(_season(value, edition, shown, spans), ((f"{season_label(shown)} is shown", there),))
        for value in asked
        if number(value) != shown
    ]


def _season(value: str, edition: Edition, shown: int, spans: str) -> str:
    year = number(value)
    if year is None:
        return f"{quoted(value)} is no season: an address names the year in which it ends, such as season={shown}."
    if year in edition.seasons:
        return f"The address names more than one season: {year} is passed over."
    missing = f"Season {quoted(value)} of the {edition.league.label.lower()} is not loaded here"
    return f"{missing}; loaded are {spans}." if len(edition.seasons) > 1 else f"{missing}."


def _league(place: Place, value: str) -> Note:
    links = tuple((f"{one.label} (league={one})", replace(place, league=one).href(None)) for one in League)
    if value in set(League):
        return Note(f"The address names more than one league: {League(value).label} is passed over.", links)
    return Note(f"There is no league {quoted(value)}; shown are the {place.league.label.lower()}.", links)


def picked(place: Place, name: str, allowed: Collection[str], otherwise: str) -> tuple[str, list[Note]]:
    """What a parameter asks for, which is one of a few, and a note where it is none of them."""
    asked = place.asked.get(name)
    if asked is None or asked in allowed:
        return asked or otherwise, []
    text = f"There is no {name} {quoted(asked)}: allowed are {', '.join(allowed)}."
    rest = {other: value for other, value in place.asked.items() if other != name}
    return otherwise, [Note(text, ((f"{name}={otherwise} is shown", place.href(None, **rest, **{name: otherwise})),))]


def other_league(place: Place, team: int | None) -> Note | None:
    """A note on a team whose id is one of another league's; None if it is not."""
    other = next((league for league in League if team in league.team_ids and league is not place.league), None)
    if team is None or other is None:
        return None
    text = f"Team {team} plays in the {other.label.lower()}'s league; this page is the {place.league.label.lower()}'s."
    return Note(text, ((f"Team {team} there", replace(place, league=other).href("team", team=team)),))
