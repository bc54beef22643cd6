"""The tables of a season's plays: some grow by the day and are given in pieces, the others are made at the end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.plays.day import TEAM1, TEAM2, Day
from hoops.plays.games import SeasonGames
from hoops.plays.periods import periods
from hoops.plays.profiles import Profile, profiles
from hoops.plays.timeline import RUN, Timeline
from hoops.plays.totals import Tally, assists
from hoops.plays.vocabulary import MADE, MISSED, Codes, code_of
from hoops.tables.words import Columns, SeasonWords, batch

TRUNCATED = 200  # plays; a log of fewer is not of a whole game
_TEAM, _PLAYER, _CODE, _AREA, _DAY = 12, 24, 7, 7, 8  # bits


class SeasonPlays:
    """The tables of `hoops.schemas.PLAY_TABLES` but those of chances, from days of plays, in the order of days.

    Plays of games that are not in the results go to `stray_plays` and nowhere else. Between days it holds sums only,
    which grow with the players and not with the plays.

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

    def add(self, day: Day) -> dict[str, pa.RecordBatch]:
        """Count a day, and give its piece of every table that grows by the day; pieces follow each other sorted."""
        place, known = self._known.find(day)
        stray = day.of_games(~known)
        self.stray_games += stray.games
        self.stray_rows += stray.plays
        pieces = {"stray_plays": batch("stray_plays", self._rows(stray))}
        day, games = day.of_games(known), self._known.rows(place[known])
        self._count(day)
        timeline = Timeline(day)
        rows = self._rows(day)
        rows["site"] = self._words.sites(np.where(day.side == TEAM1, 1, -1) * games.site[day.game])
        rows["lead_change"] = lead_change = np.zeros(day.plays, bool)
        lead_change[day.makes[timeline.lead_change]] = True
        placed = np.flatnonzero(np.isin(day.event, (*MADE[1:], *MISSED[1:])) & (day.x >= 0))
        pieces |= {
            "plays": batch("plays", rows),
            "play_games": self._games(day, games, timeline),
            "score_timeline": batch("score_timeline", rows, day.makes),
            "scoring_runs": self._runs(day, timeline),
            "shot_locations": batch("shot_locations", rows, placed),
        }
        self._rows_before += day.plays
        return pieces

    def tables(self) -> dict[str, pa.Table]:
        """Every table that is made of a season's sums; call it when all days have been added."""
        return {
            "event_counts": self._counted("event_counts", self._counts, ("team", "player", "event", "detail", "area")),
            "team_event_counts": self._counted("team_event_counts", self._counts, ("team", "event", "detail", "area"),
                                               (0, 2, 3, 4)),
            "event_days": self._counted("event_days", self._days, ("day", "event", "detail", "area")),
            "player_profiles": self._profiles(),
            "shot_areas": self._shot_areas(),
            "assist_networks": self._networks(),
        }  # fmt: skip

    def _count(self, day: Day) -> None:
        self._counts.add(day.team, day.player, day.event, day.detail, day.area)
        self._days.add(np.full(day.plays, day.day), day.event, day.detail, day.area)
        self._appearances.add(*day.appearances)
        made = assists(day, code_of("assist"))
        self._assists.add(made.team, made.passer, made.scorer, made.points == 3)

    def _rows(self, day: Day) -> Columns:
        """The columns of a day's plays, (n,)."""
        known = day.x >= 0
        return {
            **self._words.pairing(day, day.game),
            "play": day.number, "seconds": day.seconds, "period": self._words.periods(day.seconds),
            **self._words.who(day.team, day.player),
            **self._words.what(day.event, day.detail, day.area),
            "x": pa.array(day.x, mask=~known), "y": pa.array(day.y, mask=~known),
            "points": day.points, "team1_score": day.score[TEAM1], "team2_score": day.score[TEAM2],
        }  # fmt: skip

    def _games(self, day: Day, games: SeasonGames, timeline: Timeline) -> pa.RecordBatch:
        jump, back = timeline.doubts
        plays, goals = np.diff(day.starts), np.isin(day.event, MADE[1:])
        last = np.maximum.reduceat(day.seconds, day.starts[:-1])
        columns: Columns = {
            **self._words.pairing(day, np.arange(day.games)),
            "kind": self._words.kinds(games.kind), "team1_site": self._words.sites(games.site),
            "first_row": self._rows_before + day.starts[:-1],
            "plays": plays,
            "complete": day.complete,
            "agrees": (day.final == games.score).all(axis=0),
            "truncated": (plays < TRUNCATED) | ~np.logical_or.reduceat(goals, day.starts[:-1]),
            "jumps": timeline.per_game(jump), "steps_back": timeline.per_game(back),
            "last_seconds": last,
            "overtimes": np.maximum(periods(last, self._words.regular) + 1 - self._words.regular, 0),
            "lead_changes": timeline.per_game(timeline.lead_change), "ties": timeline.per_game(timeline.lead == 0),
        }  # fmt: skip
        for side in (TEAM1, TEAM2):
            team = f"team{side + 1}"
            columns[f"{team}_score"], columns[f"{team}_points"] = day.final[side], day.rebuilt[side]
            columns[f"{team}_largest_lead"] = timeline.largest_lead(side)
            columns[f"{team}_best_run"] = timeline.best_run(side)
        return batch("play_games", columns)

    def _runs(self, day: Day, timeline: Timeline) -> pa.RecordBatch:
        long = timeline.run_points >= RUN
        first, last = (day.makes[ends[long]] for ends in (timeline.run_starts, timeline.run_ends))
        columns: Columns = {
            **self._words.pairing(day, day.game[last]),
            **self._words.who(day.team[last]),
            "points": timeline.run_points[long],
            "first_seconds": day.seconds[first], "last_seconds": day.seconds[last],
            "team1_score": day.score[TEAM1, last], "team2_score": day.score[TEAM2, last],
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
