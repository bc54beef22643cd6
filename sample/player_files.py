"""Who played and who is there: the files PlayerSeasons, Rosters and PlayerGames of a league."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hoops.games.leagues import LAST_DAY, League
from sample.box import BOX_NAMES
from sample.files import FIRST_TEAM, csv
from sample.players import CLASSES, NEVER, NOBODY, Players
from sample.plays import FIRST_PLAYER
from sample.randomness import Draws
from sample.totals import LineUps, Totals

_WHO = ("Season", "TeamID", "PlayerID", "PlayerName", "Class")
PLAYER_SEASONS = (*_WHO, "Games", "Minutes", *BOX_NAMES, "Points", "Rating")
ROSTERS = (*_WHO, "RecruitScore", "FromDay", "ToDay")
PLAYER_GAMES = ("Season", "DayNum", "TeamID", "PlayerID", "Minutes")
_RATED = 1.0  # error of a rating after a hundred minutes, in spreads of worth: less with more, wild with few


def player_files(seed: int, league: League, seasons: Sequence[int], players: Players, totals: Sequence[Totals],
                 stop_day: int | None) -> dict[str, bytes]:  # fmt: skip
    """All three; games are those of the last season. totals: of each season. stop_day: after it, nothing of the last
    season is known."""
    return {
        f"{league}PlayerSeasons.csv": csv(PLAYER_SEASONS, _player_seasons(seed, league, seasons, players, totals)),
        f"{league}Rosters.csv": csv(ROSTERS, _rosters(league, seasons, players, stop_day)),
        f"{league}PlayerGames.csv": csv(PLAYER_GAMES, _player_games(league, seasons[-1], players, totals[-1].line_ups)),
    }


def _who(league: League, season: int, players: Players, number: int) -> Iterator[tuple[tuple, tuple[int, int]]]:
    """The columns of _WHO of everybody on a roster, in order, and his school and place."""
    roster, classes = players.roster[number], players.classes(number)
    first_team = league.team_ids[0] + FIRST_TEAM
    for school in np.flatnonzero((roster != NOBODY).any(axis=1)).tolist():
        for place in np.argsort(roster[school], kind="stable").tolist():
            player = int(roster[school, place])
            name = f"{players.first[player]} {players.last[player]}".strip()
            who = (season, first_team + school, FIRST_PLAYER + player, name, CLASSES[classes[school, place]])
            yield who, (school, place)


def _player_seasons(seed: int, league: League, seasons: Sequence[int], players: Players,
                    totals: Sequence[Totals]) -> Iterator[tuple]:  # fmt: skip
    for number, (season, of_season) in enumerate(zip(seasons, totals, strict=True)):
        error = Draws(seed, league.value, season, "ratings").normal(*of_season.minutes.shape)
        error *= _RATED * players.spread / np.sqrt(np.maximum(of_season.minutes, 1) / 100)
        rating, points = players.rating[number] + error, of_season.points
        for who, at in _who(league, season, players, number):
            if of_season.games[at]:
                minutes = of_season.minutes[at]
                rated = f"{rating[at]:.1f}" if minutes else ""
                yield (*who, of_season.games[at], minutes, *of_season.box[at].tolist(), points[at], rated)


def _rosters(league: League, seasons: Sequence[int], players: Players, stop_day: int | None) -> Iterator[tuple]:
    for number, season in enumerate(seasons):
        known = LAST_DAY if stop_day is None or season != seasons[-1] else stop_day
        for who, at in _who(league, season, players, number):
            from_day, to_day = int(players.from_day[number][at]), int(players.to_day[number][at])
            recruit = players.recruit[who[2] - FIRST_PLAYER]
            if from_day <= known or from_day == NEVER:
                yield (
                    *who, "" if np.isnan(recruit) else f"{recruit:.1f}",
                    from_day if 0 < from_day < NEVER else "", to_day if to_day < min(known + 1, LAST_DAY) else "",
                )  # fmt: skip


def _player_games(league: League, season: int, players: Players, played: LineUps) -> list[tuple]:
    """Of each place that appeared in a game, in the file's order."""
    game, side, place = np.nonzero(played.appeared)
    school = played.teams[game, side]
    player = FIRST_PLAYER + players.roster[-1][school, place]
    columns = played.day[game], league.team_ids[0] + FIRST_TEAM + school, player, played.tenths[game, side, place] / 10
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return sorted((season, day, team, who, f"{minutes:g}") for day, team, who, minutes in rows)
