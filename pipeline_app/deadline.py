"""How long an invocation may go on. What does not fit is left undone in good order, and `reconcile` asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Deadline:
    """When nothing new may be begun. What is under way then still has to end before the function is cut off.

    >>> Deadline(lambda: 100.0).before(40).seconds_left()
    60.0
    """

    seconds_left: Callable[[], float]

    @classmethod
    def of(cls, context: Any) -> Deadline:
        """The moment at which Lambda cuts an invocation off, from the context that it gives the handler."""
        return cls(lambda: context.get_remaining_time_in_millis() / 1000)

    def is_over(self) -> bool:
        return self.seconds_left() <= 0

    def before(self, seconds: float) -> Deadline:
        """So much earlier: what then still has to be done takes that long at most."""
        return Deadline(lambda: self.seconds_left() - seconds)

    def shared_by(self, parts: int) -> Deadline:
        """The first of several parts that do their work one after the other: the others are left as much.

        >>> Deadline(lambda: 100.0).shared_by(2).seconds_left()
        50.0
        """
        others = self.seconds_left() * (parts - 1) / parts
        return self.before(others)


NEVER = Deadline(lambda: 1e9)
