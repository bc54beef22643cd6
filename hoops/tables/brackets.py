"""The tables of a season's NCAA tournament: the bracket as it is, and what could become of it, evening by evening."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.brackets.best import most_likely, most_points
from hoops.brackets.chances import sites
from hoops.brackets.evenings import Evening, Keep, evenings, made_anew
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import expected_points, odds
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import STAGES, Bracket, Slot
from hoops.forecast.model import Model
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, Kind
from hoops.games.moment import Moment
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge
from hoops.schemas import PUBLISHED
from hoops.tables.columns import of_kind, table_of

POINTS = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])  # of a right winner, by round
_LEFT = (64, 32, 16, 8, 4, 2, 1)  # teams at each of `STAGES`: so the columns are named
_WORTH = (("final_four", STAGES.index("Final Four")), ("title", STAGES.index("title")))


def bracket_tables(
    field: Bracket,
    selected: Knowledge,
    predicted: pa.Table,
    in_charge: Callable[[Moment], Model],
    reference: Reference,
    fixtures: pa.Table | None = None,
    *,
    is_newest: bool,
    keep: Keep = made_anew,
) -> dict[str, pa.Table]:
    """Every table of a season's bracket, by name.

    Parameters
    ----------
    selected : Knowledge
        On the evening of Selection Sunday.
    predicted : pyarrow.Table
        `PREDICTED` rows of the season, sorted by day.
    in_charge : callable
        The model that forecasts a day.
    fixtures : pyarrow.Table, optional
        Of the season, with the columns of `FIXTURES`.
    is_newest : bool
        Whether there is an evening for every day of the tournament, and worth of the games to come; else there is
        Selection Sunday alone.
    keep : callable
        As `hoops.brackets.evenings.evenings` takes it.

    Raises
    ------
    BadBracket
        Results contradict the bracket, or nobody has played before it.
    """
    days = reference.tables.get("NCAATourneySeedRoundSlots")
    through = LAST_DAY if is_newest else SELECTION_SUNDAY
    found = list(evenings(field, selected, predicted, in_charge, fixtures, days, through, keep))
    told = facts(field, predicted, max([SELECTION_SUNDAY, *predicted["day"].to_pylist()]))
    when = schedule(field, told, predicted, fixtures, days)
    made = {
        "bracket_slots": bracket_slots(field, told, when, predicted, reference),
        "bracket_odds": bracket_odds(found, reference),
        "bracket_games": bracket_games(found),
        "bracket_picks": bracket_picks(found),
    }
    return made | ({"game_worth": game_worth(found[-1], reference)} if is_newest else {})


def bracket_slots(field: Bracket, told: Facts, when: Schedule, predicted: pa.Table, reference: Reference) -> pa.Table:
    """Every slot, with its game as far as it is told (predicted: `PREDICTED` of the season)."""
    forecasts = _forecasts(predicted)
    return _table("bracket_slots", [_slot(slot, field, told, when, forecasts, reference) for slot in field.slots])


def bracket_odds(found: Iterable[Evening], reference: Reference) -> pa.Table:
    """By evening, every team of the field, in the order of the bracket."""
    parts = []
    for evening in found:
        field, reach = evening.odds.bracket, evening.odds.reach
        parts.append(
            table_of(
                "bracket_odds",
                day=np.full(len(field), evening.day),
                team_id=field.teams,
                team_name=reference.names(field.teams.tolist()),
                seed=field.seeds,
                region=[reference.region(field.season, seed) for seed in field.seeds],
                place=field.places,
                **{f"reach_{left}": reach[:, stage] for stage, left in enumerate(_LEFT)},
                **{f"drawn_{left}": evening.drawn[:, stage] for stage, left in enumerate(_LEFT)},
                expected_points=expected_points(evening.odds, POINTS),
            )
        )
    return _joined("bracket_odds", parts)


def bracket_games(found: Iterable[Evening]) -> pa.Table:
    """By evening, every game that can still be: by slot, then the teams in the order of the bracket."""
    parts = []
    for evening in found:
        field, meetings = evening.odds.bracket, evening.odds.meetings
        games = field.games
        to_come = np.array([slot.name not in evening.told.won for slot in field.slots])
        rows = np.flatnonzero(to_come[games.slot] & (meetings > 0.0))
        parts.append(
            table_of(
                "bracket_games",
                day=np.full(len(rows), evening.day),
                slot=[field.slots[number].name for number in games.slot[rows].tolist()],
                strong_id=field.teams[games.strong[rows]],
                weak_id=field.teams[games.weak[rows]],
                site=sites(field, evening.when)[rows],
                probability=evening.chances[rows],
                meeting=meetings[rows],
            )
        )
    return _joined("bracket_games", parts)


def bracket_picks(found: Iterable[Evening]) -> pa.Table:
    """By evening, every slot: its winner in the two whole brackets of `hoops.brackets.best`."""
    rows = []
    for evening in found:
        field = evening.odds.bracket
        likely = most_likely(field, evening.chances, evening.told.won)
        best = most_points(evening.odds, POINTS)
        rows += [
            {"day": evening.day, "slot": slot.name, "likely_id": likely[slot.name], "best_id": best[slot.name]}
            for slot in field.slots
        ]
    return _table("bracket_picks", rows)


def game_worth(evening: Evening, reference: Reference) -> pa.Table:
    """Every game whose two teams are known and whose winner is not: their chances with either result."""
    field, won = evening.odds.bracket, evening.told.won
    rows = []
    for slot in field.slots:
        strong, weak = field.sides(slot, won)
        if slot.name in won or strong is None or weak is None:
            continue
        (game,) = np.flatnonzero((field.games.strong == field.row[strong]) & (field.games.weak == field.row[weak]))
        teams = sorted((strong, weak))
        reach = {one: odds(field, evening.chances, {**won, slot.name: one}).reach for one in teams}
        day = evening.when.day[slot.name]
        row: dict[str, Any] = {
            "day": evening.day,
            "game_day": day,
            "game_date": reference.dates(field.season, [day])[0],
            "probability": evening.chances[game] if strong < weak else 1.0 - evening.chances[game],
        }
        for number, (team, other) in enumerate((teams, reversed(teams)), 1):
            row |= {f"team{number}_id": team, f"team{number}_name": reference.team_name(team)}
            for name, stage in _WORTH:
                row[f"team{number}_{name}_if_won"] = reach[team][field.row[team], stage]
                row[f"team{number}_{name}_if_lost"] = reach[other][field.row[team], stage]
        rows.append(row)
    return _table("game_worth", sorted(rows, key=lambda row: (row["game_day"], row["team1_id"])))


def _slot(
    slot: Slot, field: Bracket, told: Facts, when: Schedule, forecasts: Mapping[tuple[int, int], float],
    reference: Reference,
) -> dict[str, Any]:  # fmt: skip
    strong, weak = field.sides(slot, told.won)
    day = when.day[slot.name]
    regions = {field.seeds[row][0] for row in field.entrants(slot).tolist()}
    row = {
        "slot": slot.name, "round": slot.round, "place": slot.place, "strong": slot.strong, "weak": slot.weak,
        "region": reference.region(field.season, *regions) if len(regions) == 1 else None,
        "game_day": day, "game_date": reference.dates(field.season, [day])[0], "host_id": when.host.get(slot.name),
        "strong_id": strong, "weak_id": weak, "winner_id": told.won.get(slot.name),
        "strong_score": None, "weak_score": None, "num_ot": None, "strong_probability": None,
    }  # fmt: skip
    if slot.name in told.games:
        game = told.games[slot.name]
        won = game.winner == strong
        probability = forecasts[min(game.winner, game.loser), max(game.winner, game.loser)]
        row |= {
            "strong_score": game.score[0 if won else 1], "weak_score": game.score[1 if won else 0],
            "num_ot": game.num_ot,
            "strong_probability": probability if strong == min(game.winner, game.loser) else 1.0 - probability,
        }  # fmt: skip
    return row


def _forecasts(predicted: pa.Table) -> dict[tuple[int, int], float]:
    """Chance of the lower id, by the two teams of each tournament game."""
    games = of_kind(predicted, Kind.NCAA)
    one, two, chance = (games[name].to_pylist() for name in ("team1_id", "team2_id", "team1_probability"))
    return dict(zip(zip(one, two, strict=True), chance, strict=True))


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=PUBLISHED[name].schema)


def _joined(name: str, parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables([PUBLISHED[name].schema.empty_table(), *parts]).combine_chunks()
