"""When and where each game of a bracket is, as it could be known before: nothing here sees who wins.

The day of a slot is that of its game, or of the next slot of its round that has one (teams of one site play on one
day), or what NCAATourneySeedRoundSlots says, or the league's usual day. Men play on neutral ground. Women's first two
rounds are at the home of one of the four teams: of the one that is marked as host in the first round, or by the
season's rule the best seed. From the Sweet 16 on a game is neutral until its teams are known and it is fixed or played
at the home of one of them: a host that is marked only where it came that far would tell how far it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hoops.brackets.facts import Facts
from hoops.brackets.tree import Bracket, Slot, line_of
from hoops.games.leagues import HOME, LAST_DAY, NEUTRAL, SELECTION_SUNDAY, Kind, League

USUAL = {
    League.MEN: (134, 136, 138, 143, 145, 152, 154),
    League.WOMEN: (135, 137, 139, 144, 146, 151, 153),
}
HOSTS = 4  # the best seeds of each region host, where the rule is that they do
_PODS = 2  # rounds at home: the slots of the second stand over four teams


@dataclass(frozen=True)
class Schedule:
    """Day by slot, and the host (id) by slot and team that would host it; a slot without a host is neutral."""

    day: Mapping[str, int]
    host: Mapping[str, int]


@dataclass(frozen=True)
class _Row:
    """A game that is fixed or played: who meets where, and nothing of how it ends."""

    day: int
    teams: tuple[int, int]
    host: int | None


def best_seeds_host(league: League, season: int) -> bool:
    """Whether the rule of a season is that the best seeds play the first two rounds at home.

    Men never do. For women it is, but for 2003-2014 (sites were given before the field was), 2015 (nobody is marked as
    host in it) and 2021 (all in one place).
    """
    return league is League.WOMEN and not 2003 <= season <= 2015 and season != 2021


def schedule(
    bracket: Bracket, known: Facts, games: pa.Table, fixtures: pa.Table | None = None, days: pa.Table | None = None
) -> Schedule:
    """When and where the games of a bracket are.

    Parameters
    ----------
    known : Facts
        Tells who meets next.
    games : pyarrow.Table
        `hoops.schemas.GAMES`, of any day: of later ones only day, teams and site are read.
    fixtures : pyarrow.Table, optional
        `hoops.schemas.FIXTURES`.
    days : pyarrow.Table, optional
        NCAATourneySeedRoundSlots.
    """
    rows = _by_slot(bracket, [*_rows(games, bracket), *_rows(fixtures, bracket)])
    day = _days(bracket, {name: row.day for name, row in rows.items()}, days)
    late = {name: one if name in known.won else max(one, min(known.as_of + 1, LAST_DAY)) for name, one in day.items()}
    return Schedule(late, _hosts(bracket, known, rows))


def _rows(table: pa.Table | None, bracket: Bracket) -> Iterable[_Row]:
    if table is None or table.num_rows == 0:
        return
    rows = table.filter(pc.and_(pc.equal(table["season"], bracket.season), pc.greater(table["day"], SELECTION_SUNDAY)))
    if "kind" in rows.column_names:
        rows = rows.filter(pc.equal(rows["kind"], Kind.NCAA.value))
    for row in rows.select(["day", "team1_id", "team2_id", "site"]).to_pylist():
        teams = (row["team1_id"], row["team2_id"])
        if all(team in bracket.row for team in teams):
            yield _Row(row["day"], teams, None if row["site"] == NEUTRAL else teams[0 if row["site"] == HOME else 1])


def _by_slot(bracket: Bracket, rows: Iterable[_Row]) -> dict[str, _Row]:
    """The first row of each slot, which is the played one if there is one."""
    found: dict[str, _Row] = {}
    for row in rows:
        found.setdefault(bracket.meeting(*row.teams).name, row)
    return found


def _days(bracket: Bracket, told: Mapping[str, int], table: pa.Table | None) -> dict[str, int]:
    listed: dict[str, int] = {}
    if table is not None:
        listed = dict(zip(table["slot"].to_pylist(), table["early_day"].to_pylist(), strict=True))
    found = {}
    for slot in bracket.slots:
        of_round = [(other.place ^ slot.place, told[other.name]) for other in bracket.slots
                    if other.round == slot.round and other.name in told]  # fmt: skip
        usual = listed.get(slot.name, USUAL[bracket.league][slot.round])
        found[slot.name] = min(of_round)[1] if of_round else usual
    return found


def _hosts(bracket: Bracket, known: Facts, rows: Mapping[str, _Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for slot in bracket.slots:
        if 1 <= slot.round <= _PODS:
            host = _host_of_pod(bracket, slot, rows)
            if host is not None:
                found[slot.name] = host
        if slot.name in rows and set(rows[slot.name].teams) == set(bracket.sides(slot, known.won)):
            found.pop(slot.name, None)
            marked = rows[slot.name].host
            if marked is not None:
                found[slot.name] = marked
    return found


def _host_of_pod(bracket: Bracket, slot: Slot, rows: Mapping[str, _Row]) -> int | None:
    """The team at whose home the first two rounds around a slot are played; None for neutral ground.

    A host counts as marked only if it had nothing to win before its game of the first round.
    """
    pod = bracket.at.get((_PODS, slot.place >> (_PODS - slot.round)))
    if pod is None:
        return None
    seeds = bracket.team
    firsts = [bracket.slot[feed] for feed in (pod.strong, pod.weak) if feed in bracket.slot]
    own = {one.name: {seeds[feed] for feed in (one.strong, one.weak) if feed in seeds} for one in firsts}
    marked = {one.name: rows[one.name].host for one in firsts if one.name in rows}
    if slot.round == 1 and slot.name in marked:
        host = marked[slot.name]
        return host if host in own[slot.name] else None
    hosts = [host for name, host in marked.items() if host is not None and host in own[name]]
    if hosts:
        return min(hosts, key=lambda team: line_of(bracket.seeds[bracket.row[team]]))
    best = min(bracket.entrants(pod).tolist(), key=lambda row: line_of(bracket.seeds[row]))
    rules = best_seeds_host(bracket.league, bracket.season) and line_of(bracket.seeds[best]) <= HOSTS
    return int(bracket.teams[best]) if rules and len(marked) < len(firsts) else None
