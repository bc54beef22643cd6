"""Play-by-play: what its files may hold. They are read as a stream, by `hoops.plays`."""

from __future__ import annotations

from hoops.contract.columns import (
    DAY,
    EVENTS_FOLDER,
    LOSER,
    MAX_OVERTIMES,
    MAX_PLAYER,
    MAX_POINTS,
    SEASON,
    WINNER,
    Column,
    Dataset,
    Type,
    optional,
)
from hoops.contract.payload import Limits

# The largest of Kaggle's files has 2.7 million lines and 140 MB.
LIMITS = Limits(2**30, 10_000_000, "no season has as many plays, something is in it twice")
REGULATION = 2_400  # seconds of a game without overtime
OVERTIME = 300  # seconds

_CODE, _CODE_TEXT = "[A-Za-z0-9]{1,20}", "a code of 1-20 letters and digits, such as"


def _points(title: str, name: str, description: str) -> Column:
    return Column(title, name, Type.WHOLE, description, 0, MAX_POINTS)


EVENTS = Dataset(
    "Events", EVENTS_FOLDER, True,
    "every play of a season: days ascending, and the rows of a game together and in order of play",
    (
        Column("EventID", "event_id", Type.ID, "number of the play; ascends within a game", 0, 2**31 - 1),
        SEASON, DAY, WINNER, LOSER,
        _points("WFinalScore", "winner_final", "the winner's final score; more than the loser's"),
        _points("LFinalScore", "loser_final", "the loser's final score"),
        _points("WCurrentScore", "winner_stated", "the winner's score after a made shot; else 0"),
        _points("LCurrentScore", "loser_stated", "the loser's score after a made shot; else 0"),
        Column("ElapsedSeconds", "seconds", Type.WHOLE, "seconds played since the start of the game", 0,
               REGULATION + MAX_OVERTIMES * OVERTIME),
        Column("EventTeamID", "team_id", Type.TEAM, "team of the play: the winner or the loser"),
        Column("EventPlayerID", "player_id", Type.ID, "player of the play; 0 or empty for a play of the team", 0,
               MAX_PLAYER, blank=True),
        Column("EventType", "event", Type.TEXT, "what was done", pattern=_CODE, pattern_text=f"{_CODE_TEXT} made2"),
        Column("EventSubType", "detail", Type.TEXT, "of what kind", pattern=_CODE, pattern_text=f"{_CODE_TEXT} dunk",
               blank=True),
        optional(Column("X", "x", Type.WHOLE, "share of the court's length, from the left", 0, 100)),
        optional(Column("Y", "y", Type.WHOLE, "share of the court's width, from below", 0, 100)),
        optional(Column("Area", "area", Type.WHOLE, "court area 1-13; 0 or empty if not known", 0, 99)),
    ),
    ("season", "day", "team1_id", "team2_id", "event_id"), "season", ("winner_id", "loser_id"), by_season=True,
)  # fmt: skip
