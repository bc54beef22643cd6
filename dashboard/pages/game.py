"""Game: how one game went, play by play, who did what, and what the forecast was and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import html

from dashboard import game_figures, game_sheet, game_why, gamelog, matchups, notes, parts
from dashboard.data import Game
from dashboard.gamelog import GameLog, Shown
from dashboard.notes import Note, quoted
from dashboard.place import number
from dashboard.view import View
from dashboard.wording import percent, plural, season_label
from hoops.errors import Retryable
from hoops.games.leagues import LAST_DAY, League

TITLE = "Game"
PARAMETERS = ("game", "plays")
_AVERAGE_EXCITEMENT = 4
_READ = ("forecasts", "results", "ratings", "play_games", "game_swings", "scoring_runs")
_KINDS = {"regular": "Regular season", "ncaa": "NCAA tournament", "secondary": "Other tournament"}
Row = Mapping[str, Any]


def render(view: View) -> list[Any]:
    asked = view.place.asked.get("game", "")
    game = _asked(view)
    if game is not None:
        view.tables.ahead(_READ, view.league, view.season)
    row = None if game is None else _row(view, game)
    if game is None or row is None:
        return _not_there(view, asked, game)
    said: list[Note] = []
    try:
        log = gamelog.of_game(view, game) if "team1_won" in row else None
    except Retryable:
        log, said = None, [Note("The plays of this season are being published anew: load the page again in a moment.")]
    shown = Shown(view, row, log)
    made: list[Any] = [_head(shown), *_badge(shown)]
    if log is not None:
        made += [*_timeline(shown, log), _tiles(shown, log)]
        plays, more = game_sheet.every_play(shown, log)
        said += more
        beside = html.Div([game_sheet.found(shown, log), game_sheet.moves(shown, log)], className="stack")
        made += [
            game_sheet.players(shown, log),
            html.Div([game_sheet.boxes(shown), beside], className="pair"),
            *game_sheet.shots(shown, log),
            plays,
        ]
    elif shown.is_over:
        made += [game_sheet.boxes(shown), _no_plays(view)]
    made += [*game_why.forecast(shown), *game_why.meetings(shown)]
    return [*parts.notes(said), *made]


def heading(view: View) -> str:
    """The teams of the game that is shown, visitors first."""
    game = _asked(view)
    row = None if game is None else _row(view, game)
    return TITLE if row is None else " – ".join(row[f"team{side}_name"] for side in _order(row))


def _asked(view: View) -> Game | None:
    asked = view.place.asked.get("game", "")
    return _game_of(asked) if asked else _latest(view)


def _order(row: Row) -> tuple[int, int]:
    """Visitors above hosts, as on a scoreboard."""
    return (2, 1) if row["site"] > 0 else (1, 2)


def _latest(view: View) -> Game | None:
    """The last game of the season that was played, else the first to come; None if there is neither."""
    for name, at in (("forecasts", -1), ("upcoming", 0)):
        games = view.table(name, ("day", "team1_id", "team2_id"))
        if games.num_rows:
            day, team1, team2 = (games[column][at].as_py() for column in games.column_names)
            return day, team1, team2
    return None


def _game_of(asked: str) -> Game | None:
    """Day and teams of an address, the lower id first; None if it names none."""
    numbers = [number(part) for part in asked.split("-")]
    if len(numbers) != 3 or None in numbers:
        return None
    day, one, two = (part for part in numbers if part is not None)
    return (day, min(one, two), max(one, two)) if day <= LAST_DAY else None


def _row(view: View, game: Game) -> Row | None:
    day, *teams = game
    for read in (matchups.played, matchups.upcoming):
        for row in read(view, [day], team=teams[0]):
            if [row["team1_id"], row["team2_id"]] == teams:
                return row
    return None


def _not_there(view: View, asked: str, game: Game | None) -> list[Any]:
    """What an address names that is no game of the season, and the way on."""
    ways: list[Any] = [
        parts.link("Latest and next games", view.place.href(""), "button"),
        parts.link("Every game of the season", view.place.href("", show="season"), "button"),
    ]
    if not asked:
        title, text = "No games yet", "Every game of the season has a page here once results or fixtures are in."
    elif game is None:
        title = f"{quoted(asked)} names no game"
        text = "An address names a game by its day and its teams, such as game=132-1181-1314."
    else:
        title = "There is no such game"
        text = f"On {view.day(game[0], year=True)} the teams {game[1]} and {game[2]} do not meet in "
        text += f"{season_label(view.season)}, as far as it is loaded here."
        for team in game[1:]:
            if notes.other_league(view.place, team) is not None:
                text += f" Team {team} plays in another league."
            elif view.rows("team_records", ("team_id",), team_id=team):
                ways.append(parts.link(f"Team {team}", view.team_href(team), "button"))
        for other in League:
            if other is not view.league and all(team in other.team_ids for team in game[1:]):
                there = replace(view.place, league=other).href("game", game=asked)
                ways.append(parts.link(f"The {other.label.lower()}'s game", there, "button"))
    return [parts.empty(title, text), html.Div(ways, className="ways")]


def _head(shown: Shown) -> html.Section:
    """Scoreboard: teams with ranks, points by period where the plays tell them, when, where and what."""
    view, row = shown.view, shown.row
    standings = view.standings_before(row["day"])
    periods = shown.log.by_period() if shown.log is not None and shown.log.is_whole else []
    titles = [gamelog.brief(name) for name, *_ in periods] + ["Final" if shown.is_over else "Chance"]
    chances = (row["team1_probability"], 1 - row["team1_probability"])
    lines = []
    for side in _order(row):
        points = [str(period[side]) for period in periods]
        total = str(row[f"team{side}_score"]) if shown.is_over else percent(chances[side - 1])
        rank = standings.get(row[f"team{side}_id"], (None,))[0]
        ahead = row["team1_won"] == (side == 1) if shown.is_over else chances[side - 1] > 0.5
        name = parts.link(row[f"team{side}_name"], view.team_href(row[f"team{side}_id"]))
        lines.append(html.Tr(
            [html.Th([html.I(className=f"dot team{side}", **parts.aria(hidden="true")), name,
                      html.Span(f"#{rank}", className="rank", title="Rank before the game") if rank else None],
                     scope="row"),
             *[html.Td(one) for one in points], html.Td(total, className="total")],
            className="won" if ahead else "lost" if shown.is_over else "",
        ))  # fmt: skip
    head = html.Thead(html.Tr([html.Th(html.Span("Team", className="unseen")), *[html.Th(one) for one in titles]]))
    where = matchups.place_of(row)
    what = row.get("tournament") or _KINDS.get(row.get("kind", ""), "")
    facts = [view.day(row["day"], year=True), what, where, matchups.overtime(row.get("num_ot") or 0)]
    if not shown.is_over:
        facts.append("to come")
    return html.Section(
        [html.P(" · ".join(filter(None, facts)), className="note"),
         html.Table([head, html.Tbody(lines)], className="scoreboard")],
        className="card padded game-page-head",
    )  # fmt: skip


def _badge(shown: Shown) -> list[Any]:
    """What is wrong with the play-by-play, if anything."""
    log, row = shown.log, shown.row
    if log is None or log.is_whole:
        return []
    facts = log.facts
    rebuilt, stated = (f"{facts[f'team1_{what}']}–{facts[f'team2_{what}']}" for what in ("points", "score"))
    final = f"{row['team1_score']}–{row['team2_score']}"
    text = []
    if facts["truncated"]:
        last = gamelog.moment(facts["last_seconds"], log.regular)
        text.append(f"The log lacks plays: it has {plural(facts['plays'], 'play')}, the last of them at {last}.")
    elif log.stops_early:
        text.append(f"The log stops at {gamelog.moment(facts['last_seconds'], log.regular)}.")
    if not facts["complete"]:
        text.append(f"The plays add up to {rebuilt}; the final score is {final}.")
    if not facts["agrees"]:
        text.append(f"The log states a final score of {stated}, the results {final}: the results hold.")
    text.append("What is made of the plays below, win probability too, is as good as they are.")
    return [html.Div([html.Span("Play-by-play incomplete", className="tag warn"), " ", " ".join(text)],
                     className="notes badge")]  # fmt: skip


def _tiles(shown: Shown, log: GameLog) -> html.Div:
    names, row, facts = shown.names, shown.row, log.facts
    favourite = matchups.chance_of_winner(row)
    winner = names[0] if row["team1_won"] else names[1]
    made = [parts.tile("Chance before the game", percent(favourite), f"of {winner}, who won")]
    lowest, biggest = log.lowest(), log.biggest()
    if log.swings is not None and lowest is not None and biggest is not None:
        least, at = lowest
        when = "before the game" if at is None else f"at {log.moment(at)}, {gamelog.led(at, names)}"
        gain = log.swings["biggest_swing"]
        to = names[0] if gain > 0 else names[1]
        much = log.swings["excitement"]
        made += [
            parts.tile("Winner's lowest chance", percent(least), when),
            parts.tile("Biggest swing", f"+{abs(gain):.0%}",
                       f"to {to}: {gamelog.words(biggest).lower()} by {gamelog.who(biggest)}, {log.moment(biggest)}"),
            parts.tile("Excitement", f"{much:.1f}", f"an average game has {_AVERAGE_EXCITEMENT}"),
        ]  # fmt: skip
    ties = plural(facts["ties"], "tie")
    made.append(parts.tile("Lead changes", str(facts["lead_changes"]), ties))
    leads = " · ".join(f"{name} {log.largest(side)}" for side, name in enumerate(names, start=1))
    made.append(parts.tile("Largest leads", str(max(log.largest(1), log.largest(2))), leads))
    return parts.tiles(*made, css="six")


def _timeline(shown: Shown, log: GameLog) -> list[Any]:
    names = shown.names
    pregame = None if log.swings is None else log.swings["team1_probability"]
    figure = game_figures.timeline(log, names, pregame)
    key = parts.legend(list(zip(names, game_figures.TEAMS, strict=True)))
    if pregame is None:
        words = f"The lead of {names[0]} over the minutes. Bands are runs of eight points and more."
        title, note = "How it went", "No win probabilities are published for this game"
    else:
        words = (
            f"Above the middle {names[0]} was the likelier winner, below it {names[1]}; the diamond is the biggest "
            "swing. Then the lead, with runs of eight points and more as bands, and how much two points mattered at "
            "that moment (leverage)."
        )
        title, note = "Win probability and score", "After every play, from the forecast before the game"
    graph = parts.graph("timeline", figure, words, 560 if pregame is not None else 320)
    return [parts.section(title, parts.card(key, graph, css="padded"), note=note)]


def _no_plays(view: View) -> html.Section:
    file = f"{view.league}Events{view.season}.csv"
    if view.seasons_with("play_games") and view.season in view.seasons_with("play_games"):
        text = f"{file} is loaded, but it has no plays of this game."
    else:
        text = f"No play-by-play of {season_label(view.season)} is loaded: madness ingest {file}.gz brings it."
    return parts.section("Play by play", parts.quiet(text))
