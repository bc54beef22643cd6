"""Statistics: what was done in a season, how often, where on the court, when, and by which teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
import numpy as np
import pyarrow.compute as pc
from dash import html

from dashboard import grids, moves, notes, parts, play_figures, playbyplay
from dashboard.figures import PALETTE
from dashboard.moves import MADE, MISSED, Move
from dashboard.notes import Note, quoted
from dashboard.place import number
from dashboard.view import View, only, values
from dashboard.view import rows as rows_of
from dashboard.wording import plural
from hoops.plays.vocabulary import AREAS

TITLE = "Statistics"
PARAMETERS = ("event", "court", "step", "teams", "x", "y")
MOST, DEFAULT = 6, 2  # teams beside each other
_ALL = "all"
_CUT_OFF = 0.1  # share of truncated logs from which on a mean is not taken at its word
_STEPS = {"week": "By week", "day": "By day"}
_SHARE, _MEAN = ".0%", ""  # how the ticks of an axis are written


@dataclass(frozen=True)
class Measure:
    """What teams are compared by. of: from how often each event was done, and the games."""

    title: str
    of: Callable[[Mapping[str, int], int], float]
    tick: str = _MEAN

    def shown(self, value: float) -> str:
        return f"{value:.1%}" if self.tick == _SHARE else f"{value:.1f}"


def _mean(title: str, *events: str) -> Measure:
    return Measure(title, lambda done, games: sum(done[event] for event in events) / games)


def _share(title: str, part: Sequence[str], rest: Sequence[str]) -> Measure:
    def of(done: Mapping[str, int], _games: int) -> float:
        some = sum(done[event] for event in part)
        return some / max(some + sum(done[event] for event in rest), 1)

    return Measure(title, of, _SHARE)


_THREES, _TWOS, _FREE = ((MADE[points], MISSED[points]) for points in (3, 2, 1))
MEASURES: dict[str, Measure] = {
    "points": Measure("Points", lambda done, games: sum(done[MADE[p]] * p for p in MADE) / games),
    "two_share": _share("Share of twos made", _TWOS[:1], _TWOS[1:]),
    "three_share": _share("Share of threes made", _THREES[:1], _THREES[1:]),
    "free_share": _share("Share of free throws", _FREE[:1], _FREE[1:]),
    "three_rate": _share("Threes among shots", _THREES, _TWOS),
    "twos": _mean("Twos attempted", *_TWOS),
    "threes": _mean("Threes attempted", *_THREES),
    "free_throws": _mean("Free throws attempted", *_FREE),
    "rebounds": _mean("Rebounds", "rebound"),
    "assists": _mean("Assists", "assist"),
    "steals": _mean("Steals", "steal"),
    "blocks": _mean("Blocks", "block"),
    "turnovers": _mean("Turnovers", "turnover"),
    "fouls": _mean("Fouls", "foul"),
}
# Lines through the season where no event is picked.
_LINES: dict[str, tuple[str, ...]] = {
    "Two-pointers attempted": _TWOS, "Three-pointers attempted": _THREES, "Free throws attempted": _FREE,
    "Rebounds": ("rebound",), "Turnovers": ("turnover",), "Fouls": ("foul",),
}  # fmt: skip


def render(view: View) -> list[Any]:
    games = view.table("play_games", ("day", "team1_id", "team2_id", "plays", "complete", "agrees", "truncated"))
    if not games.num_rows:
        return playbyplay.nothing(view)
    days = view.table("event_days", ("day", "event", "detail", "area", "count"))
    every = moves.moves(days)
    event, said = notes.picked(view.place, "event", [_ALL, *(move.event for move in every)], _ALL)
    step, more = notes.picked(view.place, "step", _STEPS, "week")
    said += more
    chosen = next((move for move in every if move.event == event), None)
    events = days if chosen is None else only(days, event=event)
    areas, more = _areas(view, events, event)
    said += more
    teams, more = _teams(view, games)
    said += more
    return [
        *parts.notes(said),
        _tiles(view, games, sum(move.count for move in every)),
        _kept_apart(view, days),
        _bars(every, chosen, games.num_rows),
        _through(view, events, chosen, games, step),
        areas,
        *teams,
    ]


def _tiles(view: View, games: Any, plays: int) -> html.Div:
    played = view.table("results", ("day",)).num_rows
    complete = games["complete"].to_numpy(zero_copy_only=False) & games["agrees"].to_numpy(zero_copy_only=False)
    truncated = int(games["truncated"].to_numpy(zero_copy_only=False).sum())
    incomplete = int((~complete).sum())
    return parts.tiles(
        parts.tile("Games with plays", f"{games.num_rows:,}", f"of {played:,} in the results"),
        parts.tile("Plays", f"{plays:,}", f"{plays / games.num_rows:.0f} a game"),
        parts.tile(
            "Incomplete", f"{incomplete:,}", f"{incomplete / games.num_rows:.1%}: plays add up to another score"
        ),
        parts.tile("Truncated", f"{truncated:,}", "under 200 plays, or no field goal made"),
    )


def _kept_apart(view: View, days: Any) -> Any:
    """What of the season's file is in no table, and what of it is not understood."""
    stray = view.table("stray_plays", ("day", "team1_id", "team2_id"))
    unknown = moves.unknown_codes(days)
    said = []
    if stray.num_rows:
        games = len({*zip(*(values(stray, name) for name in stray.column_names), strict=True)})
        said.append(f"{plural(stray.num_rows, 'play')} of {plural(games, 'game')} that are not in the results are kept "
                    "apart, and counted nowhere.")  # fmt: skip
    if unknown:
        said.append("Codes that the files have and nobody documents, counted as they stand: "
                    + ", ".join(f"{code} ({count:,})" for code, count in unknown) + ".")  # fmt: skip
    return html.P(" ".join(said), className="claim") if said else None


def _bars(every: Sequence[Move], chosen: Move | None, games: int) -> html.Section:
    options = [(_ALL, "All events"), *((move.event, move.event.capitalize()) for move in every)]
    picker = parts.select("event", chosen.event if chosen else _ALL, options, "Event", w=230)
    shown = every if chosen is None else _kinds(chosen)
    title = "What happens" if chosen is None else chosen.event.capitalize()
    note = "Every event of the season" if chosen is None else f"By kind, {plural(chosen.count, 'time')} in all"
    return parts.section(title, playbyplay.bars_of("events", shown, games), actions=[picker], note=note)


def _kinds(move: Move) -> list[Move]:
    """The kinds of an event, each as if it were one."""
    kinds = sorted(move.kinds.items(), key=lambda one: -one[1])
    return [Move(kind or move.event, count) for kind, count in kinds]


def _through(view: View, events: Any, chosen: Move | None, games: Any, step: str) -> html.Section:
    """Events a game through the season, by week or day."""
    width = 7 if step == "week" else 1
    played: dict[int, int] = defaultdict(int)
    for day in games["day"].to_pylist():
        played[day // width * width] += 1
    counts: dict[tuple[str, int], int] = defaultdict(int)
    if chosen is None:
        of = {event: label for label, several in _LINES.items() for event in several}
        for event, day, count in moves.sums(events, "event", "day"):
            if event in of:
                counts[of[event], day // width * width] += count
        labels = list(_LINES)
    else:
        kinds = [move.event for move in _kinds(chosen)[: len(PALETTE)]]
        labels = [kind.capitalize() for kind in kinds]
        for kind, day, count in moves.sums(events, "detail", "day"):
            if (kind or chosen.event) in kinds:
                counts[(kind or chosen.event).capitalize(), day // width * width] += count
    dated = view.day_zero is not None

    def point(label: str, day: int) -> tuple[Any, float, str]:
        each = counts[label, day] / played[day]
        when = view.day(day) if width == 1 else f"week of {view.day(day)}"
        return (
            str(view.date(day)) if dated else day,
            each,
            f"{each:.1f} a game<br>{when}, {plural(played[day], 'game')}",
        )

    lines = {label: [point(label, day) for day in sorted(played)] for label in labels}
    names = parts.legend([(label, PALETTE[at]) for at, label in enumerate(lines)])
    figure = play_figures.through_season(lines, dated=dated, title="A game, both teams")
    described = "How often it happened in a game with plays, both teams together." + _cut_off(view, games, width)
    return parts.section(
        "Through the season",
        parts.card(names, parts.graph("through", figure, described, 360), css="padded"),
        actions=[parts.choice("step", step, list(_STEPS.items()), "By week or by day")],
    )


def _cut_off(view: View, games: Any, width: int) -> str:
    """Words on the weeks, or days, whose means are low as many of their logs are truncated."""
    start = games["day"].to_numpy() // width * width
    truncated = games["truncated"].to_numpy(zero_copy_only=False)
    shares = {int(day): float(truncated[start == day].mean()) for day in np.unique(start[truncated])}
    said = [f"{view.day(day)} ({share:.0%})" for day, share in shares.items() if share > _CUT_OFF]
    if not said:
        return ""
    which = "Weeks" if width > 1 else "Days"
    return f" {which} whose means are too low, as many of their logs are truncated: {', '.join(said)}."


def _areas(view: View, events: Any, event: str) -> tuple[html.Div | html.Section, list[Note]]:
    """Events by court area as bars, and shots on the court."""
    every = playbyplay.shot_areas(view)
    rows = rows_of(only(every, player_id=None))
    shots = sum(row["attempted"] for row in rows)
    average = sum(row["made"] * row["value"] for row in rows) / shots if shots else 0.0
    drawn, said = playbyplay.court_section(view, rows, average, [])
    counted = moves.sums(events.filter(pc.is_valid(events["area"])), "area")
    if not rows and not counted:
        return drawn, said
    what = "Events" if event == _ALL else event.capitalize()
    content: Any = parts.quiet("None whose area is known.")
    if counted:
        total, order = sum(count for _, count in counted), list(AREAS.values())
        counted.sort(key=lambda one: order.index(one[0]) if one[0] in order else len(order))
        bars = [(area.capitalize(), count, f"<b>{area.capitalize()}</b> {count:,}, {count / total:.1%}")
                for area, count in counted]  # fmt: skip
        marks = [f"{count:,} ({count / total:.1%})" for _, count in counted]
        without = sum(count for *_, count in moves.sums(events)) - total
        words = f"{what} by area of the court. {without:,} more happened in none, or in one that is not known."
        graph = parts.graph("areas", play_figures.bars(bars, marks=marks), words, play_figures.bars_height(len(bars)))
        content = parts.card(graph, css="padded")
    return html.Div([parts.section(f"{what} by court area", content), drawn], className="pair"), said


def _teams(view: View, games: Any) -> tuple[list[Any], list[Note]]:
    """Teams beside each other: as a table, and among all in two measures."""
    ids, times = np.unique(np.concatenate([games[f"team{side}_id"].to_numpy() for side in (1, 2)]), return_counts=True)
    played = dict(zip(ids.tolist(), times.tolist(), strict=True))
    counts = view.table("team_event_counts", ("team_id", "team_name", "event", "count"))
    names: dict[int, str] = {}
    done: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for team, name, event, count in moves.sums(counts, "team_id", "team_name", "event"):
        names[team] = name
        done[team][event] += count
    rates = {
        team: {key: measure.of(done[team], played[team]) for key, measure in MEASURES.items()}
        for team in names
        if team in played
    }
    picked, said = _picked(view, names)
    axes = {}
    for name, otherwise in (("x", "three_rate"), ("y", "points")):
        axes[name], more = notes.picked(view.place, name, MEASURES, otherwise)
        said += more
    options = [{"value": str(team), "label": name} for team, name in sorted(names.items(), key=lambda one: one[1])]
    picker = dmc.MultiSelect(
        id={"param": "teams"}, data=options, value=[str(team) for team in picked], maxValues=MOST, searchable=True,
        size="sm", className="teams-picker", hidePickedOptions=True, placeholder="Add a team",
        **parts.aria(label=f"Teams to compare, at most {MOST}"),
    )  # fmt: skip
    return [
        parts.section("Teams compared", parts.card(_beside(names, rates, picked)), actions=[picker],
                      note="Means of a game and shares, from the plays of each team's games"),
        _scattered(names, rates, picked, axes),
    ], said  # fmt: skip


def _picked(view: View, names: Mapping[int, str]) -> tuple[list[int], list[Note]]:
    asked = {text: number(text) for text in view.place.parts("teams")}
    found = [team for team in asked.values() if team is not None and team in names]
    ranks = view.rows("team_records", ("team_id", "rank"))
    best = [row["team_id"] for row in sorted(ranks, key=lambda row: row["rank"]) if row["team_id"] in names]
    shown = found[:MOST] or (best or sorted(names))[:DEFAULT]
    link = ("These are shown", view.place.href(None, teams=",".join(map(str, shown))))
    said = []
    if missing := [text for text, team in asked.items() if team not in names]:
        more = f" and {len(missing) - MOST} more" if len(missing) > MOST else ""
        said.append(Note(f"No team with plays has the id {', '.join(map(quoted, missing[:MOST]))}{more}.", (link,)))
    if len(found) > MOST:
        left = ", ".join(map(str, found[MOST:]))
        said.append(Note(f"{MOST} teams at most stand beside each other: {left} left out.", (link,)))
    return shown, said


def _beside(names: Mapping[int, str], rates: Mapping[int, Mapping[str, float]], picked: Sequence[int]) -> Any:
    rows = [
        {"what": measure.title, "every": measure.shown(float(np.mean([one[key] for one in rates.values()]))),
         **{f"t{team}": measure.shown(rates[team][key]) for team in picked}}
        for key, measure in MEASURES.items()
    ]  # fmt: skip
    right = {"type": "rightAligned", "cellClass": grids.RIGHT, "sortable": False}
    columns = [
        grids.text("what", "Measure", 176, sortable=False, pinned="left", grows=False),
        *({"field": f"t{team}", "headerName": names[team], "minWidth": 90, "flex": 90, **right} for team in picked),
        {"field": "every", "headerName": "All teams", "minWidth": 90, "flex": 90, **right},
    ]
    return grids.grid("compared", columns, rows)


def _scattered(
    names: Mapping[int, str], rates: Mapping[int, Mapping[str, float]], picked: Sequence[int], axes: Mapping[str, str]
) -> html.Section:
    x, y = (MEASURES[axes[name]] for name in ("x", "y"))
    found = {team: [one[axes[name]] for name in ("x", "y")] for team, one in rates.items()}
    teams = [
        {"id": team, "name": names[team], "x": round(across, 4), "y": round(up, 4),
         "text": f"<b>{names[team]}</b><br>{x.title}: {x.shown(across)}<br>{y.title}: {y.shown(up)}"}
        for team, (across, up) in found.items()
    ]  # fmt: skip
    options = [(key, measure.title) for key, measure in MEASURES.items()]
    pickers = [parts.select(name, axes[name], options, label, w=210)
               for name, label in (("x", "Measure across"), ("y", "Measure upwards"))]  # fmt: skip
    figure = play_figures.compared(teams, picked, x.title, y.title, x.tick, y.tick)
    described = f"Each point is a team: {x.title.lower()} across, {y.title.lower()} upwards; picked teams have names."
    return parts.section(
        "Among all teams", parts.card(parts.graph("scatter", figure, described, 440), css="padded"), actions=pickers
    )
