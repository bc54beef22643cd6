"""`madness up`: from a folder of files, or none, to forecasts in the browser.

    MiniStack ─► stack ─► chalice deploy ─► upload and accept ─► days folded in order ─► tables ─► dashboard

Every step finds out what is already there, so that a second run resumes in seconds and a run after a crash heals.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError

from hoops.contract.columns import FOLDERS
from hoops.errors import Retryable
from hoops.games.leagues import League
from lake.lake import Lake
from lake.receipts import filed, token
from madness.console import Voice
from madness.local import dashboard, ministack, room
from madness.local.games import Wishes, choose, files_of
from madness.local.home import Home, LocalError
from madness.local.ministack import Endpoint, local_clients
from madness.local.sagemaker import process as sagemaker
from madness.local.stack import LocalStack
from operate.aws import Clients, open_lake
from operate.backlog import wait_until_published
from operate.reconcile import Asking, invoke_reconcile
from operate.stage import Stage, project_root
from operate.summary import count_games
from operate.upload import UNCHANGED, Outcome, Upload, ingest

_PATIENCE = 600.0
# Steps of the stack by what the summary calls them.
_TIMED = {"local AWS": "start", "stack": "start", "training": "deploy", "functions": "deploy", "mapping": "deploy"}
_AGAIN = 60.0  # seconds without progress after which reconcile is asked once more


class RejectedFilesError(LocalError):
    """Files were rejected; everything else went on."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes
        super().__init__("\n".join(o.report.text() if o.report else f"{o.key} was rejected" for o in outcomes))


def up(home: Home, wishes: Wishes, voice: Voice) -> dict[str, Any]:
    """Do it all; gives the summary that `--json` prints.

    Raises
    ------
    MadnessError
        With one line on what happened and what to do next.
    """
    with home.lock():
        aside = home.set_damaged_settings_aside()
        if aside is not None:
            voice.say(f"the settings of {home.root} were damaged, as after a power cut: they lie in {aside}")
        source = choose(home, wishes)
        room.require(home, 0)
        # What cannot be had of the files is said before anything is started or deployed.
        files = files_of(home, wishes, source, voice)
        if not wishes.once:
            dashboard.check_port(home, wishes.port)
        was_running = ministack.running(home) is not None
        try:
            return _run(home, wishes, voice, source, files)
        except (Retryable, BotoCoreError) as error:
            if ministack.running(home) is not None:
                raise
            raise LocalError(
                f"The local AWS was stopped or killed meanwhile (its log: {home.logs / 'ministack.log'}). "
                "Nothing is lost: `madness up` goes on from there."
            ) from error
        finally:
            if wishes.once and not was_running:
                dashboard.stop(home)
                sagemaker.stop(home)
                ministack.stop(home)


def start_stack(home: Home, voice: Voice, seconds: dict[str, float] | None = None) -> tuple[Stage, Endpoint]:
    """Start MiniStack, provision and deploy: a stack without data."""
    stack = LocalStack(home, voice)
    for step in stack.steps():
        with _timed({} if seconds is None else seconds, _TIMED[step.title]):
            step.run()
    return stack.stage, stack.endpoint


def _run(home: Home, wishes: Wishes, voice: Voice, source: dict[str, Any], files: list[Upload]) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    room.require(home, room.takes(_changed(home, files)))
    # Before anything is uploaded: whatever ends this run, the next one must not add games of another kind.
    home.remember(data=source)
    watch = room.Watch(home)
    stage, endpoint = start_stack(home, voice, seconds)
    if not wishes.once:
        sagemaker.begin(home, endpoint)
    clients = local_clients(endpoint)
    lake = open_lake(stage, clients)
    with _timed(seconds, "ingest"):
        _take_in_again(home, stage, lake, clients, watch)
        outcomes = _ingest(home, files, stage, lake, clients, voice, watch)
        # This home is ours alone: a hold that is left is that of an upload that was killed.
        lake.holds.end_all()
    with _timed(seconds, "process"), voice.task("days applied") as advance:
        wait_until_published(lake, stage, clients, tuple(League), progress=advance, sleep=watch.sleep)
    watch.look()
    if not wishes.once:
        sagemaker.answering(home)
    port = None if wishes.once else dashboard.start(home, stage, project_root(), endpoint, wishes.port)
    rejected = [outcome for outcome in outcomes if outcome.is_rejected]
    if rejected:
        raise RejectedFilesError(rejected)
    return {
        **count_games(lake),
        "seconds": {step: round(taken, 2) for step, taken in seconds.items()},
        "files": {"uploaded": sum(o.outcome == "accepted" for o in outcomes), "checked": len(outcomes)},
        "buckets": stage.buckets(),
        "endpoint": endpoint.url,
        "home": str(home.root),
        "dashboard": dashboard.url(port) if port else None,
    }


def _take_in_again(home: Home, stage: Stage, lake: Lake, clients: Clients, watch: room.Watch) -> None:
    """After receipts were dropped (`mend`): have every upload taken in once more, and wait for it."""
    if not home.settings().get("taking_in_again"):
        return
    asking = Asking(lambda: invoke_reconcile(clients("lambda"), stage), _AGAIN)
    while left := _unanswered(lake):
        if asking.look(left) > _PATIENCE:
            raise LocalError(
                f"Files are not taken in again. The log of {stage.function('reconcile')} says why; `madness reset` "
                "and `madness up` make everything anew."
            )
        watch.sleep(0.2)
    home.remember(taking_in_again=False)


def _unanswered(lake: Lake) -> int:
    """Versions of uploads that have no receipt."""
    done = lake.receipts.done()
    rows = (row for folder in FOLDERS for row in lake.source.versions(f"{folder}/"))
    return sum((filed(row.key), token(row.modified, row.etag)) not in done for row in rows)


def _changed(home: Home, files: list[Upload]) -> list[Upload]:
    """The files that are new or changed since the last `up`.

    A file of the folder that has not changed is not uploaded again over one of the same name that a person has
    ingested since.
    """
    known = _uploaded(home)
    return [upload for upload in files if known.get(upload.key) != upload.content]


def _uploaded(home: Home) -> dict[str, str]:
    """What earlier runs have uploaded: the content's hash by key."""
    return home.settings().get("uploaded", {})


def _ingest(
    home: Home,
    files: list[Upload],
    stage: Stage,
    lake: Lake,
    clients: Clients,
    voice: Voice,
    watch: room.Watch,
) -> list[Outcome]:
    """Upload what has changed; outcomes of all files."""
    content = {upload.key: upload.content for upload in files}
    changed = _changed(home, files)
    due = {upload.key for upload in changed}
    outcomes = [Outcome(key, UNCHANGED) for key in content if key not in due]
    with voice.task("files answered") as advance:

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            advance(len(outcomes), len(files))
            for warning in outcome.warnings:
                voice.say(f"{outcome.key}: {warning}")

        advance(len(outcomes), len(files))
        ingest(changed, stage, lake, clients, done=done, task=voice.task, sleep=watch.sleep)
    watch.look()
    taken = {outcome.key: content[outcome.key] for outcome in outcomes if not outcome.is_rejected}
    home.remember(uploaded=_uploaded(home) | taken)
    return outcomes


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        seconds[step] = seconds.get(step, 0.0) + time.monotonic() - started
