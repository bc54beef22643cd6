"""Days in order: forecast every game from what was known before its day, then learn once from all of them.

    known before day d ──► forecast the games and fixtures of day d
          │
          └─ games of day d ──► known after day d ──► ratings, forecasts of later fixtures

A forecast is made from a `Matchups`, which holds no score; the update never sees a forecast. Everything here is a
function of its arguments, so that the same days give the same rows wherever they are folded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge
from hoops.arrays import runs
from hoops.forecast.finite import require_forecasts, require_knowledge, require_ratings
from hoops.forecast.match import forecast, owed_to_absences
from hoops.forecast.model import Model
from hoops.games.identity import IDENTITY, rows_of
from hoops.games.matchups import Matchups
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.knowledge import Knowledge, efficiency, statespace
from hoops.knowledge.parameters import Parameters
from hoops.players import Appearances, Squads
from hoops.schemas import FIXTURES, ISSUED, PENDING, PREDICTED, RATED


@dataclass(frozen=True)
class Day:
    """All games of one day of a league (`GAMES` rows) and the fixtures of that day not played (`FIXTURES` rows)."""

    season: int
    day: int
    games: pa.Table
    fixtures: pa.Table

    @property
    def timestamp(self) -> Moment:
        return self.season, self.day


@dataclass(frozen=True)
class FoldedDay:
    """What a day gave.

    known: after the day. predicted: the day's games with their forecasts (`PREDICTED`). rated: every team's rating
    after the day (`RATED`). pending: forecasts of the day's fixtures that were not played (`PENDING`).
    """

    known: Knowledge
    predicted: pa.Table
    rated: pa.Table
    pending: pa.Table


def handle_new_data(
    timestamp: Moment,
    games: pa.Table,
    known: Knowledge,
    model: Model,
    fixtures: pa.Table | None = None,
    squads: Squads | None = None,
    appearances: Appearances | None = None,
) -> FoldedDay:
    """Take in one day: forecast every game from what is known before it, then update the aggregates with all of them.

    Parameters
    ----------
    timestamp : (season, day)
        Later than every day in `known`.
    games : pyarrow.Table
        `GAMES`: all games of that day, in any order. fixtures: `FIXTURES` of that day that were not played.
    known : Knowledge
        What all earlier days have told.
    squads : Squads, optional
        What players' files say of the league; of a season that begins, no more is seen than may be known then.
    appearances : Appearances, optional
        Who appeared in the day's games; no forecast of the day sees it.

    Raises
    ------
    ValueError
        If the day lies before the clock of `known`.
    NotFinite
        If a forecast, a rating or what is known after the day is no finite number; the text names the game.
    """
    season, day = timestamp
    fixtures = FIXTURES.empty_table() if fixtures is None else fixtures
    before = knowledge.advance(known, season, day, model.parameters, squads)
    predicted = _forecast(games, before, known, model, PREDICTED)
    pending = _forecast(fixtures, before, known, model, PENDING)
    results = Results.of(games)
    after = knowledge.update(before, results, model.parameters, appearances)
    after = require_knowledge(after, before, results, model.parameters)
    return FoldedDay(after, predicted, require_ratings(_rated(after, day, model), timestamp), pending)


def fold(
    days: Iterable[Day], model: Model, known: Knowledge | None = None, squads: Squads | None = None
) -> Iterator[FoldedDay]:
    """Fold days in order from what is known (default: nothing), yielding what each gave."""
    known = knowledge.initial(model.parameters) if known is None else known
    for day in days:
        appearances = None if squads is None else squads.games.on(day.timestamp)
        folded = handle_new_data(day.timestamp, day.games, known, model, day.fixtures, squads, appearances)
        known = folded.known
        yield folded


def learn(
    games: pa.Table, parameters: Parameters, known: Knowledge | None = None, squads: Squads | None = None
) -> Iterator[tuple[Day, Knowledge]]:
    """Each day of games (`GAMES`, sorted by season and day) and what is known after it; none is forecast.

    known: from the games before these; nothing if left out.
    """
    known = known or knowledge.initial(parameters)
    for day in days_of(games):
        before = knowledge.advance(known, day.season, day.day, parameters, squads)
        appearances = None if squads is None else squads.games.on(day.timestamp)
        known = knowledge.update(before, Results.of(day.games), parameters, appearances)
        yield day, known


def forecast_fixtures(
    known: Knowledge, fixtures: pa.Table, in_charge: Callable[[Moment], Model], squads: Squads | None = None
) -> pa.Table:
    """Forecast fixtures (`FIXTURES` rows, all on days after `known`) from what is known now: `PENDING` rows.

    in_charge: the model that forecasts a day.
    """
    parts, opened = [PENDING.empty_table()], known
    moments = sorted(set(zip(*(fixtures[name].to_pylist() for name in ("season", "day")), strict=True)))
    for season, day in moments:
        rows = fixtures.filter(pc.and_(pc.equal(fixtures["season"], season), pc.equal(fixtures["day"], day)))
        model = in_charge((season, day))
        # A summer is turned once, and not for each day of fixtures: from its end on the way is the same.
        if opened.clock is not None and season > opened.now[0]:
            opened = knowledge.advance(opened, season, 0, model.parameters, squads)
        before = knowledge.advance(opened, season, day, model.parameters)
        parts.append(_forecast(rows, before, known, model, PENDING))
    return pa.concat_tables(parts).combine_chunks()


def days_of(games: pa.Table) -> Iterator[Day]:
    """Split games (`GAMES`, sorted by season and day) into days without fixtures, in order."""
    season, day = games["season"].to_numpy(), games["day"].to_numpy()
    for rows in runs(season, day):
        start = rows.start
        of_day = games.slice(start, rows.stop - start)
        yield Day(int(season[start]), int(day[start]), of_day, FIXTURES.empty_table())


def issued(pending: pa.Table, now: datetime) -> pa.Table:
    """Stamp forecasts of games to come with the time at which they are published."""
    stamp = pa.array([now] * pending.num_rows, PENDING.field("issued_at").type)
    for name, column in (
        ("issued_at", stamp),
        ("issued_probability", pending["team1_probability"]),
        ("issued_model_id", pending["model_id"]),
    ):
        pending = pending.set_column(pending.schema.get_field_index(name), PENDING.field(name), column)
    return pending


def carry_issued(rows: pa.Table, *earlier: pa.Table) -> pa.Table:
    """Keep beside each row what was issued for the same game before; the first table that knows it wins."""
    names = [field.name for field in ISSUED if field.name.startswith("issued_")]
    told = [table.filter(pc.is_valid(table["issued_at"])).select([*IDENTITY, *names]) for table in earlier]
    known = pa.concat_tables(told)
    place = rows_of(rows, known)
    if not (place >= 0).any():
        return rows
    taken = pa.array(place, mask=place < 0)
    for name in names:
        index = rows.schema.get_field_index(name)
        rows = rows.set_column(index, rows.schema.field(index), known[name].take(taken).cast(rows.schema.types[index]))
    return rows


def _forecast(rows: pa.Table, before: Knowledge, known: Knowledge, model: Model, schema: pa.Schema) -> pa.Table:
    """Rows with their forecasts from `before`, the morning of their day, which knows what `known` knew."""
    if rows.num_rows == 0:
        return schema.empty_table()
    matchups = Matchups.of(rows)
    made = forecast(before, matchups, model)
    n = rows.num_rows
    season = rows["season"].to_numpy()
    last, last_day = model.trained_through
    columns = {
        **{name: rows[name] for name in rows.schema.names},
        "team1_probability": made.probability,
        "team1_margin": made.margin,
        "margin_sd": made.margin_sd,
        "model_id": [model.id] * n,
        "known_through_season": [known.season] * n,
        "known_through_day": [known.day] * n,
        "out_of_sample": (season > last) | ((season == last) & (rows["day"].to_numpy() > last_day)),
    }
    if "absences" in schema.names:
        owed = owed_to_absences(before, matchups, model)
        columns["absences"] = pa.array(owed, mask=np.isnan(owed))
    arrays = [
        columns[field.name].cast(field.type).combine_chunks()
        if isinstance(columns.get(field.name), pa.ChunkedArray)
        else pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(n, field.type)
        for field in schema
    ]
    return require_forecasts(pa.Table.from_arrays(arrays, schema=schema), before.now)


def _rated(known: Knowledge, day: int, model: Model) -> pa.Table:
    season, _ = known.now
    ratings = statespace.ratings(known.strength, season, model.parameters)
    # Equal ratings are ordered by team, so that the same state always gives the same rows.
    order = np.lexsort((ratings.team, -ratings.rating))
    n, teams = len(order), ratings.team[order]
    adjusted = efficiency.efficiencies(known.adjusted, season, teams, model.parameters)
    without_box = np.full(n, known.adjusted.league_games == 0.0)
    return pa.Table.from_arrays(
        [
            pa.array(np.full(n, day), pa.int16()),
            pa.array(teams, pa.int32()),
            pa.array(np.arange(1, n + 1), pa.int16()),
            pa.array(ratings.rating[order]),
            pa.array(ratings.rating_sd[order]),
            *(pa.array(one, mask=without_box) for one in (adjusted.offence, adjusted.defence, adjusted.tempo)),
        ],
        schema=RATED,
    )
