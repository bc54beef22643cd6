"""Whatever happens on a day, no feature and no forecast of a game of that day or an earlier one can know it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.forecast.features import walk
from hoops.forecast.fold import days_of, fold
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.surroundings import Surroundings
from hoops.knowledge.parameters import defaults
from hoops.schemas import BOX_COLUMNS, GAMES

PARAMETERS = defaults(League.WOMEN)
SURROUNDINGS = Surroundings.of(
    {
        "TeamConferences": pa.table(
            {"season": [2010] * 4 + [2011] * 4, "team_id": [3101, 3102, 3103, 3104] * 2, "conference": ["a", "b"] * 4}
        ),
        "Cities": pa.table(
            {
                "city_id": pa.array([1, 2, 3, 4], pa.int32()),
                "latitude": [40.0, 41.0, 42.0, None],
                "longitude": [-80.0, -90.0, -100.0, None],
            }
        ),
    }
)


@st.composite
def leagues(draw: st.DrawFn) -> list[dict]:
    """Games of a few days over two seasons, some without box score; sorted."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = []
    for season in (2010, 2011):
        for day in sorted(rng.choice(60, size=int(rng.integers(1, 5)), replace=False).tolist()):
            teams = 3101 + rng.permutation(8)
            for pair in np.sort(teams.reshape(-1, 2)[: int(rng.integers(1, 5))], axis=1).tolist():
                known = {"season": season, "day": day, "kind": "regular", "team1_id": pair[0], "team2_id": pair[1],
                         "site": int(rng.integers(-1, 2)), "city": int(rng.integers(1, 6))}  # fmt: skip
                rows.append(known | an_outcome(rng))
    return sorted(rows, key=lambda row: (row["season"], row["day"], row["team1_id"]))


def an_outcome(rng: np.random.Generator) -> dict:
    """Everything about a game that is not known before it."""
    scores = rng.choice(np.arange(40, 110), 2, replace=False).tolist()
    box = rng.integers(0, 50, (2, len(BOX_COLUMNS))) + 1 if rng.random() < 0.7 else None
    outcome = {"team1_score": scores[0], "team2_score": scores[1], "num_ot": int(rng.integers(0, 3))}
    for side in (0, 1):
        for place, name in enumerate(BOX_COLUMNS):
            outcome[f"team{side + 1}_{name}"] = None if box is None else int(box[side, place])
    return outcome


def seen(rows: list[dict]) -> dict[tuple, list[bytes]]:
    city = pa.array([row["city"] for row in rows], pa.int32())
    games = pa.Table.from_pylist(rows, schema=GAMES).append_column("city_id", city)
    _, described, _ = walk(games, PARAMETERS, SURROUNDINGS)
    parts = (described.values, described.context, described.offset, described.margin)
    return {
        (row["season"], row["day"], row["team1_id"]): [part[place].tobytes() for part in parts]
        for place, row in enumerate(rows)
    }


def forecast(rows: list[dict]) -> dict[tuple, tuple]:
    days = days_of(pa.Table.from_pylist(rows, schema=GAMES))
    made = [row for day in fold(days, shipped(League.WOMEN)) for row in day.predicted.to_pylist()]
    names = ("team1_probability", "team1_margin", "margin_sd")
    return {(row["season"], row["day"], row["team1_id"]): tuple(row[name] for name in names) for row in made}


@settings(max_examples=40, deadline=None)
@given(leagues(), st.data())
def test_changing_or_removing_a_game_changes_nothing_of_its_day_or_earlier(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    outcome = an_outcome(np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))))
    changed = [row | outcome if i == place else row for i, row in enumerate(rows)]
    if len(rows) > 1 and data.draw(st.booleans()):
        del changed[place]
    moment = (rows[place]["season"], rows[place]["day"])
    for look in (seen, forecast):
        before, after = look(rows), look(changed)
        for game, values in after.items():
            if game[:2] <= moment:
                assert values == before[game]


@settings(max_examples=20, deadline=None)
@given(leagues())
def test_what_comes_later_changes_no_feature_at_all(rows):
    whole = seen(rows)
    for stop in range(1, len(rows)):
        if rows[stop]["day"] != rows[stop - 1]["day"] or rows[stop]["season"] != rows[stop - 1]["season"]:
            assert seen(rows[:stop]).items() <= whole.items()
