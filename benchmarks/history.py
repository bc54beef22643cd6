"""Seasons through the queue of a local stack, from upload to published tables: time, S3 requests, bytes, memory.

    python -m benchmarks.history --data DIR [--seasons 2010-2024|all] [--leagues M,W] [--write]

Starts a stack of its own in a temporary home. The figures of a day come from the functions' own log lines. Processor
time is that of every process of the stack, the local S3 and the dashboard among them; unlike the others it hardly
depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import report
from lake.store import Store
from madness.console import Lines
from madness.local import dashboard, ministack
from madness.local.home import Home
from madness.local.ministack import local_clients
from madness.local.up import Wishes, up
from madness.selection import parse_leagues
from operate.aws import Clients, open_lake
from operate.stage import Stage, load_stage


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--seasons", default="all", help="as of `madness up`")
    arguments.add_argument("--leagues", default="M,W", help="as of `madness up`")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="madness-bench-") as work:
        home = Home(Path(work))
        try:
            wishes = Wishes(data=given.data, leagues=parse_leagues(given.leagues), seasons=given.seasons)
            summary = up(home, wishes, Lines())
            endpoint = ministack.running(home)
            assert endpoint is not None
            stage, clients = load_stage("local"), local_clients(endpoint)
            text = _text(summary, _processor_seconds(home), stage, clients)
        finally:
            dashboard.stop(home)
            ministack.stop(home)
    sys.stdout.write(text + "\n")
    if given.write:
        command = f"python -m benchmarks.history --data KAGGLE {shlex.join(['--seasons', given.seasons])}"
        report.write(given.write, command, text)


def _processor_seconds(home: Home) -> float:
    """Of all processes in whose environment a home is, and of their children that have ended; Linux."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(home.root).encode() in (process / "environ").read_bytes():
                # After the name, which may have blanks: user, system, and the same of children, from field 14 on.
                ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:15]))
        except OSError:
            continue  # ended meanwhile, or another's
    return ticks / os.sysconf("SC_CLK_TCK")


def _text(summary: dict[str, Any], processor_seconds: float, stage: Stage, clients: Clients) -> str:
    logged = [line for function in ("accept_results", "apply_results") for line in _logged(stage, clients, function)]
    applied = [line for line in logged if line.get("message") == "applied"]
    days = sum(len(line["folded"]) for line in applied)
    games = sum(summary["games_by_kind"].values())
    rows: list[report.Row] = [
        ["games", games],
        ["league-days", summary["days"]],
        ["messages applied", len(applied)],
        ["days folded", days],
        ["upload and accept, s", summary["seconds"]["ingest"]],
        ["fold and publish, s", summary["seconds"]["process"]],
        ["both, s", round(summary["seconds"]["ingest"] + summary["seconds"]["process"], 1)],
        ["processor time of the stack, s", round(processor_seconds, 1)],
    ]
    for function in ("accept", "apply_results"):
        measured = [line for line in logged if "_aws" in line and line["function"] == function]
        milliseconds, requests = (sum(line[name][0] for line in measured) for name in ("Duration", "S3Requests"))
        rows += [
            [f"{function}: invocations", len(measured)],
            [f"{function}: Lambda ms a day folded", round(milliseconds / days, 1)],
            [f"{function}: S3 requests a day folded", round(requests / days, 1)],
        ]
    memory = [line["PeakMemory"][0] for line in logged if line.get("function") == "apply_results"]
    quarter = max(1, len(memory) // 4)
    rows += [
        ["apply_results: peak memory in the second quarter of invocations, MiB", memory[2 * quarter - 1]],
        ["apply_results: peak memory at the end, MiB", memory[-1]],
        ["apply_results: median ms of an invocation", int(statistics.median(
            line["Duration"][0] for line in logged if line.get("function") == "apply_results"))],
    ]  # fmt: skip
    lake = open_lake(stage, clients)
    for name, store, prefix in (
        ("ledger", lake.models, "ledger/"),
        ("state", lake.models, "state/"),
        ("published tables", lake.dashboard, ""),
    ):
        objects, size = _stored(store, prefix)
        rows += [[f"{name}: objects", objects], [f"{name}: MB", round(size / 1e6, 1)]]
    return report.table(["what", "figure"], rows)


def _logged(stage: Stage, clients: Clients, function: str) -> list[dict[str, Any]]:
    pages = (
        clients("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{stage.function(function)}")
    )
    lines = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(line) for line in lines if line.startswith("{")]


def _stored(store: Store, prefix: str) -> tuple[int, int]:
    rows = store.listing(prefix)
    return len(rows), sum(row.size for row in rows)


if __name__ == "__main__":
    main()
