"""What the ledger holds and the fold keeps: games, fixtures, forecasts, ratings."""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import DAY, KIND, SEASON, SITE, TEAM1, TEAM2, column

BOX_COLUMNS = ("fgm", "fga", "fgm3", "fga3", "ftm", "fta", "or", "dr", "ast", "to", "stl", "blk", "pf")
BOX_TITLES = (
    "field goals made", "field goals attempted", "three-pointers made", "three-pointers attempted",
    "free throws made", "free throws attempted", "offensive rebounds", "defensive rebounds", "assists",
    "turnovers", "steals", "blocks", "personal fouls",
)  # fmt: skip


BOX = [
    column(f"team{side}_{box}", pa.int16(), f"{title}, team {side}", "count", null="the game has no box score")
    for side in (1, 2)
    for box, title in zip(BOX_COLUMNS, BOX_TITLES, strict=True)
]

SCORES = [
    column("team1_score", pa.int16(), "final score of team 1", "points"),
    column("team2_score", pa.int16(), "final score of team 2", "points"),
    column("num_ot", pa.int8(), "overtime periods; 0 also where the source did not record them", "count"),
    column("tournament", pa.string(), "name of a secondary tournament", null="not told, or the game is of none"),
]

GAMES = pa.schema([SEASON, DAY, KIND, TEAM1, TEAM2, SITE, *SCORES, *BOX])
FIXTURES = pa.schema([SEASON, DAY, TEAM1, TEAM2, SITE,
                      column("city_id", pa.int32(), "city of the game", null="not told")])  # fmt: skip

FORECAST = [
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

ABSENCES = column(
    "absences", pa.float64(), "what who is out adds to the log-odds of team 1, on neutral ground", "log-odds",
    null="nobody of the two teams is out, or the model does not see who is",
)  # fmt: skip

# What the fold keeps of a season: its games with the forecast of each, its ratings by day, and the games to come.
PREDICTED = pa.schema([*GAMES, *FORECAST])
PENDING = pa.schema([*FIXTURES, *FORECAST, ABSENCES])
ISSUED = pa.schema([SEASON, DAY, TEAM1, TEAM2, *(field for field in FORECAST if field.name.startswith("issued_"))])

RATING = [
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
RATED = pa.schema([DAY, column("team_id", pa.int32(), "team"), *RATING])
