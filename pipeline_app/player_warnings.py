"""What the person who uploaded a file of players should know although it was taken."""

from __future__ import annotations

from collections import Counter
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.merge import merge
from hoops.contract.reader import Accepted
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from hoops.players.squads import FEWEST, at_first, cut_short
from lake.head import Head, unpack_teams
from lake.ledger import Ledger, statements
from lake.players import Players

SHOWN = 5
MOST = 512  # entries of results that are read for one file
ENOUGH = 0.5  # of a season's teams: a file with fewer of them is meant to be of some teams only
SOME_BACK = 5  # of last season's players are on the usual roster, if ids stay; of 2009-2024, one team in 1,400 had none


def warnings_of_players(ledger: Ledger, accepted: Accepted, head: Head) -> tuple[str, ...]:
    """One text each, of a file whose rows are in the ledger. head: tells who played in seasons that are folded."""
    assert accepted.name.league is not None
    if accepted.name.dataset == "PlayerGames":
        return _without_results(ledger, accepted.name.league, accepted.table)
    players = ledger.players(accepted.name.league)
    seasons = sorted(accepted.table["season"].unique().to_pylist())
    dataset = accepted.name.dataset
    told = _known_again(players, seasons) + _without_players(players, dataset, seasons, head)
    return (
        told + _cut_short(players, dataset, seasons) + (_nobody_back(players, seasons) if dataset == "Rosters" else ())
    )


def _without_results(ledger: Ledger, league: League, rows: pa.Table) -> tuple[str, ...]:
    """Games that are in no results yet. Of days with more entries than may be read, only whether there are games."""
    told = {(day.season, day.day): set(day.games["team_id"].to_pylist()) for day in days_of(rows)}
    players = ledger.players(league)
    listed = [day for season in sorted({season for season, _ in told}) for day in ledger.days(league, season, players)]
    days = {(day.season, day.day): day.entries for day in listed if day.has_games and (day.season, day.day) in told}
    strays = [(*moment, team) for moment in told.keys() - days.keys() for team in told[moment]]
    if sum(map(len, days.values())) <= MOST:
        results = merge(statements(ledger, [entry for entries in days.values() for entry in entries]))
        played = set(zip(*(results[name].to_pylist() for name in ("season", "day", "team1_id")), strict=True))
        played |= set(zip(*(results[name].to_pylist() for name in ("season", "day", "team2_id")), strict=True))
        strays += [one for moment in days for team in told[moment] if (one := (*moment, team)) not in played]
    if not strays:
        return ()
    season, day, team = min(strays)
    return (
        f"{len(strays):,} of its {sum(map(len, told.values())):,} teams' games {'is' if len(strays) == 1 else 'are'} "
        f"not in the results, the first of team {team} on day {day} of {season}: such a game counts once its result "
        "comes",
    )


def _known_again(players: Players, seasons: list[int]) -> tuple[str, ...]:
    """How many have a new id and are known again by name, of the seasons that a file names."""
    links = players.links
    same, other, apart = (
        sum(counts[one] for one in seasons) for counts in (links.same_team, links.other_team, links.apart)
    )
    if not same + other + apart:
        return ()
    return (
        f"{_players(same + other)} with a new PlayerID {'is' if same + other == 1 else 'are'} known again by name "
        f"({same:,} on the same team, {other:,} on another); {apart:,} who could be several stay apart",
    )


def _without_players(players: Players, dataset: str, seasons: list[int], head: Head) -> tuple[str, ...]:
    """Teams of a season that have no players, where most others have them."""
    squads = players.squads
    table = squads.rosters if dataset == "Rosters" else squads.seasons
    missing = []
    for season in seasons:
        there = _teams(table, season)
        known = head.shown.get(season)
        expected = set(unpack_teams(known.teams)) if known else _teams(table, season - 1)
        if len(there & expected) >= ENOUGH * len(expected):
            missing += [f"{team} in {season}" for team in sorted(expected - there)]
    if not missing:
        return ()
    return (
        f"{_counted(missing)} no players in a season in which the others have: {_listed(missing)}; "
        f"{'it is' if len(missing) == 1 else 'they are'} forecast without",
    )


def _cut_short(players: Players, dataset: str, seasons: list[int]) -> tuple[str, ...]:
    """Teams whose list was cut: they have fewer players than a team needs, and the others have more."""
    short, listed = [], players.tables[dataset]
    if dataset == "Rosters":
        listed, _ = at_first(listed)
    for season in seasons:
        teams = _of_season(listed, season)["team_id"].to_numpy()
        short += [f"{team} in {season} ({int((teams == team).sum())})" for team in cut_short(teams).tolist()]
    if not short:
        return ()
    one = len(short) == 1
    then = (
        f"so short a roster is not believed: {'it is' if one else 'they are'} forecast without"
        if dataset == "Rosters"
        else "what they did is taken for all that the team did"
    )
    return (f"{_counted(short)} fewer than {FEWEST} players, where others have more: {_listed(short)}; {then}",)


def _nobody_back(players: Players, seasons: list[int]) -> tuple[str, ...]:
    """Teams of whose players of last season not one is on the roster, where the others' are."""
    nobody, squads = [], players.squads
    for season in seasons:
        played, listed = squads.played(season - 1), squads.roster(season)
        was = {*zip(played.team.tolist(), played.player.tolist(), strict=True)}
        back = Counter(dict.fromkeys({*listed.team.tolist()} & {*played.team.tolist()}, 0))
        back.update(team for team, player in zip(listed.team.tolist(), listed.player.tolist(), strict=True)
                    if (team, player) in was)  # fmt: skip
        if back and median(back.values()) >= SOME_BACK:
            nobody += [f"{team} in {season}" for team, players_back in sorted(back.items()) if not players_back]
    if not nobody:
        return ()
    return (
        f"{_counted(nobody)} nobody of last season on the roster, where others have {SOME_BACK} and more: "
        f"{_listed(nobody)}; are the PlayerIDs those of last season?",
    )


def _counted(teams: list[str]) -> str:
    return f"{len(teams):,} team{' has' if len(teams) == 1 else 's have'}"


def _listed(teams: list[str]) -> str:
    more = f" and {len(teams) - SHOWN:,} more" if len(teams) > SHOWN else ""
    return ", ".join(teams[:SHOWN]) + more


def _of_season(table: pa.Table, season: int) -> pa.Table:
    return table.filter(pc.equal(table["season"], season))


def _teams(table: pa.Table, season: int) -> set[int]:
    return set(_of_season(table, season)["team_id"].unique().to_pylist())


def _players(number: int) -> str:
    return f"{number:,} player{'' if number == 1 else 's'}"
