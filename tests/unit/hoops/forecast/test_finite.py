"""Nothing that is not a number leaves a day, and whatever the contract accepts gives numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from corpus.hard_files import COMPACT_ROWS, DETAILED_KEY, DETAILED_ROW, NO_POSSESSIONS, detailed

from hoops import knowledge
from hoops.contract import parse, read
from hoops.errors import MadnessError
from hoops.forecast.finite import NotFinite, require_knowledge, require_ratings
from hoops.forecast.fold import days_of, fold, forecast_fixtures, handle_new_data
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge import Knowledge
from hoops.schemas import BOX_COLUMNS, FIXTURES, GAMES, RATED

MODEL = shipped(League.MEN)
MARCH = detailed(DETAILED_ROW, DETAILED_ROW.replace("1101", "1103").replace("1102", "1104"))
GAME_TO_COME = pa.Table.from_pylist(
    [{"season": 2024, "day": 120, "team1_id": 1101, "team2_id": 1103, "site": 0, "city_id": None}], schema=FIXTURES
)


def day() -> pa.Table:
    return read(parse(DETAILED_KEY), MARCH).table


def with_box(games: pa.Table, row: int, cells: str) -> pa.Table:
    """Games with another box score in a row, as one that was taken before the contract had its bounds."""
    rows = games.to_pylist()
    numbers = [int(cell) for cell in cells.split(",")]
    names = [f"team{side}_{name}" for side in (1, 2) for name in BOX_COLUMNS]
    rows[row] |= dict(zip(names, numbers, strict=True))
    return pa.Table.from_pylist(rows, schema=GAMES)


def known() -> Knowledge:
    (folded,) = fold(days_of(day()), MODEL)
    return folded.known


def spoilt() -> Knowledge:
    """What is known after an earlier version let a NaN in."""
    good = known()
    mean = good.adjusted.mean.copy()
    mean[0] = np.nan
    return replace(good, adjusted=replace(good.adjusted, mean=mean))


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_a_box_score_without_possessions_halts_its_day_and_is_named() -> None:
    with pytest.raises(NotFinite) as halted:
        handle_new_data((2024, 100), with_box(day(), 1, NO_POSSESSIONS), knowledge.initial(MODEL.parameters), MODEL)
    assert isinstance(halted.value, MadnessError)
    assert str(halted.value) == (
        "Men, season 2024, day 100: the game 1103 against 1104 (70-60) would make what is known no finite number "
        "(adjusted.mean, adjusted.sums, adjusted.league, adjusted.slope): such a score or box score can be no game's; "
        "correct it by a newer file of its day, or take it back with a retraction"
    )


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_such_game_of_a_day_is_named() -> None:
    games = with_box(with_box(day(), 0, NO_POSSESSIONS), 1, NO_POSSESSIONS)
    with pytest.raises(NotFinite, match=r"the games 1101 against 1102, 1103 against 1104 \(70-60, 70-60\)"):
        handle_new_data((2024, 100), games, knowledge.initial(MODEL.parameters), MODEL)


def test_a_forecast_from_what_is_no_number_halts_its_day_and_its_game_is_named() -> None:
    text = "Men, season 2024, day 120: the forecast of the game 1101 against 1103 is no finite number"
    with pytest.raises(NotFinite, match=text):
        forecast_fixtures(spoilt(), GAME_TO_COME, lambda day: MODEL)
    with pytest.raises(NotFinite, match=text):
        handle_new_data((2024, 120), GAMES.empty_table(), spoilt(), MODEL, GAME_TO_COME)
    assert forecast_fixtures(known(), GAME_TO_COME, lambda day: MODEL).num_rows == 1


def test_a_game_is_not_blamed_for_what_an_earlier_one_has_done() -> None:
    before = knowledge.advance(spoilt(), 2024, 110, MODEL.parameters)
    results = Results.of(day())
    after = knowledge.update(before, results, MODEL.parameters)
    with pytest.raises(NotFinite, match="day 110: what is known from earlier days is no finite number"):
        require_knowledge(after, before, results, MODEL.parameters)


def test_a_rating_that_is_no_number_is_named_by_its_team() -> None:
    row = {"day": 100, "rank": 1, "rating": 1.0, "rating_sd": 1.0, "offence": None, "defence": None, "tempo": None}
    good = pa.Table.from_pylist([row | {"team_id": team} for team in (1101, 1102)], schema=RATED)
    assert require_ratings(good, (2024, 100)) is good
    bad = pa.Table.from_pylist([row | {"team_id": 3101}, row | {"team_id": 3102, "tempo": np.inf}], schema=RATED)
    with pytest.raises(NotFinite, match="Women, season 2024, day 100: the rating of team 3102 is no finite number"):
        require_ratings(bad, (2024, 100))


# Box scores at the bounds of the contract: winner's score, then both box scores.
EXTREMES = {
    "free throws alone": "40,1102,20,N,0,0,0,0,0,40,45,0,0,0,0,0,0,0,0,0,0,0,20,45,0,0,0,0,0,0,0",
    "no attempts, turnovers alone": "30,1102,0,N,0,0,0,0,0,30,30,0,0,0,20,0,0,0,0,0,0,0,0,0,0,0,0,20,0,0,0",
    "the fewest possessions": "40,1102,0,N,0,20,20,0,0,0,0,0,0,0,0,0,0,0,0,20,0,0,0,0,0,0,0,0,0,0,0",
    "the most possessions": "300,1102,299,N,0,100,200,100,200,0,0,0,0,0,0,0,0,0,100,199,99,199,0,0,0,0,0,0,0,0,0",
    "twenty overtimes": "300,1102,0,H,20,100,120,100,100,0,0,10,10,10,10,0,0,50,0,120,0,0,0,0,10,10,0,10,0,0,50",
    "a forfeit": "2,1102,0,N,0" + ",0" * 26,
}


@pytest.mark.parametrize("row", EXTREMES.values(), ids=EXTREMES)
def test_what_the_contract_accepts_gives_numbers(row: str) -> None:
    rows = [f"2024,{number},1101,{row}" for number in range(6)]
    games = read(parse(DETAILED_KEY), detailed(*rows, DETAILED_ROW)).table
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        folded = list(fold(days_of(games), MODEL))
    assert len(folded) == 7
    probabilities = [row["team1_probability"] for one in folded for row in one.predicted.to_pylist()]
    assert all(0.0 < probability < 1.0 for probability in probabilities)


def test_any_accepted_box_scores_give_numbers() -> None:
    rng, rows = np.random.default_rng(1), []
    for number in range(150):
        box = []
        for _ in range(2):
            fga, fta = rng.integers(20, 120), rng.integers(0, 80)
            fgm, ftm = rng.integers(0, fga + 1), rng.integers(0, fta + 1)
            fgm3 = rng.integers(0, min(fgm, 40) + 1)
            rebounds = rng.integers(0, (fga - fgm + fta - ftm) // 2 + 1, 2)
            turnovers = rng.integers(0, 40)
            box.append([fgm, fga, fgm3, rng.integers(fgm3, fga - fgm + fgm3 + 1), ftm, fta, *rebounds,
                        rng.integers(0, fgm + 1), turnovers, 0, 0, rng.integers(0, 50)])  # fmt: skip
        box.sort(key=lambda one: -(2 * one[0] + one[2] + one[4]))
        high, low = (2 * one[0] + one[2] + one[4] for one in box)
        if high <= 300 and high != low:
            cells = ",".join(str(number) for one in box for number in one)
            rows.append(f"2024,{number},{1101 + number % 3},{high},{1110 + number % 5},{low},N,0,{cells}")
    taken = [row for row in rows if _is_taken(row)]
    assert 20 < len(taken) < len(rows)
    folded = list(fold(days_of(read(parse(DETAILED_KEY), detailed(*taken)).table), MODEL))
    assert len(folded) == len(taken)


def _is_taken(row: str) -> bool:
    try:
        return bool(read(parse(DETAILED_KEY), detailed(row)))
    except MadnessError:
        return False


def test_the_bad_box_score_above_is_one_that_the_contract_no_longer_takes() -> None:
    assert not _is_taken(f"{COMPACT_ROWS[0]},{NO_POSSESSIONS}")
