"""How a stage is: its status, and its models."""

from __future__ import annotations

import sys
from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import told
from lake.registry import KEPT
from madness.printed.console import tables


def render_status(found: dict[str, Any]) -> None:
    """Print a status as tables on stdout."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 100)
    if not found["running"]:
        console.print(f"The local stack in {found['home']} does not run. `madness up` resumes it.", highlight=False)
        return
    table = Table("league", "last day", "days", "waiting", "model", "tables published", box=None)
    for league, one in found["leagues"].items():
        last = f"{one['season']} day {one['day']}" if one["season"] is not None else "-"
        age = _ago(one["published_seconds_ago"]) + ("" if one["tables_current"] else " (behind)")
        table.add_row(league, last, f"{one['days']:,}", f"{one['days_waiting']:,}", one["model"], age)
    console.print(table)
    queues = f"queue {found['queue']['messages']:,}, dead letters {found['dead_letters']['messages']:,}"
    console.print(f"stage {found['stage']}: {queues}", highlight=False)
    for league, one in found["leagues"].items():
        if one["plays"]:
            waits = f"; not shown yet: {_seasons(one['plays_waiting'])}" if one["plays_waiting"] else ""
            console.print(f"play-by-play of {league}: {_seasons(one['plays'])}{waits}", highlight=False)
        if job := one["training"]:
            became = f"{job['outcome']}: {job['why']}" if job["outcome"] else _not_judged(job["status"])
            console.print(
                f"training of {league}: {job['job']} of {job['at']}, {became}", highlight=False, soft_wrap=True
            )
    if found["mapping"]["advice"]:
        console.print(f"nothing is applied: {found['mapping']['advice']}", highlight=False, soft_wrap=True)
    if found.get("dashboard"):
        console.print(f"dashboard {found['dashboard']}", highlight=False)


def _seasons(years: list[int]) -> str:
    """Seasons in words, those that follow each other as a span.

    >>> _seasons([2015, 2017, 2018, 2019])
    '2015, 2017-2019'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def _not_judged(status: str | None) -> str:
    """What SageMaker says of a job that has no verdict. status: None where it could not be asked."""
    if status in ("Failed", "Stopped"):
        return f"{status}: `madness train --follow JOB` says why"
    return "no verdict yet" + (f" ({status})" if status else "")


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} seconds ago"


def render_models(found: dict[str, Any]) -> None:
    """Print models, who is in charge and the decisions, by league, on stdout."""
    from rich.padding import Padding

    console, table = tables()
    for league, one in found.items():
        now = one["in_charge"]
        since = told((now["effective_from"]["season"], now["effective_from"]["day"])) if now["effective_from"] else None
        text = f"in charge: {now['id']}, {f'since {since}' if since else 'from the beginning'}: {now['reason']}"
        console.print(f"{League(league).label}, {text}", highlight=False, soft_wrap=True)
        rows = table("model", "", "trained on games to", "kind", "games", "log loss", "Brier", title="models")
        for model in one["models"]:
            through = told((model["trained_through"]["season"], model["trained_through"]["day"]))
            standing = model["standing"] + (", ships" if model["ships"] else "")
            cells = [
                (kind, f"{s['games']:,}", f"{s['log_loss']:.4f}", f"{s['brier']:.4f}")
                for kind, s in model["scores"].items()
            ] or [("-", "-", "-", "-")]
            for place, scores in enumerate(cells):
                rows.add_row(*((model["id"], standing, through) if place == 0 else ("", "", "")), *scores)
        console.print(rows)
        if one["decisions"]:
            console.print("\ndecisions", style="italic", highlight=False)
            for made in one["decisions"]:
                start = made["effective_from"]
                day = told((start["season"], start["day"])) if start else "the beginning"
                start_told = "" if made["action"] == KEPT else f", from {day} on"
                at = f"{made['at']} " if made["at"] else ""
                console.print(f"  {at}{made['id']} {made['action']}{start_told}, by {made['by']}", highlight=False)
                # A paragraph of its own: in a column it would be a dozen lines.
                console.print(Padding(made["reason"], (0, 0, 0, 6)), highlight=False)
        if one["refused"]:
            refused = table("at", "training job", "why", title="refused: no models that could be used")
            for it in one["refused"]:
                refused.add_row(it["at"], it["job"], it["reason"])
            console.print(refused)
        console.print()
