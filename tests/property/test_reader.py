"""The reader under fire: whatever the bytes, a file is accepted or rejected with a report, and nothing else happens."""

from __future__ import annotations

import gzip

from corpus.hard_files import COMPACT_HEADER, COMPACT_KEY, GRACEFUL, REJECTED, text
from corpus.mutations import mutated
from corpus.typed_rows import typed
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hoops.contract import Accepted, Rejected, WholeName, parse, read
from hoops.contract.cells import Cells, parse_careful, parse_fast
from hoops.contract.columns import DATASETS
from hoops.contract.header import layout_of
from hoops.contract.names import allowed_names
from hoops.contract.payload import text_of
from hoops.contract.report import SHOWN_PROBLEMS, Problems


def attempt(key: str, data: bytes) -> Accepted | None:
    """What the reader gives, or None for a rejection whose report is in order."""
    try:
        accepted = read(parse(key), data)
    except Rejected as rejection:
        report = rejection.report
        assert 1 <= len(report.problems) <= min(report.count, SHOWN_PROBLEMS)
        rows = [problem.row or 0 for problem in report.problems]
        assert rows == sorted(rows)
        assert all(len(line) < 1500 and line.isprintable() for line in report.text().split("\n"))
        return None
    assert accepted.table.num_rows > 0
    accepted.table.validate(full=True)
    assert accepted.table.schema.equals(DATASETS[accepted.name.dataset].schema)
    return accepted


@settings(deadline=None, derandomize=True, max_examples=300)
@given(mutated())
def test_mutated_file_is_accepted_or_rejected(file: tuple[str, bytes]) -> None:
    attempt(*file)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(mutated(), st.integers(0, 200), st.binary(max_size=3))
def test_mutated_gzip_is_accepted_or_rejected(file: tuple[str, bytes], at: int, piece: bytes) -> None:
    key, data = file
    packed = gzip.compress(data, mtime=0)
    attempt(key + ".gz", packed)
    attempt(key + ".gz", packed[:at] + piece + packed[at + len(piece) :])
    attempt(key + ".gz", packed[:at])


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.sampled_from([name for name in allowed_names() if isinstance(parse(name), WholeName)]), st.binary(max_size=300)
)
@example("MTeams.csv", b"TeamID,TeamName\n1101,\x85\xff\n")
def test_random_bytes_are_accepted_or_rejected(name: str, data: bytes) -> None:
    attempt(name, data)
    attempt(name + ".gz", data)


CELL = st.one_of(
    st.integers(-5, 3300).map(str),
    st.sampled_from(["", "H", "nan", "7.0", " 7", '"7"', "1e2", "W01", "٣", "+7", "-0"]),
    st.text(st.characters(codec="utf-8"), max_size=3),
)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    st.sampled_from(sorted(DATASETS)), st.lists(st.lists(CELL, min_size=2, max_size=9), max_size=5), st.data()
)  # fmt: skip
def test_any_cells_under_a_right_header_are_accepted_or_rejected(
    dataset: str, rows: list[list[str]], data: st.DataObject
) -> None:
    titles = [column.title for column in DATASETS[dataset].columns if column.required]
    cells = [[data.draw(st.sampled_from(row)) for _ in titles] for row in rows]
    name = ("M" if DATASETS[dataset].by_league else "") + dataset
    attempt(f"{name}.csv", text(",".join(titles), *(",".join(row) for row in cells)))


@settings(deadline=None, derandomize=True, max_examples=400)
@given(typed())
@example(("Cities.csv", b"CityID,City,State,Lat,Lon\n1,A,,32.5,-99.25\n1,A,,32.5,-99.25\n"))
def test_rows_of_every_type_repeated_and_changed_are_accepted_or_rejected(file: tuple[str, bytes]) -> None:
    attempt(*file)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(typed())
def test_rows_that_stand_there_again_change_nothing(file: tuple[str, bytes]) -> None:
    key, data = file
    header, *rows = data.decode().split("\n")[:-1]
    once, again = attempt(key, text(header, *dict.fromkeys(rows))), attempt(key, text(header, *rows, *rows))
    assert (once is None) == (again is None)
    if once is not None and again is not None:
        assert again.table.equals(once.table)
        assert any("folded into one" in warning for warning in again.warnings)


def fast(key: str, data: bytes) -> Cells | None:
    """What the fast way makes of a file; the careful one makes the same of it, or has nothing else to say."""
    name = parse(key)
    problems = Problems(key)
    try:
        plain, _ = text_of(key, data, gzipped=False)
        layout = layout_of(key, DATASETS[name.dataset], plain)
        cells = parse_fast(plain, layout, name.league)
        careful = parse_careful(plain, layout, name.league, problems)
    except Rejected:
        return None
    if cells is not None:
        assert problems.count == 0
        assert all(array.equals(careful.columns[column]) for column, array in cells.columns.items())
    return cells


@settings(deadline=None, derandomize=True, max_examples=300)
@given(mutated())
def test_fast_and_careful_parsing_agree(file: tuple[str, bytes]) -> None:
    fast(*file)


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", " ", '"a"', '"a, ""b"""', "\n1,", ',"a"\n'])))
def test_fast_and_careful_parsing_agree_on_quotes(pieces: list[str]) -> None:
    fast("Conferences.csv", f"ConfAbbrev,Description\n{''.join(pieces)}".encode())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(typed(), st.data())
def test_quotes_around_cells_change_nothing_and_cost_nothing(file: tuple[str, bytes], data: st.DataObject) -> None:
    key, plain = file
    assume(b'"' not in plain)
    header, *rows = plain.decode().split("\n")[:-1]
    quoted = [[data.draw(st.sampled_from([cell, f'"{cell}"'])) for cell in row.split(",")] for row in rows]
    one, other = fast(key, plain), fast(key, text(header, *(",".join(row) for row in quoted)))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert all(array.equals(other.columns[column]) for column, array in one.columns.items())


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.permutations(range(12)), st.sampled_from(["\n", "\r\n"]), st.permutations(COMPACT_HEADER.split(",")))
def test_order_of_rows_and_columns_does_not_matter(rows: list[int], end: str, titles: list[str]) -> None:
    games = [
        dict(zip(COMPACT_HEADER.split(","), [2024, day // 3, 1101 + day % 3, 70, 1110, 60, "A", 0], strict=True))
        for day in range(12)
    ]
    lines = [",".join(titles), *(",".join(str(games[row][title]) for title in titles) for row in rows)]
    plain = text(COMPACT_HEADER, *(",".join(map(str, game.values())) for game in games))
    accepted = read(parse(COMPACT_KEY), end.join(lines).encode())
    assert accepted.table.equals(read(parse(COMPACT_KEY), plain).table)


def test_the_corpus_itself_is_accepted_or_rejected() -> None:
    assert all(attempt(bad.key, bad.make()) is None for bad in REJECTED)
    assert all(attempt(odd.key, odd.make()) is not None for odd in GRACEFUL)
