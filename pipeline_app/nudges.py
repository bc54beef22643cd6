"""Nudges: the messages of the FIFO queue. One says that a league-day may have changed; it carries no data.

What a nudge asks for is derived from ledger and head when it is applied. So a nudge that is lost, doubled, late or out
of order can delay the truth and never change it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from hoops.errors import MadnessError, Retryable
from hoops.games.leagues import League
from lake.heads import Head
from lake.holds import Holds
from lake.ledger import DayEntries, Ledger, digest
from operate.mapping import Mapping

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

BATCH = 10  # what SQS takes in one call


class Unreadable(MadnessError):
    """A message that is no nudge: someone else has written to the queue."""


class Unread(MadnessError):
    """Messages stay in the queue, as its function is not told of them; the text says how to change that."""


@dataclass(frozen=True)
class Nudge:
    """Bring a league up to (season, day); without them: look whether fixtures or reference changed.

    cause: digest of what changed, so that SQS drops a repetition within five minutes and nothing else.
    """

    league: League
    season: int | None
    day: int | None
    cause: str

    def body(self) -> str:
        return json.dumps({"league": self.league.value, "season": self.season, "day": self.day, "cause": self.cause})

    @classmethod
    def parse(cls, body: str) -> Nudge:
        """Read a message's body; raise `Unreadable` if it is none of ours."""
        try:
            fields = json.loads(body)
            return cls(League(fields["league"]), fields["season"], fields["day"], fields["cause"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"no nudge: {body[:200]!r}") from error

    @property
    def target(self) -> tuple[int, int] | None:
        """(season, day) to bring the league up to."""
        return None if self.season is None or self.day is None else (self.season, self.day)

    @property
    def deduplication_id(self) -> str:
        return hashlib.sha256(self.body().encode()).hexdigest()


@dataclass(frozen=True)
class Delivery:
    """A delivered message. received: how often it was delivered so far."""

    handle: str
    received: int

    @property
    def patience(self) -> int:
        """Seconds to wait before the next delivery: 30, 60, 120, ... so that an outage of minutes is sat out.

        >>> [Delivery("", received).patience for received in (1, 2, 5)]
        [30, 60, 480]
        """
        return int(min(30 * 2 ** (self.received - 1), 600))


class Queue(Protocol):
    def send(self, nudges: Iterable[Nudge]) -> None:
        """Send in order; the group is the league."""

    def depth(self) -> int:
        """Messages waiting or being worked on."""

    def require_reader(self) -> None:
        """Raise `Unread` if no function takes the messages."""


class PatientQueue:
    """What an accepted file is nudged through: nothing is sent while an upload of several files is under way."""

    def __init__(self, queue: Queue, holds: Holds, clock: Callable[[], datetime]) -> None:
        self._queue, self._holds, self._clock = queue, holds, clock

    def send(self, nudges: Iterable[Nudge]) -> None:
        # Called after the ledger was written, so that whoever ends the hold finds what was not nudged for.
        if not self._holds.look(self._clock()).fresh:
            self._queue.send(nudges)

    def depth(self) -> int:
        return self._queue.depth()

    def require_reader(self) -> None:
        self._queue.require_reader()


class SqsQueue:
    """The FIFO queue of a stage, and the function that it is mapped to."""

    def __init__(self, sqs: SQSClient, name: str, functions: LambdaClient, reader: str) -> None:
        self._sqs, self._name = sqs, name
        self._functions, self._reader = functions, reader
        self._url: str | None = None

    def send(self, nudges: Iterable[Nudge]) -> None:
        waiting = list(nudges)
        for start in range(0, len(waiting), BATCH):
            self._send(waiting[start : start + BATCH])

    def depth(self) -> int:
        names = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._queue_url(), AttributeNames=names)  # type: ignore[arg-type]
        return sum(int(answer["Attributes"][name]) for name in names)  # type: ignore[literal-required]

    def require_reader(self) -> None:
        mapping = Mapping.of(self._functions, self._reader)
        if not mapping.is_on:
            raise Unread(f"{self._name}: {mapping.advice()}")

    def release(self, failed: Iterable[Delivery], unreadable: Iterable[Delivery] = ()) -> None:
        """Have messages delivered again before the visibility timeout, which is a quarter of an hour nearly.

        Those that failed soon, and later each time. Those that nobody can read at once: so they reach the dead letters
        soonest, and as long as one is hidden, nothing after it in its group is delivered.

        Raises
        ------
        Retryable
            The queue did not do so for some: they come back after the visibility timeout.
        """
        waits = [*((one.handle, one.patience) for one in failed), *((one.handle, 0) for one in unreadable)]
        for start in range(0, len(waits), BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": wait}
                for place, (handle, wait) in enumerate(waits[start : start + BATCH])
            ]
            answer = self._sqs.change_message_visibility_batch(QueueUrl=self._queue_url(), Entries=entries)  # type: ignore[arg-type]
            if refused := answer.get("Failed"):
                raise Retryable(
                    f"{self._name} hides {len(refused)} of {len(entries)} messages until their visibility timeout: "
                    f"{refused[0]}"
                )

    def delete(self, deliveries: Sequence[Delivery]) -> None:
        """Delete messages that are done, so that others of their batch can come back without them.

        Raises
        ------
        Retryable
            The queue kept some of them: they come back, and applying them again changes nothing.
        """
        for start in range(0, len(deliveries), BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": one.handle}
                for place, one in enumerate(deliveries[start : start + BATCH])
            ]
            answer = self._sqs.delete_message_batch(QueueUrl=self._queue_url(), Entries=entries)  # type: ignore[arg-type]
            if failed := answer.get("Failed"):
                raise Retryable(
                    f"{self._name} kept {len(failed)} of {len(entries)} messages that are done: {failed[0]}"
                )

    def _send(self, nudges: Sequence[Nudge]) -> None:
        entries = [
            {
                "Id": str(place),
                "MessageBody": nudge.body(),
                "MessageGroupId": nudge.league.value,
                "MessageDeduplicationId": nudge.deduplication_id,
            }
            for place, nudge in enumerate(nudges)
        ]
        answer = self._sqs.send_message_batch(QueueUrl=self._queue_url(), Entries=entries)  # type: ignore[arg-type]
        if failed := answer.get("Failed"):
            # Nothing after a failed one may count as sent; the caller is run again and sends them all again.
            raise Retryable(
                f"{self._name} refused {len(failed)} of {len(entries)} messages: {failed[0].get('Message')}"
            )

    def _queue_url(self) -> str:
        if self._url is None:
            self._url = self._sqs.get_queue_url(QueueName=self._name)["QueueUrl"]
        return self._url


def plan(league: League, changed: Iterable[tuple[int, int]], head: Head, ledger: Ledger) -> list[Nudge]:
    """The nudges, in order, that make a head see the changed (season, day)s.

    A day after the head gets a nudge of its own. Days of the running season that are folded already share one, and so
    do days of a season that was folded and is folded again. A change in a past season gets one nudge for every season
    from there on, since all later forecasts rest on it.
    """
    by_season = {season: [day for _, day in days] for season, days in groupby(sorted(changed), key=lambda one: one[0])}
    position = head.position
    nudges = []
    if position and by_season and (first := min(by_season)) < position[0]:
        for season in ledger.seasons(league):
            if first < season <= position[0]:
                by_season.setdefault(season, [])
    cause: list[str] = []
    players = ledger.players(league) if by_season else None
    for season, days in sorted(by_season.items()):
        entries = ledger.days(league, season, players)
        cause.append(digest(one.digest for one in entries))
        for day in _targets(season, days, entries, head):
            so_far = [one.digest for one in entries if one.day <= day]
            nudges.append(Nudge(league, season, day, digest([*cause[:-1], *so_far])))
    return nudges


def _targets(season: int, days: list[int], entries: list[DayEntries], head: Head) -> list[int]:
    position = head.position
    if position and season < position[0]:
        return [max(one.day for one in entries)]
    if season in head.stale:
        last = head.stale[season].last_day
    elif position and season == position[0]:
        last = position[1]
    else:
        return days
    # No changed day of its own means that an earlier season changed.
    folded = [last] if not days or min(days) <= last else []
    return folded + [day for day in days if day > last]
