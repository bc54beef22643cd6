"""Players of a sample league: who they are, and that they stay."""

import io

import numpy as np
import pandas as pd
import pytest

from hoops.contract import parse, read
from hoops.games.leagues import League
from sample import FULL, SMALL, generate, generate_small
from sample.players import NOBODY, POSITION, ROSTER, build_players
from sample.world import OUTSIDE, build_world
from tests.unit.sample.sample_tables import table

SEASONS = tuple(range(2021, 2027))
BOTH = pytest.mark.parametrize("league", list(League))


@pytest.fixture(scope="module")
def world():
    return build_world(2026, SEASONS, SMALL)


def people(sample, league):
    return pd.read_csv(io.BytesIO(sample.files[f"{league}Players.csv"]), keep_default_na=False)


@BOTH
def test_a_team_has_a_roster_in_every_season_of_its_own(world, league):
    players = build_players(2026, league, world)
    there = world.membership != OUTSIDE
    assert players.roster.shape == (len(SEASONS), len(world.schools), ROSTER)
    assert ((players.roster != NOBODY) == there[:, :, None]).all()
    for season in players.roster:
        on_team = season[season != NOBODY]
        assert len(set(on_team.tolist())) == len(on_team)


@BOTH
def test_players_stay_for_years_and_at_one_school(world, league):
    players = build_players(2026, league, world)
    season, school, _ = np.nonzero(players.roster != NOBODY)
    rows = pd.DataFrame({"season": season, "school": school, "player": players.roster[players.roster != NOBODY]})
    of_player = rows.groupby("player")
    assert (of_player.school.nunique() == 1).all()
    assert (of_player.school.first() == players.school[of_player.school.first().index]).all()
    years = of_player.season.nunique()
    assert (of_player.season.max() - of_player.season.min() + 1 == years).all(), "nobody leaves and comes back"
    assert years.between(1, 5).all()
    assert set(years) == {1, 2, 3, 4, 5}
    both = (world.membership[1:] != OUTSIDE) & (world.membership[:-1] != OUTSIDE)
    for s, k in zip(*np.nonzero(both), strict=True):
        assert len(np.intersect1d(players.roster[s, k], players.roster[s + 1, k])) >= 3
    again = (players.roster[1:] == players.roster[:-1])[both]
    assert 0.55 < again.mean() < 0.8


@BOTH
def test_more_seasons_only_add_players(league):
    short = generate(shape=SMALL, seasons=2, leagues=[league], stop_day=0)
    long = generate(shape=SMALL, seasons=3, leagues=[league], stop_day=0)
    name = f"{league}Players.csv"
    assert long.files[name].startswith(short.files[name])
    assert len(long.files[name]) > len(short.files[name])


@BOTH
def test_the_file_of_players(league):
    sample = generate_small()
    rows = people(sample, league)
    assert rows.PlayerID.tolist() == list(range(1, len(rows) + 1))
    assert set(rows.TeamID) == set(table(sample, f"{league}Teams").TeamID)
    accepted = read(parse(f"{league}Players.csv"), sample.files[f"{league}Players.csv"])
    assert accepted.warnings == ()


def test_names_are_as_varied_and_as_spoiled_as_real_ones():
    world = build_world(2026, SEASONS, FULL)
    players = [build_players(2026, league, world) for league in League]
    names = pd.concat([pd.DataFrame({"FirstName": one.first, "LastName": one.last}) for one in players])
    full = names.FirstName + " " + names.LastName
    assert full.nunique() > 0.85 * len(full)
    for mark in ("'", "-", "é", " Jr.", ".Jr", "D.J.", "*", "1819", "_", "’"):
        assert full.str.contains(mark, regex=False).any(), mark
    assert names.LastName.str.isupper().any()
    assert 1 <= (names.FirstName == "").sum() < 0.01 * len(names)
    assert (names.LastName != "").all()
    assert not names.LastName.str.contains('[,"\n]').any()


def test_abilities_make_sense(world):
    players = build_players(2026, League.MEN, world)
    abilities = players.abilities(len(SEASONS) - 1)
    guards, bigs = POSITION == 0, POSITION == 2
    for what, more, fewer in (("assist", guards, bigs), ("three", guards, bigs), ("block", bigs, guards),
                              ("offensive", bigs, guards), ("steal", guards, bigs)):  # fmt: skip
        assert abilities.does[what][:, more].mean() > 1.5 * abilities.does[what][:, fewer].mean(), what
    assert np.clip(abilities.minutes, 0, None).sum(axis=1) == pytest.approx(5, abs=0.3)
    assert all((share > 0).all() and (share < 1).all() for share in abilities.hits.values())
    assert all((amount > 0).all() for amount in abilities.does.values())
