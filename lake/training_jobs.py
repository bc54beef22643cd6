"""What is on record of training jobs, in the models bucket: what each was given and why, and what became of its model.

training/code/<digest>.tar.gz, current.json   the programs, put there by a deployment; which of them is the newest
training/input/<job>/                          its channel (`lake.training.channel`); immutable, written first
training/jobs/<job>.json                       `Launch`, written before the job is asked for; immutable
training/checkpoints/<job>/                    what it goes on from
training/output/<job>/output/model.tar.gz      what it made: written by SageMaker, an event for `promote_model`
training/verdicts/<job>.json                   `Verdict`, written once
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.moment import Moment
from lake.store import Store

CODE, INPUT, JOBS, CHECKPOINTS, OUTPUT, VERDICTS = (
    f"training/{name}/" for name in ("code", "input", "jobs", "checkpoints", "output", "verdicts")
)
CURRENT = f"{CODE}current.json"
ARCHIVE = "model.tar.gz"
PROMOTED, KEPT, REFUSED = "promoted", "kept", "refused"


class TrainingRecordError(MadnessError):
    """A record of a training job is missing or cannot be read; the text says which."""


class NotLaunched(TrainingRecordError):
    """No job of a name was started from here."""


@dataclass(frozen=True)
class Launch:
    """What a training job was given.

    before: first day that it does not learn from. newest: day of the newest game of its channel. games: of the channel.
    gate: games from `before` on. digest: of the channel's games (`lake.content.rows_digest`). sources: key of its
    program. by: who or what asked for it. reason: why. at: UTC time. learned: digest of the games before
    `before` and of what their season may know of players, empty if nobody knows it. players: digest of the channel's
    players (`lake.training.players_digest`), empty if it has none.
    """

    job: str
    league: League
    before: Moment
    newest: Moment
    games: int
    gate: int
    digest: str
    sources: str
    by: str
    reason: str
    at: str
    learned: str = ""
    players: str = ""

    @property
    def channel(self) -> str:
        """Prefix of its channel's files."""
        return f"{INPUT}{self.job}/"


@dataclass(frozen=True)
class Verdict:
    """What became of the model of a job.

    outcome: `PROMOTED`, `KEPT` (looked at and not used) or `REFUSED` (no model that could be used, or a report that is
    not true). model: its id, empty if it was refused before it had one. comparison: with the model in charge
    (`hoops.evaluation.judge`), None if it was refused.
    """

    job: str
    league: League
    outcome: str
    model: str
    reason: str
    at: str
    comparison: Mapping[str, Any] | None = field(default=None)


class TrainingJobs:
    """Records of training jobs of the models bucket."""

    def __init__(self, models: Store) -> None:
        self._models = models

    def add(self, launch: Launch, channel: Mapping[str, bytes]) -> None:
        """Write the channel, then the record. The same again changes nothing."""
        for name, body in channel.items():
            self._models.put_new(f"{launch.channel}{name}", body)
        self._models.put_new(f"{JOBS}{launch.job}.json", _json(launch))

    def launch(self, job: str) -> Launch:
        """Raise `NotLaunched` if there is none, `TrainingRecordError` if it cannot be read."""
        key = f"{JOBS}{job}.json"
        fields = self._fields(key)
        if fields is None:
            raise NotLaunched(f"{key} of {self._models.name} is not there: no job {job} was started from here")
        try:
            moments = {name: tuple(fields[name]) for name in ("before", "newest")}
            return Launch(**{**fields, **moments, "league": League(fields["league"])})
        except (TypeError, KeyError, ValueError) as error:
            raise TrainingRecordError(f"{key} of {self._models.name} cannot be read: {error!r}") from error

    def launches(self, league: League) -> list[Launch]:
        """All of a league, oldest first."""
        found = [self.launch(job) for job in self._names(JOBS, league)]
        return sorted(found, key=lambda one: (one.at, one.job))

    def sources(self) -> str:
        """Key of the program that jobs are to run; raise `TrainingRecordError` if nobody has put one there."""
        fields = self._fields(CURRENT)
        if not isinstance(fields, dict) or not isinstance(fields.get("key"), str):
            raise TrainingRecordError(
                f"{CURRENT} of {self._models.name} names no program to train with: `madness provision` and `madness "
                "deploy` put it there"
            )
        key: str = fields["key"]
        return key

    def latest(self, league: League) -> Launch | None:
        """The newest of a league, told from names and times without reading them all; None if there is none."""
        rows = [row for row in self._models.listing(JOBS) if f"-{league.lower()}-" in row.key]
        newest = max(rows, key=lambda row: row.modified, default=None)
        return None if newest is None else self.launch(newest.key.removeprefix(JOBS).removesuffix(".json"))

    def judge(self, verdict: Verdict) -> None:
        """Write a verdict; one that is there stays."""
        self._models.put_new(f"{VERDICTS}{verdict.job}.json", _json(verdict))

    def verdict(self, job: str) -> Verdict | None:
        key = f"{VERDICTS}{job}.json"
        fields = self._fields(key)
        try:
            return Verdict(**{**fields, "league": League(fields["league"])}) if fields else None
        except (TypeError, KeyError, ValueError) as error:
            raise TrainingRecordError(f"{key} of {self._models.name} cannot be read: {error!r}") from error

    def verdicts(self, league: League) -> list[Verdict]:
        """All of a league, oldest first."""
        found = [one for one in map(self.verdict, self._names(VERDICTS, league)) if one is not None]
        return sorted(found, key=lambda one: (one.at, one.job))

    def unjudged(self, since: datetime, until: datetime) -> list[str]:
        """Keys of the archives without a verdict that came between two moments, of jobs that were started from here."""
        archives = {job_of(row.key): row for row in self._models.listing(OUTPUT) if since < row.modified < until}
        waiting = {*self._recorded(JOBS)}.difference(self._recorded(VERDICTS)).intersection(archives)
        return [archives[job].key for job in sorted(waiting)]

    def _names(self, prefix: str, league: League) -> list[str]:
        """Those of a league, told from the name: what is wrong with another's record is not read."""
        return [job for job in self._recorded(prefix) if f"-{league.lower()}-" in job]

    def _recorded(self, prefix: str) -> list[str]:
        """The jobs that have a record below a prefix, by name."""
        return [row.key.removeprefix(prefix).removesuffix(".json") for row in self._models.listing(prefix)]

    def _fields(self, key: str) -> dict[str, Any] | None:
        stored = self._models.get(key)
        if stored is None:
            return None
        try:
            found: dict[str, Any] = json.loads(stored.body)
            return found
        except ValueError as error:
            raise TrainingRecordError(f"{key} of {self._models.name} cannot be read: {error}") from error


def archive_key(job: str) -> str:
    """Where SageMaker leaves a job's model.

    >>> archive_key("madness-dev-m-2025-104-0a1b-1")
    'training/output/madness-dev-m-2025-104-0a1b-1/output/model.tar.gz'
    """
    return f"{OUTPUT}{job}/output/{ARCHIVE}"


def job_of(key: str) -> str | None:
    """The job whose model lies at a key; None for any other key."""
    job, slash, rest = key.removeprefix(OUTPUT).partition("/")
    return job if key.startswith(OUTPUT) and slash and rest == f"output/{ARCHIVE}" else None


def _json(record: Launch | Verdict) -> bytes:
    return json.dumps(asdict(record), indent=1).encode()
