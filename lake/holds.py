"""Holds: whoever uploads several files asks that the days they share be folded once, and not once a file.

    held   holds/<name>         while it is fresh, accepted files are entered and nobody is nudged
    ended  holds/<name>.ended   the upload is done: what it entered is to be nudged
    late   holds/<name>         written longer ago than a hold lasts: the uploader was killed, as good as ended

A hold puts work off and is never needed: what is due is told by ledger and heads. `reconcile` nudges for what was held
back and then takes the hold away, so that one whose uploader died costs minutes and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lake.store import Store

LASTS = timedelta(minutes=3)  # from its last writing; an uploader that lives writes it anew several times in that time
_FOLDER, _ENDED = "holds/", ".ended"


@dataclass(frozen=True)
class Held:
    """What a listing of the holds says. fresh: some upload is under way. over: keys of holds whose upload is not."""

    fresh: bool
    over: tuple[str, ...]


class Holds:
    def __init__(self, models: Store) -> None:
        self._models = models

    def write(self, name: str) -> None:
        """Begin a hold, or go on with it."""
        self._models.put(f"{_FOLDER}{name}", name.encode())

    def end(self, name: str) -> None:
        """The upload is done: leave it to reconcile to nudge for what it entered."""
        self._models.put(f"{_FOLDER}{name}{_ENDED}", name.encode())
        self._models.delete([f"{_FOLDER}{name}"])

    def end_all(self) -> None:
        """End every hold; whose uploader still lives is nudged for more often than it need be, and no more."""
        for row in self._models.listing(_FOLDER):
            if not row.key.endswith(_ENDED):
                self.end(row.key.removeprefix(_FOLDER))

    def look(self, now: datetime) -> Held:
        """What is held, in one request."""
        rows = self._models.listing(_FOLDER)
        over = tuple(row.key for row in rows if row.key.endswith(_ENDED) or now - row.modified > LASTS)
        return Held(len(over) < len(rows), over)

    def forget(self, held: Held) -> None:
        """Take away the holds that are over, after what they held back was nudged for."""
        self._models.delete(held.over)
