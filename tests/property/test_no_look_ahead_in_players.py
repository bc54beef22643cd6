"""Whatever players' files say of a season, no state and no forecast knows it that was made before they can be known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops import knowledge
from hoops.evaluation.backtest import walk as statespace_walk
from hoops.forecast.feature_list import NAMES
from hoops.forecast.features import walk
from hoops.forecast.fold import FoldedDay, days_of, fold
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.players import Appearances, Squads
from tests.unit.hoops.fabricated_players import a_cast, who_played
from tests.unit.hoops.fabricated_results import a_league

ABSENT = ("absent_minutes", "absent_points")
SEASONS = range(2010, 2015)
MODEL = shipped(League.MEN)
GAMES = a_league(seasons=SEASONS, days=6)
CAST, APPEARED = a_cast(GAMES), who_played(GAMES)


@dataclass(frozen=True)
class Change:
    """What happened after a day: rows of players' files and games that are others, or gone."""

    after: Moment
    squads: Squads
    games: pa.Table


def _later_are_others(table: pa.Table, is_later: np.ndarray, rng: np.random.Generator, columns: list[str]) -> pa.Table:
    """Some of the later rows are gone; of the others, numbers are shuffled among the later rows."""
    order = np.arange(table.num_rows)
    later = np.flatnonzero(is_later)
    for name in columns:
        order[later] = rng.permutation(later)
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), table[name].take(pa.array(order)))
    return table.filter(pa.array(~is_later | (rng.random(len(order)) < rng.choice([0.0, 0.5, 1.0]))))


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """After a day of a season S: totals of S and later, rosters of seasons after S, games of later days and who played
    in them."""
    season, day = draw(st.sampled_from([(one, day) for one in SEASONS[1:] for day in (0, 10, 25)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    totals, rosters = CAST.seasons, CAST.rosters
    totals = _later_are_others(
        totals, totals["season"].to_numpy() >= season, rng, ["player_id", "minutes", "games", "rating", "points", "ast"]
    )
    rosters = _later_are_others(rosters, rosters["season"].to_numpy() > season, rng, ["player_id", "recruit_score"])
    key = [(name, "ascending") for name in ("season", "team_id", "player_id")]
    when = GAMES["season"].to_numpy().astype(int) * 1000 + GAMES["day"].to_numpy()
    games = _later_are_others(GAMES, when > season * 1000 + day, rng, ["team1_score", "num_ot", "site"])
    tied = pc.equal(games["team1_score"], games["team2_score"])
    played = others_play((season, day + 1), rng)
    return Change(
        (season, day), Squads(totals.sort_by(key), rosters.sort_by(key), played), games.filter(pc.invert(tied))
    )


def others_play(since: Moment, rng: np.random.Generator) -> Appearances:
    """Players' games that are others from a day on: some are gone, the rest have other minutes and points."""
    when = APPEARED["season"].to_numpy().astype(int) * 1000 + APPEARED["day"].to_numpy()
    return Appearances.of(_later_are_others(APPEARED, when >= since[0] * 1000 + since[1], rng, ["minutes", "points"]))


def folded(games: pa.Table, squads: Squads) -> list[FoldedDay]:
    return [*fold(days_of(games), MODEL, squads=squads)]


FOLDED = folded(GAMES, CAST)
PLAYED, DESCRIBED, _ = walk(GAMES, MODEL.parameters, squads=CAST)
ALONE = statespace_walk(Results.of(GAMES), MODEL.parameters, squads=CAST)


def told(days: list[FoldedDay], until: Moment) -> list[tuple[Moment, bytes, pa.Table, pa.Table]]:
    return [(one.known.now, knowledge.to_bytes(one.known), one.predicted, one.rated)
            for one in days if one.known.now <= until]  # fmt: skip


@settings(deadline=None, max_examples=15)
@given(changes())
def test_changing_players_of_later_changes_no_bit_of_earlier(change: Change) -> None:
    assert told(folded(change.games, change.squads), change.after) == told(FOLDED, change.after)
    played, described, _ = walk(change.games, MODEL.parameters, squads=change.squads)
    alone = statespace_walk(Results.of(change.games), MODEL.parameters, squads=change.squads)
    season, day = change.after
    until = (season, day + 1)
    now, before = played.before(until), PLAYED.before(until)
    for name in ("offset", "values", "context", "margin"):
        np.testing.assert_array_equal(getattr(described, name)[now], getattr(DESCRIBED, name)[before])
    np.testing.assert_array_equal(alone.probability[now], ALONE.probability[before])


@pytest.mark.parametrize("season", [2012, 2014])
def test_what_may_be_known_is_known(season: int) -> None:
    """The other way round: totals of the season before, and its own roster, do move a season's first day."""
    first = next(one for one in FOLDED if one.known.now[0] == season)
    for table, last in (("seasons", season - 1), ("rosters", season)):
        rows = getattr(CAST, table)
        other = rows.filter(
            pc.or_(pc.not_equal(rows["season"], last), pc.equal(pc.bit_wise_and(rows["player_id"], 1), 0))
        )
        squads = replace(CAST, **{table: other})
        again = next(one for one in folded(GAMES, squads) if one.known.now[0] == season)
        assert again.predicted["team1_probability"] != first.predicted["team1_probability"]


@pytest.mark.parametrize("seed", range(3))
def test_who_plays_today_is_known_tomorrow(seed: int) -> None:
    """No forecast of a day knows who plays on it; those of later days do."""
    today = (2012, 25)
    played = others_play(today, np.random.default_rng(seed))
    squads = replace(CAST, games=played)
    _, described, _ = walk(GAMES, MODEL.parameters, squads=squads)
    until = PLAYED.before((today[0], today[1] + 1))
    np.testing.assert_array_equal(described.values[until], DESCRIBED.values[until])
    absent = described.columns(ABSENT), DESCRIBED.columns(ABSENT)
    assert np.any(absent[0][~until] != absent[1][~until]) and np.any(absent[1][until])
    others = [column for column in NAMES if column not in ABSENT]
    np.testing.assert_array_equal(described.columns(others), DESCRIBED.columns(others))


def test_a_league_without_files_is_forecast_as_one_that_was_never_asked_for_them() -> None:
    never, empty = ([*fold(days_of(GAMES), MODEL, squads=squads)] for squads in (None, Squads.empty()))
    late = folded(GAMES, Squads(CAST.seasons, CAST.rosters.slice(0, 0)))  # without rosters totals move nothing
    for one, other, third in zip(never, empty, late, strict=True):
        assert knowledge.to_bytes(one.known) == knowledge.to_bytes(other.known)
        assert one.predicted == other.predicted == third.predicted and one.rated == other.rated == third.rated
