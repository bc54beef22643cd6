"""Real forecasts of others on real seasons: how many games they have, how good they are, and that none knew the end."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hoops.evaluation import metrics as scoring
from hoops.evaluation.baselines import fit_logit
from hoops.evaluation.outside import OutsideForecasts
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import Kind, League
from hoops.games.reference import Reference
from hoops.games.results import Results
from hoops.games.team_names import TeamNames
from lake.folder import read_folder
from lake.outside import read_outside

SHARED = Path(__file__).parents[2] / "../shared/data"
DATA, FORECASTS, OUTSIDE = SHARED / "kaggle", SHARED / "forecasts", SHARED / "outside"
BY_ROUND = {
    League.MEN: FORECASTS / "538/march_madness_men.csv",
    League.WOMEN: FORECASTS / "538/march_madness_women.csv",
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA.is_dir() and FORECASTS.is_dir()), reason="the real data are not beside this checkout"),
]
MEN_ONLY = pytest.mark.parametrize("real", [League.MEN], indirect=True)

# Games and log loss of each file by league. The games are all that the files name, bar those of `UNMATCHED` and one
# that was forecast and never played (Oregon against VCU, 2021).
FOUND = {
    (League.MEN, "closing_spreads_men.csv"): ("closing line", 19_214, 0.5295),
    (League.MEN, "tourney_moneylines_men.csv"): ("money line", 305, 0.5940),
    (League.MEN, "historical-538-ncaa-tournament-model-results.csv"): ("FiveThirtyEight", 252, 0.5681),
    (League.MEN, "march_madness_men.csv"): ("FiveThirtyEight", 531, 0.5512),
    (League.WOMEN, "march_madness_women.csv"): ("FiveThirtyEight", 443, 0.4171),
}
UNMATCHED = {
    "historical-538-ncaa-tournament-model-results.csv": (("Virgina",), 1),
    "march_madness_men.csv": (("N. Iowa", "RMU", "UNF"), 5),
    "march_madness_women.csv": (("Miami",), 2),
}


@dataclass(frozen=True)
class Real:
    league: League
    reference: Reference
    played: Results

    def read(self, *paths: Path, source: str | None = None) -> list[OutsideForecasts]:
        return read_outside(paths, self.league, self.reference, self.played, source)


@pytest.fixture(scope="module", params=League)
def real(request: pytest.FixtureRequest) -> Real:
    files = read_folder(DATA, [request.param], range(2011, 2025)).leagues[request.param]
    return Real(request.param, Reference(files.reference), Results.of(in_order_of_play(files.games)))


@pytest.fixture(scope="module")
def found(real: Real) -> dict[str, OutsideForecasts]:
    return {one.file: one for path in sorted(FORECASTS.rglob("*.csv")) for one in real.read(path)}


def loss(one: OutsideForecasts, games: Results) -> float:
    given = one.on(games).probability
    among = ~np.isnan(given)
    assert among.sum() == len(one)
    return scoring.log_loss(given[among], games.won[among])


def test_every_file_is_of_one_league_and_gives_its_games(real: Real, found: dict[str, OutsideForecasts]) -> None:
    mine = {file: rest for (league, file), rest in FOUND.items() if league is real.league}
    assert {file: (one.name, len(one), round(loss(one, real.played), 4)) for file, one in found.items()} == mine


def test_games_that_are_left_out_are_named_or_counted(found: dict[str, OutsideForecasts]) -> None:
    for file, one in found.items():
        assert (one.unmatched, one.unplayed) == UNMATCHED.get(file, ((), 0))


@MEN_ONLY
def test_files_of_one_forecaster_agree_where_they_have_the_same_games(real: Real) -> None:
    games = real.played
    by_game = real.read(FORECASTS / "538/historical-538-ncaa-tournament-model-results.csv")
    by_round = real.read(BY_ROUND[real.league])
    first, second = (one.on(games).probability for one in (*by_game, *by_round))
    same = ~np.isnan(first) & ~np.isnan(second)
    assert same.sum() == 52
    assert first[same] == pytest.approx(second[same], abs=0.0005)  # three decimals beside five
    (both,) = real.read(FORECASTS / "538/historical-538-ncaa-tournament-model-results.csv", BY_ROUND[real.league])
    assert len(both) == 252 + 531 - 52


@MEN_ONLY
def test_the_normal_curve_fits_the_line_better_than_the_logistic(
    real: Real, found: dict[str, OutsideForecasts]
) -> None:
    line = found["closing_spreads_men.csv"]
    assert {season: round(scale, 2) for season, scale in line.scales.items()} == {
        2021: 11.0, 2022: 10.76, 2023: 10.77, 2024: 10.78
    }  # fmt: skip
    assert "rows without a spread: 42" in line.note
    assert "games named more than once, which count once with their median: 35" in line.note
    given = line.on(real.played)
    among = ~np.isnan(given.margin)
    margin, won = given.margin[among], real.played.won[among]
    logistic = scoring.log_loss(1.0 / (1.0 + np.exp(-fit_logit(margin, won) * margin)), won)
    assert logistic == pytest.approx(0.5296, abs=0.0001)
    assert loss(line, real.played) < logistic


@MEN_ONLY
def test_the_line_without_the_post_season(real: Real, found: dict[str, OutsideForecasts]) -> None:
    given = found["closing_spreads_men.csv"].on(real.played).probability
    regular = ~np.isnan(given) & (real.played.kind == Kind.REGULAR.value)
    assert regular.sum() == 18_855
    assert scoring.log_loss(given[regular], real.played.won[regular]) == pytest.approx(0.5277, abs=0.0001)


def test_no_forecast_depends_on_what_its_file_says_from_that_day_on_or_of_outcomes(
    real: Real, found: dict[str, OutsideForecasts], tmp_path: Path
) -> None:
    source = BY_ROUND[real.league]
    rows = list(csv.DictReader(source.open(newline="")))
    whole = found[source.name].on(real.played).probability
    compared = 0
    for season, after in ((2015, 132), (2019, 136), (2019, 137), (2019, 139), (2019, 146), (2022, 138)):
        zero = real.reference.day_zero(season)
        assert zero is not None
        cut = [
            {**row, **{title: "0.5" for title in row if title.endswith("outcome")}}
            for row in rows
            if int(row["season"]) == season and (date.fromisoformat(row["forecast_date"]) - zero).days < after
        ]
        if not cut:
            continue
        file = tmp_path / "cut.csv"
        with file.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(cut)
        for one in real.read(file):
            given = one.on(real.played).probability
            until = (real.played.season == season) & (real.played.day <= after) & ~np.isnan(whole)
            assert given[until] == pytest.approx(whole[until], abs=0.0)
            compared += int(until.sum())
    assert compared > 100


def test_forecasts_taken_know_no_more_of_the_winner_than_the_ones_dated_before_them(
    real: Real, found: dict[str, OutsideForecasts]
) -> None:
    """Of a game that is being played, or was, the last forecast would have moved towards the winner."""
    games, taken = real.played, found[BY_ROUND[real.league].name].on(real.played).probability
    moves = []
    for row, dated in _dated(real):
        if math.isnan(taken[row]):
            continue
        winner = taken[row] if games.won[row] else 1.0 - taken[row]
        on_the_day = [chance for day, chance in dated if day == games.day[row]]
        before = [chance for day, chance in dated if day < games.day[row]]
        assert winner == pytest.approx(before[-1], abs=1e-9)
        assert on_the_day in ([], [pytest.approx(winner, abs=1e-9)])  # never used, and it would make no difference
        if len(before) > 1:
            moves.append(before[-1] - before[-2])
    assert len(moves) > 300
    assert abs(np.mean(moves)) < 2.0 * np.std(moves) / math.sqrt(len(moves)) + 1e-9


def _dated(real: Real) -> Iterator[tuple[int, list[tuple[int, float]]]]:
    """Row of each tournament game, with days and winner's probabilities of the forecasts in which it was to come.

    Found the other way round: by the outcomes, which tell the round in which the two met.
    """
    names = TeamNames(real.reference, real.league)
    table: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
    days: dict[int, list[int]] = {}
    for line in csv.DictReader(BY_ROUND[real.league].open(newline="")):
        season, team = int(line["season"]), names.team(line["team"])
        zero = real.reference.day_zero(season)
        if team is not None and zero is not None:
            day = (date.fromisoformat(line["forecast_date"]) - zero).days
            rounds = [(float(line[f"rd{n}_win"]), float(line[f"rd{n}_win_outcome"])) for n in range(1, 8)]
            table[season, day, team] = rounds
            if day not in days.setdefault(season, []):
                days[season].append(day)
    games = real.played
    for row in np.flatnonzero((games.kind == Kind.NCAA.value) & np.isin(games.season, list(days))).tolist():
        season, teams = int(games.season[row]), (int(games.team1[row]), int(games.team2[row]))
        winner, loser = teams if games.won[row] else teams[::-1]
        dated = []
        for day in sorted(days[season]):
            one, other = table.get((season, day, winner)), table.get((season, day, loser))
            if one is None or other is None:
                continue
            met = next(n for n in range(7) if other[n][1] == 0.0)
            assert one[met][1] == 1.0
            known = all(side[n][0] == 1.0 for side in (one, other) for n in range(met))
            if known and 0.0 < one[met][0] < 1.0:
                dated.append((day, one[met][0]))
        yield row, dated


@MEN_ONLY
@pytest.mark.skipif(not OUTSIDE.is_dir(), reason="lines and expected scores are not beside this checkout")
def test_lines_by_source_and_expected_scores_are_read_whole(real: Real) -> None:
    whole = {one.name: one for one in real.read(OUTSIDE)}
    assert list(whole) == ["closing line", "opening line", "money line", "trank_pregame_men"]
    counts = {name: (len(one), one.unplayed, round(loss(one, real.played), 4)) for name, one in whole.items()}
    assert counts == {  # the folder of these tests begins in 2011, the lines in 2004
        "closing line": (46_709, 22_581, 0.5249),
        "opening line": (44_825, 19_349, 0.5373),
        "money line": (35_328, 10_197, 0.5306),
        "trank_pregame_men": (48_545, 0, 0.5282),
    }
    books = {one.name: one for one in real.read(OUTSIDE / "lines_men.csv.gz", source="sbr")}
    assert set(np.unique(books["closing line"].season)) == {2011, *range(2016, 2023)}
    assert len(books["money line"]) == len(whole["money line"])  # nobody else has any
