"""Brackets as people see them in a terminal: drawn where there is room, else as a table; on stdout."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import told

OFF_TERMINAL = 110  # columns
_LONGEST, _SHORTEST = 18, 8  # letters of a name in a drawing
_ENTRY, _WINNER = 4, 9  # columns beside a name: its seed; lines, and its chance or score
_COLUMNS = 5  # names beside each other in a region's drawing: who enters, and who wins each of four rounds
_SHORT = ("64", "32", "16", "8", "4", "final", "title")
_SHOWN = 16  # teams in the table below a drawing
_NEXT = 8  # teams named that just miss a projected field


@dataclass
class _Block:
    """A part of a drawing: its lines, all of one width, and the one on which its winner stands."""

    lines: list[str]
    at: int


def render_bracket(found: dict[str, Any], width: int | None = None) -> None:
    """Print a bracket with its odds on stdout."""
    from rich.console import Console

    console = Console(width=width or (None if sys.stdout.isatty() else OFF_TERMINAL))
    when = f"evening of {told((found['season'], found['as_of']))}" + (f" ({found['date']})" if found["date"] else "")
    what = "projected field of" if found["projected"] else "NCAA tournament of"
    console.print(f"{League(found['league']).label}, {what} {found['season']}, {when}", highlight=False)
    letters = room(console.width)
    if letters:
        for text in drawing(found, letters):
            console.print(text.rstrip(), highlight=False, markup=False, soft_wrap=True)
    _table(console, found, not letters)
    if found["projected"] and found["out"]:
        next_ = (f"{team['team_name']} {percent(team['bid'])}%" for team in found["out"][:_NEXT])
        console.print(f"next in line: {', '.join(next_)}", highlight=False)
    console.print(_footer(found), highlight=False)


def room(width: int) -> int:
    """Letters of a name in a drawing of so many columns; 0 if there is no room for one."""
    letters = min(_LONGEST, (width - _ENTRY - (_COLUMNS - 1) * _WINNER) // _COLUMNS)
    return letters if letters >= _SHORTEST else 0


def drawing(found: Mapping[str, Any], letters: int) -> list[str]:
    """Lines of the regions, one below the other, and of the Final Four."""
    slots = {slot["slot"]: slot for slot in found["slots"]}
    teams = {team["seed"]: team for team in found["teams"]}
    names = {team["team_id"]: team["team_name"] for team in found["teams"]}
    tops = [slot["slot"] for slot in found["slots"] if slot["round"] == 4]
    lines: list[str] = []
    for top in tops:
        region = next((team["region"] for team in found["teams"] if team["seed"][0] == top[2]), None)
        lines += ["", region or f"Region {top[2]}"]
        lines += _block(top, slots, teams, names, letters, frozenset()).lines
    last = _block("R6CH", slots, teams, names, letters, frozenset(tops))
    return [*lines, "", "Final Four", *last.lines, ""]


def _block(
    name: str, slots: Mapping[str, Any], teams: Mapping[str, Any], names: Mapping[int, str], letters: int,
    leaves: frozenset[str],
) -> _Block:  # fmt: skip
    """A slot and all that leads to it; `leaves` are slots that stand for themselves, as play-ins always do."""
    entry, winner = letters + _ENTRY, letters + _WINNER - 1
    if name in teams:
        return _Block([f"{_line(name)} {teams[name]['team_name'][:letters]}".ljust(entry)], 0)
    slot = slots[name]
    if name in leaves:
        return _Block([_winner(slot, names, letters).ljust(winner)], 0)
    if slot["round"] == 0:
        strong, weak = (teams[slot[side]]["team_name"] for side in ("strong", "weak"))
        text = names[slot["winner"]][:letters] if slot["winner"] else either(strong, weak, letters)
        return _Block([f"{_line(name)} {text}".ljust(entry)], 0)
    above, below = (_block(slot[side], slots, teams, names, letters, leaves) for side in ("strong", "weak"))
    lines, first, last = above.lines + below.lines, above.at, len(above.lines) + below.at
    wide = max(map(len, lines))
    middle = (first + last + 1) // 2
    drawn = []
    for row, text in enumerate(lines):
        mark = {first: "┐", last: "┘", middle: "├"}.get(row, "│" if first < row < last else " ")
        if row == middle == last:
            mark = "┴"
        out = f" {_winner(slot, names, letters)}" if row == middle else ""
        drawn.append(text.ljust(wide) + mark + out.ljust(winner))
    return _Block(drawn, middle)


def either(one: str, other: str, letters: int) -> str:
    """Two names in one place, cut to fit; one that needs less than half leaves its room to the other.

    >>> either("Virginia", "Yale", 15), either("Norfolk St", "S Dakota St", 15)
    ('Virginia/Yale', 'Norfolk/S Dakot')
    """
    room = letters - 1
    one = one[: max(room // 2, room - len(other))].rstrip()
    return f"{one}/{other[: room - len(one)].rstrip()}"


def _line(seed: str) -> str:
    return f"{int(seed[1:3]):>2}"


def _winner(slot: Mapping[str, Any], names: Mapping[int, str], letters: int) -> str:
    """Who won, with the score, or who is most likely to come out, with the chance in percent."""
    if slot["winner"] is None:
        return f"{names[slot['favourite']][:letters]} {percent(slot['chance'])}%"
    name = names[slot["winner"]][:letters]
    return f"{name} {slot['score'][0]}-{slot['score'][1]}" if slot["score"] else f"{name} (no game)"


def _table(console: Any, found: Mapping[str, Any], everybody: bool) -> None:
    """Chances in percent; without a drawing of all teams, and only of the later rounds where there is little room."""
    from rich.table import Table

    stages = (
        range(len(_SHORT)) if console.width >= 60 else range(2, len(_SHORT)) if console.width >= 46 else range(4, 7)
    )
    table = Table(box=None, padding=(0, 1, 0, 0), title="chances in percent", title_justify="left")
    table.add_column("seed", no_wrap=True)
    table.add_column("team", no_wrap=True, overflow="ellipsis", ratio=1 if console.width < 60 else None)
    if found["projected"]:
        table.add_column("in", justify="right", no_wrap=True)
    for stage in stages:
        table.add_column(_SHORT[stage], justify="right", no_wrap=True)
    for team in found["teams"] if everybody else found["teams"][:_SHOWN]:
        bid = [percent(team["bid"])] if found["projected"] else []
        table.add_row(team["seed"], team["team_name"], *bid, *(percent(team["reach"][stage]) for stage in stages))
    console.print(table)


def percent(chance: float) -> str:
    """A chance in percent; neither 0 nor 100 unless it is certain.

    >>> [percent(one) for one in (0.0, 0.0001, 0.034, 0.256, 0.9999, 1.0)]
    ['0', '<1', '3', '26', '>99', '100']
    """
    if chance in (0.0, 1.0):
        return f"{chance:.0%}"[:-1]
    return "<1" if chance < 0.01 else ">99" if chance > 0.99 else f"{100 * chance:.0f}"


def _footer(found: Mapping[str, Any]) -> str:
    if found["model"] is None:
        return "All games are played; --as-of 132 shows what was said on Selection Sunday."
    text = f"model {found['model']}, which knew all games to day {found['as_of']} of {found['season']}"
    if not found["out_of_sample"]:
        through = found["trained_through"]
        text += f"; it was trained on games to {told((through['season'], through['day']))}, these among them"
    if found["projected"]:
        text = f"the bracket is the projected one, if it should come so; the table counts every field\n{text}"
    if found["method"] == "drawn":
        text += (
            f"\nodds over drawn strengths, with a standard error of {100 * found['largest_error']:.2f} points at most"
        )
    if found["picks"]:
        text = f"taken as given: {', '.join(p['slot'] + '=' + p['team_name'] for p in found['picks'])}\n{text}"
    return text
