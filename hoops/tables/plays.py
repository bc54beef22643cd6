"""The tables of a season's plays: some grow with the plays and are given in pieces, the others are made at the end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.periods import periods
from hoops.plays.profiles import Profile, profiles
from hoops.plays.stretch import TEAM1, TEAM2, Stretch
from hoops.plays.timeline import RUN, Timeline
from hoops.plays.totals import Tally, assists
from hoops.plays.vocabulary import ATTEMPT, FIELD_GOAL, MADE, MISSED, Codes, code_of
from hoops.tables.words import Columns, SeasonWords, batch

TRUNCATED = 200  # plays; a log of fewer is not of a whole game
_TEAM, _PLAYER, _CODE, _AREA, _DAY = 12, 24, 7, 7, 8  # bits


class SeasonPlays:
    """The tables of `hoops.schemas.PLAY_TABLES` but those of chances, from the plays in order, some at a time.

    Plays of games that are not in the results go to `stray_plays` and nowhere else. Between stretches it holds sums
    only, which grow with the players and not with the plays.

    games: the season's games that are in the results.
    players: names by player.
    events, details: the codes of the plays, as who reads them keeps them.
    stray_games, stray_rows: how many games, and plays of them, are not in the results.
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
        self.stray_games = self.stray_rows = 0
        self._known, self._events, self._details = games, events, details
        self._words = SeasonWords(league, season, reference, players, events, details)
        self._rows_before = 0
        self._counts = Tally(_TEAM, _PLAYER, _CODE, _CODE, _AREA)
        self._days = Tally(_DAY, _CODE, _CODE, _AREA)
        self._appearances = Tally(_TEAM, _PLAYER)
        self._assists = Tally(_TEAM, _PLAYER, _PLAYER, 1)

    def add(self, plays: Stretch) -> dict[str, pa.RecordBatch]:
        """Count a stretch, and give its piece of every table that grows with it; pieces follow each other sorted."""
        place, known = self._known.find(plays)
        stray = plays.of_games(~known)
        self.stray_games += stray.games
        self.stray_rows += stray.size
        plays, games = plays.of_games(known), self._known.rows(place[known])
        self._count(plays)
        timeline = Timeline(plays)
        rows = self._rows(plays)
        rows["site"] = self._words.sites(np.stack([games.site, -games.site]), plays.spread_by_side)
        rows["lead_change"] = lead_change = np.zeros(plays.size, bool)
        lead_change[plays.makes[timeline.lead_change]] = True
        pieces = {
            "stray_plays": batch("stray_plays", self._rows(stray)),
            "plays": batch("plays", rows),
            "play_games": self._games(plays, games, timeline),
            "score_timeline": batch("score_timeline", rows, plays.makes),
            "scoring_runs": self._runs(plays, timeline),
            "shot_locations": batch("shot_locations", rows, np.flatnonzero((plays.x >= 0) & ATTEMPT[plays.event])),
        }
        self._rows_before += plays.size
        return pieces

    def tables(self) -> dict[str, pa.Table]:
        """Every table that is made of a season's sums; call it when all plays have been added."""
        return {
            "event_counts": self._counted("event_counts", self._counts, ("team", "player", "event", "detail", "area")),
            "team_event_counts": self._counted("team_event_counts", self._counts, ("team", "event", "detail", "area"),
                                               (0, 2, 3, 4)),
            "event_days": self._counted("event_days", self._days, ("day", "event", "detail", "area")),
            "player_profiles": self._profiles(),
            "shot_areas": self._shot_areas(),
            "assist_networks": self._networks(),
        }  # fmt: skip

    def _count(self, plays: Stretch) -> None:
        self._counts.add(plays.team, plays.player, plays.event, plays.detail, plays.area)
        self._days.add(plays.spread(plays.day), plays.event, plays.detail, plays.area)
        self._appearances.add(*plays.appearances)
        made = assists(plays, code_of("assist"))
        self._assists.add(made.team, made.passer, made.scorer, made.points == 3)

    def _rows(self, plays: Stretch) -> Columns:
        """The columns of some plays, (n,)."""
        nowhere = plays.x < 0
        return {
            **self._words.pairing(plays, plays.spread),
            "play": plays.number, "seconds": plays.seconds, "period": self._words.periods(plays.seconds),
            **self._words.who(np.stack([plays.team1, plays.team2]), plays.player, plays.spread_by_side),
            **self._words.what(plays.event, plays.detail, plays.area),
            "x": pa.array(plays.x, mask=nowhere), "y": pa.array(plays.y, mask=nowhere),
            "points": plays.points, "team1_score": plays.score[TEAM1], "team2_score": plays.score[TEAM2],
        }  # fmt: skip

    def _games(self, plays: Stretch, games: SeasonGames, timeline: Timeline) -> pa.RecordBatch:
        jump, back = timeline.doubts
        count, goals = np.diff(plays.starts), FIELD_GOAL[plays.event]
        last = np.maximum.reduceat(plays.seconds, plays.starts[:-1])
        columns: Columns = {
            **self._words.pairing(plays),
            "kind": self._words.kinds(games.kind), "team1_site": self._words.sites(games.site),
            "first_row": self._rows_before + plays.starts[:-1],
            "plays": count,
            "complete": plays.complete,
            "agrees": (plays.final == games.score).all(axis=0),
            "truncated": (count < TRUNCATED) | ~np.logical_or.reduceat(goals, plays.starts[:-1]),
            "jumps": timeline.per_game(jump), "steps_back": timeline.per_game(back),
            "last_seconds": last,
            "overtimes": np.maximum(periods(last, self._words.regular) + 1 - self._words.regular, 0),
            "lead_changes": timeline.per_game(timeline.lead_change), "ties": timeline.per_game(timeline.lead == 0),
        }  # fmt: skip
        for side in (TEAM1, TEAM2):
            team = f"team{side + 1}"
            columns[f"{team}_score"], columns[f"{team}_points"] = plays.final[side], plays.rebuilt[side]
            columns[f"{team}_largest_lead"] = timeline.largest_lead(side)
            columns[f"{team}_best_run"] = timeline.best_run(side)
        return batch("play_games", columns)

    def _runs(self, plays: Stretch, timeline: Timeline) -> pa.RecordBatch:
        long = timeline.run_points >= RUN
        first, last = (plays.makes[ends[long]] for ends in (timeline.run_starts, timeline.run_ends))
        game = plays.game[last]
        columns: Columns = {
            **self._words.pairing(plays, lambda of_games: of_games[game]),
            **self._words.who(plays.team[last]),
            "points": timeline.run_points[long],
            "first_seconds": plays.seconds[first], "last_seconds": plays.seconds[last],
            "team1_score": plays.score[TEAM1, last], "team2_score": plays.score[TEAM2, last],
        }  # fmt: skip
        return batch("scoring_runs", columns)

    def _counted(self, name: str, tally: Tally, numbers: tuple[str, ...], places: tuple[int, ...] = ()) -> pa.Table:
        values, count = tally.counted(*places)
        of = dict(zip(numbers, values, strict=True))
        columns: Columns = {"count": count, **self._words.what(of["event"], of["detail"], of["area"])}
        if "team" in of:
            columns |= self._words.who(of["team"], of.get("player"))
        if "day" in of:
            columns |= {"day": of["day"], "date": self._words.dates(of["day"])}
        return pa.Table.from_batches([batch(name, columns)])

    def _profiles(self) -> pa.Table:
        (team, player), games = self._appearances.counted()
        values, count = self._counts.counted(0, 1, 2, 3)
        found: Profile = profiles(team, player, games, values, count, self._events.names, self._details.names)
        columns = {**self._words.who(team, player), "games": games, **found.numbers}
        for which, event in (("most", found.most_frequent), ("least", found.least_frequent)):
            columns[f"{which}_frequent"] = self._words.events(event)
        return pa.Table.from_batches([batch("player_profiles", columns)])

    def _shot_areas(self) -> pa.Table:
        """Field goals by area: of the whole team, which stands as player 0, and of each player who is named."""
        (team, player, event, area), count = self._counts.counted(0, 1, 2, 4)
        shots = Tally(_TEAM, _PLAYER, _AREA, 2, 1)
        tried = np.isin(event, (*MADE[1:], *MISSED[1:]))
        team, player, event, area, count = (one[tried] for one in (team, player, event, area, count))
        value = np.where((event == MADE[1]) | (event == MISSED[1]), 2, 3)
        made = np.isin(event, MADE)
        named = player != 0
        everyone = np.zeros(len(team), np.int64)
        shots.add(team, everyone, area, value, made, times=count)
        shots.add(*(one[named] for one in (team, player, area, value, made)), times=count[named])
        key, attempted = shots.counted(0, 1, 2, 3)
        (*_, went_in), each = shots.counted()
        made_of = np.bincount(shots.places(0, 1, 2, 3), weights=each * went_in, minlength=len(attempted))
        columns: Columns = {
            **self._words.who(key[0], key[1]),
            "area": self._words.areas(key[2]),
            "value": key[3], "made": made_of.astype(np.int64), "attempted": attempted,
        }  # fmt: skip
        return pa.Table.from_batches([batch("shot_areas", columns)])

    def _networks(self) -> pa.Table:
        (team, passer, scorer), count = self._assists.counted(0, 1, 2)
        (_, _, _, three), each = self._assists.counted()
        threes = np.bincount(self._assists.places(0, 1, 2), weights=each * three, minlength=len(count)).astype(np.int64)
        columns: Columns = {
            **self._words.who(team),
            "from_id": passer, "from_name": self._words.players(passer),
            "to_id": scorer, "to_name": self._words.players(scorer),
            "assists": count, "threes": threes, "points": 2 * count + threes,
        }  # fmt: skip
        return pa.Table.from_batches([batch("assist_networks", columns)])
