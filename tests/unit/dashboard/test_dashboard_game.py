"""The page of one game: what it shows of games with plays, whole and not, without, and to come; and its addresses."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import fabricated
import pyarrow as pa
import pytest
from asking import Browser, browser, components

from dashboard import game_sheet, gamelog
from dashboard.data import Tables
from dashboard.place import Place
from dashboard.view import View
from dashboard.wording import percent
from hoops.games.leagues import League
from lake.published import table_key
from tests.memory_store import MemoryStore

MEN, WOMEN = League.MEN, League.WOMEN
SEASON = fabricated.SEASONS[-1]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    made = fabricated.bucket([MEN], teams=32, plays_of=6)
    without = fabricated.bucket([WOMEN], teams=16, plays_of=2, placed=False)
    for row in without.listing(""):
        found = without.get(row.key)
        assert found is not None
        made.put(row.key, found.body)
    return made


@pytest.fixture(scope="module")
def tables(store: MemoryStore) -> Tables:
    return Tables(lambda: store)


@pytest.fixture(scope="module")
def reader(store: MemoryStore) -> Browser:
    return browser(store)


def view(tables: Tables, league: League = MEN) -> View:
    edition = tables.manifest(league)
    assert edition is not None
    return View(tables, Place("game", league, SEASON), edition, SEASON, fabricated.PUBLISHED_AT)


def logged(tables: Tables, league: League = MEN) -> list[Row]:
    return tables.table("play_games", league, SEASON).to_pylist()


def key(game: Row) -> str:
    return f"{game['day']}-{game['team1_id']}-{game['team2_id']}"


def whole(tables: Tables) -> Row:
    return next(game for game in logged(tables) if game["complete"] and game["agrees"] and not game["truncated"])


def page(reader: Browser, game: str, league: League = MEN, **more: str) -> str:
    return reader.page("/game", "?" + "&".join(f"{k}={v}" for k, v in {"league": league, "game": game, **more}.items()))


def grid_of(reader: Browser, game: str, name: str, **more: str) -> list[Row]:
    search = "&".join(f"{k}={v}" for k, v in {"league": "M", "game": game, **more}.items())
    grids = components(reader.open("/game", f"?{search}")["page.children"], "AgGrid")
    return next(grid["rowData"] for grid in grids if grid["id"] == {"grid": name})


def test_every_game_with_plays_adds_up(tables: Tables) -> None:
    for game in logged(tables):
        log = gamelog.of_game(view(tables), (game["day"], game["team1_id"], game["team2_id"]))
        assert log is not None
        by_player, by_team = (gamelog.lines(log.plays, by_player=one) for one in (True, False))
        points: dict[int, int] = defaultdict(int)
        for line in by_player:
            points[line.team] += line.points
        assert points == {line.team: line.points for line in by_team if line.points}
        sums = [sum(period[side] for period in log.by_period()) for side in (1, 2)]
        assert sums == [game["team1_points"], game["team2_points"]]
        assert log.is_whole == (sums == [game["team1_score"], game["team2_score"]] and not game["truncated"])
        credited = sum(play["credited"] for play in log.plays)
        assert sum(line.added for line in by_player) == pytest.approx(credited)


def test_assists_of_the_games_are_those_of_the_season(tables: Tables) -> None:
    found: Counter[tuple[int, str, str]] = Counter()
    for game in logged(tables):
        log = gamelog.of_game(view(tables), (game["day"], game["team1_id"], game["team2_id"]))
        assert log is not None
        for team, giver, scorer, times, _ in gamelog.assists(log.plays):
            found[team, giver, scorer] += times
    season: Counter[tuple[int, str, str]] = Counter()
    for row in tables.table("assist_networks", MEN, SEASON).to_pylist():
        season[row["team_id"], row["from_name"], row["to_name"]] += row["assists"]
    assert found == season


def test_the_page_of_a_whole_game_shows_it(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    shown = page(reader, key(game))
    for words in ("Win probability and score", "Biggest swing", "Excitement", "Winner's lowest chance", "Box score",
                  "Who found whom", "Top moves", "Shots by area", "Play by play", "The forecast and why"):  # fmt: skip
        assert words in shown
    assert "Play-by-play incomplete" not in shown
    assert len(grid_of(reader, key(game), "plays")) == 25 or len(grid_of(reader, key(game), "plays")) == game["plays"]


def test_the_timeline_ends_where_the_game_did(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    (graph,) = (
        g for g in components(reader.open("/game", f"?league=M&game={key(game)}")["page.children"], "Graph")
        if g["id"] == "graph-timeline"
    )  # fmt: skip
    lines = [trace for trace in graph["figure"]["data"] if trace.get("hovertext") and trace["mode"] == "lines"]
    (chance,) = lines
    assert len(chance["y"]) == game["plays"] + 1
    assert chance["y"][-1] == (1.0 if game["team1_score"] > game["team2_score"] else 0.0)
    assert all(0 < one < 1 for one in chance["y"][:-1])


def test_the_first_thing_after_the_score_is_how_it_went(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    found = reader.open("/game", f"?league=M&game={key(game)}")
    shown = page(reader, key(game))
    order = [shown.index(words) for words in ("scoreboard", "graph-timeline", "Biggest swing", "Play by play")]
    assert order == sorted(order)
    assert set(found["heading.children"].split(" – ")) == {game["team1_name"], game["team2_name"]}


def test_leverage_has_a_scale_and_stands_with_every_play(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    log = gamelog.of_game(view(tables), (game["day"], game["team1_id"], game["team2_id"]))
    assert log is not None
    most = max(play["leverage"] for play in log.plays)
    shown = page(reader, key(game))
    assert f"Leverage, at most {most:.0%}" in shown
    assert shown.count("<br>Leverage ") > game["plays"]


def test_runs_are_marked(reader: Browser, tables: Tables) -> None:
    runs = tables.table("scoring_runs", MEN, SEASON).to_pylist()
    game = next(game for game in logged(tables) if any(key(run) == key(game) for run in runs))
    own = [run for run in runs if key(run) == key(game)]
    shown = page(reader, key(game))
    for run in own:
        assert f"{run['points']}–0 run" in shown
    (graph,) = (g for g in components(reader.open("/game", f"?league=M&game={key(game)}")["page.children"], "Graph")
                if g["id"] == "graph-timeline")  # fmt: skip
    written = {note["text"] for note in graph["figure"]["layout"]["annotations"] if note.get("yref") == "y2"}
    assert f"{max(run['points'] for run in own)}–0" in written
    assert written <= {f"{run['points']}–0" for run in own}


def test_a_log_that_is_cut_off_has_a_badge_that_says_what_is_there(reader: Browser, tables: Tables) -> None:
    game = next(game for game in logged(tables) if game["truncated"])
    shown = page(reader, key(game))
    assert "Play-by-play incomplete" in shown
    assert f"it has {game['plays']} plays" in shown
    assert f"add up to {game['team1_points']}–{game['team2_points']}" in shown
    assert f"the final score is {game['team1_score']}–{game['team2_score']}" in shown


def test_a_log_that_stops_early_says_when(store: MemoryStore, tables: Tables) -> None:
    game = next(game for game in logged(tables) if not game["complete"] and not game["truncated"])
    games = tables.table("play_games", MEN, SEASON)
    stopped = pa.array([1500] * games.num_rows, games.schema.field("last_seconds").type)
    at = games.schema.get_field_index("last_seconds")
    copy = with_games(store, games.set_column(at, games.schema.field(at), stopped))
    assert "The log stops at 15:00 2nd half." in page(browser(copy), key(game))
    assert "The log stops" not in page(browser(store), key(game))


def test_a_log_that_does_not_add_up_has_no_points_by_period(reader: Browser, tables: Tables) -> None:
    game = next(game for game in logged(tables) if not game["complete"] and not game["truncated"])
    shown = page(reader, key(game))
    assert "Play-by-play incomplete" in shown
    assert "lacks plays" not in shown
    periods = {"1st", "2nd"}
    heads = {th["children"] for th in components(reader.open("/game", f"?game={key(game)}")["page.children"], "Th")
             if isinstance(th["children"], str)}  # fmt: skip
    assert not heads & periods
    assert {th["children"] for th in components(
        reader.open("/game", f"?game={key(whole(tables))}")["page.children"], "Th") if isinstance(th["children"], str)
    } >= periods  # fmt: skip


def with_games(store: MemoryStore, games: pa.Table) -> MemoryStore:
    """A copy of a bucket with another table of games with plays."""
    copy, name = MemoryStore(), table_key("play_games", MEN, SEASON)
    for row in store.listing(""):
        found = store.get(row.key)
        assert found is not None
        copy.put(row.key, found.body)
    found = copy.get("manifest/league=M.json")
    assert found is not None
    manifest = json.loads(found.body)
    manifest["tables"][name]["etag"] = copy.put(name, fabricated.encode(games, games.schema))
    copy.put("manifest/league=M.json", json.dumps(manifest).encode())
    return copy


def test_a_final_score_that_is_not_that_of_the_results_is_told(store: MemoryStore, tables: Tables) -> None:
    games = tables.table("play_games", MEN, SEASON)
    at = games.schema.get_field_index("agrees")
    copy = with_games(store, games.set_column(at, games.schema.field(at), pa.array([False] * games.num_rows)))
    assert "the results hold" in page(browser(copy), key(whole(tables)))


def test_a_game_with_areas_alone_has_them_on_the_court(tables: Tables) -> None:
    game = whole(tables)
    log = gamelog.of_game(view(tables), (game["day"], game["team1_id"], game["team2_id"]))
    row = next(row for row in tables.table("forecasts", MEN, SEASON).to_pylist() if key(row) == key(game))
    assert log is not None
    placeless = replace(log, plays=[play | {"x": None, "y": None} for play in log.plays])
    for plays, courts in ((log, "circles went in"), (placeless, "In each area: the share made")):
        drawn = str(game_sheet.shots(gamelog.Shown(view(tables), row, plays), plays))
        assert drawn.count(courts) == 2


def test_going_on_and_off_the_court_is_no_top_move(tables: Tables) -> None:
    game = whole(tables)
    log = gamelog.of_game(view(tables), (game["day"], game["team1_id"], game["team2_id"]))
    row = next(row for row in tables.table("forecasts", MEN, SEASON).to_pylist() if key(row) == key(game))
    assert log is not None
    most = gamelog.lines(log.plays, by_player=True)[0]
    often = [play | {"event": "substitution", "points": 0} for play in log.plays if play["player_id"] == most.player]
    said = str(game_sheet.moves(gamelog.Shown(view(tables), row, log), replace(log, plays=log.plays + often)))
    assert most.name in said
    assert "substitution" not in said


def test_plays_can_be_picked_in_the_address(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    every = grid_of(reader, key(game), "plays")
    scoring = grid_of(reader, key(game), "plays", plays="scoring")
    assert len(every) == game["plays"]
    assert scoring == [play for play in every if play["scored"]]
    halves = [grid_of(reader, key(game), "plays", plays=f"period{half}") for half in (1, 2)]
    assert halves[0] + halves[1] == every
    teams = [grid_of(reader, key(game), "plays", plays=str(game[f"team{side}_id"])) for side in (1, 2)]
    assert sorted(play["play"] for team in teams for play in team) == [play["play"] for play in every]
    assert "There is no plays “some”" in page(reader, key(game), plays="some")


def test_a_game_without_places_says_so(reader: Browser, tables: Tables) -> None:
    game = next(game for game in logged(tables, WOMEN) if not game["truncated"])
    assert "it has no areas and no coordinates" in page(reader, key(game), WOMEN)


def test_a_game_without_plays_shows_what_is_there(reader: Browser, tables: Tables) -> None:
    days = {game["day"] for game in logged(tables)}
    game = next(row for row in tables.table("results", MEN, SEASON).to_pylist() if row["day"] not in days)
    shown = page(reader, key(game))
    assert f"MEvents{SEASON}.csv is loaded, but it has no plays of this game" in shown
    assert "Box score" in shown
    assert "The forecast and why" in shown
    assert "Win probability and score" not in shown
    earlier = tables.table("results", MEN, fabricated.SEASONS[0]).to_pylist()[0]
    assert "No play-by-play of 2021–22 is loaded" in page(reader, key(earlier), season=str(fabricated.SEASONS[0]))


def test_a_game_to_come_has_its_forecast_and_why(reader: Browser, tables: Tables) -> None:
    game = tables.table("upcoming", MEN, SEASON).to_pylist()[0]
    shown = page(reader, key(game))
    assert "to come" in shown
    cells = components(reader.open("/game", f"?league=M&game={key(game)}")["page.children"], "Td")
    chances = (game["team1_probability"], 1 - game["team1_probability"])
    assert {cell["children"] for cell in cells if cell.get("className") == "total"} == set(map(percent, chances))
    assert "The forecast and why" in shown
    assert "Published before the game" in shown
    assert "Box score" not in shown
    assert "Play by play" not in shown


def test_teams_in_the_other_order_are_the_same_game(reader: Browser, tables: Tables) -> None:
    game = whole(tables)
    assert page(reader, f"{game['day']}-{game['team2_id']}-{game['team1_id']}").count("Win probability and score") == 1


@pytest.mark.parametrize(
    ("game", "words"),
    [
        ("soon", "“soon” names no game"),
        ("1-2", "“1-2” names no game"),
        ("1-2-", "“1-2-” names no game"),
        ("1-2-3-4", "names no game"),
        ("100-1101-9", "There is no such game"),
        ("99999999-1101-1102", "names no game"),
        ("1-3101-3102", "plays in another league"),
        ("1-3101-3102", "/game?league=W&season=2024&game=1-3101-3102"),
    ],
)
def test_an_address_that_is_no_game_leads_on(reader: Browser, game: str, words: str) -> None:
    shown = page(reader, game)
    assert words in shown
    assert "/?league=M&season=2024" in shown


def test_without_a_game_the_last_one_is_shown(reader: Browser, tables: Tables) -> None:
    last = tables.table("forecasts", MEN, SEASON).to_pylist()[-1]
    assert reader.page("/game", "?league=M") == page(reader, key(last))


def test_games_lead_to_their_pages_from_every_list(reader: Browser, tables: Tables) -> None:
    results, coming = (tables.table(name, MEN, SEASON).to_pylist() for name in ("results", "upcoming"))
    played = next(row for row in results if row["day"] == fabricated.STOPS_AT)
    for game in (played, coming[0]):
        assert f"/game?league=M&season={SEASON}&game={key(game)}" in reader.page("/", "?league=M")
    season = reader.page("/", "?league=M&show=season")
    assert f'"game": "{key(played)}"' in season
    assert f"/game?league=M&season={SEASON}&game=" in season
    team = reader.page("/team", f"?league=M&team={played['team1_id']}")
    assert f'"game": "{key(played)}"' in team
    assert f"/game?league=M&season={SEASON}&game=" in team


def test_earlier_games_of_the_two_are_cards_that_lead_to_them(reader: Browser, tables: Tables) -> None:
    games = tables.table("results", MEN, SEASON).to_pylist()
    pairs: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for game in games:
        pairs[game["team1_id"], game["team2_id"]].append(game)
    first, *others = next(each for each in pairs.values() if len(each) > 1)
    shown = page(reader, key(first))
    assert "They also met" in shown
    assert all(f"game={key(other)}" in shown for other in others)
