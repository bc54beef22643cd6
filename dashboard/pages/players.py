"""Players: leaders of a season, the players of a team, and what one of them did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from dash import html

from dashboard import grids, matchups, moves, notes, parts, play_figures, playbyplay
from dashboard.notes import Note, other_league, quoted
from dashboard.view import View, only, rows, values
from dashboard.wording import plural, season_label, signed

TITLE = "Players"
PARAMETERS = ("team", "player", "per", "court")
_PER = {"game": "Per game", "total": "Total"}
# What the season's leaders are asked for: title, column, digits of a mean.
_LEADERS = (
    ("Points", "points", 1), ("Rebounds", "rebounds", 1), ("Assists", "assists", 1), ("Steals", "steals", 2),
    ("Blocks", "blocks", 2), ("Three-pointers", "fgm3", 2), ("Moves of any kind", "total", 1),
    ("Wins added", "added", 3),
)  # fmt: skip
_FIRST, _PAIRS = 8, 12  # leaders of each; bars of who assisted whom
_GAME = ("day", "team1_id", "team2_id")
_PLACES = ("day", "team_id", "player_id", "event", "detail", "x", "y", "points")
_WHO = ("player_id", "player_name", "team_id", "team_name")
_MEANS = ("points", "rebounds", "assists", "steals", "blocks", "fgm3")
_MORE = (("assists", "Assists"), ("steals", "Steals"), ("blocks", "Blocks"), ("fgm3", "Threes"))
_MOVES = ("player_id", "player_name", "games", "total", "most_frequent", "most_frequent_count", "least_frequent",
          "least_frequent_count")  # fmt: skip
_PROFILE = ("team_id", "team_name", *_MOVES, *_MEANS, "fgm2", "fga2", "fga3", "ftm", "fta")
Row = dict[str, Any]


def heading(view: View) -> str:
    """The player or the team that is shown."""
    profiles = view.table("player_profiles", (*_WHO, "games"))
    here, team = _shown(view, profiles)
    names = values(only(profiles, team_id=team), "team_name") if team is not None else []
    return here["player_name"] if here else f"Players of {names[0]}" if names else TITLE


def _shown(view: View, profiles: pa.Table) -> tuple[Row | None, int | None]:
    """The player's profile and the team that the address asks for; None for what it does not, or what is not there."""
    asked, wanted = view.place.integer("team"), view.place.integer("player")
    found = [] if wanted is None else rows(only(profiles, player_id=wanted))
    here = max(found, key=lambda row: (row["team_id"] == asked, row["games"]), default=None)
    return here, here["team_id"] if here else asked if asked in set(values(profiles, "team_id")) else None


def render(view: View) -> list[Any]:
    profiles = _profiles(view)
    if not profiles.num_rows:
        return playbyplay.nothing(view)
    teams = dict(zip(values(profiles, "team_id"), values(profiles, "team_name"), strict=True))
    here, team = _shown(view, profiles)
    own = None if team is None else only(profiles, team_id=team)
    said = [*_no_team(view, teams, team), *_no_player(view, here)]
    if here is not None:
        content, more = _player(view, here)
    elif own is not None:
        content, more = _team(view, own)
    else:
        content, more = _leaders(view, profiles)
    return [*parts.notes([*said, *more]), _pickers(teams, team, own, here), *content]


def _profiles(view: View) -> pa.Table:
    """Profiles of the season's players, with the win probability that they added; null where that is not known."""
    profiles = view.table("player_profiles", _PROFILE)
    table = view.table("player_chances", ("team_id", "player_id", "added"))
    pairs = zip(values(table, "team_id"), values(table, "player_id"), strict=True)
    added = dict(zip(pairs, values(table, "added"), strict=True))
    keys = zip(values(profiles, "team_id"), values(profiles, "player_id"), strict=True)
    return profiles.append_column("added", pa.array(map(added.get, keys), pa.float64()))


def _pickers(teams: Mapping[int, str], team: int | None, own: pa.Table | None, here: Row | None) -> html.Div:
    options = [(str(one), name) for one, name in sorted(teams.items(), key=lambda item: item[1])]
    picked = [
        parts.select("team", None if team is None else str(team), options, "Team", placeholder="All teams", w=240,
                     clearable=True, allowDeselect=True)
    ]  # fmt: skip
    if own is not None:
        players = zip(values(own, "player_name"), values(own, "player_id"), strict=True)
        names = [(str(player), name) for name, player in sorted(players)]
        chosen = None if here is None else str(here["player_id"])
        picked.append(parts.select("player", chosen, names, "Player", placeholder="All players", w=240, clearable=True,
                                   allowDeselect=True, searchable=True))  # fmt: skip
    return html.Div(picked, className="picker")


def _no_team(view: View, teams: Mapping[int, str], shown: int | None) -> list[Note]:
    asked, number = view.place.asked.get("team", ""), view.place.integer("team")
    if not asked or (number is not None and number == shown):
        return []
    if number is not None and number in teams and shown is not None:
        return [Note(f"The player is none of {teams[number]}; shown is the player of {teams[shown]}.",
                     ((f"Players of {teams[number]}", view.place.href(team=number)),))]  # fmt: skip
    elsewhere = other_league(view.place, number)
    text = f"No team with play-by-play in {season_label(view.season)} has the id {quoted(asked)}."
    return [elsewhere or Note(text, (("All teams", view.place.href()),))]


def _no_player(view: View, here: Row | None) -> list[Note]:
    asked, number = view.place.asked.get("player", ""), view.place.integer("player")
    if not asked or here is not None:
        return []
    for season in reversed(view.seasons_with("player_profiles")):
        if number is None:
            break
        table = view.tables.table("player_profiles", view.league, season, ("player_id", "player_name"))
        names = values(only(table, player_id=number), "player_name")
        if names:
            there = replace(view.place, season=season).href(player=number)
            text = f"{names[0]} has no plays in {season_label(view.season)}."
            return [Note(text, ((f"{names[0]} in {season_label(season)}", there),))]
    text = f"No {view.league.label.lower()}'s player with plays has the id {quoted(asked)}."
    return [Note(text, (("The season's leaders", view.place.href()),))]


# The season's leaders.


def _leaders(view: View, profiles: pa.Table) -> tuple[list[Any], list[Note]]:
    per, said = notes.picked(view.place, "per", _PER, "game")
    games = profiles["games"].to_numpy()
    least = max(int(games.max()) // 2, 1)
    if per == "total":
        least = 0
        rule, order = "Of the whole season", "totals of the season"
    else:
        rule = f"Players with at least {plural(least, 'game')}, half as many as anyone has"
        order = f"means of the games with a play, those with fewer than {plural(least, 'game')} last"
    rule += ". Wins added are win probability added"
    able = profiles.filter(pa.array(games >= least))
    cards = [_card(view, able, *leader, per=per) for leader in _LEADERS]
    return [
        parts.section("Leaders", html.Div([one for one in cards if one], className="leaders"), note=rule,
                      actions=[parts.choice("per", per, list(_PER.items()), "Means or totals")]),
        parts.section("All players", _table(view, profiles, "players", teams=True, per=per, least=least),
                      actions=[grids.search("players", "Find a player or team")],
                      note=f"{plural(profiles.num_rows, 'player')} with plays; {order}"),
    ], said  # fmt: skip


def _card(view: View, profiles: pa.Table, title: str, column: str, digits: int, *, per: str) -> html.Div | None:
    """The best players in one respect; None where nobody has any of it."""
    value = pc.fill_null(profiles[column], 0).to_numpy().astype(float)
    value, digits = (value, 2 if column == "added" else 0) if per == "total" else (value / profiles["games"], digits)
    best = np.argsort(-value, kind="stable")[:_FIRST]
    best = best[value[best] > 0]
    if not len(best):
        return None
    lines = [
        html.Li([
            html.Span([parts.link(row["player_name"], view.player_href(row["player_id"])),
                       parts.link(row["team_name"], view.place.href(team=row["team_id"]), "of")], className="who"),
            html.Span(f"{value[at]:,.{digits}f}", className="many"),
        ])
        for at, row in zip(best, rows(profiles.select(_WHO).take(best)), strict=True)
    ]  # fmt: skip
    return parts.card(html.H3(title), html.Ol(lines), css="leader")


def _table(view: View, profiles: pa.Table, name: str, *, teams: bool, per: str = "game", least: int = 0) -> html.Div:
    """Players as a grid, most points first; of all teams it can be searched.

    per: means of a game or totals. least: games without which a player comes after those who have them.
    """
    games = profiles["games"].to_numpy()
    shown = {column: profiles[column].to_numpy() / (games if per == "game" else 1) for column in _MEANS}
    order = np.lexsort((-shown["points"], games < least))
    profiles = profiles.take(order)
    means = {column: value[order].round(2).tolist() for column, value in shown.items()}
    digits = 1 if per == "game" else 0
    whole = ("player_name", "player_id", "games", *(("team_name", "team_id") if teams else ()))
    lists = {column: values(profiles, column) for column in whole} | means
    lists["added"] = [None if one is None else round(one, 2) for one in values(profiles, "added")]
    lines = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    columns = [
        grids.team("player_name", "player_id", view.player_href(""), "Player", 140),
        *([grids.team("team_name", "team_id", view.place.href(team=""), "Team", 110)] if teams else []),
        grids.wide(grids.number("games", "Games", 86)),
        grids.number("points", "Points", 84, digits),
        (grids.wide if teams else dict)(grids.number("rebounds", "Rebounds", 102, digits)),
        *(grids.wide(grids.number(column, title, 90, digits)) for column, title in _MORE),
        grids.wide(grids.number("added", "Wins added", 116, 2, signed=True)),
    ]  # fmt: skip
    return parts.card(grids.grid(name, columns, lines, finds=teams))


# A team.


def _by_player(view: View, profiles: pa.Table) -> html.Div:
    """The moves of each player of a team: in all, the most and the least frequent one."""
    lines = [
        row | {"each": round(row["total"] / row["games"], 2)}
        | {name: f"{row[name].capitalize()}, {row[f'{name}_count']:,}" for name in ("most_frequent", "least_frequent")}
        for row in rows(profiles.select(_MOVES).sort_by([("total", "descending")]))
    ]  # fmt: skip
    columns = [
        grids.team("player_name", "player_id", view.player_href(""), "Player", 130),
        grids.number("total", "Moves", 84),
        grids.wide(grids.number("each", "A game", 106, 1)),
        grids.text("most_frequent", "Most frequent", 200),
        grids.text("least_frequent", "Least frequent", 200),
    ]
    return parts.card(grids.grid("moves", columns, lines))


def _team(view: View, players: pa.Table) -> tuple[list[Any], list[Note]]:
    team, name = values(players, "team_id")[0], values(players, "team_name")[0]
    every, games = moves.moves(moves.of_team(view, team)), _of(view.table("play_games", _GAME), team).num_rows
    drawn, said = _court(view, team, None)
    pairs = view.rows("assist_networks", team_id=team)
    return [
        html.Div(
            html.P([f"{plural(games, 'game')} with plays · ",
                    parts.link(f"The season of {name}", view.team_href(team))], className="note"),
            className="team-head",
        ),
        parts.section("Players", _table(view, players, "roster", teams=False), note="Means of the games with a play"),
        playbyplay.moves_section("moves", every, games),
        parts.section("Moves by player", _by_player(view, players)),
        html.Div([playbyplay.shooting_section("shooting", every), drawn], className="pair"),
        *_pairs(pairs),
    ], said  # fmt: skip


def _of(games: pa.Table, team: int) -> pa.Table:
    return games.filter(pc.or_(pc.equal(games["team1_id"], team), pc.equal(games["team2_id"], team)))


def _pairs(pairs: Sequence[Row]) -> list[Any]:
    """Who most often gives the ball to whom."""
    if not pairs:
        return []
    best = sorted(pairs, key=lambda row: -row["assists"])[:_PAIRS]
    bars = [_bar(f"{row['from_name']} → {row['to_name']}", row) for row in best]
    graph = parts.graph("assists", play_figures.bars(bars), "Assists between two players, most first.",
                        play_figures.bars_height(len(bars)))  # fmt: skip
    return [parts.section("Who finds whom", parts.card(graph, css="padded"))]


def _bar(name: str, row: Row) -> tuple[str, int, str]:
    threes = plural(row["threes"], "three-pointer")
    return (
        name,
        row["assists"],
        f"<b>{name}</b><br>{plural(row['assists'], 'assist')}, {threes}, {row['points']} points",
    )


# A player.


def _player(view: View, row: Row) -> tuple[list[Any], list[Note]]:
    team, player = row["team_id"], row["player_id"]
    every = moves.moves(moves.of_player(view, team, player))
    drawn, said = _court(view, team, player)
    return [
        _head(view, row),
        playbyplay.moves_section("moves", every, row["games"]),
        html.Div([playbyplay.shooting_section("shooting", every), drawn], className="pair"),
        _assists(view, row),
        _games(view, row),
    ], said


def _head(view: View, row: Row) -> html.Div:
    def mean(column: str) -> str:
        return f"{row[column] / row['games']:.1f}"

    def share(made: int, tried: int) -> tuple[str, str]:
        return (f"{made / tried:.1%}" if tried else "–", f"{made:,} of {tried:,}")

    goals = (row["fgm2"] + row["fgm3"], row["fga2"] + row["fga3"])
    added = "–" if row["added"] is None else signed(row["added"], 2)
    return html.Div(
        [
            html.Div(
                html.P([parts.link(row["team_name"], view.place.href(team=row["team_id"])),
                        f" · {season_label(view.season)}"], className="note"),
                className="team-head",
            ),
            parts.tiles(
                parts.tile("Games", str(row["games"]), "with a play"),
                parts.tile("Points a game", mean("points"), f"{row['points']:,} in all"),
                parts.tile("Rebounds a game", mean("rebounds"), f"{row['rebounds']:,} in all"),
                parts.tile("Assists a game", mean("assists"), f"{row['assists']:,} in all"),
                parts.tile("Wins added", added, "win probability, of all plays"),
                parts.tile("Field goals", *share(*goals)),
                parts.tile("Three-pointers", *share(row["fgm3"], row["fga3"])),
                parts.tile("Free throws", *share(row["ftm"], row["fta"])),
            ),
        ]
    )  # fmt: skip


def _court(view: View, team: int, player: int | None) -> tuple[html.Section, list[Note]]:
    """Shots on the court of a player, or of a team."""
    every = playbyplay.shot_areas(view)
    own = rows(only(every, team_id=team, player_id=player))
    of = {"team_id": team} | ({} if player is None else {"player_id": player})
    places = [
        {"x": row["x"], "y": row["y"], "made": row["points"] > 0,
         "text": ", ".join(filter(None, (row["event"].capitalize(), row["detail"]))) + f"<br>{view.day(row['day'])}"}
        for row in view.rows("shot_locations", _PLACES, **of)
    ]  # fmt: skip
    return playbyplay.court_section(view, own, moves.by_area(rows(only(every, player_id=None))), places)


def _assists(view: View, row: Row) -> html.Div:
    """Whom the player finds, and who finds the player."""
    table = only(view.table("assist_networks"), team_id=row["team_id"])
    sections = []
    for title, own, other, words in (
        ("Assists to", "from_id", "to_name", "Team-mates that scored on the player's assists."),
        ("Assisted by", "to_id", "from_name", "Team-mates on whose assists the player scored."),
    ):
        found = sorted(rows(only(table, **{own: row["player_id"]})), key=lambda one: -one["assists"])
        bars = [_bar(one[other], one) for one in found[:_PAIRS]]
        content: Any = parts.quiet("None in the play-by-play.")
        if bars:
            graph = parts.graph(own, play_figures.bars(bars), words, play_figures.bars_height(len(bars)))
            content = parts.card(graph, css="padded")
        sections.append(parts.section(title, content))
    return html.Div(sections, className="pair")


def _games(view: View, row: Row) -> html.Section:
    """The games of the player's team, and what the player scored in them."""
    made: dict[str, Counter[int]] = defaultdict(Counter)
    for basket in view.rows("score_timeline", (*_GAME, "player_id", "points"), player_id=row["player_id"]):
        made[_key(basket)][basket["points"]] += 1
    logged = {_key(game) for game in rows(_of(view.table("play_games", _GAME), row["team_id"]))}
    lines = []
    for game in sorted(matchups.played(view, team=row["team_id"]), key=lambda game: -game["day"]):
        key, mine = _key(game), 1 if game["team1_id"] == row["team_id"] else 2
        if key not in logged:
            continue
        own, theirs = game[f"team{mine}_score"], game[f"team{3 - mine}_score"]
        lines.append({
            "day": game["day"], "when": view.day(game["day"]), "game": key, "opponent": game[f"team{3 - mine}_name"],
            "result": f"{'W' if own > theirs else 'L'} {own}–{theirs} {matchups.overtime(game['num_ot'])}".rstrip(),
            "won": own > theirs, "where": matchups.side_of(game, mine), **_baskets(made.get(key)),
        })  # fmt: skip
    columns = [
        grids.day(),
        grids.team("opponent", "game", view.game_href(""), "Game against", 150),
        grids.number("points", "Points", 84),
        grids.wide({"field": "result", "headerName": "Result", "width": 130, "cellRenderer": "Result"}),
        *(
            grids.wide(grids.number(name, title, 122))
            for name, title in (("twos", "Twos"), ("threes", "Threes"), ("free", "Free throws"))
        ),
        grids.wide(grids.text("where", "Where", 150)),
    ]
    note = "The team's games with plays, and what the player made in them: – where nothing"
    return parts.section("Games", parts.card(grids.grid("games", columns, lines, page_size=50)), note=note)


def _baskets(made: Counter[int] | None) -> Row:
    """What a player made in a game, by what it counted; nothing where that was nothing."""
    if made is None:
        return {}
    points = sum(worth * count for worth, count in made.items())
    return {"points": points, "twos": made[2], "threes": made[3], "free": made[1]}


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['day']}-{row['team1_id']}-{row['team2_id']}"
