"""The NCAA tournament of a season, as far as it is known on an evening, and every team's chances from there on.

folder: its files -> every day up to the evening, folded -----------------------+
stage:  the newest state not after the evening -> days of the ledger since -----+-> hoops.brackets
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Floats
from hoops.brackets.chances import chances
from hoops.brackets.draws import Doubt, doubt, drawn
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import closed, odds
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import CANCELLED, STAGES, Bracket, Slot, field_of
from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.errors import MadnessError
from hoops.forecast.model import Model
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.reference import Reference
from hoops.games.team_names import TeamNames
from hoops.selection.projection import DRAWS
from operate.projected import answer, projected_field
from operate.sources import Progress, Source

# Games independent given their chances; or the mean over drawn strengths, where a team that wins is better than was
# thought. docs/brackets.md says why the first is the default.
METHODS = ("exact", "drawn")


class BracketError(MadnessError):
    """A bracket that cannot be had as it was asked for; the text says what can."""


@dataclass(frozen=True)
class Asked:
    """A bracket as a person asks for it.

    season: None for the last one with games. as_of: last day of it whose games are known; None for all there are.
    picks: such as R1W5=Drake: who is taken to win a slot. method: one of `METHODS`.
    """

    league: League
    season: int | None = None
    as_of: int | None = None
    picks: tuple[str, ...] = ()
    method: str = METHODS[0]


@dataclass(frozen=True, eq=False)
class Standing:
    """A bracket on an evening: what is known of it, and what may become of it.

    picks: winner (id) by slot, as asked for. chances: of each game of the bracket, (m,). model: that made them; None
    where all is played. doubt: how little is known, where odds over drawn strengths are asked for.
    """

    bracket: Bracket
    told: Facts
    when: Schedule
    picks: Mapping[str, int]
    chances: Floats
    model: Model | None
    doubt: Doubt | None
    reference: Reference
    names: TeamNames


def bracket(asked: Asked, source: Source, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """The bracket and its odds, as plain values fit for JSON; before Selection Sunday, as they are projected.

    Raises
    ------
    MadnessError
        There is no field and none can be projected, a pick, a day or a method is not to be had, or seeds, slots and
        results contradict.
    """
    season = _season(asked, source)
    if _is_before(asked, season, source):
        return _projected(asked, season, source, progress)
    at = standing(asked, source, progress)
    decided = {**at.told.won, **at.picks}
    found = drawn(at.bracket, at.chances, at.doubt, decided) if at.doubt else None
    reach = found.reach if found else odds(at.bracket, at.chances, decided).reach
    return _answer(reach, at) | {"method": asked.method, "largest_error": float(found.error.max()) if found else 0.0}


def standing(asked: Asked, source: Source, progress: Progress = lambda done, total: None) -> Standing:
    """The bracket as it stood; errors as of `bracket`."""
    if asked.method not in METHODS:
        raise BracketError(f"{asked.method!r} is no way to have odds; allowed are {', '.join(METHODS)}")
    season = _season(asked, source)
    tables = source.reference()
    field = field_of(tables, asked.league, season)
    if field is None:
        raise _no_field(asked.league, season, tables)
    games = source.games(season)
    as_of = _evening(asked.as_of, season, games)
    told = facts(field, games, as_of)
    when = schedule(field, told, games, source.fixtures(season), tables.get("NCAATourneySeedRoundSlots"))
    reference = Reference(tables)
    names = TeamNames(reference, asked.league)
    picks = _picks(asked.picks, field, told, names)
    chance, model, unsure = np.full(len(field.games), 0.5), None, None
    if len(told.won) < len(field.slots):
        model = source.model_on((season, as_of + 1))
        known = source.known((season, as_of), progress)
        if known.season != season:
            raise _coin(season, as_of)
        chance = chances(field, when, told, known, model)
        unsure = doubt(field, when, told, known, model.parameters) if asked.method == "drawn" else None
    return Standing(field, told, when, picks, chance, model, unsure, reference, names)


def _season(asked: Asked, source: Source) -> int:
    if asked.season is not None:
        if not FIRST_SEASON <= asked.season <= LAST_SEASON:
            raise BracketError(f"{asked.season} is no season: allowed are {FIRST_SEASON} to {LAST_SEASON}")
        return asked.season
    last = source.last()
    if last is None:
        raise BracketError(
            f"no {asked.league.label.lower()}'s game has a result here: add results first, or name a folder by --data"
        )
    return last[0]


def _is_before(asked: Asked, season: int, source: Source) -> bool:
    """Whether the field is not named yet on the evening that is asked for."""
    if season in CANCELLED:
        return False
    if asked.as_of is not None and 0 <= asked.as_of < SELECTION_SUNDAY:
        return True
    days = [] if field_of(source.reference(), asked.league, season) else source.games(season)["day"].to_pylist()
    return len(days) > 0 and max(days) <= SELECTION_SUNDAY


def _projected(asked: Asked, season: int, source: Source, progress: Progress) -> dict[str, Any]:
    """The bracket as it is projected; its slots are those of the projected field, if it should be the one."""
    if asked.picks:
        raise BracketError("picks are of a field that is named: before Selection Sunday there is none")
    last = max(source.games(season)["day"].to_pylist(), default=0)
    as_of = last if asked.as_of is None else min(asked.as_of, last)
    model = source.model_on((season, as_of + 1))
    known = source.known((season, as_of), progress)
    if known.season != season:
        raise _coin(season, as_of)
    found, field, when, chance = projected_field(asked.league, season, as_of, source, known, model)
    reference = Reference(source.reference())
    names = TeamNames(reference, asked.league)
    at = Standing(field, Facts(as_of, {}, {}), when, {}, chance, model, None, reference, names)
    told = _answer(odds(field, chance).reach, at) | answer(found, reference)
    error = max(float(np.sqrt(one * (1.0 - one) / DRAWS).max()) for one in (found.bid, found.reach))
    return told | {"method": "drawn", "largest_error": error}


def _coin(season: int, as_of: int) -> BracketError:
    return BracketError(f"no game of season {season} up to day {as_of} is here: a forecast would be a coin")


def _no_field(league: League, season: int, tables: Mapping[str, pa.Table]) -> BracketError:
    if season in CANCELLED:
        return BracketError(f"the {season} tournament was cancelled: it has no field")
    seeds = tables.get("NCAATourneySeeds")
    there = sorted(set(seeds["season"].to_pylist())) if seeds is not None else []
    file = f"{league}NCAATourneySeeds.csv"
    told = f"the one here has {there[0]} to {there[-1]}" if there else "there is none here"
    return BracketError(
        f"no seeds of the {league.label.lower()}'s tournament of {season} are here: {file} brings them, once Selection "
        f"Sunday, day {SELECTION_SUNDAY}, has named the field ({told})"
    )


def _evening(as_of: int | None, season: int, games: pa.Table) -> int:
    """The day whose games are the last that are known; no later than the last one with games."""
    last = max([SELECTION_SUNDAY, *games["day"].to_pylist()])
    if as_of is None:
        return last
    if not 0 <= as_of <= LAST_DAY:
        raise BracketError(f"day {as_of} is no day of a season: allowed are 0 to {LAST_DAY}")
    if as_of < SELECTION_SUNDAY:
        raise BracketError(
            f"on day {as_of} of {season} there was no field yet: Selection Sunday, day {SELECTION_SUNDAY}, names it"
        )
    return min(as_of, last)


def _picks(texts: tuple[str, ...], field: Bracket, told: Facts, names: TeamNames) -> dict[str, int]:
    """Winner by slot of picks such as R1W5=Drake, which agree with each other and with what has been played."""
    picks: dict[str, int] = {}
    for text in texts:
        slot, equals, team = (part.strip() for part in text.partition("="))
        if not (slot and equals and team):
            raise BracketError(f"{text!r} is no pick: those are a slot and a team, such as R6CH=Duke or R1W5=1181")
        if slot.upper() in picks:
            raise BracketError(f"two picks of {slot.upper()}")
        picks[slot.upper()] = found = names.find(team)
        if found not in field.row:
            raise BracketError(f"{text!r} cannot be: {team} has no seed in {field.season}")
    for slot, winner in closed(field, picks).items():
        if told.won.get(slot, winner) != winner:
            raise BracketError(f"{slot} was won by {field.named(told.won[slot])}: {field.named(winner)} is out")
    return picks


def _answer(reach: Floats, at: Standing) -> dict[str, Any]:
    field, told, model, reference = at.bracket, at.told, at.model, at.reference
    (date,) = reference.dates(field.season, [told.as_of])
    names = dict(zip(field.teams.tolist(), reference.names(field.teams.tolist()), strict=True))
    best_first = np.lexsort((np.arange(len(field)), *-reach.T))
    return {
        "league": field.league.value,
        "season": field.season,
        "as_of": told.as_of,
        "date": date.isoformat() if date else None,
        "projected": False,
        "stages": list(STAGES),
        "teams": [
            {
                "team_id": int(field.teams[row]),
                "team_name": names[int(field.teams[row])],
                "seed": field.seeds[row],
                "region": reference.region(field.season, field.seeds[row]),
                "reach": reach[row].tolist(),
            }
            for row in best_first.tolist()
        ],
        "slots": [_slot(slot, reach, at) for slot in field.slots],
        "picks": [{"slot": slot, "team_id": team, "team_name": names[team]} for slot, team in at.picks.items()],
        "model": model.id if model else None,
        "trained_through": dict(zip(("season", "day"), model.trained_through, strict=True)) if model else None,
        "out_of_sample": (field.season, told.as_of + 1) > model.trained_through if model else None,
    }


def _slot(slot: Slot, reach: Floats, at: Standing) -> dict[str, Any]:
    """A game of the bracket: its sides, when it is, who won it or is most likely to."""
    field = at.bracket
    rows = field.entrants(slot)
    chance = reach[rows, slot.round]
    best = int(chance.argmax())
    told, when = at.told, at.when
    played = told.games.get(slot.name)
    (date,) = at.reference.dates(field.season, [when.day[slot.name]])
    return {
        "slot": slot.name,
        "round": slot.round,
        "strong": slot.strong,
        "weak": slot.weak,
        "day": when.day[slot.name],
        "date": date.isoformat() if date else None,
        "host": when.host.get(slot.name),
        "winner": told.won.get(slot.name),
        "score": list(played.score) if played else None,
        "overtimes": played.num_ot if played else None,
        "favourite": int(field.teams[rows[best]]),
        "chance": float(chance[best]),
    }
