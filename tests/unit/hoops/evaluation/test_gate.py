"""Where a training is cut: 28 days back in season, before the last season in summer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.evaluation.gate import LEAST, cut, has_champion


def games(season: int, days: range, a_day: int = 20, kind: str = "regular") -> list[dict]:
    return [
        {"season": season, "day": day, "kind": kind, "team1_id": 1101 + 2 * i, "team2_id": 1102 + 2 * i,
         "team1_score": 70, "team2_score": 60}
        for day in days for i in range(a_day)
    ]  # fmt: skip


def bracket(season: int, teams: int = 8) -> list[dict]:
    """A knock-out of teams, a round every second day from day 136; of two teams the higher id wins."""
    left, day, rows = [1101 + i for i in range(teams)], 136, []
    while len(left) > 1:
        for one, other in zip(left[::2], left[1::2], strict=True):
            row = {"season": season, "day": day, "kind": "ncaa", "team1_id": one, "team2_id": other}
            rows.append(row | {"team1_score": 60, "team2_score": 70})
        left, day = left[1::2], day + 2
    return rows


def table(*parts: list[dict]) -> pa.Table:
    rows = [row for part in parts for row in part]
    return pa.Table.from_pylist([rows[i] for i in np.random.default_rng(1).permutation(len(rows))])


def test_in_season_the_last_28_days_are_the_gates():
    found = cut(table(games(2024, range(133)), games(2025, range(0, 101, 2))))
    assert found.before == (2025, 72)
    assert found.gate == 20 * len(range(72, 101, 2)) and found.is_enough


def test_early_in_a_season_all_of_it_is_the_gates():
    found = cut(table(games(2024, range(133)), games(2025, range(10))))
    assert (found.before, found.gate) == ((2025, 0), 200) and not found.is_enough
    assert cut(table(games(2025, range(15)))).gate == LEAST and cut(table(games(2025, range(15)))).is_enough


def test_while_the_tournament_lasts_it_is_season_and_with_its_champion_summer():
    season, rounds = games(2025, range(0, 133, 2)), bracket(2025)
    days = sorted({row["day"] for row in rounds})
    assert days == [136, 138, 140]
    for last in days:
        so_far = [row for row in rounds if row["day"] <= last]
        over = last == 140
        assert has_champion(table(so_far)) is over
        found = cut(table(games(2024, range(133)), season, so_far))
        assert found.before == ((2025, 0) if over else (2025, last - 28))
    assert cut(table(season, rounds)).gate == len(season) + len(rounds)


@pytest.mark.parametrize("teams", [4, 8, 64])
def test_a_bracket_has_its_champion_with_its_last_game_only(teams):
    rounds = bracket(2025, teams)
    for played in range(teams // 2, len(rounds)):
        assert has_champion(table(rounds[:played])) is False
    assert has_champion(table(rounds)) is True


def test_one_play_in_game_makes_no_champion():
    assert not has_champion(table(bracket(2025)[:1]))


def test_without_games_there_is_nothing_to_cut():
    assert cut(table(games(2024, range(2))).slice(0, 0)) is None
