"""One league on its way from a head to a later day: what changed, from where to fold again, what to write.

ledger digests ≠ head's? ─► restore the state before the first difference
an object is lost?       ─► restore the state before all that needs it
                         ─► fold each day up to the target, and no further
                         ─► forecast the games to come ─► immutable rows and states ─► the next head

A season that is folded again stays `stale` in the head, and is shown as it was, until the fold has come as far again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge, tables
from hoops.contract import merge
from hoops.forecast.fold import carry_issued, forecast_fixtures, handle_new_data, issued
from hoops.games.identity import without
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY
from hoops.games.moment import START, Moment
from hoops.knowledge import Knowledge
from hoops.players import Appearances, Squads
from hoops.schemas import ISSUED, PENDING, PREDICTED, RATED
from lake.heads import Head, Heads, SeasonHead, pack_teams, season_digest
from lake.issued import Issued
from lake.ledger import DayEntries, Ledger, player_games, statements
from lake.registry import Charge
from lake.schedule import OVERDUE, Schedule

KEPT_SNAPSHOTS = 5  # states kept of the running season, so that a late correction need not fold all of it again
PREFETCH = 60  # days whose entries are read at once
DAYS_A_COMMIT = 600  # so that a long catch-up is kept in parts, and little is lost with a function that is cut off


class Replay:
    """Work on one league between reading its head and committing the next one.

    head: the one that was read, moved along with the work; its keys are up to date once `next_head` has written.
    time_is_up: asked before each day but the first, so that there is always some progress; then no more are folded.
    """

    def __init__(
        self,
        charge: Charge,
        head: Head,
        ledger: Ledger,
        heads: Heads,
        issued_before: Issued,
        time_is_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._charge, self._league, self._ledger, self._heads = charge, charge.league, ledger, heads
        self._issued = issued_before
        self._schedule = Schedule(charge.league, ledger)
        self._budget = DAYS_A_COMMIT
        self._time_is_up, self._has_begun = time_is_up, False
        self._before, self.head = head, head
        self._go_back(head)
        self._reached = PENDING.empty_table()  # forecasts of fixtures on the days folded, none of them played
        self._on_record: dict[int, pa.Table] = {}

    def prefetch(self, targets: Iterable[Moment]) -> None:
        """Read what the targets will need in one go; folding reads what is still missing, a day at a time."""
        position = self.head.position or START
        days = {target for target in targets if target > position}
        entries = [e for season in {s for s, _ in days} for day in self._schedule.days(season)
                   if (season, day.day) in days for e in day.entries]  # fmt: skip
        self._ledger.read(entries)

    def do_without(self, lost: Collection[str]) -> None:
        """Go back to before objects that are lost."""
        position, pending = self.head.position, self.head.pending
        head = self.head.without(lost)
        if position and pending in lost and self._schedule.of_season(position[0]).num_rows:
            # Fixtures that wait for a late result keep the forecast from before their day: those days are folded again.
            season, day = position
            head = min(head, head.before(season, max(day - OVERDUE, 0)), key=lambda one: one.position or START)
        if head != self.head:
            self._go_back(head)

    def bring_up_to(self, target: Moment) -> list[tuple[int, int, int]]:
        """Fold up to the target day and no further; give (season, day, games) of each day folded.

        Days that were reached before stay reached: if one of them changed, they are folded again up to the last one
        of that season. Of a past season that means all of it; the seasons after it wait for nudges of their own.
        """
        season, _ = target
        reached = self.head.position
        if reached and season <= reached[0] and (changed := self._changed(season, reached)):
            target = (season, LAST_DAY) if season < reached[0] else max(target, reached)
            self._go_back(self.head.before(season, min(changed)))
        if season in self.head.stale:
            target = max(target, (season, self.head.stale[season].last_day))
        folded = [self._fold(day) for day in self._due(target)]
        self._show_what_is_whole(season)
        return [one for one in folded if one]

    @property
    def is_exhausted(self) -> bool:
        """True if there was more to fold than one commit should take; the rest is folded from the next head."""
        return self._budget < 0

    def next_head(self, now: datetime, fingerprint: dict[str, str]) -> Head | None:
        """Write what was folded and give the head to commit; None if nothing has changed."""
        # While results wait to be folded, forecasts made now would be old before anyone reads them.
        behind = self._schedule.is_behind(self.head)
        inputs = "" if behind else self._schedule.inputs(self.head, self._charge.digest)
        self.head = replace(self.head, catching_up=self.head.catching_up if behind else "")
        is_news = inputs != self._before.pending_inputs or self._charge.is_news_to(self._before)
        if self.head == self._before and not is_news:
            return None
        if self._is_unfinished:
            self._finish_season()
        pending = self._still_pending() if behind else self._forecast_to_come(now)
        if behind and pending.num_rows == self._pending_before().num_rows:
            key = self.head.pending
        else:
            key = self._heads.write_rows(self._before, "pending", pending) if pending.num_rows else None
        return replace(
            self.head, pending=key, pending_inputs=inputs, fingerprint=fingerprint,
            first=self._charge.first, decisions=self._charge.count,
        )  # fmt: skip

    # -- what changed, and what is due --------------------------------------------------------------------------

    def _changed(self, season: int, reached: Moment) -> list[int]:
        """Days reached before whose ledger entries are not those that were folded."""
        listed = {day.day: day.digest for day in self._schedule.days(season)}
        return [day for day in self.head.unlike(season, listed) if (season, day) <= reached]

    def _due(self, target: Moment) -> Iterator[DayEntries]:
        position = self.head.position or START
        seasons = [target[0]] if position[0] == target[0] else self._ledger.seasons(self._league)
        due = [
            day
            for season in seasons
            if position[0] <= season <= target[0]
            for day in self._schedule.days(season)
            if position < (season, day.day) <= target and self.head.empty.get(season, {}).get(day.day) != day.digest
        ]
        due, later = due[: max(self._budget, 0)], due[max(self._budget, 0) :]
        self._budget -= len(due) + len(later)
        for start in range(0, len(due), PREFETCH):
            chunk = due[start : start + PREFETCH]
            self._ledger.read([entry for day in chunk for entry in day.entries])
            for day in chunk:
                if self._has_begun and self._time_is_up():
                    self._budget = -1
                    return
                self._has_begun = True
                yield day

    # -- back ---------------------------------------------------------------------------------------------------

    def _go_back(self, head: Head) -> None:
        """Go on from an earlier head, and forget what was folded after it."""
        while head.season is not None and not head.days:
            # It stands at the end of an earlier season. What was folded of that, unless it has changed as well:
            folded = self._as_folded(head, head.season)
            head = replace(head, days=folded) if folded else head.before(head.season, 0)
        self._rows: _Rows | None = None
        self._known: Knowledge | None = None
        self._selected: Knowledge | None = None  # on Selection Sunday of the season in work, if that was passed here
        self.head = head

    def _as_folded(self, head: Head, season: int) -> dict[int, str]:
        """Digests of the days of a past season, if they are those that were folded; else nothing."""
        known, empty = head.seasons[season], head.empty.get(season, {})
        days = {
            one.day: one.digest
            for one in self._schedule.days(season)
            if one.day <= known.last_day and empty.get(one.day) != one.digest
        }
        return days if season_digest(days) == known.digest else {}

    # -- forward ------------------------------------------------------------------------------------------------

    def _fold(self, entries: DayEntries) -> tuple[int, int, int] | None:
        season, day = entries.season, entries.day
        games = merge.merge(statements(self._ledger, entries.entries))
        self.head = replace(self.head, empty=_with_day(self.head.empty, entries, is_empty=games.num_rows == 0))
        if games.num_rows == 0:
            return None
        known = self._current_knowledge()
        if season != self.head.season:
            if self._is_unfinished:
                self._finish_season()
            self._rows, self._selected = _Rows(PREDICTED.empty_table(), RATED.empty_table()), None
            self.head = replace(self.head, season=season, days={}, snapshots={})
        elif self.head.day is not None and self.head.day <= SELECTION_SUNDAY < day:
            self._selected = known
        rows = self._season_rows()
        fixtures = without(self._schedule.of_day(season, day), games)
        model, squads = self._charge.on((season, day)), self._squads(season)
        appearances = Appearances.of(player_games(self._ledger, entries.entries))
        folded = handle_new_data((season, day), games, known, model, fixtures, squads, appearances)
        self._rows = rows.and_day(carry_issued(folded.predicted, *self._issued_before(season)), folded.rated)
        self._known = folded.known
        self._reached = pa.concat_tables([without(self._reached, folded.pending), folded.pending])
        self.head = replace(self.head, day=day, days={**self.head.days, day: entries.digest})
        return season, day, games.num_rows

    def _show_what_is_whole(self, through: int) -> None:
        """Let go of what seasons up to one were before, where all days that take its place are folded."""
        waiting = {season: one for season, one in self.head.stale.items() if season > through or self._lacks(season)}
        self.head = replace(self.head, stale=waiting)

    def _lacks(self, season: int) -> bool:
        """True if a season that is folded again has not come as far as it was shown; games may be gone since."""
        position, empty = self.head.position or START, self.head.empty.get(season, {})
        last = self.head.stale[season].last_day
        return any(
            position < (season, day.day) and day.day <= last and empty.get(day.day) != day.digest
            for day in self._schedule.days(season)
        )

    def _current_knowledge(self) -> Knowledge:
        if self._known is None:
            key = self.head.state_key()
            self._known = knowledge.initial(self._charge.parameters) if key is None else self._heads.read_known(key)
        return self._known

    def _squads(self, season: int) -> Squads | None:
        """What players' files say, if a day of a season is the first one to need it: within a season nothing does.

        Of every season that begins, the fold sees what the digest of its first day speaks of.
        """
        return self._schedule.players.squads if self._current_knowledge().is_before(season) else None

    def _season_rows(self) -> _Rows:
        """Rows of the season in work, up to where it stands."""
        if self._rows is None:
            assert self.head.season is not None and self.head.day is not None
            known = self.head.seasons[self.head.season]
            rows = _Rows(*map(self._heads.read_rows, (known.predicted, known.rated)))
            self._rows = rows if known.last_day == self.head.day else rows.up_to(self.head.day)
        return self._rows

    def _issued_before(self, season: int) -> list[pa.Table]:
        """Rows that know what was issued before the games of a season; what is on record for good comes first."""
        if season not in self._on_record:
            self._on_record[season] = self._issued.read(self._league, season)
        return [self._on_record[season], self._pending_before()]

    def _pending_before(self) -> pa.Table:
        return self._heads.read_rows(self.head.pending) if self.head.pending else PENDING.empty_table()

    @property
    def _is_unfinished(self) -> bool:
        """True if the season in work is not as it was written last: days were folded, taken away, or its state lost."""
        known = None if self.head.season is None else self.head.seasons.get(self.head.season)
        return self.head.season is not None and (
            known is None or not known.snapshot or known.digest != season_digest(self.head.days)
        )

    def _finish_season(self) -> None:
        """Write rows and state of the season in work and enter them in the head."""
        head, rows = self.head, self._season_rows()
        assert head.season is not None and head.day is not None
        issued_rows = rows.predicted.filter(pc.is_valid(rows.predicted["issued_at"])).select(ISSUED.names)
        if issued_rows.num_rows:
            self._issued.add(self._league, head.season, issued_rows)
        facts, known = tables.summary(head.season, rows.predicted), self._current_knowledge()
        snapshot = self._heads.write_known(self._before, known)
        finished = SeasonHead(
            digest=season_digest(head.days),
            snapshot=snapshot,
            predicted=self._heads.write_rows(self._before, "predicted", rows.predicted),
            rated=self._heads.write_rows(self._before, "rated", rows.rated),
            games=facts.games,
            first_day=facts.first_day,
            last_day=head.day,
            champion=facts.champion,
            teams=pack_teams(facts.teams),
            kinds={row["values"]: row["counts"] for row in rows.predicted["kind"].value_counts().to_pylist()},
            selection=snapshot if head.day <= SELECTION_SUNDAY else self._selection(head.season),
            has_appearances=bool(len(known.absences.players)),
        )
        self.head = replace(
            head,
            snapshots=dict(sorted({**head.snapshots, head.day: snapshot}.items())[-KEPT_SNAPSHOTS:]),
            seasons={**head.seasons, head.season: finished},
        )

    def _selection(self, season: int) -> str:
        """Key of the state on the evening of Selection Sunday, which lies behind; empty if nobody has kept it."""
        if self._selected is not None:
            return self._heads.write_known(self._before, self._selected)
        return self.head.seasons[season].selection if season in self.head.seasons else ""

    # -- games to come ------------------------------------------------------------------------------------------

    def _forecast_to_come(self, now: datetime) -> pa.Table:
        """Forecast later days from the state now; fixtures of days that were reached keep the forecast from before."""
        season, day = self.head.position or START
        games = self._season_rows().predicted if self.head.season else PREDICTED.empty_table()
        fixtures = self._schedule.to_come(self.head.position, games)
        later = pc.or_(pc.greater(fixtures["season"], season), pc.greater(fixtures["day"], day))
        coming = fixtures.filter(later)
        last = pc.max(coming["season"]).as_py() if coming.num_rows else season
        made = forecast_fixtures(self._current_knowledge(), coming, self._charge.on, self._squads(last))
        before = self._pending_before()
        reached = carry_issued(issued(self._reached, now), before)
        kept = pa.concat_tables([reached, without(before, reached)])
        waiting = without(kept, without(kept, fixtures.filter(pc.invert(later))))
        return pa.concat_tables([waiting, issued(made, now)]).combine_chunks()

    def _still_pending(self) -> pa.Table:
        """What was forecast before, less what has been played since, as far as that is shown."""
        before, season = self._pending_before(), self.head.season
        if season is None or season in self.head.stale:
            return before
        return without(before, self._season_rows().predicted)


class _Rows:
    """Rows of one season: games with their forecasts (`PREDICTED`) and ratings (`RATED`), by days."""

    def __init__(self, predicted: pa.Table, rated: pa.Table) -> None:
        self.predicted, self.rated = predicted, rated

    def and_day(self, predicted: pa.Table, rated: pa.Table) -> _Rows:
        return _Rows(pa.concat_tables([self.predicted, predicted]), pa.concat_tables([self.rated, rated]))

    def up_to(self, day: int) -> _Rows:
        return _Rows(*(table.filter(pc.less_equal(table["day"], day)) for table in (self.predicted, self.rated)))


def _with_day(empty: dict[int, dict[int, str]], day: DayEntries, *, is_empty: bool) -> dict[int, dict[int, str]]:
    """The empty days with a day added, or taken out."""
    others = {one: known for one, known in empty.get(day.season, {}).items() if one != day.day}
    of_season = {**others, day.day: day.digest} if is_empty else others
    rest = {season: days for season, days in empty.items() if season != day.season}
    return {**rest, day.season: of_season} if of_season else rest
