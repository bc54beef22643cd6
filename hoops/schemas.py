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


def column(name: str, type_: pa.DataType, description: str, unit: str = "", *, null: str = "") -> pa.Field:
    """A column. null: what it says when it is null; a column without it never is."""
    told = {"description": description, "unit": unit} | ({"null": null} if null else {})
    return pa.field(name, type_, nullable=bool(null), metadata=told)


def _box() -> list[pa.Field]:
    return [
        column(f"team{side}_{box}", pa.int16(), f"{title}, team {side}", "count", null="the game has no box score")
        for side in (1, 2)
        for box, title in zip(BOX_COLUMNS, BOX_TITLES, strict=True)
    ]


SEASON = column("season", pa.int16(), "year in which the season ends", "year")
DAY = column("day", pa.int16(), "days since the season's day zero; 132 is Selection Sunday", "day")
DATE = column("date", pa.date32(), "calendar date", null="the season's calendar is not known")
KIND = column("kind", pa.string(), "regular, ncaa or secondary")
TEAM1 = column("team1_id", pa.int32(), "team with the lower id")
TEAM2 = column("team2_id", pa.int32(), "team with the higher id")
NAME1 = column("team1_name", pa.string(), "name of team 1; 'Team <id>' until it is known")
NAME2 = column("team2_name", pa.string(), "name of team 2; 'Team <id>' until it is known")
SITE = column("site", pa.int8(), "+1 at team 1's home, 0 neutral, -1 at team 2's home")
_SCORES = [
    column("team1_score", pa.int16(), "final score of team 1", "points"),
    column("team2_score", pa.int16(), "final score of team 2", "points"),
    column("num_ot", pa.int8(), "overtime periods; 0 also where the source did not record them", "count"),
    column("tournament", pa.string(), "name of a secondary tournament", null="not told, or the game is of none"),
]

GAMES = pa.schema([SEASON, DAY, KIND, TEAM1, TEAM2, SITE, *_SCORES, *_box()])
FIXTURES = pa.schema([SEASON, DAY, TEAM1, TEAM2, SITE,
                      column("city_id", pa.int32(), "city of the game", null="not told")])  # fmt: skip

_FORECAST = [
    column("team1_probability", pa.float64(), "probability that team 1 wins; team 2's is one minus it", "0-1"),
    column("team1_margin", pa.float64(), "expected score of team 1 minus team 2", "points"),
    column("margin_sd", pa.float64(), "standard deviation of the margin around its expectation", "points"),
    column("model_id", pa.string(), "model that made the forecast"),
    column("known_through_season", pa.int16(), "season of the last game known to the forecast", "year",
           null="no game was known"),
    column("known_through_day", pa.int16(), "day of the last game known to the forecast", "day",
           null="no game was known"),
    column("out_of_sample", pa.bool_(), "true if the game lies outside the data that the model was trained on"),
    column("issued_at", pa.timestamp("ms", "UTC"),
           "when the last forecast before the game was published", null="the game was never a fixture"),
    column("issued_probability", pa.float64(), "team 1's win probability as published at issued_at", "0-1",
           null="the game was never a fixture"),
    column("issued_model_id", pa.string(), "model that made the forecast published at issued_at",
           null="the game was never a fixture"),
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
    column("rank", pa.int16(), "1 is the strongest team rated on that day"),
    column("rating", pa.float64(), "expected margin against an average team of the season on neutral ground", "points"),
    column("rating_sd", pa.float64(), "posterior standard deviation of the rating", "points"),
    column("offence", pa.float64(), "points scored against an average team on neutral ground, adjusted for "
           "opponents", "points per 100 possessions", null="no game has had a box score yet"),
    column("defence", pa.float64(), "points allowed, likewise; less is better", "points per 100 possessions",
           null="no game has had a box score yet"),
    column("tempo", pa.float64(), "possessions in a game against an average team, adjusted for opponents",
           "possessions per 40 minutes", null="no game has had a box score yet"),
]  # fmt: skip
RATED = pa.schema([DAY, column("team_id", pa.int32(), "team"), *_RATING])
_TEAM = [column("team_id", pa.int32(), "team"), column("team_name", pa.string(), "name; 'Team <id>' until it is known")]
_UNTESTED, _UNDECIDED, _UNJUDGED = "its training told no test", "nothing is decided about it", "it was not compared"

PUBLISHED: dict[str, Published] = {
    "results": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *_SCORES,
            column("winner_id", pa.int32(), "team that won"),
            column("city", pa.string(), "city and state of the game", null="not known"),
            *_box(),
        ]),
        True, "every game that holds, with box scores where they exist",
    ),
    "forecasts": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *_FORECAST,
            column("team1_won", pa.bool_(), "outcome: true if team 1 won"),
            column("team1_score", pa.int16(), "final score of team 1", "points"),
            column("team2_score", pa.int16(), "final score of team 2", "points"),
        ]),
        True, "the forecast of every game played, made from the games before its day, beside its outcome",
    ),
    "upcoming": Published(
        pa.schema([DAY, DATE, TEAM1, NAME1, TEAM2, NAME2, SITE, *_FORECAST,
                   column("city", pa.string(), "city and state of the game", null="not known")]),
        True, "forecasts of games to come",
    ),
    "ratings": Published(
        pa.schema([DAY, DATE, *_TEAM, *_RATING]), True, "every team's strength after each day with games",
    ),
    "team_records": Published(
        pa.schema([
            *_TEAM,
            column("conference", pa.string(), "conference", null="not known"),
            column("wins", pa.int16(), "games won, all kinds", "count"),
            column("losses", pa.int16(), "games lost, all kinds", "count"),
            column("home_wins", pa.int16(), "games won at home", "count"),
            column("home_losses", pa.int16(), "games lost at home", "count"),
            column("away_wins", pa.int16(), "games won away", "count"),
            column("away_losses", pa.int16(), "games lost away", "count"),
            column("neutral_wins", pa.int16(), "games won on neutral ground", "count"),
            column("neutral_losses", pa.int16(), "games lost on neutral ground", "count"),
            column("points_for", pa.float64(), "mean points scored", "points per game"),
            column("points_against", pa.float64(), "mean points allowed", "points per game"),
            *_RATING,
        ]),
        True, "every team's season so far",
    ),
    "tournaments": Published(
        pa.schema([
            *_TEAM,
            column("seed", pa.string(), "region and seed, such as W01 or X16a", null="seeds are not known"),
            column("region", pa.string(), "name of the region", null="seeds or names of regions are not known"),
            column("wins", pa.int16(), "NCAA tournament games won", "count"),
            column("losses", pa.int16(), "NCAA tournament games lost", "count"),
            column("champion", pa.bool_(), "won the final"),
        ]),
        True, "every NCAA tournament team: seed, wins, championship",
    ),
    "scores": Published(
        pa.schema([
            KIND,
            column("games", pa.int32(), "out-of-sample forecasts counted", "count"),
            column("log_loss", pa.float64(), "mean negative log likelihood of the outcomes; 0.693 is a coin", "nats"),
            column("brier", pa.float64(), "mean squared error of the probability; 0.25 is a coin", "0-1"),
            column("accuracy", pa.float64(), "share of games whose favourite won; an even forecast counts half", "0-1"),
            column("margin_rmse", pa.float64(), "root mean squared error of the expected margin", "points"),
        ]),
        True, "how good the season's out-of-sample forecasts were, by kind of game and 'all'",
    ),
    "drift": Published(
        pa.schema([
            column("first_day", pa.int16(), "first day of the week; weeks begin with day 0", "day"),
            column("last_day", pa.int16(), "last day of the week", "day"),
            column("games", pa.int32(), "out-of-sample forecasts counted: those issued before the game where there are "
                   "such, else those made from the games before its day", "count"),
            column("issued", pa.int32(), "how many of them were issued before the game", "count"),
            column("log_loss", pa.float64(), "mean negative log likelihood of the outcomes", "nats"),
            column("promised", pa.float64(), "mean log loss that the forecasts promise of themselves: their entropy",
                   "nats"),
            column("noise", pa.float64(), "standard deviation of log_loss less promised where the forecasts are right",
                   "nats"),
            column("score", pa.float64(), "log_loss less promised; above 0 the forecasts were surer than they should "
                   "have been, below 0 less sure", "standard deviations"),
            column("recent", pa.float64(), "the same of the last four weeks that count together",
                   "standard deviations", null="the week does not count, or there were not as many"),
            column("counts", pa.bool_(), "true if a later day was played and there are 50 games or more"),
            column("drifted", pa.bool_(), "true if score or recent is further from 0 than 3 standard deviations"),
        ]),
        True, "each week's log loss beside what the forecasts promised",
    ),
    "teams": Published(
        pa.schema([
            *_TEAM,
            column("first_season", pa.int16(), "first season with a game here", "year"),
            column("last_season", pa.int16(), "last season with a game here", "year"),
            column("conference", pa.string(), "conference in the last season known", null="not known"),
        ]),
        False, "every team that has played",
    ),
    "seasons": Published(
        pa.schema([
            SEASON,
            column("day_zero", pa.date32(), "date of day 0", null="the season's calendar is not known"),
            column("first_day", pa.int16(), "first day with a game", "day"),
            column("last_day", pa.int16(), "last day with a game", "day"),
            column("games", pa.int32(), "games that hold, all kinds", "count"),
            column("champion_id", pa.int32(), "winner of the NCAA final", null="there was none, or not loaded"),
            column("champion_name", pa.string(), "name of the champion", null="there was no final, or not loaded"),
        ]),
        False, "every season with games",
    ),
    "models": Published(
        pa.schema([
            column("model_id", pa.string(), "model"),
            column("standing", pa.string(), "in charge, was in charge, not used (looked at), or candidate"),
            column("ships", pa.bool_(), "true if it comes with the program"),
            column("registered_at", pa.timestamp("ms", "UTC"), "when the registry got it", null="it only ships"),
            column("trained_through_season", pa.int16(), "season of the last game that trained it", "year"),
            column("trained_through_day", pa.int16(), "day of the last game that trained it", "day"),
            column("test_games", pa.int32(), "games of its training's test, all kinds", "count", null=_UNTESTED),
            column("test_log_loss", pa.float64(), "mean log loss there", "nats", null=_UNTESTED),
            column("test_brier", pa.float64(), "mean squared error there", "0-1", null=_UNTESTED),
            column("decision", pa.string(), "the newest one about it: shipped, promoted, rolled back (put back in "
                   "charge) or kept (not used)", null=_UNDECIDED),
            column("decided_at", pa.timestamp("ms", "UTC"), "when that was decided", null=_UNDECIDED),
            column("decided_by", pa.string(), "who or what decided", null=_UNDECIDED),
            column("reason", pa.string(), "why", null="nothing is decided, or no reason was given"),
            column("from_season", pa.int16(), "season of the first day it forecasts by the decision", "year",
                   null="every day, or none"),
            column("from_day", pa.int16(), "day of the first day it forecasts by the decision", "day",
                   null="every day, or none"),
            column("judged_games", pa.int32(), "games on which it was compared with the model in charge", "count",
                   null=_UNJUDGED),
            column("judged_days", pa.int16(), "days of these games", "count", null=_UNJUDGED),
            column("judged_log_loss", pa.float64(), "its mean log loss on them", "nats", null=_UNJUDGED),
            column("judged_champion_log_loss", pa.float64(), "that of the model in charge", "nats", null=_UNJUDGED),
            column("judged_low", pa.float64(), "its log loss less that of the model in charge: lower end of 95 of 100 "
                   "resamples of the days", "nats", null=_UNJUDGED),
            column("judged_high", pa.float64(), "upper end", "nats", null=_UNJUDGED),
            column("judged_better", pa.float64(), "share of the resamples in which its log loss was lower", "0-1",
                   null=_UNJUDGED),
            column("judged_brier", pa.float64(), "its Brier score", "0-1", null=_UNJUDGED),
            column("judged_champion_brier", pa.float64(), "that of the model in charge", "0-1", null=_UNJUDGED),
        ]),
        False, "every model: who is in charge, how good each is, what was decided about it and why",
    ),
}  # fmt: skip
