"""A play-by-play file from a stream: what is read, what is refused, and where."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import numpy as np
import pytest

from hoops.contract import Rejected, parse
from hoops.plays import rules
from hoops.plays.reader import PlayByPlay
from tests.unit.hoops.plays.invented_plays import BLOCK, HEADER, MEN_2018, PLAYS, days, game, reader, season, text

Rows = list[str]


def test_days_hold_whole_games_seen_from_team_1() -> None:
    first, second = days(text(season()))
    assert (first.day.tolist(), first.games, first.size) == ([11], 1, 12)
    assert (second.day.tolist(), second.team1.tolist(), second.team2.tolist()) == ([12, 12], [1104, 1200], [1105, 1300])
    assert second.final.tolist() == [[8, 5], [5, 8]]
    assert second.starts.tolist() == [0, 12, 24]
    assert second.side[:12].tolist() == first.side.tolist()
    assert second.side[12:].tolist() == (1 - first.side).tolist()
    assert first.score[:, -1].tolist() == [8, 5]
    assert first.number.tolist() == list(range(1, 13))
    assert second.complete.all()
    assert (first.x == -1).all()
    assert (first.area == 0).all()


@pytest.mark.parametrize("block", [1, 100, 700, BLOCK])
def test_games_that_lie_in_several_blocks(block: int) -> None:
    whole = days(text(season()))
    for cut, uncut in zip(days(text(season()), block=block), whole, strict=True):
        for name in ("team1", "team2", "starts", "final", "seconds", "side", "player", "event", "detail", "stated"):
            assert np.array_equal(getattr(cut, name), getattr(uncut, name))


@pytest.mark.parametrize(
    "form",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data + b"\n\n",
        lambda data: data.replace(b",70,", b',"70",'),
        lambda data: data.replace(b",70,", b",70.0,"),
        lambda data: data.replace(b"EventSubType,X", b"eventsubtype, x "),
    ],
    ids=["CRLF", "CR", "byte order mark", "blank lines", "quotes", "70.0", "header"],
)
@pytest.mark.parametrize("block", [150, BLOCK])
def test_other_forms_of_the_same_file(form: Callable[[bytes], bytes], block: int) -> None:
    plain = days(text(season()))
    other = days(form(text(season())), block=block)
    assert [one.size for one in other] == [one.size for one in plain]
    assert all(np.array_equal(one.score, two.score) for one, two in zip(plain, other, strict=True))


def test_gzip_and_columns_in_any_order_or_left_out() -> None:
    assert [day.size for day in days(gzip.compress(text(season())), f"{MEN_2018}.gz")] == [12, 24]
    titles = HEADER.split(",")
    places = [place for place, title in enumerate(titles) if title not in ("X", "Y", "Area")][::-1]
    rows = [",".join(line.split(",")[place] for place in places) for line in [HEADER, *season()]]
    assert [day.size for day in days(text(rows[1:], rows[0]))] == [12, 24]


def test_places_on_the_court() -> None:
    rows = game(11, 1104, 1272, PLAYS)
    rows[0] = rows[0].removesuffix("0,0,0") + "92,48,10"
    rows[2] = rows[2].removesuffix("0,0,0") + ",,"
    rows[4] = rows[4].removesuffix("0,0,0") + "0,0,14"
    plays = reader(text(rows))
    (day,) = plays
    assert (day.x[:5].tolist(), day.y[:5].tolist()) == ([92, -1, -1, -1, 0], [48, -1, -1, -1, 0])
    assert day.area[:5].tolist() == [10, 0, 0, 0, 14]
    assert plays.warnings == ("Area has codes that are not known: '14' in 1 row; kept as they are",)


def test_doubts_are_told() -> None:
    plays = [*PLAYS, (2300, 1104, 150, "shove", "hard"), (2300, 1104, 150, "shove", "")]
    told = reader(text(game(11, 1104, 1272, plays)), block=200)
    assert sum(day.size for day in told) == 14
    assert told.warnings == (
        "EventType has codes that are not known: 'shove' in 2 rows; kept as they are",
        "EventSubType has codes that are not known: 'hard' in 1 row; kept as they are",
        "the clock steps back within a game, at 1 play: they stay in the order of the file",
    )


def cell(row: int, title: str, value: str) -> Callable[[Rows], Rows]:
    """Put something into a cell; row 2 is the first below the header."""

    def change(rows: Rows) -> Rows:
        cells = rows[row - 2].split(",")
        cells[HEADER.split(",").index(title)] = value
        return [*rows[: row - 2], ",".join(cells), *rows[row - 1 :]]

    return change


@pytest.mark.parametrize(
    ("change", "row", "column", "found", "allowed"),
    [
        (cell(5, "EventType", "made 2"), 5, "EventType", "'made 2'", "a code of 1-20 letters and digits"),
        (cell(5, "EventType", ""), 5, "EventType", "nothing", "a code of"),
        (cell(20, "DayNum", "x"), 20, "DayNum", "'x'", "whole number 0-200"),
        (cell(20, "ElapsedSeconds", "-1"), 20, "ElapsedSeconds", "'-1'", "whole number 0-8400"),
        (cell(20, "Area", "100"), 20, "Area", "'100'", "whole number 0-99, or empty"),
        (cell(20, "X", "101"), 20, "X", "'101'", "whole number 0-100"),
        (cell(20, "WTeamID", "3104"), 20, "WTeamID", "'3104'", "men's team id 1000-1999"),
        (cell(3, "Season", "2017"), 3, "Season", "2017", "2018, as in the file's name"),
        (cell(2, "WFinalScore", "4"), 2, "WFinalScore", "4, with LFinalScore 5", "more points than the loser's"),
        (cell(3, "LFinalScore", "6"), 3, "LFinalScore", "6 after 5 in the same game", "the same in all rows"),
        (cell(3, "EventTeamID", "1400"), 3, "EventTeamID", "1400, in a game of 1104 and 1272", "one of the game's"),
        (cell(3, "EventID", "1"), 3, "EventID", "1 after 1 in the same game", "ascending within a game"),
        (lambda rows: rows[12:] + rows[:12], 26, "DayNum", "11 after a later day", "sort the rows by DayNum"),
        (lambda rows: [*rows, *game(12, 1300, 1200, [(9, 1300, 1, "steal", "")], 900)], 38, None,
         "the game of 1300 and 1200 on day 12 again", "the rows of a game together"),
        (lambda rows: [*rows[:4], rows[4] + ",,1", *rows[5:]], 6, None, "19 cells", "17 cells, as in the header"),
        (lambda rows: [*rows[:4], '"', *rows[5:]], 6, None, "a ", ""),
        (lambda rows: [], None, None, "a header without rows", "at least one row"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("block", [300, BLOCK])
def test_a_bad_row_rejects_the_whole_file(
    change: Callable[[Rows], Rows], row: int | None, column: str | None, found: str, allowed: str, block: int
) -> None:
    with pytest.raises(Rejected) as rejection:
        days(text(change(season())), block=block)
    problem = rejection.value.report.problems[0]
    assert (problem.row, problem.column) == (row, column)
    assert problem.found.startswith(found)
    assert allowed in problem.allowed


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (b"", MEN_2018, "an empty file"),
        (b"\n \n", MEN_2018, "an empty file"),
        (b"\0" * 99, MEN_2018, "a binary file"),
        (b"PK\x03\x04", MEN_2018, "a zip archive"),
        (text(season()), f"{MEN_2018}.gz", "a file that is not gzip"),
        (gzip.compress(text(season()), mtime=0), MEN_2018, "a gzip file"),
        (gzip.compress(text(season()), mtime=0)[:-20], f"{MEN_2018}.gz", "a gzip file that breaks off"),
        (b"Season,DayNum\n1,2\n", MEN_2018, "no such column"),
        (HEADER.replace(",", ";").encode(), MEN_2018, "no header"),
        (text([*season(), "x" * 20_000]), MEN_2018, "a line of more than 16,384 bytes"),
    ],
)
def test_what_is_no_such_file(data: bytes, name: str, found: str) -> None:
    with pytest.raises(Rejected) as rejection:
        days(data, name)
    assert rejection.value.report.problems[0].found.startswith(found)


def test_all_problems_are_counted_and_the_first_told() -> None:
    rows = [row.replace("1104", "9") for row in season()]
    with pytest.raises(Rejected) as rejection:
        days(text(rows), block=200)
    report = rejection.value.report
    assert report.count > 24
    assert [problem.row for problem in report.problems] == sorted(problem.row or 0 for problem in report.problems)


def test_too_many_unknown_codes() -> None:
    plays = [(second, 1104, 1, f"x{second}", "") for second in range(70)]
    with pytest.raises(Rejected, match="more than 64 codes that are not known"):
        days(text(game(11, 1104, 1272, plays)))


def test_games_and_days_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_GAME", 11)
    with pytest.raises(Rejected) as rejection:
        days(text(season()), block=400)
    assert [problem.row for problem in rejection.value.report.problems] == [13, 25, 37]
    monkeypatch.setattr(rules, "MAX_GAME", 12)
    monkeypatch.setattr(rules, "MAX_DAY", 23)
    with pytest.raises(Rejected, match="row 37: found more than 23 plays in a day"):
        days(text(season()), block=400)


class Dribble(io.BytesIO):
    """A source that gives less than it is asked for, as the body of an object may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 1, 37))


def test_a_source_that_gives_little_at_a_time() -> None:
    plays = PlayByPlay(parse(f"{MEN_2018}.gz"), Dribble(gzip.compress(text(season()))))
    assert sum(day.size for day in plays) == 36
