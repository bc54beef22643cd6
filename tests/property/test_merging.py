"""Merging is commutative and idempotent, and says what a slow, obvious merge says."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract.merge import ReferenceStatement, Statement, merge, merge_reference, open_fixtures
from hoops.schemas import BOX_COLUMNS, FIXTURES, GAMES

VERSIONS = [f"2024010{day}T000000Z" for day in range(1, 5)]
KEY = ("season", "day", "team1_id", "team2_id")
KEY_SCHEMA = pa.schema([GAMES.field(name) for name in KEY])
BOX = [f"team{side}_{column}" for side in (1, 2) for column in BOX_COLUMNS]
PAIRS = [(1101, 1102), (1101, 1103), (1102, 1103)]

identities = st.tuples(st.just(2024), st.integers(1, 3), st.sampled_from(PAIRS)).map(lambda i: (i[0], i[1], *i[2]))


@st.composite
def games(draw: st.DrawFn) -> pa.Table:
    rows = []
    for key in draw(st.lists(identities, min_size=1, max_size=6, unique=True)):
        score = draw(st.sampled_from([(70, 60), (60, 70), (71, 60)]))
        row = dict.fromkeys(GAMES.names) | dict(zip(KEY, key, strict=True))
        row |= {"kind": "regular", "site": draw(st.integers(-1, 1)), "num_ot": draw(st.integers(0, 3))}
        row |= {"team1_score": score[0], "team2_score": score[1]}
        if draw(st.booleans()):
            row |= dict.fromkeys(BOX, draw(st.integers(1, 9)))
        rows.append(row)
    return pa.Table.from_pylist(rows, GAMES)


@st.composite
def retractions(draw: st.DrawFn) -> pa.Table:
    keys = draw(st.lists(identities, min_size=1, max_size=4, unique=True))
    return pa.Table.from_pylist([dict(zip(KEY, key, strict=True)) for key in keys], KEY_SCHEMA)


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """Files with distinct contents, some of the same version."""
    said = []
    for number in range(draw(st.integers(0, 6))):
        version, content = draw(st.sampled_from(VERSIONS)), f"{draw(st.integers(0, 9))}-{number}"
        if draw(st.integers(0, 3)):
            said.append(Statement(version, content, games=draw(games())))
        else:
            said.append(Statement(version, content, retractions=draw(retractions())))
    return said


def slow_merge(said: list[Statement]) -> list[dict]:
    """Walk each game's history from its oldest statement to its newest."""
    histories: dict[tuple, list[tuple]] = {}
    for statement in said:
        for row in statement.games.to_pylist() if statement.games else []:
            age = (statement.version, 0, row["team1_fgm"] is not None, statement.content)
            histories.setdefault(tuple(row[name] for name in KEY), []).append((age, row))
        for row in statement.retractions.to_pylist() if statement.retractions else []:
            age = (statement.version, 1, False, statement.content)
            histories.setdefault(tuple(row[name] for name in KEY), []).append((age, None))
    holds = []
    for _, history in sorted(histories.items()):
        history.sort(key=lambda stated: stated[0])
        since = []
        for _, row in history:
            since = [*since, row] if row is not None else []
        if since:
            newest = dict(since[-1])
            if newest["team1_fgm"] is None:
                for older in since:
                    same = all(older[name] == newest[name] for name in ("team1_score", "team2_score"))
                    if same and older["team1_fgm"] is not None:
                        newest |= {name: older[name] for name in BOX}
            holds.append(newest)
    return holds


@settings(deadline=None, derandomize=True, max_examples=300)
@given(statements())
def test_merge_says_what_the_slow_one_says(said: list[Statement]) -> None:
    merged = merge(said)
    merged.validate(full=True)
    assert merged.schema.equals(GAMES)
    assert merged.to_pylist() == slow_merge(said)


def by_day(statement: Statement) -> list[Statement]:
    """A file split into its days."""
    parts = []
    for day in (1, 2, 3):
        tables = {
            name: table.filter(pc.equal(table["day"], day)) if table is not None else None
            for name, table in (("games", statement.games), ("retractions", statement.retractions))
        }
        parts.append(Statement(statement.version, statement.content, **tables))
    return parts


@settings(deadline=None, derandomize=True, max_examples=150)
@given(statements(), st.randoms(use_true_random=False))
def test_order_repeats_and_splitting_change_nothing(said: list[Statement], chance: random.Random) -> None:
    parts = [part for statement in said for part in by_day(statement)]
    again = [*parts, *chance.choices(parts, k=5)] if parts else []
    chance.shuffle(again)
    assert merge(again).equals(merge(said))


@settings(deadline=None, derandomize=True, max_examples=100)
@given(statements())
def test_merging_day_by_day_is_merging_all(said: list[Statement]) -> None:
    days = [merge([part for statement in said for part in by_day(statement)[day : day + 1]]) for day in range(3)]
    assert pa.concat_tables(days).equals(merge(said))


SEEDS = st.lists(
    st.tuples(st.integers(2020, 2023), st.sampled_from(["W01", "X02"])), min_size=1, max_size=5, unique=True
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    st.lists(st.tuples(st.sampled_from(VERSIONS), SEEDS, st.integers(1101, 1104)), max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_newest_file_of_a_season_is_the_season(said: list, chance: random.Random) -> None:
    schema = merge_reference("NCAATourneySeeds", []).schema
    files = [
        ReferenceStatement(
            version,
            str(number),
            pa.Table.from_pylist([{"season": s, "seed": seed, "team_id": team} for s, seed in rows], schema),
        )
        for number, (version, rows, team) in enumerate(said)
    ]
    expected = {}
    for file in sorted(files, key=lambda file: (file.version, file.content)):
        rows = file.table.to_pylist()
        expected |= {season: [row for row in rows if row["season"] == season] for season in {r["season"] for r in rows}}
    shuffled = [*files, *files]
    chance.shuffle(shuffled)
    merged = merge_reference("NCAATourneySeeds", shuffled)
    assert merged.schema.equals(schema)
    assert merged.to_pylist() == sorted(
        (row for rows in expected.values() for row in rows), key=lambda row: (row["season"], row["seed"])
    )


@settings(deadline=None, derandomize=True, max_examples=150)
@given(statements(), st.randoms(use_true_random=False))
def test_open_fixtures_are_the_newest_list_less_what_was_retracted_since(
    said: list[Statement], chance: random.Random
) -> None:
    listed = [
        Statement(s.version, s.content, games=_fixtures(s.games) if s.games else None, retractions=s.retractions)
        for s in said
    ]
    lists = [s for s in listed if s.games is not None]
    newest = max(lists, key=lambda s: (s.version, s.content), default=None)
    gone = {
        tuple(row.values())
        for s in listed
        if s.retractions is not None and newest is not None and s.version >= newest.version
        for row in s.retractions.to_pylist()
    }
    rows = newest.games.to_pylist() if newest is not None and newest.games is not None else []
    expected = [row for row in rows if tuple(row[name] for name in KEY) not in gone]
    shuffled = [*listed, *listed]
    chance.shuffle(shuffled)
    merged = open_fixtures(shuffled)
    assert merged.schema.equals(FIXTURES)
    assert merged.to_pylist() == sorted(expected, key=lambda row: tuple(row[name] for name in KEY))


def _fixtures(table: pa.Table) -> pa.Table:
    city = pa.nulls(table.num_rows, pa.int32())
    return pa.table([table[n] if n != "city_id" else city for n in FIXTURES.names], schema=FIXTURES)
