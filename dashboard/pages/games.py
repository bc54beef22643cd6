"""Games: what comes next, what happened last, any day of the season, and the season as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from dash import html

from dashboard import grids, matchups, parts
from dashboard.components import GameList
from dashboard.notes import Note, quoted
from dashboard.view import View
from dashboard.wording import percent, plural
from hoops.evaluation import metrics
from hoops.games.leagues import LAST_DAY

TITLE = "Games"
PARAMETERS = ("day", "show")
SHOWS = ("days", "season")
SORTS_PLAYED = (
    ("best", "Top teams first"),
    ("surprise", "Biggest surprise first"),
    ("close", "Closest forecast first"),
)
SORTS_UPCOMING = (("best", "Top teams first"), ("close", "Closest forecast first"))
ENOUGH = 6  # days are added to "up next" and "latest" until there are this many games


def render(view: View) -> list[Any]:
    forecasts = view.table("forecasts", ("day", "team1_probability", "team1_won", "out_of_sample"))
    played, coming = Counter(forecasts["day"].to_pylist()), Counter(view.table("upcoming", ("day",))["day"].to_pylist())
    if not played and not coming:
        return [parts.empty("No games yet", "Results and forecasts of this season will stand here once they are in.")]
    top = [*parts.notes(_not_there(view, bool(played))), _summary(view, forecasts, coming.total())]
    asked = view.place.integer("day")
    if played and view.place.asked.get("show") == "season":
        return [*top, _toolbar(view, "season"), *_season(view)]
    if asked is None or asked > LAST_DAY:
        steps = (max(played, default=None), min(_after(coming, played), default=None))
        return [*top, _toolbar(view, "days", {*played, *coming}, None, steps), *_overview(view, played, coming)]
    days = {*played, *coming}
    steps = max((d for d in days if d < asked), default=None), min((d for d in days if d > asked), default=None)
    return [*top, _toolbar(view, "days", days, asked, steps), *_one_day(view, asked)]


def _not_there(view: View, any_played: bool) -> list[Note]:
    place, said = view.place, []
    day, show = place.asked.get("day", ""), place.asked.get("show", "")
    latest = (("The latest and next games are shown", place.href()),)
    number = place.integer("day")
    if day and (number is None or number > LAST_DAY):
        said.append(Note(f"{quoted(day)} is no day of a season: days are 0 to {LAST_DAY}.", latest))
    if show and show not in SHOWS:
        text = f"There is nothing to show that is called {quoted(show)}: allowed are {', '.join(SHOWS)}."
        said.append(Note(text, latest))
    elif show == "season" and not any_played:
        said.append(Note("No game of this season has been played: there is no whole season to show.", latest))
    return said


def _summary(view: View, forecasts: Any, coming: int) -> html.Div:
    counted = forecasts.filter(forecasts["out_of_sample"])
    probability, won = counted["team1_probability"].to_numpy(), counted["team1_won"].to_numpy(zero_copy_only=False)
    accuracy = f"{metrics.accuracy(probability, won):.1%}" if len(won) else "–"
    log_loss = f"{metrics.log_loss(probability, won):.3f}" if len(won) else "–"
    champion = None if coming else view.seasons.get(view.season, {}).get("champion_name")
    last = (
        parts.tile("Champion", champion, "NCAA tournament")
        if champion
        else parts.tile("Games to come", f"{coming:,}", "on the schedule")
    )
    return parts.tiles(
        parts.tile("Games played", f"{forecasts.num_rows:,}", "this season"),
        last,
        parts.tile("Favourites that won", accuracy, "a coin: 50%"),
        parts.tile("Log loss", log_loss, f"a coin: {metrics.COIN_LOG_LOSS:.3f}"),
        css="last-on-phone",
    )


def _overview(view: View, played: Counter[int], coming: Counter[int]) -> list[Any]:
    made = []
    if next_days := _after(coming, played):
        days = _until_enough(coming, next_days)
        made.append(_games(view, "Up next", matchups.upcoming(view, days), SORTS_UPCOMING, "upcoming"))
    if late := [day for day in sorted(coming) if day not in next_days]:
        made.append(_games(view, "No result yet", matchups.upcoming(view, late), SORTS_UPCOMING, "upcoming"))
    if played:
        days = _until_enough(played, sorted(played, reverse=True))
        made.append(_games(view, "Latest results", matchups.played(view, days), SORTS_PLAYED, "played"))
    return made


def _after(coming: Counter[int], played: Counter[int]) -> list[int]:
    """Days to come after the last one with results; on earlier ones a result is missing."""
    return sorted(day for day in coming if day > max(played, default=-1))


def _until_enough(games: Counter[int], days: list[int]) -> list[int]:
    taken: list[int] = []
    for day in days:
        taken.append(day)
        if sum(games[d] for d in taken) >= ENOUGH:
            break
    return taken


def _one_day(view: View, asked: int) -> list[Any]:
    finished, coming = matchups.played(view, [asked]), matchups.upcoming(view, [asked])
    if not finished and not coming:
        return [parts.quiet(f"No games on {view.day(asked, year=True)}. Pick another day above.")]
    made = []
    if finished:
        made.append(_games(view, "Results", finished, SORTS_PLAYED, "played"))
    if coming:
        made.append(_games(view, "To come", coming, SORTS_UPCOMING, "upcoming"))
    return made


def _games(
    view: View, title: str, games: list[dict[str, Any]], sorts: Sequence[tuple[str, str]], name: str
) -> GameList:
    days = sorted({game["day"] for game in games})
    spans = " to ".join(view.day(day) for day in dict.fromkeys((days[0], days[-1])))
    cards = matchups.cards(view, games)
    if len(days) == 1:
        cards = [card | {"when": ""} for card in cards]
    else:
        sorts = [("time", "In order of time"), *sorts]
    note = f"{spans} · {plural(len(games), 'game')}{_how_it_went(games)}"
    return GameList(name, cards, sorts, title=title, note=note)


def _how_it_went(games: list[dict[str, Any]]) -> str:
    """How many favourites won, beside how many should have."""
    finished = [game for game in games if "team1_won" in game]
    if not finished:
        return ""
    right = sum(matchups.chance_of_winner(game) > 0.5 for game in finished)
    expected = sum(max(game["team1_probability"], 1 - game["team1_probability"]) for game in finished)
    return f" · favourites won {right} of {len(finished)}, {expected:.1f} expected"


def _toolbar(
    view: View,
    shown: str,
    days: Collection[int] = (),
    asked: int | None = None,
    steps: tuple[int | None, int | None] = (None, None),
) -> html.Div:
    """Days or the whole season; any day with games, and those before and after the one shown."""
    switch = parts.choice("show", shown, [("days", "By day"), ("season", "Whole season")], "Days or whole season")
    if shown == "season":
        return html.Div(switch, className="picker toolbar")
    options = [(str(day), view.day(day, year=True)) for day in sorted(days, reverse=True)]
    value = str(asked) if asked in days else None
    picker = [
        _step(view, "Earlier", "‹", steps[0]),
        parts.select("day", value, options, "Day", placeholder="Go to a day", w=190),
        _step(view, "Later", "›", steps[1]),
    ]
    latest = None if asked is None else parts.link("Latest and next", view.place.href(), "button")
    return html.Div([switch, html.Div(picker, className="stepper"), latest], className="picker toolbar")


def _step(view: View, label: str, sign: str, day: int | None) -> Any:
    if day is None:
        return html.Span(sign, className="step-day off", **parts.aria(hidden="true"))
    return html.A(
        sign, href=view.place.href(day=day), className="go step-day", title=f"{label}: {view.day(day)}",
        **parts.aria(label=f"{label} day with games, {view.day(day)}"),
    )  # fmt: skip


def _season(view: View) -> list[Any]:
    rows = matchups.season_rows(view, matchups.played(view))
    columns = [
        grids.day(),
        grids.team("winner", "winnerId", view.team_href(""), "Winner", 140),
        grids.text("score", "Score", 110, grows=False, cellClass="num", sortable=False,
                   **grids.link("game", view.game_href(""))),
        grids.team("loser", "loserId", view.team_href(""), "Loser", 140),
        {"field": "chance", "headerName": "Winner's chance", "width": 142, "cellRenderer": "Chance"},
        {"field": "outcome", "headerName": "Forecast", "width": 98, "cellRenderer": "Outcome"},
        grids.wide(grids.number("margin", "Won by", 86)),
        grids.wide(grids.number("expected", "Expected", 96, 1, signed=True)),
        grids.wide(grids.text("where", "Winner was", 160)),
        grids.wide(grids.text("kind", "Kind", 90, grows=False)),
    ]  # fmt: skip
    find = grids.search("season", "Find a team, city or date")
    upsets = sum(row["outcome"] == "wrong" for row in rows)
    note = (
        f"{plural(len(rows), 'game')}, {plural(upsets, 'upset')}. Sort by the winner's chance to see the biggest ones."
    )
    if rows:
        note += f" The least likely winner had {percent(min(row['chance'] for row in rows))}."
    return [
        parts.section(
            "Every game", parts.card(grids.grid("season", columns, rows, finds=True)), note=note, actions=[find]
        )
    ]
