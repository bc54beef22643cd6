"""What summers have taught, for leagues whose files of players have just begun: `hoops/knowledge/preseason.npz`.

games and players' files of a league -> its seasons through 2018, one by one -> sums of products -> as two seasons

    python -m ml_jobs.fit_preseason --data DIR

DIR holds results and, in MPlayerSeasons and MRosters, players since 2008.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge import preseason, statespace
from hoops.knowledge.known import strength_over_summer
from hoops.knowledge.parameters import defaults
from ml_jobs.read import LeagueGames, read_league

log = logging.getLogger("fit_preseason")

# Chosen on the women of 2003-2015, for leagues whose files begin in 2004, 2006, 2008, 2010 or 2012 (docs/rosters.md).
COUNTS_AS = 2.0  # seasons of a league's own

FILE = Path(preseason.__file__).with_name("preseason.npz")


def learned(read: LeagueGames, league: League, through: int) -> preseason.Preseason:
    """What the summers up to one before a season, and that season, have taught.

    Raises
    ------
    MadnessError
        There is nothing to learn from.
    """
    games, parameters = Results.of(read.games), defaults(league)
    games = games.rows(games.season <= through)
    state, summers, since = statespace.initial(parameters), preseason.initial(), None
    for now, rows in games.days():
        since = since or now
        while since[0] < now[0]:
            state, summers, _ = strength_over_summer(state, summers, since, parameters, read.squads)
            since = (since[0] + 1, 0)
        state, since = statespace.advance(state, since, now, parameters), now
        state = statespace.update(state, now[0], games.rows(rows).outcomes, parameters)
    if since is not None:
        _, summers, _ = strength_over_summer(state, summers, since, parameters, read.squads.before(through + 1))
    if not summers.teams_gram.any():
        raise MadnessError(f"no season through {through} has players' totals of the season before and of its own")
    return summers


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the contract's files")
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    read = read_league(given.data, League.MEN)
    summers = learned(read, League.MEN, preseason.SHIPPED_THROUGH)
    rosters = np.unique(read.squads.rosters["season"].to_numpy())
    seasons = int(
        np.sum((rosters > read.squads.seasons["season"].to_numpy()[0]) & (rosters <= preseason.SHIPPED_THROUGH))
    )
    given.out.write_bytes(preseason.sums_to_bytes(summers, COUNTS_AS / seasons))
    log.info("%d seasons through %d in %s", seasons, preseason.SHIPPED_THROUGH, given.out)


if __name__ == "__main__":
    main()
