"""The tables of a season's plays: some grow by the day and are given in pieces, the others are made at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import distinct
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.plays.day import TEAM1, TEAM2, Day
from hoops.plays.periods import period_name, periods, regular_periods
from hoops.plays.profiles import Profile, profiles
from hoops.plays.timeline import RUN, Timeline
from hoops.plays.totals import Tally, assists
from hoops.plays.vocabulary import MADE, MISSED, Codes, area_name, code_of, detail_name, event_name
from hoops.schemas import PLAY_TABLES

TRUNCATED = 200  # plays; a log of fewer is not of a whole game
_TEAM, _PLAYER, _CODE, _AREA, _DAY = 12, 24, 7, 7, 8  # bits
Columns = dict[str, Any]


class SeasonPlays:
    """The tables of `hoops.schemas.PLAY_TABLES` from days of plays, in the order of days.

    Between days it holds sums only, which grow with the players and not with the plays.

    events, details: the codes of the file, as its reader keeps them.
    players: names by player.
    """

    def __init__(
        self,
        league: League,
        season: int,
        reference: Reference,
        players: Mapping[int, str],
        events: Codes,
        details: Codes,
    ) -> None:
        self._season, self._reference, self._players = season, reference, players
        self._events, self._details = events, details
        self._regular = regular_periods(league, season)
        self._counts = Tally(_TEAM, _PLAYER, _CODE, _CODE, _AREA)
        self._days = Tally(_DAY, _CODE, _CODE, _AREA)
        self._appearances = Tally(_TEAM, _PLAYER)
        self._assists = Tally(_TEAM, _PLAYER, _PLAYER, 1)

    def add(self, day: Day) -> dict[str, pa.RecordBatch]:
        """Count a day, and give its piece of every table that grows by the day; pieces follow each other sorted."""
        self._counts.add(day.team, day.player, day.event, day.detail, day.area)
        self._days.add(np.full(day.plays, day.day), day.event, day.detail, day.area)
        named = day.player != 0
        once = np.unique(day.game[named] << 25 | day.side[named].astype(np.int64) << 24 | day.player[named])
        game, second = once >> 25, (once >> 24 & 1).astype(bool)
        self._appearances.add(np.where(second, day.team2[game], day.team1[game]), once & (1 << 24) - 1)
        made = assists(day, code_of("assist"))
        self._assists.add(made.team, made.passer, made.scorer, made.points == 3)
        timeline = Timeline(day)
        rows = self._rows(day, timeline)
        placed = np.flatnonzero(np.isin(day.event, (*MADE[1:], *MISSED[1:])) & (day.x >= 0))
        return {
            "plays": _batch("plays", rows),
            "play_games": self._games(day, timeline),
            "score_timeline": _batch("score_timeline", rows, day.makes),
            "scoring_runs": self._runs(day, timeline),
            "shot_locations": _batch("shot_locations", rows, placed),
        }

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

    def _rows(self, day: Day, timeline: Timeline) -> Columns:
        """The columns of a day's plays, (n,)."""
        known = day.x >= 0
        lead_change = np.zeros(day.plays, bool)
        lead_change[day.makes[timeline.lead_change]] = True
        return {
            **self._pairing(day, day.game),
            "play": day.number, "seconds": day.seconds, "period": self._periods(day.seconds),
            **self._who(day.team, day.player),
            **self._what(day.event, day.detail, day.area),
            "x": pa.array(day.x, mask=~known), "y": pa.array(day.y, mask=~known),
            "points": day.points, "team1_score": day.score[TEAM1], "team2_score": day.score[TEAM2],
            "lead_change": lead_change,
        }  # fmt: skip

    def _games(self, day: Day, timeline: Timeline) -> pa.RecordBatch:
        jump, back = timeline.doubts
        plays, goals = np.diff(day.starts), np.isin(day.event, MADE[1:])
        last = np.maximum.reduceat(day.seconds, day.starts[:-1])
        columns: Columns = {
            **self._pairing(day, np.arange(day.games)),
            "plays": plays,
            "complete": day.complete,
            "truncated": (plays < TRUNCATED) | ~np.logical_or.reduceat(goals, day.starts[:-1]),
            "jumps": timeline.per_game(jump), "steps_back": timeline.per_game(back),
            "last_seconds": last,
            "overtimes": np.maximum(periods(last, self._regular) + 1 - self._regular, 0),
            "lead_changes": timeline.per_game(timeline.lead_change), "ties": timeline.per_game(timeline.lead == 0),
        }  # fmt: skip
        for side in (TEAM1, TEAM2):
            team = f"team{side + 1}"
            columns[f"{team}_score"], columns[f"{team}_points"] = day.final[side], day.rebuilt[side]
            columns[f"{team}_largest_lead"] = timeline.largest_lead(side)
            columns[f"{team}_best_run"] = timeline.best_run(side)
        return _batch("play_games", columns)

    def _runs(self, day: Day, timeline: Timeline) -> pa.RecordBatch:
        long = timeline.run_points >= RUN
        first, last = (day.makes[ends[long]] for ends in (timeline.run_starts, timeline.run_ends))
        columns: Columns = {
            **self._pairing(day, day.game[last]),
            **self._who(day.team[last]),
            "points": timeline.run_points[long],
            "first_seconds": day.seconds[first], "last_seconds": day.seconds[last],
            "team1_score": day.score[TEAM1, last], "team2_score": day.score[TEAM2, last],
        }  # fmt: skip
        return _batch("scoring_runs", columns)

    def _counted(self, name: str, tally: Tally, numbers: tuple[str, ...], places: tuple[int, ...] = ()) -> pa.Table:
        values, count = tally.counted(*places)
        of = dict(zip(numbers, values, strict=True))
        columns: Columns = {"count": count, **self._what(of["event"], of["detail"], of["area"])}
        if "team" in of:
            columns |= self._who(of["team"], of.get("player"))
        if "day" in of:
            columns |= {"day": of["day"], "date": self._dates(of["day"])}
        return pa.Table.from_batches([_batch(name, columns)])

    def _profiles(self) -> pa.Table:
        (team, player), games = self._appearances.counted()
        values, count = self._counts.counted(0, 1, 2, 3)
        found: Profile = profiles(team, player, games, values, count, self._events.names, self._details.names)
        columns = {**self._who(team, player), "games": games, **found.numbers}
        for which, event in (("most", found.most_frequent), ("least", found.least_frequent)):
            columns[f"{which}_frequent"] = _words(event, lambda code: event_name(self._events.names[code]))
        return pa.Table.from_batches([_batch("player_profiles", columns)])

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
            **self._who(key[0], key[1]),
            "area": _words(key[2], area_name),
            "value": key[3], "made": made_of.astype(np.int64), "attempted": attempted,
        }  # fmt: skip
        return pa.Table.from_batches([_batch("shot_areas", columns)])

    def _networks(self) -> pa.Table:
        (team, passer, scorer), count = self._assists.counted(0, 1, 2)
        (_, _, _, three), each = self._assists.counted()
        threes = np.bincount(self._assists.places(0, 1, 2), weights=each * three, minlength=len(count)).astype(np.int64)
        columns: Columns = {
            **self._who(team),
            "from_id": passer, "from_name": _words(passer, self._player_name),
            "to_id": scorer, "to_name": _words(scorer, self._player_name),
            "assists": count, "threes": threes, "points": 2 * count + threes,
        }  # fmt: skip
        return pa.Table.from_batches([_batch("assist_networks", columns)])

    def _pairing(self, day: Day, game: npt.NDArray[np.intp]) -> Columns:
        """Day and teams of rows that belong to some games of a day."""
        columns: Columns = {
            "day": np.full(len(game), day.day),
            "date": pa.repeat(pa.scalar(self._reference.dates(day.season, [day.day])[0], pa.date32()), len(game)),
        }
        for side, team in ((1, day.team1), (2, day.team2)):
            columns[f"team{side}_id"] = team[game]
            columns[f"team{side}_name"] = _words(team, self._reference.team_name).take(pa.array(game))
        return columns

    def _who(self, team: npt.NDArray, player: npt.NDArray | None = None) -> Columns:
        columns: Columns = {"team_id": team, "team_name": _words(team, self._reference.team_name)}
        if player is not None:
            columns["player_id"] = pa.array(player, pa.int32(), mask=player == 0)
            columns["player_name"] = _words(player, lambda one: self._player_name(one) if one else None)
        return columns

    def _what(self, event: npt.NDArray, detail: npt.NDArray, area: npt.NDArray) -> Columns:
        events, details = self._events.names, self._details.names
        both = event.astype(np.int64) << _CODE | detail
        return {
            "event": _words(event, lambda code: event_name(events[code])),
            "detail": _words(both, lambda one: detail_name(events[one >> _CODE], details[one & (1 << _CODE) - 1])),
            "area": _words(area, area_name),
        }

    def _periods(self, seconds: npt.NDArray) -> pa.DictionaryArray:
        return _words(periods(seconds, self._regular), lambda one: period_name(one, self._regular))

    def _dates(self, days: npt.NDArray) -> pa.Array:
        unique, place = distinct(days)
        return pa.array(self._reference.dates(self._season, unique.tolist()), pa.date32()).take(pa.array(place))

    def _player_name(self, player: int) -> str:
        return self._players.get(player) or f"Player {player}"


def _words(numbers: npt.NDArray, word: Callable[[int], str | None]) -> pa.DictionaryArray:
    """The word of each number, dictionary-encoded, each number asked once; null where the word is None."""
    unique, place = distinct(numbers)
    places: dict[str, int] = {}  # of each word in the dictionary, where no word may stand twice
    words = map(word, unique.tolist())
    index = np.array([-1 if one is None else places.setdefault(one, len(places)) for one in words], np.int32)[place]
    return pa.DictionaryArray.from_arrays(
        pa.array(index, pa.int32(), mask=index < 0), pa.array(list(places), pa.string())
    )


def _batch(name: str, columns: Mapping[str, Any], rows: npt.NDArray[np.intp] | None = None) -> pa.RecordBatch:
    """A piece of a table from columns by name, or some rows of them."""
    schema = PLAY_TABLES[name].schema
    take = None if rows is None else pa.array(rows)

    def of(field: pa.Field) -> pa.Array:
        column = columns[field.name]
        if isinstance(column, np.ndarray):
            return pa.array(column if rows is None else column[rows], field.type)
        return column if take is None else column.take(take)

    return pa.RecordBatch.from_arrays([of(field) for field in schema], schema=schema)
