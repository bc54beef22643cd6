"""One game forecast: mirrored when turned, the same as in the fold, and with the reasons that make it up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hoops import knowledge
from hoops.forecast import scorer
from hoops.forecast.features import describe
from hoops.forecast.fold import days_of, fold, forecast_fixtures, handle_new_data, learn
from hoops.forecast.match import Absent, MatchForecast, forecast, owed_to_absences, predict_match
from hoops.forecast.model import shipped
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.matchups import Matchups
from hoops.games.surroundings import Places, Surroundings
from hoops.knowledge import Knowledge, absences
from hoops.players import Appearances, Squads
from hoops.schemas import FIXTURES
from tests.unit.hoops.fabricated_players import who_played
from tests.unit.hoops.fabricated_results import a_league
from tests.unit.hoops.fabricated_squads import NEXT as NEXT_SEASON
from tests.unit.hoops.fabricated_squads import squads

MODEL = shipped(League.MEN)
GAMES = a_league(boxless=0.1, days=20)
FOLDED = list(fold(days_of(GAMES), MODEL))
KNOWN = FOLDED[-1].known
NEXT = (2011, 130)


@pytest.mark.parametrize("site", [-1, 0, 1])
def test_the_game_turned_around_has_the_mirrored_forecast(site: int) -> None:
    one = predict_match(KNOWN, 1101, 1102, site, NEXT, MODEL)
    other = predict_match(KNOWN, 1102, 1101, -site, NEXT, MODEL)
    assert one.probability + other.probability == pytest.approx(1.0, abs=1e-12)
    assert one.margin == pytest.approx(-other.margin, abs=1e-12)
    mirrored = {driver.name: -driver.log_odds for driver in other.drivers}
    assert {driver.name: driver.log_odds for driver in one.drivers} == pytest.approx(mirrored, abs=1e-12)


def test_it_is_the_forecast_of_the_fold() -> None:
    days = list(days_of(GAMES))
    before, day = FOLDED[-2].known, days[-1]
    for row in FOLDED[-1].predicted.to_pylist():
        found = predict_match(before, row["team1_id"], row["team2_id"], row["site"], day.timestamp, MODEL)
        assert (found.probability, found.margin, found.margin_sd) == (
            row["team1_probability"], row["team1_margin"], row["margin_sd"],
        )  # fmt: skip
        assert found.known_through == (row["known_through_season"], row["known_through_day"]) == days[-2].timestamp


def test_one_file_gives_predictions_and_moves_every_aggregate() -> None:
    day = list(days_of(GAMES))[-1]
    given = handle_new_data(day.timestamp, day.games, FOLDED[-2].known, MODEL)
    assert given.predicted.equals(FOLDED[-1].predicted)
    assert knowledge.to_bytes(given.known) == knowledge.to_bytes(KNOWN)
    team = int(day.games["team1_id"][0].as_py())
    before, after = (
        one.sums.all_time[np.searchsorted(one.sums.teams, team)].sum() for one in (FOLDED[-2].known, given.known)
    )
    assert after > before
    with pytest.raises(ValueError, match="cannot go back"):
        handle_new_data((2010, 1), day.games, KNOWN, MODEL)


def test_its_drivers_are_what_it_is_made_of() -> None:
    found = predict_match(KNOWN, 1101, 1104, 1, NEXT, MODEL)
    total = sum(driver.log_odds for driver in found.drivers)
    assert total == pytest.approx(math.log(found.probability / (1 - found.probability)), abs=0.05)
    sizes = [abs(driver.log_odds) for driver in found.drivers]
    assert sizes == sorted(sizes, reverse=True)
    assert {"strength", "adjusted", "site"} <= {driver.name for driver in found.drivers}
    neutral = predict_match(KNOWN, 1101, 1104, 0, NEXT, MODEL)
    assert neutral.probability == found.neutral_probability < found.probability
    assert "site" not in {driver.name for driver in neutral.drivers}


def test_teams_never_seen_are_newcomers_and_even_among_themselves() -> None:
    found = predict_match(KNOWN, 1998, 1999, 0, NEXT, MODEL)
    assert found.probability == pytest.approx(0.5, abs=1e-12) and found.new_teams == (1998, 1999)
    best = max(range(1101, 1109), key=lambda team: predict_match(KNOWN, team, 1999, 0, NEXT, MODEL).probability)
    assert predict_match(KNOWN, best, 1999, 0, NEXT, MODEL).new_teams == (1999,)


def test_without_places_distances_are_not_known() -> None:
    found = predict_match(KNOWN, 1101, 1102, 0, NEXT, MODEL, 4001, Surroundings(places=Places.of(None)))
    assert all(math.isnan(one) for one in found.distances)


@pytest.fixture(scope="module")
def summered() -> Knowledge:
    """The first day of the season after, with its rosters."""
    known = [after for _, after in learn(GAMES, MODEL.parameters, squads=squads())][-1]
    return knowledge.advance(known, NEXT_SEASON, 0, MODEL.parameters, squads())


def _of(found: MatchForecast) -> dict[str, float]:
    return {driver.name: driver.log_odds for driver in found.drivers}


def _log_odds(found: MatchForecast) -> float:
    return math.log(found.neutral_probability / (1 - found.neutral_probability))


@pytest.mark.parametrize("site", [-1, 0])
def test_what_rosters_moved_is_a_driver_and_taken_off_the_strength(summered: Knowledge, site: int) -> None:
    without = knowledge.without_rosters(summered, MODEL.parameters)
    found, bare = (predict_match(one, 1102, 1101, site, (NEXT_SEASON, 3), MODEL) for one in (summered, without))
    moved = _log_odds(found) - _log_odds(bare)
    drivers = _of(found)
    assert drivers["players"] == pytest.approx(moved, abs=1e-9) and abs(moved) > 1e-3
    assert "players" not in _of(bare) and "players" not in _of(predict_match(KNOWN, 1102, 1101, site, NEXT, MODEL))
    described = describe(
        knowledge.advance(summered, NEXT_SEASON, 3, MODEL.parameters),
        Matchups(*map(np.array, ([1102], [1101], [0], [-1]))),
        MODEL.parameters,
    )
    groups = scorer.drivers(MODEL.scorer, described)
    # With the players taken off it, the strength and they add up to what they were together.
    assert drivers["strength"] + drivers["players"] == pytest.approx(groups["strength"][0], abs=1e-9)
    turned = predict_match(summered, 1101, 1102, -site, (NEXT_SEASON, 3), MODEL)
    assert _of(turned) == pytest.approx({name: -value for name, value in drivers.items()}, abs=1e-9)
    assert turned.rosters == found.rosters[::-1]


def test_a_roster_is_told_for_its_season_and_wears_off(summered: Knowledge) -> None:
    first, _ = predict_match(summered, 1103, 1101, 0, (NEXT_SEASON, 3), MODEL).rosters
    assert first is not None and first.still == first.shift != 0.0
    assert first.returning == pytest.approx(1250 / 1650)  # all but the first of six, who had 400 minutes of 1,650
    played = GAMES.filter(pc.equal(GAMES["season"], 2011))
    played = played.set_column(0, GAMES.schema.field(0), pa.array([NEXT_SEASON] * played.num_rows, pa.int16()))
    later = [after for _, after in learn(played, MODEL.parameters, summered)][-1]
    then, nobody = predict_match(later, 1103, 1999, 0, (NEXT_SEASON, 120), MODEL).rosters
    assert then is not None and nobody is None
    assert (then.returning, then.shift) == (first.returning, first.shift)
    assert abs(then.still) < abs(first.still)
    assert predict_match(later, 1103, 1101, 0, (NEXT_SEASON + 1, 3), MODEL).rosters == (None, None)


@pytest.mark.parametrize("site", [1, 0, -1])
def test_a_roster_is_a_driver_of_a_late_game_only_where_it_still_counts(summered: Knowledge, site: int) -> None:
    late = (NEXT_SEASON, SELECTION_SUNDAY + 3)
    found = predict_match(summered, 1103, 1101, site, late, MODEL)
    before, where = knowledge.advance(summered, *late, MODEL.parameters), np.array([site], np.int8)
    asked = Matchups(np.array([1103], np.int32), np.array([1101], np.int32), where)
    assert found.probability == forecast(before, asked, MODEL).probability[0]
    first, _ = found.rosters
    assert first is not None and (first.still == 0.0) == ("players" not in _of(found)) == (site == 0)
    assert sum(_of(found).values()) == pytest.approx(math.log(found.probability / (1 - found.probability)), abs=0.05)


INSTEAD = {"absent_minutes": "win_share_season", "absent_points": "win_share_recent"}
BLIND = replace(
    MODEL, scorer=replace(MODEL.scorer, features=tuple(INSTEAD.get(name, name) for name in MODEL.scorer.features))
)


@pytest.fixture(scope="module")
def thinned() -> Knowledge:
    """What is known at the end, players' games included."""
    appeared = replace(Squads.empty(), games=Appearances.of(who_played(GAMES)))
    return [after for _, after in learn(GAMES, MODEL.parameters, squads=appeared)][-1]


def test_who_is_out_is_told_and_drives_the_forecast_of_a_model_that_sees_it(thinned: Knowledge) -> None:
    model, known = MODEL, thinned
    out = absences.out(known.absences)
    team, other = int(out.team[0]), next(team for team in known.strength.teams.tolist() if team not in out.team)
    found = predict_match(known, team, other, 0, NEXT, model)
    there = predict_match(replace(known, absences=absences.initial()), team, other, 0, NEXT, model)
    of_team = out.team == team
    assert found.absent[0] == Absent(int(of_team.sum()), pytest.approx(40.0 * out.share[of_team].sum()))
    assert found.absent[1] == Absent(0, 0.0) == there.absent[0]
    assert _of(found)["absences"] == pytest.approx(_log_odds(found) - _log_odds(there), abs=1e-9)
    assert abs(_of(found)["absences"]) > 1e-4 and "absences" not in _of(there)
    blind = predict_match(known, team, other, 0, NEXT, BLIND)
    assert blind.absent == found.absent and "absences" not in _of(blind)


def test_what_a_late_game_owes_to_who_is_out_is_its_driver_where_rosters_count(thinned: Knowledge) -> None:
    known = thinned.changed(
        strength=thinned.strength.changed(from_rosters=np.linspace(-9.0, 9.0, len(thinned.strength.mean)))
    )
    team, day = int(absences.out(known.absences).team[0]), SELECTION_SUNDAY + 2
    other = next(one for one in known.strength.teams.tolist() if one != team)
    swapped = dict(zip(MODEL.scorer.features[2:4], INSTEAD, strict=True))  # so that the network sees who is out
    swapped |= {after: name for name, after in swapped.items()}
    names = tuple(swapped.get(name, name) for name in MODEL.scorer.features)
    model = replace(MODEL, scorer=replace(MODEL.scorer, features=names))
    before = knowledge.advance(known, NEXT[0], day, model.parameters)
    for site in (1, 0, -1):
        games = Matchups(*(np.array([one], np.int32) for one in (team, other)), np.array([site], np.int8))
        driver = _of(predict_match(known, team, other, site, (NEXT[0], day), model))["absences"]
        assert owed_to_absences(before, games, model)[0] == pytest.approx(driver, abs=1e-12)


def test_a_game_to_come_says_what_it_owes_to_who_is_out(thinned: Knowledge) -> None:
    out = set(absences.out(thinned.absences).team.tolist())
    team = min(out)
    whole = [one for one in thinned.strength.teams.tolist() if one not in out]
    pairs = [(team, whole[0], 1), (whole[0], whole[1], 0), (max(out), whole[1], -1)]
    rows = [{"season": NEXT[0], "day": NEXT[1], "team1_id": min(one, two), "team2_id": max(one, two), "site": site}
            for one, two, site in pairs]  # fmt: skip
    made = forecast_fixtures(thinned, pa.Table.from_pylist(rows, FIXTURES), lambda _: MODEL).to_pylist()
    expected = [
        _of(predict_match(thinned, row["team1_id"], row["team2_id"], row["site"], NEXT, MODEL)).get("absences")
        for row in rows
    ]
    assert [row["absences"] for row in made] == expected
    assert [one is None for one in expected] == [False, True, False]
    blind = forecast_fixtures(thinned, pa.Table.from_pylist(rows, FIXTURES), lambda _: BLIND)
    assert blind["absences"].null_count == len(rows)
    later = pa.Table.from_pylist([row | {"season": NEXT[0] + 1} for row in rows], FIXTURES)
    assert forecast_fixtures(thinned, later, lambda _: MODEL)["absences"].null_count == len(rows)
