"""Stand-ins for AWS that keep its promises: a FIFO queue, a clock, a stage of three buckets in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from lake.lake import Lake
from lake.receipts import Receipt, token
from pipeline_app.accept import accept
from pipeline_app.apply import Message, apply_batch
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.nudges import Nudge, Unread
from pipeline_app.plays import transform
from tests.memory_store import MemoryStore

START = datetime(2026, 1, 1, tzinfo=UTC)
DEDUPLICATION_WINDOW = timedelta(minutes=5)


class Clock:
    """A clock that moves on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class MemoryQueue:
    """A FIFO queue: order within a group, no message twice with one deduplication id within five minutes."""

    def __init__(self, clock: Clock) -> None:
        self.waiting: list[Nudge] = []
        self.is_read = True
        self._clock = clock
        self._sent: dict[str, datetime] = {}

    def send(self, nudges: Iterable[Nudge]) -> None:
        for nudge in nudges:
            sent = self._sent.get(nudge.deduplication_id)
            if sent is None or self._clock.now - sent > DEDUPLICATION_WINDOW:
                self._sent[nudge.deduplication_id] = self._clock.now
                self.waiting.append(nudge)

    def depth(self) -> int:
        return len(self.waiting)

    def require_reader(self) -> None:
        if not self.is_read:
            raise Unread("results.fifo: the mapping is off")

    def receive(self, most: int = 10) -> list[Nudge]:
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken


class Stage:
    """Buckets, queue and clock, with the events of AWS made by hand."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lake = self.new_process()
        self.queue = MemoryQueue(self.clock)

    def new_process(self) -> Lake:
        """A lake over the same buckets with nothing in memory, as a new Lambda worker has it."""
        old = getattr(self, "lake", None)
        names = ("source", "models", "dashboard")
        return Lake(*(getattr(old, name) if old else MemoryStore(name, self.clock) for name in names))

    def copy(self) -> Stage:
        """Another stage in the same condition, with nothing in memory."""
        twin = Stage()
        twin.clock.now = self.clock.now
        twin.queue.waiting = list(self.queue.waiting)
        for mine, other in zip(self.stores, twin.stores, strict=True):
            other._objects.update(mine._objects)
        return twin

    @property
    def stores(self) -> list[MemoryStore]:
        return [self.lake.source, self.lake.models, self.lake.dashboard]  # type: ignore[list-item]

    def upload(self, key: str, body: bytes) -> None:
        """Put a file and deliver its event."""
        self.lake.source.put(key, body)
        self.deliver_event(key)

    def deliver_event(self, key: str) -> None:
        """Have the function that the folder of an upload belongs to called."""
        (self.transform if key.startswith("events/") else self.accept)(key)

    def transform(self, key: str, deadline: Deadline = NEVER) -> None:
        transform(self.lake, self.queue, key, self.clock, deadline=deadline)

    def accept(self, key: str) -> None:
        accept(self.lake, self.queue, key, self.clock)

    def drain(self, batch: int = 10) -> None:
        """Deliver every waiting nudge, in batches."""
        while nudges := self.queue.receive(batch):
            self.deliver(nudges)

    def deliver(self, nudges: list[Nudge], deadline: Deadline = NEVER) -> None:
        messages = [Message(str(i), nudge.body()) for i, nudge in enumerate(nudges)]
        apply_batch(self.lake, messages, self.clock, deadline=deadline)

    def published(self) -> dict[str, bytes]:
        """Every published table's bytes by key."""
        rows = self.lake.dashboard.listing("")
        return {row.key: self.lake.dashboard.get(row.key).body for row in rows if row.key.endswith(".parquet")}  # type: ignore[union-attr]

    def kept(self) -> dict[str, bytes]:
        """Every byte of the ledger, the state and what is published: what no bad file may change."""
        _, models, dashboard = self.stores
        rows = [(store, row) for store, top in ((models, "ledger/"), (models, "state/"), (dashboard, ""))
                for row in store.listing(top)]  # fmt: skip
        return {f"{store.name}/{row.key}": store.get(row.key).body for store, row in rows}  # type: ignore[union-attr]

    def receipt(self, key: str) -> Receipt:
        """Receipt of what now lies under a source key."""
        found = self.lake.source.stat(key)
        assert found is not None
        receipt = self.lake.receipts.get(key, token(found.modified, found.etag))
        assert receipt is not None
        return receipt
