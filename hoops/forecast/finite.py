"""Nothing that is not a number leaves a day: neither a forecast, nor a rating, nor what is known after it.

One NaN in what is known spreads to every later forecast of the league. Whoever folds a day gets an error that names
the game instead, and commits nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import Parameters

SHOWN = 5
_CORRECT = "correct it by a newer file of its day, or take it back with a retraction"
_REFOLD = (
    "correct the game of an earlier day that no game can be, which an earlier version let in: all days from it on are "
    "folded again"
)


class NotFinite(MadnessError):
    """A day cannot be folded, as something of it is no finite number; its text names the game or the team."""


def require_forecasts(rows: pa.Table, timestamp: Moment) -> pa.Table:
    """The forecasts of a day's games or fixtures (`PREDICTED` or `PENDING`), all of them finite.

    Raises
    ------
    NotFinite
    """
    bad = _bad_rows(rows, "team1_probability", "team1_margin", "margin_sd")
    if len(bad):
        games = [(rows["team1_id"][row].as_py(), rows["team2_id"][row].as_py()) for row in bad[:SHOWN].tolist()]
        raise NotFinite(
            f"{_day(games[0][0], timestamp)}: the forecast of {_games(games, len(bad))} is no finite number, as what "
            f"is known from earlier days is none; {_REFOLD}"
        )
    return rows


def require_ratings(rows: pa.Table, timestamp: Moment) -> pa.Table:
    """The ratings after a day (`RATED`), all of them finite.

    Raises
    ------
    NotFinite
    """
    bad = _bad_rows(rows, *(field.name for field in rows.schema if pa.types.is_floating(field.type)))
    if len(bad):
        teams = [rows["team_id"][row].as_py() for row in bad[:SHOWN].tolist()]
        more = f" and {len(bad) - SHOWN:,} more" if len(bad) > SHOWN else ""
        raise NotFinite(
            f"{_day(teams[0], timestamp)}: the rating of team {', '.join(map(str, teams))}{more} is no finite number"
        )
    return rows


def require_knowledge(after: Knowledge, before: Knowledge, results: Results, parameters: Parameters) -> Knowledge:
    """What is known after the games of a day, all of it finite; before: on its morning.

    Raises
    ------
    NotFinite
        Names the games that make it so each by itself, or else says that they do together.
    """
    if not (broken := _broken(after)):
        return after
    where, what = _day(int(results.team1[0]), after.now), ", ".join(broken[:SHOWN])
    if _broken(before):
        raise NotFinite(f"{where}: what is known from earlier days is no finite number ({what}); {_REFOLD}")
    alone = [row for row in range(len(results)) if _broken(_alone(before, results, row, parameters))]
    games = [(int(results.team1[row]), int(results.team2[row])) for row in alone[:SHOWN]]
    if not games:
        raise NotFinite(f"{where}: its {len(results):,} games together make what is known no finite number ({what})")
    scores = ", ".join(f"{results.score[row, 0]:.0f}-{results.score[row, 1]:.0f}" for row in alone[:SHOWN])
    raise NotFinite(
        f"{where}: {_games(games, len(alone))} ({scores}) would make what is known no finite number ({what}): "
        f"such a score or box score can be no game's; {_CORRECT}"
    )


def _alone(before: Knowledge, results: Results, row: int, parameters: Parameters) -> Knowledge:
    """What would be known after a single game of the day."""
    with np.errstate(all="ignore"):  # it is looked for what breaks
        return knowledge.update(before, results.rows(np.array([row])), parameters)


def _broken(known: Knowledge) -> list[str]:
    """Names of the arrays of what is known that are not finite."""
    return [name for name, values in _arrays(known, "") if not np.isfinite(values).all()]


def _arrays(part: object, name: str) -> Iterator[tuple[str, np.ndarray]]:
    if is_dataclass(part):
        for field in fields(part):
            yield from _arrays(getattr(part, field.name), f"{name}.{field.name}" if name else field.name)
    elif isinstance(part, float | np.ndarray) and np.asarray(part).dtype.kind == "f":
        yield name, np.asarray(part)


def _bad_rows(rows: pa.Table, *columns: str) -> np.ndarray:
    """Places of the rows with a number that is not finite; null is none."""
    good = np.full(rows.num_rows, True)
    for name in columns:
        good &= np.asarray(pc.fill_null(pc.is_finite(rows[name]), True))
    return np.flatnonzero(~good)


def _day(team: int, timestamp: Moment) -> str:
    season, day = timestamp
    league = next((one for one in League if team in one.team_ids), None)
    return f"{league.label if league else 'No league'}, season {season}, day {day}"


def _games(games: list[tuple[int, int]], count: int) -> str:
    named = ", ".join(f"{one} against {two}" for one, two in games)
    return f"the game{'s' if count > 1 else ''} {named}" + (
        f" and {count - len(games):,} more" if count > len(games) else ""
    )
