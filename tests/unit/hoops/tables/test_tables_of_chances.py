"""Plays joined with results, and the chances of a season, by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.ball import Ball
from hoops.forecast.in_game import chances_and_leverage
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.stretch import stretches
from hoops.tables.chances import SeasonChances
from hoops.tables.plays import SeasonPlays
from tests.unit.hoops.plays.invented_plays import PLAYS, between, days, game, known, reader, season, tables, text


@pytest.fixture(scope="module")
def results() -> pa.Table:
    return known(days(text(season())))


@pytest.fixture(scope="module")
def made() -> dict[str, pa.Table]:
    return tables(text(season()))


def column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy()


@pytest.mark.parametrize("year, in_bonus", [(2015, False), (2016, True)])
def test_women_have_the_fouls_of_halves_until_they_play_quarters(year: int, in_bonus: bool) -> None:
    teams = {1104: 3104, 1272: 3272}
    fouls = [(second, 1104, 146, "foul", "pers") for second in range(1, 6)]
    rows = [row.replace("2018", str(year), 1) for row in game(11, 1104, 1272, [*fouls, *PLAYS])]
    women = [",".join(str(teams.get(int(cell), cell)) if cell.isdigit() else cell for cell in row.split(","))
             for row in rows]  # fmt: skip
    chance = tables(text(women), f"WEvents{year}.csv")["play_chances"]["chance"].to_pylist()
    # The fifth foul of a quarter gives throws, which change more than the fourth did; of a half they are alike.
    assert (chance[3] - chance[4] > 2 * (chance[2] - chance[3])) == in_bonus


def test_games_that_are_not_in_the_results_are_kept_apart(results: pa.Table) -> None:
    data = text(season())
    some = tables(data, games=results.take([0, 2]))
    stray = some["stray_plays"]
    assert stray.num_rows == 12 and set(stray["team1_id"].to_pylist()) == {1104}
    assert set(stray["day"].to_pylist()) == {12}
    # All others are as if these plays had never been in the file.
    without = tables(text([*game(11, 1104, 1272, PLAYS), *game(12, 1300, 1200, between(1300, 1200), 101)]))
    for name, table in some.items():
        if name != "stray_plays":
            assert table.to_pylist() == without[name].to_pylist(), name
    assert without["stray_plays"].num_rows == 0


def test_a_season_of_which_nothing_is_in_the_results(results: pa.Table) -> None:
    made = tables(text(season()), games=results.slice(0, 0))
    assert {name: table.num_rows for name, table in made.items() if table.num_rows} == {"stray_plays": 36}


def test_strays_are_counted(results: pa.Table) -> None:
    plays = reader(text(season()))
    assert plays.name.league is not None
    games = SeasonGames.of(results.take([1]))
    words = (Reference(), {}, plays.events, plays.details)
    made = SeasonPlays(plays.name.league, 2018, games, *words)
    for day in plays:
        made.add(day)
    assert (made.stray_games, made.stray_rows) == (2, 24)


def test_what_the_results_say_of_a_game(results: pa.Table) -> None:
    rows = results.to_pylist()
    rows[1] |= {"site": -1, "kind": "secondary"}
    rows[2] |= {"site": 0, "kind": "ncaa", "team2_score": 9}
    made = tables(text(season()), games=pa.Table.from_pylist(rows, results.schema))
    names = ("first_row", "kind", "team1_site", "agrees", "complete")
    assert list(zip(*(made["play_games"][name].to_pylist() for name in names), strict=True)) == [
        (0, "regular", "home", True, True), (12, "secondary", "away", True, True), (24, "ncaa", "neutral", False, True),
    ]  # fmt: skip
    plays = made["plays"]
    site = {(row["team1_id"], row["team_id"], row["site"]) for row in plays.slice(12).to_pylist()}
    assert site == {
        (1104, 1104, "away"), (1104, 1105, "home"), (1200, 1200, "neutral"), (1200, 1300, "neutral"),
    }  # fmt: skip
    for row in made["play_games"].to_pylist():
        first = plays.slice(row["first_row"], 1).to_pylist()[0]
        assert (first["play"], first["team1_id"], first["day"]) == (1, row["team1_id"], row["day"])


def test_chances_stand_row_by_row_beside_plays(made: dict[str, pa.Table]) -> None:
    for name in ("day", "team1_id", "team2_id", "play"):
        assert made["play_chances"][name].to_pylist() == made["plays"][name].to_pylist()
    assert made["game_swings"]["team1_id"].to_pylist() == made["play_games"]["team1_id"].to_pylist()
    chance = column(made["play_chances"], "chance")
    assert np.all((chance > 0) | (made["plays"]["play"].to_numpy() == 12)) and np.isfinite(chance).all()
    assert chance[[11, 23, 35]].tolist() == [1, 1, 0]  # the games are over
    assert ((chance > 0) & (chance < 1)).sum() == 33


def test_the_leverage_of_a_play_is_that_of_the_moment_before_it(made: dict[str, pa.Table]) -> None:
    zero = np.zeros(1)
    _, start = chances_and_leverage(zero, zero + 2400, Ball(zero, zero), zero + 0.625)
    leverage = column(made["play_chances"], "leverage")
    assert leverage[[0, 12, 24]] == pytest.approx(start[[0, 0, 0]])
    # After the first play team 1 leads by three and the other team has the ball.
    _, after = chances_and_leverage(zero + 3, zero + 2385, Ball(zero - 1, zero), zero + 0.625)
    assert leverage[1] == leverage[2] == pytest.approx(float(after[0]))
    assert column(made["game_swings"], "leverage")[0] == pytest.approx(leverage[:12].mean())


@pytest.mark.parametrize(
    ("rows", "score", "ends"),
    [
        (game(11, 1104, 1272, PLAYS), (8, 5), 1.0),
        (game(11, 1104, 1272, PLAYS, final="9,5"), (9, 5), None),  # the plays do not add up
        (game(11, 1104, 1272, [*PLAYS[:-1], (2399, *PLAYS[-1][1:])]), (8, 5), None),  # a second is left
        (game(11, 1104, 1272, [*PLAYS, (2700, 1104, 0, "timeout", "full")]), (8, 5), 1.0),  # overtime is over too
        (game(11, 1104, 1272, [*PLAYS, (2600, 1104, 0, "timeout", "full")]), (8, 5), None),
        (game(11, 1104, 1272, PLAYS), (8, 9), None),  # by the results the other team has won
    ],
)
def test_a_game_is_over_at_the_last_play_of_a_whole_log(
    rows: list[str], score: tuple[int, int], ends: float | None
) -> None:
    results = known(days(text(rows))).to_pylist()
    results[0] |= dict(zip(("team1_score", "team2_score"), score, strict=True))
    made = tables(text(rows), games=pa.Table.from_pylist(results, known([]).schema))
    chance = column(made["play_chances"], "chance")
    assert np.all((chance[:-1] > 0) & (chance[:-1] < 1))
    assert chance[-1] == ends if ends is not None else 0.7 < chance[-1] < 1
    assert made["game_swings"]["winner_id"].to_pylist() == [1104 if score[0] > score[1] else 1272]


def test_swings_of_a_game(made: dict[str, pa.Table]) -> None:
    first, chance = made["game_swings"].slice(0, 1).to_pylist()[0], column(made["play_chances"], "chance")[:12]
    added = np.diff(chance, prepend=0.625)
    biggest = int(np.abs(added).argmax())
    assert first["team1_probability"] == 0.625
    assert first["excitement"] == pytest.approx(np.abs(added).sum(), abs=1e-6)
    assert first["lowest"] == pytest.approx(min(chance.min(), 0.625))
    assert (first["biggest_play"], first["biggest_seconds"]) == (biggest + 1, PLAYS[biggest][0])
    assert first["biggest_swing"] == pytest.approx(added[biggest], abs=1e-6)


def test_wins_added_by_a_player_are_the_sum_of_his_plays(made: dict[str, pa.Table]) -> None:
    plays, credited = made["plays"].to_pylist(), column(made["play_chances"], "credited")
    expected: dict[tuple[int, int], float] = {}
    for row, value in zip(plays, credited.tolist(), strict=True):
        if row["player_id"] is None:
            assert value == 0.0
        else:
            who = row["team_id"], row["player_id"]
            expected[who] = expected.get(who, 0.0) + value
    found = {(row["team_id"], row["player_id"]): row for row in made["player_chances"].to_pylist()}
    assert {who: row["added"] for who, row in found.items()} == pytest.approx(expected, abs=1e-6)
    profiles = {(row["team_id"], row["player_id"]): row["games"] for row in made["player_profiles"].to_pylist()}
    assert {who: row["games"] for who, row in found.items()} == profiles
    twice = found[1104, 150]
    assert (twice["games"], twice["added_per_game"]) == (2, twice["added"] / 2)
    assert twice["player_name"] == "Player 150"


def test_the_other_way_round_everything_is_mirrored(results: pa.Table) -> None:
    """1104 and 1272 change names: team 1 is then who was team 2."""
    rows = game(11, 1104, 1272, PLAYS)
    other = game(11, 1272, 1104, [(one, {1104: 1272, 1272: 1104}[team], *what) for one, team, *what in PLAYS])  # type: ignore[misc]
    one = tables(text(rows), games=known(days(text(rows)), probability=0.625))
    two = tables(text(other), games=known(days(text(other)), site=-1, probability=0.375))
    chance, mirrored = (column(made["play_chances"], "chance") for made in (one, two))
    assert chance == pytest.approx(1 - mirrored.astype(np.float64), abs=6e-8)  # what 32 bits can tell apart
    for name in ("leverage", "credited"):
        assert column(one["play_chances"], name).tolist() == column(two["play_chances"], name).tolist()
    first, second = (made["game_swings"].to_pylist()[0] for made in (one, two))
    assert first["biggest_swing"] == -second["biggest_swing"]
    for name in ("excitement", "lowest", "biggest_play", "leverage"):
        assert first[name] == second[name]
    assert one["plays"]["site"].to_pylist() == two["plays"]["site"].to_pylist()


def test_in_parts_the_tables_are_the_same(made: dict[str, pa.Table]) -> None:
    plays = reader(text(season()))
    read = list(plays)
    assert plays.name.league is not None
    given = (plays.name.league, 2018, SeasonGames.of(known(read)), Reference(), {}, plays.events, plays.details)
    for maker in (SeasonPlays(*given), SeasonChances(*given)):
        pieces: dict[str, list[pa.RecordBatch]] = {}
        for part in stretches(read, 1):
            for name, piece in maker.add(part).items():
                pieces.setdefault(name, []).append(piece)
        for name, table in ({n: pa.Table.from_batches(each) for n, each in pieces.items()} | maker.tables()).items():
            assert table.to_pylist() == made[name].to_pylist(), name
