"""Results as facts of a bracket, the days and hosts of its slots, and the games that can still be."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops import knowledge
from hoops.brackets.chances import chances, sites, to_come
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import best_seeds_host, schedule
from hoops.brackets.tree import BadBracket, Bracket
from hoops.forecast.fold import days_of, forecast_fixtures
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.schemas import FIXTURES, GAMES
from tests.unit.hoops.brackets.small_brackets import SIXTY_EIGHT, of_seeds

FULL = of_seeds(16, SIXTY_EIGHT)
WOMEN = of_seeds(16, SIXTY_EIGHT, league=League.WOMEN)
NAMES = ("season", "day", "kind", "team1_id", "team2_id", "site", "team1_score", "team2_score", "num_ot")


def team(seed: str, field: Bracket = FULL) -> int:
    return int(field.teams[field.seeds.index(seed)])


def won(day: int, winner: int, loser: int, home: int | None = None, season: int = 2024, kind: str = "ncaa") -> dict:
    one, other = sorted((winner, loser))
    site = 0 if home is None else 1 if home == one else -1
    score = (70, 60) if winner == one else (60, 70)
    return dict(zip(NAMES, (season, day, kind, one, other, site, *score, 0), strict=True))


def table(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema([GAMES.field(name) for name in NAMES]))


def of_seeds_won(*games: tuple[int, str, str], field: Bracket = FULL, home: str | None = None) -> pa.Table:
    return table([won(day, team(a, field), team(b, field), team(home, field) if home else None) for day, a, b in games])


def test_games_up_to_and_with_the_day_are_facts() -> None:
    games = of_seeds_won((134, "W16b", "W16a"), (136, "W01", "W16b"), (137, "W08", "W09"), (138, "W01", "W08"))
    assert facts(FULL, games, 133).won == {}
    assert facts(FULL, games, 137).won == {"W16": team("W16b"), "R1W1": team("W01"), "R1W8": team("W08")}
    told = facts(FULL, games, 138)
    assert told.games["R2W1"].winner == team("W01") and told.games["R2W1"].score == (70, 60)
    found = odds(FULL, np.full(len(FULL.games), 0.5), told.won).reach[FULL.row[team("W01")]]
    assert found.tolist() == [1.0, 1.0, 1.0, 0.5, 0.25, 0.125, 0.0625]


def test_other_games_of_the_same_days_are_none() -> None:
    rows = [won(136, 1900, 1901, kind="secondary"), won(120, team("W01"), team("W16a"), kind="regular"),
            won(136, team("W01"), team("W16a"), season=2023)]  # fmt: skip
    assert facts(FULL, table(rows), 200).won == {}


def test_who_plays_on_has_won_before_even_if_no_row_says_so() -> None:
    told = facts(FULL, of_seeds_won((143, "W01", "W04")), 143)
    assert told.won == {"R1W1": team("W01"), "R1W4": team("W04"), "R2W1": team("W01"), "R2W4": team("W04"),
                        "R3W1": team("W01")}  # fmt: skip
    assert list(told.games) == ["R3W1"]


def test_oregon_came_on_without_a_game_in_2021() -> None:
    field = of_seeds(16, SIXTY_EIGHT, season=2021)
    teams = field.teams.copy()
    teams[field.seeds.index("X07")], teams[field.seeds.index("X10")] = 1332, 1433
    field = Bracket(field.league, 2021, teams, field.seeds, field.places, field.slots)
    assert facts(field, table([]), 137).won == {} and facts(field, table([]), 138).won == {"R1X7": 1332}
    later = table([won(140, 1332, team("X02", field), season=2021)])
    assert facts(field, later, 140).won["R2X2"] == 1332


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([won(136, 1999, team("W01"))], "team 1999 plays in the NCAA tournament on day 136, and has no seed"),
        ([won(136, team("W01"), team("W16a")), won(137, team("W01"), team("W16a"))],
         "R1W1 was played on day 136 and on day 137"),
        ([won(136, team("W08"), team("W09")), won(138, team("W01"), team("W09"))],
         f"R1W8 was won by W08 (team {team('W08')}), as it won on day 136, and by W09 (team {team('W09')}), as it "
         "played in R2W1 on day 138"),
    ],
)  # fmt: skip
def test_results_that_cannot_be_are_named(rows, text) -> None:
    with pytest.raises(BadBracket) as raised:
        facts(FULL, table(rows), 200)
    assert "Men, season 2024" in str(raised.value)
    assert text in str(raised.value)


NOTHING = table([])


def test_the_day_of_a_slot_is_that_of_its_game_or_of_the_nearest_one_or_the_usual_one() -> None:
    told = facts(FULL, NOTHING, 132)
    assert schedule(FULL, told, NOTHING).day["R1W3"] == 136 and schedule(FULL, told, NOTHING).day["R6CH"] == 154
    played = of_seeds_won((137, "W06", "W11"), (136, "W08", "W09"), (151, "Z01", "Y01"))
    day = schedule(FULL, told, played).day
    assert (day["R1W6"], day["R1W3"], day["R1W1"], day["R5WX"], day["R2W1"]) == (137, 137, 136, 151, 138)
    listed = pa.table({"slot": ["R2W1", "R1W3"], "early_day": [139, 135], "seed": ["W01", "W03"], "round": [2, 1]})
    day = schedule(FULL, told, played, days=listed).day
    assert (day["R2W1"], day["R1W3"]) == (139, 137)


def test_no_game_to_come_lies_before_the_day_after() -> None:
    told = facts(FULL, of_seeds_won((136, "W08", "W09")), 137)
    day = schedule(FULL, told, NOTHING).day
    assert day["R1W3"] == 138 and day["R2W1"] == 138 and day["R3W1"] == 143


@pytest.mark.parametrize(("season", "rule"), [(1998, True), (2003, False), (2014, False), (2015, False), (2021, False),
                                              (2022, True)])  # fmt: skip
def test_the_rule_of_a_womens_season(season, rule) -> None:
    field = of_seeds(16, season=season, league=League.WOMEN)
    assert best_seeds_host(League.WOMEN, season) is rule and not best_seeds_host(League.MEN, season)
    host = schedule(field, facts(field, NOTHING, 132), NOTHING).host
    assert host == ({f"R{r}{x}{i}": team(f"{x}{seed:02d}", field) for x in "WXYZ" for r, i, seed in
                     ((1, 1, 1), (1, 8, 1), (2, 1, 1), (1, 2, 2), (1, 7, 2), (2, 2, 2), (1, 3, 3), (1, 6, 3), (2, 3, 3),
                      (1, 4, 4), (1, 5, 4), (2, 4, 4))} if rule else {})  # fmt: skip
    if rule:
        at = sites(field, schedule(field, facts(field, NOTHING, 132), NOTHING))
        games = field.games
        assert set(at[field.teams[games.strong] == team("W01", field)]) == {1, 0}
        of_slot = games.slot == [slot.name for slot in field.slots].index("R1W8")
        assert at[of_slot].tolist() == [0]


def test_hosts_that_are_marked_in_the_first_round_rule_and_those_of_later_rounds_tell_nothing() -> None:
    field = of_seeds(16, season=2003, league=League.WOMEN)
    rows = [won(139, team("X07", field), team("X10", field), team("X10", field), 2003),
            won(139, team("X02", field), team("X15", field), None, 2003),
            won(141, team("X02", field), team("X07", field), team("X02", field), 2003),
            won(145, team("Y01", field), team("Y04", field), team("Y01", field), 2003)]  # fmt: skip
    told = facts(field, table(rows), 132)
    host = schedule(field, told, table(rows)).host
    assert host == {"R1X7": team("X10", field), "R2X2": team("X10", field)}
    # Once it is known who meets, a game is where it is.
    host = schedule(field, facts(field, table(rows), 139), table(rows)).host
    assert host["R2X2"] == team("X02", field) and "R3Y1" not in host


def test_who_must_win_first_is_not_known_as_host() -> None:
    rows = [won(137, team("W16b", WOMEN), team("W01", WOMEN), team("W16b", WOMEN))]
    host = schedule(WOMEN, facts(WOMEN, NOTHING, 132), table(rows)).host
    assert "R1W1" not in host


def test_fixtures_tell_day_and_host() -> None:
    one, other = team("W08", WOMEN), team("W09", WOMEN)
    row = {"season": 2024, "day": 138, "team1_id": one, "team2_id": other, "site": -1, "city_id": None}
    fixtures = pa.Table.from_pylist([row], schema=FIXTURES)
    found = schedule(WOMEN, facts(WOMEN, NOTHING, 132), NOTHING, fixtures)
    assert found.day["R1W8"] == 138 and found.host["R1W8"] == other


@pytest.fixture(scope="module")
def league() -> tuple:
    """What is known of the teams of the field after a season of games among them, and the model."""
    rng = np.random.default_rng(11)
    model, rows = shipped(League.WOMEN), []
    for day in range(0, 130, 3):
        order = rng.permutation(WOMEN.teams)
        rows += [won(day, int(a), int(b), int(a), kind="regular") for a, b in order.reshape(-1, 2)]
    known = knowledge.initial(model.parameters)
    for day in days_of(table(rows)):
        before = knowledge.advance(known, day.season, day.day, model.parameters)
        known = knowledge.update(before, Results.of(day.games), model.parameters)
    return known, model


def test_a_game_whose_teams_are_known_has_the_chance_that_is_published(league) -> None:
    known, model = league
    told = facts(WOMEN, NOTHING, 132)
    when = schedule(WOMEN, told, NOTHING)
    chance = chances(WOMEN, when, told, known, model)
    assert ((chance > 0.0) & (chance < 1.0)).all()
    for seeds in (("W08", "W09"), ("W03", "W14"), ("Z11a", "Z11b")):
        one, other = (team(seed, WOMEN) for seed in seeds)
        slot = WOMEN.meeting(one, other)
        host = when.host.get(slot.name)
        row = {"season": 2024, "day": when.day[slot.name], "team1_id": one, "team2_id": other, "city_id": None,
               "site": {one: 1, other: -1}.get(host, 0)}  # fmt: skip
        published = forecast_fixtures(known, pa.Table.from_pylist([row], schema=FIXTURES), lambda _: model)
        games = WOMEN.games
        (place,) = np.flatnonzero((games.strong == WOMEN.row[one]) & (games.weak == WOMEN.row[other]))
        assert chance[place] == published["team1_probability"][0].as_py()
    assert when.host["R1W3"] == team("W03", WOMEN)


def test_only_games_that_can_still_be_are_forecast_and_teams_have_played_in_between() -> None:
    rows = of_seeds_won((136, "W08", "W09"), (136, "W01", "W16a"), field=WOMEN)
    told = facts(WOMEN, rows, 136)
    when = schedule(WOMEN, told, rows)
    parts = list(to_come(WOMEN, when, told))
    games = WOMEN.games
    pairs = {(WOMEN.seeds[games.strong[row]], WOMEN.seeds[games.weak[row]]) for part in parts for row in part.rows}
    assert ("W01", "W08") in pairs and ("W01", "W09") not in pairs and ("W16b", "W08") not in pairs
    second = next(part for part in parts if ("W01", "W08") in
                  {(WOMEN.seeds[games.strong[row]], WOMEN.seeds[games.weak[row]]) for row in part.rows})  # fmt: skip
    assert second.day == 139
    assert team("W01", WOMEN) not in second.played and second.played[team("W05", WOMEN)] == when.day["R1W5"]
