"""React components of our own: the list of game cards, drawn by `assets/games.js`, and the bracket.

A Saturday has 150 games of some twenty elements each; as one component with plain data they draw in a few
milliseconds, and sorting and finding a team need no round trip.
"""

# ruff: noqa: RUF012 - the base class of Dash declares these as instance variables and reads them from the class.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash.development.base_component import Component


class GameList(Component):
    """Cards of games.

    Parameters
    ----------
    title, note
        Heading and what stands below it; no heading when empty.
    games
        Cards as `matchups.cards` makes them.
    sorts
        Orders to choose from: [key of a card's `order`, label]; the first holds.
    first
        Cards to show until "show all" is pressed.
    """

    _namespace = "madness_dashboard"
    _type = "GameList"
    _children_props: list[str] = []
    _base_nodes = ["children"]
    _prop_names = ["id", "games", "sorts", "first", "title", "note"]
    _valid_wildcard_attributes: list[str] = []
    available_properties = _prop_names
    available_wildcard_properties: list[str] = []

    def __init__(
        self,
        name: str,
        games: Sequence[Any],
        sorts: Sequence[tuple[str, str]],
        *,
        title: str = "",
        note: str = "",
        first: int = 12,
    ) -> None:
        props = {"games": list(games), "sorts": [list(sort) for sort in sorts], "first": first}
        super().__init__(id=f"games-{name}", title=title, note=note, **props)


class Bracket(Component):
    """A season's bracket, drawn by `assets/bracket_view.js`.

    Parameters
    ----------
    title
        League and season, in words.
    data
        As `bracket_data.bracket_data` makes it.
    team
        Address of a team's page without the id.
    """

    _namespace = "madness_dashboard"
    _type = "Bracket"
    _children_props: list[str] = []
    _base_nodes = ["children"]
    _prop_names = ["id", "title", "data", "team"]
    _valid_wildcard_attributes: list[str] = []
    available_properties = _prop_names
    available_wildcard_properties: list[str] = []

    def __init__(self, title: str, data: Mapping[str, Any], team: str) -> None:
        super().__init__(id="bracket", title=title, data=dict(data), team=team)
