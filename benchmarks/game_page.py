"""What the page of a game takes to read and to make: time, requests, bytes.

    python -m benchmarks.game_page [--tables FOLDER] [--games 20] [--write SECTION]

The tables lie on an S3 in this process (moto), and are read through the client that the dashboard uses. FOLDER holds
them as a dashboard bucket does, manifest and all, as `aws s3 sync` brings them; without it they are made up. Games are
spread over the newest season with plays. *Cold* is a dashboard that has read nothing yet, *next game* one that has
shown another game of the season, *again* one that has shown this one. Every figure is a median.

It ends with an error if the page of the next game takes 100 ms of the processor or more, reading its data included.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import boto3
from moto import mock_aws

from benchmarks import report
from benchmarks.first_page import fabricated
from dashboard import gamelog
from dashboard.data import Game, Tables
from dashboard.pages import game as page
from dashboard.place import Place
from dashboard.view import View, rows
from hoops.games.leagues import League
from lake.store import Listed, S3Store, Store, Stored

BAR = 100.0  # milliseconds
BUCKET = "game-page"
# Milliseconds until the plays are read and, of them, of the processor; the same of the whole page; requests, bytes.
Measured = tuple[float, float, float, float, int, int]


class Counting(S3Store):
    """A bucket that counts what is asked of it."""

    requests = volume = 0

    def get(self, key: str, version: str | None = None) -> Stored | None:
        found = super().get(key, version)
        self._count(len(found.body) if found else 0)
        return found

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        self._count(0)
        return super().stat(key, version)

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        body = super().part(key, start, stop, etag=etag, version=version)
        self._count(len(body))
        return body

    def _count(self, volume: int) -> None:
        self.requests += 1
        self.volume += volume


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", type=Path, help="folder of published tables with their manifest")
    arguments.add_argument("--games", type=int, default=20)
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
        client.create_bucket(Bucket=BUCKET)
        fill(S3Store(client, BUCKET), given.tables)
        found = measure(lambda: Counting(client, BUCKET), given.games)
    text = report.table(
        ["dashboard", "plays read, ms", "processor, ms", "the whole page, ms", "processor, ms", "requests", "KB"],
        [(when, *(f"{one:.0f}" for one in milliseconds), requests, round(volume / 1000))
         for when, (*milliseconds, requests, volume) in found.items()],
    )  # fmt: skip
    print(text)
    if given.write:
        report.write(given.write, "python -m benchmarks.game_page --tables TABLES", text)
    if found["next game"][3] >= BAR:
        raise SystemExit(f"a game takes {found['next game'][3]:.0f} ms of the processor; allowed: under {BAR:.0f}")


def fill(store: Store, folder: Path | None) -> None:
    """Put the tables of a folder into a bucket, or such as are made up."""
    if folder is None:
        made = fabricated()
        source = made.bucket([League.MEN], plays_of=20)
        files = {row.key: source.get(row.key).body for row in source.listing("")}
    else:
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for key, body in files.items():
        store.put(key, body)


def measure(open_store: Callable[[], Counting], games: int) -> dict[str, Measured]:
    """By the state of the dashboard: medians over some games."""
    tables = Tables(open_store)
    edition = tables.manifest(League.MEN)
    if edition is None:
        raise SystemExit("no men's tables are published here")
    season = next(s for s in reversed(edition.seasons) if tables.table("play_games", League.MEN, s, ("day",)).num_rows)
    every = rows(tables.table("play_games", League.MEN, season, ("day", "team1_id", "team2_id")))
    picked: list[Game] = [
        (game["day"], game["team1_id"], game["team2_id"]) for game in every[:: max(len(every) // games, 1)][:games]
    ]
    shows: dict[str, list[Measured]] = {state: [] for state in ("cold", "next game", "again")}
    for other, game in zip([*picked[1:], picked[0]], picked, strict=True):
        for state, shown_before in (("cold", None), ("next game", other), ("again", game)):
            store = open_store()
            shown = Tables(partial(_itself, store), manifest_seconds=60)
            if shown_before is not None:
                _show(shown, store, season, shown_before)
            shows[state].append(_show(shown, store, season, game))
    return {state: _medians(each) for state, each in shows.items()}


def _itself(store: Counting) -> Counting:
    return store


def _medians(shows: Sequence[Measured]) -> Measured:
    *milliseconds, requests, volume = (statistics.median(column) for column in zip(*shows, strict=True))
    data, of_data, whole, of_whole = milliseconds
    return data, of_data, whole, of_whole, int(requests), int(volume)


def _show(tables: Tables, store: Counting, season: int, game: Game) -> Measured:
    """Read a game's plays, then make its page."""
    before = store.requests, store.volume
    start, processor = time.perf_counter(), time.process_time()
    edition = tables.manifest(League.MEN)
    assert edition is not None
    address = {"game": "-".join(map(str, game))}
    view = View(tables, Place("game", League.MEN, season, address), edition, season, datetime.now(UTC))
    log = gamelog.of_game(view, game)
    data = time.perf_counter() - start, time.process_time() - processor
    assert log is not None
    page.render(view)
    whole = time.perf_counter() - start, time.process_time() - processor
    asked = store.requests - before[0], store.volume - before[1]
    return 1000 * data[0], 1000 * data[1], 1000 * whole[0], 1000 * whole[1], *asked


if __name__ == "__main__":
    main()
