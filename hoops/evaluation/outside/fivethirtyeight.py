"""FiveThirtyEight's forecasts of NCAA tournaments: favourites game by game, and teams round by round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.errors import MadnessError
from hoops.evaluation.outside.forecasts import Said
from hoops.evaluation.outside.games import stem
from hoops.evaluation.outside.sheet import Sheet
from hoops.games.leagues import Kind, League
from hoops.games.reference import Reference
from hoops.games.results import Results
from hoops.games.team_names import TeamNames

FAVOURITES = ("year", "favorite", "underdog", "favorite_probability")
ROUNDS = 7  # play-in, round of 64, ... final
_WINS = tuple(f"rd{number}_win" for number in range(1, ROUNDS + 1))
TEAMS = ("season", "forecast_date", "team", *_WINS)  # the outcomes beside them are never read

_NAME = "FiveThirtyEight"
_SEASONS = range(FIRST_SEASON, LAST_SEASON + 1)
_OWN_FIELD = 0.7  # a file is of the league in whose tournaments this share of its teams played; the other has 0.4
_ROUNDING = 0.001  # two opponents' probabilities add up to 1 within this; they have five decimals


def favourites(sheet: Sheet, league: League, reference: Reference, played: Results) -> Said | None:
    """Favourites game by game, without a date: a pair meets once in a tournament. None if of the other league."""
    seasons = sheet.whole("year", _SEASONS).tolist()
    titles = ("favorite", "underdog")
    columns = [sheet.texts(title) for title in titles]
    chances = sheet.chance("favorite_probability").tolist()
    sheet.sound()
    names = _names(reference, league, sheet.file)
    teams = [[names.team(name) for name in column] for column in columns]
    tournament = _Tournament.of(played)
    if not tournament.is_of(zip([*seasons, *seasons], [*teams[0], *teams[1]], strict=True)):
        return None
    found: dict[int, float] = {}
    unplayed = 0
    for season, favourite, underdog, chance in zip(seasons, *teams, chances, strict=True):
        row = None if favourite is None or underdog is None else tournament.row(season, favourite, underdog)
        if row is None:
            unplayed += 1
        else:
            found[row] = chance if played.team1[row] == favourite else 1.0 - chance
    unmatched = _unmatched(zip([*columns[0], *columns[1]], [*teams[0], *teams[1]], strict=True))
    return _said(sheet, found, "game by game, as the file has it", unmatched, unplayed)


def rounds(sheet: Sheet, league: League, reference: Reference, played: Results) -> Said | None:
    """Teams' probabilities of winning each round, by the date of the forecast. None if of the other league.

    A game's forecast is the latest one dated before the game's day in which its two teams have won all rounds before
    (probability 1), neither has won or lost the next one, and their probabilities of winning it add up to 1: then they
    knew of each other and had not played. A forecast dated the day itself may have been made after it (from 2016 on
    it has that day's results) and is not used.

    Raises
    ------
    MadnessError
        There is no date of day zero for a season of the file whose tournament was played.
    """
    seasons = sheet.whole("season", _SEASONS).tolist()
    dates = sheet.dates("forecast_date")
    written = sheet.texts("team")
    wins = np.stack([sheet.number(title, 0.0, 1.0) for title in _WINS], axis=1)
    sheet.sound()
    names = _names(reference, league, sheet.file)
    teams = [names.team(name) for name in written]
    tournament = _Tournament.of(played)
    if not tournament.is_of(zip(seasons, teams, strict=True)):
        return None
    awaited: dict[tuple[int, int | str], dict[date, tuple[int, float]]] = {}
    for place, (number, chance) in _next_rounds(wins):
        who = teams[place]
        of_team = awaited.setdefault((seasons[place], written[place] if who is None else who), {})
        of_team[dates[place]] = number, chance
    games_awaited = {(key, number) for key, by_date in awaited.items() for number, _ in by_date.values()}
    found: dict[int, float] = {}
    for row in tournament.of_seasons(seasons):
        season, team1, team2 = int(played.season[row]), int(played.team1[row]), int(played.team2[row])
        first, second = awaited.get((season, team1), {}), awaited.get((season, team2), {})
        played_on = _day_zero(reference, league, season, sheet.file) + timedelta(days=int(played.day[row]))
        pair = _latest(first, second, played_on)
        if pair is not None:
            number, chance1, chance2 = pair
            found[row] = chance1 / (chance1 + chance2)
            games_awaited -= {((season, team1), number), ((season, team2), number)}
    note = "teams' probabilities of the round, from the latest forecast dated before the game's day"
    unmatched = _unmatched(zip(written, teams, strict=True))
    return _said(sheet, found, note, unmatched, len(games_awaited) // 2)


@dataclass(frozen=True)
class _Tournament:
    """NCAA tournament games among those played. rows: by season and the two ids, lower first; fields: by season."""

    rows: dict[tuple[int, int, int], int]
    fields: dict[int, set[int]]

    @classmethod
    def of(cls, played: Results) -> _Tournament:
        rows: dict[tuple[int, int, int], int] = {}
        fields: dict[int, set[int]] = {}
        for row in np.flatnonzero(played.kind == Kind.NCAA.value).tolist():
            season, team1, team2 = int(played.season[row]), int(played.team1[row]), int(played.team2[row])
            rows[season, team1, team2] = row
            fields.setdefault(season, set()).update((team1, team2))
        return cls(rows, fields)

    def is_of(self, entries: Iterable[tuple[int, int | None]]) -> bool:
        """Whether a file's teams by season are those of these tournaments: both leagues' teams have the same names."""
        known = {(season, team) for season, team in entries if team is not None and season in self.fields}
        own = sum(team in self.fields[season] for season, team in known)
        return bool(known) and own >= _OWN_FIELD * len(known)

    def row(self, season: int, team: int, opponent: int) -> int | None:
        return self.rows.get((season, min(team, opponent), max(team, opponent)))

    def of_seasons(self, seasons: Iterable[int]) -> list[int]:
        wanted = set(seasons)
        return [row for (season, _, _), row in self.rows.items() if season in wanted]


def _next_rounds(wins: np.ndarray) -> Iterator[tuple[int, tuple[int, float]]]:
    """Row, and number (from 0) and probability of the round that its team is to play: neither won nor lost yet."""
    number = np.argmax(wins < 1.0, axis=1)
    chance = wins[np.arange(len(wins)), number]
    for place in np.flatnonzero((chance > 0.0) & (chance < 1.0)).tolist():
        yield place, (int(number[place]), float(chance[place]))


def _latest(
    first: dict[date, tuple[int, float]], second: dict[date, tuple[int, float]], before: date
) -> tuple[int, float, float] | None:
    """Round and both probabilities of the latest forecast in which two teams were to meet."""
    for day in sorted((day for day in first.keys() & second.keys() if day < before), reverse=True):
        (number, chance1), (other, chance2) = first[day], second[day]
        if number == other and abs(chance1 + chance2 - 1.0) <= _ROUNDING:
            return number, chance1, chance2
    return None


def _day_zero(reference: Reference, league: League, season: int, file: str) -> date:
    day_zero = reference.day_zero(season)
    if day_zero is None:
        raise MadnessError(
            f"{file} tells by dates when a forecast was made, and the data have no dates of season {season}: "
            f"{league}Seasons.csv with its DayZero is needed beside the results"
        )
    return day_zero


def _unmatched(named: Iterable[tuple[str, int | None]]) -> tuple[str, ...]:
    return tuple(sorted({name for name, team in named if team is None}))


def _said(sheet: Sheet, found: dict[int, float], note: str, unmatched: tuple[str, ...], unplayed: int) -> Said:
    rows = np.array(sorted(found), np.int64)
    return Said(
        name=_NAME,
        file=sheet.file,
        note=note,
        row=rows,
        value=np.array([found[row] for row in rows.tolist()], np.float64),
        source=np.full(len(rows), stem(sheet.file)),
        unmatched=unmatched,
        unplayed=unplayed,
    )


def _names(reference: Reference, league: League, file: str) -> TeamNames:
    names = TeamNames(reference, league)
    if not names:
        raise MadnessError(
            f"{file} names teams, and the data have no names of {league.label.lower()}'s teams: "
            f"{league}Teams.csv or {league}TeamSpellings.csv is needed beside the results"
        )
    return names
