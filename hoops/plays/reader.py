"""A play-by-play file as it streams: bytes in, days of whole games out, or a Rejected with a report.

bytes -> blocks of whole lines -> cells (fast, else careful) -> check_block -> days, in memory that does not grow

Each of the first two arrows is a thread of its own: what takes time there is zlib's and Arrow's, which let others run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.cells import Cells, Graces, parse_careful, parse_fast
from hoops.contract.events import EVENTS
from hoops.contract.header import Layout, layout_of
from hoops.contract.names import EventsName
from hoops.contract.payload import LINES_BLOCK, Source, line_blocks, line_ends
from hoops.contract.report import Problems
from hoops.contract.rows import Rows
from hoops.lanes import read_ahead
from hoops.plays.rules import Last, check_block
from hoops.plays.stretch import TEAM1, TEAM2, Columns, Stretch
from hoops.plays.vocabulary import AREAS, DETAIL_CODES, EVENT_CODES, Codes


class PlayByPlay:
    """A play-by-play file; going over it once reads it, a day at a time.

    It is sound or rejected as a whole, and that shows at its end: what is made of a day counts when all have come.

    events, details: the codes of the file. They grow while it is read.
    warnings: what was put right and what is doubtful, for a person to read; whole when all days have come.

    Raises
    ------
    Rejected
        While going over it: something in the file is outside the contract. The report names the first bad rows, and
        counts all. No other exception leaves it, whatever the bytes are.
    """

    def __init__(self, name: EventsName, source: Source, *, block: int = LINES_BLOCK) -> None:
        self.name, self.season = name, name.season
        self.events, self.details = Codes(EVENT_CODES), Codes(DETAIL_CODES)
        self.warnings: tuple[str, ...] = ()
        self._source, self._block = source, block
        self._problems, self._graces = Problems(name.key), Graces()
        self._areas = np.zeros(100, np.int64)
        self._clock_back = 0

    def __iter__(self) -> Iterator[Stretch]:
        waiting: list[Columns] = []
        for columns in self._blocks():
            cuts = np.flatnonzero(np.diff(columns["day"])) + 1
            for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(columns["day"])], strict=True)):
                if waiting and (number or waiting[-1]["day"][-1] != columns["day"][0]):
                    yield self._day(waiting)
                    waiting = []
                waiting.append({name: values[start:end] for name, values in columns.items()})
        self._problems.reject_if_any()
        yield self._day(waiting)
        self.warnings += tuple(self._doubts())

    def _blocks(self) -> Iterator[Columns]:
        """Plays in cuts as they come, up to the first that has a problem; after it, problems are looked for only."""
        warnings: dict[str, None] = {}  # a set in order
        last, rows_seen = Last(), 0
        with read_ahead(self._texts()) as texts, read_ahead(map(self._parsed, texts)) as parsed:
            for text, cells in parsed:
                warnings |= dict.fromkeys(text.warnings)
                rows, last = self._rows(text, cells, last)
                rows_seen += len(rows.lines)
                if len(rows.lines) and not self._problems.count:
                    yield self._columns(rows)
        if not rows_seen and not self._problems.count:
            self._problems.add(None, None, "a header without rows", "at least one row")
        self.warnings = (*warnings, *self._graces.warnings())

    def _texts(self) -> Iterator[_Text]:
        """The file's text in blocks of whole lines."""
        layout: Layout | None = None
        name = self.name
        for text, warnings in line_blocks(name.key, self._source, name.gzipped, name.limits, self._block):
            if layout is None:
                layout = layout_of(name.key, EVENTS, text)
                warnings = (*layout.warnings, *warnings)
            yield _Text(text, layout, warnings)
            layout = replace(layout, body=0, line=layout.line + _lines(text, layout.body))

    def _parsed(self, text: _Text) -> tuple[_Text, Cells | None]:
        return text, parse_fast(text.text, text.layout, self.name.league, encoded=True)

    def _day(self, parts: Sequence[Columns]) -> Stretch:
        day = Stretch.of(self.season, parts)
        self.events.count(day.event)
        self.details.count(day.detail)
        self._areas += np.bincount(day.area, minlength=len(self._areas))
        self._clock_back += int(np.count_nonzero((np.diff(day.seconds) < 0) & (np.diff(day.game) == 0)))
        return day

    def _rows(self, text: _Text, cells: Cells | None, last: Last) -> tuple[Rows, Last]:
        """The rows of a block, and where it leaves the file. Problems are found with the line that they are in.

        cells: what `parse_fast` made of it.
        """
        if cells is not None and cells.rows:
            rows, found = Rows.of(cells), Problems(self.name.key)
            after = check_block(self.season, rows, last, found)
            if not found.count:
                return rows, after
        cells = parse_careful(text.text, text.layout, self.name.league, self._problems, self._graces)
        rows = Rows.of(cells)
        return rows, check_block(self.season, rows, last, self._problems) if cells.rows else last

    def _columns(self, rows: Rows) -> Columns:
        """Plays from the side of team 1 and team 2."""
        winner, loser = rows.numbers("winner_id"), rows.numbers("loser_id")
        swapped = winner > loser  # the winner is team 2
        columns = {"day": rows.numbers("day")}
        for one, part in (("team", "id"), ("final", "final"), ("stated", "stated")):
            of_winner, of_loser = rows.numbers(f"winner_{part}"), rows.numbers(f"loser_{part}")
            columns[f"{one}1"] = np.where(swapped, of_loser, of_winner)
            columns[f"{one}2"] = np.where(swapped, of_winner, of_loser)
        columns["side"] = np.where(rows.numbers("team_id") == columns["team1"], TEAM1, TEAM2).astype(np.int8)
        columns["seconds"] = rows.numbers("seconds").astype(np.int16)
        columns["player"] = _filled(rows, "player_id", 0)
        area, x, y = (_filled(rows, name, -1).astype(np.int8) for name in ("area", "x", "y"))
        # Where nothing is known of a place, Kaggle's files say 0 for all three.
        nowhere = (area <= 0) & (x <= 0) & (y <= 0)
        columns["area"] = np.maximum(area, 0)
        columns["x"], columns["y"] = np.where(nowhere | (y < 0), -1, x), np.where(nowhere | (x < 0), -1, y)
        columns["event"] = self._coded(self.events, rows, "event", "EventType")
        columns["detail"] = self._coded(self.details, rows, "detail", "EventSubType")
        return columns

    def _coded(self, codes: Codes, rows: Rows, name: str, title: str) -> np.ndarray:
        try:
            return codes.numbers(rows.columns[name])
        except ValueError as error:
            self._problems.add(None, title, str(error), "codes of play-by-play: column by column as in the header")
            self._problems.reject()

    def _doubts(self) -> Iterator[str]:
        areas = {str(area): int(self._areas[area]) for area in range(len(AREAS) + 1, 100) if self._areas[area]}
        for title, unknown in (
            ("EventType", self.events.unknown()), ("EventSubType", self.details.unknown()), ("Area", areas),
        ):  # fmt: skip
            if unknown:
                each = ", ".join(
                    f"'{code}' in {count:,} row{'s' if count > 1 else ''}" for code, count in unknown.items()
                )
                yield f"{title} has codes that are not known: {each}; kept as they are"
        if self._clock_back:
            plays = f"{self._clock_back:,} play{'s' if self._clock_back > 1 else ''}"
            yield f"the clock steps back within a game, at {plays}: they stay in the order of the file"


@dataclass(frozen=True)
class _Text:
    """A block of whole lines: where its columns stand, and at which line of the file it begins."""

    text: bytes
    layout: Layout
    warnings: tuple[str, ...]


def _filled(rows: Rows, name: str, blank: int) -> np.ndarray:
    """A column that may have blanks or not be there, int32, (n,)."""
    column = rows.columns.get(name)
    if column is None:
        return np.full(len(rows.lines), blank, np.int32)
    return pc.fill_null(column, pa.scalar(blank, pa.int32())).to_numpy(zero_copy_only=False)


def _lines(text: bytes, start: int) -> int:
    """Lines that end in a text, from some place on: with a line feed, a return or both."""
    feeds, returns, pairs = line_ends(text, start)
    return feeds + returns - pairs
