"""Play-by-play on a real deploy: a file becomes tables, another replaces it, a bad one changes nothing."""

from __future__ import annotations

from hoops.games.leagues import League
from hoops.schemas import PLAY_TABLES
from lake.published import is_of_plays, table_key
from operate.backlog import wait_until_published
from operate.upload import Upload
from sample import generate_small
from tests.e2e.conftest import Running
from tests.made_plays import events

M = League.MEN
SEASON = 2052  # the newer one of a sample that no other test uploads
COMPACT = "MRegularSeasonCompactResults.csv"
EVENTS = f"events/MEvents{SEASON}.csv"


def shown(running: Running) -> dict[str, bytes]:
    wait_until_published(running.lake, running.stage, running.clients, [M])
    rows = [row for row in running.lake.dashboard.listing("") if f"season={SEASON}" in row.key and is_of_plays(row.key)]
    return {row.key: running.lake.dashboard.get(row.key).body for row in rows}  # type: ignore[union-attr]


def count(running: Running, table: str) -> int:
    return running.lake.published.read(table_key(table, M, SEASON)).num_rows


def test_a_season_of_plays_from_upload_to_tables(deployed: Running) -> None:
    files = generate_small(first_season=SEASON - 1, leagues=[M]).files
    header, *rows = files[COMPACT].splitlines()
    last = max(
        (row for row in rows if row.startswith(b"%d" % SEASON)), key=lambda row: [int(c) for c in row.split(b",")[1:5]]
    )
    but_last = b"\n".join([header, *(row for row in rows if row != last)])
    plays = events(files[COMPACT], SEASON)
    reference = [Upload(f"reference/{name}", files[name]) for name in ("MTeams.csv", "MSeasons.csv")]
    *_, told = deployed.ingest(*reference, Upload(f"results/{COMPACT}", but_last), Upload(EVENTS, plays))
    assert (told.outcome, told.rows) == ("accepted", len(plays.splitlines()) - 1)
    assert "1 of its" in told.warnings[0] and "kept apart" in told.warnings[0]
    before = shown(deployed)
    assert set(before) == {table_key(name, M, SEASON) for name in PLAY_TABLES}
    stray = count(deployed, "stray_plays")
    assert stray > 0 and count(deployed, "plays") == told.rows - stray

    late = Upload("results/MRegularSeasonCompactResults_20240601.csv", b"\n".join([header, last]))
    assert deployed.ingest(late)[0].outcome == "accepted"
    whole = shown(deployed)
    assert (count(deployed, "stray_plays"), count(deployed, "plays")) == (0, told.rows)

    bad = plays.replace(b"made2", b"made-2", 1)
    (refused,) = deployed.ingest(Upload(EVENTS.replace(".csv", "_20240602.csv"), bad))
    assert refused.is_rejected and refused.report is not None
    assert refused.report.problems[0].column == "EventType"
    assert shown(deployed) == whole

    first_day = events(files[COMPACT], SEASON, slice(0, 20))
    assert deployed.ingest(Upload(EVENTS, first_day))[0].outcome == "accepted"
    assert shown(deployed) != whole
    assert count(deployed, "play_games") == 20
    assert count(deployed, "play_chances") == count(deployed, "plays") == len(first_day.splitlines()) - 1
    peaks = [line for line in deployed.logs("transform_events") if "PeakMemory" in line]
    assert peaks
