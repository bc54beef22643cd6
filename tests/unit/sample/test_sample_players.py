"""Players of a sample league: their careers, what they are worth together, and what their files say."""

import io

import numpy as np
import pandas as pd
import pytest

from hoops.contract import parse, read
from hoops.games.leagues import League
from sample import FULL, SMALL, generate, generate_small
from sample.box import BOX_NAMES
from sample.careers import MOST_SEASONS, build_players
from sample.player_files import PLAYER_SEASONS, ROSTERS
from sample.players import ABSENT, CLASSES, NEVER, NOBODY, POSITION, ROSTER, shares
from sample.shape import PLAY
from sample.strength import SCHOOL_CARRY_OVER, strengths
from sample.totals import whole
from sample.world import OUTSIDE, build_world
from tests.unit.sample.sample_tables import played, table

pytestmark = pytest.mark.xdist_group("sample")  # the full league is made once
SEASONS = tuple(range(2021, 2027))
BOTH = pytest.mark.parametrize("league", list(League))
KEY = ["Season", "TeamID", "PlayerID"]


@pytest.fixture(scope="module")
def world():
    return build_world(2026, SEASONS, FULL)


@pytest.fixture(scope="module")
def of_league(world):
    """Strengths and players of each league."""

    def made(league):
        strength = strengths(2026, league, world, PLAY[league])
        return strength, build_players(2026, league, world, strength, PLAY[league])

    return {league: made(league) for league in League}


@pytest.fixture(scope="module")
def small():
    return generate_small(stop_day=None)


def people(sample, league):
    return pd.read_csv(io.BytesIO(sample.files[f"{league}Players.csv"]), keep_default_na=False)


@BOTH
def test_a_team_has_a_roster_in_every_season_of_its_own(world, of_league, league):
    roster = of_league[league][1].roster
    there = world.membership != OUTSIDE
    assert roster.shape == (len(SEASONS), len(world.schools), ROSTER)
    assert ((roster != NOBODY) == there[:, :, None]).all()
    for season in roster:
        on_team = season[season != NOBODY]
        assert len(set(on_team.tolist())) == len(on_team), "nobody is on two teams in one season"


@BOTH
def test_careers_are_as_long_as_rules_allow(world, of_league, league):
    players = of_league[league][1]
    season, school, place = np.nonzero(players.roster != NOBODY)
    classes = np.stack([players.classes(s) for s in range(len(SEASONS))])
    at = season, school, place
    rows = pd.DataFrame({
        "season": season, "school": school, "player": players.roster[at], "class": classes[at],
        "seasons": players.seasons[at], "redshirted": players.redshirted[at],
    }).sort_values(["player", "season"])  # fmt: skip
    of_player = rows.groupby("player")
    years = of_player.season.nunique()
    assert (of_player.season.max() - of_player.season.min() + 1 == years).all(), "nobody leaves and comes back"
    assert set(years) == set(range(1, MOST_SEASONS + 1))
    step = of_player["class"].diff().dropna()
    assert step.isin([0, 1]).all(), "classes go up one by one or stay"
    # A fifth year has a reason: one was sat out, or was the season that counted for nobody.
    fifth = rows[rows.seasons == MOST_SEASONS]
    assert (fifth.redshirted | (fifth.season + SEASONS[0] - MOST_SEASONS < 2021)).all()
    assert rows.seasons.max() == MOST_SEASONS
    # Where they were before: about as much comes back as in life, and some of the others go on elsewhere.
    before = rows.assign(season=rows.season + 1)[["season", "player", "school"]]
    both = before.merge(rows, on=["season", "player"], how="left", suffixes=("_before", ""))
    both = both[both.season < len(SEASONS)]
    assert 0.55 < (both.school_before == both.school).mean() < 0.7
    moved = both.school.notna() & (both.school_before != both.school)
    assert 0.08 < moved.mean() < 0.2
    assert (of_player.school.last() == players.school[of_player.school.last().index]).all()


@BOTH
def test_a_team_is_worth_what_its_players_are(world, of_league, league):
    strength, players = of_league[league]
    for s in range(len(SEASONS)):
        there = players.from_day[s] == 0
        worth = (shares(players.worth[s], there) * players.worth[s]).sum(axis=1)
        inside = world.membership[s] != OUTSIDE
        due = strength.total[s, 0] * 100 / PLAY[league].possessions
        assert worth[inside] == pytest.approx(due[inside], abs=1e-9)
        # Seniors are better than freshmen, and nobody is out of this world.
        classes, known = players.classes(s), players.roster[s] != NOBODY
        means = [players.worth[s][known & (classes == year)].mean() for year in range(len(CLASSES))]
        assert means[0] < means[1] < means[3]
        assert np.abs(players.worth[s][known]).max() < 9 * players.spread


@BOTH
def test_absences(world, of_league, league):
    strength, players = of_league[league]
    known = players.roster != NOBODY
    late, sits_out = (players.from_day > 0) & (players.from_day < NEVER), players.from_day == NEVER
    hurt = known & (players.to_day < players.to_day.max())
    for few, share in ((late, 0.03), (sits_out, 0.05), (hurt, 0.03)):
        assert 0 < (few & known).sum() < share * known.sum()
    assert (players.redshirted[sits_out]).all()
    assert not (hurt & (late | sits_out)).any()
    # Who is hurt is missed: the strength falls after it.
    season, school, _ = at = np.nonzero(hurt)
    day = players.to_day[at]
    fall = strength.total[season, day + 40, school] - strength.total[season, day, school]
    assert fall.mean() < -2 * fall.std() / np.sqrt(len(fall))
    # A game's minutes go to those who are there.
    s, k, place = (index[0] for index in at)
    minutes = players.minutes(s, np.array([[k, k]]).repeat(2, axis=0), np.array([day[0], day[0] + 1]))
    assert (minutes[:, 0, place] == ABSENT).tolist() == [False, True]


@BOTH
def test_rosters_tell_what_the_last_strength_does_not(full, of_league, world, league):
    """From the files alone: what is back and who has come, against the part of a strength that is new."""
    strength, _ = of_league[league]
    seasons, rosters = table(full, f"{league}PlayerSeasons"), table(full, f"{league}Rosters")
    seasons["Share"] = seasons.Minutes / seasons.groupby(["Season", "TeamID"]).Minutes.transform("sum")
    seasons["Value"] = seasons.Share * seasons.Rating
    last = seasons.assign(Season=seasons.Season + 1)[["Season", "PlayerID", "TeamID", "Share", "Value"]]
    known = rosters.merge(last, on=["Season", "PlayerID"], how="left", suffixes=("", "Before"))
    stays, moved = known.TeamID == known.TeamIDBefore, known.TeamIDBefore.notna() & (known.TeamID != known.TeamIDBefore)
    for who, which in (("Back", stays), ("Came", moved)):
        known[[f"{who}Share", f"{who}Value"]] = known[["Share", "Value"]].where(which, 0)
    known["Recruits"] = known.RecruitScore.where(known.TeamIDBefore.isna(), 0).fillna(0)
    features = ["BackShare", "BackValue", "CameShare", "CameValue", "Recruits"]
    squads = known.groupby(["Season", "TeamID"])[features].sum()
    squads["Last"] = last.groupby(["Season", "TeamID"]).Value.sum()
    squads = squads.dropna()
    season = squads.index.get_level_values("Season").to_numpy() - SEASONS[0]
    school = squads.index.get_level_values("TeamID").to_numpy() - table(full, f"{league}Teams").TeamID.min()
    own = strength.total[season, 0, school] - strength.conference[season, school]
    before = strength.total[season - 1, -1, school] - strength.conference[season - 1, school]
    news = own - SCHOOL_CARRY_OVER * before
    columns = np.column_stack([np.ones(len(squads)), squads, before, strength.conference[season - 1, school]])
    fitted = columns @ np.linalg.lstsq(columns, news, rcond=None)[0]
    assert 0.5 < np.corrcoef(fitted, news)[0, 1] < 0.75
    without = columns[:, [0, -3, -2, -1]]
    blind = without @ np.linalg.lstsq(without, news, rcond=None)[0]
    assert np.corrcoef(blind, news)[0, 1] < 0.15


def test_more_seasons_only_add_players():
    short, long = (generate(shape=SMALL, seasons=seasons, stop_day=0) for seasons in (2, 3))
    for league in League:
        earlier, later = (people(sample, league).set_index("PlayerID") for sample in (short, long))
        names = ["LastName", "FirstName"]
        assert len(later) > len(earlier)
        pd.testing.assert_frame_equal(later.loc[earlier.index, names], earlier[names])
        rosters, more = (table(sample, f"{league}Rosters") for sample in (short, long))
        both = rosters.merge(more[more.Season < more.Season.max()], on=KEY, how="outer", indicator=True)
        assert set(both._merge) <= {"both", "right_only"}, "late arrivals are not known on day 0"


@BOTH
def test_the_files_of_players(small, league):
    rows = people(small, league)
    assert rows.PlayerID.tolist() == list(range(1, len(rows) + 1))
    assert set(rows.TeamID) == set(table(small, f"{league}Teams").TeamID)
    accepted = read(parse(f"{league}Players.csv"), small.files[f"{league}Players.csv"])
    assert accepted.warnings == ()
    rosters, seasons = table(small, f"{league}Rosters"), table(small, f"{league}PlayerSeasons")
    assert tuple(rosters) == ROSTERS
    assert tuple(seasons) == PLAYER_SEASONS
    latest = rosters.groupby("PlayerID").TeamID.last()
    assert rows.set_index("PlayerID").TeamID.equals(latest)
    called = (rows.FirstName + " " + rows.LastName).str.strip().set_axis(rows.PlayerID)
    for file in (rosters, seasons):
        assert not file.duplicated(KEY).any()
        assert file[KEY].equals(file[KEY].sort_values(KEY, ignore_index=True))
        assert (file.PlayerName == file.PlayerID.map(called)).all()
        assert set(file.Class) <= set(CLASSES)
    assert len(seasons.merge(rosters[KEY])) == len(seasons)
    assert rosters.RecruitScore.dropna().between(0, 100).all()


@BOTH
def test_players_add_up_to_their_teams(small, league):
    seasons, games = table(small, f"{league}PlayerSeasons"), played(small, league)
    names = [*BOX_NAMES, "Points"]
    of_players = seasons.groupby(["Season", "TeamID"])[["Minutes", *names]].sum()
    sides = [
        games[["Season"]].assign(
            TeamID=games[f"{side}TeamID"], Minutes=5 * (40 + 5 * games.NumOT), Points=games[f"{side}Score"],
            **{name: games[f"{side}{name}"] for name in BOX_NAMES},
        )
        for side in "WL"
    ]  # fmt: skip
    sides = pd.concat(sides).groupby(["Season", "TeamID"])
    pd.testing.assert_frame_equal(of_players, sides[["Minutes", *names]].sum(), check_dtype=False)
    most = seasons.set_index(["Season", "TeamID"]).Games
    assert (most <= sides.size().loc[most.index]).all()
    for less, more in (("FGM3", "FGM"), ("FGM3", "FGA3"), ("FGM", "FGA"), ("FGA3", "FGA"), ("FTM", "FTA")):
        assert (seasons[less] <= seasons[more]).all(), less
    assert (seasons.FGM - seasons.FGM3 <= seasons.FGA - seasons.FGA3).all()
    assert (5 * seasons.Games >= seasons.PF).all()
    assert (seasons.Minutes <= 42 * seasons.Games).all()
    assert (seasons.Games > 0).all()
    # Who is better than his team mates does more in a minute.
    regular = seasons[seasons.Minutes > 300]
    better = regular.Rating - regular.groupby(["Season", "TeamID"]).Rating.transform("mean")
    assert np.corrcoef(better, regular.Points / regular.Minutes)[0, 1] > 0.2


@BOTH
def test_who_plays_in_which_game_is_what_the_season_says(full, league):
    rows, rosters = table(full, f"{league}PlayerGames"), table(full, f"{league}Rosters").query("Season == 2026")
    games, seasons = played(full, league).query("Season == 2026"), table(full, f"{league}PlayerSeasons")
    sides = [
        games[["DayNum"]].assign(TeamID=games[f"{side}TeamID"], Minutes=5 * (40 + 5 * games.NumOT)) for side in "WL"
    ]
    length = pd.concat(sides).set_index(["DayNum", "TeamID"]).Minutes.sort_index()
    pd.testing.assert_series_equal(rows.groupby(["DayNum", "TeamID"]).Minutes.sum().round(6), length, check_dtype=False)
    last = seasons[seasons.Season == 2026].set_index(["TeamID", "PlayerID"]).sort_index()
    of_player = rows.groupby(["TeamID", "PlayerID"])
    pd.testing.assert_series_equal(of_player.size(), last.Games, check_names=False, check_dtype=False)
    assert (of_player.Minutes.sum() - last.Minutes).abs().max() < 3
    # Who is hurt plays no more.
    days = of_player.DayNum.max().reset_index().merge(rosters[["TeamID", "PlayerID", "ToDay"]])
    assert (days.DayNum <= days.ToDay.fillna(200)).all() and days.ToDay.notna().sum() > 5


def test_players_of_the_plays_are_those_of_the_files(full):
    """What the play-by-play of the last season says of a player stands in PlayerSeasons, where the logs are whole."""
    seasons, games = table(full, "MPlayerSeasons"), played(full, "M")
    plays = pd.read_csv(io.BytesIO(full.plays["MEvents2026.csv"]), keep_default_na=False)
    plays["Points"] = plays.EventType.map({"made1": 1, "made2": 2, "made3": 3}).fillna(0).astype(int)
    last = seasons[seasons.Season == 2026].set_index(["TeamID", "PlayerID"])
    faulty = plays.groupby(["DayNum", "WTeamID", "LTeamID"]).agg(
        lacks=("Points", "sum"), high=("WFinalScore", "first"), low=("LFinalScore", "first")
    )
    faulty = faulty[faulty.lacks != faulty.high + faulty.low].reset_index()
    assert len(faulty) == 3
    assert (games.Season == 2026).sum() == len(plays.drop_duplicates(["DayNum", "WTeamID", "LTeamID"]))
    named = plays[plays.EventPlayerID > 0]
    of_plays = named.groupby(["EventTeamID", "EventPlayerID"])
    whole_teams = ~last.index.get_level_values(0).isin({*faulty.WTeamID, *faulty.LTeamID})
    points = of_plays.Points.sum().reindex(last.index, fill_value=0)
    assert (points == last.Points)[whole_teams].all()
    fouls = (named.EventType == "foul").groupby([named.EventTeamID, named.EventPlayerID]).sum()
    assert (fouls.reindex(last.index, fill_value=0) == last.PF)[whole_teams].all()
    # Nobody plays who is not there.
    rosters = table(full, "MRosters").query("Season == 2026").set_index("PlayerID")
    days = named.groupby("EventPlayerID").DayNum.agg(["min", "max"])
    assert (days["min"] >= rosters.FromDay.reindex(days.index).fillna(0)).all()
    assert (days["max"] <= rosters.ToDay.reindex(days.index).fillna(200)).all()
    assert rosters.FromDay.notna().any()
    assert rosters.ToDay.notna().any()


def test_nothing_of_later_days_is_known(full):
    early = generate(shape=SMALL, seasons=1, stop_day=45)
    late = generate(shape=SMALL, seasons=1, stop_day=None)
    for league in League:
        known, later = (table(sample, f"{league}Rosters") for sample in (early, late))
        assert known.FromDay.max() <= 45 or known.FromDay.isna().all()
        assert not (known.ToDay > 45).any()
        assert len(known) <= len(later)
        rosters = table(full, f"{league}Rosters")
        assert not (rosters[rosters.Season == 2026].ToDay > 100).any()


def test_names_are_as_varied_and_as_spoiled_as_real_ones(of_league):
    players = [one for _, one in of_league.values()]
    names = pd.concat([pd.DataFrame({"FirstName": one.first, "LastName": one.last}) for one in players])
    full = names.FirstName + " " + names.LastName
    assert full.nunique() > 0.85 * len(full)
    for mark in ("'", "-", "é", " Jr.", ".Jr", "D.J.", "*", "1819", "_", "’"):
        assert full.str.contains(mark, regex=False).any(), mark
    assert names.LastName.str.isupper().any()
    assert 1 <= (names.FirstName == "").sum() < 0.01 * len(names)
    assert (names.LastName != "").all()
    assert not names.LastName.str.contains('[,"\n]').any()


def test_abilities_make_sense(of_league):
    players = of_league[League.MEN][1]
    abilities = players.abilities(len(SEASONS) - 1)
    guards, bigs = POSITION == 0, POSITION == 2
    for what, more, fewer in (("assist", guards, bigs), ("three", guards, bigs), ("block", bigs, guards),
                              ("offensive", bigs, guards), ("steal", guards, bigs)):  # fmt: skip
        assert abilities.does[what][:, more].mean() > 1.5 * abilities.does[what][:, fewer].mean(), what
    assert all((share > 0).all() and (share < 1).all() for share in abilities.hits.values())
    assert all((amount > 0).all() for amount in abilities.does.values())


def test_largest_remainders():
    amounts = np.array([[0.5, 0.5, 0.5, 0.0], [3.0, 2.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    assert whole(amounts, np.array([2, 6, 0])).tolist() == [[1, 1, 0, 0], [3, 2, 1, 0], [0, 0, 0, 0]]
