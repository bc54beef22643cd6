"""Exact odds of brackets beside those of drawn strengths, on every tournament that was played.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.brackets_compared --data KAGGLE [--league M,W] [--seasons 1985-2024]
        [--model full|statespace] [--write]

Odds are those of the evening of Selection Sunday and of those on which a round had ended. full: the model that the
seasons before gave (`madness backtest --model full`; takes torch), and where there is nothing to train on before, the
state-space model alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import report
from hoops.arrays import Floats
from hoops.brackets.chances import to_come
from hoops.brackets.compared import SINCE, Evening, evening, evenings, scores, titles
from hoops.brackets.draws import doubt, drawn
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import Bracket, field_of
from hoops.forecast.fold import learn
from hoops.forecast.match import forecast
from hoops.forecast.model import Model
from hoops.games.leagues import LAST_DAY, League
from hoops.games.moment import Moment
from hoops.knowledge import Knowledge, statespace
from hoops.knowledge.parameters import Parameters, defaults
from lake.folder import Folder, read_folder
from madness import selection
from madness.backtest import ModelName, walk_forward
from madness.console import voice
from ml_jobs.read import LeagueGames

DOCUMENT = Path(__file__).parents[1] / "docs" / "brackets.md"
METHODS = ("exact", "drawn")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--league", default="M,W")
    arguments.add_argument("--seasons", default="all")
    arguments.add_argument("--model", type=ModelName, default=ModelName.FULL)
    arguments.add_argument("--write", action="store_true", help="replace the section of docs/brackets.md")
    given = arguments.parse_args()
    leagues, speaker = selection.parse_leagues(given.league), voice()
    seasons = selection.choose_seasons(given.data, leagues, given.seasons)
    folder, found = read_folder(given.data, leagues), []
    for league in leagues:
        models: dict[int, Model | None] = {}
        if given.model is ModelName.FULL:
            with ExitStack() as waiting:
                read = LeagueGames.of(folder, league)
                trainer = walk_forward(league, read, (), speaker, waiting)
                models = dict(trainer.models(read.games, seasons))
        found += list(compare(folder, league, seasons, models))
    text = told(found)
    sys.stdout.write(text + "\n")
    if given.write:
        asked = f"--data KAGGLE --league {given.league} --seasons {given.seasons} --model {given.model}"
        report.write(
            "compared", f"OPENBLAS_NUM_THREADS=1 python -m benchmarks.brackets_compared {asked}", text, DOCUMENT
        )


def compare(
    folder: Folder, league: League, seasons: tuple[int, ...], models: Mapping[int, Model | None]
) -> Iterator[Evening]:
    """The odds of seasons' tournaments by both methods. models: by season; the state-space model where none is."""
    files = folder.leagues[league]
    tables, parameters = files.reference | folder.shared, defaults(league)
    wanted: dict[Moment, tuple[Bracket, pa.Table, str, Facts]] = {}
    for season in seasons:
        field, games = field_of(tables, league, season), files.games.filter(pc.equal(files.games["season"], season))
        if field is not None:
            wanted |= {(season, known.as_of): (field, games, since, known) for since, known in evenings(field, games)}
    for moment, known in _on_evenings(LeagueGames.of(folder, league), parameters, sorted(wanted)):
        field, games, since, so_far = wanted[moment]
        when = schedule(field, so_far, games, None, tables.get("NCAATourneySeedRoundSlots"))
        chances = _chances(field, when, so_far, known, models.get(moment[0]), parameters)
        unsure = doubt(field, when, so_far, known, parameters)
        reach = {
            "exact": odds(field, chances, so_far.won).reach,
            "drawn": drawn(field, chances, unsure, so_far.won).reach,
        }
        yield evening(field, since, so_far, facts(field, games, LAST_DAY).won, reach)


def told(found: list[Evening]) -> str:
    """The comparison in tables."""
    rows: list[report.Row] = [
        [one.league.label, "reached rounds" if one.loss == "log_loss" else "champion", one.since, one.span, one.seasons,
         f"{one.first:.4f}", f"{one.second:.4f}",
         f"{one.second - one.first:+.4f} ({one.low:+.4f} to {one.high:+.4f})"]
        for one in sorted(scores(found, METHODS), key=lambda one: (one.league, one.loss != "log_loss"))
    ]  # fmt: skip
    parts = [report.table(["league", "log loss of", "known", "seasons", "number", *METHODS, "difference"], rows)]
    for league in sorted({one.league for one in found}):
        exact, other = (titles([one for one in found if one.league is league], method) for method in METHODS)
        bins: list[report.Row] = [
            [f"{100 * a.low:.0f} to {100 * a.high:.0f} %", *(cell for one in (a, b) for cell in
             (one.teams, f"{one.expected:.1f}", one.won))]
            for a, b in zip(exact, other, strict=True)
        ]  # fmt: skip
        head = [f"{league.label}: chance of the title", *(f"{method}: {what}" for method in METHODS
                                                          for what in ("teams", "expected", "won"))]  # fmt: skip
        parts.append(report.table(head, bins))
    sundays = [one for one in found if one.since == SINCE[0]]
    by_season: list[report.Row] = [
        [one.league.label, str(one.season),
         *(f"{loss(method):.4f}" for loss in (one.log_loss, one.champion) for method in METHODS)]
        for one in sundays
    ]  # fmt: skip
    head = ["league", "season", *(f"{what}, {method}" for what in ("reached rounds", "champion") for method in METHODS)]
    parts.append(report.table(head, by_season))
    return "\n\n".join(parts)


def _chances(
    field: Bracket, when: Schedule, told: Facts, known: Knowledge, model: Model | None, parameters: Parameters
) -> Floats:
    found = np.full(len(field.games), 0.5)
    for part in to_come(field, when, told):
        before = part.morning(known, field.season, parameters)
        past = statespace.past_rosters(part.day, part.matchups.site)
        made = (forecast(before, part.matchups, model) if model
                else statespace.predict(before.strength, field.season, part.matchups, parameters, past))  # fmt: skip
        found[part.rows] = made.probability
    return found


def _on_evenings(read: LeagueGames, parameters: Parameters, wanted: list[Moment]) -> Iterator[tuple[Moment, Knowledge]]:
    """What was known on the evenings of some days, ascending."""
    left, last = wanted[::-1], None
    for day, known in learn(read.games, parameters, squads=read.squads):
        while left and left[-1] < day.timestamp:
            assert last is not None
            yield left.pop(), last
        if not left:
            return
        last = known


if __name__ == "__main__":
    main()
