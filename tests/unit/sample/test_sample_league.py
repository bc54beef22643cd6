"""What happens in a sample league could happen in a real one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hoops.games.leagues import SELECTION_SUNDAY
from sample import FULL, SMALL, Shape, generate, generate_small
from sample.league import STOP_DAY
from tests.unit.sample.sample_tables import played, table

pytestmark = pytest.mark.xdist_group("sample")  # the full league is made once
BOTH = pytest.mark.parametrize("league", ["M", "W"])


def both_sides(games):
    sides = [games.assign(TeamID=games[one], OpponentID=games[two]) for one, two in
             (("Team1ID", "Team2ID"), ("Team2ID", "Team1ID"))]  # fmt: skip
    return pd.concat(sides, ignore_index=True)


def all_games(sample, league):
    columns = ["Season", "DayNum", "Team1ID", "Team2ID"]
    return pd.concat([played(sample, league)[columns], table(sample, f"{league}Fixtures")[columns]])


@BOTH
def test_size(full, league):
    games = played(full, league)
    seasons = games[games.Season < 2026].groupby("Season").size()
    assert seasons.between(2150, 2350).all()
    per_team = both_sides(games[games.Season < 2026]).groupby(["Season", "TeamID"]).size()
    assert per_team.between(22, 42).all()
    assert 29 < per_team.mean() < 33


@BOTH
@pytest.mark.parametrize("which", ["small", "full"])
def test_no_team_plays_twice_a_day(which, league, request):
    sides = both_sides(all_games(request.getfixturevalue(which), league))
    assert not sides.duplicated(["Season", "DayNum", "TeamID"]).any()


@BOTH
@pytest.mark.parametrize("which", ["small", "full"])
def test_every_team_is_in_division_one_that_season(which, league, request):
    sample = request.getfixturevalue(which)
    members = table(sample, f"{league}TeamConferences")
    assert not members.duplicated(["Season", "TeamID"]).any()
    plays = both_sides(all_games(sample, league))[["Season", "TeamID"]].drop_duplicates()
    assert set(plays.itertuples(index=False, name=None)) == set(
        members[["Season", "TeamID"]].itertuples(index=False, name=None)
    )
    if league == "M":
        years = members.merge(table(sample, "MTeams"), on="TeamID")
        assert years.Season.between(years.FirstD1Season, years.LastD1Season).all()


def test_teams_join_and_leave(full):
    teams = table(full, "MTeams")
    assert (teams.FirstD1Season > 2021).sum() >= 4
    assert (teams.LastD1Season < 2026).sum() >= 1


@BOTH
def test_conferences_play_a_double_round_robin(full, league):
    members = table(full, f"{league}TeamConferences")
    games = all_games(full, league)
    tourney = table(full, f"{league}ConferenceTourneyGames")
    for side in (1, 2):
        mine = members.rename(columns={"TeamID": f"Team{side}ID", "ConfAbbrev": f"Conf{side}"})
        games = games.merge(mine, on=["Season", f"Team{side}ID"])
    inside = games[(games.Conf1 == games.Conf2) & (games.DayNum < SELECTION_SUNDAY)]
    sizes = members.groupby(["Season", "ConfAbbrev"]).size()
    meetings = inside.groupby(["Season", "Conf1"]).size()
    for (season, conference), size in sizes.items():
        in_tourney = ((tourney.Season == season) & (tourney.ConfAbbrev == conference) & (tourney.DayNum < 132)).sum()
        assert meetings[season, conference] == size * (size - 1) + in_tourney
        assert len(tourney[(tourney.Season == season) & (tourney.ConfAbbrev == conference)]) in (0, size - 1)


@BOTH
def test_the_last_season_stops_and_the_rest_is_fixtures(full, league):
    games, fixtures = played(full, league), table(full, f"{league}Fixtures")
    assert games[games.Season == 2026].DayNum.max() == STOP_DAY
    assert set(fixtures.Season) == {2026}
    assert fixtures.DayNum.min() == STOP_DAY + 1
    assert len(fixtures) > 400
    assert fixtures.CityID.isin(table(full, "Cities").CityID).all()
    assert (table(full, f"{league}NCAATourneySeeds").Season < 2026).all()
    assert (table(full, f"{league}ConferenceTourneyGames").Season < 2026).all()


@BOTH
def test_a_later_stop_day_tells_how_the_fixtures_end(small, league):
    later = generate_small(stop_day=None)
    columns = ["Season", "DayNum", "Team1ID", "Team2ID"]
    known, known_later = played(small, league), played(later, league)
    merged = known.merge(known_later, how="left", indicator=True)
    assert (merged._merge == "both").all()
    fixtures = table(small, f"{league}Fixtures")
    assert len(fixtures.merge(known_later, on=columns)) == len(fixtures)


def test_more_seasons_only_add():
    short = generate(shape=SMALL, seasons=2, stop_day=None)
    long = generate(shape=SMALL, seasons=3)
    for name, data in short.files.items():
        if "Results" in name or "Seeds" in name or "TeamConferences" in name:
            assert long.files[name].startswith(data), name


@BOTH
def test_box_scores_fit_the_scores(full, league):
    games = played(full, league)
    assert (games.WScore > games.LScore).all()
    for side, other in (("W", "L"), ("L", "W")):
        box = {name: games[side + name] for name in
               ("FGM", "FGA", "FGM3", "FGA3", "FTM", "FTA", "OR", "Ast", "TO", "Stl", "Blk", "PF")}  # fmt: skip
        missed = box["FGA"] - box["FGM"]
        missed_threes = box["FGA3"] - box["FGM3"]
        assert (2 * box["FGM"] + box["FGM3"] + box["FTM"] == games[side + "Score"]).all()
        assert (box["FGM3"] <= box["FGM"]).all()
        assert (box["FTM"] <= box["FTA"]).all()
        assert (missed_threes >= 0).all()
        assert (missed_threes <= missed).all()
        rebounds = box["OR"] + games[other + "DR"]
        assert (rebounds >= missed).all()
        assert (rebounds <= missed + box["FTA"] - box["FTM"]).all()
        assert (box["Ast"] <= box["FGM"]).all()
        assert (box["Stl"] <= games[other + "TO"]).all()
        assert (games[other + "Blk"] <= missed - missed_threes).all()
        assert (3 * games[other + "PF"] >= box["FTA"]).all()
        assert min(column.min() for column in box.values()) >= 0


# Means of a team and game in Division I, 2015-2023 without 2021, men and women: what the sample is to look like.
@pytest.mark.parametrize(
    ("column", "men", "women"),
    [("Score", 71.0, 64.7), ("FGM", 25.0, 23.5), ("FGA", 57.2, 58.7), ("FGM3", 7.2, 5.8), ("FGA3", 21.1, 18.4),
     ("FTM", 13.6, 11.9), ("FTA", 19.3, 17.0), ("OR", 9.8, 11.6), ("DR", 24.4, 24.7), ("Ast", 13.0, 13.0),
     ("TO", 12.7, 15.7), ("Stl", 6.2, 7.7), ("Blk", 3.3, 3.3), ("PF", 18.0, 17.2)],
)  # fmt: skip
def test_box_scores_look_real(full, column, men, women):
    for league, real in (("M", men), ("W", women)):
        games = played(full, league)
        assert (games["W" + column].mean() + games["L" + column].mean()) / 2 == pytest.approx(real, rel=0.2)


@BOTH
def test_possessions_of_both_teams_agree(full, league):
    games = played(full, league)
    one, two = (games[s + "FGA"] - games[s + "OR"] + games[s + "TO"] + 0.475 * games[s + "FTA"] for s in "WL")
    assert 66 < ((one + two) / 2).mean() < 73
    assert (one - two).abs().median() < 1.5


@BOTH
def test_home_court_and_margins_look_real(full, league):
    games = played(full, league)
    regular = games[games.Kind == "regular"]
    at_home = regular[regular.WLoc != "N"]
    assert 0.55 < (at_home.WLoc == "H").mean() < 0.67
    assert 0.06 < (regular.WLoc == "N").mean() < 0.14
    assert 0.03 < (regular.NumOT > 0).mean() < 0.07
    margin = (at_home.WScore - at_home.LScore) * np.where(at_home.WLoc == "H", 1, -1)
    assert 3.5 < margin.mean() < 6.5
    assert margin.std() == pytest.approx({"M": 14.2, "W": 17.7}[league], rel=0.12)


@BOTH
def test_every_game_has_a_city(full, league):
    games, where = played(full, league), table(full, f"{league}GameCities")
    key = ["Season", "DayNum", "WTeamID", "LTeamID"]
    assert len(games.merge(where, on=key)) == len(games) == len(where)
    assert where.CityID.isin(table(full, "Cities").CityID).all()
    assert set(where.CRType) == {"Regular", "NCAA"}


@BOTH
@pytest.mark.parametrize("which", ["small", "full"])
def test_the_tournament_follows_seeds_and_slots(which, league, request):
    sample = request.getfixturevalue(which)
    games = played(sample, league)
    games = games[games.Kind == "ncaa"]
    seeds, slots = table(sample, f"{league}NCAATourneySeeds"), table(sample, f"{league}NCAATourneySlots")
    assert (games.groupby("Season").size() == seeds.groupby("Season").size() - 1).all()
    for season, bracket in slots.groupby("Season"):
        holder = dict(seeds[seeds.Season == season][["Seed", "TeamID"]].itertuples(index=False, name=None))
        assert len(set(holder.values())) == len(holder)
        winner = {(g.Team1ID, g.Team2ID): (g.WTeamID, g.DayNum) for g in games[games.Season == season].itertuples()}
        last_day = dict.fromkeys(holder, SELECTION_SUNDAY)
        waiting = list(bracket[["Slot", "StrongSeed", "WeakSeed"]].itertuples(index=False, name=None))
        while waiting:
            ready = [row for row in waiting if row[1] in holder and row[2] in holder]
            assert ready, f"slots that nobody reaches: {waiting}"
            for slot, strong, weak in ready:
                pair = tuple(sorted((holder[strong], holder[weak])))
                holder[slot], day = winner.pop(pair)
                assert day > max(last_day[strong], last_day[weak]), slot
                last_day[slot] = day
                waiting.remove((slot, strong, weak))
        assert not winner
        assert last_day["R6CH"] == {"M": 154, "W": 153}[league]


@BOTH
def test_conference_champions_are_in_the_tournament(full, league):
    tourney = table(full, f"{league}ConferenceTourneyGames")
    finals = tourney.loc[tourney.groupby(["Season", "ConfAbbrev"]).DayNum.idxmax()]
    assert (finals.groupby("Season").size() == 14).all()
    seeds = table(full, f"{league}NCAATourneySeeds")
    assert len(finals.merge(seeds, left_on=["Season", "WTeamID"], right_on=["Season", "TeamID"])) == len(finals)


def test_field_sizes_are_those_of_the_time(full):
    assert table(full, "MNCAATourneySeeds").groupby("Season").size().tolist() == [68] * 5
    assert table(full, "WNCAATourneySeeds").groupby("Season").size().tolist() == [64, 68, 68, 68, 68]


def test_women_play_the_first_rounds_at_the_better_seed(full):
    games = table(full, "WNCAATourneyCompactResults")
    first = games[games.DayNum.between(137, 140)]
    assert ((first.WLoc != "N").groupby(first.Season).sum() > 20).all()
    assert (games[games.DayNum > 140].WLoc == "N").all()
    assert (table(full, "MNCAATourneyCompactResults").WLoc == "N").all()


@BOTH
def test_better_seeds_win_more(full, league):
    games = played(full, league)
    seeds = table(full, f"{league}NCAATourneySeeds")
    line = {(s.Season, s.TeamID): int(s.Seed[1:3]) for s in seeds.itertuples()}
    ncaa = games[games.Kind == "ncaa"]
    better = np.array([line[g.Season, g.LTeamID] - line[g.Season, g.WTeamID] for g in ncaa.itertuples()])
    assert (better > 0).sum() > 1.7 * (better < 0).sum()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (((12,) * 15, 29, 68), "conference_sizes"),
        (((13, 12), 29, 8), "conference_sizes: 13"),
        (((8, 8, 8), 20, 13), "field: 13"),
        (((8, 8, 8), 20, 32), "field: 32 is too large"),
    ],
)
def test_shapes_out_of_range(arguments, named):
    with pytest.raises(ValueError, match=named):
        Shape(*arguments)


def test_presets():
    assert (FULL.teams, FULL.bracket, SMALL.teams, SMALL.bracket) == (144, 64, 24, 8)


@pytest.mark.parametrize("field", [8, 9, 16, 19, 34])
def test_other_fields_work(field):
    sample = generate(shape=Shape((12, 11, 10, 10, 9), 25, field), seasons=1, stop_day=None)
    assert len(table(sample, "WNCAATourneyCompactResults")) == sample.files["WNCAATourneySeeds.csv"].count(b"\n") - 2


@BOTH
def test_the_documented_size(full, league):
    text = (Path(__file__).parents[3] / "docs/sample-league.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith("| all games"))
    cell = row.split("|")[2 if league == "M" else 3]
    assert f"{len(played(full, league)):,}" == cell.strip()
    fixtures = len(table(full, f"{league}Fixtures"))
    assert f"{fixtures} fixtures" in text
