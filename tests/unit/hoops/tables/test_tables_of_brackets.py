"""The bracket's tables on small fields with made-up chances: what each row says of its game."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.brackets.evenings import Evening
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import Bracket
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.schemas import PREDICTED, PUBLISHED
from hoops.tables.brackets import bracket_games, bracket_odds, bracket_picks, bracket_slots, game_worth
from tests.unit.hoops.brackets.small_brackets import of_seeds, of_strengths
from tests.unit.hoops.tables.test_tables import game, reference


def evening(field: Bracket, predicted: pa.Table, day: int) -> Evening:
    """Teams are the better, the nearer they stand to the top."""
    told = facts(field, predicted, day)
    when = schedule(field, told, predicted)
    chances = of_strengths(field, np.linspace(1.0, -1.0, len(field)))
    found = odds(field, chances, told.won)
    return Evening(told, when, chances, found, found.reach)


def rows(*games: dict) -> pa.Table:
    return pa.Table.from_pylist(list(games), schema=PREDICTED)


def test_a_game_is_told_as_its_upper_side_sees_it() -> None:
    """Of W01 and W02 the better has the higher id here: team 1 of the row is the lower side."""
    field = of_seeds(2)
    turned = Bracket(field.league, field.season, field.teams[::-1].copy(), field.seeds, field.places, field.slots)
    one, two = turned.team["W01"], turned.team["W02"]
    assert one > two
    played = rows(game(145, two, one, 66, 70, kind="ncaa", num_ot=1, team1_probability=0.25))
    told = facts(turned, played, 145)
    table = bracket_slots(turned, told, schedule(turned, told, played), played, Reference())
    assert table.schema == PUBLISHED["bracket_slots"].schema
    slots = {row["slot"]: row for row in table.to_pylist()}
    first = slots["R4W1"]
    assert (first["strong_id"], first["weak_id"], first["winner_id"], first["num_ot"]) == (one, two, one, 1)
    assert (first["strong_score"], first["weak_score"], first["strong_probability"]) == (70, 66, 0.75)
    after = slots["R5WX"]
    assert (after["strong_id"], after["weak_id"], after["winner_id"], after["strong_score"]) == (one, None, None, None)
    assert [slots[name]["game_day"] for name in ("R4W1", "R4X1", "R6CH")] == [145, 146, 154]  # not today any more


def test_names_of_regions_stand_where_there_is_one() -> None:
    field = of_seeds(2)
    names = dict(zip("wxyz", ("East", "West", "Midwest", "South"), strict=True))
    season = {"season": 2024, "day_zero": None} | {f"region_{letter}": name for letter, name in names.items()}
    told = facts(field, rows(), 132)
    known = reference(Seasons=[season])
    slots = bracket_slots(field, told, schedule(field, told, rows()), rows(), known).to_pylist()
    assert {row["slot"]: row["region"] for row in slots}.items() >= {"R4X1": "West", "R5WX": None}.items()
    teams = bracket_odds([evening(field, rows(), 132)], known).to_pylist()
    assert [row["region"] for row in teams] == [name for name in names.values() for _ in range(2)]


@pytest.mark.parametrize("league", League)
def test_what_is_decided_leaves_the_games_to_come(league: League) -> None:
    field = of_seeds(4, ("X04",), league=league)
    beaten, winner = field.team["X04a"], field.team["X04b"]
    played = rows(game(134, beaten, winner, 60, 61, kind="ncaa"))
    found = [evening(field, played, day) for day in (132, 134)]
    games = bracket_games(found).to_pylist()
    by_day = {day: [row for row in games if row["day"] == day] for day in (132, 134)}
    assert len(by_day[132]) == len(field.games)
    assert all(row["slot"] != "X04" and beaten not in (row["strong_id"], row["weak_id"]) for row in by_day[134])
    assert len(by_day[134]) == 16 * 15 // 2  # every two of those left
    for day in by_day:  # in each slot somebody plays
        to_come = {row["slot"] for row in by_day[day]}
        meeting = {slot: sum(row["meeting"] for row in by_day[day] if row["slot"] == slot) for slot in to_come}
        assert list(meeting.values()) == pytest.approx([1.0] * len(meeting))
    picks = {row["slot"]: row for row in bracket_picks(found).to_pylist() if row["day"] == 134}
    assert (picks["X04"]["likely_id"], picks["X04"]["best_id"]) == (winner, winner)
    assert len(picks) == len(field.slots)


def test_worth_is_of_games_whose_two_teams_are_known() -> None:
    field = of_seeds(2)
    now = evening(field, rows(game(145, field.team["W01"], field.team["W02"], 50, 60, kind="ncaa")), 145)
    table = game_worth(now, Reference())
    assert table.schema == PUBLISHED["game_worth"].schema
    games = table.to_pylist()
    assert {(row["team1_id"], row["team2_id"]) for row in games} == {
        (field.team[f"{region}01"], field.team[f"{region}02"]) for region in "XYZ"
    }
    for row in games:
        title = now.odds.reach[field.row[row["team1_id"]], 6]
        won, lost = row["team1_title_if_won"], row["team1_title_if_lost"]
        assert row["probability"] * won + (1.0 - row["probability"]) * lost == pytest.approx(title, abs=1e-12)
        assert row["team1_final_four_if_won"] == pytest.approx(1.0) and row["team1_final_four_if_lost"] == 0.0
