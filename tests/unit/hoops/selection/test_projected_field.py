"""The projected field of a small made-up league: what it knows, what adds up, who stands where."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops import contract
from hoops.brackets.tree import BadBracket
from hoops.contract.merge import Statement, merge
from hoops.forecast.fold import learn
from hoops.games.leagues import League
from hoops.knowledge import Knowledge, statespace
from hoops.knowledge.parameters import defaults
from hoops.selection import committee
from hoops.selection.lines import bracket_of, field_size, places
from hoops.selection.projection import Projection, projected
from hoops.selection.season import Season, season_of
from hoops.selection.strengths import Strengths, by_state
from hoops.selection.tournaments import given_bracket, tournaments_of
from sample import generate_small

SEASON, AS_OF, SIZE = 2024, 108, 10
PARAMETERS = defaults(League.MEN)


@cache
def league() -> tuple[pa.Table, dict[str, pa.Table]]:
    """Games of two whole seasons and reference tables."""
    files = generate_small(leagues=(League.MEN,), stop_day=None).files
    read = {name: contract.read(contract.parse(name), body).table for name, body in files.items()
            if "Results" in name or name in ("MTeamConferences.csv", "MConferenceTourneyGames.csv")}  # fmt: skip
    games = merge([Statement(name, name, games=table) for name, table in read.items() if "Results" in name])
    return games, {name[1:-4]: table for name, table in read.items() if "Results" not in name}


@cache
def evening() -> Knowledge:
    games, _ = league()
    return [known for day, known in learn(games, PARAMETERS) if (day.season, day.day) <= (SEASON, AS_OF)][-1]


def made(games: pa.Table, tables: dict[str, pa.Table]) -> tuple[Season, Strengths, Projection]:
    season = season_of(League.MEN, SEASON, AS_OF, games, tables)
    known = by_state(season, evening(), PARAMETERS)
    return season, known, projected(season, known, tournaments_of(season, games, tables), SIZE, 400, 2)


def test_chances_add_up_and_the_list_is_a_field() -> None:
    season, _, found = made(*league())
    assert found.bid.sum() == pytest.approx(SIZE)
    assert found.reach.sum(axis=0)[4:] == pytest.approx([4.0, 2.0, 1.0], abs=1e-5)
    assert (np.diff(found.reach, axis=1) <= 1e-7).all() and (found.reach[:, 0] <= found.bid + 1e-7).all()
    assert (found.automatic <= found.bid + 1e-12).all()
    assert sorted(found.rank.tolist()) == list(range(1, len(season.teams) + 1))
    assert len(set(found.seeds.values())) == SIZE
    assert {int(found.rank[row]) for row in found.seeds.values()} == set(range(1, SIZE + 1))
    for code in range(len(season.conferences)):
        members = season.members(code)
        assert found.tournament_title[members].sum() == pytest.approx(1.0)
        assert found.automatic[members].sum() == pytest.approx(1.0)
        to_come = season.to_come.rows(season.to_come.standing & (season.to_come.inside == code))
        won, _ = season.record
        assert (found.expected_wins - won)[members].sum() == pytest.approx(len(to_come), abs=1e-3)


def test_no_result_after_the_evening_changes_anything() -> None:
    games, tables = league()
    later = pc.and_(pc.equal(games["season"], SEASON), pc.greater(games["day"], AS_OF))
    turned = games
    for one, other in (("team1_score", "team2_score"), ("team2_score", "team1_score")):
        column = pc.if_else(later, games[other], games[one])
        turned = turned.set_column(games.schema.get_field_index(one), games.schema.field(one), column)
    assert turned != games
    (season, _, before), (_, _, after) = made(games, tables), made(turned, tables)
    assert not season.to_come.tournament.all()
    for name in ("bid", "reach", "rank", "expected_wins", "season_title"):
        assert np.array_equal(getattr(before, name), getattr(after, name))


def test_tournament_games_that_were_played_later_are_no_schedule() -> None:
    games, tables = league()
    season = season_of(League.MEN, SEASON, AS_OF, games, tables)
    marked = tables["ConferenceTourneyGames"].filter(pc.equal(tables["ConferenceTourneyGames"]["season"], SEASON))
    later = {(row["day"], row["team1_id"]) for row in marked.to_pylist()}
    told = season.to_come.rows(~season.to_come.tournament)
    assert len(later) and not later & set(zip(told.day.tolist(), season.teams[told.one].tolist(), strict=True))


def test_the_tournament_is_played_without_rosters_and_the_season_with_them() -> None:
    season, bare = season_of(League.MEN, SEASON, AS_OF, *league()), evening()
    moved = bare.strength.mean.copy()
    moved[:-1] += np.linspace(-4.0, 4.0, len(moved) - 1)
    state = bare.strength.changed(mean=moved, from_rosters=moved - bare.strength.mean)
    found, without = (by_state(season, one, PARAMETERS) for one in (bare.changed(strength=state), bare))
    told = by_state(season, bare.changed(strength=bare.strength.changed(mean=moved)), PARAMETERS)
    np.testing.assert_allclose(found.in_tournament, without.neutral, rtol=0.0, atol=1e-9)
    for name in ("neutral", "to_come", "chance", "rating"):
        assert np.array_equal(getattr(found, name), getattr(told, name)), name
    assert (
        np.array_equal(without.neutral, without.in_tournament) and np.abs(found.neutral - without.neutral).max() > 1.0
    )


def test_who_is_unbeatable_in_the_tournament_wins_it_if_he_is_in_it() -> None:
    games, tables = league()
    season, known, before = made(games, tables)
    best = int(np.argmax(before.bid * (before.bid < 1.0)))
    sure = known.in_tournament.copy()
    sure[best], sure[:, best] = 1e4, -1e4
    found = projected(season, replace(known, in_tournament=sure), tournaments_of(season, games, tables), SIZE, 400, 2)
    assert np.array_equal(found.bid, before.bid) and np.array_equal(found.season_title, before.season_title)
    assert found.reach[best, -1] == pytest.approx(found.bid[best], abs=1e-6)
    assert before.reach[best, -1] < 0.5 * found.bid[best]


def test_a_pair_keeps_its_probability_over_the_draws() -> None:
    _, known, _ = made(*league())
    draws = known.draws(np.random.default_rng(1), 40_000).astype(np.float64)
    for one, other in ((0, 1), (3, 17), (5, 20)):
        expected = statespace.chance(known.neutral[[one], [other]] / known.spread[one, other])
        in_draws = statespace.chance((known.neutral[one, other] + draws[:, one] - draws[:, other]) / known.noise)
        assert in_draws.mean() == pytest.approx(float(expected[0]), abs=0.002)


def test_a_given_bracket_has_exact_odds_and_facts_decide() -> None:
    games, tables = league()
    season = season_of(League.MEN, SEASON, AS_OF, games, tables)
    name, teams = season.conferences[0], season.teams[season.members(0)].tolist()[:3]
    seeds = [(SEASON, name, f"W{line:02d}", team) for line, team in enumerate(teams, 1)]
    slots = [(SEASON, name, "R5W1", "W02", "W03"), (SEASON, name, "R6CH", "W01", "R5W1")]
    rows = {
        "ConferenceTourneySeeds": (seeds, ("season", "conference", "seed", "team_id")),
        "ConferenceTourneySlots": (slots, ("season", "conference", "slot", "strong_seed", "weak_seed")),
    }
    told = tables | {key: pa.table(list(map(list, zip(*those, strict=True))), names=list(names))
                     for key, (those, names) in rows.items()}  # fmt: skip
    _, known, found = made(games, told)
    at = np.searchsorted(season.teams, teams)
    beats = statespace.chance((known.neutral / known.spread)[at][:, at].ravel()).reshape(3, 3)
    hosted = next(one for one in tournaments_of(season, games, told) if one.conference == 0).hosted
    if not hosted:
        second = beats[1, 2] * beats[1, 0]
        assert found.tournament_title[at[1]] == pytest.approx(second)
    assert found.tournament_title[season.members(0)].sum() == pytest.approx(1.0)
    assert found.automatic[at] == pytest.approx(found.tournament_title[at], abs=0.1)
    too_few = {**told, "ConferenceTourneySeeds": told["ConferenceTourneySeeds"].slice(0, 2)}
    with pytest.raises(BadBracket, match=f"tournament of {name}: .* waits for"):
        given_bracket(too_few, League.MEN, SEASON, name)


def test_too_few_teams_are_no_field() -> None:
    season, known, _ = made(*league())
    with pytest.raises(BadBracket, match="24 teams have games, played or listed, and a field has 64"):
        projected(season, known, [], 64)


def test_any_field_of_four_and_more_is_projected() -> None:
    season, known, _ = made(*league())
    for size in range(4, 25):
        found = projected(season, known, [], size, draws=50, plays=1)
        assert found.bid.sum() == pytest.approx(size)
        assert found.reach[:, -1].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("seeds", "size"), [(0, 68), (1, 68), (2, 68), (3, 68), (4, 4), (8, 8), (69, 68), (128, 68)])
def test_seeds_of_a_file_that_is_not_whole_are_no_size_of_a_field(seeds: int, size: int) -> None:
    table = pa.table({"season": pa.array([2030] * seeds, pa.int16())})
    assert field_size(League.MEN, 2031, {"NCAATourneySeeds": table}) == size


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 10, 64, 65, 68]), st.sampled_from([0.45, 0.9, 1.0]))
def test_every_place_of_the_bracket_is_taken_by_one_or_by_two_who_play_in(seed: int, size: int, share: float) -> None:
    automatic = np.random.default_rng(seed).random(size) < share
    place, second = places(automatic)
    counts = np.bincount(place, minlength=bracket_of(size))
    assert len(counts) == bracket_of(size) and counts.min() == 1 and counts.max() <= 2
    assert second.sum() == (counts == 2).sum() == size - bracket_of(size)
    assert (np.diff(place[~second]) > 0).all()


def test_weights_are_found_again() -> None:
    rng, true = np.random.default_rng(3), np.array([0.7, 2.0, 1.5])
    pairs = rng.normal(size=(20_000, 3))
    first = rng.random(len(pairs)) < 1.0 / (1.0 + np.exp(-pairs @ true))
    assert committee.fitted(np.where(first[:, None], pairs, -pairs)) == pytest.approx(true, abs=0.1)
