"""The tables of the NCAA tournament's bracket: what it is, what may become of it on each evening, what games are worth.

A row's `day` is the evening on which it was said: the games of that day were known, and no later one.
"""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import DATE, NAME1, NAME2, TEAM1, TEAM2, Published, column

_EVENING = column("day", pa.int16(), "evening of the odds: its games are known, no later ones; 132 is Selection Sunday",
                  "day")  # fmt: skip
_TEAM = [column("team_id", pa.int32(), "team"), column("team_name", pa.string(), "name; 'Team <id>' until it is known")]
_STAGES = {
    "64": "the round of 64 (of a play-in, only its winner does)", "32": "the round of 32", "16": "the Sweet 16",
    "8": "the Elite 8", "4": "the Final Four", "2": "the final", "1": "the title",
}  # fmt: skip
_NOT_PLAYED = "not played, or told by no row"


def _reach(prefix: str, how: str, null: str = "") -> list[pa.Field]:
    return [column(f"{prefix}_{stage}", pa.float64(), f"chance to reach {words}{how}", "0-1", null=null)
            for stage, words in _STAGES.items()]  # fmt: skip


def _worth(stage: str, words: str) -> list[pa.Field]:
    return [
        column(f"team{team}_{stage}_if_{result}", pa.float64(),
               f"chance of team {team} to {words} if it {'wins' if result == 'won' else 'loses'}", "0-1")
        for team in (1, 2) for result in ("won", "lost")
    ]  # fmt: skip


BRACKET_TABLES: dict[str, Published] = {
    "bracket_slots": Published(
        pa.schema([
            column("slot", pa.string(), "game of the bracket, such as R1W1, R5WX or R6CH; a play-in by its seed, W16"),
            column("round", pa.int8(), "0 play-in, 1 round of 64, ... 5 Final Four, 6 final", "round"),
            column("place", pa.int8(), "which of its round's slots, from the top of the bracket; of round r it stands "
                   "over places place * 2^(r + 1) to (place + 1) * 2^(r + 1) - 1 of the 128", "place"),
            column("region", pa.string(), "name of the region", null="of two regions, or names are not known"),
            column("strong", pa.string(), "seed, or slot whose winner plays here, of the upper side"),
            column("weak", pa.string(), "the same of the lower side"),
            column("game_day", pa.int16(), "day of the game: played, fixed, or the league's usual one", "day"),
            column("game_date", pa.date32(), "its date", null="the season's calendar is not known"),
            column("host_id", pa.int32(), "team that plays at home if it plays here", null="neutral ground"),
            column("strong_id", pa.int32(), "team of the upper side", null="not known yet"),
            column("weak_id", pa.int32(), "team of the lower side", null="not known yet"),
            column("winner_id", pa.int32(), "team that won, also without a game", null="not known yet"),
            column("strong_score", pa.int16(), "final score of the upper side", "points", null=_NOT_PLAYED),
            column("weak_score", pa.int16(), "final score of the lower side", "points", null=_NOT_PLAYED),
            column("num_ot", pa.int8(), "overtimes", "count", null=_NOT_PLAYED),
            column("strong_probability", pa.float64(), "forecast before the game that the upper side wins", "0-1",
                   null=_NOT_PLAYED),
        ]),
        True, "every game of the NCAA tournament's bracket, with its teams and score as far as they are known",
    ),
    "bracket_odds": Published(
        pa.schema([
            _EVENING, *_TEAM,
            column("seed", pa.string(), "region and seed, such as W01 or X16a"),
            column("region", pa.string(), "name of the region", null="names of regions are not known"),
            column("place", pa.int16(), "place on the line of 128 places of the bracket, from its top", "place"),
            *_reach("reach", ", exact from each game's probability"),
            *_reach("drawn", ", where a team that wins is better than was thought: mean over strengths drawn from "
                    "what is known of them", "not made for this evening"),
            column("expected_points", pa.float64(), "expected points of picking the team as far as it goes, where a "
                   "right winner counts 1, 2, 4, 8, 16, 32 by round", "points"),
        ]),
        True, "every tournament team's chance to reach each round: each evening of the newest season's tournament, "
              "Selection Sunday of the seasons before",
    ),
    "bracket_games": Published(
        pa.schema([
            _EVENING,
            column("slot", pa.string(), "game of the bracket"),
            column("strong_id", pa.int32(), "team of the upper side"),
            column("weak_id", pa.int32(), "team of the lower side"),
            column("site", pa.int8(), "+1 at the upper team's home, 0 neutral, -1 at the lower team's"),
            column("probability", pa.float64(), "that the upper team wins, if they meet", "0-1"),
            column("meeting", pa.float64(), "chance that they meet", "0-1"),
        ]),
        True, "every game that the bracket can still bring on an evening: who wins it, and how likely it is to be",
    ),
    "bracket_picks": Published(
        pa.schema([
            _EVENING,
            column("slot", pa.string(), "game of the bracket"),
            column("likely_id", pa.int32(), "its winner in the one bracket that is most likely to be all right"),
            column("best_id", pa.int32(), "its winner in the bracket with most expected points (1, 2, 4, 8, 16, 32)"),
        ]),
        True, "the most likely bracket and the one with most expected points, by evening",
    ),
    "game_worth": Published(
        pa.schema([
            _EVENING,
            column("game_day", pa.int16(), "day of the game", "day"),
            column("game_date", pa.date32(), "its date", null="the season's calendar is not known"),
            TEAM1, NAME1, TEAM2, NAME2,
            column("probability", pa.float64(), "that team 1 wins", "0-1"),
            *_worth("final_four", "reach the Final Four"), *_worth("title", "win the title"),
        ]),
        True, "what each coming game of the newest season is worth: its two teams' chances with either result",
    ),
    "projected_field": Published(
        pa.schema([
            _EVENING, DATE, *_TEAM,
            column("conference", pa.string(), "conference", null="not known"),
            column("bid", pa.float64(), "chance to be in the field", "0-1"),
            column("automatic", pa.float64(), "chance to be in as champion of its conference", "0-1"),
            column("seed", pa.string(), "region and seed in the field as projected, such as W01", null="not in it"),
            column("rank", pa.int16(), "place on the projected list of seeds and of those left out, 1 is the best"),
            column("expected_line", pa.float64(), "mean number of its seed where it is in", "1-16",
                   null="never in"),
            column("final_four", pa.float64(), "chance to reach the Final Four", "0-1"),
            column("title", pa.float64(), "chance to win the title", "0-1"),
        ]),
        True, "the field as it is projected before Selection Sunday of the newest season",
    ),
    "conference_odds": Published(
        pa.schema([
            _EVENING, DATE,
            column("conference", pa.string(), "conference"),
            *_TEAM,
            column("wins", pa.int16(), "games of the conference won so far, its tournament left out", "count"),
            column("losses", pa.int16(), "and lost", "count"),
            column("expected_wins", pa.float64(), "expected number won at the end of the regular season", "count"),
            column("season_title", pa.float64(), "chance to be first, alone or level with others", "0-1"),
            column("tournament_title", pa.float64(), "chance to win the conference's tournament", "0-1",
                   null="it has none"),
        ]),
        True, "each conference's race in the newest season: regular season and tournament",
    ),
}  # fmt: skip
