"""Every file of the contract, column by column: one declarative spec that reader, documentation and tests share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import pyarrow as pa

from hoops.games.identity import IDENTITY
from hoops.games.leagues import LAST_DAY, League
from hoops.schemas import BOX_COLUMNS, BOX_TITLES, CLASSES, FIXTURES, GAMES, PLAYER_GAMES, PLAYER_SEASONS, ROSTERS

FIRST_SEASON, LAST_SEASON = 1980, 2100
MAX_POINTS = 300  # the record of Division I is 186
MAX_OVERTIMES = 20  # the record is 7
MAX_TEXT = 200
MAX_PLAYER = 9_999_999  # of play-by-play
MAX_PERSON = 999_999_999  # of players' files
MAX_GAMES = 60  # the record of a season is 41
MAX_MINUTES = 3000.0  # of a season: 60 games with two overtimes each
MAX_GAME_MINUTES = 75.0  # of a game: the longest ever had seven overtimes
MAX_TOTAL = 5000  # the record of points is 1,381
MAX_RATING = 1000.0  # ratings of players with few minutes are wild; one real one is 685

FOLDERS = ("results", "fixtures", "retractions", "reference", "events", "players")
RESULTS, FIXTURES_FOLDER, RETRACTIONS_FOLDER, REFERENCE, EVENTS_FOLDER, PLAYERS_FOLDER = FOLDERS

SEED = r"[WXYZ](0[1-9]|1[0-6])[ab]?"
SLOT = r"R[1-6][A-Z0-9]{2}|[WXYZ](0[1-9]|1[0-6])"


class Type(Enum):
    """What a cell holds."""

    WHOLE = "whole number"
    ID = "id"
    TEAM = "team id"  # its range is the league's
    TEXT = "text"
    DATE = "date"  # of a season's day zero
    DEGREES = "degrees"
    DECIMAL = "number"

    @property
    def arrow(self) -> pa.DataType:
        return _ARROW[self]

    @property
    def is_number(self) -> bool:
        return self in (Type.WHOLE, Type.ID, Type.TEAM)


_ARROW = {
    Type.WHOLE: pa.int16(),
    Type.ID: pa.int32(),
    Type.TEAM: pa.int32(),
    Type.TEXT: pa.string(),
    Type.DATE: pa.date32(),
    Type.DEGREES: pa.float64(),
    Type.DECIMAL: pa.float64(),
}


@dataclass(frozen=True)
class Column:
    """A column of a file.

    title: its name in the file's header.
    name: its name in the table that the reader gives.
    required: the header must have it.
    blank: a cell may be empty, which becomes null.
    spellings: other ways to write the choices, in lower case, each with the choice that it means.
    """

    title: str
    name: str
    type: Type
    description: str
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    pattern_text: str = ""
    required: bool = True
    blank: bool = False

    def bounds(self, league: League | None) -> tuple[float, float]:
        """Smallest and largest number allowed."""
        if self.type is not Type.TEAM:
            return self.low, self.high
        ranges = [league.team_ids] if league else [each.team_ids for each in League]
        return ranges[0][0], ranges[-1][-1]

    def allowed(self, league: League | None) -> str:
        """What may stand in a cell, in words."""
        text = self._allowed(league)
        return f"{text}, or empty" if self.blank else text

    def _allowed(self, league: League | None) -> str:
        low, high = self.bounds(league)
        match self.type:
            case Type.TEAM if league:
                return f"{league.label.lower()}'s team id {low}-{high}, as the file's name begins with {league}"
            case Type.TEAM:
                men, women = League.MEN.team_ids, League.WOMEN.team_ids
                return f"team id of the file's league: {men[0]}-{men[-1]} men, {women[0]}-{women[-1]} women"
            case Type.WHOLE | Type.ID:
                return f"whole number {low}-{high}"
            case Type.DATE:
                return "a Monday in October or November, as month/day/year (11/06/2023) or 2023-11-06"
            case Type.DEGREES:
                return f"degrees from {low} to {high}, such as {high / 2 + 0.25}"
            case Type.DECIMAL:
                return f"number from {low:g} to {high:g}, whole or with a decimal point"
        if self.choices:
            text = ", ".join(self.choices[:-1]) + f" or {self.choices[-1]}"
            return f"{text}, or a usual word for it ({self.pattern_text})" if self.spellings else text
        return self.pattern_text or f"text of 1-{MAX_TEXT} characters"


_OF_PLAYERS = {"PlayerSeasons": PLAYER_SEASONS, "Rosters": ROSTERS, "PlayerGames": PLAYER_GAMES}


@dataclass(frozen=True)
class Dataset:
    """A file of the contract.

    name: the file's name without league letter, season, timestamp and ending.
    key: columns (of the reader's table) that no two rows share.
    unit: column by which a newer file replaces an older one: all older rows with a value of it that the newer file
        has are gone; None: a newer file replaces the older one whole. In players' files it counts within a season, in
        players' games within a day.
        (Results, fixtures and retractions have rules of their own: see `hoops.contract.merge`.)
    pair: the two columns of the file that name the two teams of a game; they become team1_id < team2_id.
    by_season: a file is of one season, which stands in its name.
    """

    name: str
    folder: str
    by_league: bool
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unit: str | None = None
    pair: tuple[str, str] | None = None
    by_season: bool = False

    @property
    def schema(self) -> pa.Schema:
        """Schema of the table that the reader gives."""
        if self.folder == RESULTS:
            return GAMES
        if self.folder == FIXTURES_FOLDER:
            return FIXTURES
        if self.folder == PLAYERS_FOLDER:
            return _OF_PLAYERS[self.name]
        names = dict(zip(self.pair, ("team1_id", "team2_id"), strict=True)) if self.pair else {}
        return pa.schema(
            [
                pa.field(
                    names.get(column.name, column.name),
                    column.type.arrow,
                    nullable=column.blank or not column.required,
                    metadata={"description": column.description},
                )
                for column in self.columns
            ]
        )


SEASON = Column("Season", "season", Type.WHOLE, "year in which the season ends", FIRST_SEASON, LAST_SEASON)
DAY = Column("DayNum", "day", Type.WHOLE, "days since the season's day zero", 0, LAST_DAY)
TEAM = Column("TeamID", "team_id", Type.TEAM, "team")
WINNER = Column("WTeamID", "winner_id", Type.TEAM, "team that won")
LOSER = Column("LTeamID", "loser_id", Type.TEAM, "team that lost")
TEAM1 = Column("Team1ID", "team1_id", Type.TEAM, "one team")
TEAM2 = Column("Team2ID", "team2_id", Type.TEAM, "the other team")
CONFERENCE = Column("ConfAbbrev", "conference", Type.TEXT, "conference, as abbreviated in Conferences")
_CITY = Column("CityID", "city_id", Type.ID, "city of the game, as in Cities", 1, 999_999)
_TOURNEY = Column("SecondaryTourney", "tournament", Type.TEXT, "name of the tournament, such as NIT")


def optional(column: Column) -> Column:
    return replace(column, required=False, blank=True)


def _points(title: str, name: str, description: str) -> Column:
    return Column(title, name, Type.WHOLE, description, 0, MAX_POINTS)


_COMPACT = (
    SEASON,
    DAY,
    WINNER,
    _points("WScore", "winner_score", "the winner's points; more than the loser's"),
    LOSER,
    _points("LScore", "loser_score", "the loser's points"),
    Column("WLoc", "loc", Type.TEXT, "the WINNER's site: home, away or neutral", choices=("H", "A", "N")),
    Column("NumOT", "num_ot", Type.WHOLE, "overtime periods; 0 where not recorded", 0, MAX_OVERTIMES),
)
_BOX_NAMES = ("FGM", "FGA", "FGM3", "FGA3", "FTM", "FTA", "OR", "DR", "Ast", "TO", "Stl", "Blk", "PF")
_BOX = tuple(
    _points(f"{side[0].upper()}{title}", f"{side}_{column}", f"{words} by the {side}")
    for side in ("winner", "loser")
    for title, column, words in zip(_BOX_NAMES, BOX_COLUMNS, BOX_TITLES, strict=True)
)
_KINDS = {
    "RegularSeason": "regular season games, conference tournaments included",
    "NCAATourney": "NCAA tournament games",
    "SecondaryTourney": "games of the NIT and other secondary tournaments",
}


def _results() -> list[Dataset]:
    return [
        Dataset(
            f"{kind}{form}Results", RESULTS, True,
            description + (" with box scores" if form == "Detailed" else ""),
            _COMPACT
            + (_BOX if form == "Detailed" else ())
            + ((optional(_TOURNEY),) if kind == "SecondaryTourney" else ()),
            IDENTITY, pair=("winner_id", "loser_id"),
        )
        for kind, description in _KINDS.items()
        for form in ("Compact", "Detailed")
    ]  # fmt: skip


def _text(title: str, name: str, description: str, pattern: str = "", pattern_text: str = "") -> Column:
    return Column(title, name, Type.TEXT, description, pattern=pattern, pattern_text=pattern_text)


_REGIONS = tuple(
    Column(f"Region{region}", f"region_{region.lower()}", Type.TEXT, f"name of region {region}",
           required=False, blank=True)
    for region in "WXYZ"
)  # fmt: skip
_SEED_TEXT = "region W-Z, seed 01-16, and a or b in a play-in: W01, X16a"
_SEED = _text("Seed", "seed", "region and seed; a and b meet in a play-in", SEED, _SEED_TEXT)
_SLOT_TEXT = "a slot such as R1W1 or R6CH, or a play-in's seed such as X16"
_FEED_TEXT = "a seed such as W01 or X16a, or a slot such as R1W1"
_SLOTS = (
    _text("Slot", "slot", "the game; its winner is named by it", SLOT, _SLOT_TEXT),
    _text("StrongSeed", "strong_seed", "seed or slot of the better seeded side", f"{SEED}|{SLOT}", _FEED_TEXT),
    _text("WeakSeed", "weak_seed", "seed or slot of the other side", f"{SEED}|{SLOT}", _FEED_TEXT),
)
_FIRST_D1 = Column("FirstD1Season", "first_d1_season", Type.WHOLE, "first season in Division I (men's file only)",
                   FIRST_SEASON, LAST_SEASON, required=False, blank=True)  # fmt: skip
_LAST_D1 = Column("LastD1Season", "last_d1_season", Type.WHOLE, "last season in Division I (men's file only)",
                  FIRST_SEASON, LAST_SEASON, required=False, blank=True)  # fmt: skip

_REFERENCE = [
    Dataset("Teams", REFERENCE, True, "team names",
            (TEAM, _text("TeamName", "team_name", "name of the team"), _FIRST_D1, _LAST_D1),
            ("team_id",), "team_id"),
    Dataset("Seasons", REFERENCE, True, "calendars: a game's date is DayZero + DayNum",
            (SEASON, Column("DayZero", "day_zero", Type.DATE, "date of day 0, in the year before the season's"),
             *_REGIONS),
            ("season",), "season"),
    Dataset("NCAATourneySeeds", REFERENCE, True, "NCAA tournament seeds", (SEASON, _SEED, TEAM),
            ("season", "seed"), "season"),
    Dataset("NCAATourneySlots", REFERENCE, True, "NCAA tournament bracket: who meets in each slot",
            (SEASON, *_SLOTS), ("season", "slot"), "season"),
    Dataset("TeamConferences", REFERENCE, True, "each team's conference by season", (SEASON, TEAM, CONFERENCE),
            ("season", "team_id"), "season"),
    Dataset("GameCities", REFERENCE, True, "cities of games played",
            (SEASON, DAY, WINNER, LOSER,
             Column("CRType", "kind", Type.TEXT, "kind of game", choices=("Regular", "NCAA", "Secondary")), _CITY),
            IDENTITY, "season", ("winner_id", "loser_id")),
    Dataset("ConferenceTourneyGames", REFERENCE, True, "which games belong to a conference tournament",
            (SEASON, CONFERENCE, DAY, WINNER, LOSER), IDENTITY, "season", ("winner_id", "loser_id")),
    Dataset("ConferenceTourneySeeds", REFERENCE, True,
            "seeds of conference tournaments, each of one region, W: not Kaggle's, and optional",
            (SEASON, CONFERENCE, _SEED, TEAM), ("season", "conference", "seed"), "season"),
    Dataset("ConferenceTourneySlots", REFERENCE, True,
            "brackets of conference tournaments: the final is R6CH, the round before it R5, and so on down; a team "
            "with a bye enters later",
            (SEASON, CONFERENCE, *_SLOTS), ("season", "conference", "slot"), "season"),
    Dataset("SecondaryTourneyTeams", REFERENCE, True, "fields of secondary tournaments", (SEASON, _TOURNEY, TEAM),
            ("season", "tournament", "team_id"), "season"),
    Dataset("TeamSpellings", REFERENCE, True, "other spellings of team names",
            (_text("TeamNameSpelling", "spelling", "a spelling in lower case"), TEAM), ("spelling",), "spelling"),
    Dataset("Players", REFERENCE, True,
            "players: who each id is, for play-by-play",
            (Column("PlayerID", "player_id", Type.ID, "player; each league has ids of its own", 1, MAX_PLAYER),
             replace(_text("LastName", "last_name", "last name, as the source has it"), blank=True),
             replace(_text("FirstName", "first_name", "first name, as the source has it"), blank=True), TEAM),
            ("player_id",), "player_id"),
    Dataset("TeamCoaches", REFERENCE, True, "head coaches",
            (SEASON, TEAM,
             Column("FirstDayNum", "first_day", Type.WHOLE, "first day in office", 0, LAST_DAY),
             Column("LastDayNum", "last_day", Type.WHOLE, "last day in office", 0, LAST_DAY),
             _text("CoachName", "coach", "the coach")),
            ("season", "team_id", "first_day", "coach"), "season"),
    Dataset("NCAATourneySeedRoundSlots", REFERENCE, True, "the slot of each seed in each round, and its days",
            (_SEED, Column("GameRound", "round", Type.WHOLE, "0 play-in, 1 round of 64, ... 6 final", 0, 6),
             _text("GameSlot", "slot", "slot of the game", SLOT, _SLOT_TEXT),
             Column("EarlyDayNum", "early_day", Type.WHOLE, "first day the game may be played", 0, LAST_DAY),
             Column("LateDayNum", "late_day", Type.WHOLE, "last day the game may be played", 0, LAST_DAY)),
            ("seed", "round")),
    Dataset("Cities", REFERENCE, False, "cities, both leagues'",
            (replace(_CITY, description="city"), _text("City", "city", "name of the city"),
             replace(_text("State", "state", "state, territory or country"), blank=True),
             optional(Column("Lat", "latitude", Type.DEGREES, "latitude of the city, north positive", -90, 90)),
             optional(Column("Lon", "longitude", Type.DEGREES, "longitude of the city, east positive", -180, 180))),
            ("city_id",), "city_id"),
    Dataset("Conferences", REFERENCE, False, "conference names, both leagues'",
            (CONFERENCE, _text("Description", "description", "name of the conference")), ("conference",), "conference"),
]  # fmt: skip

_YEARS = ("freshman", "sophomore", "junior", "senior", "graduate")
_CLASS_WORDS = tuple(
    (f"{before}{word}", year)
    for year, long in zip(CLASSES, _YEARS, strict=True)
    for word in (year.lower(), f"{year.lower()}.", long)
    for before in ("", "r-", "rs-", "rs ", "redshirt ")
) + tuple((word, "Gr") for word in ("graduate student", "grad", "fifth year", "5th", "5th year"))
_PLAYER = (
    SEASON,
    TEAM,
    Column("PlayerID", "player_id", Type.ID, "player; the same through seasons and transfers", 1, MAX_PERSON),
)
_PLAYER_NAME = replace(_text("PlayerName", "player_name", "name, as the source has it"), blank=True)
_CLASS = optional(
    Column("Class", "class", Type.TEXT, "year of college", choices=CLASSES, spellings=_CLASS_WORDS,
           pattern_text="Freshman, R-So., Redshirt Junior, Graduate Student")
)  # fmt: skip
_PLAYERS = [
    Dataset("PlayerSeasons", PLAYERS_FOLDER, True,
            "what each player did in a season, for a team; forecasts know it from the next season on",
            (*_PLAYER, _PLAYER_NAME,
             Column("Games", "games", Type.WHOLE, "games in which the player appeared", 0, MAX_GAMES),
             Column("Minutes", "minutes", Type.DECIMAL, "minutes played in the season", 0, MAX_MINUTES),
             _CLASS,
             *(optional(Column(title, name, Type.WHOLE, f"{words} in the season", 0, MAX_TOTAL))
               for title, name, words in zip((*_BOX_NAMES, "Points"), (*BOX_COLUMNS, "points"),
                                             (*BOX_TITLES, "points"), strict=True)),
             optional(Column("Rating", "rating", Type.DECIMAL, "a quality that somebody else made, such as a box "
                             "plus-minus: points per 100 possessions above average", -MAX_RATING, MAX_RATING))),
            ("season", "team_id", "player_id"), "team_id"),
    Dataset("Rosters", PLAYERS_FOLDER, True,
            "who is on a team in a season; forecasts know it from the season's first day on",
            (*_PLAYER, optional(_PLAYER_NAME), _CLASS,
             optional(Column("RecruitScore", "recruit_score", Type.DECIMAL, "how recruiters rated the player", 0, 100)),
             optional(Column("FromDay", "from_day", Type.WHOLE, "first day on which the player can appear, such as "
                             "after a late arrival; after day 14 (or, where no row of the season is earlier, 14 days "
                             "after its first), the player is not there when the season begins", 0,
                             LAST_DAY)),
             optional(Column("ToDay", "to_day", Type.WHOLE, "last day on which the player can appear, such as before "
                             "an injury that ends the season; not known when the season begins", 0, LAST_DAY))),
            ("season", "team_id", "player_id"), "team_id"),
    Dataset("PlayerGames", PLAYERS_FOLDER, True,
            "who appeared in a game, a row a player; forecasts know it from the day after on",
            (SEASON, DAY, TEAM,
             replace(_PLAYER[-1], description="player; the same through the season"),
             Column("Minutes", "minutes", Type.DECIMAL, "minutes played; who has 0 did not appear", 0,
                    MAX_GAME_MINUTES),
             optional(_points("Points", "points", "points scored"))),
            ("season", "day", "team_id", "player_id"), "team_id"),
]  # fmt: skip

# Those that are read whole; play-by-play, which is not, is in `hoops.contract.events`.
DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in [
        *_results(),
        Dataset("Fixtures", FIXTURES_FOLDER, True, "games to come: the whole list for each season that it names",
                (SEASON, DAY, TEAM1, TEAM2,
                 Column("Loc", "loc", Type.TEXT, "site of Team1: home, away or neutral", choices=("H", "A", "N")),
                 optional(_CITY)),
                IDENTITY, "season", ("team1_id", "team2_id")),
        Dataset("Retractions", RETRACTIONS_FOLDER, True, "games that are taken back, and fixtures that are cancelled",
                (SEASON, DAY, TEAM1, TEAM2), IDENTITY, pair=("team1_id", "team2_id")),
        *_REFERENCE,
        *_PLAYERS,
    ]
}  # fmt: skip
