"""What players' files move when a season begins, and that games make it forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hoops.evaluation.backtest import walk
from hoops.forecast import features
from hoops.forecast.feature_list import columns_of
from hoops.forecast.features import describe
from hoops.forecast.fold import days_of, learn
from hoops.forecast.match import forecast
from hoops.forecast.model import shipped
from hoops.forecast.pairs import all_pairs, by_strength
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.matchups import Matchups
from hoops.games.results import Results
from hoops.games.surroundings import Conferences, Surroundings
from hoops.knowledge import (
    Knowledge,
    advance,
    efficiency,
    preseason,
    statespace,
    to_bytes,
    update,
    without_rosters,
)
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import defaults
from hoops.players import Squads
from tests.unit.hoops.fabricated_players import a_cast
from tests.unit.hoops.fabricated_results import a_league

PARAMETERS = defaults(League.MEN)
SEASONS = range(2008, 2013)  # before those from which on a league takes over what others' summers have taught
LAST = SEASONS[-1]
GAMES = a_league(seasons=SEASONS)
CAST = a_cast(GAMES)
BEFORE = GAMES.filter(pc.less(GAMES["season"], LAST))
OF_LAST = GAMES.filter(pc.equal(GAMES["season"], LAST))
*_, (_, KNOWN) = learn(BEFORE, PARAMETERS, squads=CAST)


def begun(squads: Squads = CAST, known: Knowledge = KNOWN) -> Knowledge:
    return advance(known, LAST, 0, PARAMETERS, squads)


def played(known: Knowledge, games: pa.Table) -> Knowledge:
    for day in days_of(games):
        known = update(advance(known, LAST, day.day, PARAMETERS), Results.of(day.games), PARAMETERS)
    return known


def moved(squads: Squads = CAST) -> dict[int, float]:
    """By team, how far its strength is from where it would be without players."""
    points = begun(squads).strength.mean[:-1] - begun(Squads.empty()).strength.mean[:-1]
    return dict(zip(KNOWN.strength.teams.tolist(), points.tolist(), strict=True))


def test_every_team_with_a_roster_is_moved_and_the_state_says_by_how_much() -> None:
    known = begun()
    assert known.preseason.season == LAST and known.preseason.rostered.tolist() == known.strength.teams.tolist()
    assert list(moved().values()) == pytest.approx(known.preseason.shift.tolist(), abs=1e-12)
    assert known.strength.from_rosters[:-1].tolist() == known.preseason.shift.tolist()
    assert np.abs(known.preseason.shift).max() > 0.05 and abs(known.preseason.shift.mean()) < 1e-9
    assert np.all((known.preseason.returning >= 0.0) & (known.preseason.returning <= 1.0))


def test_a_team_without_a_roster_is_left_as_it_was() -> None:
    gone, rows = 1103, CAST.rosters
    without = rows.filter(pc.invert(pc.and_(pc.equal(rows["season"], LAST), pc.equal(rows["team_id"], gone))))
    found, bare = begun(Squads(CAST.seasons, without)), begun(Squads.empty())
    (place,) = np.flatnonzero(found.strength.teams == gone)
    assert found.strength.mean[place] == bare.strength.mean[place]
    assert found.strength.covariance[place].tolist() == bare.strength.covariance[place].tolist()
    assert found.adjusted.mean[place].tolist() == bare.adjusted.mean[place].tolist()
    assert gone not in found.preseason.rostered.tolist() and len(found.preseason.rostered) == len(moved()) - 1


def test_a_league_whose_files_end_goes_on_without() -> None:
    """Totals without a roster of the coming season, or a roster without anybody's last season, move nothing."""
    listed, did = CAST.rosters, CAST.seasons
    for squads in (
        Squads(did, listed.filter(pc.less(listed["season"], LAST))),
        Squads(did.filter(pc.less(did["season"], LAST - 1)), listed),
    ):
        assert not any(moved(squads).values())


def test_who_leaves_takes_along_what_he_was_worth() -> None:
    """A team that loses all its players moves down beside the same team that keeps them, the better it was."""
    rows, best = CAST.rosters, int(KNOWN.strength.teams[np.argmax(KNOWN.strength.mean[:-1])])
    here = pc.and_(pc.equal(rows["season"], LAST), pc.equal(rows["team_id"], best))
    place = rows.schema.get_field_index("player_id")
    others = rows.set_column(
        place,
        rows.schema.field(place),
        pc.if_else(here, pc.add(rows["player_id"], pa.scalar(100_000, pa.int32())), rows["player_id"]),
    ).sort_by([(name, "ascending") for name in ("season", "team_id", "player_id")])
    found = begun(Squads(CAST.seasons, others)).preseason
    assert found.returning[found.rostered == best].tolist() == [0.0]
    assert moved(Squads(CAST.seasons, others))[best] != moved()[best]


def unmoved() -> Knowledge:
    """The season's first day at the same certainty, with every strength where it would be without players."""
    _, learned, shift = strength_over_summer(KNOWN.strength, KNOWN.preseason, KNOWN.now, PARAMETERS, CAST)
    assert shift is not None
    bare, nothing = begun(Squads.empty()), np.zeros_like(shift.points)
    return replace(
        bare,
        strength=statespace.shifted(bare.strength, shift.team, nothing, shift.sd, PARAMETERS),
        adjusted=efficiency.shifted(bare.adjusted, shift.team, nothing, shift.sd, PARAMETERS),
        preseason=learned,
    )


def on_neutral_ground(games: pa.Table) -> pa.Table:
    place = games.schema.get_field_index("site")
    return games.set_column(place, games.schema.field(place), pa.array(np.zeros(games.num_rows, np.int8)))


@pytest.mark.parametrize(
    ("games", "share"), [(on_neutral_ground(OF_LAST), 1e-9), (OF_LAST, 0.1)], ids=["neutral", "hosted"]
)
def test_without_rosters_is_what_the_same_games_would_have_left_at_the_same_certainty(
    games: pa.Table, share: float
) -> None:
    """The filter's gain does not look at the mean, so the part of it that rests on rosters is told apart exactly: but
    for what teams' own home advantages took of it, which is little."""
    known, expected = played(begun(), games), played(unmoved(), games)
    found = without_rosters(known, PARAMETERS)
    for name in ("strength", "adjusted"):
        one, mine, other = (getattr(each, name) for each in (known, found, expected))
        one, mine, other = (one, mine, other) if name == "strength" else (one.base, mine.base, other.base)
        left = np.abs(one.mean - other.mean).max()
        assert left > 1e-2, "something is left of it to be told apart"
        np.testing.assert_allclose(mine.mean, other.mean, rtol=0.0, atol=share * left)
        np.testing.assert_array_equal(mine.covariance, other.covariance)
        assert not mine.from_rosters.any()
    start, end = (np.abs(one.strength.from_rosters).sum() for one in (begun(), known))
    assert end < start, "what games tell makes it forgotten"


def every_two(known: Knowledge) -> Matchups:
    """Every two teams, at home, away and on neutral ground."""
    one, other = np.triu_indices(len(known.strength.teams), 1)
    site = np.repeat(np.array([-1, 0, 1], np.int8), len(one))
    return Matchups(*(np.tile(known.strength.teams[at], 3) for at in (one, other)), site)


def conferences(known: Knowledge) -> Conferences:
    teams = known.strength.teams.tolist()
    rows = [{"season": LAST, "team_id": team, "conference": "ab"[team % 2]} for team in teams]
    return Conferences.of(pa.Table.from_pylist(rows))


def told(known: Knowledge) -> Knowledge:
    """The same strengths, as if nothing of them rested on rosters: nothing is left to be taken back."""
    nothing = np.zeros_like(known.strength.mean)
    return known.changed(
        strength=known.strength.changed(from_rosters=nothing),
        adjusted=known.adjusted.changed(base=known.adjusted.base.changed(from_rosters=nothing)),
    )


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True), (9, True)])
def test_after_selection_sunday_neutral_games_are_forecast_without_rosters_and_no_others(
    days: int, is_late: bool
) -> None:
    """By the full model and by the state space, and for each game of a day by itself."""
    known = played(begun(), OF_LAST.filter(pc.less(OF_LAST["day"], 100)))
    before, model = advance(known, LAST, SELECTION_SUNDAY + days, PARAMETERS), shipped(League.MEN)
    games, bare = every_two(before), without_rosters(before, PARAMETERS)
    past = is_late & (games.site == 0)
    assert np.array_equal(past, statespace.past_rosters(SELECTION_SUNDAY + days, games.site))
    found, kept, without = (forecast(one, games, model).probability for one in (before, told(before), bare))
    np.testing.assert_allclose(found, np.where(past, without, kept), rtol=0.0, atol=1e-12)
    assert np.array_equal(found[~past], kept[~past]) and (np.abs(kept - without) > 1e-5).any()
    near = Surroundings(conferences=conferences(before))
    values, kept, without = (describe(one, games, PARAMETERS, near).values for one in (before, told(before), bare))
    np.testing.assert_allclose(values, np.where(past[:, None], without, kept), rtol=0.0, atol=1e-9)
    assert (np.abs(kept - without) > 1e-3).any(axis=0)[columns_of(("strength", "adjusted", "history"))].sum() > 15
    by_state = statespace.predict(before.strength, LAST, games, PARAMETERS, past).probability
    kept, without = (statespace.predict(one.strength, LAST, games, PARAMETERS).probability for one in (before, bare))
    np.testing.assert_allclose(by_state, np.where(past, without, kept), rtol=0.0, atol=1e-12)
    turned = Matchups(games.team2, games.team1, (-games.site).astype(np.int8))
    assert np.array_equal(forecast(before, turned, model).margin, -forecast(before, games, model).margin)
    for row in range(0, len(games), 7):
        assert forecast(before, games.rows(slice(row, row + 1)), model).probability[0] == found[row]


def test_every_pair_of_a_tournament_is_forecast_without_rosters_too() -> None:
    known = played(begun(), OF_LAST.filter(pc.less(OF_LAST["day"], 100)))
    model, teams = shipped(League.MEN), known.strength.teams
    for day in (SELECTION_SUNDAY, SELECTION_SUNDAY + 4):
        before = advance(known, LAST, day, PARAMETERS)
        games = every_two(before).rows(every_two(before).site == 0)
        past = statespace.past_rosters(day, games.site)
        by_model = forecast(before, games, model).probability
        by_state = statespace.predict(before.strength, LAST, games, PARAMETERS, past).probability
        assert all_pairs(before, teams, model).of(games.team1, games.team2) == pytest.approx(by_model, abs=1e-7)
        found = by_strength(before, teams, PARAMETERS).of(games.team1, games.team2)
        assert found == pytest.approx(by_state, abs=1e-12)


def test_a_walk_through_a_tournament_forecasts_as_single_days_do() -> None:
    """And the state-space model beside the full one is the one inside it, in tournaments as well."""
    day = OF_LAST.schema.get_field_index("day")
    late = OF_LAST.set_column(day, OF_LAST.schema.field(day), pc.add(OF_LAST["day"], pa.scalar(80, pa.int16())))
    games = pa.concat_tables([BEFORE, late])
    _, described, _ = features.walk(games, PARAMETERS, squads=CAST)
    alone = walk(Results.of(games), PARAMETERS, squads=CAST).probability
    assert set(late["site"].to_numpy()[late["day"].to_numpy() > SELECTION_SUNDAY].tolist()) == {-1, 0, 1}
    np.testing.assert_allclose(alone, 1.0 / (1.0 + np.exp(-described.offset)), rtol=0.0, atol=1e-12)
    known, row = begun(), BEFORE.num_rows
    for day in days_of(late):
        known, played_here = advance(known, LAST, day.day, PARAMETERS), Results.of(day.games)
        expected = describe(known, played_here.matchups, PARAMETERS).values
        assert np.array_equal(described.values[row : row + len(expected)], expected)
        known, row = update(known, played_here, PARAMETERS), row + len(expected)
    assert row == games.num_rows


def test_the_summer_is_as_unsure_as_its_projections_have_missed() -> None:
    _, _, shift = strength_over_summer(KNOWN.strength, KNOWN.preseason, KNOWN.now, PARAMETERS, CAST)
    found, bare = begun().strength.covariance.diagonal(), begun(Squads.empty()).strength.covariance.diagonal()
    assert shift is not None and np.all(shift.sd > 0.0)
    np.testing.assert_allclose(found[:-1] - bare[:-1], shift.sd**2 - PARAMETERS.carry_sd**2, atol=1e-9)
    assert found[-1] == bare[-1], "of the home advantage players say nothing"


def test_of_few_rosters_nobody_knows_where_their_mean_lies() -> None:
    """A single team's summer is as open as without a roster; where all have one, the usual summer counts nothing."""
    teams = KNOWN.strength.teams.tolist()
    rows, spread = CAST.rosters, []
    for some in (teams[:1], teams[:3], teams):
        known = pc.or_(pc.less(rows["season"], LAST), pc.is_in(rows["team_id"], pa.array(some, pa.int32())))
        squads, sds = Squads(CAST.seasons, rows.filter(known)), []
        for parameters in (PARAMETERS, replace(PARAMETERS, carry_sd=2.0 * PARAMETERS.carry_sd)):
            _, _, shift = strength_over_summer(KNOWN.strength, KNOWN.preseason, KNOWN.now, parameters, squads)
            assert shift is not None and shift.team.tolist() == some
            sds.append(shift.sd)
        if len(some) == 1:
            assert shift.points.tolist() == [0.0]
        spread.append(float(np.mean((sds[1] ** 2 - sds[0] ** 2) / PARAMETERS.carry_sd**2 / 3.0)))  # part of the usual
    assert spread == pytest.approx([1 - 1 / len(teams), 1 / 3 - 1 / len(teams), 0.0], abs=1e-9)


def test_what_others_summers_have_taught_is_added_to_what_the_league_has_learned(monkeypatch) -> None:
    """Where files begin after 2018, box scores of their first season count beside those that ship."""
    games = a_league(seasons=range(2017, 2021))
    cast = a_cast(games)
    late = Squads(*(rows.filter(pc.greater_equal(rows["season"], 2019)) for rows in (cast.seasons, cast.rosters)))

    def learned() -> preseason.Preseason:
        *_, (_, known) = learn(games.filter(pc.less(games["season"], 2020)), PARAMETERS, squads=late)
        return advance(known, 2020, 0, PARAMETERS, late).preseason

    both, shipped = learned(), preseason.shipped()
    monkeypatch.setattr(preseason, "shipped", dict)
    own = learned()
    assert own.box.any() and not own.teams_gram.any()
    for name in preseason.SUMS:
        np.testing.assert_allclose(getattr(both, name), getattr(own, name) + shipped[name], rtol=1e-12, err_msg=name)


def test_what_is_known_of_summers_round_trips_exactly() -> None:
    for known in (preseason.initial(), KNOWN.preseason, begun().preseason):
        content = preseason.to_bytes(known)
        again = preseason.from_bytes(content)
        assert preseason.to_bytes(again) == content and again.season == known.season
        with pytest.raises(ValueError, match="read-only"):
            again.shift[:] = 1.0
    with pytest.raises(ValueError, match="what is known of summers"):
        preseason.from_bytes(to_bytes(KNOWN))


def test_it_stays_as_small_as_the_league() -> None:
    """Seasons are added to sums: what is kept does not grow with history."""
    *_, (_, longer) = learn(
        a_league(seasons=range(2000, 2013)), PARAMETERS, squads=a_cast(a_league(seasons=range(2000, 2013)))
    )
    assert len(preseason.to_bytes(longer.preseason)) <= len(preseason.to_bytes(KNOWN.preseason)) + 64
    assert set(longer.preseason.ends_season.tolist()) <= {2009, 2010, 2011}


def test_a_season_without_games_teaches_nothing_of_its_players() -> None:
    """Files of players may be of a season of which nobody has sent results."""
    gap = LAST - 1
    *_, (_, known) = learn(GAMES.filter(pc.less(GAMES["season"], gap)), PARAMETERS, squads=CAST)
    over = begun(known=known)
    assert over.preseason.teams_gram.tolist() == advance(known, gap, 0, PARAMETERS, CAST).preseason.teams_gram.tolist()
    assert np.isfinite(over.strength.mean).all()
