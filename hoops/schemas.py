"""Arrow schemas: every column with its description and unit, in one place.

`GAMES` is what the ledger holds and the fold reads. `PUBLISHED` are the tables of the dashboard bucket. The partition
columns `league` and `season` stand in the key (`results/league=M/season=2024/part.parquet`) and not in the file, so
that Athena, DuckDB, Spark and pandas all read the folder as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

BOX_COLUMNS = ("fgm", "fga", "fgm3", "fga3", "ftm", "fta", "or", "dr", "ast", "to", "stl", "blk", "pf")
BOX_TITLES = (
    "field goals made", "field goals attempted", "three-pointers made", "three-pointers attempted",
    "free throws made", "free throws attempted", "offensive rebounds", "defensive rebounds", "assists",
    "turnovers", "steals", "blocks", "personal fouls",
)  # fmt: skip


def completed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A stored table in today's schema: columns that came later are null, others of the table are left out.

    Raises
    ------
    KeyError
        If a column is missing that cannot be null.
    """
    columns = [
        pa.nulls(table.num_rows, field.type) if field.nullable and field.name not in table.column_names
        else table[field.name].cast(field.type)
        for field in schema
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def _field(name: str, type_: pa.DataType, description: str, unit: str = "", *, nullable: bool = False) -> pa.Field:
    return pa.field(name, type_, nullable=nullable, metadata={"description": description, "unit": unit})


def _box() -> list[pa.Field]:
    return [
        _field(f"team{side}_{column}", pa.int16(), f"{title}, team {side}", "count", nullable=True)
        for side in (1, 2)
        for column, title in zip(BOX_COLUMNS, BOX_TITLES, strict=True)
    ]


SEASON = _field("season", pa.int16(), "year in which the season ends", "year")
DAY = _field("day", pa.int16(), "days since the season's day zero; 132 is Selection Sunday", "day")
DATE = _field("date", pa.date32(), "calendar date; null until the season's calendar is known", nullable=True)
KIND = _field("kind", pa.string(), "regular, ncaa or secondary")
TEAM1 = _field("team1_id", pa.int32(), "team with the lower id")
TEAM2 = _field("team2_id", pa.int32(), "team with the higher id")
NAME1 = _field("team1_name", pa.string(), "name of team 1; 'Team <id>' until it is known")
NAME2 = _field("team2_name", pa.string(), "name of team 2; 'Team <id>' until it is known")
SITE = _field("site", pa.int8(), "+1 at team 1's home, 0 neutral, -1 at team 2's home")
_SCORES = [
    _field("team1_score", pa.int16(), "final score of team 1", "points"),
    _field("team2_score", pa.int16(), "final score of team 2", "points"),
    _field("num_ot", pa.int8(), "overtime periods; 0 also where the source did not record them", "count"),
    _field("tournament", pa.string(), "name of a secondary tournament", nullable=True),
]

GAMES = pa.schema([SEASON, DAY, KIND, TEAM1, TEAM2, SITE, *_SCORES, *_box()])
FIXTURES = pa.schema([SEASON, DAY, TEAM1, TEAM2, SITE,
                      _field("city_id", pa.int32(), "city of the game", nullable=True)])  # fmt: skip

_FORECAST = [
    _field("team1_probability", pa.float64(), "probability that team 1 wins; team 2's is one minus it", "0-1"),
    _field("team1_margin", pa.float64(), "expected score of team 1 minus team 2", "points"),
    _field("margin_sd", pa.float64(), "standard deviation of the margin around its expectation", "points"),
    _field("model_id", pa.string(), "model that made the forecast"),
    _field("known_through_season", pa.int16(), "season of the last game known to the forecast", "year", nullable=True),
    _field("known_through_day", pa.int16(), "day of the last game known to the forecast", "day", nullable=True),
    _field("out_of_sample", pa.bool_(), "true if the game lies outside the data that the model was trained on"),
    _field("issued_at", pa.timestamp("ms", "UTC"),
           "when the last forecast before the game was published; null if the game was never a fixture",
           nullable=True),
    _field("issued_probability", pa.float64(), "team 1's win probability as published at issued_at", "0-1",
           nullable=True),
    _field("issued_model_id", pa.string(), "model that made the forecast published at issued_at", nullable=True),
]  # fmt: skip

# What the fold keeps of a season: its games with the forecast of each, its ratings by day, and the games to come.
PREDICTED = pa.schema([*GAMES, *_FORECAST])
PENDING = pa.schema([*FIXTURES, *_FORECAST])
ISSUED = pa.schema([SEASON, DAY, TEAM1, TEAM2, *(field for field in _FORECAST if field.name.startswith("issued_"))])


@dataclass(frozen=True)
class Published:
    """A table of the dashboard bucket: its schema and whether there is one file a season or one a league."""

    schema: pa.Schema
    by_season: bool
    description: str


_RATING = [
    _field("rank", pa.int16(), "1 is the strongest team rated on that day"),
    _field("rating", pa.float64(), "expected margin against an average team of the season on neutral ground", "points"),
    _field("rating_sd", pa.float64(), "posterior standard deviation of the rating", "points"),
    _field("offence", pa.float64(), "points scored against an average team on neutral ground, adjusted for opponents; "
           "null while no game has had a box score", "points per 100 possessions", nullable=True),
    _field("defence", pa.float64(), "points allowed, likewise; less is better", "points per 100 possessions",
           nullable=True),
    _field("tempo", pa.float64(), "possessions in a game against an average team, adjusted for opponents",
           "possessions per 40 minutes", nullable=True),
]  # fmt: skip
RATED = pa.schema([DAY, _field("team_id", pa.int32(), "team"), *_RATING])
_TEAM = [_field("team_id", pa.int32(), "team"), _field("team_name", pa.string(), "name; 'Team <id>' until it is known")]

PUBLISHED: dict[str, Published] = {
    "results": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *_SCORES,
            _field("winner_id", pa.int32(), "team that won"),
            _field("city", pa.string(), "city and state of the game, where known", nullable=True),
            *_box(),
        ]),
        True, "every game that holds, with box scores where they exist",
    ),
    "forecasts": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *_FORECAST,
            _field("team1_won", pa.bool_(), "outcome: true if team 1 won"),
            _field("team1_score", pa.int16(), "final score of team 1", "points"),
            _field("team2_score", pa.int16(), "final score of team 2", "points"),
        ]),
        True, "the forecast of every game played, made from the games before its day, beside its outcome",
    ),
    "upcoming": Published(
        pa.schema([DAY, DATE, TEAM1, NAME1, TEAM2, NAME2, SITE, *_FORECAST,
                   _field("city", pa.string(), "city and state of the game, where known", nullable=True)]),
        True, "forecasts of games to come",
    ),
    "ratings": Published(
        pa.schema([DAY, DATE, *_TEAM, *_RATING]), True, "every team's strength after each day with games",
    ),
    "team_records": Published(
        pa.schema([
            *_TEAM,
            _field("conference", pa.string(), "conference", nullable=True),
            _field("wins", pa.int16(), "games won, all kinds", "count"),
            _field("losses", pa.int16(), "games lost, all kinds", "count"),
            _field("home_wins", pa.int16(), "games won at home", "count"),
            _field("home_losses", pa.int16(), "games lost at home", "count"),
            _field("away_wins", pa.int16(), "games won away", "count"),
            _field("away_losses", pa.int16(), "games lost away", "count"),
            _field("neutral_wins", pa.int16(), "games won on neutral ground", "count"),
            _field("neutral_losses", pa.int16(), "games lost on neutral ground", "count"),
            _field("points_for", pa.float64(), "mean points scored", "points per game"),
            _field("points_against", pa.float64(), "mean points allowed", "points per game"),
            *_RATING,
        ]),
        True, "every team's season so far",
    ),
    "tournaments": Published(
        pa.schema([
            *_TEAM,
            _field("seed", pa.string(), "region and seed, such as W01 or X16a; null until seeds are known",
                   nullable=True),
            _field("region", pa.string(), "region name, where known", nullable=True),
            _field("wins", pa.int16(), "NCAA tournament games won", "count"),
            _field("losses", pa.int16(), "NCAA tournament games lost", "count"),
            _field("champion", pa.bool_(), "won the final"),
        ]),
        True, "every NCAA tournament team: seed, wins, championship",
    ),
    "scores": Published(
        pa.schema([
            KIND,
            _field("games", pa.int32(), "out-of-sample forecasts counted", "count"),
            _field("log_loss", pa.float64(), "mean negative log likelihood of the outcomes; 0.693 is a coin", "nats"),
            _field("brier", pa.float64(), "mean squared error of the probability; 0.25 is a coin", "0-1"),
            _field("accuracy", pa.float64(), "share of games whose favourite won; an even forecast counts half", "0-1"),
            _field("margin_rmse", pa.float64(), "root mean squared error of the expected margin", "points"),
        ]),
        True, "how good the season's out-of-sample forecasts were, by kind of game and 'all'",
    ),
    "drift": Published(
        pa.schema([
            _field("first_day", pa.int16(), "first day of the week; weeks begin with day 0", "day"),
            _field("last_day", pa.int16(), "last day of the week", "day"),
            _field("games", pa.int32(), "out-of-sample forecasts counted: those issued before the game where there are "
                   "such, else those made from the games before its day", "count"),
            _field("issued", pa.int32(), "how many of them were issued before the game", "count"),
            _field("log_loss", pa.float64(), "mean negative log likelihood of the outcomes", "nats"),
            _field("promised", pa.float64(), "mean log loss that the forecasts promise of themselves: their entropy",
                   "nats"),
            _field("noise", pa.float64(), "standard deviation of log_loss less promised where the forecasts are right",
                   "nats"),
            _field("score", pa.float64(), "log_loss less promised; above 0 the forecasts were surer than they should "
                   "have been, below 0 less sure", "standard deviations"),
            _field("recent", pa.float64(), "the same of the last four weeks that count together; null if there were "
                   "not as many, or the week does not count", "standard deviations", nullable=True),
            _field("counts", pa.bool_(), "true if a later day was played and there are 50 games or more"),
            _field("drifted", pa.bool_(), "true if score or recent is further from 0 than 3 standard deviations"),
        ]),
        True, "each week's log loss beside what the forecasts promised",
    ),
    "teams": Published(
        pa.schema([
            *_TEAM,
            _field("first_season", pa.int16(), "first season with a game here", "year"),
            _field("last_season", pa.int16(), "last season with a game here", "year"),
            _field("conference", pa.string(), "conference in the last season known", nullable=True),
        ]),
        False, "every team that has played",
    ),
    "seasons": Published(
        pa.schema([
            SEASON,
            _field("day_zero", pa.date32(), "date of day 0; null until the calendar is known", nullable=True),
            _field("first_day", pa.int16(), "first day with a game", "day"),
            _field("last_day", pa.int16(), "last day with a game", "day"),
            _field("games", pa.int32(), "games that hold, all kinds", "count"),
            _field("champion_id", pa.int32(), "winner of the NCAA final, once it is played", nullable=True),
            _field("champion_name", pa.string(), "name of the champion", nullable=True),
        ]),
        False, "every season with games",
    ),
    "models": Published(
        pa.schema([
            _field("model_id", pa.string(), "model"),
            _field("standing", pa.string(), "in charge, was in charge, not used (looked at), or candidate"),
            _field("ships", pa.bool_(), "true if it comes with the program"),
            _field("registered_at", pa.timestamp("ms", "UTC"), "when the registry got it; null if it only ships",
                   nullable=True),
            _field("trained_through_season", pa.int16(), "season of the last game that trained it", "year"),
            _field("trained_through_day", pa.int16(), "day of the last game that trained it", "day"),
            _field("test_games", pa.int32(), "games of its training's test, all kinds", "count", nullable=True),
            _field("test_log_loss", pa.float64(), "mean log loss there", "nats", nullable=True),
            _field("test_brier", pa.float64(), "mean squared error there", "0-1", nullable=True),
            _field("decision", pa.string(), "the newest one about it: shipped, promoted, rolled back (put back in "
                   "charge) or kept (not used); null if there is none", nullable=True),
            _field("decided_at", pa.timestamp("ms", "UTC"), "when that was decided", nullable=True),
            _field("decided_by", pa.string(), "who or what decided", nullable=True),
            _field("reason", pa.string(), "why", nullable=True),
            _field("from_season", pa.int16(), "season of the first day it forecasts by the decision; null for every "
                   "day, or none", "year", nullable=True),
            _field("from_day", pa.int16(), "day of the first day it forecasts by the decision", "day", nullable=True),
            _field("judged_games", pa.int32(), "games on which it was compared with the model in charge; null, as all "
                   "that follows, if it was not", "count", nullable=True),
            _field("judged_days", pa.int16(), "days of these games", "count", nullable=True),
            _field("judged_log_loss", pa.float64(), "its mean log loss on them", "nats", nullable=True),
            _field("judged_champion_log_loss", pa.float64(), "that of the model in charge", "nats", nullable=True),
            _field("judged_low", pa.float64(), "its log loss less that of the model in charge: lower end of 95 of 100 "
                   "resamples of the days", "nats", nullable=True),
            _field("judged_high", pa.float64(), "upper end", "nats", nullable=True),
            _field("judged_better", pa.float64(), "share of the resamples in which its log loss was lower", "0-1",
                   nullable=True),
            _field("judged_brier", pa.float64(), "its Brier score", "0-1", nullable=True),
            _field("judged_champion_brier", pa.float64(), "that of the model in charge", "0-1", nullable=True),
        ]),
        False, "every model: who is in charge, how good each is, what was decided about it and why",
    ),
}  # fmt: skip
