"""What was published before each game was played. Outside of every engine, and never changed once written.

    issued/league=M/season=2024.parquet    one row a game that was a fixture before: `hoops.schemas.ISSUED`

A game gets its row when it is first folded. Later folds, corrections and new models find the row and leave it alone.
"""

from __future__ import annotations

import pyarrow as pa

from hoops.errors import MadnessError
from hoops.games.identity import without
from hoops.games.leagues import League
from hoops.schemas import ISSUED
from lake import parquet
from lake.store import Store, Stored


class Issued:
    """Issued forecasts of the models bucket."""

    def __init__(self, models: Store) -> None:
        self._models = models

    def read(self, league: League, season: int) -> pa.Table:
        """Rows of the games of a season that were published before they were played."""
        stored = self._models.get(_key(league, season))
        return _rows(_key(league, season), stored)

    def add(self, league: League, season: int, rows: pa.Table) -> None:
        """Add rows of games that have none yet; raise `Conflict` if someone else is adding at the same time."""
        stored = self._models.get(_key(league, season))
        known = _rows(_key(league, season), stored)
        new = without(rows, known)
        if new.num_rows:
            body = parquet.encode(pa.concat_tables([known, new]), ISSUED)
            etag = stored.etag if stored else None
            self._models.put(_key(league, season), body, if_match=etag, if_absent=stored is None)


def _rows(key: str, stored: Stored | None) -> pa.Table:
    if stored is None:
        return ISSUED.empty_table()
    try:
        return parquet.decode(stored.body).cast(ISSUED)
    except (parquet.Unreadable, ValueError) as error:
        raise MadnessError(
            f"{key} cannot be read: {error}. Put back a copy of it; or delete it, and the games of that season are "
            "shown without what was issued before them"
        ) from error


def _key(league: League, season: int) -> str:
    return f"issued/league={league}/season={season}.parquet"
