"""Play-by-play of a sample league: it is the games that the box scores tell of, and basketball as it is played."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.court import areas_of, three_point_line
from hoops.contract import EventsName, parse
from hoops.games.leagues import League
from hoops.plays.reader import PlayByPlay
from hoops.plays.vocabulary import DETAILS, EVENTS
from sample import SMALL, generate, generate_small
from sample.court import area_of
from sample.plays import GAMES_FOR_BLEMISHES
from tests.unit.sample.sample_tables import played, table

pytestmark = pytest.mark.xdist_group("sample")  # the full league is made once
GAME = ["Season", "DayNum", "WTeamID", "LTeamID"]
TEAM = [*GAME, "EventTeamID"]
POINTS = {"made1": 1, "made2": 2, "made3": 3}


def plays_of(sample):
    (data,) = sample.plays.values()
    plays = pd.read_csv(io.BytesIO(data), keep_default_na=False)
    plays["Points"] = plays.EventType.map(POINTS).fillna(0).astype(int)
    return plays


# With tournaments, and three overtimes once.
@pytest.fixture(scope="module")
def sample():
    return generate(shape=SMALL, seasons=3, stop_day=None)


@pytest.fixture(scope="module")
def games(sample):
    games = played(sample, "M")
    return games[games.Season == games.Season.max()]


@pytest.fixture(scope="module")
def all_plays(sample):
    return plays_of(sample)


@pytest.fixture(scope="module")
def plays(all_plays, games):
    """Of the games whose log is whole."""
    scored = all_plays.groupby(GAME).Points.sum()
    due = games.set_index(GAME)[["WScore", "LScore"]].sum(axis=1)
    whole = scored.index[scored == due.loc[scored.index]]
    keyed = all_plays.set_index(GAME)
    return keyed[keyed.index.isin(whole)].reset_index()


def counts(plays):
    """Box scores that plays add up to, by game and team."""
    event, detail = plays.EventType, plays.EventSubType
    marks = {
        "FGM": event.isin(["made2", "made3"]), "FGA": event.isin(["made2", "made3", "miss2", "miss3"]),
        "FGM3": event == "made3", "FGA3": event.isin(["made3", "miss3"]), "FTM": event == "made1",
        "FTA": event.isin(["made1", "miss1"]), "OR": (event == "reb") & (detail == "off"),
        "DR": (event == "reb") & (detail == "def"), "Ast": event == "assist", "TO": event == "turnover",
        "Stl": event == "steal", "Blk": event == "block", "PF": event == "foul",
    }  # fmt: skip
    return plays.assign(**marks, Score=plays.Points)


def box_scores(games):
    names = ["Score", "FGM", "FGA", "FGM3", "FGA3", "FTM", "FTA", "OR", "DR", "Ast", "TO", "Stl", "Blk", "PF"]
    sides = [
        games[GAME].assign(EventTeamID=games[f"{side}TeamID"], **{name: games[f"{side}{name}"] for name in names})
        for side in "WL"
    ]
    return pd.concat(sides).set_index(TEAM).sort_index(), names


def test_every_game_played_is_there_and_in_order(all_plays, games):
    assert all_plays.EventID.tolist() == list(range(1, len(all_plays) + 1))
    order = all_plays[GAME].drop_duplicates()
    assert order.values.tolist() == sorted(games[GAME].values.tolist())
    finals = all_plays.drop_duplicates(GAME).merge(games, on=GAME)
    assert (finals.WFinalScore == finals.WScore).all()
    assert (finals.LFinalScore == finals.LScore).all()


def test_plays_are_the_box_scores(plays, games):
    box, names = box_scores(games)
    found = counts(plays).groupby(TEAM)[names].sum()
    assert len(found) > 0.95 * len(box)
    pd.testing.assert_frame_equal(found, box.loc[found.index], check_dtype=False)


def test_players_add_up_to_their_teams(plays, games):
    box, names = box_scores(games)
    of_players = counts(plays[plays.EventPlayerID != 0])
    found = of_players.groupby([*TEAM, "EventPlayerID"])[names].sum().groupby(TEAM).sum()
    pd.testing.assert_frame_equal(found, box.loc[found.index], check_dtype=False)


def test_the_running_score(plays):
    for side in "WL":
        mine = plays.EventTeamID == plays[f"{side}TeamID"]
        running = (plays.Points * mine).groupby([plays[key] for key in GAME]).cumsum()
        stated = plays[f"{side}CurrentScore"]
        assert (stated == np.where(plays.Points > 0, running, 0)).all()


def test_level_before_overtimes_and_never_at_the_end(plays, games):
    plays = plays.merge(games[[*GAME, "NumOT"]], on=GAME)
    assert plays.NumOT.max() >= 1
    worth = plays.Points * np.where(plays.EventTeamID == plays.WTeamID, 1, -1)
    for overtime in range(plays.NumOT.max() + 1):
        into = plays.NumOT > overtime
        until = into & (plays.ElapsedSeconds <= 2400 + 300 * overtime)
        ended = into & (plays.EventType == "jumpb") & (plays.ElapsedSeconds == 2400 + 300 * overtime)
        assert (worth[until].groupby([plays[key] for key in GAME]).sum() == 0).all()
        assert ended.sum() == 2 * plays[into].drop_duplicates(GAME).shape[0]
    last = plays.groupby(GAME).ElapsedSeconds.max()
    end = 2400 + 300 * plays.groupby(GAME).NumOT.first()
    assert last.le(end).all()
    assert last.gt(end - 60).all()


def test_the_clock_never_steps_back(all_plays):
    back = all_plays.groupby(GAME).ElapsedSeconds.diff() < 0
    assert not back.any()


def test_what_stands_behind_what(plays):
    before = plays.groupby(GAME)[
        ["EventType", "EventSubType", "EventTeamID", "EventPlayerID", "ElapsedSeconds"]
    ].shift()
    same_team = before.EventTeamID == plays.EventTeamID
    another = before.EventPlayerID != plays.EventPlayerID
    now = before.ElapsedSeconds == plays.ElapsedSeconds
    event = plays.EventType
    for what, behind, by_team_mates in (
        ("assist", ["made2", "made3"], True), ("steal", ["turnover"], False), ("block", ["miss2"], False),
    ):  # fmt: skip
        rows = event == what
        assert rows.any()
        assert (before.EventType.isin(behind) & (same_team == by_team_mates) & now)[rows].all(), what
        assert another[rows & by_team_mates].all()
    charge = (event == "foul") & (plays.EventSubType == "off")
    assert (before.EventSubType.eq("offen") & same_team & ~another & now)[charge].all()
    rebounds = (event == "reb") & plays.EventSubType.isin(["off", "def"])
    missed = before.EventType.isin(["miss1", "miss2", "miss3"]) | (before.EventType == "block")
    assert missed[rebounds].all()
    assert (plays.EventPlayerID == 0).eq(
        event.eq("timeout") | plays.EventSubType.isin(["deadb", "offdb", "defdb"])
    ).all()  # fmt: skip


def test_free_throws_come_in_ones_twos_and_threes_behind_a_foul(plays):
    rows = plays[~plays.EventType.isin(["sub"]) & ~plays.EventSubType.isin(["deadb"])]
    before = rows.groupby(GAME)[["EventType", "EventSubType", "EventTeamID", "EventPlayerID"]].shift()
    free = rows.EventType.isin(["made1", "miss1"])
    number, of = rows.EventSubType[free].str[0].astype(int), rows.EventSubType[free].str[3].astype(int)
    assert set(zip(number, of, strict=True)) == {(i, k) for k in (1, 2, 3) for i in range(1, k + 1)}
    first = number == 1
    foul = (before.EventType == "foul") & (before.EventTeamID != rows.EventTeamID)
    assert foul[free][first].all()
    earlier = before[free][~first]
    assert (earlier.EventSubType == (number - 1).astype(str)[~first] + "of" + of.astype(str)[~first]).all()
    assert (earlier.EventPlayerID == rows.EventPlayerID[free][~first]).all()
    # One free throw goes with a basket of the same player.
    single = rows.index[free & (rows.EventSubType == "1of1")]
    for at in single[:200]:
        back = rows.loc[: at - 1].tail(3)
        made = back[back.EventType.isin(["made2", "made3"])].iloc[-1]
        assert made.EventPlayerID == rows.EventPlayerID[at]


def test_five_are_on_the_court_and_five_fouls_send_off(plays, sample):
    teams = pd.read_csv(io.BytesIO(sample.files["MPlayers.csv"])).set_index("PlayerID").TeamID
    named = plays[plays.EventPlayerID != 0]
    assert (named.EventPlayerID.map(teams) == named.EventTeamID).all()
    fouled_out = 0
    for _, rows in named.groupby(TEAM):
        subs = rows[rows.EventType == "sub"]
        came = subs[subs.EventSubType == "in"].drop_duplicates("EventPlayerID")
        came_at = came.set_index("EventPlayerID").EventID
        first = rows.drop_duplicates("EventPlayerID").set_index("EventPlayerID").EventID
        on = {player for player, at in first.items() if came_at.get(player, np.inf) > at}
        assert len(on) <= 5  # a starter who does nothing at all stays unnamed
        unnamed = 5 - len(on)
        fouls: dict[int, int] = {}
        pending = None
        for player, event, detail in zip(rows.EventPlayerID, rows.EventType, rows.EventSubType, strict=True):
            if event == "sub" and detail == "out":
                on.remove(player)
                pending = player
            elif event == "sub":
                assert pending is not None
                assert player not in on
                assert fouls.get(player, 0) < 5
                on.add(player)
                pending = None
            else:
                assert player in on
                assert pending is None
                assert fouls.get(player, 0) < 5
            if event == "foul":
                fouls[player] = fouls.get(player, 0) + 1
            assert len(on) + unnamed + (pending is not None) == 5
        assert max(fouls.values()) <= 5
        out = [player for player, count in fouls.items() if count == 5]
        fouled_out += len(out)
        assert not on & set(out)
    assert fouled_out > 0


def test_shots_have_a_place_and_nothing_else_has(all_plays):
    shot = all_plays.EventType.isin(["made2", "made3", "miss2", "miss3"])
    placed = (all_plays[["X", "Y", "Area"]] != 0).all(axis=1)
    nowhere = (all_plays[["X", "Y", "Area"]] == 0).all(axis=1)
    assert nowhere[~shot].all()
    assert (placed | nowhere).all()
    without = all_plays[shot & nowhere][GAME].drop_duplicates()
    assert len(without) == 1
    shots = all_plays[shot & placed]
    assert shots.Area.between(8, 13).eq(shots.EventType.isin(["made3", "miss3"])).all()
    assert set(shots.Area) >= set(range(1, 13))
    # Each team shoots at one basket a half, and the other team at the other.
    left = (shots.EventTeamID < shots.WTeamID + shots.LTeamID - shots.EventTeamID) == (shots.ElapsedSeconds <= 1200)
    assert (area_of(shots.X.to_numpy(), shots.Y.to_numpy(), left.to_numpy()) == shots.Area).all()
    rim, mid, three = ((shots.Area == 1).mean(), shots.Area.between(3, 7).mean(), (shots.Area >= 8).mean())
    assert 0.25 < rim < 0.45
    assert 0.1 < mid < 0.3
    assert 0.3 < three < 0.45


def test_areas_where_everybody_knows_them():
    feet = {1: (5.25, 25), 2: (15, 25), 5: (24, 25), 3: (6, 40), 7: (6, 10), 8: (5, 48.5), 12: (5, 1.5), 10: (30, 25),
            9: (20, 44), 11: (20, 6), 13: (60, 20), 4: (16, 37), 6: (16, 13)}  # fmt: skip
    x, y = (np.array([place[i] * scale for place in feet.values()]) for i, scale in ((0, 100 / 94), (1, 2)))
    assert area_of(x, y, np.full(len(feet), True)).tolist() == list(feet)
    assert area_of(100 - x, 100 - y, np.full(len(feet), False)).tolist() == list(feet)


def test_areas_are_those_that_the_dashboard_draws():
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(101), np.arange(101)))
    found = area_of(x, y, np.full(len(x), True))
    across, out = (y - 50) * 0.5, x * 0.94 - 5.25
    angle, distance = np.arctan2(out, across), np.hypot(out, across)
    angle = np.where(angle < -np.pi / 2, angle + 2 * np.pi, angle)
    checked = 0
    for number, area in enumerate(areas_of(three_point_line(League.MEN, 2026)), start=1):
        clear = (angle > area.start + 1e-6) & (angle < area.stop - 1e-6)
        clear &= (distance > area.inner(angle) + 1e-2) & (distance < area.outer(angle) - 1e-2)
        assert (found[clear] == number).all(), area.name
        checked += clear.sum()
    assert checked > 0.94 * (x < 50).sum()


def test_codes_are_those_of_kaggle(all_plays):
    for event, detail in all_plays[["EventType", "EventSubType"]].drop_duplicates().itertuples(index=False):
        assert event in EVENTS
        assert detail in DETAILS.get(event, {""}) or detail == "unk"
    unknown = all_plays[all_plays.EventSubType == "unk"]
    assert set(unknown.EventType) == {"turnover", "timeout"}
    assert 0.001 < len(unknown) / len(all_plays) < 0.01


def test_the_reader_takes_it_without_a_word(sample, games):
    ((name, data),) = sample.plays.items()
    source = parse(name)
    assert isinstance(source, EventsName)
    reader = PlayByPlay(source, io.BytesIO(data))
    days = list(reader)
    assert reader.warnings == ()
    assert sum(day.size for day in days) == data.count(b"\n") - 1
    incomplete = sum(int((~day.complete).sum()) for day in days)
    assert incomplete == 3
    assert sum(day.games for day in days) == len(games)


def test_the_blemishes(all_plays, games):
    plays = all_plays.merge(games[[*GAME, "NumOT"]], on=GAME)
    by_game = plays.groupby(GAME)
    lacks = games.set_index(GAME)[["WScore", "LScore"]].sum(axis=1) - by_game.Points.sum()
    assert (lacks[lacks != 0] > 0).all()
    short = lacks[lacks > 0]
    last = by_game.ElapsedSeconds.max().loc[short.index]
    assert (last <= 1500).sum() == 1
    assert short.isin([2, 3]).sum() == 1
    quiet = by_game.ElapsedSeconds.apply(lambda seconds: seconds.diff().max()).loc[short.index]
    assert (quiet >= 180).sum() == 1


def test_a_season_of_few_games_has_no_blemishes():
    sample = generate_small(stop_day=8)
    plays = plays_of(sample)
    games = played(sample, "M")
    assert len(games[games.Season == 2024]) < GAMES_FOR_BLEMISHES
    scores = plays.groupby(GAME).agg(
        points=("Points", "sum"), high=("WFinalScore", "first"), low=("LFinalScore", "first")
    )
    assert (scores.points == scores.high + scores.low).all()


def test_only_the_men_and_only_the_last_season():
    assert list(generate_small().plays) == ["MEvents2024.csv"]
    assert generate_small(leagues=["W"]).plays == {}


def test_the_same_seed_gives_the_same_plays(sample):
    assert generate(shape=SMALL, seasons=3, stop_day=None).plays == sample.plays
    assert generate(seed=7, shape=SMALL, seasons=3, stop_day=None).plays != sample.plays


@pytest.mark.parametrize("seed", range(1, 7))
def test_any_seed_adds_up(seed):
    sample = generate(seed=seed, shape=SMALL, seasons=1, leagues=["M"], stop_day=None)
    box, names = box_scores(played(sample, "M"))
    found = counts(plays_of(sample)).groupby(TEAM)[names].sum()
    different = (found != box.loc[found.index]).any(axis=1)
    assert different[different].reset_index()[GAME].drop_duplicates().shape[0] == 3


def test_games_swing(plays):
    """As in life, where 2017 and 2018 had 4.6 lead changes a game, and 2.3 runs of eight points and more."""
    made = plays[plays.Points > 0].copy()
    made["Worth"] = made.Points * np.where(made.EventTeamID == made.WTeamID, 1, -1)
    made["Lead"] = made.groupby(GAME).Worth.cumsum()
    ahead = made[made.Lead != 0]
    turned = np.sign(ahead.Lead) != np.sign(ahead.groupby(GAME).Lead.shift().fillna(ahead.Lead))
    assert 3.5 < turned.groupby([ahead[key] for key in GAME]).sum().mean() < 6.5
    run = (made.EventTeamID != made.groupby(GAME).EventTeamID.shift()).cumsum()
    assert 1.7 < (made.groupby(run).Points.sum() >= 8).sum() / made[GAME].drop_duplicates().shape[0] < 2.8
    halves = plays.groupby([*GAME, plays.ElapsedSeconds <= 1200]).Points.sum().groupby(GAME).last()
    share = halves / plays.groupby(GAME).Points.sum()
    assert share.mean() == pytest.approx(0.49, abs=0.03)
    assert share.between(0.3, 0.7).all()


def test_the_documented_season(full):
    """The default league: its size, and the games with a fault, stand in the docs."""
    text = (Path(__file__).parents[3] / "docs/sample-league.md").read_text()
    for league, place in (("M", 2), ("W", 3)):
        row = next(line for line in text.splitlines() if line.startswith("| players"))
        assert row.split("|")[place].strip() == f"{len(table(full, f'{league}Players')):,}"
    plays = plays_of(full)
    assert f"{len(plays):,} rows, {len(full.plays['MEvents2026.csv']) / 1e6:.0f} MB" in text
    names = table(full, "MTeams").set_index("TeamID").TeamName
    by_game = plays.groupby(GAME)
    scored, finals = by_game.Points.sum(), by_game[["WFinalScore", "LFinalScore"]].first().sum(axis=1)
    faulty = scored.index[(scored != finals) | (by_game.Area.sum() == 0)]
    rows = [f"| day {day}, {one} {names[one]} - {other} {names[other]} |" for _, day, one, other in faulty]
    assert [line.rsplit(" |", 2)[0] + " |" for line in text.splitlines() if line.startswith("| day ")] == rows
