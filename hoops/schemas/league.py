"""The tables that are made of what the fold keeps."""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import DATE, DAY, KIND, NAME1, NAME2, SEASON, SITE, TEAM1, TEAM2, Published, column
from hoops.schemas.games import ABSENCES, BOX, FORECAST, RATING, SCORES

_TEAM = [column("team_id", pa.int32(), "team"), column("team_name", pa.string(), "name; 'Team <id>' until it is known")]
_UNTOLD = "no players' games tell of the team"
_ABSENT = pa.struct([
    pa.field("player_id", pa.int32(), nullable=False),
    pa.field("player_name", pa.string(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),
    pa.field("points", pa.float64(), nullable=False),
    pa.field("missed", pa.int16(), nullable=False),
])  # fmt: skip
_UNTESTED, _UNDECIDED, _UNJUDGED = "its training told no test", "nothing is decided about it", "it was not compared"

LEAGUE_TABLES: dict[str, Published] = {
    "results": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *SCORES,
            column("winner_id", pa.int32(), "team that won"),
            column("city", pa.string(), "city and state of the game", null="not known"),
            *BOX,
        ]),
        True, "every game that holds, with box scores where they exist",
    ),
    "forecasts": Published(
        pa.schema([
            DAY, DATE, KIND, TEAM1, NAME1, TEAM2, NAME2, SITE, *FORECAST,
            column("team1_won", pa.bool_(), "outcome: true if team 1 won"),
            column("team1_score", pa.int16(), "final score of team 1", "points"),
            column("team2_score", pa.int16(), "final score of team 2", "points"),
        ]),
        True, "the forecast of every game played, made from the games before its day, beside its outcome",
    ),
    "upcoming": Published(
        pa.schema([DAY, DATE, TEAM1, NAME1, TEAM2, NAME2, SITE, *FORECAST, ABSENCES,
                   column("city", pa.string(), "city and state of the game", null="not known")]),
        True, "forecasts of games to come",
    ),
    "ratings": Published(
        pa.schema([DAY, DATE, *_TEAM, *RATING]), True, "every team's strength after each day with games",
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
            *RATING,
            column("games_played", pa.int16(), "games won and lost, but for forfeits", "count",
                   null="the program that made the table did not say"),
            column("games_told", pa.int16(), "games of which players' games tell who appeared", "count", null=_UNTOLD),
            column("absent", pa.list_(_ABSENT), "regulars who are out, those who usually play most first: they missed "
                   "the latest game that is told. share: of the time, usually, 1 is a place among five; points: share "
                   "of the team's points, five in all, less that; missed: games in a row", null=_UNTOLD),
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
    "team_scores": Published(
        pa.schema([
            DAY, DATE, *_TEAM,
            column("opponent_id", pa.int32(), "the other team"),
            column("opponent_name", pa.string(), "its name; 'Team <id>' until it is known"),
            column("site", pa.string(), "where the team played: home, away or neutral"),
            column("points", pa.int16(), "points scored", "points"),
            column("points_against", pa.int16(), "points allowed", "points"),
            column("games", pa.int16(), "games of the season up to this one", "count"),
            column("wins", pa.int16(), "how many of them the team won", "count"),
            column("points_total", pa.int32(), "points scored in them", "points"),
            column("points_against_total", pa.int32(), "points allowed in them", "points"),
        ]),
        True, "every game of each team, with its points and wins added up through the season; forfeits have no points",
    ),
    "head_to_head": Published(
        pa.schema([
            TEAM1, NAME1, TEAM2, NAME2,
            column("games", pa.int16(), "times that they met in the season", "count"),
            column("team1_wins", pa.int16(), "how many of them team 1 won", "count"),
            column("team1_points", pa.int32(), "points of team 1 in them", "points"),
            column("team2_points", pa.int32(), "points of team 2 in them", "points"),
            column("last_day", pa.int16(), "day of the last of them", "day"),
            column("last_date", pa.date32(), "date of the last of them", null="the season's calendar is not known"),
            column("last_winner_id", pa.int32(), "team that won it"),
        ]),
        True, "every pair of teams that met in the season",
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
