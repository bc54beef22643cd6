"""Pools as people see them in a terminal; on stdout."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import told
from madness.drawn import OFF_TERMINAL, drawing, percent, room

_SHOWN = 12  # picks that differ, games to root for


def render_pool(found: Mapping[str, Any], width: int | None = None) -> None:
    """Print a pool on stdout: the bracket to hand in, or how brackets do that were handed in."""
    from rich.console import Console

    console = Console(width=width or (None if sys.stdout.isatty() else OFF_TERMINAL))
    when = f"evening of {told((found['season'], found['as_of']))}" + (f" ({found['date']})" if found["date"] else "")
    console.print(
        f"{League(found['league']).label}, NCAA tournament of {found['season']}, {when}: a pool of "
        f"{found['entrants']:,}, {_rules(found)}",
        highlight=False,
    )
    if "picks" in found:
        _advice(console, found)
    else:
        _standing(console, found)
    console.print(
        f"\nPaid in entry fees, ± a standard error, from {found['tournaments']:,} tournaments (seed {found['seed']}); "
        f"opponents whose brackets are not given are drawn, and pick by {_public(found['public'])}.",
        highlight=False,
    )


def _rules(found: Mapping[str, Any]) -> str:
    points = "-".join(f"{one:g}" for one in found["points"])
    bonus = (
        f" and the bonus {found['bonus']}:{','.join(f'{x:g}' for x in found['bonus_sizes'])}" if found["bonus"] else ""
    )
    prizes = found["prizes"]
    paid = "winner takes all" if len(prizes) == 1 else f"prizes {'-'.join(f'{100 * one:g}' for one in prizes)} %"
    return f"points {points}{bonus}, {paid}"


def _public(name: str) -> str:
    return f"a {name}" if name.startswith("model") else name


def _advice(console: Any, found: Mapping[str, Any]) -> None:
    letters = room(console.width)
    for text in drawing(found, letters) if letters else ():
        console.print(text.rstrip(), highlight=False, markup=False, soft_wrap=True)
    rows = _table("bracket", "champion", "paid", "less than the best", "first", "points")
    for one in found["sheets"]:
        less = f"{one['difference']:.2f} ± {one['difference_error']:.2f}" if "difference" in one else ""
        rows.add_row(one["name"], one["champion"]["team_name"], _paid(one), less, f"{100 * one['first']:.2f} %",
                     f"{one['points']:,.1f}")  # fmt: skip
    console.print(rows)
    other = [one for one in found["picks"] if one["team_id"] != one["most_picked"]["team_id"]]
    console.print(f"\n{len(other)} of {len(found['picks'])} picks are not those of most others"
                  + (f", the last {_SHOWN} of them:" if len(other) > _SHOWN else ":"), highlight=False)  # fmt: skip
    rows = _table("slot", "pick", "chance", "others", "most others pick", "share")
    for one in other[: -_SHOWN - 1 : -1]:
        rows.add_row(one["slot"], _team(one), f"{percent(one['chance'])} %", f"{percent(one['public'])} %",
                     _team(one["most_picked"]), f"{percent(one['most_picked_public'])} %")  # fmt: skip
    console.print(rows)


def _standing(console: Any, found: Mapping[str, Any]) -> None:
    rows = _table("bracket", "champion", "points", "rank", "at the end", "paid", "first")
    for one in sorted(found["sheets"], key=lambda one: (-one["mine"], one["rank"])):
        rows.add_row(("mine: " if one["mine"] else "") + one["name"], one["champion"]["team_name"],
                     f"{one['points_so_far']:,g}", str(one["rank"]), f"{one['points']:,.1f}", _paid(one),
                     f"{100 * one['first']:.2f} %")  # fmt: skip
    console.print(rows)
    matter = [game for game in found["root_for"] if len({side["paid"] for side in game["teams"]}) > 1]
    if not matter:
        if found["root_for"]:
            console.print("\nno coming game changes what I am paid")
        return
    console.print("\nwhat I am paid with either result of the coming games, those first that matter most:")
    rows = _table("day", "slot", "root for", "paid", "against", "paid")
    for game in matter[:_SHOWN]:
        one, other = sorted(game["teams"], key=lambda side: -(side["paid"] or 0.0))
        rows.add_row(str(game["day"]), game["slot"], f"{_team(one)} {percent(one['chance'])} %", _paid(one),
                     f"{_team(other)} {percent(other['chance'])} %", _paid(other))  # fmt: skip
    console.print(rows)


def _table(*titles: str) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for number, title in enumerate(titles):
        table.add_column(title, overflow="fold", no_wrap=number < 2)
    return table


def _team(one: Mapping[str, Any]) -> str:
    return f"{int(one['seed'][1:3])} {one['team_name']}"


def _paid(one: Mapping[str, Any]) -> str:
    if one["paid"] is None:
        return "-"
    return f"{one['paid']:.2f}" + ("" if one["paid_error"] is None else f" ± {one['paid_error']:.2f}")
