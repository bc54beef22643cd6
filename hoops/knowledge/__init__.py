"""All that is known of a league at one moment: strengths, box scores adjusted for opponents, plain sums, homes.

initial -> advance to a day -> (hoops.forecast describes its games)
                            -> update with its games -> advance to the next day -> ...
"""

from hoops.knowledge.known import (
    Knowledge,
    advance,
    from_bytes,
    initial,
    to_bytes,
    update,
    without_rosters,
)

__all__ = ["Knowledge", "advance", "from_bytes", "initial", "to_bytes", "update", "without_rosters"]
