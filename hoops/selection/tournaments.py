"""The tournaments of conferences: who can meet whom, where a bracket is given and where it is not.

The usual bracket, where none is given: as many teams as in the last tournament of the conference, or all, if all its
teams were there or nothing is known of it; seeded by games won of those played in the conference, then by our rating;
best against worst, byes for the best up to a power of two. A conference whose earlier tournaments the files do not
have, though they have others', has none: its best record is its champion. If the games of the last one were not on
neutral ground, the better seed is at home.

Once it has begun, those who have lost are out; of those who were not seen yet, as many of the best are still in as are
missing, and none once a team has won three games, or one is left of four or more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import find
from hoops.brackets.tree import CANCELLED, PLACES, BadBracket, Bracket, bracket
from hoops.games.identity import IDENTITY
from hoops.games.leagues import NEUTRAL, League
from hoops.selection.season import Places, Reals, Season

NOBODY = -1
_MEMORY = 3  # seasons back in which a conference's last tournament is looked for
_SURE = 3  # games won by one team after which nobody enters any more
_PLAYED_OUT = 4  # teams seen of which one is left: it is the champion


@dataclass(frozen=True, eq=False)
class Tournament:
    """The tournament of a conference, as far as it is known.

    conference: place in `Season.conferences`. size: teams that play in it; 1 if there is none. hosted: whether the
    better seed is at home. out, seen: bool (n,), who has lost in it and who has played. done: whether nobody enters it
    any more. bracket: as it is given; None for the usual one.
    """

    conference: int
    size: int
    hosted: bool
    out: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.bool_]
    done: bool
    bracket: Bracket | None

    @property
    def begun(self) -> bool:
        return bool(self.seen.any())

    @property
    def width(self) -> int:
        """Places of its bracket, a power of two."""
        if self.bracket is not None:
            return PLACES >> min(slot.round for slot in self.bracket.slots)
        return 1 << (self.size - 1).bit_length()

    def entries(self, season: Season, order: Places) -> Places:
        """Who stands on each place of its bracket, best first of them against the last, (..., width); -1 nobody.

        order : places of the conference's teams, best record first, (..., k).
        """
        if self.bracket is not None:
            step = PLACES // self.width
            laid = np.full(self.width, NOBODY, np.intp)
            place, there = find(season.teams, self.bracket.teams)
            if not there.all():
                missing = int(self.bracket.teams[~there][0])
                raise self.bracket.wrong(f"team {missing} is in its conference's tournament, and has no game")
            laid[self.bracket.places // step] = place
            laid = np.where((laid >= 0) & self.out[laid], NOBODY, laid)
            return np.broadcast_to(laid, (*order.shape[:-1], self.width))
        chosen = self._alive(order) if self.begun else order[..., : self.size]
        lines = seed_order(self.width)
        laid = np.full((*order.shape[:-1], self.width), NOBODY, np.intp)
        there = lines < chosen.shape[-1]
        laid[..., there] = chosen[..., lines[there]]
        return laid

    def _alive(self, order: Places) -> Places:
        """The teams in order, with nobody in the place of those who are out."""
        size = max(self.size, int(self.seen.sum()))
        enter = np.cumsum(~self.seen[order], axis=-1)
        missing = 0 if self.done else size - int(self.seen.sum())
        still = np.where(self.seen[order], ~self.out[order], enter <= missing)
        return np.where(still, order, NOBODY)


def tournaments_of(season: Season, games: pa.Table, tables: Mapping[str, pa.Table]) -> list[Tournament]:
    """The tournament of each conference that has one or a champion without one, on an evening.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES` of the season before: the sites of its tournaments.
    tables : mapping
        ConferenceTourneyGames, TeamConferences, ConferenceTourneySeeds, ConferenceTourneySlots; all may be missing.

    Raises
    ------
    BadBracket
        Seeds and slots of a given bracket do not fit together.
    """
    last = _last_ones(season, tables)
    sites = _hosted(season, games, tables)
    found = []
    for code, name in enumerate(season.conferences):
        members = season.members(code)
        if len(members) == 0:
            continue
        of_it = (season.played.inside == code) & season.played.tournament
        one, other, won = season.played.one[of_it], season.played.other[of_it], season.won[of_it]
        out, seen = np.zeros((2, len(season.teams)), np.bool_)
        out[np.where(won, other, one)] = True
        seen[one] = seen[other] = True
        wins = np.bincount(np.where(won, one, other), minlength=1)
        given = given_bracket(tables, season.league, season.season, name)
        size = last[name] if name in last else len(members)
        if (
            size == 1
            and given is None
            and (seen.any() or (season.to_come.tournament & (season.to_come.inside == code)).any())
        ):
            size = len(members)
        size = max(1, min(size, len(members)))
        over = int(seen.sum()) >= _PLAYED_OUT and int(seen.sum()) - int(out.sum()) == 1
        done = over or int(wins.max(initial=0)) >= _SURE
        found.append(Tournament(code, size, sites.get(name, False), out, seen, done, given))
    return found


def given_bracket(tables: Mapping[str, pa.Table], league: League, season: int, conference: str) -> Bracket | None:
    """The bracket of a conference's tournament, from ConferenceTourneySeeds and ConferenceTourneySlots.

    Raises
    ------
    BadBracket
        Seeds and slots do not fit together; the text names the conference.
    """
    parts = []
    for name, columns in (("Seeds", ("seed", "team_id")), ("Slots", ("slot", "strong_seed", "weak_seed"))):
        table = tables.get(f"ConferenceTourney{name}")
        if table is None:
            return None
        rows = table.filter(pc.and_(pc.equal(table["season"], season), pc.equal(table["conference"], conference)))
        parts.append(list(zip(*(rows[column].to_pylist() for column in columns), strict=True)))
    seeds, slots = parts
    if not seeds or not slots:
        return None
    try:
        return bracket(league, season, seeds, slots)
    except BadBracket as error:
        raise BadBracket(f"tournament of {conference}: {error}") from error


def seed_order(width: int) -> Places:
    """Which seed, from 0, stands on each place of a bracket: the best two meet in the final.

    >>> seed_order(8).tolist()
    [0, 7, 3, 4, 1, 6, 2, 5]
    """
    order = [0]
    while len(order) < width:
        order = [seed for one in order for seed in (one, 2 * len(order) - 1 - one)]
    return np.array(order, np.intp)


def _last_ones(season: Season, tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Teams of the last tournament by conference, 1 where there was none; not told of those that are new.

    If all teams of the conference were in it, all are in again: it is left out too.
    """
    table, members = tables.get("ConferenceTourneyGames"), tables.get("TeamConferences")
    if table is None or members is None:
        return {}
    found: dict[str, int] = {}
    for year in range(season.season - 1, season.season - 1 - _MEMORY, -1):
        games, then = (one.filter(pc.equal(one["season"], year)) for one in (table, members))
        if games.num_rows == 0 or year in CANCELLED:
            continue
        teams: dict[str, set[int]] = {}
        for name in IDENTITY[2:]:
            for conference, team in zip(games["conference"].to_pylist(), games[name].to_pylist(), strict=True):
                teams.setdefault(conference, set()).add(team)
        sizes = {one["values"]: one["counts"] for one in pc.value_counts(then["conference"]).to_pylist()}
        for conference, of_it in sizes.items():
            played = len(teams.get(conference, ()))
            size = 0 if played == of_it else played or 1
            if found.get(conference, 1) == 1:
                found[conference] = size
    return {name: size for name, size in found.items() if size}


def _hosted(season: Season, games: pa.Table, tables: Mapping[str, pa.Table]) -> dict[str, bool]:
    """Whether most games of the last season's tournament were at the home of one of the two, by conference."""
    table = tables.get("ConferenceTourneyGames")
    if table is None:
        return {}
    marked, played = (one.filter(pc.equal(one["season"], season.season - 1)) for one in (table, games))
    keys = zip(*(played[name].to_pylist() for name in IDENTITY[1:]), strict=True)
    site = dict(zip(keys, played["site"].to_pylist(), strict=True))
    at_home: dict[str, list[bool]] = {}
    for conference, *key in zip(*(marked[name].to_pylist() for name in ("conference", *IDENTITY[1:])), strict=True):
        if tuple(key) in site:
            at_home.setdefault(conference, []).append(site[tuple(key)] != NEUTRAL)
    return {name: 2 * sum(homes) > len(homes) for name, homes in at_home.items()}


def rates(won: Reals, lost: Reals) -> Reals:
    """Share of games won, 0 of none."""
    played = won + lost
    share: Reals = won / np.where(played > 0.0, played, 1.0)
    return share
