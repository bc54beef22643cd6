"""What an evening before Selection Sunday says of the field, the conferences and the games of the next days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.arrays import Bools, Floats, Ints, find
from hoops.brackets.odds import odds
from hoops.brackets.tree import BadBracket, line_of
from hoops.forecast.model import Model
from hoops.games.leagues import League
from hoops.knowledge import Knowledge, statespace
from hoops.selection.lines import bracket_of, field_size
from hoops.selection.season import Meetings, Season, season_of
from hoops.selection.seeding import seeded
from hoops.selection.simulation import FINAL_FOUR, TITLE, Simulated, simulate
from hoops.selection.strengths import Strengths, strengths
from hoops.selection.tournaments import Tournament, tournaments_of

DRAWS, PLAYS = 4000, 4
SOON = 7  # days whose games are weighed
_PULL = 20.0  # draws' worth by which a rare result is pulled towards what holds whatever the result


@dataclass(frozen=True, eq=False)
class Worth:
    """What the games of the next days are worth.

    games : Meetings (m,). chance : float64 (m,), that team `one` wins. reach : float64 (m, 2, 2, 2), chance by team
    (one, other), stage (Final Four, title) and its own result (won, lost).
    """

    games: Meetings
    chance: Floats
    reach: Floats


@dataclass(frozen=True, eq=False)
class Projection:
    """A field as it is projected; all float64 unless said otherwise, chances 0-1.

    Attributes
    ----------
    season : Season
    bid, automatic : (n,)
        To be in the field; as champion of its conference.
    expected_line : (n,)
        Mean number of its seed where it is in; NaN if never.
    reach : (n, 7)
        To reach each of `hoops.brackets.tree.STAGES`.
    rank : int (n,)
        Place on the list from 1: the field as projected, then those left out.
    seeds : mapping of seed to place in `Season.teams`
    expected_wins, season_title : (n,)
        Games of the conference won at the end of the regular season; to be first then, alone or level.
    tournament_title : (n,)
        To win the conference's tournament; NaN where there is none.
    worth : Worth
    """

    season: Season
    bid: Floats
    automatic: Floats
    expected_line: Floats
    reach: Floats
    rank: Ints
    seeds: Mapping[str, int]
    expected_wins: Floats
    season_title: Floats
    tournament_title: Floats
    worth: Worth


def projection(
    league: League,
    season: int,
    as_of: int,
    games: pa.Table,
    tables: Mapping[str, pa.Table],
    fixtures: pa.Table | None,
    known: Knowledge,
    model: Model,
) -> Projection:
    """The field of a season as it is projected on an evening before Selection Sunday.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES`, of this season and, for the sites of conference tournaments, of the one before. Of games
        after the evening only day, teams and site are read.
    tables : mapping
        Reference tables by dataset; all may be missing.
    known : Knowledge
        On that evening.

    Raises
    ------
    BadBracket
        A given bracket of a conference's tournament cannot be, or too few teams have games.
    """
    one = season_of(league, season, as_of, games, tables, fixtures)
    tournaments = tournaments_of(one, games, tables)
    return projected(one, strengths(one, known, model), tournaments, field_size(league, season, tables))


def projected(
    season: Season,
    known: Strengths,
    tournaments: Sequence[Tournament],
    size: int,
    draws: int = DRAWS,
    plays: int = PLAYS,
) -> Projection:
    """The projection from what is known of the strengths; the same season and evening draw the same.

    Raises
    ------
    BadBracket
        The season has too few teams with games to fill a field.
    """
    if len(season.teams) < size:
        raise BadBracket(
            f"{season.league.label}, season {season.season}: {len(season.teams)} teams have games, played or listed, "
            f"and a field has {size}"
        )
    seed = 1000 * season.season + season.as_of
    drawn = simulate(season, known, tournaments, size, seed, draws, plays)
    n = len(season.teams)
    inside = drawn.line > 0
    bid, lines = inside.mean(axis=0), drawn.line.sum(axis=0, dtype=np.float64)
    times = inside.sum(axis=0)
    champions = drawn.champion[drawn.champion >= 0]
    automatic = np.bincount(champions, minlength=n) / draws
    index = drawn.index.mean(axis=0)
    order, champion = _list(season, bid, automatic, index, size)
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(1, n + 1)
    own = np.where(season.conference >= 0, season.conference, -1 - np.arange(n))
    field = order[:size].tolist()
    return Projection(
        season,
        bid,
        automatic,
        np.where(times > 0, lines / np.maximum(times, 1), np.nan),
        drawn.reach.mean(axis=0, dtype=np.float64),
        rank,
        seeded(field, champion, own.tolist(), bracket_of(len(field))),
        drawn.wins.mean(axis=0, dtype=np.float64),
        drawn.first.mean(axis=0),
        _titles(season, known, tournaments, automatic),
        _worth(season, known, drawn),
    )


def _list(season: Season, bid: Floats, automatic: Floats, index: Floats, size: int) -> tuple[Ints, set[int]]:
    """All teams, the field first, and the champions: of each conference the likeliest; the others by their chance.

    The field is in the order of the committee's index, those left out are in that of their chance.
    """
    best = -np.lexsort((index, automatic)).argsort()  # ascending: the likeliest champion first
    champions = {
        int(members[np.argmin(best[members])])
        for code in range(len(season.conferences))
        if len(members := season.members(code)) and automatic[members].max() > 0.0
    }
    is_champion = np.isin(np.arange(len(bid)), sorted(champions))
    chosen = np.lexsort((-index, -bid, ~is_champion))
    inside, outside = chosen[:size], chosen[size:]
    return np.concatenate([inside[np.argsort(-index[inside], kind="stable")], outside]), champions


def _titles(season: Season, known: Strengths, tournaments: Sequence[Tournament], automatic: Floats) -> Floats:
    """Chances of the tournaments' titles: exact from each game's probability where the bracket is given."""
    found = np.full(len(season.teams), np.nan)
    for one in tournaments:
        if one.bracket is not None:
            place, _ = find(season.teams, one.bracket.teams)
            found[season.members(one.conference)] = 0.0
            found[place] = _exact(season, known, one, place)
        elif one.width > 1:
            members = season.members(one.conference)
            found[members] = automatic[members]
    return found


def _exact(season: Season, known: Strengths, tournament: Tournament, place: Ints) -> Floats:
    bracket = tournament.bracket
    assert bracket is not None
    strong, weak = place[bracket.games.strong], place[bracket.games.weak]
    number = np.array(list(map(line_of, bracket.seeds)))
    better = np.sign(number[bracket.games.weak] - number[bracket.games.strong]) * tournament.hosted
    chance = statespace.chance((known.neutral[strong, weak] + known.home * better) / known.spread[strong, weak])
    games = season.played
    decided = {}
    for row in np.flatnonzero(games.tournament & (games.inside == tournament.conference)).tolist():
        winner, loser = (games.one[row], games.other[row]) if season.won[row] else (games.other[row], games.one[row])
        teams = int(season.teams[winner]), int(season.teams[loser])
        if all(team in bracket.row for team in teams):
            decided[bracket.meeting(*teams).name] = teams[0]
    return odds(bracket, chance, decided).reach[:, TITLE]


def _worth(season: Season, known: Strengths, drawn: Simulated) -> Worth:
    """Means over the draws in which a game was won and lost; those of a tournament count where its two met."""
    games = season.to_come
    rows = np.flatnonzero(games.day <= season.as_of + SOON)
    stages = drawn.reach[:, :, [FINAL_FOUR, TITLE]]
    found = np.empty((len(rows), 2, 2, 2))
    for number, row in enumerate(rows.tolist()):
        pair = games.one[row], games.other[row]
        met, won = _results(drawn, row, pair) if games.tournament[row] else (None, drawn.won[:, row])
        for side, team in enumerate(pair):
            own = stages[:, team].astype(np.float64)
            level = own.mean(axis=0)
            for lost in (0, 1):
                those = won == (lost == side)
                those = those if met is None else those & met
                found[number, side, :, lost] = (own[those].sum(axis=0) + _PULL * level) / (those.sum() + _PULL)
    return Worth(games.rows(rows), known.chance[rows], found)


def _results(drawn: Simulated, row: int, pair: tuple[int, int]) -> tuple[Bools, Bools]:
    """In which draws two teams met in their conference's tournament, and whether the first of them won."""
    met, won = np.zeros((2, len(drawn.won)), np.bool_)
    for one in drawn.rounds:
        for first, second, result in ((one.one, one.other, one.won), (one.other, one.one, ~one.won)):
            here = (first == pair[0]) & (second == pair[1])
            met |= here.any(axis=(1, 2))
            won |= (here & result).any(axis=(1, 2))
    return met, won
