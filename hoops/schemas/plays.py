"""The tables of a season that are made of its play-by-play.

Names and words are dictionary-encoded, as each stands in thousands of rows. Row groups have `ROWS` rows, so that one
game is read without the others: `play_games` says where its plays begin. `play_chances` has a row for each of `plays`,
in the same order.
"""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import DATE, DAY, TEAM1, TEAM2, Published, column

ROWS = 8_192  # of a row group: some twenty games

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
_DETAIL = _word("detail", "of what kind; 'unspecified' where the source does not say",
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


def _table(fields: list[pa.Field], description: str) -> Published:
    return Published(pa.schema(fields), True, description, of_plays=True)


_PLAY = [*_GAME, _NUMBER, _SECONDS, _PERIOD, *_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, *_PLACE, _POINTS, *_RUNNING]
_SITE = _word("site", "where the play's team played: home, away or neutral")
_CHANCE = column("team1_probability", pa.float64(), "probability before the game that team 1 wins", "0-1")

PLAY_TABLES: dict[str, Published] = {
    "plays": _table(
        [*_PLAY, _SITE],
        "every play of a game that is in the results, by day, game and order of play",
    ),
    "stray_plays": _table(
        _PLAY,
        "plays of games that are not in the results, kept apart: no other table counts them",
    ),
    "play_games": _table([
            *_GAME,
            _word("kind", "regular, ncaa or secondary"),
            _word("team1_site", "where team 1 played: home, away or neutral"),
            column("first_row", pa.int32(), "row of its first play in plays and play_chances, from 0", "row"),
            column("plays", pa.int16(), "plays in the log", "count"),
            column("team1_score", pa.int16(), "final score of team 1, as the log states it", "points"),
            column("team2_score", pa.int16(), "final score of team 2, as the log states it", "points"),
            column("team1_points", pa.int16(), "points of team 1 that its plays add up to", "points"),
            column("team2_points", pa.int16(), "points of team 2 that its plays add up to", "points"),
            column("complete", pa.bool_(), "true if the plays add up to the final score that the log states"),
            column("agrees", pa.bool_(), "true if the final score that the log states is that of the results"),
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
        ],
        "every game with plays: whether they are all there, leads and runs",
    ),
    "score_timeline": _table([*_GAME, _NUMBER, _SECONDS, *_TEAM, *_PLAYER, _POINTS, *_RUNNING,
                   column("lead_change", pa.bool_(), "true if the lead went to the other team with this play")],
        "every play that scored, and the score after it",
    ),
    "scoring_runs": _table([
            *_GAME, *_TEAM,
            column("points", pa.int16(), "points scored without an answer, 8 or more", "points"),
            column("first_seconds", pa.int16(), "time of the first of them", "seconds"),
            column("last_seconds", pa.int16(), "time of the last of them", "seconds"),
            *_RUNNING,
        ],
        "stretches of eight points and more by one team alone",
    ),
    "shot_locations": _table([*_GAME, _NUMBER, _SECONDS, *_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, *_PLACE, _POINTS],
        "field goals attempted where the place is known",
    ),
    "event_counts": _table([*_TEAM, *_PLAYER, _EVENT, _DETAIL, _AREA, _COUNT],
        "events of each player, and of each team as such, by kind and area",
    ),
    "team_event_counts": _table([*_TEAM, _EVENT, _DETAIL, _AREA, _COUNT], "events of each team by kind and area",
    ),
    "event_days": _table([DAY, DATE, _EVENT, _DETAIL, _AREA, _COUNT], "events of each day by kind and area",
    ),
    "player_profiles": _table([
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
        ],
        "every player of each team: moves, shooting, totals and per game",
    ),
    "shot_areas": _table([
            *_TEAM,
            column("player_id", pa.int32(), "player", null="the whole team"),
            _word("player_name", "the player's name", null="the whole team"),
            _AREA,
            column("value", pa.int8(), "what such a shot counts, 2 or 3", "points"),
            *_counts(("made", "field goals made"), ("attempted", "field goals attempted")),
        ],
        "field goals by area of the court, of each player and of the whole team",
    ),
    "assist_networks": _table([
            *_TEAM,
            column("from_id", pa.int32(), "player with the assist"),
            _word("from_name", "the player's name"),
            column("to_id", pa.int32(), "player who scored"),
            _word("to_name", "the player's name"),
            *_counts(("assists", "field goals"), ("threes", "three-pointers among them")),
            column("points", pa.int32(), "points of these field goals", "points"),
        ],
        "who assisted whom",
    ),
    "play_chances": _table([
            DAY, TEAM1, TEAM2, _NUMBER,
            column("chance", pa.float32(), "probability after the play that team 1 wins", "0-1"),
            column("leverage", pa.float32(), "how much two points mattered before the play: the chance of a team with "
                   "a point more less that with a point less", "0-1"),
            column("credited", pa.float32(), "win probability that the play added for its player's team and that is "
                   "his; 0 for a play of the team", "0-1"),
        ],
        "the chance of team 1 after every play, row by row as plays has them",
    ),
    "game_swings": _table([
            *_GAME, _CHANCE,
            column("winner_id", pa.int32(), "team that won"),
            column("excitement", pa.float32(), "sum of all changes of the chance, up or down; 4 in an average game",
                   "0-1, many times"),
            column("lowest", pa.float32(), "the smallest chance that the winner ever had: a comeback where it is low",
                   "0-1"),
            column("biggest_play", pa.int16(), "number of the play that changed the chance most"),
            column("biggest_seconds", pa.int16(), "its time", "seconds"),
            column("biggest_swing", pa.float32(), "what it changed for team 1", "0-1"),
            column("leverage", pa.float32(), "mean leverage of the plays", "0-1"),
        ],
        "how exciting every game with plays was, what came back, and its biggest swing",
    ),
    "player_chances": _table([
            *_TEAM, column("player_id", pa.int32(), "player"), _word("player_name", "the player's name"),
            *_counts(("games", "games with a play of the player")),
            column("added", pa.float64(), "win probability added by the player's plays", "wins"),
            column("added_per_game", pa.float64(), "the same in a game with a play of the player", "wins per game"),
        ],
        "win probability added by every player of each team",
    ),
}  # fmt: skip
