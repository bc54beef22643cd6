"""How far the pipeline is: days applied of all days accepted, messages waiting, and whether the tables show it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.behind import is_behind, is_folded, models_digest, reference_digest
from lake.heads import Expired, Head
from lake.lake import Folded, Lake
from lake.ledger import DamagedEntry
from lake.plays_due import due_seasons
from lake.published import Manifest
from lake.registry import Decision
from operate.aws import Clients
from operate.reconcile import invoke_reconcile
from operate.stage import Stage

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
_SILENCE = 20.0
_PLAYS = 60.0  # in which a season of play-by-play is shown by who took it
_PATIENCE = 900.0


class StalledError(MadnessError):
    """The pipeline stopped making progress; the text says where to look."""


def depth(sqs: Any, queue: str) -> int:
    """Messages of a queue, those being worked on included."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return sum(int(found[name]) for name in _COUNTS)


@dataclass(frozen=True)
class Standing:
    """Where one league is. days: accepted league-days with games; waiting: those not in the head as they are now.

    in_charge: the decision that says which model forecasts the next day. plays: seasons with play-by-play;
    plays_waiting: those whose tables are behind, told once all days are in the head and shown.
    """

    league: League
    days: int
    waiting: int
    head: Head
    manifest: Manifest
    is_published: bool
    in_charge: Decision
    plays: tuple[int, ...] = ()
    plays_waiting: tuple[int, ...] = ()

    @property
    def is_shown(self) -> bool:
        """True if the tables show every accepted day; those of play-by-play may wait."""
        return self.waiting == 0 and self.is_published


class Backlog:
    """The days that were accepted, listed once; heads and manifests are read on every look."""

    def __init__(self, lake: Lake, leagues: Iterable[League]) -> None:
        self._lake = lake
        self._days = {
            league: {
                season: {day.day: day.digest for day in days if day.has_games}
                for season, days in lake.ledger.history(league).items()
            }
            for league in leagues
        }
        self._reference = {league: reference_digest(lake.ledger.reference(league)) for league in self._days}
        self._players = {league: lake.ledger.players(league).stated for league in self._days}
        self._plays = {league: lake.ledger.plays(league) for league in self._days}

    @property
    def leagues(self) -> tuple[League, ...]:
        return tuple(self._days)

    @property
    def total(self) -> int:
        return sum(len(days) for seasons in self._days.values() for days in seasons.values())

    def look(self, league: League) -> Standing:
        folded = self._lake.folded(league)
        head = folded.head
        manifest, _ = self._lake.published.manifest(league)
        seasons = self._days[league]
        waiting = sum(len(head.unlike(season, days)) for season, days in seasons.items())
        reference = self._reference[league]
        models = models_digest(folded.charge, self._lake.shipped(league).id)
        nothing = head.generation == 0 and not any(seasons.values())
        published = nothing or not is_behind(manifest, head, reference, models, self._players[league])
        days, in_charge = sum(map(len, seasons.values())), folded.charge.after(head)
        # Plays are shown beside results: where there are none, nothing of them is.
        due = () if waiting or not published or nothing or not manifest.engine else self._due(manifest, folded)
        plays = tuple(sorted(self._plays[league]))
        return Standing(league, days, waiting, head, manifest, published, in_charge, plays, due)

    def _due(self, manifest: Manifest, folded: Folded) -> tuple[int, ...]:
        """Seasons whose tables of play-by-play are behind; all of them where that cannot be told."""
        plays = self._plays[folded.charge.league]
        try:
            return tuple(one.season for one in due_seasons(self._lake, manifest, folded, plays))
        except (Expired, DamagedEntry):
            return tuple(sorted(plays))


def wait_until_published(
    lake: Lake,
    stage: Stage,
    clients: Clients,
    leagues: Iterable[League],
    *,
    progress: Callable[[int, int], None] = lambda applied, total: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until every accepted day is folded and the tables show it, and all play-by-play.

    A queue that is empty while work is left means that messages were lost: then `reconcile` is run. It is also run for
    play-by-play that came before its results did.

    Raises
    ------
    StalledError
        Nothing moved for a quarter of an hour, or messages went to the dead-letter queue.
    """
    sqs = clients("sqs")
    backlog = Backlog(lake, leagues)
    dead = depth(sqs, stage.dead_letters)
    last_news, last_heal, last_look = clock(), 0.0, clock()
    seen: object = None
    were_folded, is_asked = False, False
    while True:
        standings = [backlog.look(league) for league in backlog.leagues]
        waiting = sum(standing.waiting for standing in standings)
        progress(backlog.total - waiting, backlog.total)
        queued = depth(sqs, stage.queue)
        plays = sum(len(standing.plays_waiting) for standing in standings)
        shown = queued == 0 and all(standing.is_shown for standing in standings)
        were_folded = were_folded or not shown
        if shown and not plays and all(is_folded(lake, league) for league in backlog.leagues):
            return
        now = clock()
        if queued == 0 and waiting and now - last_look > 1.0:
            # Files may have been accepted since the days were listed.
            backlog, last_look = Backlog(lake, leagues), clock()
        news = (waiting, queued, plays, tuple(standing.manifest.generation for standing in standings))
        if news != seen:
            seen, last_news = news, now
        if depth(sqs, stage.dead_letters) > dead:
            raise StalledError(
                f"Messages went to {stage.dead_letters}: {stage.function('apply_results')} failed five times on them. "
                "Its log says why; `madness status` shows what waits."
            )
        if shown and plays:
            # A run that makes one season after the other needs no second one beside it.
            quiet, again = 0.0 if were_folded and not is_asked else _PLAYS, _PLAYS
        else:
            quiet, again = 2.0, _SILENCE
        if queued == 0 and now - last_news >= quiet and now - last_heal > again:
            last_heal, is_asked = now, shown and plays > 0
            invoke_reconcile(clients("lambda"), stage)
        if now - last_news > _PATIENCE:
            if shown and plays:
                raise StalledError(
                    f"Play-by-play of {plays:,} season{'' if plays == 1 else 's'} is not shown. The log of "
                    f"{stage.function('reconcile')} says why."
                )
            raise StalledError(
                f"{waiting:,} of {backlog.total:,} days wait and nothing has moved for {_PATIENCE / 60:.0f} minutes. "
                f"The log of {stage.function('apply_results')} says why."
            )
        sleep(0.1)
