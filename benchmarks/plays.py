"""Rows per second and peak memory of all tables of play-by-play, beside Polars' bare read, group and write.

    python -m benchmarks.plays --events DIR [--reference KAGGLE] [--polars PYTHON] [--repeat 3] [--write SECTION]

Every run is a process of its own, in turn with the others; the fastest of each is shown. Ours reads the files as a
function does, checks every cell and row, puts names in, and writes every table of play-by-play as
Parquet (`hoops.schemas.PLAY_TABLES`).
Polars reads the same files, counts events by team, player and type, and writes both as Parquet. `twice` is a file of
twice the size: every game is played again on the next day. Polars is not among the locks; it needs an
environment of its own::

    python -m venv /tmp/polars && /tmp/polars/bin/pip install polars

It ends with an error if we take more than 4 times as long as Polars or more than 400 MB, or twice the file takes over a
tenth more memory than the file.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks import report

SLOWER, MEGABYTES, GROWTH = 4.0, 400, 1.1
GROUP = 8_192  # rows of a row group: some twenty games

_POLARS = """
import json, resource, sys, time
import polars as pl
out, *files = sys.argv[1:]
start, processor, rows = time.perf_counter(), time.process_time(), 0
for number, file in enumerate(files):
    plays = pl.read_csv(file)
    counts = plays.group_by("EventTeamID", "EventPlayerID", "EventType").len()
    plays.write_parquet(f"{out}/plays{number}.parquet", compression="snappy")
    counts.write_parquet(f"{out}/counts{number}.parquet", compression="snappy")
    rows += plays.height
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
seconds, processor = time.perf_counter() - start, time.process_time() - processor
print(json.dumps({"rows": rows, "seconds": seconds, "processor": processor, "peak": peak}))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=Path, required=True, help="folder of {M|W}Events{season}.csv.gz")
    arguments.add_argument(
        "--reference", type=Path, help="folder with MTeams.csv and MSeasons.csv, for names and dates"
    )
    arguments.add_argument("--polars", help="a Python that has Polars")
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    arguments.add_argument("--work", nargs="+", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.work:
        print(json.dumps(transform(given.work, given.events, given.reference)))
        return
    files = sorted(given.events.glob("[MW]Events[0-9][0-9][0-9][0-9].csv.gz"))
    if not files:
        raise SystemExit(f"{given.events} has no MEvents<season>.csv.gz")
    ours = [sys.executable, "-m", "benchmarks.plays", "--events", str(given.events)]
    ours += ["--reference", str(given.reference)] if given.reference else []
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="madness-plays-") as work:
        (twice := Path(work) / "twice").mkdir()
        double(files[-1], twice / files[-1].name)
        runs = {
            "all tables": [*ours, "--work", *map(str, files)],
            "all tables, the last file": [*ours, "--work", str(files[-1])],
            "all tables, the last file twice": [*ours, "--work", str(twice / files[-1].name)],
        }
        if given.polars:
            runs["Polars"] = [given.polars, "-c", _POLARS, work, *map(str, files)]
        for _ in range(given.repeat):
            for name, command in runs.items():
                one = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                best = found.setdefault(name, one)
                found[name] = {each: min(best[each], one[each]) for each in one} | {
                    "peak": max(best["peak"], one["peak"])
                }
                print(f"{name}: {one['seconds']:.1f} s, {one['peak']:.0f} MB", file=sys.stderr, flush=True)
    text = report.table(
        ["what", "rows", "s", "rows a second", "processor, s", "peak, MB"],
        [
            (name, int(one["rows"]), f"{one['seconds']:.1f}", int(one["rows"] / one["seconds"]),
             f"{one['processor']:.1f}", f"{one['peak']:.0f}")
            for name, one in found.items()
        ],
    )  # fmt: skip
    print(text)
    if given.write:
        report.write(given.write, "python -m benchmarks.plays --events EVENTS --reference KAGGLE --polars PYTHON", text)
    if failures := broken(found):
        raise SystemExit("\n".join(failures))


def transform(files: Iterable[Path], events: Path, reference: Path | None) -> dict[str, float]:
    """Make and write every table of some files, one after the other; what it took."""
    import pyarrow as pa
    from hoops.plays.season import SeasonPlays

    from hoops.contract import EventsName, parse
    from hoops.games.reference import Reference
    from hoops.plays.reader import PlayByPlay

    pa.scalar("")  # at the first of them Arrow imports pandas, where there is one: imports are not counted
    start, processor, rows = time.perf_counter(), time.process_time(), 0
    with tempfile.TemporaryDirectory(prefix="madness-plays-") as folder:
        for file in files:
            name = parse(file.name)
            assert isinstance(name, EventsName)
            tables = _reference(reference, str(name.league)) if reference else {}
            players = _players(events / f"{name.league}Players.csv")
            with file.open("rb") as source, Writer(Path(folder)) as writer:
                plays = PlayByPlay(name, source)
                season = SeasonPlays(name.league, name.season, Reference(tables), players, plays.events, plays.details)
                for day in plays:
                    rows += day.plays
                    for table, piece in season.add(day).items():
                        writer.write(table, piece)
                for table, whole in season.tables().items():
                    for piece in whole.to_batches():
                        writer.write(table, piece)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows": rows,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - processor,
        "peak": peak,
    }


class Writer:
    """Tables as Parquet files, from pieces: a row group is written when there are rows for one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Any] = {}
        self._waiting: dict[str, list[Any]] = {}

    def write(self, name: str, piece: Any) -> None:
        self._waiting.setdefault(name, []).append(piece)
        if sum(one.num_rows for one in self._waiting[name]) >= GROUP:
            self._flush(name)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._waiting:
            self._flush(name)
        for file in self._files.values():
            file.close()

    def _flush(self, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from hoops.schemas import PLAY_TABLES

        schema = PLAY_TABLES[name].schema
        if name not in self._files:
            self._files[name] = pq.ParquetWriter(self._folder / f"{name}.parquet", schema, compression="snappy")
        table = pa.Table.from_batches(self._waiting[name], schema).unify_dictionaries()
        self._files[name].write_table(table, row_group_size=GROUP)
        self._waiting[name] = []


def double(file: Path, to: Path) -> None:
    """A file that has every game again on the day after it, unless its teams meet on that day too."""
    with gzip.open(file, "rt", newline="") as lines, gzip.open(to, "wt", newline="", compresslevel=1) as out:
        head = next(lines)
        out.write(head)
        titles = head.strip().split(",")
        day_at, pair_at = titles.index("DayNum"), (titles.index("WTeamID"), titles.index("LTeamID"))
        again: list[list[str]] = []  # rows of the last day, as cells, with the next day in them

        def repeat(but: set[frozenset[str]]) -> None:
            out.writelines(",".join(row) for row in again if frozenset(row[at] for at in pair_at) not in but)

        for day, rows in groupby((line.split(",") for line in lines), key=lambda row: row[day_at]):
            plays = list(rows)
            if again and again[0][day_at] != day:
                repeat(set())
                again = []
            out.writelines(",".join(row) for row in plays)
            repeat({frozenset(row[at] for at in pair_at) for row in plays})
            again = [[*row[:day_at], str(int(day) + 1), *row[day_at + 1 :]] for row in plays]
        repeat(set())


def broken(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What is not as it should be."""
    all_tables, once, twice = (found[f"all tables{what}"] for what in ("", ", the last file", ", the last file twice"))
    failures = []
    if "Polars" in found and all_tables["seconds"] > SLOWER * found["Polars"]["seconds"]:
        failures.append(
            f"{all_tables['seconds'] / found['Polars']['seconds']:.1f} times Polars' time; allowed: {SLOWER}"
        )
    if all_tables["peak"] > MEGABYTES:
        failures.append(f"{all_tables['peak']:.0f} MB; allowed: {MEGABYTES}")
    if twice["peak"] > GROWTH * once["peak"]:
        failures.append(f"{twice['peak']:.0f} MB for twice the file beside {once['peak']:.0f}; allowed: a tenth more")
    return failures


def _reference(folder: Path, league: str) -> dict[str, Any]:
    from hoops.contract import parse, read

    files = {name: folder / f"{league}{name}.csv" for name in ("Teams", "Seasons")}
    return {name: read(parse(file.name), file.read_bytes()).table for name, file in files.items() if file.exists()}


def _players(file: Path) -> dict[int, str]:
    from hoops.games.player_names import display_name

    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return {
            int(row["PlayerID"]): display_name(row["FirstName"], row["LastName"]) or f"Player {row['PlayerID']}"
            for row in rows
        }


if __name__ == "__main__":
    main()
