"""What was deployed, kept in the stage's deployments bucket, where everybody who deploys finds it.

::

    packages/pipeline-<content>.zip, packages/dashboard-<content>.zip
    releases/000012.json      what release 12 consists of: packages, settings and policy of every function
    releases/current.json     which one is live
    lock.json                 somebody is deploying

A release is written after everything of it is live. `previous` is the one that was live before it, so that going back
twice goes back two.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hoops.errors import MadnessError
from lake.store import Conflict, Store

KEPT = 10
_CURRENT = "releases/current.json"
_LOCK = "lock.json"
# No deployment takes as long: whoever holds the lock for longer was killed.
_LOCK_AGE = timedelta(hours=1)


class ReleaseError(MadnessError):
    """A release that is not there, or a deployment by somebody else at the same time."""


@dataclass(frozen=True)
class Function:
    """A deployed function: what Lambda says of it (`configuration`), the SHA-256 of its package, its role's policy."""

    configuration: dict[str, Any]
    code: str
    policy: dict[str, Any] | None = None


@dataclass(frozen=True)
class Part:
    """A deployable of a release.

    Attributes
    ----------
    content : hash of what the package holds
    key : where the package lies in the deployments bucket
    functions : by their names on AWS
    """

    content: str
    key: str
    size: int
    functions: dict[str, Function]


@dataclass(frozen=True)
class Release:
    """One state of a stage's program. dashboard: None where it was deployed without it. more: for later programs."""

    number: int
    previous: int | None
    made: str
    by: str
    commit: str
    pipeline: Part
    dashboard: Part | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> str | None:
        """Key in the models bucket of what training jobs run; None of a release before there were any."""
        return self.more.get("sources")

    def parts(self) -> list[Part]:
        return [part for part in (self.pipeline, self.dashboard) if part]

    @classmethod
    def read(cls, text: bytes) -> Release:
        found = json.loads(text)
        return cls(**found | {name: _part(found[name]) for name in ("pipeline", "dashboard")})


class Releases:
    """The releases of a stage."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def numbers(self) -> list[int]:
        """Of those that are kept, oldest first."""
        names = [row.key.removeprefix("releases/").removesuffix(".json") for row in self.store.listing("releases/")]
        return sorted(int(name) for name in names if name.isdecimal())

    def get(self, number: int) -> Release:
        found = self.store.get(_key(number))
        if found is None:
            kept = ", ".join(map(str, self.numbers())) or "none"
            raise ReleaseError(f"There is no release {number} of this stage; kept are {kept}.")
        return Release.read(found.body)

    def current(self) -> Release | None:
        """The one that is live, None before the first."""
        pointer = self.store.get(_CURRENT)
        return self.get(json.loads(pointer.body)["number"]) if pointer else None

    def add(
        self, *, by: str, commit: str, pipeline: Part, dashboard: Part | None, now: datetime, sources: str | None = None
    ) -> Release:
        """Record what is live now, and forget the oldest releases with packages that no other one has."""
        live = self.current()
        number = max(self.numbers(), default=0) + 1
        made = now.astimezone(UTC).isoformat(timespec="seconds")
        more = {"sources": sources} if sources else {}
        release = Release(number, live.number if live else None, made, by, commit, pipeline, dashboard, more)
        self.store.put(_key(number), json.dumps(asdict(release), indent=1).encode(), if_absent=True)
        self.make_current(number)
        self._forget()
        return release

    def make_current(self, number: int) -> None:
        self.store.put(_CURRENT, json.dumps({"number": number}).encode())

    def _forget(self) -> None:
        numbers = self.numbers()
        kept = {part.key for number in numbers[-KEPT:] for part in self.get(number).parts()}
        packages = [row.key for row in self.store.listing("packages/") if row.key not in kept]
        self.store.delete([*packages, *(_key(number) for number in numbers[:-KEPT])])


@contextmanager
def alone(store: Store, what: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[None]:
    """Have nobody else deploy to the stage meanwhile.

    Raises
    ------
    ReleaseError
        Somebody does. A holder that was killed on this machine, or an hour ago, is none.
    """
    mine = json.dumps({"by": who(), "process": os.getpid(), "what": what, "since": now().isoformat()}).encode()
    try:
        etag = store.put(_LOCK, mine, if_absent=True)
    except Conflict:
        found = store.get(_LOCK)
        if found is not None and not _is_dead(json.loads(found.body), now()):
            holder = json.loads(found.body)
            raise ReleaseError(
                f"{holder['by']} runs `{holder['what']}` since {holder['since']}: wait for its end. If it was killed, "
                f"delete {_LOCK} in the bucket {store.name}; an hour after its beginning that is not needed."
            ) from None
        etag = store.put(_LOCK, mine, **({"if_match": found.etag} if found else {"if_absent": True}))
    try:
        yield
    finally:
        left = store.get(_LOCK)
        if left is not None and left.etag == etag:
            store.delete([_LOCK])


def who() -> str:
    """Person and machine, for those who find something deployed."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        person = str(os.getuid())
    return f"{person}@{socket.gethostname()}"


def _is_dead(holder: dict[str, Any], now: datetime) -> bool:
    if now - datetime.fromisoformat(holder["since"]) > _LOCK_AGE:
        return True
    if holder["by"] != who():
        return False
    try:
        os.kill(holder["process"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _key(number: int) -> str:
    return f"releases/{number:06}.json"


def _part(found: dict[str, Any] | None) -> Part | None:
    if found is None:
        return None
    return Part(**found | {"functions": {name: Function(**one) for name, one in found["functions"].items()}})
