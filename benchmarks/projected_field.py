"""Projected fields beside the true ones, and beside simple lists; and the weights of the committee's index.

    python -m benchmarks.projected_field --data DIR [--seasons 2011-2024] [--write SECTION]
    python -m benchmarks.projected_field --data DIR --fit

Forecasts are those of the state-space model alone, whose constants were chosen on seasons to 2010, as the weights were:
the network that ships has seen the seasons to 2022. The lists beside ours know no more and no less than ours of who
can still be champion: each takes our likeliest champions, and fills the field from its own order.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks import report
from hoops.arrays import Floats, Ints
from hoops.brackets.tree import CANCELLED, line_of
from hoops.forecast.fold import learn
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import defaults
from hoops.selection import committee, resume
from hoops.selection.lines import field_size, lines, places
from hoops.selection.projection import Projection, projected
from hoops.selection.season import Season, season_of
from hoops.selection.strengths import Strengths, by_state
from hoops.selection.tournaments import tournaments_of
from lake.folder import LeagueFiles, read_folder

FITTED = range(2001, 2011)
BEFORE = (1, 14, 30)  # days before Selection Sunday
WAYS = ("ours", "rating", "wins above bubble", "games won")
LEFT_OUT = 17


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--seasons", default="2011-2024", help="first and last")
    arguments.add_argument("--fit", action="store_true", help="print the weights of the committee's index")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/brackets.md to replace")
    given = arguments.parse_args()
    folder = read_folder(given.data, tuple(League))
    if given.fit:
        found = {league.value: {"weights": fitted(files)} for league, files in folder.leagues.items()}
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    first, _, last = given.seasons.partition("-")
    seasons = range(int(first), int(last or first) + 1)
    rows: list[report.Row] = []
    certain: list[report.Row] = []
    for league, files in folder.leagues.items():
        measured = list(_measured(league, files, seasons))
        rows += _table(league, measured)
        certain += _calibration(league, measured)
    columns = ["league, evening", *(f"{way}: {what}" for what in ("right", "lines off") for way in WAYS)]
    text = report.table(columns, rows)
    text += "\n\n" + report.table(["league, evening", "chance of a bid", "teams", "mean chance", "were in"], certain)
    sys.stdout.write(text + "\n")
    if given.write:
        command = f"python -m benchmarks.projected_field --data DIR --seasons {given.seasons}"
        report.write(given.write, command, text, report.DOCUMENT.with_name("brackets.md"))


def evenings(files: LeagueFiles, moments: Collection[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], Knowledge]]:
    """What was known on some evenings, (season, day), in order."""
    waiting = sorted(moments)
    last: Knowledge | None = None
    for day, known in learn(files.games, defaults(files.league), squads=files.squads):
        while waiting and waiting[0] < (day.season, day.day):
            if last is not None and last.season == waiting[0][0]:
                yield waiting[0], last
            waiting.pop(0)
        last = known
        if not waiting:
            return
    if waiting and last is not None and last.season == waiting[0][0]:
        yield waiting[0], last


def true_lines(season: Season, tables: Mapping[str, pa.Table]) -> Ints:
    """Number of each team's true seed, 17 of those left out, (n,)."""
    seeds = tables["NCAATourneySeeds"]
    rows = zip(*(seeds[name].to_pylist() for name in ("season", "seed", "team_id")), strict=True)
    true = {team: line_of(seed) for year, seed, team in rows if year == season.season}
    return np.array([true.get(team, LEFT_OUT) for team in season.teams.tolist()])


def fitted(files: LeagueFiles) -> list[float]:
    """Weights of the committee's index from the seasons to 2010, on the evening of Selection Sunday."""
    league, tables = files.league, files.reference
    marked = set(tables["ConferenceTourneyGames"]["season"].to_pylist())  # else nobody knows who was champion
    parts = []
    for (year, _), known in evenings(files, [(year, SELECTION_SUNDAY) for year in FITTED if year in marked]):
        season = season_of(league, year, SELECTION_SUNDAY, files.games, tables)
        line = true_lines(season, tables)
        strong = by_state(season, known, defaults(league))
        features = resume.schedules(season, strong).features(strong.rating, *resume.record(season, strong))
        champions = _champions(season)
        parts.append(committee.comparisons(features, line, np.isin(np.arange(len(line)), champions)))
    return [round(float(one), 3) for one in committee.fitted(np.concatenate(parts))]


def _champions(season: Season) -> list[int]:
    """Winners of the last game of each conference's tournament."""
    games, found = season.played, {}
    for row in np.flatnonzero(games.tournament)[np.argsort(games.day[games.tournament], kind="stable")].tolist():
        found[int(games.inside[row])] = int(games.one[row] if season.won[row] else games.other[row])
    return sorted(found.values())


def _measured(
    league: League, files: LeagueFiles, seasons: range
) -> Iterator[tuple[int, int, dict[str, tuple[float, float]], Floats, Ints]]:
    """Season, days before, (share right, lines off) by way; chance of each team to be in, and whether it was."""
    years = [year for year in seasons if year not in CANCELLED]
    moments = [(year, SELECTION_SUNDAY - days) for year in years for days in BEFORE]
    for (year, day), known in evenings(files, moments):
        season = season_of(league, year, day, files.games, files.reference)
        strong = by_state(season, known, defaults(league))
        size = field_size(league, year, files.reference)
        tables = files.reference
        found = projected(season, strong, tournaments_of(season, files.games, tables), size)
        true = true_lines(season, tables)
        if (true < LEFT_OUT).any():
            yield year, SELECTION_SUNDAY - day, _scores(found, strong, size, true), found.bid, true < LEFT_OUT


def _scores(found: Projection, strong: Strengths, size: int, true: Ints) -> dict[str, tuple[float, float]]:
    won, played, above = resume.record(found.season, strong)
    champions = _likeliest(found)
    orders = {
        "rating": strong.rating,
        "wins above bubble": above,
        "games won": won / np.maximum(played, 1.0) + 1e-4 * won,
    }
    scored = {"ours": _score(np.argsort(found.rank)[:size], champions, true)}
    for way, order in orders.items():
        first = np.lexsort((-order, ~champions))[:size]
        scored[way] = _score(first[np.argsort(-order[first], kind="stable")], champions, true)
    return scored


def _likeliest(found: Projection) -> Ints:
    """Whether a team is our likeliest champion of its conference, (n,)."""
    season, chosen = found.season, np.zeros(len(found.bid), np.bool_)
    for code in range(len(season.conferences)):
        members = season.members(code)
        if len(members) and found.automatic[members].max() > 0.0:
            chosen[members[np.argmax(found.automatic[members])]] = True
    return chosen


def _score(field: Ints, champions: Ints, true: Ints) -> tuple[float, float]:
    """Share of the field that was in, and mean distance of the lines of those."""
    line = lines(places(champions[field])[0])
    were_in = true[field] < LEFT_OUT
    return float(were_in.mean()), float(np.abs(line - true[field])[were_in].mean())


def _table(league: League, measured: list) -> Iterator[report.Row]:
    for days in BEFORE:
        of_it = [scored for _, before, scored, _, _ in measured if before == days]
        right = [f"{100 * np.mean([one[way][0] for one in of_it]):.1f}%" for way in WAYS]
        off = [f"{np.mean([one[way][1] for one in of_it]):.2f}" for way in WAYS]
        yield [f"{league.label}, {days} day{'s' * (days > 1)} before", *right, *off]


def _calibration(league: League, measured: list) -> Iterator[report.Row]:
    edges = (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)
    for days in BEFORE:
        bid = np.concatenate([one for _, before, _, one, _ in measured if before == days])
        was = np.concatenate([one for _, before, _, _, one in measured if before == days])
        for low, high in pairwise(edges):
            these = (bid >= low) & (bid < high)
            yield [f"{league.label}, {days} before", f"{low:.0%}-{high:.0%}", f"{these.sum()}",
                   f"{bid[these].mean():.0%}", f"{was[these].mean():.0%}"]  # fmt: skip


if __name__ == "__main__":
    main()
