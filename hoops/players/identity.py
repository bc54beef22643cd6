"""Who is who: a player under another id than last season, known again by name.

Ids stay with a player through seasons and transfers, and then nothing here does anything. Some sources give a new one,
to who transfers for instance. Then, of the seasons one after the other:

1. A row is looked at if its id was in no earlier season, and it has a name.
2. It can be who was there in one of the last two seasons, under the same name, and is not on the list of the new one
   under the old id. Names are the same if they are but for case, accents, punctuation, spaces, Jr., III and the like;
   'Bauer, Brooke' is Brooke Bauer.
3. Nobody goes back a class, or on by more classes than seasons have passed; who changes the team goes on by one at
   least, or is a senior.
4. If there is exactly one such player who was on the same team, that is who it is. If there is none, and nobody else in
   the league has that name, neither of those who were there nor of those who are new, it is the one on another team.
5. If there are several, or two rows would be the same player, they stay apart, and are counted.

A season's roster is looked at before its totals, with nothing that was not known when the season began: what a roster's
row is called never depends on what came later.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from hoops.arrays import Ids
from hoops.games.player_names import display_name
from hoops.schemas import CLASSES

LOOKS_BACK = 2  # seasons
_RANK = {name: rank for rank, name in enumerate(CLASSES)}
_CLEAN = re.compile(r"[A-Z][A-Za-z]*([ -][A-Z][A-Za-z]*)*(?<![a-z][JS]r)")  # but 'HenryJr'
_SUFFIX = re.compile(r" (jr|sr|ii|iii|iv|v)$")
_KEY = ("season", "team_id", "player_id")
_NAMED = ["player_id", "player_name"]


@dataclass(frozen=True)
class Links:
    """What came of it, by season. same_team, other_team: players known again by name. apart: rows that could have been
    several players, or the same one.
    """

    same_team: Counter[int] = field(default_factory=Counter)
    other_team: Counter[int] = field(default_factory=Counter)
    apart: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Row:
    place: int  # in its table
    player: int
    team: int
    name: str
    rank: int | None  # of the class


@dataclass
class _Person:
    """A player as last seen."""

    season: int
    teams: set[int]
    name: str
    rank: int | None


def folded_name(name: str) -> str:
    """A name without what sources differ in; empty if nothing of it is left.

    >>> folded_name("C. J. O'Néal, Jr."), folded_name("Bauer, Brooke")
    ('cjoneal', 'brookebauer')
    """
    if _CLEAN.fullmatch(name):  # as most are: there is nothing to put right
        return _SUFFIX.sub("", name.lower().replace("-", " ")).replace(" ", "")
    return _folded(name)


def _folded(name: str) -> str:
    last, comma, first = name.partition(",")
    if comma and first.strip() and not _SUFFIX.match(f" {first.strip().rstrip('.').lower()}"):
        name = f"{first} {last}"
    plain = unicodedata.normalize("NFKD", display_name("", name) or "").casefold()
    spaced = re.sub(r"[\s\-]+", " ", "".join(one for one in plain if one.isalnum() or one in " -")).strip()
    return _SUFFIX.sub("", spaced).replace(" ", "")


def linked(seasons: pa.Table, rosters: pa.Table) -> tuple[pa.Table, pa.Table, Links]:
    """Both tables with one id a player, sorted as before, and how many were known again.

    Parameters
    ----------
    seasons, rosters
        Schemas `hoops.schemas.PLAYER_SEASONS` and `ROSTERS`, whole.
    """
    told = _People()
    tables = {"rosters": rosters, "seasons": seasons}  # the roster is known first
    players, folded = _namesakes(tables.values())
    rows = {name: _rows(table, players, folded) for name, table in tables.items()}
    ids = {name: table["player_id"].to_numpy().copy() for name, table in tables.items()}
    for season in sorted({*rows["rosters"], *rows["seasons"]}):
        for name in tables:
            here = rows[name].get(season, [])
            told.look(season, here)
            called = told.called(here)
            told.enter(season, here, called)
            ids[name][[row.place for row in here]] = called
    return _with_ids(seasons, ids["seasons"]), _with_ids(rosters, ids["rosters"]), told.links


class _People:
    """Players seen so far, and under which ids."""

    def __init__(self) -> None:
        self.links = Links()
        self._seen: set[int] = set()  # ids
        self._alias: dict[int, int] = {}  # ids of players who are known by an earlier one, in the order of finding
        self._people: dict[int, _Person] = {}

    def look(self, season: int, rows: list[_Row]) -> None:
        """Know new ids of a season's rows again."""
        new = [row for row in rows if row.player not in self._seen and row.name]
        if not new or not self._people:
            return
        listed = {*(self._alias.get(row.player, row.player) for row in rows)}
        listed |= {who for who, person in self._people.items() if person.season == season}
        wanted = {row.name for row in new}
        there: dict[str, list[int]] = defaultdict(list)
        for who, person in self._people.items():
            if person.name in wanted and season - LOOKS_BACK <= person.season < season and who not in listed:
                there[person.name].append(who)
        ids_of_name: dict[str, set[int]] = defaultdict(set)
        for row in new:
            ids_of_name[row.name].add(row.player)
        found: dict[int, tuple[int, bool]] = {}
        for row in new:
            match = self._same_team(season, row, there[row.name])
            if len(match) > 1:
                self.links.apart[season] += 1
            elif match:
                found[row.player] = match[0], True
            elif others := self._other_team(season, row, there[row.name]):
                if len(there[row.name]) == 1 and len(ids_of_name[row.name]) == 1:
                    found[row.player] = others[0], False
                else:
                    self.links.apart[season] += 1
        claims = Counter(who for who, _ in found.values())
        for player, (who, on_same_team) in sorted(found.items()):
            if claims[who] > 1:
                self.links.apart[season] += 1
                continue
            self._alias[player] = who
            (self.links.same_team if on_same_team else self.links.other_team)[season] += 1

    def called(self, rows: list[_Row]) -> list[int]:
        """The id of each row's player; an alias only where nobody of the rows has the earlier id himself."""
        own = {row.player for row in rows}
        holder: dict[int, int] = {}
        for alias in (one for one in self._alias if one in own):
            holder.setdefault(self._alias[alias], alias)
        ids = []
        for row in rows:
            who = self._alias.get(row.player)
            is_free = who is not None and who not in own and holder[who] == row.player
            ids.append(who if who is not None and is_free else row.player)
        return ids

    def enter(self, season: int, rows: list[_Row], ids: Iterable[int]) -> None:
        self._seen |= {row.player for row in rows}
        for row, who in zip(rows, ids, strict=True):
            person = self._people.get(who)
            if person is None or person.season < season:
                rank = row.rank if row.rank is not None or person is None else person.rank
                name = row.name or (person.name if person else "")
                self._people[who] = _Person(season, {row.team}, name, rank)
            else:
                person.teams.add(row.team)
                person.name, person.rank = row.name or person.name, _larger(person.rank, row.rank)

    def _same_team(self, season: int, row: _Row, there: list[int]) -> list[int]:
        return [who for who in there if row.team in self._people[who].teams and self._goes_on(season, row, who, 0)]

    def _other_team(self, season: int, row: _Row, there: list[int]) -> list[int]:
        return [who for who in there if row.team not in self._people[who].teams and self._goes_on(season, row, who, 1)]

    def _goes_on(self, season: int, row: _Row, who: int, by: int) -> bool:
        """Whether a row's class can follow a player's; `by`: how many classes it is to be later at least."""
        was, passed = self._people[who].rank, season - self._people[who].season
        if row.rank is None or was is None:
            return by == 0  # without a class, a name alone does not say who came from another team
        return min(was + by, _RANK["Sr"]) <= row.rank <= was + passed


def _larger(one: int | None, other: int | None) -> int | None:
    return max((rank for rank in (one, other) if rank is not None), default=None)


def _namesakes(tables: Iterable[pa.Table]) -> tuple[Ids, dict[str | None, str]]:
    """Players of whose names another has one too, as nobody else can be known again; and all names, folded."""
    pairs = pa.concat_tables([table.select(_NAMED) for table in tables]).group_by(_NAMED, use_threads=False)
    players, names = (column.to_pylist() for column in pairs.aggregate([]).select(_NAMED).columns)
    folded: dict[str | None, str] = {None: ""} | {name: folded_name(name) for name in {*names} - {None}}
    called: dict[str, set[int]] = defaultdict(set)
    for player, name in zip(players, names, strict=True):
        called[folded[name]].add(player)
    alike = {player for name, several in called.items() if name and len(several) > 1 for player in several}
    return np.array(sorted(alike), np.int32), folded


def _rows(table: pa.Table, players: Ids, folded: Mapping[str | None, str]) -> dict[int, list[_Row]]:
    """Rows of some players by season, in their order."""
    found: dict[int, list[_Row]] = defaultdict(list)
    places = np.flatnonzero(np.isin(table["player_id"].to_numpy(), players))
    columns = (table[name].take(places).to_pylist() for name in (*_KEY, "player_name", "class"))
    for place, season, team, player, name, year in zip(places.tolist(), *columns, strict=True):
        found[season].append(_Row(place, player, team, folded[name], _RANK.get(year)))
    return dict(found)


def _with_ids(table: pa.Table, ids: Ids) -> pa.Table:
    place = table.schema.get_field_index("player_id")
    named = table.set_column(place, table.schema.field(place), pa.chunked_array([pa.array(ids)]))
    if named["player_id"].equals(table["player_id"]):
        return table
    return named.sort_by([(name, "ascending") for name in _KEY]).combine_chunks()
