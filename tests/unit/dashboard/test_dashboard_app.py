"""The app over a fabricated bucket, asked as a browser asks it, but without a browser."""

from __future__ import annotations

import json
import re

import fabricated
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from asking import PAGES, Browser, browser, components

from dashboard.app import create_app
from dashboard.data import Tables
from dashboard.wording import signed
from hoops.errors import MadnessError, Retryable
from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from lake.store import Stored
from tests.memory_store import MemoryStore


@pytest.fixture(scope="module")
def full() -> Browser:
    return browser(fabricated.bucket(teams=64))


@pytest.mark.parametrize("league", list(League))
@pytest.mark.parametrize("season", fabricated.SEASONS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_every_season_is_drawn(full: Browser, page: str, season: int, league: League) -> None:
    found = full.open(page, f"?league={league}&season={season}")
    assert found["trouble.hidden"] is True
    assert found['{"param":"league"}.value'] == league
    assert found['{"param":"season"}.value'] == str(season)
    assert f"{league.label} · {season - 1}–{season % 100}" in found["subheading.children"]
    assert "empty" not in json.dumps(found["page.children"])[:200]


def test_every_figure_is_one_that_plotly_accepts(full: Browser) -> None:
    drawn = 0
    for page in PAGES:
        for graph in components(full.open(page, "?scope=all")["page.children"], "Graph"):
            go.Figure(graph["figure"])
            drawn += 1
    assert drawn == 7


def test_the_first_page_shows_what_comes_next_and_what_was_last(full: Browser) -> None:
    coming, latest = components(full.open("/")["page.children"], "GameList")
    assert (coming["title"], latest["title"]) == ("Up next", "Latest results")
    assert latest["note"].startswith("Wed 14 Feb · ")
    game = latest["games"][0]
    assert {"outcome", "verdict"} <= set(game)
    assert sum(team["share"] for team in game["teams"]) == pytest.approx(1)
    assert sum(team["won"] for team in game["teams"]) == 1
    assert all("score" not in team for team in coming["games"][0]["teams"])


def test_hosts_stand_below_visitors(full: Browser) -> None:
    for games in components(full.open("/")["page.children"], "GameList"):
        for game in games["games"]:
            assert not game["teams"][0]["home"]
            assert game["teams"][1]["home"] or game["where"].startswith("Neutral")


def test_what_was_published_before_a_game_is_said_where_it_differs(full: Browser) -> None:
    (games,) = components(full.open("/", "?season=2024&day=100")["page.children"], "GameList")
    said = [game["note"] for game in games["games"] if game["note"]]
    assert said
    assert all(re.fullmatch(r"Published before the game: .+ [<>]?\d+%", note) for note in said)


@pytest.mark.parametrize(("day", "title"), [("100", "Results"), ("102", "To come")])
def test_any_day_can_be_opened(full: Browser, day: str, title: str) -> None:
    (games,) = components(full.open("/", f"?day={day}")["page.children"], "GameList")
    assert games["title"] == title


@pytest.mark.parametrize("day", ["101", "999999", "x"])
def test_a_day_without_games_is_no_error(full: Browser, day: str) -> None:
    assert full.open("/", f"?day={day}")["trouble.hidden"] is True


def test_ranks_on_a_card_are_those_before_the_day(full: Browser) -> None:
    (first,) = components(full.open("/", "?season=2024&day=0")["page.children"], "GameList")
    assert {team["rank"] for game in first["games"] for team in game["teams"]} == {None}


def test_the_whole_season_is_one_table(full: Browser) -> None:
    (grid,) = components(full.open("/", "?show=season&season=2023")["page.children"], "AgGrid")
    rows = grid["rowData"]
    assert len(rows) > 1000
    assert all((row["outcome"] == "wrong") == (row["chance"] < 0.495) for row in rows if row["outcome"] != "even")
    assert all(row["margin"] > 0 for row in rows)


def test_picked_teams_are_in_the_chart(full: Browser) -> None:
    found = full.open("/ratings", "?teams=1102,1105,9999,1102")["page.children"]
    (picker,) = components(found, "MultiSelect")
    assert picker["value"] == ["1102", "1105"]
    (graph,) = components(found, "Graph")
    assert len(graph["figure"]["data"]) == 4


@pytest.mark.parametrize(("boxed", "titles"), [(True, ["Offence", "Defence", "Tempo"]), (False, ["Scored", "Allowed"])])
def test_efficiencies_are_shown_where_box_scores_gave_any(boxed: bool, titles: list[str]) -> None:
    page = browser(fabricated.bucket([League.MEN], teams=16, boxed=boxed)).open("/ratings")["page.children"]
    (grid,) = components(page, "AgGrid")
    assert [column["headerName"] for column in grid["columnDefs"]][-len(titles) :] == titles
    assert all(row["for"] > 0 and row["against"] > 0 for row in grid["rowData"])


def test_each_week_stands_beside_its_promise(full: Browser) -> None:
    page = full.open("/quality")["page.children"]
    plot = next(one for one in components(page, "Graph") if one["id"] == "graph-drift")
    band, _, points = plot["figure"]["data"]
    assert len(points["y"]) == len(points["hovertext"]) == len(band["y"]) // 2 == 15
    assert points["marker"]["symbol"][-1] == "circle-open", "the week that goes on does not count"
    assert "252 of 1,055 forecasts were published before the game" in full.page("/quality")


def test_models_stand_with_what_was_decided_and_why(full: Browser) -> None:
    text = full.page("/quality")
    assert text.index("full-fabricated") < text.index("full-5b1c2f0e9d21") < text.index("full-9e2d71a0b3f4")
    assert "Promoted on 15 Feb 2024 automatically, from Tue 13 Feb 2024 on: log loss is lower in 96%" in text
    assert "Not used on 14 Feb 2024 automatically: log loss is lower in 38% of the resamples" in text
    assert "Nobody has decided about it yet." in text
    assert "Comes with the program." in text
    plot = next(
        one for one in components(full.open("/quality")["page.children"], "Graph") if one["id"] == "graph-models"
    )
    (points,) = plot["figure"]["data"]
    assert points["y"][-1] == "full-fabricated" and points["x"] == pytest.approx([0.0031, 0.0004, -0.0021])


def test_without_models_and_weeks_quality_says_so() -> None:
    page = browser(fabricated.bucket([League.MEN], teams=4, stops_at=20, seasons=(2024,), decided=False)).page(
        "/quality"
    )
    assert "What models there are stands here with the next publication." in page
    assert "No week yet with 50 games" in page
    assert "graph-drift" not in page and "graph-models" not in page


def test_the_model_in_charge_is_named(full: Browser) -> None:
    page = full.page("/about")
    assert page.index("Model in charge") < page.index("full-fabricated") < page.index("State made by")


def test_wins_and_championships_add_up(full: Browser) -> None:
    grid = next(components(full.open("/tournament")["page.children"], "AgGrid"))
    assert sum(row["titles"] for row in grid["rowData"]) == 2
    assert sum(row["wins"] for row in grid["rowData"]) == 2 * 63


def test_quality_counts_out_of_sample_games_only(full: Browser) -> None:
    page = full.page("/quality", "?season=2022")
    assert "by a model that was not trained on the game" in page
    assert re.search(r"\d+ games in the model's training data are left out", page)


@pytest.mark.parametrize(
    ("search", "words"),
    [("?season=2022", "2021–22, the first season loaded, began with nothing known of any team: its forecasts are"),
     ("?season=2023", "The forecasts know 1 earlier season (2021–22)"),
     ("?season=2024", "The forecasts know 2 earlier seasons (2021–22 to 2022–23)"),
     ("?scope=all", "3 seasons loaded, each of which knows those before it; 2021–22, the first")],
)  # fmt: skip
def test_quality_says_how_many_seasons_the_forecasts_know(full: Browser, search: str, words: str) -> None:
    assert words in full.page("/quality", search)


def test_a_note_of_whoever_serves_it_stands_below_every_page() -> None:
    made_up = browser(MemoryStore(), note="Games are made up.").get("/_dash-layout").text
    assert "Games are made up." in made_up and '"id":"foot"' in made_up.replace(" ", "")
    assert '"foot"' not in browser(MemoryStore()).get("/_dash-layout").text


def test_a_team_without_games_this_season_is_said_to_have_none() -> None:
    store = fabricated.bucket([League.MEN], teams=16)
    key = "teams/league=M/part.parquet"
    gone = {"team_id": 1999, "team_name": "Gone", "first_season": 1990, "last_season": 1995, "conference": None}
    teams = [*fabricated.decode(store.get(key).body).to_pylist(), gone]
    store.put(
        key, fabricated.encode(pa.Table.from_pylist(teams, schema=PUBLISHED["teams"].schema), PUBLISHED["teams"].schema)
    )
    there = browser(store)
    for team, name in ((1999, "Gone"), (1101, teams[0]["team_name"])):
        assert there.open("/team", f"?team={team}")["heading.children"] == name
    page = there.page("/team", "?team=1999")
    assert "Gone played no games in 2023–24. It played here from 1989–90 to 1994–95." in page
    assert "loaded here" not in page


def test_a_team_shows_who_is_back_this_season_and_the_next() -> None:
    store = fabricated.bucket([League.MEN], seasons=(2023, 2024), teams=16, rosters=True)
    there = browser(store)
    page = there.page("/team", "?team=1102")
    assert page.index('"Who is back in 2024–25"') < page.index('"Who is back"')
    tables = {season: fabricated.decode(store.get(f"preseason/league=M/season={season}/part.parquet").body).to_pylist()
              for season in (2024, 2025)}  # fmt: skip
    for rows in tables.values():
        (mine,) = [row for row in rows if row["team_id"] == 1102]
        assert (
            f"Returns {mine['returning'] * 100:.0f}% of its minutes, rosters add {signed(mine['shift'])} ± 2.9" in page
        )
    content = there.open("/team", "?team=1102")["page.children"]
    grids = {grid["id"]: grid["rowData"] for grid in components(content, "AgGrid")}
    rows = grids["grid-roster-2025"]
    assert len(rows) == 13 and {"back", "newcomer", "left", "out until day 60"} < {row["what"] for row in rows}
    assert "out until Fri 5 Jan" in {row["what"] for row in grids["grid-roster-2024"]}  # whose dates are known
    names = {row["team_id"]: row["team_name"] for row in tables[2024]}
    assert {f"from {names[1101]}", f"left for {names[1101]}"} < {row["what"] for row in rows}
    drawn = {graph["id"]: go.Figure(graph["figure"]) for graph in components(content, "Graph")}
    bars, marks = drawn["graph-roster-2025"].data
    assert len(bars.x) == 13 and len(marks.x) == 10  # who left or is out is not expected
    best = max(tables[2025], key=lambda row: row["shift"])
    ratings = there.page("/ratings")
    assert ratings.index("Gained most") < ratings.index(best["team_name"], ratings.index("Gained most"))
    game = fabricated.decode(store.get("upcoming/league=M/season=2024/part.parquet").body).to_pylist()[0]
    summers = {row["team_id"]: row for row in tables[2024]}
    beside = there.page("/game", f"?game={game['day']}-{game['team1_id']}-{game['team2_id']}")
    assert all(
        signed(summers[game[f"team{side}_id"]]["shift"]) in beside[beside.index("Rosters' points") :] for side in (1, 2)
    )
    earlier = there.page("/team", "?team=1102&season=2023")
    assert "Upload players/MPlayerSeasons.csv and players/MRosters.csv to see who is back in 2022–23." in earlier
    assert "Over the summer" not in there.page("/ratings", "?season=2023")


STORES = {
    "no names, dates, seeds, box scores": {"named": False, "dated": False, "seeded": False, "boxed": False},
    "2020": {"seasons": (2020,), "stops_at": None, "without_tournament": (2020,)},
    "finished": {"stops_at": None},
    "only fixtures": {"seasons": (2024,), "stops_at": -1},
}


@pytest.fixture(scope="module", params=STORES)
def scarce(request: pytest.FixtureRequest) -> Browser:
    return browser(fabricated.bucket([League.MEN], teams=16, **STORES[request.param]))


@pytest.mark.parametrize("page", PAGES)
def test_whatever_is_missing_every_page_is_drawn(scarce: Browser, page: str) -> None:
    assert scarce.open(page)["trouble.hidden"] is True


def test_without_names_and_calendar_teams_and_days_have_numbers() -> None:
    page = browser(fabricated.bucket(teams=16, named=False, dated=False)).page("/")
    assert "Team 1101" in page
    assert "Day 100" in page


def test_the_cancelled_tournament_is_said_to_be_cancelled() -> None:
    store = fabricated.bucket([League.MEN], (2019, 2020), 64, stops_at=None, without_tournament=(2020,))
    assert "The 2020 tournament was cancelled" in browser(store).page("/tournament", "?season=2020")


def test_an_empty_bucket_says_what_to_do() -> None:
    empty = browser(MemoryStore())
    for page in PAGES:
        assert all(command in empty.page(page) for command in ("make up", "madness ingest"))
    assert empty.open("/")['{"param":"season"}.data'] == []


def test_a_league_that_is_not_published_says_so() -> None:
    assert "Nothing published for women yet" in browser(fabricated.bucket([League.MEN], teams=16)).page(
        "/", "?league=W"
    )


@pytest.mark.parametrize("error", [MadnessError("bucket b does not exist"), Retryable("b: throttled")])
def test_a_bucket_that_cannot_be_read_is_said_on_the_page(error: MadnessError) -> None:
    class Broken(MemoryStore):
        def get(self, key: str, version: str | None = None) -> Stored | None:
            raise error

    page = browser(Broken()).page("/")
    assert str(error) in page
    assert "make up" in page


def test_an_unknown_page_is_no_error(full: Browser) -> None:
    assert "There is no such page" in full.page("/nowhere")


def test_navigation_keeps_league_and_season(full: Browser) -> None:
    links = [props["href"] for props in components(full.open("/", "?league=W&season=2023")["nav.children"], "A")]
    assert links[1] == "/ratings?league=W&season=2023"


def test_nothing_is_loaded_from_elsewhere(full: Browser) -> None:
    index = full.get("/").text
    assert "/bundle-" in index
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', index)


@pytest.mark.parametrize("prefix", ["/", "/dev/"])
def test_behind_a_stage_of_api_gateway_requests_find_their_way(prefix: str) -> None:
    """API Gateway's stage is stripped from the path and given as SCRIPT_NAME, as Zappa does it."""
    app = create_app(Tables(lambda: fabricated.bucket([League.MEN], (2024,), 16)), requests_pathname_prefix=prefix)
    gateway = Browser(app, prefix.rstrip("/"))
    layout = gateway.get("/_dash-layout")
    assert (layout.status_code, layout.content_type) == (200, "application/json")
    assert layout.json["type"] == "MantineProvider"
    index = gateway.get("/ratings").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', index)
    assert [address.rpartition("/")[0] for address in addresses] == [f"{prefix}{app.bundle.folder}"] * 3
    found = gateway.open(f"{prefix}ratings", "?league=M")
    assert found["heading.children"] == "Ratings"
    assert found["brand.href"].startswith(f"{prefix}?league=M")


def test_the_prefix_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASH_REQUESTS_PATHNAME_PREFIX", "/prod/")
    app = create_app(Tables(lambda: MemoryStore()))
    layout = Browser(app, "/prod").get("/_dash-layout")
    assert layout.content_type == "application/json"
    assert 'src="/prod/bundle-' in Browser(app, "/prod").get("/").text


def test_the_server_starts_without_reaching_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADNESS_DASHBOARD_BUCKET", "no-such-bucket")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    from dashboard.wsgi import server

    assert server.test_client().get("/_dash-layout").content_type == "application/json"
