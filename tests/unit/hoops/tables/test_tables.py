"""The published tables on a season small enough to count by hand."""

from __future__ import annotations

import math
from datetime import date

import pyarrow as pa
import pytest

from hoops import tables
from hoops.contract.columns import DATASETS
from hoops.games.reference import Reference
from hoops.knowledge import absences
from hoops.schemas import LEAGUE_TABLES, PENDING, PREDICTED, PUBLISHED, RATED

A, B, C, D = 1101, 1102, 1103, 1104


def game(day: int, one: int, two: int, first: int, second: int, site: int = 0, kind: str = "regular", **more) -> dict:
    row = {field.name: None for field in PREDICTED} | {
        "season": 2024, "day": day, "kind": kind, "team1_id": one, "team2_id": two, "site": site,
        "team1_score": first, "team2_score": second, "num_ot": 0, "team1_probability": 0.75, "team1_margin": 6.0,
        "margin_sd": 11.0, "model_id": "m", "out_of_sample": True,
    }  # fmt: skip
    return row | more


def season(*games: dict) -> tables.SeasonRows:
    last = max((g["day"] for g in games), default=0)
    rated = [
        {"day": day, "team_id": team, "rank": rank, "rating": 9.0 - rank, "rating_sd": 2.0}
        for day in (last - 1, last)
        for rank, team in enumerate((A, B, C, D), 1)
    ]
    return tables.SeasonRows(
        2024, pa.Table.from_pylist(list(games), schema=PREDICTED), pa.Table.from_pylist(rated, schema=RATED),
        absences.initial(), {},
    )  # fmt: skip


def reference(**datasets: list[dict]) -> Reference:
    return Reference(
        {name: pa.Table.from_pylist(rows, schema=DATASETS[name].schema) for name, rows in datasets.items()}
    )


GAMES = season(
    game(3, A, B, 80, 70, site=1),
    game(5, A, C, 60, 66, site=-1),
    game(9, B, C, 71, 70, out_of_sample=False),
)


def test_every_table_has_exactly_its_schema() -> None:
    made = tables.season_tables(GAMES, Reference())
    assert {name: table.schema for name, table in made.items()} == {name: PUBLISHED[name].schema for name in made}
    assert set(made) == {name for name, one in LEAGUE_TABLES.items() if one.by_season} - {"upcoming"}


def test_records_count_wins_by_site() -> None:
    rows = {row["team_id"]: row for row in tables.team_records(GAMES, Reference()).to_pylist()}
    assert (rows[A]["wins"], rows[A]["losses"]) == (1, 1)
    assert (rows[A]["home_wins"], rows[A]["home_losses"]) == (1, 0)
    assert (rows[A]["away_wins"], rows[A]["away_losses"]) == (0, 1)
    assert (rows[B]["away_losses"], rows[B]["neutral_wins"]) == (1, 1)
    assert (rows[C]["home_wins"], rows[C]["neutral_losses"]) == (1, 1)
    assert rows[A]["points_for"] == 70 and rows[A]["points_against"] == 68
    assert (rows[D]["wins"], rows[D]["losses"], rows[D]["points_for"]) == (0, 0, 0)
    assert [row["rank"] for row in rows.values()] == [1, 2, 3, 4]


def test_a_forfeit_is_a_win_and_a_loss_and_no_points() -> None:
    rows = season(game(3, A, B, 70, 60), game(4, A, B, 0, 2))
    records = {row["team_id"]: row for row in tables.team_records(rows, Reference()).to_pylist()}
    assert (records[A]["wins"], records[A]["losses"], records[A]["points_for"]) == (1, 1, 70)
    assert [records[team]["games_played"] for team in (A, B, C)] == [1, 1, 0]
    assert (records[B]["wins"], records[B]["losses"], records[B]["points_against"]) == (1, 1, 70)
    assert tables.results(rows, Reference()).num_rows == 2
    alone = season(game(4, A, B, 2, 0))
    (winner, *_) = tables.team_records(alone, Reference()).to_pylist()
    assert (winner["wins"], winner["points_for"], winner["points_against"]) == (1, 0, 0)


MEETINGS = season(
    game(9, A, B, 61, 70), game(3, A, B, 80, 70, site=1), game(5, A, C, 60, 66, site=-1), game(7, A, B, 0, 2),
)  # fmt: skip


def test_scores_of_a_team_add_up_through_the_season() -> None:
    made = tables.team_scores(MEETINGS.predicted, 2024, Reference())
    columns = ("team_id", "day", "opponent_id", "site", "points", "points_against", "games", "wins", "points_total",
               "points_against_total")  # fmt: skip
    assert list(zip(*(made[name].to_pylist() for name in columns), strict=True)) == [
        (A, 3, B, "home", 80, 70, 1, 1, 80, 70), (A, 5, C, "away", 60, 66, 2, 1, 140, 136),
        (A, 7, B, "neutral", 0, 0, 3, 1, 140, 136), (A, 9, B, "neutral", 61, 70, 4, 1, 201, 206),
        (B, 3, A, "away", 70, 80, 1, 0, 70, 80), (B, 7, A, "neutral", 0, 0, 2, 1, 70, 80),
        (B, 9, A, "neutral", 70, 61, 3, 2, 140, 141), (C, 5, A, "home", 66, 60, 1, 1, 66, 60),
    ]  # fmt: skip
    assert made["opponent_name"][0].as_py() == "Team 1102"


def test_pairs_that_met() -> None:
    known = reference(Seasons=[{"season": 2024, "day_zero": date(2023, 11, 6)}])
    one, other = tables.head_to_head(MEETINGS.predicted, 2024, known).to_pylist()
    assert one == {
        "team1_id": A, "team1_name": "Team 1101", "team2_id": B, "team2_name": "Team 1102", "games": 3,
        "team1_wins": 1, "team1_points": 141, "team2_points": 140, "last_day": 9, "last_date": date(2023, 11, 15),
        "last_winner_id": B,
    }  # fmt: skip
    assert [other[name] for name in ("team2_id", "games", "team1_wins", "last_winner_id")] == [C, 1, 0, C]


def test_a_season_without_games_has_no_meetings() -> None:
    made = tables.season_tables(season(), Reference())
    assert made["team_scores"].num_rows == made["head_to_head"].num_rows == 0


def test_scores_count_out_of_sample_forecasts_only() -> None:
    rows = {row["kind"]: row for row in tables.scores(GAMES).to_pylist()}
    assert rows.keys() == {"regular", "all"}
    assert rows["all"]["games"] == 2
    assert rows["all"]["brier"] == pytest.approx((0.25**2 + 0.75**2) / 2)
    assert rows["all"]["accuracy"] == 0.5


def test_names_dates_and_cities_come_from_the_reference_and_may_be_missing() -> None:
    known = reference(
        Teams=[{"team_id": A, "team_name": "Alder St"}],
        Seasons=[{"season": 2024, "day_zero": date(2023, 11, 6)}],
        GameCities=[{"season": 2024, "day": 3, "team1_id": A, "team2_id": B, "kind": "regular", "city_id": 4001}],
        Cities=[{"city_id": 4001, "city": "Elmsford", "state": "OH"}],
    )
    first, second, _ = tables.results(GAMES, known).to_pylist()
    assert (first["team1_name"], first["team2_name"]) == ("Alder St", "Team 1102")
    assert (first["date"], first["city"]) == (date(2023, 11, 9), "Elmsford, OH")
    assert second["city"] is None
    assert tables.results(GAMES, Reference())["date"].null_count == 3
    assert [row["winner_id"] for row in tables.results(GAMES, Reference()).to_pylist()] == [A, C, B]


def bracket(*, final: bool) -> tables.SeasonRows:
    games = [
        game(136, A, B, 70, 60, kind="ncaa"),
        game(136, C, D, 70, 60, kind="ncaa"),
        game(138, A, C, 61, 60, kind="ncaa"),
        game(138, 1105, 1106, 61, 60, kind="ncaa"),
        game(140, 1105, 1107, 61, 60, kind="ncaa"),
    ]
    return season(*games, *([game(154, A, 1105, 80, 79, kind="ncaa")] if final else []))


def test_the_champion_is_the_only_undefeated_team_once_the_final_is_played() -> None:
    assert tables.champion(bracket(final=True).predicted) == A
    assert tables.champion(bracket(final=False).predicted) is None
    assert tables.champion(season(game(134, A, B, 70, 60, kind="ncaa")).predicted) is None
    assert tables.champion(GAMES.predicted) is None


def test_tournament_teams_with_seed_region_and_wins() -> None:
    known = reference(
        NCAATourneySeeds=[
            {"season": 2024, "seed": "W01", "team_id": A},
            {"season": 2024, "seed": "X16a", "team_id": 1199},
        ],
        Seasons=[{"season": 2024, "day_zero": date(2023, 11, 6), "region_w": "East", "region_x": "South"}],
    )
    rows = {row["team_id"]: row for row in tables.tournaments(bracket(final=True), known).to_pylist()}
    assert rows[A] | {"team_name": ""} == {
        "team_id": A, "team_name": "", "seed": "W01", "region": "East", "wins": 3, "losses": 0, "champion": True,
    }  # fmt: skip
    # A seeded team that never played, as VCU in 2021.
    assert (rows[1199]["wins"], rows[1199]["losses"], rows[1199]["region"]) == (0, 0, "South")
    assert rows[B]["seed"] is None


def test_league_tables_from_summaries() -> None:
    summary = tables.summary(2024, bracket(final=True).predicted)
    assert (summary.games, summary.first_day, summary.last_day, summary.champion) == (6, 136, 154, A)
    earlier = tables.SeasonSummary(2023, 1, 5, 5, None, (A, 1190))
    teams = {row["team_id"]: row for row in tables.teams([summary, earlier], Reference()).to_pylist()}
    assert (teams[A]["first_season"], teams[A]["last_season"]) == (2023, 2024)
    assert (teams[1190]["first_season"], teams[1190]["last_season"]) == (2023, 2023)
    seasons = tables.seasons([summary, earlier], Reference()).to_pylist()
    assert [(row["season"], row["champion_id"]) for row in seasons] == [(2023, None), (2024, A)]


def test_a_season_whose_every_game_was_retracted_gives_empty_tables() -> None:
    empty = tables.SeasonRows(2024, PREDICTED.empty_table(), RATED.empty_table(), absences.initial(), {})
    made = tables.season_tables(empty, Reference())
    assert all(table.num_rows == 0 for table in made.values())
    assert tables.summary(empty.season, empty.predicted).games == 0


def test_upcoming_takes_the_seasons_own_fixtures() -> None:
    row = {field.name: None for field in PENDING} | {
        "day": 9, "team1_id": A, "team2_id": B, "site": 0, "team1_probability": 0.5, "team1_margin": 0.0,
        "margin_sd": 11.0, "model_id": "m", "out_of_sample": True,
    }  # fmt: skip
    pending = pa.Table.from_pylist([row | {"season": 2024}, row | {"season": 2025}], schema=PENDING)
    assert tables.upcoming(2025, pending, Reference()).num_rows == 1


def test_a_weeks_loss_stands_beside_its_promise_and_what_was_issued_counts() -> None:
    games = season(
        game(7, A, B, 80, 70),
        game(8, A, C, 60, 66, issued_probability=0.5),
        game(9, B, C, 71, 70, out_of_sample=False),
        game(14, A, D, 70, 60),
    )
    first, second = tables.weekly_drift(games).to_pylist()
    assert (first["first_day"], first["last_day"], first["games"], first["issued"]) == (7, 13, 2, 1)
    assert first["log_loss"] == pytest.approx((-math.log(0.75) + math.log(2)) / 2)
    assert first["score"] == pytest.approx((first["log_loss"] - first["promised"]) / first["noise"])
    assert (first["counts"], first["drifted"], first["recent"]) == (False, False, None)
    assert (second["first_day"], second["games"]) == (14, 1)
