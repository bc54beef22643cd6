"""How long it takes from the upload of one day's results until the published tables show them, on a warm local stack.

    python -m benchmarks.single_day [--data DIR] [--days 20] [--write SECTION]

Starts a stack of its own in a temporary home with one men's season of the data (default: the sample league) but for
its last days, then uploads those one by one, each when the one before is published. Beside each upload it times a bare
write and read of the same file, as a floor of the same machine at the same moment.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sample
from benchmarks import report
from hoops.games.leagues import League
from lake.folder import seasons_in
from lake.lake import Lake
from madness.console import Lines
from madness.local import dashboard, ministack
from madness.local.home import Home
from madness.local.ministack import local_clients
from madness.local.up import Wishes, up
from madness.selection import uploads
from operate.aws import open_lake
from operate.stage import load_stage

RESULTS = "results/MRegularSeasonCompactResults.csv"
TIMEOUT = 60.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, help="folder of Kaggle files; default: the sample league")
    arguments.add_argument("--days", type=int, default=20, help="days uploaded one by one")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="madness-bench-") as work:
        folder, days = _split(given.data, given.days, Path(work) / "data")
        home = Home(Path(work) / "home")
        try:
            up(home, Wishes(data=folder, leagues=(League.MEN,)), Lines())
            endpoint = ministack.running(home)
            assert endpoint is not None
            lake = open_lake(load_stage("local"), local_clients(endpoint))
            seconds, floors = zip(*(_upload(lake, *day) for day in days), strict=True)
        finally:
            dashboard.stop(home)
            ministack.stop(home)
    median, floor = statistics.median(seconds), statistics.median(floors)
    rows: list[report.Row] = [
        ["days, each uploaded when the one before is published", len(days)],
        ["games", sum(body.count(b"\n") - 1 for _, _, body in days)],
        ["upload to published, median s", round(median, 2)],
        ["fastest and slowest, s", f"{min(seconds):.2f} and {max(seconds):.2f}"],
        ["bare write and read of the file, median s", round(floor, 4)],
        ["ratio of the medians", int(median / floor)],
    ]
    text = report.table(["what", "figure"], rows)
    sys.stdout.write(text + "\n")
    if given.write:
        source = "--data KAGGLE " if given.data else ""
        report.write(given.write, f"python -m benchmarks.single_day {source}--days {given.days}", text)


def _split(data: Path | None, count: int, folder: Path) -> tuple[Path, list[tuple[int, int, bytes]]]:
    """Write a folder with one season but for its last days, and give those days as files."""
    if data is None:
        data = folder.with_name("sample")
        sample.write(data, sample.generate(leagues=[League.MEN]))
    season = seasons_in(data, [League.MEN])[-1]
    folder.mkdir()
    files = {one.key: one.body for one in uploads(data, (League.MEN,), [season])}
    rows = list(csv.reader(io.StringIO(files[RESULTS].decode())))
    last = sorted({int(row[1]) for row in rows[1:]})[-count:]
    for key, body in files.items():
        if key.startswith("reference/"):
            (folder / key.split("/")[1]).write_bytes(body)
    kept = [rows[0], *(row for row in rows[1:] if int(row[1]) < last[0])]
    (folder / RESULTS.split("/")[1]).write_bytes(_csv(kept))
    return folder, [(season, day, _csv([rows[0], *(r for r in rows[1:] if int(r[1]) == day)])) for day in last]


def _upload(lake: Lake, season: int, day: int, body: bytes) -> tuple[float, float]:
    started = time.perf_counter()
    lake.source.put("benchmark/floor.csv", body)
    lake.source.get("benchmark/floor.csv")
    floor = time.perf_counter() - started
    started = time.perf_counter()
    lake.source.put(RESULTS.replace(".csv", f"_20990101T{day // 60:02d}{day % 60:02d}.csv"), body)
    while True:
        manifest, _ = lake.published.manifest(League.MEN)
        taken = time.perf_counter() - started
        if (manifest.season, manifest.day) == (season, day):
            return taken, floor
        if taken > TIMEOUT:
            raise SystemExit(f"day {day} was not published within {TIMEOUT:.0f} s")
        time.sleep(0.02)


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


if __name__ == "__main__":
    main()
