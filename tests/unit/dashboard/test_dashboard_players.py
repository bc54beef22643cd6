"""Players and statistics: what pages about plays show of made-up games, and what they say of what is missing."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import fabricated
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from asking import Browser, browser, components

from dashboard import moves
from hoops.games.leagues import League
from hoops.plays.vocabulary import event_name
from hoops.schemas import PUBLISHED
from tests.memory_store import MemoryStore

TEAM, PLAYER = 1101, 110103
PAGES = ("/players", f"/players?team={TEAM}", f"/players?player={PLAYER}", "/statistics", "/statistics?event=turnover")


def made(**more: Any) -> MemoryStore:
    return fabricated.bucket([League.MEN], (2023, 2024), 16, plays_of=8, **more)


def key(name: str, season: int = 2024) -> str:
    return f"{name}/league=M/season={season}/part.parquet"


def table(store: MemoryStore, name: str) -> list[dict[str, Any]]:
    stored = store.get(key(name))
    assert stored is not None
    return fabricated.decode(stored.body).to_pylist()


def replaced(published: MemoryStore, **tables: list[dict[str, Any]]) -> MemoryStore:
    """A copy of a bucket with other rows of some tables; `name_2023` is one of another season."""
    store = MemoryStore("fabricated", clock=lambda: fabricated.PUBLISHED_AT)
    for row in published.listing(""):
        store.put(row.key, published.get(row.key).body)  # type: ignore[union-attr]
    stored = store.get("manifest/league=M.json")
    assert stored is not None
    manifest = json.loads(stored.body)
    for table_, rows in tables.items():
        name, season = (table_[:-5], 2023) if table_.endswith("_2023") else (table_, 2024)
        schema = PUBLISHED[name].schema
        etag = store.put(key(name, season), fabricated.encode(pa.Table.from_pylist(rows, schema=schema), schema))
        manifest["tables"][key(name, season)] = {"etag": etag, "inputs": "", "rows": len(rows)}
    store.put("manifest/league=M.json", json.dumps(manifest).encode())
    return store


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return made()


@pytest.fixture(scope="module")
def full(store: MemoryStore) -> Browser:
    return browser(store)


def ask(asked: Browser, address: str) -> Any:
    page, _, search = address.partition("?")
    found = asked.open(page, f"?{search}")
    assert found["trouble.hidden"] is True
    return found["page.children"]


def graph(page: Any, name: str) -> dict[str, Any]:
    (found,) = [one["figure"] for one in components(page, "Graph") if one["id"] == f"graph-{name}"]
    return found


def grid(page: Any, name: str) -> list[dict[str, Any]]:
    (found,) = [one["rowData"] for one in components(page, "AgGrid") if name in str(one["id"])]
    return found


@pytest.mark.parametrize("address", PAGES)
def test_every_figure_of_a_page_is_one_that_plotly_accepts(full: Browser, address: str) -> None:
    page = ask(full, address)
    assert not list(components(page, "Notes"))
    for one in components(page, "Graph"):
        go.Figure(one["figure"])


def test_moves_of_every_player_are_those_of_the_profile(store: MemoryStore, full: Browser) -> None:
    """The most and the least frequent move are counted twice, by the page and by the pipeline: also where even."""
    profiles = [row for row in table(store, "player_profiles") if row["team_id"] == TEAM]
    assert len(profiles) == 10
    for row in profiles:
        page = ask(full, f"/players?player={row['player_id']}")
        text = json.dumps(page)
        total, most, least = re.findall(r'"([^"]+)", "className": "tile-value"', text.replace('"children": ', ""))[8:11]
        assert (total, most, least) == (
            f"{row['total']:,}", row["most_frequent"].capitalize(), row["least_frequent"].capitalize(),
        )  # fmt: skip
        assert sum(graph(page, "moves")["data"][0]["x"]) == row["total"]


def test_a_player_is_added_up_from_the_plays(store: MemoryStore, full: Browser) -> None:
    plays = [row for row in table(store, "plays") if row["player_id"] == PLAYER]
    page = ask(full, f"/players?player={PLAYER}")
    games = grid(page, "games")
    assert sum(row.get("points") or 0 for row in games) == sum(row["points"] for row in plays)
    assert {row["game"] for row in games} == {
        f"{row['day']}-{row['team1_id']}-{row['team2_id']}"
        for row in table(store, "play_games")
        if TEAM in (row["team1_id"], row["team2_id"])
    }
    shooting = {row["what"]: (row["made"], row["attempted"]) for row in grid(page, "shooting")}
    for points, name in ((1, "Free throws"), (2, "Two-pointers"), (3, "Three-pointers")):
        done = Counter(row["event"] for row in plays)
        scored, missed = (done[event_name(f"{what}{points}")] for what in ("made", "miss"))
        assert shooting[name] == (scored, scored + missed)
    dunks = [row["points"] for row in plays if row["detail"] == "dunk"]
    assert shooting["Dunk (2)"] == (sum(map(bool, dunks)), len(dunks))
    areas = Counter(row["area"] for row in plays if row["area"])
    fills = {one["name"]: one["text"] for one in graph(page, "court")["data"][:-1]}
    for area, count in areas.items():
        assert f" of {count:,}," in fills[area]


def test_who_finds_whom_is_told_from_both_sides(store: MemoryStore, full: Browser) -> None:
    networks = table(store, "assist_networks")
    page = ask(full, f"/players?player={PLAYER}")
    for own in ("from_id", "to_id"):
        counts = sorted((row["assists"] for row in networks if row[own] == PLAYER), reverse=True)
        assert graph(page, own)["data"][0]["x"][::-1] == counts[:12]


def test_leaders_have_played_half_of_the_games(store: MemoryStore) -> None:
    profiles = table(store, "player_profiles")
    star = max(profiles, key=lambda row: row["points"] / row["games"])
    most = max(row["games"] for row in profiles)
    rows = [row | {"games": 1} if row == star else row for row in profiles]
    asked = browser(replaced(store, player_profiles=rows))
    first = json.dumps(ask(asked, "/players")[-2])
    assert f"at least {most // 2} games" in first
    points = first[first.index('"Points"') : first.index('"Rebounds"')]
    assert star["player_name"] not in points, "one game of many points makes no leader"
    values = [
        float(value) for value in re.findall(r'"(\d+\.\d)", "className": "many"', points.replace('"children": ', ""))
    ]
    assert len(values) == 8 and values == sorted(values, reverse=True)
    assert f"{star['points']:,}" in json.dumps(ask(asked, "/players?per=total")[-2])


def test_all_players_stand_in_the_table_with_ways_to_them(full: Browser) -> None:
    page = ask(full, "/players")
    rows = grid(page, "players")
    assert len(rows) == 160
    assert any(row["player_name"] == f"Player {row['player_id']}" for row in rows), "one whose name is not known"
    totals = [row["points"] for row in grid(ask(full, "/players?per=total"), "players")]
    assert totals == sorted(totals, reverse=True)
    assert sum(totals) == pytest.approx(sum(row["points"] * row["games"] for row in rows), abs=2)


def test_the_table_of_means_begins_with_those_who_have_played_enough(store: MemoryStore) -> None:
    profiles = table(store, "player_profiles")
    star = max(profiles, key=lambda row: row["points"] / row["games"])
    rows = [row | {"games": 1} if row == star else row for row in profiles]
    shown = grid(ask(browser(replaced(store, player_profiles=rows)), "/players"), "players")
    enough = max(row["games"] for row in rows) // 2
    often, seldom = ([row for row in shown if (row["games"] >= enough) == one] for one in (True, False))
    assert shown == often + seldom
    assert seldom[0]["player_id"] == star["player_id"]
    for part in (often, seldom):
        assert [row["points"] for row in part] == sorted((row["points"] for row in part), reverse=True)


@pytest.mark.parametrize(
    ("search", "words"),
    [("", "Players"), (f"team={TEAM}", "Players of "), (f"player={PLAYER}", ""), ("player=5", "Players"),
     ("team=1999", "Players")],
)  # fmt: skip
def test_the_heading_says_who_is_shown(store: MemoryStore, full: Browser, search: str, words: str) -> None:
    heading = full.open("/players", f"?{search}")["heading.children"]
    row = next(row for row in table(store, "player_profiles") if row["player_id"] == PLAYER)
    name = {f"team={TEAM}": row["team_name"], f"player={PLAYER}": row["player_name"]}.get(search, "")
    assert heading == words + name


@pytest.mark.parametrize(
    ("search", "words"),
    [("team=1999", "No team with play-by-play in 2023–24 has the id “1999”."),
     ("team=3101", "Team 3101 plays in the women's league"),
     ("team=x", "has the id “x”"),
     ("player=5", "No men's player with plays has the id “5”."),
     ("player=abc", "No men's player with plays has the id “abc”."),
     (f"team=1102&player={PLAYER}", "The player is none of"),
     ("per=week", "There is no per “week”: allowed are game, total."),
     (f"player={PLAYER}&court=hot", "There is no court “hot”: allowed are shots, points, places."),
     (f"player={PLAYER}&team={TEAM}", "")],
)  # fmt: skip
def test_what_an_address_asks_for_in_vain_is_said(full: Browser, search: str, words: str) -> None:
    notes = [props for props in components(ask(full, f"/players?{search}"), "Div") if props.get("className") == "notes"]
    assert (words in json.dumps(notes, ensure_ascii=False)) if words else not notes


def test_a_player_of_another_season_is_linked_there(store: MemoryStore) -> None:
    one = table(store, "player_profiles")[0] | {"player_id": 77, "player_name": "Old Hand"}
    other = replaced(store, player_profiles_2023=[one], play_games_2023=table(store, "play_games")[:1])
    text = json.dumps(ask(browser(other), "/players?player=77"), ensure_ascii=False)
    assert "Old Hand has no plays in 2023–24." in text
    assert "season=2023&player=77" in text


@pytest.mark.parametrize("page", ["/players", "/statistics"])
def test_a_season_without_plays_says_what_to_hand_in_and_which_have_them(full: Browser, page: str) -> None:
    text = json.dumps(ask(full, f"{page}?season=2023"), ensure_ascii=False)
    assert "No play-by-play of 2022–23 yet" in text
    assert "madness ingest MEvents2023.csv.gz" in text
    assert f"{page}?league=M&season=2024" in text


@pytest.mark.parametrize("address", [f"/players?player={PLAYER}", f"/players?team={TEAM}", "/statistics"])
def test_without_areas_and_places_the_page_says_so(address: str) -> None:
    page = ask(browser(made(placed=False)), address)
    assert "they have no areas and no coordinates" in json.dumps(page)
    assert "graph-court" not in json.dumps(page)
    assert "graph-areas" not in json.dumps(page)


def test_each_shot_is_on_the_court(store: MemoryStore, full: Browser) -> None:
    shots = [row for row in table(store, "shot_locations") if row["player_id"] == PLAYER]
    missed, scored = graph(ask(full, f"/players?player={PLAYER}&court=places"), "court")["data"]
    assert len(scored["x"]) == sum(row["points"] > 0 for row in shots)
    assert len(missed["x"]) == sum(row["points"] == 0 for row in shots)


def test_events_of_a_season_are_all_counted(store: MemoryStore, full: Browser) -> None:
    plays = table(store, "plays")
    every = graph(ask(full, "/statistics"), "events")["data"][0]
    counted = Counter(row["event"].capitalize() for row in plays)
    assert dict(zip(every["y"], every["x"], strict=True)) == counted
    kinds = graph(ask(full, "/statistics?event=turnover"), "events")["data"][0]
    counted = Counter(row["detail"].capitalize() for row in plays if row["event"] == "turnover")
    assert dict(zip(kinds["y"], kinds["x"], strict=True)) == counted
    assert "Unspecified" in kinds["y"]


def test_events_by_area_and_by_day_are_those_of_the_plays(store: MemoryStore, full: Browser) -> None:
    plays = table(store, "plays")
    page = ask(full, "/statistics?step=day&event=rebound")
    assert "None whose area is known." in json.dumps(page), "rebounds have no areas"
    days = Counter(row["day"] for row in plays if row["event"] == "rebound" and row["detail"] == "defensive")
    games = Counter(row["day"] for row in table(store, "play_games"))
    line = next(one for one in graph(page, "through")["data"] if one["name"] == "Defensive")
    assert line["y"] == pytest.approx([days[day] / games[day] for day in sorted(games)], abs=0.001)
    page = ask(full, "/statistics")
    bars = graph(page, "areas")["data"][0]
    counted = Counter(row["area"].capitalize() for row in plays if row["area"])
    assert dict(zip(bars["y"], bars["x"], strict=True)) == counted


def test_teams_stand_beside_each_other(store: MemoryStore, full: Browser) -> None:
    page = ask(full, "/statistics?teams=1101,1102&x=steals&y=turnovers")
    games = sum(TEAM in (row["team1_id"], row["team2_id"]) for row in table(store, "play_games"))
    plays = [row for row in table(store, "plays") if row["team_id"] == TEAM]
    rows = {row["what"]: row[f"t{TEAM}"] for row in grid(page, "compared")}
    assert rows["Points"] == f"{sum(row['points'] for row in plays) / games:.1f}"
    threes = Counter(row["event"] for row in plays if row["event"].startswith("three-pointer"))
    assert rows["Share of threes made"] == f"{threes['three-pointer made'] / threes.total():.1%}"
    others, *picked = graph(page, "scatter")["data"]
    assert len(others["x"]) == 14 and len(picked) == 2
    assert picked[0]["x"][0] == pytest.approx(sum(row["event"] == "steal" for row in plays) / games, abs=0.0001)


@pytest.mark.parametrize(
    ("search", "words"),
    [("teams=1,1101", "No team with plays has the id “1”."),
     ("teams=1101,1102,1103,1104,1105,1106,1107", "6 teams at most stand beside each other: 1107 left out."),
     ("event=shove", "There is no event “shove”"), ("step=month", "There is no step “month”"),
     ("x=luck", "There is no x “luck”")],
)  # fmt: skip
def test_what_statistics_are_asked_for_in_vain_is_said(full: Browser, search: str, words: str) -> None:
    assert words in json.dumps(ask(full, f"/statistics?{search}"), ensure_ascii=False)


def test_plays_kept_apart_and_codes_nobody_documents_are_said(store: MemoryStore) -> None:
    plays = table(store, "plays")
    stray = [{name: row[name] for name in PUBLISHED["stray_plays"].schema.names} for row in plays[:5]]
    days = table(store, "event_days")
    days += [days[0] | {"event": "shove", "detail": None, "count": 3}, days[0] | {"event": "foul", "detail": "loud"}]
    text = json.dumps(ask(browser(replaced(store, stray_plays=stray, event_days=days)), "/statistics"))
    assert "5 plays of 1 game that are not in the results are kept apart, and counted nowhere." in text
    assert f"counted as they stand: shove (3), foul: loud ({days[0]['count']})." in text or (
        f"counted as they stand: foul: loud ({days[0]['count']}), shove (3)." in text
    )


def test_a_week_of_truncated_logs_is_said_to_be_one(store: MemoryStore) -> None:
    games = table(store, "play_games")
    week = games[0]["day"] // 7
    rows = [row | {"truncated": row["day"] // 7 == week} for row in games]
    text = json.dumps(ask(browser(replaced(store, play_games=rows)), "/statistics"))
    assert re.search(r"Weeks whose means are too low, as many of their logs are truncated: [^,]+ \(100%\)\.", text)


def test_a_team_leads_to_its_plays_and_adds_up_its_scores(store: MemoryStore) -> None:
    scores = [
        {"day": day, "date": None, "team_id": TEAM, "team_name": "A", "opponent_id": 1102, "opponent_name": "B",
         "site": "home", "points": points, "points_against": 60, "games": at, "wins": 0, "points_total": total,
         "points_against_total": 60 * at}
        for at, (day, points, total) in enumerate([(3, 70, 70), (9, 50, 120)], start=1)
    ]  # fmt: skip
    page = ask(browser(replaced(store, team_scores=scores)), f"/team?team={TEAM}")
    assert graph(page, "scores")["data"][1]["y"] == [10, 0]
    assert f"/players?league=M&season=2024&team={TEAM}" in json.dumps(page)
    without = ask(browser(fabricated.bucket([League.MEN], (2024,), 16)), f"/team?team={TEAM}")
    assert "/players?" not in json.dumps(without)


def test_sums_are_those_that_counting_gives() -> None:
    rows = [("b", None, 2), ("a", "x", 1), ("b", "y", 5), ("a", None, 7), ("b", None, 1)]
    columns = list(zip(*rows, strict=True))
    plain = pa.table({"event": columns[0], "detail": pa.array(columns[1], pa.string()), "count": columns[2]})
    coded = plain.set_column(0, "event", plain["event"].dictionary_encode())
    coded = pa.concat_tables(
        [coded.slice(2), coded.slice(0, 2).set_column(0, "event", plain["event"][:2].dictionary_encode())]
    )
    expected = [("a", "x", 1), ("a", None, 7), ("b", "y", 5), ("b", None, 3)]
    assert moves.sums(plain, "event", "detail") == moves.sums(coded, "event", "detail") == expected
    assert moves.sums(plain.slice(0, 0), "event") == []
    assert moves.sums(plain) == [(16,)]
