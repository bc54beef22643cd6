"""Every real tournament of both leagues: the tree, the facts, the odds of Selection Sunday."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.brackets_compared import compare
from hoops.brackets.chances import to_come
from hoops.brackets.compared import SINCE
from hoops.brackets.facts import facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import CANCELLED, bracket, field_of
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.knowledge import statespace
from hoops.knowledge.parameters import defaults
from hoops.knowledge.state import State
from lake.contents import contents
from lake.folder import filtered, read_folder
from operate.bracket import METHODS, Asked
from operate.bracket import bracket as ask
from operate.sources import FolderSource

ROOT = Path(__file__).parents[2]
DATA = ROOT / "../shared/data/kaggle"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real seasons are not beside this checkout"),
]
ROUNDS = [64, 32, 16, 8, 4, 2, 1]


def rows_of_docs() -> list[list[str]]:
    """Cells of the rows of the comparison in docs/brackets.md."""
    text = (ROOT / "docs" / "brackets.md").read_text(encoding="utf-8")
    section = text.split("<!-- compared -->")[1].split("<!-- /compared -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]


def selection_sundays(results: Results, league: League) -> Iterator[tuple[int, Moment, State]]:
    """What the state-space model knows on the evening of each season's day 132, and since when."""
    parameters = defaults(league)
    state, since, told = statespace.initial(parameters), None, set()
    for now, rows in results.days():
        if now[1] > SELECTION_SUNDAY and now[0] not in told:
            told.add(now[0])
            assert since is not None
            yield now[0], since, state
        today = results.rows(rows)
        state = statespace.advance(state, since or now, now, parameters)
        state, since = statespace.update(state, now[0], today.outcomes, parameters), now


@pytest.mark.parametrize("league", League)
def test_every_tournament_is_a_bracket_with_odds_and_ends_with_its_champion(league: League) -> None:
    files = read_folder(DATA, (league,)).leagues[league]
    tables, parameters, seen = files.reference, defaults(league), []
    sundays = selection_sundays(Results.of(files.games), league)
    for season, since, state in sundays:
        field = field_of(tables, league, season)
        if field is None:
            assert season in CANCELLED
            continue
        seen.append(season)
        games = files.games.filter(files.games["season"].to_numpy() == season)
        told = facts(field, games, SELECTION_SUNDAY)
        assert not told.won
        usual = bracket(league, season, zip(field.seeds, field.teams.tolist(), strict=True))
        assert usual.slots == field.slots
        chance = np.full(len(field.games), np.nan)
        when = schedule(field, told, games, None, tables["NCAATourneySeedRoundSlots"])
        for part in to_come(field, when, told):
            before = statespace.advance(state, since, (season, part.day), parameters)
            chance[part.rows] = statespace.predict(before, season, part.matchups, parameters).probability
        found = odds(field, chance)
        assert np.isfinite(found.reach).all()
        np.testing.assert_allclose(found.reach.sum(axis=0), ROUNDS, atol=1e-9)
        for day in sorted({*games["day"].to_pylist()} - set(range(SELECTION_SUNDAY))):
            known = facts(field, games, day)
            at = odds(field, chance, known.won)
            np.testing.assert_allclose(at.reach.sum(axis=0), ROUNDS, atol=1e-9)
        assert list(known.won) == [slot.name for slot in field.slots]
        assert set(np.unique(at.reach)) == {0.0, 1.0}
        rows = games.filter(np.equal(games["kind"].to_pylist(), "ncaa"))
        final = rows.sort_by("day").slice(rows.num_rows - 1).to_pylist()[0]
        champion = final["team1_id"] if final["team1_score"] > final["team2_score"] else final["team2_id"]
        assert at.reach[field.row[champion], 6] == 1.0
        assert len(known.games) == len(field.slots) - (league is League.MEN and season == 2021)
    first = {League.MEN: 1985, League.WOMEN: 1998}[league]
    assert seen == [season for season in range(first, 2025) if season not in CANCELLED]


@pytest.mark.parametrize(("league", "season", "day"), [(League.MEN, 2021, 138), (League.WOMEN, 2003, 132)])
def test_a_season_from_a_folder(league: League, season: int, day: int, tmp_path: Path) -> None:
    for file in contents(DATA).files:
        if (body := filtered(file, (season,))) and file.name[0] in (league.value, "C"):
            (tmp_path / file.name).write_bytes(body)
    found = ask(Asked(league, season, day), FolderSource(tmp_path, league))
    np.testing.assert_allclose(np.sum([team["reach"] for team in found["teams"]], axis=0), ROUNDS, atol=1e-9)
    slots = {slot["slot"]: slot for slot in found["slots"]}
    if season == 2021:
        assert slots["R1X7"]["winner"] == 1332 and slots["R1X7"]["score"] is None and slots["R2X2"]["winner"] is None
    else:
        seeds = {team["team_id"]: team["seed"] for team in found["teams"]}
        hosts = {slot: seeds[one["host"]] for slot, one in slots.items() if one["host"]}
        assert hosts["R1W5"] == "W12" and hosts["R1X7"] == "X10" and hosts["R2X2"] == "X10"
        assert not any(slot[:2] in ("R3", "R4", "R5", "R6") for slot in hosts)


def test_the_comparison_of_exact_and_drawn_odds_is_what_the_docs_say() -> None:
    seasons = (1998, 1999, 2000)  # before which there is nothing to train on: no training is needed
    found = list(compare(read_folder(DATA, (League.WOMEN,)), League.WOMEN, seasons, {}))
    assert [(one.season, one.since) for one in found] == [(season, since) for season in seasons for since in SINCE]
    said = {int(row[1]): [float(cell) for cell in row[2:]] for row in rows_of_docs() if row[:2] == ["Women", row[1]]
            and row[1].isdigit()}  # fmt: skip
    for one in found[:: len(SINCE)]:
        losses = [loss(method) for loss in (one.log_loss, one.champion) for method in ("exact", "drawn")]
        assert losses == pytest.approx(said[one.season], abs=2e-4)
        assert len(set(np.round(losses, 4))) > 2
    # Shown is what was better on the seasons that choose.
    chosen = [row for row in rows_of_docs() if row[2] == SINCE[0] and row[3].endswith("-2018")]
    assert len(chosen) == 4
    better = "exact" if sum(float(row[6]) - float(row[5]) for row in chosen) > 0.0 else "drawn"
    assert Asked(League.MEN).method == METHODS[0] == better
