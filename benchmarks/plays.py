"""Rows per second and peak memory of all tables of play-by-play, beside Polars' bare read, group and write.

    python -m benchmarks.plays --events DIR --kaggle DIR [--polars PYTHON] [--repeat 3] [--write SECTION]

Every run is a process of its own, in turn with the others; the fastest of each is shown. Ours does what the pipeline
does between a file in the source bucket and the files of the dashboard bucket: read, check every cell and row, write
the ledger's season, read it again, join it with the results, put names in, and write every table as Parquet. It does
so in the environment of the functions (`.chalice/config.json`). How good the forecasts are takes no time, so that home
court stands in for them. Polars reads the same files, counts events by team, player and type, and writes both as
Parquet. `twice` is a file of twice the size: every game is played again on the next day. Polars is not among the
locks; it needs an environment of its own::

    python -m venv /tmp/polars && /tmp/polars/bin/pip install polars

It ends with an error if we take more than 4 times as long as Polars, or 6 times with win probability, or more than 400
MB, or twice the file takes over a tenth more memory than the file.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks import report

TABLES, CHANCES = "all tables but win probability", "all tables"
SLOWER, MEGABYTES, GROWTH = {TABLES: 4.0, CHANCES: 6.0}, 400, 1.1

_CONFIG = Path(__file__).parents[1] / ".chalice" / "config.json"

_POLARS = """
import json, sys, time
import polars as pl
out, *files = sys.argv[1:]
start, processor, rows = time.perf_counter(), time.process_time(), 0
for number, file in enumerate(files):
    plays = pl.read_csv(file)
    counts = plays.group_by("EventTeamID", "EventPlayerID", "EventType").len()
    plays.write_parquet(f"{out}/plays{number}.parquet", compression="snappy")
    counts.write_parquet(f"{out}/counts{number}.parquet", compression="snappy")
    rows += plays.height
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
seconds, processor = time.perf_counter() - start, time.process_time() - processor
print(json.dumps({"rows": rows, "seconds": seconds, "processor": processor, "peak": peak}))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=Path, required=True, help="folder of {M|W}Events{season}.csv.gz")
    arguments.add_argument("--kaggle", type=Path, required=True, help="folder of results, MTeams.csv and MSeasons.csv")
    arguments.add_argument("--polars", help="a Python that has Polars")
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    arguments.add_argument("--work", nargs="+", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    arguments.add_argument("--results", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--chances", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.work:
        if given.one:
            os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
        print(json.dumps(transform(given.work, given.events, given.kaggle, given.results, given.chances)))
        return
    files = sorted(given.events.glob("[MW]Events[0-9][0-9][0-9][0-9].csv.gz"))
    if not files:
        raise SystemExit(f"{given.events} has no MEvents<season>.csv.gz")
    found: dict[str, dict[str, Any]] = {}
    environment = json.loads(_CONFIG.read_text())["environment_variables"]
    with tempfile.TemporaryDirectory(prefix="madness-plays-") as work:
        (twice := Path(work) / "twice").mkdir()
        double(files[-1], twice / files[-1].name)
        write_results(given.kaggle, Path(work))
        ours = [sys.executable, "-m", "benchmarks.plays", "--events", str(given.events), "--kaggle", str(given.kaggle)]
        ours += ["--results", work, "--work"]
        both, last = [*ours, *map(str, files)], str(files[-1])
        runs = {
            TABLES: both,
            CHANCES: [*both, "--chances"],
            f"{CHANCES}, one processor": [*both, "--chances", "--one"],
            f"{CHANCES}, the last file": [*ours, last, "--chances"],
            f"{CHANCES}, the last file twice": [*ours, str(twice / files[-1].name), "--chances"],
        }
        if given.polars:
            runs["Polars"] = [given.polars, "-c", _POLARS, work, *map(str, files)]
        for _ in range(given.repeat):
            for name, command in runs.items():
                run = subprocess.run(
                    command, check=True, stdout=subprocess.PIPE, text=True,
                    env={**os.environ, **({} if name == "Polars" else environment)},
                )  # fmt: skip
                one = json.loads(run.stdout)
                best = found.setdefault(name, one)
                found[name] = one | {each: min(best[each], one[each]) for each in ("seconds", "processor")}
                found[name]["peak"] = max(best["peak"], one["peak"])
                print(f"{name}: {one['seconds']:.1f} s, {one['peak']:.0f} MB", file=sys.stderr, flush=True)
    text = report.table(
        ["what", "rows", "s", "rows a second", "processor, s", "peak, MB"],
        [
            (name, int(one["rows"]), f"{one['seconds']:.1f}", int(one["rows"] / one["seconds"]),
             f"{one['processor']:.1f}", f"{one['peak']:.0f}")
            for name, one in found.items()
        ],
    )  # fmt: skip
    text += "\n\n" + report.table(
        ["table of the last season", "rows", "MB", "footer, KB", "row groups", "KB a row group"],
        [(name, *cells) for name, cells in found[CHANCES]["files"].items()],
    )
    print(text)
    if given.write:
        report.write(given.write, "python -m benchmarks.plays --events EVENTS --kaggle KAGGLE --polars PYTHON", text)
    if failures := list(broken(found)):
        raise SystemExit("\n".join(failures))


def transform(files: Iterable[Path], events: Path, kaggle: Path, results: Path, with_chances: bool) -> dict[str, Any]:
    """Make and write every table of some files, one after the other; what it took, and what the large ones are like."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from hoops.contract import EventsName, parse
    from hoops.games.reference import Reference
    from hoops.lanes import read_ahead
    from hoops.plays.games import SeasonGames
    from hoops.plays.reader import PlayByPlay
    from hoops.plays.stretch import stretches
    from hoops.tables.chances import SeasonChances
    from hoops.tables.plays import SeasonPlays
    from lake import plays as ledger
    from lake.pieces import Pieces

    pa.scalar("")  # at the first of them Arrow imports pandas, where there is one: imports are not counted
    start, processor, rows = time.perf_counter(), time.process_time(), 0
    with tempfile.TemporaryDirectory(prefix="madness-plays-") as work:
        for file in files:
            name = parse(file.name)
            assert isinstance(name, EventsName)
            season = Path(work) / "season.parquet"
            with file.open("rb") as source:
                ledger.write(season, PlayByPlay(name, source))
            plays = ledger.read(season)
            games = SeasonGames.of(pq.read_table(_results(results, name.season)))
            reference, players = Reference(_reference(kaggle, name.league)), _players(events, name.league)
            given = (name.league, name.season, games, reference, players, plays.events, plays.details)
            made = [SeasonPlays(*given), *([SeasonChances(*given)] if with_chances else [])]
            with read_ahead(plays) as days, Pieces(Path(work)) as pieces:
                for part in stretches(days):
                    for one in made:
                        for table, piece in one.add(part).items():
                            pieces.write(table, piece)
                rows += plays.rows
                for one in made:
                    for table, whole in one.tables().items():
                        pieces.write(table, whole)
            if strays := made[0].stray_games:
                raise SystemExit(f"{strays} games of {file} are not in the results")
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        large = {name: _file(path) for name, path in pieces.paths.items() if pieces.rows[name] > 100_000}
    return {"rows": rows, "seconds": seconds, "processor": processor, "peak": _peak(), "files": large}


def _peak() -> float:
    """The most memory that this process had, MB: `ru_maxrss` would have that of the one that started it too."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def write_results(kaggle: Path, to: Path) -> None:
    """The men's games by season as the fold keeps them, as far as tables of plays look at them; each again a day on."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from hoops.games.identity import keys
    from hoops.games.leagues import League
    from lake.folder import read_folder

    games = read_folder(kaggle, [League.MEN]).leagues[League.MEN].games
    at_home = np.array([0.35, 0.5, 0.65])[games["site"].to_numpy() + 1]
    games = games.append_column("team1_probability", pa.array(at_home))
    later = pc.add(games["day"], pa.scalar(1, pa.int16()))
    again = games.set_column(games.schema.get_field_index("day"), games.schema.field("day"), later)
    games = pa.concat_tables([games, again])
    _, once = np.unique(keys(games), return_index=True)
    games = games.take(pa.array(once))
    for season in pc.unique(games["season"]).to_pylist():
        pq.write_table(games.filter(pc.equal(games["season"], season)), _results(to, season))


def _results(folder: Path, season: int) -> Path:
    return folder / f"results{season}.parquet"


def _file(path: Path) -> tuple[int, str, str, int, str]:
    """Rows, MB, KB of the footer, row groups, and KB that one of them takes."""
    import pyarrow.parquet as pq

    found, size = pq.read_metadata(path), path.stat().st_size
    groups = max(found.num_row_groups, 1)
    of_groups = (size - found.serialized_size) / groups
    return found.num_rows, f"{size / 1e6:.1f}", f"{found.serialized_size / 1e3:.0f}", groups, f"{of_groups / 1e3:.0f}"


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


def broken(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is not as it should be."""
    for name, slower in SLOWER.items():
        if "Polars" in found and (times := found[name]["seconds"] / found["Polars"]["seconds"]) > slower:
            yield f"{name}: {times:.1f} times Polars' time; allowed: {slower}"
    once, twice = (found[f"{CHANCES}, the last file{what}"] for what in ("", " twice"))
    if found[CHANCES]["peak"] > MEGABYTES:
        yield f"{found[CHANCES]['peak']:.0f} MB; allowed: {MEGABYTES}"
    if twice["peak"] > GROWTH * once["peak"]:
        yield f"{twice['peak']:.0f} MB for twice the file beside {once['peak']:.0f}; allowed: a tenth more"


def _reference(folder: Path, league: str) -> dict[str, Any]:
    from hoops.contract import parse, read

    files = {name: folder / f"{league}{name}.csv" for name in ("Teams", "Seasons")}
    return {name: read(parse(file.name), file.read_bytes()).table for name, file in files.items() if file.exists()}


def _players(events: Path, league: str) -> dict[int, str]:
    from hoops.games.player_names import display_name

    file = events / f"{league}Players.csv"
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
