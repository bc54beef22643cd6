"""All that is known of a league has one clock, which only goes on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge import (
    Knowledge,
    absences,
    advance,
    efficiency,
    from_bytes,
    homes,
    initial,
    preseason,
    statespace,
    sums,
    to_bytes,
    update,
)
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import defaults
from hoops.players import Appearances, Squads
from tests.unit.hoops.fabricated_players import who_played
from tests.unit.hoops.fabricated_results import a_league

PARAMETERS = defaults(League.MEN)
GAMES = a_league().append_column("city_id", pa.array(np.arange(a_league().num_rows) % 5 + 4001, pa.int32()))
A_DAY = Results.of(a_league(5, seasons=[2011], days=1))


def folded(games: pa.Table = GAMES) -> Knowledge:
    known, appeared = initial(PARAMETERS), Appearances.of(who_played(games))
    for day in days_of(games):
        known = advance(known, day.season, day.day, PARAMETERS)
        known = update(known, Results.of(day.games), PARAMETERS, appeared.on(day.timestamp))
    return known


def parts(known: Knowledge) -> list[bytes]:
    return [
        statespace.to_bytes(known.strength), efficiency.to_bytes(known.adjusted), sums.to_bytes(known.sums),
        homes.to_bytes(known.homes), preseason.to_bytes(known.preseason), absences.to_bytes(known.absences),
    ]  # fmt: skip


def test_before_the_first_game_there_is_no_clock():
    known = initial(PARAMETERS)
    assert known.clock is known.season is known.day is None
    with pytest.raises(ValueError, match="advance"):
        _ = known.now
    with pytest.raises(ValueError, match="advance what is known to the day of the games first"):
        update(known, A_DAY, PARAMETERS)


def test_the_clock_is_the_day_advanced_to_and_an_update_leaves_it_there():
    known = advance(initial(PARAMETERS), 2011, 7, PARAMETERS)
    assert known.clock == known.now == (2011, 7)
    after = update(known, A_DAY, PARAMETERS)
    assert (after.clock, after.season, after.day) == ((2011, 7), 2011, 7)
    assert advance(after, 2012, 3, PARAMETERS).clock == (2012, 3)
    assert after.sums.last_season.tolist() == [2011] * len(after.sums.teams)
    assert after.sums.last_day.tolist() == [7] * len(after.sums.teams)


@pytest.mark.parametrize(("season", "day"), [(2011, 54), (2010, 200)])
def test_the_clock_never_goes_back(season, day):
    known = folded()
    assert known.clock == (2011, 55)
    with pytest.raises(ValueError, match=f"stands at 2011 day 55: it cannot go back to {season} day {day}"):
        advance(known, season, day, PARAMETERS)
    with pytest.raises(ValueError, match="cannot go back to 2010 day 3"):
        advance(advance(initial(PARAMETERS), 2010, 4, PARAMETERS), 2010, 3, PARAMETERS)
    assert parts(advance(known, 2011, 55, PARAMETERS)) == parts(known)


@pytest.mark.parametrize("now", [(2011, 90), (2012, 3), (2014, 3)])
def test_one_clock_moves_all_parts(now):
    known = folded()
    since, (season, _) = known.now, now
    strength, summers, first = known.strength, known.preseason, known.now[0]
    adjusted, counted = known.adjusted, known.sums
    for year in range(since[0], season):
        start = (year + 1, 0)
        strength, summers, _ = strength_over_summer(strength, summers, since, PARAMETERS, Squads.empty())
        adjusted, counted = efficiency.advance(adjusted, since, start, PARAMETERS), sums.advance(counted, since, start)
        since = start
    strength = statespace.advance(strength, since, now, PARAMETERS)
    adjusted = efficiency.advance(adjusted, since, now, PARAMETERS)
    counted = sums.advance(counted, since, now)
    out = known.absences if season == first else absences.initial()
    assert len(known.absences.players)
    morning = advance(known, *now, PARAMETERS)
    assert parts(morning) == parts(Knowledge(now, strength, adjusted, counted, known.homes, summers, out))
    assert all(old != new for old, new in zip(parts(known)[:3], parts(morning)[:3], strict=True))
    evening = Knowledge(
        now,
        statespace.update(strength, season, A_DAY.outcomes, PARAMETERS),
        efficiency.update(adjusted, season, A_DAY, PARAMETERS),
        sums.update(counted, now, A_DAY),
        homes.update(known.homes, A_DAY.matchups),
        summers,
        out,
    )
    assert parts(update(morning, A_DAY, PARAMETERS)) == parts(evening)


def test_time_before_the_first_game_changes_nothing():
    start = initial(PARAMETERS)
    first = advance(start, 2010, 30, PARAMETERS)
    assert first.clock == (2010, 30) and parts(first) == parts(start)


def test_a_day_without_games_changes_nothing():
    known = folded()
    assert to_bytes(update(known, A_DAY.rows(slice(0, 0)), PARAMETERS)) == to_bytes(known)


def test_what_is_known_round_trips_exactly():
    known = folded()
    assert len(known.homes.team_city) > 0
    assert to_bytes(from_bytes(to_bytes(known))) == to_bytes(known) == to_bytes(folded())
    for one in (initial(PARAMETERS), advance(initial(PARAMETERS), 2010, 0, PARAMETERS), known):
        again = from_bytes(to_bytes(one))
        assert (again.clock, again.season, again.day) == (one.clock, one.season, one.day)
        assert parts(again) == parts(one) and to_bytes(again) == to_bytes(one)
    assert to_bytes(advance(known, 2011, 56, PARAMETERS)) != to_bytes(known)
    with pytest.raises(ValueError, match="what is known"):
        from_bytes(b"something else")


def test_the_clock_alone_makes_other_bytes():
    known = initial(PARAMETERS)
    assert len({to_bytes(known), *(to_bytes(advance(known, 2010, day, PARAMETERS)) for day in (0, 1))}) == 3


def test_what_came_from_bytes_goes_on_as_if_it_had_never_stopped():
    known = folded()
    straight, restored = (
        to_bytes(update(advance(one, 2012, 9, PARAMETERS), A_DAY, PARAMETERS))
        for one in (known, from_bytes(to_bytes(known)))
    )
    assert straight == restored
