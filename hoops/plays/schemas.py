"""The tables of a season that are made of plays alone: every column with its description and unit.

Names and words are dictionary-encoded, as each stands in thousands of rows.
"""

from __future__ import annotations

import pyarrow as pa

from hoops.plays.vocabulary import UNSPECIFIED
from hoops.schemas import DATE, DAY, TEAM1, TEAM2, Published, column

WORD = pa.dictionary(pa.int32(), pa.string())


def _word(name: str, description: str, *, null: str = "") -> pa.Field:
    return column(name, WORD, description, null=null)


_NAME1 = _word("team1_name", "name of team 1; 'Team <id>' until it is known")
_NAME2 = _word("team2_name", "name of team 2; 'Team <id>' until it is known")
_GAME = [DAY, DATE, TEAM1, _NAME1, TEAM2, _NAME2]
_TEAM = [column("team_id", pa.int32(), "team"), _word("team_name", "its name; 'Team <id>' until it is known")]
_PLAYER = [
    column("player_id", pa.int32(), "player", null="the team did it"),
    _word("player_name", "the player's name; 'Player <id>' until it is known", null="the team did it"),
]
_EVENT = _word("event", "what was done, in words; a code that is not known stands as it is")
_DETAIL = _word("detail", f"of what kind; '{UNSPECIFIED}' where the source does not say",
                null="there are no kinds of it")  # fmt: skip
_AREA = _word("area", "area of the court", null="the source does not know it")
_PLACE = [
    column("x", pa.int8(), "place along the court, from its left end", "hundredths of 94 feet", null="not known"),
    column("y", pa.int8(), "place across the court, from below", "hundredths of 50 feet", null="not known"),
]
_NUMBER = column("play", pa.int16(), "number of the play in its game, from 1")
_SECONDS = column("seconds", pa.int16(), "played since the start of the game; regulation has 2,400", "seconds")
_PERIOD = _word("period", "half, quarter (women, since 2016) or overtime")
_RUNNING = [
    column(
        f"team{side}_score", pa.int16(), f"score of team {side} after the play, added up from what it made", "points"
    )
    for side in (1, 2)
]
_POINTS = column("points", pa.int8(), "points that the play scored", "points")
_COUNT = column("count", pa.int32(), "how often", "count")


def _counts(*names: tuple[str, str]) -> list[pa.Field]:
    return [column(name, pa.int32(), description, "count") for name, description in names]


TABLES: dict[str, Published] = {
    "plays": Published(
        pa.schema([*_GAME, _NUMBER, _SECONDS, _PERIOD, *_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, *_PLACE, _POINTS,
                   *_RUNNING]),
        True, "every play, by day, game and order of play",
    ),
    "play_games": Published(
        pa.schema([
            *_GAME,
            column("plays", pa.int16(), "plays in the log", "count"),
            column("team1_score", pa.int16(), "final score of team 1, as the log states it", "points"),
            column("team2_score", pa.int16(), "final score of team 2, as the log states it", "points"),
            column("team1_points", pa.int16(), "points of team 1 that its plays add up to", "points"),
            column("team2_points", pa.int16(), "points of team 2 that its plays add up to", "points"),
            column("complete", pa.bool_(), "true if the plays add up to the final score"),
            column("truncated", pa.bool_(), "true if the log has under 200 plays, or no field goal was made in it"),
            column("jumps", pa.int16(), "made shots after which the running score that the file states is not the one "
                   "before it and the shot's points", "count"),
            column("steps_back", pa.int16(), "made shots after which it is less for a team than before", "count"),
            column("last_seconds", pa.int16(), "time of the last play", "seconds"),
            column("overtimes", pa.int8(), "overtime periods that were begun", "count"),
            column("lead_changes", pa.int16(), "times that the lead went from one team to the other", "count"),
            column("ties", pa.int16(), "times that the score became even", "count"),
            column("team1_largest_lead", pa.int16(), "most that team 1 was ahead", "points"),
            column("team2_largest_lead", pa.int16(), "most that team 2 was ahead", "points"),
            column("team1_best_run", pa.int16(), "most that team 1 scored without an answer", "points"),
            column("team2_best_run", pa.int16(), "most that team 2 scored without an answer", "points"),
        ]),
        True, "every game with plays: whether they are all there, leads and runs",
    ),
    "score_timeline": Published(
        pa.schema([*_GAME, _NUMBER, _SECONDS, *_TEAM, *_PLAYER, _POINTS, *_RUNNING,
                   column("lead_change", pa.bool_(), "true if the lead went to the other team with this play")]),
        True, "every play that scored, and the score after it",
    ),
    "scoring_runs": Published(
        pa.schema([
            *_GAME, *_TEAM,
            column("points", pa.int16(), "points scored without an answer, 8 or more", "points"),
            column("first_seconds", pa.int16(), "time of the first of them", "seconds"),
            column("last_seconds", pa.int16(), "time of the last of them", "seconds"),
            *_RUNNING,
        ]),
        True, "stretches of eight points and more by one team alone",
    ),
    "shot_locations": Published(
        pa.schema([*_GAME, _NUMBER, _SECONDS, *_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, *_PLACE, _POINTS]),
        True, "field goals attempted where the place is known",
    ),
    "event_counts": Published(
        pa.schema([*_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, _COUNT]),
        True, "events of each player, and of each team as such, by kind and area",
    ),
    "team_event_counts": Published(
        pa.schema([*_TEAM, _EVENT, _DETAIL, _AREA, _COUNT]), True, "events of each team by kind and area",
    ),
    "event_days": Published(
        pa.schema([DAY, DATE, _EVENT, _DETAIL, _AREA, _COUNT]), True, "events of each day by kind and area",
    ),
    "player_profiles": Published(
        pa.schema([
            *_TEAM, *_PLAYER[:1], _PLAYER[1],
            *_counts(("games", "games with a play of the player"), ("total", "plays of all kinds")),
            _word("most_frequent", "the event that the player did most often; the first by its code where even"),
            *_counts(("most_frequent_count", "how often")),
            _word("least_frequent", "of the events that the player did, the one done least often"),
            *_counts(
                ("least_frequent_count", "how often"),
                ("points", "points scored"),
                ("fgm2", "two-pointers made"), ("fga2", "two-pointers attempted"),
                ("fgm3", "three-pointers made"), ("fga3", "three-pointers attempted"),
                ("ftm", "free throws made"), ("fta", "free throws attempted"),
                ("offensive_rebounds", "rebounds at the other basket"),
                ("defensive_rebounds", "rebounds at the own basket"),
                ("rebounds", "rebounds of all kinds"),
                ("assists", "assists"), ("steals", "steals"), ("blocks", "blocks"), ("turnovers", "turnovers"),
                ("fouls", "fouls committed"), ("fouls_drawn", "fouls drawn, where the source has them"),
            ),
            *(column(f"{name}_per_game", pa.float64(), f"mean {words} of the games with a play", f"{unit} per game")
              for name, words, unit in (("plays", "plays", "count"), ("points", "points", "points"),
                                        ("rebounds", "rebounds", "count"), ("assists", "assists", "count"))),
        ]),
        True, "every player of each team: moves, shooting, totals and per game",
    ),
    "shot_areas": Published(
        pa.schema([
            *_TEAM,
            column("player_id", pa.int32(), "player", null="the whole team"),
            _word("player_name", "the player's name", null="the whole team"),
            _AREA,
            column("value", pa.int8(), "what such a shot counts, 2 or 3", "points"),
            *_counts(("made", "field goals made"), ("attempted", "field goals attempted")),
        ]),
        True, "field goals by area of the court, of each player and of the whole team",
    ),
    "assist_networks": Published(
        pa.schema([
            *_TEAM,
            column("from_id", pa.int32(), "player with the assist"),
            _word("from_name", "the player's name"),
            column("to_id", pa.int32(), "player who scored"),
            _word("to_name", "the player's name"),
            *_counts(("assists", "field goals"), ("threes", "three-pointers among them")),
            column("points", pa.int32(), "points of these field goals", "points"),
        ]),
        True, "who assisted whom",
    ),
}  # fmt: skip
