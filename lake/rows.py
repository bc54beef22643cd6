"""Some rows of a Parquet table in a bucket: of the object only what they lie in is fetched.

tail of the object (kept) ─► row groups and columns that are wanted ─► their bytes, in few requests ─► rows
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from hoops.schemas import ROWS
from lake.ranged import Ranged
from lake.store import Conflict, Listed, Store

KEPT = 8  # footers; that of a season of plays takes some megabytes
TAIL = 2**19  # bytes at the end of an object that are got at once; most footers lie in them


class RowReader:
    """Reads rows of tables that have row groups of `ROWS` rows. Safe to share between threads.

    What a table says of itself, its footer, is kept under its ETag, so that it is fetched once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._footers: OrderedDict[tuple[str, str], tuple[Listed, pq.FileMetaData]] = OrderedDict()

    def read(self, key: str, etag: str, start: int, count: int, columns: Sequence[str]) -> pa.Table:
        """Rows `start` and following of a table; columns it does not have are left out.

        Raises
        ------
        Conflict
            The object is gone, or is another than the one with that ETag.
        """
        found, footer = self._footer(key, etag)
        file = Ranged(self._store, found)
        names = [name for name in columns if name in footer.schema.names]
        groups = range(start // ROWS, min(-(-(start + count) // ROWS), footer.num_row_groups))
        file.fetch(_spans(footer, groups, names))
        # One thread: what is fetched is here, and threads of Arrow would come back to Python for it.
        table = pq.ParquetFile(file, metadata=footer, pre_buffer=False).read_row_groups(
            [*groups], names, use_threads=False
        )
        return table.slice(start - groups.start * ROWS, count)

    def _footer(self, key: str, etag: str) -> tuple[Listed, pq.FileMetaData]:
        with self._lock:
            known = self._footers.get((key, etag))
            if known is not None:
                self._footers.move_to_end((key, etag))
                return known
        found = self._store.stat(key)
        if found is None or found.etag != etag:
            raise Conflict(f"{key}: it is not the one that was published")
        file = Ranged(self._store, found)
        file.fetch([(max(found.size - TAIL, 0), found.size)])
        footer = pq.read_metadata(file)
        with self._lock:
            self._footers[key, etag] = found, footer
            while len(self._footers) > KEPT:
                self._footers.popitem(last=False)
        return found, footer


def _spans(footer: pq.FileMetaData, groups: Sequence[int], names: Sequence[str]) -> list[tuple[int, int]]:
    """Where the columns of some row groups lie."""
    places = [footer.schema.names.index(name) for name in names]
    chunks = [footer.row_group(group).column(place) for group in groups for place in places]
    starts = [
        chunk.data_page_offset if chunk.dictionary_page_offset is None
        else min(chunk.dictionary_page_offset, chunk.data_page_offset)
        for chunk in chunks
    ]  # fmt: skip
    return [(start, start + chunk.total_compressed_size) for start, chunk in zip(starts, chunks, strict=True)]
