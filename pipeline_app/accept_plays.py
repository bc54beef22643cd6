"""Accept a file of play-by-play: read as a stream, checked whole, and entered as one season.

object version ─► parts of some megabytes ─► days ─► a season on disk ─► ledger entry
                                      └─► rejected, and what is on disk is nothing
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hoops.contract.names import EventsName
from hoops.plays.reader import PlayByPlay
from lake.lake import Lake
from lake.ledger import PART
from lake.plays import Written, write
from lake.ranged import Ranged
from lake.store import Listed
from pipeline_app.file_warnings import warnings_of_plays


def take_plays(
    lake: Lake, name: EventsName, found: Listed, version: str | None, stated_at: str, named: str, now: datetime
) -> tuple[Written, tuple[str, ...]]:
    """Enter a file of plays; what was written, and warnings.

    version: S3's version id, if one was told. stated_at: version of the entry. named: token of the object version.

    Raises
    ------
    Rejected
        Something in the file is outside the contract; nothing is entered.
    Conflict
        The object was replaced while it was read.
    """
    assert name.league is not None
    with TemporaryDirectory(prefix="madness-plays-") as folder:
        season = Path(folder) / "season.parquet"
        newest = lake.source.stat(found.key)
        # Parts of the newest are asked for by its ETag alone: not every server knows parts of a version.
        older = version if newest is None or newest.etag != found.etag else None
        plays = PlayByPlay(name, io.BufferedReader(Ranged(lake.source, found, older), PART))
        written = write(season, plays)
        with season.open("rb") as file:
            entry, is_new = lake.ledger.write_plays(name.league, name.season, stated_at, written.content, file)
    told = warnings_of_plays(lake, name, written.games, entry, is_new, named, now)
    return written, (*plays.warnings, *told)
