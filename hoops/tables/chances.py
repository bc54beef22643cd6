"""The chance of team 1 after each play of a season, and what it tells of games and players.

::

    day ─► ball, lead, time left ─► chance and leverage after each play ─► swings of games, wins added by players
              forecast before the game ─┘
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Floats
from hoops.forecast.ball import REGULATION, Ball, ball_after
from hoops.forecast.in_game import PARAMETERS, chances_and_leverage, seconds_left
from hoops.forecast.swings import added_by_player, changes, swings
from hoops.games.identity import Keys
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.stretch import TEAM1, TEAM2, Stretch
from hoops.plays.totals import Sums, Tally
from hoops.plays.vocabulary import Codes
from hoops.tables.words import Columns, SeasonWords, batch

VERSION = "2"  # raise it when the same plays and forecasts would give other chances
_TEAM, _PLAYER = 12, 24  # bits


def inputs(games: SeasonGames, keys: Keys) -> str:
    """Digest of what the chances of some games depend on, beside their plays and results."""
    return hashlib.sha256(f"{VERSION}:{PARAMETERS}:{games.forecasts(keys)}".encode()).hexdigest()[:32]


class SeasonChances:
    """The tables `play_chances`, `game_swings` and `player_chances`, from the plays in order, some at a time.

    They have a row for each of `plays` and `play_games`, in the same order: games that are not in the results are left
    out. Parameters are those of `hoops.tables.plays.SeasonPlays`.
    """

    def __init__(
        self,
        league: League,
        season: int,
        games: SeasonGames,
        reference: Reference,
        players: Mapping[int, str],
        events: Codes,
        details: Codes,
    ) -> None:
        self._known = games
        self._events, self._details = events, details
        self._words = SeasonWords(league, season, reference, players, events, details)
        self._appearances = Tally(_TEAM, _PLAYER)
        self._added = Sums(_TEAM, _PLAYER)

    def add(self, plays: Stretch) -> dict[str, pa.RecordBatch]:
        """Its piece of every table that grows with the plays; pieces follow each other sorted."""
        place, known = self._known.find(plays)
        plays, games = plays.of_games(known), self._known.rows(place[known])
        pregame = plays.spread(games.probability)
        side = (1 - 2 * plays.side).astype(np.int8)
        event, detail = (
            pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array(codes.names, pa.string()))
            for numbers, codes in ((plays.event, self._events), (plays.detail, self._details))
        )
        ball = ball_after(plays.game, plays.seconds, side, event, detail, self._words.regular)
        won = games.score[TEAM1] > games.score[TEAM2]
        ended = np.zeros(plays.size, bool)
        ended[plays.starts[1:] - 1] = _whole(plays, won)
        lead = (plays.score[TEAM1] - plays.score[TEAM2]).astype(np.float64)
        left = seconds_left(plays.seconds).astype(np.float64)
        chance, swing = chances_and_leverage(lead, left, ball, pregame, ended)
        before = _before(plays, swing, games.probability)
        added = changes(plays.game, chance, pregame)
        credited = added_by_player(plays.game, plays.seconds, side, plays.player, event, added)
        self._appearances.add(*plays.appearances)
        named = plays.player != 0
        self._added.add(plays.team[named], plays.player[named], values=credited[named])
        found = swings(plays.game, chance, pregame, won)
        ids = {"day": plays.day, "team1_id": plays.team1, "team2_id": plays.team2}
        rows: Columns = {
            **{name: plays.spread(of_games) for name, of_games in ids.items()},
            "play": plays.number, "chance": chance, "leverage": before, "credited": credited,
        }  # fmt: skip
        of_games: Columns = {
            **self._words.pairing(plays),
            "team1_probability": games.probability,
            "winner_id": np.where(won, plays.team1, plays.team2),
            "excitement": found.excitement, "lowest": found.lowest,
            "biggest_play": plays.number[found.biggest], "biggest_seconds": plays.seconds[found.biggest],
            "biggest_swing": found.swing,
            "leverage": np.add.reduceat(before, plays.starts[:-1]) / np.diff(plays.starts),
        }  # fmt: skip
        return {"play_chances": batch("play_chances", rows), "game_swings": batch("game_swings", of_games)}

    def tables(self) -> dict[str, pa.Table]:
        """Every table that is made of a season's sums; call it when all plays have been added."""
        (team, player), games = self._appearances.counted()
        added = self._added.summed()[1]
        columns: Columns = {
            **self._words.who(team, player), "games": games, "added": added, "added_per_game": added / games,
        }  # fmt: skip
        return {"player_chances": pa.Table.from_batches([batch("player_chances", columns)])}


def _whole(plays: Stretch, won: npt.NDArray[np.bool_]) -> Bools:
    """Games whose log is there to the end: it adds up, its last play ends a period, and who leads has won, (g,)."""
    last = plays.starts[1:] - 1
    lead = plays.rebuilt[TEAM1] - plays.rebuilt[TEAM2]
    whole: Bools = plays.complete & (seconds_left(plays.seconds[last]) == 0)
    return whole & (lead != 0) & ((lead > 0) == won)


def _before(plays: Stretch, swing: Floats, pregame: Floats) -> Floats:
    """The leverage of the moment before each play, (n,): that after the play before, or that of the start."""
    nothing = np.zeros(plays.games)
    whole = np.full(plays.games, float(REGULATION))
    _, start = chances_and_leverage(nothing, whole, Ball(nothing, nothing), pregame)
    before = np.concatenate([[0.0], swing])[:-1]
    before[plays.starts[:-1]] = start
    return before
