"""The tables of a season's rosters: who is back, who came and who left, and what that is worth.

    state at the end of the season before ─┐
    players' files, up to the season ──────┴─► the summer's turn ─► rosters (a row a player), preseason (a row a team)

They say what the forecasts' first day knows, and nothing that came later; but of last season's players who are on the
list from a later day on, they say that they are out and not that they left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge
from hoops.arrays import Bools, Floats, Ids, find
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge, preseason
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.preseason import Preseason, Projection, Shift
from hoops.players import Squads
from hoops.players.careers import NO_TEAM
from hoops.players.identity import folded_name
from hoops.players.seasons import PlayerSeason
from hoops.tables.columns import table_of

BACK, TRANSFER, PAUSED, NEWCOMER = "back", "transfer in", "back after a year", "newcomer"
OUT, LEFT = "out", "left"  # was on the team last season and comes only later, such as who is hurt; or does not
_KEY = np.int64(2**32)


@dataclass(frozen=True)
class _Summer:
    """What a season begins with. shift: None where no season with such files has been learned from yet.

    last, before: what players did one and two seasons ago.
    """

    season: int
    squads: Squads
    found: Projection
    shift: Shift | None
    last: PlayerSeason
    before: PlayerSeason


def roster_tables(
    known: Knowledge, season: int, squads: Squads, reference: Reference, parameters: Parameters
) -> dict[str, pa.Table]:
    """`rosters` and `preseason` of a season, by name; without rows where it has no roster.

    known: at the end of the last season before it that has games. squads: what players' files say, of any season.
    """
    summer = _turned(known, season, squads, parameters)
    return {"rosters": _rosters(summer, reference), "preseason": _preseason(summer, reference)}


def _turned(known: Knowledge, season: int, squads: Squads, parameters: Parameters) -> _Summer:
    if known.now[0] < season - 1:  # seasons without games lie between
        known = knowledge.advance(known, season - 1, 0, parameters, squads)
    _, learned, shift = strength_over_summer(known.strength, known.preseason, known.now, parameters, squads)
    squads = squads.before(season)
    last, before = (_did(learned, one, squads, parameters) for one in (season - 1, season - 2))
    found = preseason.project(learned, season, squads, parameters.newcomer)
    return _Summer(season, squads, found, shift, last, before)


def _did(known: Preseason, season: int, squads: Squads, parameters: Parameters) -> PlayerSeason:
    return preseason.did(known, season, squads, parameters.newcomer)


def _rosters(summer: _Summer, reference: Reference) -> pa.Table:
    of, last = summer.found.careers, summer.last
    paused_at = _last_seen(summer.before, of.player)
    came_from = np.where(of.last_team != NO_TEAM, of.last_team, paused_at)
    moved = (came_from != NO_TEAM) & (came_from != of.team)
    status = np.select([of.returns, of.last_team != NO_TEAM, paused_at != NO_TEAM], [BACK, TRANSFER, PAUSED], NEWCOMER)
    gone = np.flatnonzero(_has_left(summer))
    now_at, is_there = _team_now(summer, last.player[gone])
    from_day = _out_until(summer, gone)
    is_out = (from_day > 0) & ~is_there
    n, g = len(of.team), len(gone)
    nobody, unknown = np.zeros(g), np.full(n + g, summer.shift is None)
    unknown[n:] = True
    team = np.concatenate([of.team, last.team[gone]])
    player = np.concatenate([of.player, last.player[gone]])
    share, worth = np.append(summer.found.share, nobody), np.append(summer.found.worth, nobody)
    last_share = np.append(of.last_share, last.share[gone])
    was_there = np.append(of.last_team != NO_TEAM, np.ones(g, np.bool_))
    from_team = np.append(np.where(moved, came_from, NO_TEAM), np.full(g, NO_TEAM))
    to_team = np.append(np.full(n, NO_TEAM), np.where(is_there, now_at, NO_TEAM))
    names = _names(summer)
    table = table_of(
        "rosters",
        **_teams("team", team, reference),
        player_id=player,
        player_name=[names.get(one) or f"Player {one}" for one in player.tolist()],
        **{"class": _classes(summer, gone)},
        status=np.append(status, np.where(is_out, OUT, LEFT)),
        from_day=pa.array(np.append(np.zeros(n, np.int16), from_day), mask=np.append(np.ones(n, np.bool_), ~is_out)),
        **_teams("from_team", from_team, reference),
        **_teams("to_team", to_team, reference),
        last_share=pa.array(last_share, mask=~was_there),
        last_worth=pa.array(np.append(of.last_worth, last.worth[gone]), mask=~was_there),
        expected_share=pa.array(share, mask=unknown),
        expected_worth=pa.array(worth, mask=unknown),
        adds=pa.array(share * worth, mask=unknown),
    )
    last_of_all = np.append(np.zeros(n, np.int8), np.where(is_out, 1, 2))
    return table.take(np.lexsort((player, -last_share, -share, last_of_all, team)))


def _preseason(summer: _Summer, reference: Reference) -> pa.Table:
    found, of, shift = summer.found, summer.found.careers, summer.shift
    teams, place = np.unique(of.team, return_inverse=True)
    at, is_known = find(found.team, teams)
    talent = np.bincount(place, found.share * found.worth, len(teams))
    is_moved = is_known & (shift is not None)
    points, sd = np.zeros(len(teams)), np.zeros(len(teams))
    if shift is not None:
        points[is_moved], sd[is_moved] = shift.points[at[is_moved]], shift.sd[at[is_moved]]
    rank = np.zeros(len(teams), np.int16)
    rank[is_moved] = 1 + (points[is_moved][:, None] < points[is_moved]).sum(axis=1)

    def of_known(values: npt.NDArray) -> pa.Array:
        return pa.array(values, mask=~is_moved)

    returning = np.bincount(place, np.where(of.returns, of.last_share, 0.0), len(teams)) / preseason.FIVE
    return table_of(
        "preseason",
        **_teams("team", teams, reference),
        returning=returning,
        newcomers=pa.array(_of_newcomers(found, place, len(teams)), mask=np.full(len(teams), shift is None)),
        talent=pa.array(talent, mask=np.full(len(teams), shift is None)),
        shift=of_known(points),
        rank=of_known(rank),
        sd=of_known(sd),
    )


def _of_newcomers(found: Projection, place: npt.NDArray[np.intp], teams: int) -> Floats:
    """Share of each team's expected minutes of players without a career, (t,)."""
    return np.bincount(place, np.where(found.careers.is_known, 0.0, found.share), teams) / preseason.FIVE


def _has_left(summer: _Summer) -> Bools:
    """Who played last season for a team that has a roster now, and is not on it, of all rows of last season."""
    of, last = summer.found.careers, summer.last
    _, is_on = find(of.team * _KEY + of.player, last.team * _KEY + last.player)
    _, has_roster = find(np.unique(of.team), last.team)
    left: Bools = has_roster & ~is_on
    return left


def _out_until(summer: _Summer, gone: npt.NDArray[np.intp]) -> npt.NDArray[np.int16]:
    """The day from which each of those who are not there is on the team's list after all; 0 where it never is.

    Under the same id, or else the same name.
    """
    by_id, by_name = {}, {}
    for row in _rows(summer.squads.late, summer.season).to_pylist():
        by_id[row["team_id"], row["player_id"]] = row["from_day"]
        if name := folded_name(row["player_name"] or ""):
            by_name[row["team_id"], name] = row["from_day"]
    found = np.zeros(len(gone), np.int16)
    if by_id:
        names = _names(summer)
        who = zip(summer.last.team[gone].tolist(), summer.last.player[gone].tolist(), strict=True)
        for place, (team, player) in enumerate(who):
            named = by_name.get((team, folded_name(names.get(player, ""))), 0)
            found[place] = by_id.get((team, player), named)
    return found


def _team_now(summer: _Summer, player: Ids) -> tuple[Ids, Bools]:
    """The team on whose roster each player is this season, and whether there is one."""
    of = summer.found.careers
    order = np.argsort(of.player, kind="stable")
    at, is_there = find(of.player[order], player)
    return (of.team[order][at] if len(order) else np.zeros(len(player), np.int32)), is_there


def _last_seen(season: PlayerSeason, player: Ids) -> Ids:
    """The team of each player in a season; `NO_TEAM` if there was none."""
    at, was_there = find(season.by_player, player)
    if not len(season.order):
        return np.full(len(player), NO_TEAM, np.int32)
    return np.where(was_there, season.team[season.order[at]], NO_TEAM).astype(np.int32)


def _teams(name: str, teams: npt.NDArray, reference: Reference) -> dict[str, pa.Array]:
    """Ids and names of teams; null where there is none."""
    nobody = teams == NO_TEAM
    ids, place = np.unique(teams, return_inverse=True)
    words = pa.array(reference.names(ids.tolist()), pa.string()).take(pa.array(place))
    return {
        f"{name}_id": pa.array(teams.astype(np.int32), mask=nobody),
        f"{name}_name": pc.if_else(pa.array(nobody), None, words),
    }


def _rows(table: pa.Table, season: int) -> pa.Table:
    return table.filter(pc.equal(table["season"], season))


def _names(summer: _Summer) -> dict[int, str]:
    """The newest name of each player that the files tell."""
    named: dict[int, str] = {}
    for table in (*(_rows(summer.squads.seasons, summer.season - back) for back in (2, 1)),
                  _rows(summer.squads.rosters, summer.season)):  # fmt: skip
        pairs = zip(table["player_id"].to_pylist(), table["player_name"].to_pylist(), strict=True)
        named |= {player: name for player, name in pairs if name}
    return named


def _classes(summer: _Summer, gone: npt.NDArray[np.intp]) -> list[str | None]:
    """As the roster says; of those who left, as their last season's totals do."""
    now = summer.squads.listed(summer.season)["class"].to_pylist()
    return [*now, *_rows(summer.squads.seasons, summer.season - 1)["class"].take(pa.array(gone)).to_pylist()]
